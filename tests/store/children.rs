//! This test program as its own child process: what another process does to a store, a lock or a
//! keychain, and what can be killed in the middle of it.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::store::TokenStore;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::keychain::{Keychain, Patience};
use partnerlink::store::lock::AccountLock;

use crate::{item, secret};

const ROLE: &str = "STORE_TEST_ROLE";
/// Before every line that a child says; the test runner says things as well.
const SAID: &str = "SAID ";

/// A child that plays a role with some arguments, and takes over this process's environment.
pub fn child(role: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "children::plays_a_role", "--ignored", "--nocapture"]);
    command
        .env(ROLE, [&[role], arguments].concat().join("\n"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The next line that a child says, or `None` at its end.
pub fn next_word(child: &mut Child) -> Option<String> {
    let stdout: &mut ChildStdout = child.stdout.as_mut().expect("a pipe");
    // What the reader holds back is lost, so this is for a child that says one word and waits.
    let mut lines = BufReader::with_capacity(1 << 12, stdout).lines();
    lines.find_map(|line| line.ok()?.split_once(SAID).map(|(_, word)| word.to_owned()))
}

/// Everything that the child says until its end.
pub fn words(mut command: Command) -> Vec<String> {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.split_once(SAID)).map(|(_, word)| word.to_owned()).collect()
}

pub fn say(word: impl std::fmt::Display) {
    println!("\n{SAID}{word}");
}

#[test]
#[ignore = "run by other tests, as a child process"]
fn plays_a_role() {
    let Ok(role) = env::var(ROLE) else { return };
    let role: Vec<&str> = role.lines().collect();
    match role[..] {
        ["hold-lock", path] => hold_lock(Path::new(path)),
        ["count", lock, counter, times] => {
            count(Path::new(lock), Path::new(counter), times.parse().unwrap())
        }
        ["save-files", folder, key, name, times] => {
            save_files(folder, key, name, times.parse().unwrap())
        }
        ["keychain-call", call, millis] => keychain_call(call, millis.parse().unwrap()),
        ["keychain-locked-in-part", ours, default] => {
            crate::keychain::is_locked_in_part(ours, default)
        }
        ["keychain-loses-its-service", how] => crate::keychain::loses_its_service(how),
        ["keychain-saves", locks, name, times] => {
            keychain_saves(Path::new(locks), name, times.parse().unwrap())
        }
        _ => panic!("there is no such role: {role:?}"),
    }
}

fn hold_lock(path: &Path) {
    let _lock = AccountLock::acquire_path(path, Duration::from_secs(5), &mut || ()).unwrap();
    say("held");
    thread::sleep(Duration::from_secs(60));
}

fn count(lock: &Path, counter: &Path, times: u32) {
    for _ in 0..times {
        let _lock = AccountLock::acquire_path(lock, Duration::from_secs(60), &mut || ()).unwrap();
        let now: u32 = std::fs::read_to_string(counter).unwrap().parse().unwrap();
        std::fs::write(counter, (now + 1).to_string()).unwrap();
    }
}

fn save_files(folder: &str, key: &str, name: &str, times: u32) {
    let store = FileStore::open(folder.into(), KeySource::KeyFile(key.into()));
    for round in 0..times {
        match store.save(&item(name), &secret(format!("{round} ").repeat(500))) {
            Ok(()) => say("saved"),
            Err(error) => say(error),
        }
    }
}

fn keychain_call(call: &str, millis: u64) {
    let patience = Patience { deadline: Duration::from_millis(millis), on_wait: None };
    let keychain = Keychain::new(|| "partnerlink".into(), patience);
    let account = item("zaehlerfreunde:default");
    let begin = Instant::now();
    let outcome = match call {
        "load" => keychain.load(&account).map(|found| format!("found {}", found.is_some())),
        "save" => keychain.save(&account, &secret("x")).map(|()| "saved".into()),
        "delete" => keychain.delete(&account).map(|was| format!("deleted {was}")),
        "look" => {
            keychain.look().map(|look| format!("{:?}, {} items", look.usable, look.items.len()))
        }
        "preflight" => keychain.preflight(&account).map(|()| "ready".into()),
        _ => panic!("there is no such call: {call}"),
    };
    say(outcome.unwrap_or_else(|error| format!("{error:?}")));
    say(begin.elapsed().as_millis());
}

/// Under the lock, as the contract asks: of two writers without it one would read back the other's.
fn keychain_saves(locks: &Path, name: &str, times: u32) {
    let lock = locks.join(name);
    let keychain: Arc<dyn TokenStore> =
        Arc::new(Keychain::new(|| "partnerlink".into(), Patience::unattended()));
    for round in 0..times {
        let _lock = AccountLock::acquire_path(&lock, Duration::from_secs(60), &mut || ()).unwrap();
        keychain.save(&item(name), &secret(format!("{name} {round}"))).unwrap();
    }
    say("done");
}
