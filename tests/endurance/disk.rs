//! Full and read-only disks, failing calls, other people's files, and the order in which a refresh
//! reaches the disk.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::provider::Provider;
use crate::providers::strict;
use crate::seat::Seat;
use crate::strace;
use crate::{ACCOUNT, is_root, left_out};

const REFRESH: [&str; 4] = ["token", "refresh", "--force", ACCOUNT];

/// A mount that ends with this.
struct Unmounted(PathBuf);

impl Drop for Unmounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// A file system of 3 MiB that a home's state lies on.
struct SmallDisk(Unmounted);

impl SmallDisk {
    fn under(seat: &Seat, what: &str) -> Option<Self> {
        fs::create_dir_all(seat.state()).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m,mode=0700", "none"]).arg(seat.state());
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self(Unmounted(seat.state())));
        }
        left_out(what, "needs root and the right to mount");
        None
    }

    /// Leaves so many bytes.
    fn fill(&self, free: u64) {
        let mut filler = fs::File::create(self.filler()).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length.saturating_sub(free)).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.0.join("filler")
    }

    fn make_read_only(&self) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", "remount,ro"]).arg(&self.0.0).status().unwrap().success());
    }
}

#[test]
fn a_full_disk_is_found_out_before_the_refresh_token_is_spent() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    let Some(disk) = SmallDisk::under(&seat, "a full disk") else { return };
    seat.connect(&provider, ACCOUNT);
    let record = fs::read(seat.file_of(ACCOUNT)).unwrap();
    for free in [0, 4096, 512 << 10] {
        disk.fill(free);
        // A good token is printed all the same.
        seat.run(["token", "get", ACCOUNT]).exits(0);
        for args in
            [&REFRESH[..], &["token", "get", ACCOUNT, "--min-ttl", "24h"], &["connect", ACCOUNT]]
        {
            let outcome = seat.run(args).exits(5).says(&["no room left"]);
            assert!(!outcome.stderr.contains("Opening your browser"), "{}", outcome.told());
            assert_eq!(fs::read(seat.file_of(ACCOUNT)).unwrap(), record);
        }
        let doctor = seat.run(["doctor"]).exits(5).stdout;
        assert!(doctor.contains("without room") && doctor.contains("make room"), "{doctor}");
        fs::remove_file(disk.filler()).unwrap();
    }
    assert_eq!(provider.count("refresh_token") + provider.count("authorization_code"), 0);
    seat.run(REFRESH).exits(0);
    provider.refreshed_exactly(1);
}

#[test]
fn on_a_read_only_disk_a_good_token_is_printed_and_none_is_spent() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    let Some(disk) = SmallDisk::under(&seat, "a read-only disk") else { return };
    seat.connect(&provider, ACCOUNT);
    seat.connect(&provider, "zaehlerfreunde:unlisted");
    fs::remove_file(seat.index_file_of("zaehlerfreunde:unlisted")).unwrap();
    disk.make_read_only();
    for account in [ACCOUNT, "zaehlerfreunde:unlisted"] {
        assert_eq!(seat.run(["token", "get", account]).exits(0).data(), seat.token(account));
        seat.run(["token", "get", account, "--min-ttl", "24h"])
            .exits(5)
            .says(&["Read-only file system"]);
    }
    seat.run(["status"]).exits(5).says(&["could not show zaehlerfreunde:unlisted"]);
    seat.run(REFRESH).exits(5).says(&["Read-only file system"]);
    seat.run(["connect", ACCOUNT]).exits(5).conceals(&["Opening your browser"]);
    seat.run(["disconnect", ACCOUNT]).exits(5);
    assert_eq!(provider.count("refresh_token"), 0);
    assert_eq!(provider.count("revoke"), 0);
}

/// Where in a trace the first line is that has all of these texts.
#[track_caller]
fn place(trace: &[String], texts: &[&str]) -> usize {
    trace
        .iter()
        .position(|line| texts.iter().all(|text| line.contains(text)))
        .unwrap_or_else(|| panic!("no {texts:?} in\n{}", trace.join("\n")))
}

#[test]
fn spent_then_forced_to_the_disk_then_told() {
    if let Some(why) = strace::is_blind() {
        return left_out("the order of system calls", why);
    }
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let (outcome, trace) = strace::watched(&seat, &REFRESH, &[]);
    outcome.exits(0);
    let sent = place(&trace, &["POST /zaehlerfreunde/oauth/token"]);
    let (before, after) = trace.split_at(sent);
    let places = [
        place(before, &["flock(", "LOCK_EX"]),
        // Whether it can be saved, that there is room for the journal, and that it will be spent.
        place(before, &["write(", ".sealed.tmp"]),
        place(before, &["unlink(", ".sealed.tmp"]),
        place(before, &["fallocate(", "/intents/"]),
        place(before, &["write(", "/intents/", "\\\"token\\\":"]),
        place(before, &["fsync(", "/intents/"]),
        sent,
        sent + place(after, &["recvfrom", "200 OK"]),
        sent + place(after, &["write(", "/intents/", "\\\"sealed\\\":"]),
        sent + place(after, &["write(", ".sealed.tmp"]),
        sent + place(after, &["fsync(", ".sealed.tmp"]),
        sent + place(after, &["rename(", ".sealed.tmp"]),
        sent + place(after, &["fsync(", "/tokens>"]),
        sent + place(after, &["unlink(", "/intents/"]),
        sent + place(after, &["close(", ".lock>"]),
        sent + place(after, &["write(1<", "\\trefreshed\\t"]),
    ];
    assert!(places.is_sorted(), "{places:?} in\n{}", trace.join("\n"));
    let waits = trace.iter().filter(|line| line.contains("sync(")).count();
    assert_eq!(waits, 3, "each is a wait for the disk, in\n{}", trace.join("\n"));
}

/// What a power cut leaves between the two waits of a save: the new bytes beside the old record, and
/// nothing in the journal, which was not forced to the disk.
#[test]
fn a_save_that_a_power_cut_ended_is_finished() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let file = seat.file_of(ACCOUNT);
    let beside = file.with_extension("sealed.tmp");
    let before = fs::read(&file).unwrap();
    seat.run(REFRESH).exits(0);
    let (token, after) = (seat.token(ACCOUNT), fs::read(&file).unwrap());
    let cut_off = |written: &[u8]| {
        fs::write(&file, &before).unwrap();
        fs::write(&beside, written).unwrap();
        seat.run(["token", "refresh"])
    };
    cut_off(&after).exits(0);
    assert_eq!(seat.token(ACCOUNT), token);
    assert!(!beside.exists());
    provider.refreshed_exactly(1);
    // Half of the bytes are none: the record counts, whose token is spent.
    cut_off(&after[..after.len() / 2]).exits(4);
    assert_eq!(provider.counts().reused, 1);
}

#[test]
fn a_save_that_fails_once_is_tried_again_and_one_that_fails_for_good_waits_in_the_journal() {
    if let Some(why) = strace::is_blind() {
        return left_out("failing calls", why);
    }
    // Single use to the letter: the journal is all that keeps the sign-in.
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let (folder, temporary) =
        (seat.folders().tokens(), seat.file_of(ACCOUNT).with_extension("sealed.tmp"));
    let paths = [folder.as_path(), temporary.as_path()];
    let (outcome, trace) = strace::watched(&seat, &REFRESH, &paths);
    outcome.exits(0);
    for (call, place, error) in [
        ("openat", ".sealed.tmp\"", "ENOSPC"),
        ("write", ".sealed.tmp>", "ENOSPC"),
        ("fsync", ".sealed.tmp>", "EIO"),
        ("rename", ".sealed.tmp\"", "ENOSPC"),
        ("fsync", "/tokens>", "EIO"),
    ] {
        // The last one: what comes before it tries whether there is room.
        let calls: Vec<&String> = trace
            .iter()
            .filter(|line| strace::call_in(line).is_some_and(|it| it.1 == call))
            .collect();
        let last = calls.iter().rposition(|line| line.contains(place));
        let number = last.unwrap_or_else(|| panic!("no {call} in\n{}", trace.join("\n"))) + 1;
        let before = fs::read(seat.file_of(ACCOUNT)).unwrap();
        let once = strace::with_error(&seat, &REFRESH, &paths, call, error, &number.to_string());
        once.exits(0).says(&["could not be saved", "trying again"]);
        let after = fs::read(seat.file_of(ACCOUNT)).unwrap();
        assert_ne!(before, after, "{call}");

        let always =
            strace::with_error(&seat, &REFRESH, &paths, call, error, &format!("{number}+"));
        always.exits(5).says(&["could not be saved yet", "nothing was lost"]);
        // Past the rename the new record is there; that it is durable could not be had.
        if place != "/tokens>" {
            assert_eq!(fs::read(seat.file_of(ACCOUNT)).unwrap(), after, "{call}");
        }
        seat.record(ACCOUNT).unwrap().expect("a record");
        seat.run(REFRESH).exits(0);
        assert!(seat.leftovers().is_empty(), "{call}: {:?}", seat.leftovers());
    }
    assert_eq!(provider.counts().reused, 0);
}

/// A disk that its system has made read-only after a fault.
#[test]
fn what_cannot_be_deleted_is_not_revoked() {
    if let Some(why) = strace::is_blind() {
        return left_out("a disk for reading only", why);
    }
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    for folder in [seat.folders().tokens(), seat.folders().accounts()] {
        let args = ["disconnect", ACCOUNT];
        strace::with_error(&seat, &args, &[&folder], "access,faccessat", "EROFS", "1+")
            .exits(5)
            .says(&["could not disconnect", "could not delete"]);
        seat.run(REFRESH).exits(0);
    }
}

/// Lets `spoil` happen between the spending of a refresh token and its save.
fn spoiling(provider: &Provider, spoil: impl Fn() + Send + Sync + 'static) {
    provider.does(move |call, honest| {
        if call.path().ends_with("/token") {
            spoil();
        }
        honest()
    });
}

#[test]
fn a_disk_that_fills_up_between_spending_and_saving_costs_no_sign_in() {
    let provider = strict();
    let seat = Seat::new(&provider.base());
    let Some(disk) = SmallDisk::under(&seat, "a disk that fills up") else { return };
    seat.connect(&provider, ACCOUNT);
    let (record, disk) = (fs::read(seat.file_of(ACCOUNT)).unwrap(), Arc::new(disk));
    spoiling(&provider, {
        let disk = Arc::clone(&disk);
        move || disk.fill(0)
    });
    seat.run(REFRESH).exits(5).says(&["could not be saved yet: no room left", "nothing was lost"]);
    assert_eq!(fs::read(seat.file_of(ACCOUNT)).unwrap(), record);
    provider.is_honest();
    // Nothing more is spent while there is no room, and the new token is handed out all the same.
    seat.run(REFRESH).exits(5).says(&["could not be saved yet: no room left"]);
    let printed = seat.run(["token", "get", ACCOUNT]).exits(0);
    fs::remove_file(disk.filler()).unwrap();
    seat.run(["token", "refresh", ACCOUNT]).exits(0);
    assert_eq!(seat.token(ACCOUNT), printed.data());
    provider.refreshed_exactly(1);
    seat.run(REFRESH).exits(0);
    provider.refreshed_exactly(2);
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
}

#[test]
fn a_store_that_becomes_read_only_between_spending_and_saving_costs_no_sign_in() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let tokens = seat.folders().tokens();
    let mount = |options: &[&str], of: &Path| {
        let outcome = Command::new("mount").args(options).arg(of).output();
        outcome.is_ok_and(|outcome| outcome.status.success())
    };
    if !mount(&["--bind", tokens.to_str().unwrap()], &tokens) {
        return left_out("a store that becomes read-only", "needs root and the right to mount");
    }
    let mounted = Unmounted(tokens.clone());
    let folder = tokens.clone();
    spoiling(&provider, move || assert!(mount(&["-o", "remount,bind,ro"], &folder)));
    seat.run(REFRESH).exits(5).says(&["Read-only file system", "nothing was lost"]);
    provider.is_honest();
    drop(mounted);
    seat.run(REFRESH).exits(0);
    provider.refreshed_exactly(2);
}

#[test]
fn without_room_for_the_journal_nothing_is_sent() {
    if let Some(why) = strace::is_blind() {
        return left_out("no room for the journal", why);
    }
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let outcome = strace::with_error(&seat, &REFRESH, &[], "fallocate", "ENOSPC", "1+");
    outcome.exits(5).says(&["could not be noted on disk", "No space left", "make room"]);
    assert_eq!(provider.count("refresh_token"), 0);
    // A file system that has no such call is written to instead.
    strace::with_error(&seat, &REFRESH, &[], "fallocate", "EOPNOTSUPP", "1+").exits(0);
    provider.refreshed_exactly(1);
}

fn chown_all(path: &Path, user: u32) {
    chown(path, Some(user), None).unwrap();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        chown_all(&entry.path(), user);
    }
}

#[test]
fn root_does_not_touch_another_users_tokens() {
    if !is_root() {
        return left_out("another user's tokens", "needs root");
    }
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    chown_all(&seat.state(), 12345);
    for args in
        [&["token", "get", ACCOUNT][..], &REFRESH, &["connect", ACCOUNT], &["disconnect", ACCOUNT]]
    {
        seat.run(args).exits(5).says(&["belongs to another user (id 12345)"]);
    }
    chown_all(&seat.state(), 0);

    // As `sudo` leaves it: the home of somebody else.
    let home = seat.root().join("home");
    chown(&home, Some(12345), None).unwrap();
    let mut command = seat.command(["token", "get", ACCOUNT]);
    command.env_remove("PARTNERLINK_HOME").stdin(Stdio::null());
    seat.start(command).finish().exits(2).says(&["belongs to another user"]);
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    assert_eq!(provider.count("refresh_token"), 0);
    seat.run(["token", "get", ACCOUNT]).exits(0);
}

#[test]
fn another_user_gets_nothing_of_ours() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let as_nobody = |args: &[&str]| {
        let program = seat.command(args);
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
        command.env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    if !as_nobody(&["--version"]).output().is_ok_and(|output| output.status.success()) {
        return left_out("another user", "needs root, setpriv, and a program that all may run");
    }
    for open in [0o700, 0o755, 0o777] {
        fs::set_permissions(seat.root(), fs::Permissions::from_mode(open)).unwrap();
        for args in [
            &["token", "get", ACCOUNT][..],
            &REFRESH,
            &["token", "refresh"],
            &["disconnect", ACCOUNT],
        ] {
            let outcome = seat.start(as_nobody(args)).finish();
            assert!(outcome.stdout.is_empty() && outcome.code != Some(0), "{}", outcome.told());
        }
    }
    assert!(seat.record(ACCOUNT).unwrap().is_some());
    assert_eq!(provider.count("refresh_token"), 0);
}
