//! `kill -9` at every system call of a refresh, and at random: no torn record, no sign-in lost
//! where the provider's overlap allows it; where it does not, none from the journal on, and none
//! silently.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::flow::intent::Left;

use crate::chance::Chance;
use crate::program::Outcome;
use crate::provider::Provider;
use crate::providers::{numbered, overlapping, strict, tokens};
use crate::seat::Seat;
use crate::strace::{self, Point};
use crate::{ACCOUNT, left_out};

const REFRESH: [&str; 4] = ["token", "refresh", "--force", ACCOUNT];
/// Homes that are worked on side by side: most of the time they wait for an intent to settle.
const SIDE_BY_SIDE: usize = 16;
/// Kills at random times, for each kind of provider.
const RANDOM_KILLS: usize = 90;

/// What the next run makes of a home whose last run was killed.
struct Aftermath {
    killed: u32,
    lost: u32,
    /// Of the others, those whose new tokens were in the journal.
    kept: u32,
}

impl Aftermath {
    /// Lets `kill` end a refresh for every one of `moments`, and looks at what it left.
    fn of<T: Send>(
        provider: &Provider,
        overlaps: bool,
        moments: Vec<T>,
        kill: impl Fn(&Seat, &T) -> bool + Sync,
    ) -> Self {
        let result = Mutex::new(Self { killed: 0, lost: 0, kept: 0 });
        let moments = Mutex::new(moments);
        let work = || {
            let seat = Seat::with_expired(provider, &[ACCOUNT]);
            loop {
                let Some(moment) = moments.lock().unwrap().pop() else { return };
                let killed = kill(&seat, &moment);
                let left = Left::read(&seat.intent_of(ACCOUNT));
                let kept = left.is_some_and(|left| left.has_journal());
                let next = next_run(&seat);
                let mut result = result.lock().unwrap();
                result.killed += u32::from(killed);
                result.kept += u32::from(kept);
                if next.code == Some(4) {
                    assert!(!overlaps, "lost in spite of the overlap: {}", next.told());
                    assert!(!kept, "lost in spite of the journal: {}", next.told());
                    result.lost += 1;
                    seat.connect(provider, ACCOUNT);
                }
            }
        };
        thread::scope(|scope| (0..SIDE_BY_SIDE).for_each(|_| drop(scope.spawn(work))));
        result.into_inner().unwrap()
    }
}

/// The record is whole; the next run works, or says which run lost the sign-in and keeps the record.
#[track_caller]
fn next_run(seat: &Seat) -> Outcome {
    seat.record(ACCOUNT).unwrap().expect("a record");
    let next = seat.run(REFRESH);
    match next.code {
        Some(0) => {}
        _ => {
            assert_eq!(next.code, Some(4), "{}", next.told());
            let cause = "An earlier refresh was interrupted before its answer was saved";
            assert!(next.stderr.contains(cause), "{}", next.told());
        }
    }
    let stored = seat.record(ACCOUNT).unwrap().expect("a record");
    let listed = seat.index().get(&stored.account.account).expect("an index entry");
    assert_eq!(listed.refreshed_at, stored.account.refreshed_at, "the index disagrees");
    assert!(seat.leftovers().is_empty(), "{:?} left after {}", seat.leftovers(), next.told());
    next
}

fn every_point(provider: &Provider) -> BTreeSet<Point> {
    let seat = Seat::with_expired(provider, &[ACCOUNT]);
    seat.run(REFRESH).exits(0);
    let (outcome, trace) = strace::watched(&seat, &REFRESH, &[]);
    outcome.exits(0);
    let points = strace::points(&seat, &trace);
    for call in ["openat", "flock", "write", "fsync", "rename", "unlink", "recvfrom"] {
        assert!(
            points.iter().any(|point| point.call == call),
            "no {call} in\n{}",
            trace.join("\n")
        );
    }
    points
}

fn killed_at_every_point(overlaps: bool) -> Option<Aftermath> {
    if !strace::is_there() {
        left_out("killed at every system call", strace::MISSING);
        return None;
    }
    let provider = if overlaps { overlapping() } else { strict() };
    let points: Vec<Point> = every_point(&provider).into_iter().collect();
    let count = points.len();
    let aftermath = Aftermath::of(&provider, overlaps, points, |seat, point| {
        let outcome = strace::with_signal(seat, &REFRESH, point, "SIGKILL");
        assert!(outcome.signal == Some(9) || outcome.code == Some(0), "{}", outcome.told());
        outcome.signal == Some(9)
    });
    let Aftermath { killed, lost, kept } = aftermath;
    eprintln!(
        "overlap {overlaps}: {count} system calls, killed at {killed}, {lost} sign-ins lost, {kept} \
         kept by the journal"
    );
    assert!(killed as usize * 10 >= count * 8, "only {killed} of {count} kills hit");
    // Forcing it to the disk, and all that the save does.
    assert!(kept >= 10, "only {kept} kills were between journal and save");
    Some(aftermath)
}

#[test]
fn killed_at_any_system_call_with_an_overlap_no_sign_in_is_lost() {
    if let Some(aftermath) = killed_at_every_point(true) {
        assert_eq!(aftermath.lost, 0);
    }
}

#[test]
fn killed_at_any_system_call_without_an_overlap_none_is_lost_that_the_journal_has() {
    if let Some(aftermath) = killed_at_every_point(false) {
        // From the provider's answer to the journal: were none lost, no kill hit that stretch.
        assert!(aftermath.lost > 0);
    }
}

fn killed_at_random(overlaps: bool) {
    let provider = if overlaps { overlapping() } else { strict() };
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let usual = (0..3).map(|_| seat.run(REFRESH).exits(0).took).max().unwrap();
    let mut chance = Chance::new("killed at random");
    let moments: Vec<Duration> = (0..RANDOM_KILLS).map(|_| chance.part_of(usual)).collect();
    let Aftermath { killed, lost, .. } =
        Aftermath::of(&provider, overlaps, moments, |seat, moment| {
            let run = seat.spawn(REFRESH);
            thread::sleep(*moment);
            run.kill();
            true
        });
    let refreshed = provider.counts().refreshed;
    eprintln!(
        "overlap {overlaps}: {killed} kills within {usual:?}, {refreshed} refreshes, {lost} sign-ins lost"
    );
    assert!(refreshed >= RANDOM_KILLS as u64, "{:?}", provider.counts());
}

#[test]
fn killed_at_random_with_an_overlap_no_sign_in_is_lost() {
    killed_at_random(true);
}

#[test]
fn killed_at_random_without_an_overlap_none_is_lost_silently() {
    killed_at_random(false);
}

/// A home in which a run was killed while the provider had its request.
fn killed_in_flight(fake: &Provider) -> Seat {
    let seat = Seat::new(&fake.base());
    seat.put(ACCOUNT, &tokens(0), -3600);
    let run = seat.spawn(["token", "get", ACCOUNT]);
    fake.wait_for_calls(1);
    run.kill();
    assert!(seat.intent_of(ACCOUNT).exists());
    seat
}

fn holding_the_first() -> Provider {
    numbered(|number| thread::sleep(Duration::from_millis(if number == 1 { 1500 } else { 0 })))
}

#[test]
fn after_a_run_that_died_the_provider_is_left_in_peace_for_two_seconds() {
    let fake = holding_the_first();
    let seat = killed_in_flight(&fake);
    assert_eq!(seat.run(["token", "get", ACCOUNT]).exits(0).data(), tokens(2).access_token);
    let calls = fake.calls();
    let gap = calls[1].at - calls[0].at;
    assert!((Duration::from_millis(1900)..Duration::from_secs(6)).contains(&gap), "{gap:?}");
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
}

#[test]
fn an_old_intent_one_from_the_future_and_one_about_another_token_hold_nobody_up() {
    let fake = holding_the_first();
    let seat = killed_in_flight(&fake);
    let file = fs::read_to_string(seat.intent_of(ACCOUNT)).unwrap();
    // Behind it is the room of the journal.
    let (intent, _) = file.split_once('\n').unwrap();
    let fact =
        |name: &str| serde_json::from_str::<serde_json::Value>(intent).unwrap()[name].clone();
    let (token, at) = (fact("token"), fact("at"));
    let replaced =
        |old: &serde_json::Value, new: &str| intent.replacen(old.as_str().unwrap(), new, 1);
    for changed in [
        replaced(&at, "2026-01-01T00:00:00Z"),
        replaced(&at, "2199-01-01T00:00:00Z"),
        replaced(&token, "another"),
        "not an intent".to_owned(),
        String::new(),
    ] {
        seat.put(ACCOUNT, &tokens(0), -3600);
        fs::write(seat.intent_of(ACCOUNT), &changed).unwrap();
        let begin = Instant::now();
        seat.run(["token", "get", ACCOUNT]).exits(0);
        assert!(begin.elapsed() < Duration::from_millis(1900), "held up by {changed}");
        assert!(!seat.intent_of(ACCOUNT).exists(), "{changed} stayed");
    }
}
