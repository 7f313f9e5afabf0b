//! A keychain that is not there, and one that never answers. A real one is tested in
//! `tests/real`.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use partnerlink::store::StoreKind;

use crate::ACCOUNT;
use crate::provider::Provider;
use crate::providers::strict;
use crate::seat::Seat;

/// How long a command may take to find out: each waits for the account's lock until those before it
/// have, of which the one that disconnects asks the keychain twice; with time for a busy machine.
const SOON: Duration = Duration::from_secs(16);
const COMMANDS: [&[&str]; 6] = [
    &["token", "get", ACCOUNT],
    &["token", "refresh"],
    &["token", "refresh", "--force", ACCOUNT],
    &["token", "show", ACCOUNT],
    &["connect", ACCOUNT],
    &["disconnect", ACCOUNT],
];

/// A home whose index says that the account is in the keychain of this bus.
fn seat_at(provider: &Provider, bus: &Path) -> Seat {
    let seat = Seat::with_expired(provider, &[ACCOUNT]);
    let mut record = seat.record(ACCOUNT).unwrap().expect("a record");
    record.account.store = StoreKind::KEYCHAIN;
    seat.index().put(&record.account).unwrap();
    seat.with_variable("PARTNERLINK_STORE", "keychain")
        .with_variable("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()))
}

#[track_caller]
fn every_command_fails_soon(seat: &Seat, provider: &Provider, why: &str, cure: &str) {
    let runs: Vec<_> = COMMANDS.iter().map(|args| seat.spawn(*args)).collect();
    for run in runs {
        let outcome = run.finish().exits(5).says(&[why, cure]).conceals(&["Opening your browser"]);
        assert!(outcome.took < SOON, "{:?}: {}", outcome.took, outcome.told());
        assert!(!outcome.stdout.contains("refreshed"), "{}", outcome.told());
    }
    // It needs no keychain, and the account is not forgotten over it.
    let status = seat.run(["status"]).exits(0);
    assert!(status.stdout.contains(ACCOUNT), "{}", status.told());
    assert_eq!(provider.count("refresh_token") + provider.count("revoke"), 0);
}

#[test]
fn without_a_keychain_service_every_command_says_so_at_once() {
    let provider = strict();
    let seat = seat_at(&provider, Path::new("/nonexistent/bus"));
    every_command_fails_soon(
        &seat,
        &provider,
        "no keychain service can be reached",
        "store use file",
    );
}

#[test]
fn a_keychain_that_never_answers_is_given_up() {
    let room = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(room.path().join("bus")).unwrap();
    // Held, or the caller would hear that somebody hung up.
    thread::spawn(move || {
        listener.incoming().map(|guest| Box::leak(Box::new(guest))).for_each(drop)
    });
    let provider = strict();
    let seat = seat_at(&provider, &room.path().join("bus"));
    every_command_fails_soon(&seat, &provider, "did not answer within 3 s", "look for a window");
}
