//! Records, index entries and modes that are not as they should be, seen through the program.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use partnerlink::store::lock::AccountLock;

use crate::ACCOUNT;
use crate::providers::strict;
use crate::seat::Seat;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_damaged_record_is_told_and_moved_aside_and_never_written_over() {
    let provider = strict();
    let damages: [fn(&mut Vec<u8>); 5] = [
        |file| file.truncate(file.len() - 7),
        |file| file.truncate(20),
        |file| file.clear(),
        |file| *file.last_mut().unwrap() ^= 1,
        |file| file.push(0),
    ];
    for damage in damages {
        for args in
            [&["token", "get", ACCOUNT][..], &["token", "refresh"], &["token", "show", ACCOUNT]]
        {
            let seat = Seat::with_expired(&provider, &[ACCOUNT]);
            let mut file = fs::read(seat.file_of(ACCOUNT)).unwrap();
            damage(&mut file);
            fs::write(seat.file_of(ACCOUNT), &file).unwrap();
            let said = ["is damaged", "it is now", ".bad", "partnerlink connect"];
            seat.run(args).exits(5).says(&said);
            let aside = seat.file_of(ACCOUNT).with_extension("sealed.bad");
            assert_eq!(fs::read(aside).unwrap(), file);
            assert!(!seat.file_of(ACCOUNT).exists());
            seat.run(["token", "get", ACCOUNT]).exits(4).says(&["no longer in sealed files"]);
        }
    }
    assert_eq!(provider.count("refresh_token"), 0);
}

#[test]
fn a_wrong_or_missing_key_changes_nothing() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let (key, sealed) = (seat.home().join("tokens.key"), fs::read(seat.file_of(ACCOUNT)).unwrap());
    let right = fs::read(&key).unwrap();
    let unchanged = |says: &str| {
        for args in [&["token", "get", ACCOUNT][..], &["token", "refresh"]] {
            seat.run(args).exits(5).says(&[says]);
            assert_eq!(fs::read(seat.file_of(ACCOUNT)).unwrap(), sealed);
        }
    };
    fs::write(&key, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n").unwrap();
    unchanged("cannot be opened with this key");
    fs::write(&key, "no key at all\n").unwrap();
    unchanged("is not one line of base64");
    fs::remove_file(&key).unwrap();
    unchanged("does not exist");
    fs::write(&key, right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    unchanged("others can read it");
    // connect finds out before anybody is sent to a browser.
    seat.run(["connect", ACCOUNT]).exits(5).conceals(&["Opening your browser"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(provider.count("refresh_token"), 0);
    seat.run(["token", "get", ACCOUNT]).exits(0);
}

#[test]
fn a_record_of_a_newer_version_is_left_alone() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let text = fs::read(seat.file_of(ACCOUNT)).unwrap();
    let newer = [b"partnerlink-sealed 2 ", &text["partnerlink-sealed 1 ".len()..]].concat();
    fs::write(seat.file_of(ACCOUNT), &newer).unwrap();
    for args in [&["token", "get", ACCOUNT][..], &["token", "refresh"], &["connect", ACCOUNT]] {
        seat.run(args).exits(5).says(&["was written by a newer partnerlink (format 2)"]);
        assert_eq!(fs::read(seat.file_of(ACCOUNT)).unwrap(), newer, "{args:?}");
    }
    assert_eq!(provider.count("refresh_token"), 0);
}

#[test]
fn an_entry_without_a_record_is_told_until_somebody_ends_the_account() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    fs::remove_file(seat.file_of(ACCOUNT)).unwrap();
    for _ in 0..2 {
        seat.run(["token", "get", ACCOUNT]).exits(4).says(&["no longer in sealed files"]);
        seat.run(["token", "refresh"]).exits(4);
    }
    seat.run(["disconnect", ACCOUNT]).exits(0);
    assert!(seat.index().all().is_empty());
    seat.run(["token", "refresh"]).exits(0);
}

#[test]
fn a_record_without_an_entry_gets_one_by_whoever_reads_it() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    for args in
        [&["token", "get", ACCOUNT][..], &["token", "refresh", ACCOUNT], &["token", "refresh"]]
    {
        for entry in [None, Some(""), Some("{"), Some("{}")] {
            for expired in [false, true] {
                seat.connect(&provider, ACCOUNT);
                if expired {
                    seat.expire(ACCOUNT);
                }
                match entry {
                    None => fs::remove_file(seat.index_file_of(ACCOUNT)).unwrap(),
                    Some(text) => fs::write(seat.index_file_of(ACCOUNT), text).unwrap(),
                }
                seat.run(args).exits(0);
                let entry = seat.index().all().pop().expect("an entry");
                let record = seat.record(ACCOUNT).unwrap().expect("a record");
                assert_eq!(entry, record.account);
            }
        }
    }
}

/// Entries are not forced to the disk: after a power cut some may be empty.
#[test]
fn an_account_that_the_index_lost_is_refreshed_with_the_others() {
    let provider = strict();
    let other = "zaehlerfreunde:other";
    let seat = Seat::with_expired(&provider, &[ACCOUNT, other]);
    fs::write(seat.index_file_of(other), "").unwrap();
    let outcome = seat.run(["token", "refresh"]).exits(0);
    assert_eq!(outcome.stdout.matches("\trefreshed\t").count(), 2, "{}", outcome.told());
    assert_eq!(seat.index().all().len(), 2);
}

/// As after a kill between the save and the entry.
#[test]
fn an_entry_that_is_older_than_its_record_is_brought_up_to_date() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let old = fs::read(seat.index_file_of(ACCOUNT)).unwrap();
    seat.run(["token", "refresh", ACCOUNT]).exits(0);
    fs::write(seat.index_file_of(ACCOUNT), old).unwrap();
    seat.run(["token", "get", ACCOUNT]).exits(0);
    let record = seat.record(ACCOUNT).unwrap().expect("a record");
    assert_eq!(seat.index().all(), [record.account]);
}

/// Whoever holds the lock may be about to delete the account, or to write the entry.
#[test]
fn a_reader_heals_nothing_that_another_run_is_working_on() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    seat.connect(&provider, ACCOUNT);
    fs::remove_file(seat.index_file_of(ACCOUNT)).unwrap();
    let soon = Duration::from_secs(1);
    let lock = AccountLock::acquire_path(&seat.lock_of(ACCOUNT), soon, &mut || ()).unwrap();
    seat.run(["token", "get", ACCOUNT]).exits(0);
    assert!(seat.index().all().is_empty());
    drop(lock);
    seat.run(["token", "get", ACCOUNT]).exits(0);
    assert_eq!(seat.index().all().len(), 1);
}

/// Many that find the entry missing at once write it together.
#[test]
fn many_that_heal_at_once_do_not_lose_the_account() {
    let provider = strict();
    for _ in 0..4 {
        let seat = Seat::with_expired(&provider, &[ACCOUNT]);
        fs::remove_file(seat.index_file_of(ACCOUNT)).unwrap();
        let getters: Vec<_> = (0..25).map(|_| seat.spawn(["token", "get", ACCOUNT])).collect();
        getters.into_iter().for_each(|run| drop(run.finish().exits(0)));
        assert_eq!(seat.index().all().len(), 1);
    }
    provider.refreshed_exactly(4);
}

#[test]
fn what_a_crash_left_behind_is_swept_by_the_next_save() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    fs::write(seat.file_of(ACCOUNT).with_extension("sealed.tmp"), "half").unwrap();
    fs::write(seat.index_file_of(ACCOUNT).with_extension("json.tmp"), "{").unwrap();
    assert_eq!(seat.leftovers().len(), 2);
    seat.run(["token", "refresh"]).exits(0);
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
}

#[test]
fn everything_is_for_the_owner_alone_whatever_the_umask() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let key = fs::read(seat.home().join("tokens.key")).unwrap();
    let sealed = fs::read(seat.file_of(ACCOUNT)).unwrap();
    fs::remove_dir_all(seat.state()).unwrap();
    // The state folder is made anew by the program, around a record that was put back.
    fs::create_dir_all(seat.file_of(ACCOUNT).parent().unwrap()).unwrap();
    fs::write(seat.file_of(ACCOUNT), sealed).unwrap();
    fs::write(seat.home().join("tokens.key"), key).unwrap();
    let refresh = seat.command(["token", "refresh", ACCOUNT]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(refresh.get_program());
    shell.args(refresh.get_args()).stdin(Stdio::null()).env_clear();
    shell.envs(refresh.get_envs().filter_map(|(name, value)| Some((name, value?))));
    seat.start(shell).finish().exits(0);
    for path in [seat.file_of(ACCOUNT), seat.index_file_of(ACCOUNT), seat.lock_of(ACCOUNT)] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let folder = path.parent().unwrap();
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    assert_eq!(mode(&seat.folders().state().join("intents")), 0o700);
}
