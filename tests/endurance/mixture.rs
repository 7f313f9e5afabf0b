//! Everything at once on one account: whatever the order, it ends connected or disconnected, and
//! nothing in between.

use std::fs;
use std::time::Duration;

use partnerlink::store::lock::AccountLock;

use crate::ACCOUNT;
use crate::chance::Chance;
use crate::program::{Outcome, Running};
use crate::providers::strict;
use crate::seat::Seat;

const ROUNDS: usize = 150;
const MOST_AT_ONCE: usize = 7;

/// What can be done to an account, with the exit codes that this may end with beside 0.
const DEEDS: [(&[&str], &[i32]); 7] = [
    (&["token", "get", ACCOUNT], &[4]),
    (&["token", "get", ACCOUNT, "--min-ttl", "24h"], &[4]),
    (&["token", "refresh", "--force", ACCOUNT], &[4]),
    (&["token", "refresh"], &[4]),
    // It may look between the end of a record and of its entry.
    (&["status", "--json"], &[4]),
    (&["disconnect", ACCOUNT], &[]),
    // Three ports, and other tests want them as well.
    (&["connect", ACCOUNT], &[2]),
];

/// What one round did.
struct Round {
    disconnected: bool,
    connected: bool,
    told: String,
}

fn round(seat: &Seat, chance: &mut Chance) -> Round {
    let begun: Vec<(usize, Running)> = (0..2 + chance.below(MOST_AT_ONCE - 1))
        .map(|_| {
            let deed = chance.below(DEEDS.len());
            std::thread::sleep(chance.part_of(Duration::from_millis(8)));
            (deed, seat.spawn(DEEDS[deed].0))
        })
        .collect();
    let done: Vec<(&[&str], &[i32], Outcome)> =
        begun.into_iter().map(|(deed, run)| (DEEDS[deed].0, DEEDS[deed].1, run.finish())).collect();
    let did = |word: &str| done.iter().any(|(args, _, end)| args[0] == word && end.code == Some(0));
    let told: String = done.iter().map(|(.., end)| end.told() + "\n").collect();
    for (args, allowed, end) in &done {
        let code = end.code.unwrap_or(-1);
        assert!(code == 0 || allowed.contains(&code), "{args:?} in\n{told}");
    }
    Round { disconnected: did("disconnect"), connected: did("connect"), told }
}

#[test]
fn in_any_order_an_account_ends_connected_or_disconnected_and_nothing_in_between() {
    let provider = strict();
    let mut seat = Seat::new(&provider.base());
    seat.patience = Duration::from_secs(60);
    let mut chance = Chance::new("in any order");
    let (mut alive, mut gone) = (0, 0);
    for number in 0..ROUNDS {
        let was_connected = match chance.below(4) {
            0 => seat.record(ACCOUNT).unwrap().is_some(),
            _ => {
                seat.connect(&provider, ACCOUNT);
                if chance.below(2) == 0 {
                    seat.expire(ACCOUNT);
                }
                true
            }
        };
        let Round { disconnected, connected, told } = round(&seat, &mut chance);
        let is_connected = seat.record(ACCOUNT).unwrap().is_some();
        let context = || format!("round {number}, connected before: {was_connected}\n{told}");
        // A late refresh does not undo a disconnect, and nothing else takes an account away.
        match (disconnected, connected) {
            (false, false) => assert_eq!(is_connected, was_connected, "{}", context()),
            (true, false) => assert!(!is_connected, "{}", context()),
            (false, true) => assert!(is_connected, "{}", context()),
            (true, true) => {}
        }
        let listed = seat.run(["status", "--json"]).exits(0).stdout.contains("\"zaehlerfreunde\"");
        assert_eq!(listed, is_connected, "the index disagrees: {}", context());
        assert!(seat.leftovers().is_empty(), "{:?}: {}", seat.leftovers(), context());
        if is_connected {
            let end = seat.run(["token", "refresh", "--force", ACCOUNT]);
            assert_eq!(end.code, Some(0), "dead: {}after {}", end.told(), context());
            alive += 1;
        } else {
            gone += 1;
        }
        assert_eq!(provider.counts().reused, 0, "{}", context());
    }
    eprintln!("{ROUNDS} rounds: {alive} ended connected, {gone} disconnected");
    assert!(alive > 0 && gone > 0);
}

/// Two writers of one temporary file would put the one's bytes under the other's name.
#[test]
fn a_sign_in_leaves_alone_what_another_run_is_writing() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let temporary = seat.file_of(ACCOUNT).with_extension("sealed.tmp");
    let soon = Duration::from_secs(1);
    let lock = AccountLock::acquire_path(&seat.lock_of(ACCOUNT), soon, &mut || ()).unwrap();
    fs::write(&temporary, "half of a record").unwrap();
    let mut connect = seat.spawn(["connect", ACCOUNT]);
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(fs::read_to_string(&temporary).unwrap_or_default(), "half of a record");
    }
    assert!(connect.is_running(), "it did not wait for the lock");
    drop(lock);
    let end = connect.finish();
    assert!(matches!(end.code, Some(0 | 2)), "{}", end.told());
}
