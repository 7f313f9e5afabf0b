//! The sealed files: their contract, and what a disk does to them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use partnerlink::secret::Secret;
use partnerlink::store::file::{FileStore, KeySource, inspect};
use partnerlink::store::lock::AccountLock;
use partnerlink::store::{Item, StoreError, StoreKind, TokenStore};

use crate::bench::{Bench, FILE, NAME, SmallDisk, mode, set_mode};
use crate::children::child;
use crate::memory::MemoryStore;
use crate::{contract, item, secret};

#[test]
fn the_contract_holds_with_every_source_of_the_key() {
    let bench = Bench::new();
    contract::holds(Arc::new(bench.store()));
    // The key that was made is there for a credential to be read from.
    let credential = KeySource::Credential(bench.key());
    contract::holds(Arc::new(FileStore::open(bench.room.path().join("credential"), credential)));
    let keychain = in_keychain(&bench, MemoryStore::new(StoreKind::KEYCHAIN));
    contract::holds(Arc::new(FileStore::open(bench.room.path().join("keychain"), keychain)));
    let passphrase = KeySource::Passphrase(Secret::from("correct horse"));
    contract::holds(Arc::new(FileStore::open(bench.room.path().join("passphrase"), passphrase)));
}

fn in_keychain(bench: &Bench, store: MemoryStore) -> KeySource {
    KeySource::Keychain { store: Arc::new(store), lock: bench.room.path().join("user/key.lock") }
}

/// A keychain has one key for all folders of a user.
#[test]
fn folders_that_are_begun_at_once_agree_on_the_key_in_the_keychain() {
    let bench = Bench::new();
    let keychain = MemoryStore::new(StoreKind::KEYCHAIN);
    keychain.slow_saves(Duration::from_millis(200));
    let source = in_keychain(&bench, keychain);
    let folders = ["one", "two", "three"].map(|name| bench.room.path().join(name));
    let open = |folder: &PathBuf| FileStore::open(folder.clone(), source.clone());
    thread::scope(|scope| {
        for folder in &folders {
            scope.spawn(|| open(folder).save(&item(NAME), &secret("token")).unwrap());
        }
    });
    for folder in &folders {
        assert_eq!(open(folder).load(&item(NAME)).unwrap().unwrap().expose(), b"token");
    }
}

/// Of an account its lock keeps others away; a client secret and the probe have none.
#[test]
fn what_has_no_lock_of_its_own_is_written_by_one_at_a_time() {
    let bench = Bench::new();
    let store = bench.store();
    store.save(&Item::Probe, &secret("one")).unwrap();
    let path = bench.folder().join("items.lock");
    let other = AccountLock::acquire_path(&path, Duration::from_secs(5), &mut || ()).unwrap();
    thread::scope(|scope| {
        let saving = scope.spawn(|| store.save(&Item::Probe, &secret("two")));
        thread::sleep(Duration::from_millis(300));
        assert!(!saving.is_finished());
        drop(other);
        saving.join().unwrap().unwrap();
    });
}

#[test]
fn nothing_is_touched_before_the_first_save() {
    let bench = Bench::new();
    assert!(bench.load().unwrap().is_none());
    assert!(bench.store().look().unwrap().items.is_empty());
    assert!(!bench.store().delete(&item(NAME)).unwrap());
    assert_eq!(fs::read_dir(bench.room.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_looked_at_is_not_taken_for_an_empty_one() {
    let bench = Bench::new();
    fs::write(bench.room.path().join("state"), "a file, where a folder should be").unwrap();
    for outcome in [bench.load().map(drop), bench.store().look().map(drop)] {
        assert!(matches!(outcome, Err(StoreError::Io { .. })), "{outcome:?}");
    }
    assert!(!inspect(&bench.folder()).flaws.is_empty());
}

#[test]
fn a_full_disk_keeps_the_old_record() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = disk.store();
    store.save(&item(NAME), &secret("old")).unwrap();
    store.preflight(&item(NAME)).unwrap();
    let mut filler = fs::File::create(disk.path().join("filler")).unwrap();
    while std::io::Write::write_all(&mut filler, &[0; 4096]).is_ok() {}
    // A process that comes new, and one that has just written.
    for store in [&disk.store(), &store] {
        assert!(matches!(store.preflight(&item(NAME)), Err(StoreError::NoSpace(_))));
        assert!(matches!(
            store.save(&item(NAME), &secret("new ".repeat(9000))),
            Err(StoreError::NoSpace(_))
        ));
        assert_eq!(store.load(&item(NAME)).unwrap().unwrap().expose(), b"old");
    }
    assert!(!disk.path().join("secrets").join(format!("{FILE}.tmp")).exists());
}

#[test]
fn a_read_only_disk_can_still_be_read() {
    let Some(disk) = SmallDisk::mount() else { return };
    disk.store().save(&item(NAME), &secret("old")).unwrap();
    set_mode(&disk.path().join("secrets"), 0o755);
    disk.remount_read_only();
    let store = disk.store();
    assert_eq!(store.load(&item(NAME)).unwrap().unwrap().expose(), b"old");
    assert!(matches!(store.preflight(&item(NAME)), Err(StoreError::Io { .. })));
    assert!(matches!(store.save(&item(NAME), &secret("new")), Err(StoreError::Io { .. })));
    assert!(matches!(store.delete(&item(NAME)), Err(StoreError::Io { .. })));
}

#[test]
fn no_changed_byte_gets_through_and_none_is_lost() {
    let bench = Bench::with_item();
    let good = fs::read(bench.file()).unwrap();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        fs::write(bench.file(), &changed).unwrap();
        match bench.load() {
            Err(StoreError::Damaged { .. }) => {
                assert!(!bench.file().exists());
                assert_eq!(fs::read(bench.folder().join(format!("{FILE}.bad"))).unwrap(), changed);
                fs::remove_file(bench.folder().join(format!("{FILE}.bad"))).unwrap();
            }
            Err(StoreError::WrongKey(_) | StoreError::TooNew { .. }) => {
                assert_eq!(fs::read(bench.file()).unwrap(), changed)
            }
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn damaged_files_are_moved_aside_one_by_one() {
    let bench = Bench::with_item();
    let good = fs::read(bench.file()).unwrap();
    for damage in [&b""[..], b"not ours", &good[..good.len() - 1], &good[..good.len() / 2]] {
        fs::write(bench.file(), damage).unwrap();
        assert!(
            matches!(bench.load(), Err(StoreError::Damaged { why, .. }) if why.contains(".bad"))
        );
        assert!(bench.load().unwrap().is_none());
    }
    assert_eq!(bench.names().iter().filter(|name| name.contains(".bad")).count(), 4);
    // A save does not go over a damaged file either.
    fs::write(bench.file(), "damaged again").unwrap();
    bench.store().save(&item(NAME), &secret("new")).unwrap();
    assert_eq!(fs::read(bench.folder().join(format!("{FILE}.bad.5"))).unwrap(), b"damaged again");
    assert_eq!(bench.load().unwrap().as_deref(), Some(&b"new"[..]));
    // Another item's file under this name is no good.
    bench.store().save(&item("zaehlerfreunde:other"), &secret("other")).unwrap();
    fs::rename(bench.folder().join("zaehlerfreunde.other.sealed"), bench.file()).unwrap();
    assert!(matches!(bench.load(), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_newer_format_is_left_alone() {
    let bench = Bench::with_item();
    let newer =
        [b"partnerlink-sealed 2 whatever is new\n", fs::read(bench.file()).unwrap().as_slice()]
            .concat();
    fs::write(bench.file(), &newer).unwrap();
    assert!(matches!(bench.load(), Err(StoreError::TooNew { version: 2, .. })));
    assert!(matches!(
        bench.store().save(&item(NAME), &secret("new")),
        Err(StoreError::TooNew { .. })
    ));
    assert_eq!(fs::read(bench.file()).unwrap(), newer);
}

#[test]
fn leftovers_of_a_crash_are_swept() {
    let bench = Bench::with_item();
    let (mine, others) = (format!("{FILE}.tmp"), "timberdata.default.sealed.tmp");
    let leave = || fs::write(bench.folder().join(&mine), "half").unwrap();
    fs::write(bench.folder().join(others), "in use").unwrap();
    leave();
    bench.store().preflight(&item(NAME)).unwrap();
    assert_eq!(bench.names(), [others, FILE]);
    leave();
    bench.store().save(&item(NAME), &secret("new")).unwrap();
    assert_eq!(bench.names(), [others, FILE]);
    assert_eq!(bench.store().look().unwrap().items, [item(NAME)]);
    leave();
    assert!(bench.store().delete(&item(NAME)).unwrap());
    assert_eq!(bench.names(), [others]);
}

#[test]
fn what_a_crash_left_whole_takes_its_place_and_half_of_it_does_not() {
    let bench = Bench::with_item();
    let before = fs::read(bench.file()).unwrap();
    let mine = bench.folder().join(format!("{FILE}.tmp"));
    bench.store().save(&item(NAME), &secret("new")).unwrap();
    let whole = fs::read(bench.file()).unwrap();
    fs::write(bench.file(), &before).unwrap();
    fs::write(&mine, &whole[..whole.len() - 1]).unwrap();
    bench.store().finish(&item(NAME)).unwrap();
    assert_eq!(fs::read(bench.file()).unwrap(), before);
    fs::write(&mine, &whole).unwrap();
    bench.store().finish(&item(NAME)).unwrap();
    assert_eq!(bench.load().unwrap().as_deref(), Some(&b"new"[..]));
    assert_eq!(bench.names(), [FILE]);
}

#[test]
fn a_writer_killed_at_any_time_leaves_the_old_or_the_new() {
    let bench = Bench::with_item();
    let (folder, key) = (bench.folder(), bench.key());
    for round in 0..40 {
        let arguments = [folder.to_str().unwrap(), key.to_str().unwrap(), NAME, "100000"];
        let mut writer =
            child("save-files", &arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros(8_000 + 613 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let text = String::from_utf8(bench.load().unwrap().expect("a record")).unwrap();
        let first = text.split(' ').next().unwrap();
        assert!(
            text == "canary-4c1d" || text == format!("{first} ").repeat(500),
            "torn: {text:.40}"
        );
        let temporary = folder.join(format!("{FILE}.tmp"));
        assert!(!temporary.exists() || mode(&temporary) == 0o600);
    }
}
