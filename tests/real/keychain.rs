//! Accounts in a real keychain service, looked at with `secret-tool`.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use crate::parts::keyring::Keyring;
use crate::parts::sandbox::{QUICK_BROWSER, SERVICE, Sandbox};
use crate::parts::{self, Part, has, ports, skip};
use crate::support::program::Program;

const Z: &str = "zaehlerfreunde:default";
const T: &str = "timberdata:default";

/// A home beside an unlocked keychain, and a sandbox that agrees to everything.
pub fn stage(sandbox_arguments: &[&str]) -> (Keyring, Program, Sandbox) {
    let keyring = Keyring::start("unlocked");
    let program = keyring.lend(parts::program());
    let sandbox = Sandbox::start(&program, &[&["--approve"], sandbox_arguments].concat());
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.url);
    (keyring, program, sandbox)
}

/// Connects with a browser that is done at once; returns what was said.
#[track_caller]
pub fn connect(program: &Program, arguments: &[&str]) -> String {
    let _turns = (ports::zaehlerfreunde(), ports::timberdata());
    let command = [&["connect"], arguments, &["--browser", QUICK_BROWSER]].concat();
    program.run(command).exits(0).stderr
}

/// Of these secrets nothing may be seen from here on; returns the access token.
#[track_caller]
pub fn remember(program: &Program, keyring: &Keyring, username: &str) -> String {
    let record = keyring.record(SERVICE, username).unwrap();
    if let Some(token) = record["refresh_token"].as_str() {
        program.canaries.never("refresh token", token);
    }
    let token = record["access_token"].as_str().unwrap().to_owned();
    program.canaries.access_token(&token);
    token
}

#[test]
fn both_providers_lie_in_the_keychain_one_item_for_each_account() {
    if !has("both providers in the keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, _sandbox) = stage(&[]);
    let said = connect(&program, &["zaehlerfreunde"]);
    for words in [
        "Connected to Zählerfreunde (sandbox) as anna@stadtwerke-muster.example",
        "stored in      the system keychain",
        "next           partnerlink token get zaehlerfreunde",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let said = connect(&program, &["timberdata", "--scope", "aggregation woodlist"]);
    assert!(said.contains("scope          aggregation woodlist"), "{said}");
    connect(&program, &["zaehlerfreunde:stadtwerke-muster"]);
    assert_eq!(keyring.names(SERVICE), [T, Z, "zaehlerfreunde:stadtwerke-muster"]);
    assert!(keyring.names("partnerlink").is_empty(), "the sandbox's accounts live apart");

    for (account, username) in [("zaehlerfreunde", Z), ("timberdata", T)] {
        let token = remember(&program, &keyring, username);
        let printed = program.run(["token", "get", account]).exits(0);
        assert_eq!(printed.data(), token);
    }
    assert_eq!(keyring.record(SERVICE, T).unwrap()["scope"], "aggregation woodlist");
    program.run(["token", "refresh", "--force"]).exits(0);
    remember(&program, &keyring, Z);

    program
        .run(["disconnect", "zaehlerfreunde"])
        .exits(0)
        .says(&["zaehlerfreunde: revoked at the provider, deleted here"]);
    program.run(["disconnect", "timberdata"]).exits(0).says(&["cannot take a token back"]);
    assert_eq!(keyring.names(SERVICE), ["zaehlerfreunde:stadtwerke-muster"]);
    program.run(["token", "get", "zaehlerfreunde"]).exits(4);
    program.run(["disconnect", "zaehlerfreunde:stadtwerke-muster"]).exits(0);
    assert!(keyring.names(SERVICE).is_empty());
}

/// The environment of a cron job, with what is added.
fn as_cron(program: &Program, added: &[(&str, &str)]) -> Command {
    let mut cron = Command::new(env!("CARGO_BIN_EXE_partnerlink"));
    cron.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", program.root().join("home"));
    cron.envs(added.iter().copied()).current_dir(program.root()).stdin(Stdio::null());
    cron
}

#[test]
fn cron_finds_the_keychain_without_the_variable_of_the_bus() {
    if !has("cron and the keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    let before = remember(&program, &keyring, Z);
    let added = [("XDG_RUNTIME_DIR", keyring.runtime()), ("PARTNERLINK_SANDBOX", &sandbox.url)];
    let mut cron = as_cron(&program, &added);
    cron.args(["token", "refresh", "--force", "--quiet"]);
    let outcome = program.start(cron).finish().exits(0);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("", ""),
        "silent when all is well"
    );
    let after = remember(&program, &keyring, Z);
    assert_ne!(before, after);
    assert_eq!(program.run(["token", "get", "zaehlerfreunde"]).exits(0).data(), after);
    assert_eq!((sandbox.count("refreshed"), sandbox.count("reuse_detected")), (1, 0));
}

/// Debian's cron sets HOME, LOGNAME, SHELL and PATH: then the bus is where systemd puts it.
#[test]
fn cron_finds_the_keychain_without_a_runtime_folder_either() {
    const NAME: &str = "cron without XDG_RUNTIME_DIR";
    /// `/run/user/UID` is this machine's: for the test it is another one, in a mount namespace.
    const ELSEWHERE: &str = r#"mount -t tmpfs none /run && mkdir -p "/run/user/$(id -u)" &&
        mount --bind "$1" "/run/user/$(id -u)" && shift && exec "$@""#;
    if !has(NAME, &[Part::Keychain]) {
        return;
    }
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-current-user", "--keep-caps", "--mount"]);
        unshare.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        unshare
    };
    if !unshare().arg("true").status().is_ok_and(|status| status.success()) {
        return skip(NAME, "unshare may not make a mount namespace here");
    }
    let (keyring, program, sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    let before = remember(&program, &keyring, Z);
    let cron = as_cron(&program, &[("PARTNERLINK_SANDBOX", &sandbox.url)]);
    let mut command = unshare();
    command.args(["sh", "-c", ELSEWHERE, "sh", keyring.runtime()]).arg(cron.get_program());
    command.args(["token", "refresh", "--force", "--quiet"]).env_clear();
    command.envs(cron.get_envs().filter_map(|(name, value)| Some((name, value?))));
    program.start(command).finish().exits(0);
    assert_ne!(remember(&program, &keyring, Z), before);
}

#[test]
fn two_processes_share_the_keychain() {
    if !has("two processes at one keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
    connect(&program, &["zaehlerfreunde"]);
    let refresh = || program.spawn(["token", "refresh", "zaehlerfreunde", "--force", "--json"]);
    let at_once: Vec<_> = (0..4).map(|_| refresh()).collect();
    for running in at_once {
        let outcome = running.finish().exits(0);
        let result = outcome.json()["accounts"][0]["result"].clone();
        assert!(result == "refreshed" || result == "unchanged", "{result}");
    }
    assert_eq!(sandbox.count("reuse_detected"), 0, "each refresh token was spent once");
    // One account is connected while another one is refreshed.
    let refreshing = refresh();
    connect(&program, &["timberdata"]);
    refreshing.finish().exits(0);
    assert_eq!(keyring.names(SERVICE), [T, Z]);
    let stored = remember(&program, &keyring, Z);
    assert_eq!(program.run(["token", "get", "zaehlerfreunde"]).exits(0).data(), stored);
}

/// Locks, index and journal are in the folder: in the keychain too its accounts are its own.
#[test]
fn accounts_of_another_folder_are_others() {
    if !has("two folders beside one keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
    let elsewhere = program.root().join("a.b/ü");
    let other = keyring.lend(parts::program()).set("PARTNERLINK_HOME", &elsewhere);
    let other = other.set("PARTNERLINK_SANDBOX", &sandbox.url);
    connect(&program, &["zaehlerfreunde"]);
    other.run(["token", "get", "zaehlerfreunde"]).exits(4);
    other.run(["store", "verify"]).exits(0);
    other.run(["status"]).exits(0).says(&["No account is connected"]);
    connect(&other, &["zaehlerfreunde"]);
    for _ in 0..2 {
        for program in [&program, &other] {
            program.run(["token", "refresh", "--force"]).exits(0);
        }
    }
    assert_eq!(sandbox.count("reuse_detected"), 0, "each spends its own");
    // By whatever name the folder is found.
    let other = other.set("PARTNERLINK_HOME", program.root().join("a.b/../a.b/ü/"));
    other.run(["disconnect", "zaehlerfreunde"]).exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(keyring.names(SERVICE), [Z]);
}

/// Nothing says where such an account is; cron must refresh it all the same.
#[test]
fn an_account_with_a_damaged_entry_is_refreshed_beside_others() {
    if !has("a damaged entry of an account in the keychain", &[Part::Keychain]) {
        return;
    }
    let (_keyring, program, sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    connect(&program, &["zaehlerfreunde:other", "--store", "file"]);
    let index = program.root().join("home/.local/state/partnerlink/sandbox/accounts");
    std::fs::write(index.join("zaehlerfreunde.default.json"), "{").unwrap();
    let before = sandbox.count("refreshed");
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(sandbox.count("refreshed") - before, 2);
    program.run(["status"]).exits(0);
}

/// A move of the account to another store leaves nothing behind in the keychain.
#[test]
fn an_account_that_moves_to_files_leaves_no_item() {
    if !has("an account moves out of the keychain", &[Part::Keychain]) {
        return;
    }
    let (keyring, program, _sandbox) = stage(&[]);
    connect(&program, &["zaehlerfreunde"]);
    remember(&program, &keyring, Z);
    let said = connect(&program, &["zaehlerfreunde", "--store", "file"]);
    assert!(said.contains("stored in      sealed files"), "{said}");
    assert!(keyring.names(SERVICE).is_empty());
    let nowhere: OsString = "unix:path=/nonexistent".into();
    let program = program.set("DBUS_SESSION_BUS_ADDRESS", nowhere);
    program.run(["token", "get", "zaehlerfreunde"]).exits(0);
}
