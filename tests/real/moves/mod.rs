//! Accounts on their way between a real keychain and the sealed files: killed at every system call,
//! with the keychain locked half-way, with note and index lost. Exactly one copy counts.

mod killed;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::keychain::{connect, remember, stage};
use crate::parts::keyring::Keyring;
use crate::parts::sandbox::{SERVICE, Sandbox};
use crate::parts::{Part, has, skip};
use crate::support::program::{Outcome, Program};

const Z: &str = "zaehlerfreunde:default";
const ACCOUNT: &str = "zaehlerfreunde";
/// By these a move changes anything, or asks the keychain to.
const CALLS: &str = "openat,write,fsync,rename,renameat,unlink,unlinkat,mkdir,flock,sendmsg,sendto";

/// An account, the two places where it can be, and a provider that lets nothing be spent twice.
struct Stage {
    keyring: Keyring,
    program: Program,
    sandbox: Sandbox,
}

impl Stage {
    fn new() -> Self {
        let (keyring, program, sandbox) = stage(&["--overlap", "0s"]);
        connect(&program, &[ACCOUNT]);
        Self { keyring, program, sandbox }
    }

    fn state(&self) -> PathBuf {
        self.program.root().join("home/.local/state/partnerlink/sandbox")
    }

    fn note(&self) -> Option<String> {
        fs::read_to_string(self.state().join("moves/zaehlerfreunde.default.json")).ok()
    }

    fn is_in_keychain(&self) -> bool {
        self.keyring.names(SERVICE).contains(&Z.to_owned())
    }

    fn is_in_files(&self) -> bool {
        self.state().join("tokens/zaehlerfreunde.default.sealed").exists()
    }

    /// The store that the index names.
    fn indexed(&self) -> String {
        let text = fs::read(self.state().join("accounts/zaehlerfreunde.default.json")).unwrap();
        let entry: serde_json::Value = serde_json::from_slice(&text).unwrap();
        entry["store"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn migrate(&self, to: &str) {
        self.program.run(["store", "migrate", ACCOUNT, "--to", to]).exits(0);
        self.lives_in(to);
    }

    /// There is one copy, the index knows where, and nothing is left to do.
    #[track_caller]
    fn lives_in(&self, store: &str) {
        let places = (self.is_in_keychain(), self.is_in_files());
        assert_eq!(places, (store == "keychain", store == "file"), "{store}");
        assert_eq!((self.indexed().as_str(), self.note()), (store, None));
    }

    fn token(&self) -> String {
        let token = self.program.run(["token", "get", ACCOUNT]).exits(0).data().to_owned();
        self.program.canaries.access_token(&token);
        token
    }

    /// Refreshes, which fails for good if a spent token is used.
    #[track_caller]
    fn refresh(&self) -> Outcome {
        let outcome = self.program.run(["token", "refresh", "--force", ACCOUNT]).exits(0);
        assert_eq!(self.sandbox.count("reuse_detected"), 0, "{}", outcome.told());
        outcome
    }

    fn strace(&self, output: &str, more: &[&str], arguments: &[&str]) -> Outcome {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-y", "-o", output, "-e"]).arg(format!("trace={CALLS}"));
        strace.args(more).arg(env!("CARGO_BIN_EXE_partnerlink"));
        strace.args(arguments).stdin(Stdio::null());
        strace.env_clear().envs(self.program.variables()).current_dir(self.program.root());
        self.program.start(strace).finish()
    }

    /// Every call of a run, from the first with this word on.
    fn points(&self, arguments: &[&str], first: &str) -> Vec<(String, u32)> {
        let file = self.program.root().join("trace");
        self.strace(file.to_str().unwrap(), &[], arguments).exits(0);
        let trace = fs::read(&file).unwrap();
        let trace = String::from_utf8_lossy(&trace).into_owned();
        // It shows what went to the keychain.
        fs::remove_file(file).unwrap();
        let (mut counted, mut points, mut begun) = (BTreeMap::new(), Vec::new(), false);
        for line in trace.lines() {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
            if !CALLS.split(',').any(|known| known == call) {
                continue;
            }
            begun |= rest.contains(first);
            let number = counted.entry((thread.to_owned(), call.to_owned())).or_insert(0);
            *number += 1;
            if begun && !points.contains(&(call.to_owned(), *number)) {
                points.push((call.to_owned(), *number));
            }
        }
        points
    }

    /// Begins a run that is killed at this point; whether it was.
    fn kill_at(&self, (call, number): &(String, u32), arguments: &[&str]) -> bool {
        let inject = format!("inject={call}:signal=SIGKILL:when={number}");
        let outcome = self.strace("/dev/null", &["-e", &inject], arguments);
        assert!(outcome.signal == Some(9) || outcome.code == Some(0), "{}", outcome.told());
        outcome.signal == Some(9)
    }

    /// Leaves the account where a move stands whose second half is still to be done.
    fn kill_before_the_deletion(&self, to: &str) {
        let migrate = ["store", "migrate", ACCOUNT, "--to", to];
        for point in self.points(&migrate, "flock") {
            self.migrate(if to == "file" { "keychain" } else { "file" });
            if self.kill_at(&point, &migrate)
                && self.note().is_some_and(|note| note.contains("delete"))
                && self.is_in_keychain()
                && self.is_in_files()
            {
                return;
            }
        }
        panic!("no kill hit the second half");
    }
}

fn staged(test: &str) -> Option<Stage> {
    if !has(test, &[Part::Keychain]) {
        return None;
    }
    let mut probe = Command::new("strace");
    probe.args(["-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        skip(test, "strace is missing or may not trace");
        return None;
    }
    Some(Stage::new())
}

#[test]
fn an_account_moves_both_ways_with_its_tokens() {
    let Some(stage) = staged("moves both ways") else { return };
    let before = remember(&stage.program, &stage.keyring, Z);
    stage.migrate("file");
    assert_eq!(stage.token(), before);
    stage.refresh();
    let refreshed = stage.token();
    assert_ne!(refreshed, before);
    stage.migrate("keychain");
    assert_eq!(remember(&stage.program, &stage.keyring, Z), refreshed);
    stage.refresh();
    stage.program.run(["store", "verify"]).exits(0);
}

/// Provider-wide: it goes with the last account that needs it.
#[test]
fn a_client_secret_moves_with_the_last_account_of_its_provider() {
    let Some(stage) = staged("moves a client secret") else { return };
    let name = "client-secret/zaehlerfreunde";
    let mut tool = Command::new("secret-tool");
    tool.args(["store", "--label=x", "service", SERVICE, "username", name]);
    tool.env_clear().envs(stage.program.variables()).stdin(Stdio::piped());
    let mut tool = tool.spawn().unwrap();
    tool.stdin.take().unwrap().write_all(b"a-secret-of-the-client").unwrap();
    assert!(tool.wait().unwrap().success());
    connect(&stage.program, &["zaehlerfreunde:second"]);
    let secrets = |store: usize| {
        let told = stage.program.run(["store", "status", "--json"]).exits(0).json();
        told["stores"][store]["client_secrets"].to_string()
    };
    let there = r#"["zaehlerfreunde"]"#;
    assert_eq!((secrets(0).as_str(), secrets(1).as_str()), (there, "[]"));
    stage.migrate("file");
    assert_eq!((secrets(0).as_str(), secrets(1).as_str()), (there, there), "both need it");
    stage.program.run(["store", "migrate", "--to", "file"]).exits(0);
    assert_eq!((secrets(0).as_str(), secrets(1).as_str()), ("[]", there));
    assert!(stage.keyring.names(SERVICE).is_empty());
}

#[test]
fn a_locked_keychain_stops_a_move_before_anything_changed() {
    let Some(stage) = staged("moves from a locked keychain") else { return };
    stage.keyring.lock();
    let migrate = ["store", "migrate", "--to", "file"];
    stage.program.run(migrate).exits(5).says(&["the keychain is locked"]);
    assert_eq!((stage.is_in_files(), stage.indexed().as_str()), (false, "keychain"));
    let status = stage.program.run(["store", "status", "--json"]).exits(0).json();
    assert_eq!((&status["stores"][0]["code"]), ("store-locked"));
    stage.program.run(["store", "verify"]).exits(5).says(&["the keychain is locked"]);
    stage.program.run(["status", "--check"]).exits(5);
    let _unlocked = stage.keyring.replace();
    stage.program.run(migrate).exits(0);
    stage.lives_in("file");
}

#[test]
fn what_a_locked_keychain_keeps_is_never_used_and_deleted_when_it_opens() {
    let Some(stage) = staged("moves out of a keychain that gets locked") else { return };
    stage.kill_before_the_deletion("file");
    stage.keyring.lock();
    // The account works from its new store all the same.
    stage.refresh().says(&["is not finished", "the keychain is locked"]);
    let token = stage.token();
    stage
        .program
        .run(["store", "migrate", ACCOUNT, "--to", "file"])
        .exits(5)
        .says(&["its former record could not be deleted from the system keychain"]);
    let _unlocked = stage.keyring.replace();
    assert!(stage.is_in_keychain());
    stage.program.run(["store", "verify"]).exits(0);
    stage.lives_in("file");
    assert_eq!(stage.token(), token);
    stage.refresh();
}

#[test]
fn what_a_move_left_behind_goes_with_a_disconnect() {
    let Some(stage) = staged("disconnects in the middle of a move") else { return };
    stage.kill_before_the_deletion("file");
    stage.keyring.lock();
    let disconnect = ["disconnect", ACCOUNT];
    stage.program.run(disconnect).exits(5).says(&["the keychain is locked"]);
    assert!(!stage.is_in_files());
    let _unlocked = stage.keyring.replace();
    stage.program.run(["token", "refresh", "--force", ACCOUNT]).exits(4);
    assert!(!stage.is_in_keychain(), "it came back");
    assert_eq!(stage.note(), None);
}

#[test]
fn a_move_finds_an_account_that_the_index_lost() {
    let Some(stage) = staged("moves an account that the index lost") else { return };
    for to in ["file", "keychain"] {
        fs::remove_dir_all(stage.state().join("accounts")).unwrap();
        // It is not where one without an index entry is looked for first.
        let mut command = stage.program.command(["store", "migrate", "--to", to]);
        command.env("PARTNERLINK_STORE", to);
        stage.program.start(command).finish().exits(0);
        stage.lives_in(to);
    }
}

/// The copy that was left behind says itself that it does not count.
#[test]
fn a_left_over_copy_is_known_without_note_and_index() {
    let Some(stage) = staged("note and index of a move are lost") else { return };
    for to in ["file", "keychain"] {
        let from = if to == "file" { "keychain" } else { "file" };
        stage.kill_before_the_deletion(to);
        stage.refresh_in(to, from);
        for folder in ["moves", "accounts"] {
            fs::remove_dir_all(stage.state().join(folder)).unwrap();
        }
        // Where an account without an index entry is looked for first.
        let mut command = stage.program.command(["token", "refresh", "--force", ACCOUNT]);
        command.env("PARTNERLINK_STORE", from);
        stage.program.start(command).finish().exits(0);
        assert_eq!(stage.sandbox.count("reuse_detected"), 0);
        stage.lives_in(to);
    }
}

impl Stage {
    /// Refreshes the copy that counts behind the back of note and left-over.
    fn refresh_in(&self, to: &str, from: &str) {
        let folder = self.state().join("moves");
        let note = self.note().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(self.indexed(), from, "killed before the index was written");
        let index = self.state().join("accounts/zaehlerfreunde.default.json");
        let entry = fs::read_to_string(&index).unwrap();
        fs::write(
            &index,
            entry.replace(&format!("\"store\":\"{from}\""), &format!("\"store\":\"{to}\"")),
        )
        .unwrap();
        self.refresh();
        assert!(self.is_in_keychain() && self.is_in_files());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("zaehlerfreunde.default.json"), note).unwrap();
    }
}

/// Runs that chose a store before an account moved find it all the same.
#[test]
fn refreshes_and_moves_at_once_spend_nothing_twice() {
    let Some(stage) = staged("refreshes while an account moves") else { return };
    for round in 0..6 {
        let to = if round % 2 == 0 { "file" } else { "keychain" };
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(stage.program.spawn(["token", "refresh", "--force", ACCOUNT]));
        }
        runs.push(stage.program.spawn(["store", "migrate", ACCOUNT, "--to", to]));
        runs.push(stage.program.spawn(["store", "verify"]));
        for run in runs {
            run.finish().exits(0);
        }
        assert_eq!(stage.sandbox.count("reuse_detected"), 0);
        stage.lives_in(to);
    }
    stage.refresh();
}
