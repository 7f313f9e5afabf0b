//! The lock between processes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::store::lock::{AccountLock, LockError, holder};

use crate::children::{child, next_word};
use crate::{is_root, left_out};

const SOON: Duration = Duration::from_millis(150);

fn acquire(path: &std::path::Path, deadline: Duration) -> Result<AccountLock, LockError> {
    AccountLock::acquire_path(path, deadline, &mut || ())
}

#[test]
fn an_account_has_its_own_empty_private_file_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("made/on/demand");
    let account = "zaehlerfreunde:muster".parse().unwrap();
    drop(AccountLock::acquire(&deep, &account, SOON, &mut || ()).unwrap());
    let meta = fs::metadata(deep.join("zaehlerfreunde.muster.lock")).unwrap();
    assert_eq!((meta.len(), meta.mode() & 0o777), (0, 0o600));
    assert_eq!(fs::metadata(&deep).unwrap().mode() & 0o777, 0o700);
    // Content is none of its business, and is left alone.
    fs::write(deep.join("zaehlerfreunde.muster.lock"), "x").unwrap();
    let _first = AccountLock::acquire(&deep, &account, SOON, &mut || ()).unwrap();
    assert_eq!(fs::read(deep.join("zaehlerfreunde.muster.lock")).unwrap(), b"x");
    // Another account is another lock.
    let _other =
        AccountLock::acquire(&deep, &"timberdata".parse().unwrap(), SOON, &mut || ()).unwrap();
}

#[test]
fn a_held_lock_is_waited_for_until_the_deadline_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let held = acquire(&path, SOON).unwrap();
    let (begin, mut told) = (Instant::now(), 0);
    let outcome = AccountLock::acquire_path(&path, Duration::from_millis(1200), &mut || told += 1);
    assert!(
        matches!(outcome, Err(LockError::Held { waited, .. }) if waited >= Duration::from_millis(1200))
    );
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!(told, 1);
    let outcome = AccountLock::acquire_path(&path, SOON, &mut || told += 1);
    assert!(matches!(outcome, Err(LockError::Held { .. })));
    assert_eq!(told, 1, "a short wait is not worth a word");
    drop(held);
    drop(acquire(&path, SOON).unwrap());
}

#[test]
fn a_killed_holder_gives_the_lock_back_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let mut holder = child("hold-lock", &[path.to_str().unwrap()]).spawn().unwrap();
    assert_eq!(next_word(&mut holder).as_deref(), Some("held"));
    assert!(matches!(acquire(&path, SOON), Err(LockError::Held { .. })));
    holder.kill().unwrap();
    holder.wait().unwrap();
    drop(acquire(&path, SOON).unwrap());
}

#[test]
fn of_several_locks_each_has_its_own_holder() {
    let folder = tempfile::tempdir().unwrap();
    let [theirs, ours] = ["theirs.lock", "ours.lock"].map(|name| folder.path().join(name));
    let mut child = child("hold-lock", &[theirs.to_str().unwrap()]).spawn().unwrap();
    assert_eq!(next_word(&mut child).as_deref(), Some("held"));
    let lock = acquire(&ours, SOON).unwrap();
    let holders = [&theirs, &ours].map(|path| holder(path));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(holders, [Some(child.id()), Some(std::process::id())]);
    drop(lock);
    assert_eq!(holder(&ours), None);
}

#[test]
fn a_lock_file_that_is_deleted_under_a_waiter_is_not_the_lock_it_gets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let old = acquire(&path, SOON).unwrap();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| acquire(&path, Duration::from_secs(1)));
        thread::sleep(Duration::from_millis(100));
        fs::remove_file(&path).unwrap();
        let _new = acquire(&path, SOON).unwrap();
        drop(old);
        // The waiter gets the old file's lock, sees that it is nobody's any more, and waits on.
        assert!(matches!(waiter.join().unwrap(), Err(LockError::Held { .. })));
    });
}

#[test]
fn what_cannot_be_a_lock_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("target"), "").unwrap();
    symlink(at("target"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    fs::write(at("read-only"), "").unwrap();
    fs::set_permissions(at("read-only"), fs::Permissions::from_mode(0o400)).unwrap();
    fs::write(at("foreign"), "").unwrap();

    let mut bad = vec!["folder", "link", "dangling", "pipe"];
    if is_root() {
        std::os::unix::fs::chown(at("foreign"), Some(12345), None).unwrap();
        bad.push("foreign");
        left_out("a read-only lock file", "root may write to it");
    } else {
        bad.push("read-only");
        left_out("a lock file of another user", "needs root");
    }
    for name in bad {
        let begin = Instant::now();
        let outcome = acquire(&at(name), Duration::from_secs(30));
        let Err(LockError::Unusable { why, .. }) = outcome else { panic!("{name}: {outcome:?}") };
        match name {
            "folder" => assert_eq!(why, "it is a folder"),
            "link" | "dangling" => assert_eq!(why, "it is a symbolic link"),
            _ => assert!(!why.is_empty(), "{name}"),
        }
        assert!(begin.elapsed() < Duration::from_secs(5), "{name} was waited for");
    }
    assert!(!at("nowhere").exists());
}

#[test]
fn many_processes_that_count_lose_no_step() {
    let folder = tempfile::tempdir().unwrap();
    let (lock, counter) = (folder.path().join("a.lock"), folder.path().join("counter"));
    fs::write(&counter, "0").unwrap();
    let arguments = [lock.to_str().unwrap(), counter.to_str().unwrap(), "25"];
    let counting: Vec<_> = (0..8).map(|_| child("count", &arguments).spawn().unwrap()).collect();
    for mut child in counting {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(fs::read_to_string(counter).unwrap(), "200");
}
