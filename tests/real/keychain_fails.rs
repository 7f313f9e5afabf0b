//! A keychain that is locked, absent, or goes away in the middle: exit 5, with the cure in words,
//! and nothing lost in silence.

use std::cell::Cell;

use partnerlink::flow::intent::Left;

use crate::keychain::{connect, remember, stage};
use crate::parts::keyring::Keyring;
use crate::parts::sandbox::{QUICK_BROWSER, SERVICE, Sandbox};
use crate::parts::{self, Part, has, ports, until};
use crate::support::program::{Program, Running};

const Z: &str = "zaehlerfreunde:default";
const TOKEN_REQUEST: &str = "POST /zaehlerfreunde/oauth/token";

#[test]
fn a_locked_keychain_is_said_with_its_cure() {
    if !has("a locked keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    let token = remember(&program, &keyring, Z);
    keyring.lock();
    for command in [
        &["token", "get", "zaehlerfreunde"][..],
        &["token", "refresh", "--force"],
        &["connect", "zaehlerfreunde", "--browser", "false"],
        &["disconnect", "zaehlerfreunde"],
    ] {
        let outcome = program.run(command).exits(5).says(&[
            "the keychain is locked\n",
            "do:  unlock the keychain (sign in to the desktop, or open its password program); where \
             nobody can, ",
            "--store file",
        ]);
        assert_eq!(outcome.stdout, "");
    }
    let outcome = program.run(["token", "get", "zaehlerfreunde", "--json"]).exits(5);
    assert_eq!(outcome.error_json()["error"]["code"], "store-locked");
    // What is known without secrets is still told.
    let known = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(known["accounts"][0]["account"], "zaehlerfreunde");
    assert_eq!((sandbox.count("refreshed"), sandbox.count("revoked")), (0, 0), "nothing was spent");
    assert_eq!(sandbox.count("authorize"), 1, "nobody was sent to the browser for nothing");

    let _unlocked = keyring.replace();
    assert_eq!(program.run(["token", "get", "zaehlerfreunde"]).exits(0).data(), token);
}

#[test]
fn without_a_keychain_service_the_file_store_is_named() {
    if !has("an absent keychain", &[Part::Keychain]) {
        return;
    }
    let keyring = Keyring::start("absent");
    let program = keyring.lend(parts::program());
    let sandbox = Sandbox::start(&program, &["--approve"]);
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    let connect = ["connect", "zaehlerfreunde", "--browser", QUICK_BROWSER];
    let _turn = ports::zaehlerfreunde();
    program.run(connect).exits(5).says(&[
        "why: no keychain service can be reached",
        "do:  partnerlink store use file",
        "or start one: gnome-keyring, KWallet, KeePassXC",
    ]);
    assert_eq!(sandbox.count("authorize"), 0, "nobody was sent to the browser for nothing");
    // The advice holds.
    program.run([&connect[..], &["--store", "file"]].concat()).exits(0);
    program.run(["token", "get", "zaehlerfreunde"]).exits(0);
}

/// A refresh token that is being spent at a provider without an overlap: when its keychain fails,
/// nothing but the journal can keep the sign-in.
struct Spending {
    keyring: Keyring,
    program: Program,
    sandbox: Sandbox,
    refreshing: Running,
    before: String,
    _slow: Sandbox,
}

/// The keychain fails before the new token comes.
fn spending(fail: impl Fn(&Keyring)) -> Spending {
    let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
    connect(&program, &["zaehlerfreunde"]);
    let before = remember(&program, &keyring, Z);
    let mut slow = Sandbox::start(&program, &["--fault", "slow", "--overlap", "0s"]);
    let mut refresh = program.command(["token", "refresh", "--force"]);
    refresh.env("PARTNERLINK_SANDBOX", &slow.url);
    let refreshing = program.start(refresh);
    slow.wait_for(TOKEN_REQUEST);
    fail(&keyring);
    Spending { keyring, program, sandbox, refreshing, before, _slow: slow }
}

/// The keychain works again: the next run has the new token, and nothing was spent twice.
#[track_caller]
fn is_taken_in(keyring: &Keyring, program: &Program, sandbox: &Sandbox, before: &str) {
    let printed = program.run(["token", "get", "zaehlerfreunde"]).exits(0);
    let after = remember(program, keyring, Z);
    assert_ne!(after, before);
    assert_eq!(printed.data(), after);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!((sandbox.count("refreshed"), sandbox.count("reuse_detected")), (2, 0));
}

#[track_caller]
fn outlives(fail: impl Fn(&Keyring), why: &str, cure: &str, mend: impl Fn(&Keyring)) {
    let Spending { keyring, program, sandbox, refreshing, before, _slow } = spending(fail);
    let outcome = refreshing.finish().exits(5).says(&[
        &format!("the new tokens could not be saved ({why}); trying again"),
        &format!("why: the provider gave new tokens, but they could not be saved yet: {why}"),
        &format!("do:  {cure}"),
        "nothing was lost: the new tokens wait in a journal on this machine, and the next run here",
    ]);
    assert_eq!(outcome.stderr.matches("trying again").count(), 2, "{}", outcome.told());
    mend(&keyring);
    is_taken_in(&keyring, &program, &sandbox, &before);
}

#[test]
fn a_service_killed_between_spending_and_saving_costs_no_sign_in() {
    if !has("a keychain killed in a refresh", &[Part::Keychain]) {
        return;
    }
    let unlocked = Cell::new(None);
    outlives(Keyring::kill, "the keychain is locked", "unlock the keychain", |keyring| {
        unlocked.set(Some(keyring.replace()))
    });
}

#[test]
fn a_service_frozen_between_spending_and_saving_costs_no_sign_in() {
    if !has("a keychain frozen in a refresh", &[Part::Keychain]) {
        return;
    }
    outlives(
        |keyring| keyring.signal("STOP"),
        "the keychain did not answer within 3 s",
        "look for a window",
        |keyring| keyring.signal("CONT"),
    );
}

#[test]
fn a_keychain_locked_between_spending_and_saving_costs_no_sign_in() {
    if !has("a keychain locked in a refresh", &[Part::Keychain]) {
        return;
    }
    let unlocked = Cell::new(None);
    outlives(Keyring::lock, "the keychain is locked", "unlock the keychain", |keyring| {
        unlocked.set(Some(keyring.replace()))
    });
}

#[test]
fn a_run_killed_while_its_keychain_hangs_costs_no_sign_in() {
    if !has("a run killed while its keychain hangs", &[Part::Keychain]) {
        return;
    }
    let Spending { keyring, program, sandbox, refreshing, before, _slow } =
        spending(|keyring| keyring.signal("STOP"));
    let state = program.root().join("home/.local/state/partnerlink/sandbox");
    until("the journal is written", || {
        Left::read(&state.join("intents/zaehlerfreunde.default.json"))?.has_journal().then_some(())
    });
    refreshing.kill();
    keyring.signal("CONT");
    is_taken_in(&keyring, &program, &sandbox, &before);
}

/// What it said to be saved was not on its disk, as with a service that writes later.
#[test]
fn a_keychain_that_forgets_the_last_save_is_given_it_again() {
    if !has("a keychain that forgets", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
    connect(&program, &["zaehlerfreunde"]);
    let former = keyring.record(SERVICE, Z).unwrap();
    program.run(["token", "refresh", "--force"]).exits(0);
    let after = remember(&program, &keyring, Z);
    let healthy = program.run(["doctor"]);
    assert!(!healthy.stdout.contains("leftover"), "{}", healthy.told());
    // Nor does a refresh that reaches nobody take away what the last one left.
    let mut in_vain = program.command(["token", "refresh", "--force"]);
    in_vain.env("PARTNERLINK_SANDBOX", "http://127.0.0.1:9");
    program.start(in_vain).finish().exits(3);
    keyring.put_back(SERVICE, Z, &former);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_ne!(remember(&program, &keyring, Z), after);
    assert_eq!((sandbox.count("refreshed"), sandbox.count("reuse_detected")), (2, 0));
}

/// The new service knows nothing of the connection over which the record was read.
#[test]
fn a_service_replaced_in_the_middle_is_connected_to_anew() {
    if !has("a keychain replaced in a refresh", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, _sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    let before = remember(&program, &keyring, Z);
    let mut slow = Sandbox::start(&program, &["--fault", "slow"]);
    let mut refresh = program.command(["token", "refresh", "--force"]);
    refresh.env("PARTNERLINK_SANDBOX", &slow.url);
    let refreshing = program.start(refresh);
    slow.wait_for(TOKEN_REQUEST);
    let _other = keyring.replace();
    refreshing.finish().exits(0);
    let after = remember(&program, &keyring, Z);
    assert_ne!(before, after);
    assert_eq!(program.run(["token", "get", "zaehlerfreunde"]).exits(0).data(), after);
}
