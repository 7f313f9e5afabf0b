//! The account's lock between processes: held by one that is killed, on files that are no good, and
//! from cron and the desktop at once. For a holder that is stopped see [`crate::busy`].

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::program::Running;
use crate::provider::Provider;
use crate::providers::{numbered, strict, tokens};
use crate::seat::Seat;
use crate::{ACCOUNT, is_root};

/// A provider that answers nothing before it is told to.
pub fn held() -> (Provider, mpsc::Sender<()>) {
    let (go, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let fake = numbered(move |number| {
        if number == 1 {
            let _ = wait.lock().unwrap().recv();
        }
    });
    (fake, go)
}

pub fn seat_at(fake: &Provider) -> Seat {
    let mut seat = Seat::new(&fake.base());
    seat.patience = Duration::from_secs(90);
    seat.put(ACCOUNT, &tokens(0), -3600);
    seat
}

pub fn holder(seat: &Seat, fake: &Provider) -> Running {
    let run = seat.spawn(["token", "get", ACCOUNT]);
    fake.wait_for_calls(1);
    run
}

#[test]
fn a_killed_holder_gives_the_lock_back_at_once() {
    let (fake, _go) = held();
    let seat = seat_at(&fake);
    let first = holder(&seat, &fake);
    let waiting = seat.spawn(["token", "get", ACCOUNT]);
    first.kill();
    let outcome = waiting.finish().exits(0);
    // The dead run's request gets two seconds to settle.
    assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
    assert_eq!(outcome.data(), tokens(2).access_token);
}

#[test]
fn what_is_no_lock_file_is_refused_and_nothing_is_refreshed() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let lock = seat.lock_of(ACCOUNT);
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    let refused = |why: &str| {
        for args in
            [&["token", "get", ACCOUNT][..], &["token", "refresh"], &["disconnect", ACCOUNT]]
        {
            let outcome = seat.run(args).exits(5).says(&["cannot be used as a lock", why]);
            assert!(outcome.took < Duration::from_secs(10), "{why}: {:?}", outcome.took);
        }
    };
    fs::create_dir(&lock).unwrap();
    refused("it is a folder");
    fs::remove_dir(&lock).unwrap();
    symlink("elsewhere", &lock).unwrap();
    refused("it is a symbolic link");
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    if is_root() {
        chown(&lock, Some(12345), None).unwrap();
        refused("it belongs to another user (id 12345)");
        eprintln!("a read-only lock file keeps nobody out who is root; but see E2");
    } else {
        fs::set_permissions(&lock, fs::Permissions::from_mode(0o400)).unwrap();
        refused("Permission denied");
        eprintln!("a lock file of another user can only be made by root");
    }
    assert_eq!(provider.count("refresh_token"), 0);
    fs::remove_file(&lock).unwrap();
    seat.run(["token", "get", ACCOUNT]).exits(0);
    provider.refreshed_exactly(1);
}

#[test]
fn a_lock_file_deleted_between_two_runs_is_made_again() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    for _ in 0..5 {
        fs::remove_file(seat.lock_of(ACCOUNT)).ok();
        seat.expire(ACCOUNT);
        let getters: Vec<_> = (0..5).map(|_| seat.spawn(["token", "get", ACCOUNT])).collect();
        getters.into_iter().for_each(|run| drop(run.finish().exits(0)));
    }
    provider.refreshed_exactly(5);
}

/// The second run gets a lock of its own. The first one's intent makes it wait, and then it looks
/// again: a token that was spent meanwhile is not sent a second time.
#[test]
fn a_lock_file_deleted_under_its_holder_does_not_spend_a_token_twice() {
    let (fake, go) = held();
    let seat = seat_at(&fake);
    let first = holder(&seat, &fake);
    fs::remove_file(seat.lock_of(ACCOUNT)).unwrap();
    let second = seat.spawn(["token", "get", ACCOUNT]);
    std::thread::sleep(Duration::from_millis(300));
    go.send(()).unwrap();
    for run in [first, second] {
        assert_eq!(run.finish().exits(0).data(), tokens(1).access_token);
    }
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn cron_and_desktop_contend_for_the_same_lock() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    let home = seat.root().join("home");
    let cron = |args: &[&str]| {
        let mut command = seat.command(args);
        command.env_clear().env("HOME", &home).env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh");
        command.env("LOGNAME", "someone").env("PARTNERLINK_SANDBOX", provider.base());
        command.env("PARTNERLINK_STORE", "file").stdin(std::process::Stdio::null());
        command
    };
    let desktop = |args: &[&str]| {
        let mut command = cron(args);
        for (name, folder) in [
            ("XDG_STATE_HOME", "elsewhere/state"),
            ("XDG_DATA_HOME", "elsewhere/data"),
            ("XDG_CACHE_HOME", "elsewhere/cache"),
            ("XDG_RUNTIME_DIR", "elsewhere/run"),
            ("TMPDIR", "elsewhere/tmp"),
        ] {
            command.env(name, home.join(folder));
        }
        command.env("LANG", "de_DE.UTF-8").env("DISPLAY", ":99").env("TERM", "xterm-256color");
        command
    };
    // The sealed files of a home without PARTNERLINK_HOME, seeded through one with it.
    seat.put(ACCOUNT, &provider.grant(), -3600);
    let state = home.join(".local/state/partnerlink");
    fs::create_dir_all(state.parent().unwrap()).unwrap();
    fs::create_dir_all(home.join(".config/partnerlink")).unwrap();
    fs::rename(seat.state(), &state).unwrap();
    fs::rename(seat.home().join("tokens.key"), home.join(".config/partnerlink/tokens.key"))
        .unwrap();

    let begin = Instant::now();
    let runs: Vec<Running> = (0..10)
        .flat_map(|_| {
            [
                seat.start(cron(&["token", "get", ACCOUNT])),
                seat.start(desktop(&["token", "get", ACCOUNT])),
            ]
        })
        .collect();
    let tokens: Vec<String> =
        runs.into_iter().map(|run| run.finish().exits(0).data().to_owned()).collect();
    assert!(
        tokens.iter().all(|token| *token == tokens[0]),
        "two tokens after {:?}",
        begin.elapsed()
    );
    provider.refreshed_exactly(1);
    assert!(!home.join("elsewhere").exists(), "the desktop's variables moved something");
    assert!(state.join("sandbox/locks/zaehlerfreunde.default.lock").exists());
}
