//! `doctor` beside a real keychain, unlocked, locked and absent, and through a real Chromium.

use std::time::Duration;

use serde_json::Value;

use crate::keychain::{connect, remember, stage};
use crate::parts::keyring::Keyring;
use crate::parts::person::AGREES;
use crate::parts::{self, Part, has, ports};
use crate::support::program::{Outcome, Program};

/// Longest time for a look at a keychain that nobody unlocks.
const SOON: Duration = Duration::from_secs(5);

#[track_caller]
fn told(outcome: &Outcome, name: &str, state: &str, words: &str) {
    let report = outcome.json();
    let mut findings = report["findings"].as_array().unwrap().iter();
    let fits = |finding: &&Value| {
        finding["name"] == name
            && finding["state"] == state
            && finding["text"].as_str().unwrap().contains(words)
    };
    assert!(findings.any(|finding| fits(&finding)), "{name} {state} {words:?}: {}", outcome.told());
}

fn doctor(program: &Program) -> Outcome {
    program.run(["doctor", "--json"])
}

#[test]
fn an_unlocked_keychain_is_seen_with_its_accounts() {
    if !has("doctor beside an unlocked keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, _sandbox) = stage(&[]);
    let outcome = doctor(&program).exits(0);
    told(&outcome, "store", "good", "the system keychain is unlocked");
    told(&outcome, "account", "good", "none is connected yet");
    connect(&program, &["zaehlerfreunde"]);
    remember(&program, &keyring, "zaehlerfreunde:default");
    told(&doctor(&program).exits(0), "account", "good", "zaehlerfreunde: good");

    // The list of accounts is lost, the keychain still has it.
    let home = program.root().join("home/.local/state/partnerlink/sandbox/accounts");
    std::fs::remove_file(home.join("zaehlerfreunde.default.json")).unwrap();
    let outcome = doctor(&program).exits(0);
    told(&outcome, "account", "warning", "zaehlerfreunde: its tokens are in the system keychain");
    program.run(["token", "refresh", "zaehlerfreunde"]).exits(0);
    told(&doctor(&program).exits(0), "account", "good", "zaehlerfreunde: good");
}

#[test]
fn a_locked_keychain_is_seen_without_a_prompt_and_its_accounts_are_known() {
    if !has("doctor beside a locked keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, _sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    remember(&program, &keyring, "zaehlerfreunde:default");
    keyring.lock();
    let outcome = doctor(&program).exits(5);
    told(&outcome, "store", "bad", "the keychain is locked");
    told(&outcome, "account", "good", "zaehlerfreunde: good");
    assert!(outcome.took < SOON, "{:?}", outcome.took);
}

#[test]
fn a_keychain_that_is_absent_or_empty_is_told_apart() {
    if !has("doctor without a keychain", &[Part::Keychain]) {
        return;
    }
    // Nothing is connected: then nothing is lacking yet.
    for (kind, words) in [
        ("absent", "no keychain service can be reached"),
        ("empty", "the keychain has no default collection yet"),
    ] {
        let keyring = Keyring::start(kind);
        let outcome = doctor(&keyring.lend(parts::program())).exits(0);
        told(&outcome, "store", "warning", words);
        assert!(outcome.took < SOON, "{kind}: {:?}", outcome.took);
    }
}

#[test]
fn the_way_through_a_real_browser_is_tried_and_nothing_of_it_is_kept() {
    if !has("doctor --browser with Chromium", &[Part::Browser]) {
        return;
    }
    let program = parts::program().set("PARTNERLINK_STORE", "file");
    let program = {
        let command = AGREES.command(&program);
        program.set("PARTNERLINK_BROWSER", command)
    };
    let turn = ports::zaehlerfreunde();
    let outcome = program.run(["doctor", "--browser", "--timeout", "1m", "--json"]).exits(0);
    drop(turn);
    for words in ["the browser opened the consent page", "came back", "nothing is kept"] {
        told(&outcome, "sign-in", "good", words);
    }
    let seen = AGREES.seen(&program);
    assert!(seen.url.ends_with("/done"), "{}", seen.url);
    assert!(!program.root().join("home/.local/state/partnerlink").exists());
    told(&doctor(&program).exits(0), "account", "good", "none is connected yet");
}
