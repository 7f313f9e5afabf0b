//! A keychain that is locked, absent, or goes away in the middle: exit 5, with the cure in words,
//! and nothing lost in silence.

use crate::keychain::{connect, remember, stage};
use crate::parts::keyring::Keyring;
use crate::parts::sandbox::{QUICK_BROWSER, SERVICE, Sandbox};
use crate::parts::{self, Part, has, ports};

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
             nobody can, connect with --store file",
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
        "do:  start a keychain service (gnome-keyring, KWallet, KeePassXC); where there is none, as \
         on a server, connect with --store file",
    ]);
    assert_eq!(sandbox.count("authorize"), 0, "nobody was sent to the browser for nothing");
    // The advice holds.
    program.run([&connect[..], &["--store", "file"]].concat()).exits(0);
    program.run(["token", "get", "zaehlerfreunde"]).exits(0);
}

/// The provider has spent the old refresh token, and the new one cannot be saved. It is tried
/// several times, and then said; a provider with an overlap lets the next run mend it.
#[test]
fn a_service_killed_between_read_and_save_is_never_silent() {
    if !has("a keychain killed in a refresh", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    let before = remember(&program, &keyring, Z);
    let mut slow = Sandbox::start(&program, &["--fault", "slow"]);
    let slow_program = ["PARTNERLINK_SANDBOX", &slow.url];
    let mut refresh = program.command(["token", "refresh", "--force"]);
    refresh.env(slow_program[0], slow_program[1]);
    let refreshing = program.start(refresh);
    slow.wait_for(TOKEN_REQUEST);
    keyring.kill();
    let outcome = refreshing.finish().exits(5).says(&[
        "the new tokens could not be saved (the keychain is locked); trying again",
        "why: the provider gave new tokens, but they could not be saved: the keychain is locked",
        "do:  mend the store and refresh again within a minute",
    ]);
    assert_eq!(outcome.stderr.matches("trying again").count(), 2, "{}", outcome.told());

    let _unlocked = keyring.replace();
    assert_eq!(remember(&program, &keyring, Z), before, "the old record is whole");
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_ne!(remember(&program, &keyring, Z), before);
    assert_eq!((sandbox.count("overlap_used"), sandbox.count("reuse_detected")), (1, 0));
}

/// As above, at a provider without an overlap: the sign-in is lost, and the next run says why.
#[test]
fn a_sign_in_lost_with_its_service_is_explained() {
    if !has("a keychain killed in a refresh, without overlap", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
    connect(&program, &["zaehlerfreunde"]);
    remember(&program, &keyring, Z);
    let mut slow = Sandbox::start(&program, &["--fault", "slow", "--overlap", "0s"]);
    let mut refresh = program.command(["token", "refresh", "--force", "--json"]);
    refresh.env("PARTNERLINK_SANDBOX", &slow.url);
    let refreshing = program.start(refresh);
    slow.wait_for(TOKEN_REQUEST);
    keyring.kill();
    let told = refreshing.finish().exits(5).json();
    assert_eq!(told["accounts"][0]["error"]["code"], "not-saved");

    let _unlocked = keyring.replace();
    program.run(["token", "refresh", "--force"]).exits(4).says(&[
        "An earlier refresh was interrupted while the provider answered, and its new token was lost.",
        "do:  partnerlink connect zaehlerfreunde",
    ]);
    assert!(keyring.record(SERVICE, Z).is_some(), "the record is kept");
    connect(&program, &["zaehlerfreunde"]);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(sandbox.count("reuse_detected"), 1);
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
