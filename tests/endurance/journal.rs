//! The journal: new tokens that could not be saved are there for the next run.

use std::fs;
use std::os::unix::fs::chown;

use partnerlink::clock::SystemClock;
use partnerlink::flow::FlowError;
use partnerlink::flow::disconnect::{Revocation, disconnect};
use partnerlink::flow::inventory;
use partnerlink::flow::refresh::RefreshOutcome;
use partnerlink::provider::registry::Registry;
use partnerlink::store::{StoreError, StoreKind};

use serde_json::json;

use crate::bench::{Bench, locked, new_tokens, nothing_is_sent, tokens_about, tokens_with};
use crate::provider::Provider;
use crate::providers::strict;
use crate::seat::Seat;
use crate::strace;
use crate::{ACCOUNT, is_root, left_out};

/// And if it cannot be saved, it is in the journal.
#[test]
fn what_is_left_of_a_refused_answer_outlives_the_store() {
    let bench = Bench::new();
    let outcome = bench.refresh(|| {
        (0..3).for_each(|_| bench.store.fail_next(locked()));
        tokens_about("https://other.example/", "anna", 0)
    });
    assert!(matches!(outcome, Err(FlowError::InJournal(_))), "{outcome:?}");
    assert_eq!(bench.stored(), "refresh-token-old");
    assert!(matches!(bench.refresh(new_tokens), Ok(RefreshOutcome::Refreshed(_))));
    assert_eq!(bench.access_token(), "access-new");
}

#[test]
fn the_next_run_takes_in_what_could_not_be_saved_before_anything_is_spent() {
    let bench = Bench::new();
    bench.refresh_unsaved();
    let outcome = bench.refresh(nothing_is_sent);
    let Ok(RefreshOutcome::Unchanged(record)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(record.access_token.expose(), "access-new");
    assert_eq!(bench.stored(), "refresh-token-new");
    assert_eq!(bench.index().get(&record.account.account), Some(record.account));
    assert!(!bench.intent_file().exists());
}

#[test]
fn a_look_without_the_lock_takes_it_in_as_well() {
    let bench = Bench::new();
    bench.refresh_unsaved();
    let account = ACCOUNT.parse().unwrap();
    let peek = || bench.work(&SystemClock, nothing_is_sent, |world| world.peek(&account));
    assert_eq!(peek().unwrap().unwrap().access_token.expose(), "access-new");
    assert_eq!(bench.stored(), "refresh-token-new");
    assert!(!bench.intent_file().exists());
}

/// Were one spent, its intent would take the place of the journal.
#[test]
fn while_the_store_cannot_save_nothing_more_is_spent() {
    let bench = Bench::new();
    bench.refresh_unsaved();
    let journal = fs::read(bench.intent_file()).unwrap();
    bench.store.fail_saves(true);
    let account = ACCOUNT.parse().unwrap();
    let outcome = bench.refresh(nothing_is_sent);
    assert!(matches!(outcome, Err(FlowError::InJournal(_))), "{outcome:?}");
    let verified =
        bench.work(&SystemClock, nothing_is_sent, |world| inventory::verify(world, &account));
    assert!(matches!(verified, Err(FlowError::InJournal(_))), "{verified:?}");
    let readable =
        bench.work(&SystemClock, nothing_is_sent, |world| inventory::readable(world, &account));
    assert!(matches!(readable, Err(FlowError::InJournal(_))), "{readable:?}");
    let record = bench.work(&SystemClock, nothing_is_sent, |world| world.peek(&account));
    assert_eq!(record.unwrap().unwrap().access_token.expose(), "access-new");
    assert_eq!(fs::read(bench.intent_file()).unwrap(), journal);
    bench.store.fail_saves(false);
    assert!(matches!(bench.refresh(nothing_is_sent), Ok(RefreshOutcome::Unchanged(_))));
    assert_eq!(bench.stored(), "refresh-token-new");
}

/// What a keychain says is saved may not be on its disk yet.
#[test]
fn a_keychain_that_comes_back_with_the_former_record_gets_the_newer_one() {
    let bench = Bench::with(StoreKind::KEYCHAIN);
    assert!(matches!(bench.refresh(new_tokens), Ok(RefreshOutcome::Refreshed(_))));
    for _ in 0..2 {
        bench.save("old", -3600);
        let outcome = bench.refresh(nothing_is_sent);
        assert!(matches!(outcome, Ok(RefreshOutcome::Unchanged(_))), "{outcome:?}");
        assert_eq!(bench.stored(), "refresh-token-new");
    }
    // Both at once: it forgot one save, and the next one failed.
    bench.save("new", -3600);
    let outcome = bench.refresh(|| {
        (0..3).for_each(|_| bench.store.fail_next(locked()));
        tokens_with(json!({ "refresh_token": "refresh-token-newer" }))
    });
    assert!(matches!(outcome, Err(FlowError::InJournal(_))), "{outcome:?}");
    bench.save("old", -3600);
    assert!(matches!(bench.refresh(nothing_is_sent), Ok(RefreshOutcome::Unchanged(_))));
    assert_eq!(bench.stored(), "refresh-token-newer");
    // One journal stays, the last.
    let names = fs::read_dir(bench.folders().intents()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["zaehlerfreunde.default.saved"]);
    bench.save("new", -3600);
    assert!(matches!(bench.refresh(nothing_is_sent), Ok(RefreshOutcome::Unchanged(_))));
    assert_eq!(bench.stored(), "refresh-token-newer");
}

#[test]
fn a_damaged_journal_costs_no_record_and_holds_nobody_up() {
    let bench = Bench::new();
    bench.refresh_unsaved();
    let good = fs::read_to_string(bench.intent_file()).unwrap();
    let (intent, journal) = good.split_once('\n').unwrap();
    for bad in ["", "{}", "not a journal", &journal[..100], &journal.replacen('A', "B", 1)] {
        fs::write(bench.intent_file(), format!("{intent}\n{bad}\n")).unwrap();
        let record = bench
            .work(&SystemClock, nothing_is_sent, |world| world.peek(&ACCOUNT.parse().unwrap()));
        assert_eq!(record.unwrap().unwrap().refresh_token.unwrap().expose(), "refresh-token-old");
    }
}

#[test]
fn an_account_that_ends_takes_its_journal_along() {
    let provider = Registry::default().get("zaehlerfreunde").unwrap();
    let account = ACCOUNT.parse().unwrap();
    for kind in [StoreKind::FILE, StoreKind::KEYCHAIN] {
        let bench = Bench::with(kind);
        bench.refresh_unsaved();
        let ended = bench.work(&SystemClock, nothing_is_sent, |world| {
            disconnect(world, &provider, &account, false)
        });
        assert!(matches!(ended, Ok(Revocation::Skipped)), "{ended:?}");
        assert_eq!(fs::read_dir(bench.folders().intents()).unwrap().count(), 0);
        // A record of before, from a backup, is as it was.
        bench.save("old", 3600);
        assert!(matches!(bench.refresh(nothing_is_sent), Ok(RefreshOutcome::Unchanged(_))));
        assert_eq!(bench.stored(), "refresh-token-old");
    }
}

/// Where the provider gives no new refresh token, the stored one works on.
#[test]
fn what_did_not_rotate_needs_no_journal() {
    let bench = Bench::new();
    let outcome = bench.refresh(|| {
        (0..3).for_each(|_| bench.store.fail_next(locked()));
        tokens_with(json!({ "refresh_token": "refresh-token-old" }))
    });
    assert!(matches!(outcome, Err(FlowError::Store(StoreError::Locked))), "{outcome:?}");
    let file = fs::read_to_string(bench.intent_file()).unwrap();
    assert!(!file.contains("sealed"));
}

const REFRESH: [&str; 4] = ["token", "refresh", "--force", ACCOUNT];

/// A home whose last refresh could not save what it got; `None` where none can be made.
fn unsaved(provider: &Provider) -> Option<Seat> {
    if let Some(why) = strace::is_blind() {
        left_out("what every command takes in", why);
        return None;
    }
    let seat = Seat::with_expired(provider, &[ACCOUNT]);
    let temporary = seat.file_of(ACCOUNT).with_extension("sealed.tmp");
    strace::with_error(&seat, &REFRESH, &[&temporary], "rename", "ENOSPC", "1+").exits(5);
    assert_ne!(seat.refresh_token(ACCOUNT), provider.refresh_token());
    Some(seat)
}

#[test]
fn every_command_that_opens_the_account_takes_it_in() {
    let provider = strict();
    for command in [
        &["token", "get", ACCOUNT][..],
        &["token", "show", ACCOUNT],
        &["token", "refresh", ACCOUNT],
        &["exec", ACCOUNT, "--", "true"],
        &["store", "verify"],
        &["status", "--check"],
        &["store", "migrate", ACCOUNT, "--to", "file"],
    ] {
        let Some(seat) = unsaved(&provider) else { return };
        seat.run(command).exits(0);
        assert_eq!(seat.refresh_token(ACCOUNT), provider.refresh_token(), "{command:?}");
        assert!(seat.leftovers().is_empty(), "{command:?}: {:?}", seat.leftovers());
    }
    assert_eq!(provider.counts().reused, 0);
}

#[test]
fn what_is_revoked_is_the_newest_token() {
    let provider = strict();
    let Some(seat) = unsaved(&provider) else { return };
    seat.run(["disconnect", ACCOUNT]).exits(0).says(&["revoked at the provider, deleted here"]);
    assert_eq!(provider.last().parameter("token"), provider.refresh_token());
    assert!(seat.leftovers().is_empty(), "{:?}", seat.leftovers());
}

#[test]
fn a_note_of_another_user_is_not_believed_and_nothing_is_spent_in_their_folder() {
    if !is_root() {
        return left_out("another user's intents", "needs root");
    }
    let provider = strict();
    let Some(seat) = unsaved(&provider) else { return };
    let (file, folder) = (seat.intent_of(ACCOUNT), seat.folders().intents());
    let before = seat.refresh_token(ACCOUNT);
    chown(&file, Some(12345), None).unwrap();
    seat.run(["token", "show", ACCOUNT]).exits(0);
    assert_eq!(seat.refresh_token(ACCOUNT), before);
    chown(&folder, Some(12345), None).unwrap();
    seat.run(REFRESH).exits(5).says(&["it belongs to another user (id 12345)"]);
    assert_eq!(provider.count("refresh_token"), 1);
}
