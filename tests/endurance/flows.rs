//! What two runs do to each other between two lines of code, and clocks that are wrong.

use std::thread;
use std::time::Duration;

use partnerlink::clock::Timestamp;
use partnerlink::error::{Exit, Explain as _};
use partnerlink::flow::FlowError;
use partnerlink::flow::refresh::RefreshOutcome;
use partnerlink::http::HttpError;
use partnerlink::store::lock::AccountLock;
use partnerlink::store::{Item, StoreError};

use crate::ACCOUNT;
use crate::bench::{Bench, FixedClock, invalid_grant, new_tokens, tokens_about};
use crate::providers::strict;
use crate::seat::Seat;

#[test]
fn what_was_read_before_the_lock_is_read_again_under_it() {
    let bench = Bench::new();
    let path = bench.folders().locks().join("zaehlerfreunde.default.lock");
    let held = AccountLock::acquire_path(&path, Duration::from_secs(1), &mut || ()).unwrap();
    let outcome = thread::scope(|scope| {
        let waiting = scope.spawn(|| bench.refresh(|| panic!("nothing has to be sent")));
        thread::sleep(Duration::from_millis(200));
        bench.save("of-the-other-run", 3600);
        drop(held);
        waiting.join().unwrap()
    });
    let Ok(RefreshOutcome::Unchanged(record)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(record.access_token.expose(), "access-of-the-other-run");
}

#[test]
fn a_refusal_of_a_token_that_is_stored_no_more_leaves_the_winners_record() {
    let bench = Bench::new();
    let outcome = bench.refresh(|| {
        bench.save("of-the-winner", 3600);
        invalid_grant()
    });
    let Ok(RefreshOutcome::Unchanged(record)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(record.access_token.expose(), "access-of-the-winner");
    assert_eq!(bench.stored(), "refresh-token-of-the-winner");
}

#[test]
fn a_refusal_of_the_stored_token_keeps_the_record_and_asks_for_a_sign_in() {
    let bench = Bench::new();
    let outcome = bench.refresh(invalid_grant);
    assert!(
        matches!(outcome, Ok(RefreshOutcome::SignInNeeded { interrupted: false, .. })),
        "{outcome:?}"
    );
    assert_eq!(bench.stored(), "refresh-token-old");
}

#[test]
fn a_refusal_after_an_answer_that_was_lost_is_explained_by_it() {
    let bench = Bench::new();
    let calls = std::sync::atomic::AtomicU32::new(0);
    let outcome = bench.refresh(|| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Err(HttpError::Broken { host: "x".into(), why: "reset".into() }),
        _ => invalid_grant(),
    });
    assert!(
        matches!(outcome, Ok(RefreshOutcome::SignInNeeded { interrupted: true, .. })),
        "{outcome:?}"
    );
    assert_eq!(bench.stored(), "refresh-token-old");
}

#[test]
fn in_1970_and_2100_a_run_refreshes_once_and_the_next_not_at_all() {
    for year in [0, 4_102_444_800, 253_402_207_100] {
        let clock = FixedClock(Timestamp::from_second(year).unwrap());
        let bench = Bench::new();
        bench.save("old", -100 * 365 * 86_400);
        let first = bench.refresh_at(&clock, new_tokens);
        assert!(matches!(first, Ok(RefreshOutcome::Refreshed(_))), "{year}: {first:?}");
        let second = bench.refresh_at(&clock, || panic!("a second refresh in {year}"));
        assert!(matches!(second, Ok(RefreshOutcome::Unchanged(_))), "{year}: {second:?}");
    }
}

/// The answer is refused, but the refresh token in it is the only one that still works.
#[test]
fn neither_a_wrong_clock_nor_another_issuer_costs_the_sign_in() {
    let issuer = "https://issuer.example/";
    for (issuer, offset) in [(issuer, -7200), (issuer, 7200), ("https://other.example/", 0)] {
        let bench = Bench::new();
        let outcome = bench.refresh(|| tokens_about(issuer, "anna", offset));
        assert!(matches!(outcome, Err(FlowError::Identity(_))), "{outcome:?}");
        assert_eq!(bench.stored(), "refresh-token-new");
        assert_eq!(bench.access_token(), "access-old");
        assert!(!bench.intent_file().exists());
    }
}

/// Who somebody else is has nothing to do with clocks: their tokens are not taken.
#[test]
fn the_tokens_of_another_person_are_not_kept() {
    let bench = Bench::new();
    let outcome = bench.refresh(|| tokens_about("https://issuer.example/", "ben", 0));
    assert!(matches!(outcome, Err(FlowError::Identity(_))), "{outcome:?}");
    assert_eq!(bench.stored(), "refresh-token-old");
}

#[test]
fn a_save_that_reads_back_differently_is_tried_three_times_and_then_left_to_the_next_run() {
    let differs = || StoreError::ReadBackDiffers(Item::Account(ACCOUNT.parse().unwrap()));
    for (failures, stored) in [(2, "refresh-token-new"), (3, "refresh-token-old")] {
        let bench = Bench::new();
        let outcome = bench.refresh(|| {
            (0..failures).for_each(|_| bench.store.fail_next(differs()));
            new_tokens()
        });
        assert_eq!(bench.stored(), stored);
        match outcome {
            Ok(RefreshOutcome::Refreshed(_)) => assert_eq!(failures, 2),
            Err(error @ FlowError::InJournal(_)) => {
                assert_eq!((failures, error.meaning().exit), (3, Exit::Store));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_token_is_refreshed_a_minute_before_its_end() {
    let provider = strict();
    let seat = Seat::with_expired(&provider, &[ACCOUNT]);
    let before = seat.token(ACCOUNT);
    for (seconds, min_ttl, refreshed) in
        [(90, "60s", 0), (90, "2m", 1), (45, "60s", 2), (45, "0s", 2)]
    {
        seat.let_live(ACCOUNT, seconds);
        seat.run(["token", "get", ACCOUNT, "--min-ttl", min_ttl]).exits(0);
        provider.refreshed_exactly(refreshed);
    }
    seat.let_live(ACCOUNT, 45);
    assert_ne!(seat.run(["token", "get", ACCOUNT]).exits(0).data(), before);
    provider.refreshed_exactly(3);
    // An expired one is never handed out, however little was asked for.
    seat.expire(ACCOUNT);
    seat.run(["token", "get", ACCOUNT, "--min-ttl", "0s"]).exits(0);
    provider.refreshed_exactly(4);
}
