//! The sealed files and other people: modes, owners, links, copies, and the key.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::process::{Command, Stdio};

use partnerlink::secret::Secret;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::{StoreError, TokenStore};

use crate::bench::{Bench, FILE, NAME, mode, set_mode};
use crate::children::{child, words};
use crate::{is_root, item, left_out, secret};

#[test]
fn only_the_owner_gets_in_whatever_the_umask() {
    let bench = Bench::new();
    let (folder, key) = (bench.folder(), bench.key());
    let run = child("save-files", &[folder.to_str().unwrap(), key.to_str().unwrap(), NAME, "1"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(run.get_program()).args(run.get_args());
    shell
        .envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdin(Stdio::null());
    assert_eq!(words(shell), ["saved"]);
    assert_eq!(
        (mode(&folder), mode(folder.parent().unwrap()), mode(&bench.file()), mode(&key)),
        (0o700, 0o700, 0o600, 0o600)
    );

    set_mode(&folder, 0o755);
    set_mode(&bench.file(), 0o644);
    let store = bench.store();
    assert!(store.load(&item(NAME)).unwrap().is_some());
    assert_eq!((mode(&folder), mode(&bench.file())), (0o700, 0o600));
}

#[test]
fn links_and_other_peoples_files_are_refused() {
    let bench = Bench::with_item();
    let refused = |bench: &Bench| {
        assert!(matches!(bench.load(), Err(StoreError::Unsafe { .. })));
        assert!(matches!(
            bench.store().save(&item(NAME), &secret("new")),
            Err(StoreError::Unsafe { .. })
        ));
    };
    let real = bench.room.path().join("real");
    fs::rename(bench.folder(), &real).unwrap();
    symlink(&real, bench.folder()).unwrap();
    refused(&bench);
    assert!(matches!(bench.store().look(), Err(StoreError::Unsafe { .. })));
    fs::remove_file(bench.folder()).unwrap();
    fs::rename(&real, bench.folder()).unwrap();

    fs::rename(bench.file(), &real).unwrap();
    symlink(&real, bench.file()).unwrap();
    refused(&bench);
    fs::remove_file(bench.file()).unwrap();
    assert!(Command::new("mkfifo").arg(bench.file()).status().unwrap().success());
    refused(&bench);
    assert!(matches!(bench.store().holds(&item(NAME)), Err(StoreError::Unsafe { .. })));
    fs::remove_file(bench.file()).unwrap();
    fs::rename(&real, bench.file()).unwrap();
    // A link where the temporary file goes is swept, not followed.
    symlink(bench.room.path().join("victim"), bench.folder().join(format!("{FILE}.tmp"))).unwrap();
    bench.store().save(&item(NAME), &secret("new")).unwrap();
    assert!(!bench.room.path().join("victim").exists());

    if !is_root() {
        return left_out("foreign owners", "needs root");
    }
    for path in [bench.file(), bench.folder()] {
        chown(&path, Some(12345), None).unwrap();
        refused(&bench);
        chown(&path, Some(0), None).unwrap();
    }
    assert!(bench.load().unwrap().is_some());
}

#[test]
fn a_copy_of_the_folder_says_nothing_without_the_key() {
    let bench = Bench::with_item();
    bench.store().save(&item("client-secret/timberdata"), &secret("canary-9e2f")).unwrap();
    for name in bench.names() {
        let bytes = fs::read(bench.folder().join(&name)).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"), "{name}");
    }
    let copy = bench.room.path().join("copy");
    assert!(
        Command::new("cp").args(["-rp"]).arg(bench.folder()).arg(&copy).status().unwrap().success()
    );
    let thief = FileStore::open(copy, KeySource::KeyFile(bench.room.path().join("thiefs-key")));
    assert!(matches!(thief.load(&item(NAME)), Err(StoreError::NoKey(_))));
}

#[test]
fn a_wrong_key_and_a_lost_one_change_nothing() {
    let bench = Bench::with_item();
    let good = fs::read(bench.file()).unwrap();
    let (key, away) = (bench.key(), bench.room.path().join("away"));
    fs::rename(&key, &away).unwrap();
    // No second key is made over the one that is mislaid.
    assert!(matches!(bench.load(), Err(StoreError::NoKey(_))));
    assert!(matches!(
        bench.store().save(&item("timberdata"), &secret("x")),
        Err(StoreError::NoKey(_))
    ));
    assert!(matches!(bench.store().preflight(&item("timberdata")), Err(StoreError::NoKey(_))));
    assert!(!key.exists());
    // Another key says so.
    FileStore::open(bench.room.path().join("elsewhere"), KeySource::KeyFile(key.clone()))
        .save(&item(NAME), &secret("x"))
        .unwrap();
    assert!(matches!(bench.load(), Err(StoreError::WrongKey(_))));
    assert_eq!(fs::read(bench.file()).unwrap(), good);
    // A new record takes its place, and the old one is kept for whoever finds the key.
    bench.store().save(&item(NAME), &secret("x")).unwrap();
    let aside = bench.folder().join(format!("{FILE}.bad"));
    assert_eq!(fs::read(&aside).unwrap(), good);
    fs::rename(&aside, bench.file()).unwrap();
    fs::rename(&away, &key).unwrap();
    assert!(bench.load().unwrap().is_some());
    // What cannot be opened can still be deleted.
    fs::remove_file(&key).unwrap();
    assert!(bench.store().delete(&item(NAME)).unwrap());
}

#[test]
fn a_key_that_is_gone_is_made_anew_only_by_name_and_what_it_sealed_is_told() {
    let bench = Bench::with_item();
    assert!(bench.store().replace_lost_key().unwrap().is_none());
    let missing = FileStore::open(
        bench.folder(),
        KeySource::Credential(bench.room.path().join("credential")),
    );
    assert!(matches!(missing.replace_lost_key(), Err(StoreError::NoKey(_))), "systemd's own");
    fs::remove_file(bench.key()).unwrap();
    assert!(matches!(
        bench.store().save(&item("timberdata"), &secret("x")),
        Err(StoreError::NoKey(_))
    ));
    let lost = bench.store().replace_lost_key().unwrap().unwrap();
    assert_eq!(lost.sealed, [item(NAME)]);
    assert!(lost.why.contains("does not exist"), "{lost:?}");
    assert!(matches!(bench.load(), Err(StoreError::WrongKey(_))));
    bench.store().save(&item(NAME), &secret("new")).unwrap();
    assert_eq!(bench.load().unwrap().as_deref(), Some(&b"new"[..]));
    assert!(Bench::new().store().replace_lost_key().unwrap().is_none(), "nothing was sealed yet");
}

#[test]
fn a_key_that_others_could_read_is_refused() {
    let bench = Bench::with_item();
    let key = bench.key();
    let credential = || FileStore::open(bench.folder(), KeySource::Credential(key.clone()));
    set_mode(&key, 0o640);
    assert!(matches!(bench.load(), Err(StoreError::OpenKey { .. })));
    set_mode(&key, 0o440);
    assert!(credential().load(&item(NAME)).is_ok(), "systemd's own mode");
    set_mode(&key, 0o444);
    assert!(matches!(credential().load(&item(NAME)), Err(StoreError::OpenKey { .. })));
    if is_root() {
        set_mode(&key, 0o440);
        chown(&key, Some(12345), None).unwrap();
        assert!(matches!(credential().load(&item(NAME)), Err(StoreError::Unsafe { .. })));
        chown(&key, Some(0), None).unwrap();
    } else {
        left_out("a credential of another user", "needs root");
    }
    set_mode(&key, 0o600);
    let away = bench.room.path().join("away");
    fs::rename(&key, &away).unwrap();
    assert!(matches!(credential().load(&item(NAME)), Err(StoreError::NoKey(_))));
    symlink(&away, &key).unwrap();
    assert!(matches!(bench.load(), Err(StoreError::Unsafe { .. })));
    fs::remove_file(&key).unwrap();
    for text in ["", "short", "AAAA", &"A".repeat(43)] {
        fs::write(&key, text).unwrap();
        set_mode(&key, 0o600);
        assert!(matches!(bench.load(), Err(StoreError::NoKey(_))), "{text:?}");
    }
}

#[test]
fn a_wrong_passphrase_says_so_before_anything_is_sealed_with_it() {
    let room = tempfile::tempdir().unwrap();
    let store = |passphrase| {
        FileStore::open(room.path().join("s"), KeySource::Passphrase(Secret::from(passphrase)))
    };
    store("right").save(&item(NAME), &secret("x")).unwrap();
    assert!(matches!(store("wrong").load(&item(NAME)), Err(StoreError::WrongPassphrase(_))));
    assert!(matches!(
        store("wrong").save(&item("timberdata"), &secret("x")),
        Err(StoreError::WrongPassphrase(_))
    ));
    assert!(store("wrong").replace_lost_key().unwrap().is_none(), "it is not lost, but mistyped");
    assert!(store("right").load(&item(NAME)).unwrap().is_some());
    // While nothing is sealed another one may be chosen.
    assert!(store("wrong").delete(&item(NAME)).unwrap());
    store("new").save(&item(NAME), &secret("x")).unwrap();
    assert!(matches!(store("right").load(&item(NAME)), Err(StoreError::WrongPassphrase(_))));
    store("new").delete(&item(NAME)).unwrap();
    store("right").save(&item(NAME), &secret("x")).unwrap();
    let salt = room.path().join("s/passphrase.salt");
    let text = fs::read_to_string(&salt).unwrap();
    for bad in
        [text.replace("m=65536", "m=999999999"), text.replace("salt=", "salt=!"), String::new()]
    {
        fs::write(&salt, bad).unwrap();
        assert!(matches!(store("right").load(&item(NAME)), Err(StoreError::Damaged { .. })));
        assert!(salt.exists());
    }
}

#[test]
fn processes_that_save_first_together_make_one_key() {
    for _ in 0..5 {
        let bench = Bench::new();
        let (folder, key) = (bench.folder(), bench.key());
        let names: Vec<_> = (0..8).map(|number| format!("timberdata:n{number}")).collect();
        let writers: Vec<_> = names
            .iter()
            .map(|name| {
                child("save-files", &[folder.to_str().unwrap(), key.to_str().unwrap(), name, "1"])
                    .spawn()
                    .unwrap()
            })
            .collect();
        let said: Vec<_> =
            writers.into_iter().map(|writer| writer.wait_with_output().unwrap()).collect();
        for (name, output) in names.iter().zip(said) {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                bench.store().load(&item(name)).is_ok_and(|found| found.is_some()),
                "{name}: {text}"
            );
        }
    }
}
