//! When a refresh is due, which failures are kept, and how often it is tried to send and to save.

use std::fs::File;
use std::sync::Mutex;

use super::spending::Way;
use super::*;
use crate::accounts::Index;
use crate::clock::Clock;
use crate::flow::intent::{Intent, Written};
use crate::http::{Answer, Request, Transport};
use crate::oauth::id_token::IdTokenError;
use crate::provider::registry::Registry;
use crate::store::shared::{Claim, Claimant, Seen};
use crate::store::{Look, SecretBytes, StoreKind, Stores};
use crate::system::paths::Folders;

struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: &Request) -> Result<Answer, HttpError> {
        unreachable!("nothing is asked here")
    }
}

impl Clock for Nobody {
    fn now(&self) -> Timestamp {
        at(100)
    }
}

/// A provider that does not answer for longer than a request is quick.
#[derive(Default)]
struct Slow(Mutex<u32>);

impl Transport for Slow {
    fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        *self.0.lock().unwrap() += 1;
        thread::sleep(Duration::from_millis(5100));
        Err(HttpError::TimedOut { host: request.url.to_string(), after: Duration::ZERO })
    }
}

/// A store that notes what it was to save.
#[derive(Default)]
struct Shelf {
    is_shared: bool,
    /// Whether nobody hears it.
    is_away: bool,
    saves: Mutex<Vec<SecretBytes>>,
}

impl TokenStore for Shelf {
    fn kind(&self) -> StoreKind {
        StoreKind::FILE
    }

    fn load(&self, _: &Item) -> Result<Option<SecretBytes>, StoreError> {
        Ok(self.saves.lock().unwrap().last().cloned())
    }

    fn save(&self, _: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.saves.lock().unwrap().push(bytes.clone());
        if self.is_away { Err(StoreError::Unavailable("it is away".into())) } else { Ok(()) }
    }

    fn delete(&self, _: &Item) -> Result<bool, StoreError> {
        unreachable!("nothing is disconnected here")
    }

    fn look(&self) -> Result<Look, StoreError> {
        unreachable!("the store is known here")
    }

    fn preflight(&self, _: &Item) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_shared(&self) -> bool {
        self.is_shared
    }
}

/// A folder of its own, with no store to be looked up.
struct Room {
    stores: Stores,
    index: Index,
    folders: Folders,
    _folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::resolve(Some(folder.path())).unwrap();
        let stores = Stores::new(Vec::new(), &StoreKind::FILE, Box::new(|_| None));
        Self { stores, index: Index::new(folders.accounts()), folders, _folder: folder }
    }

    fn world<'a>(&'a self, http: &'a dyn Transport) -> World<'a> {
        let Self { stores, index, folders, .. } = self;
        World { stores, index, http, clock: &Nobody, folders, run_by: "test" }
    }
}

fn spending<'a>(
    world: &'a World<'a>,
    store: &'a dyn TokenStore,
    provider: &'a Provider,
) -> Spending<'a> {
    let (client, seen) = (Client { id: "id".into(), secret: None }, Seen::alone(record()));
    let intent_file = world.folders.intent_file(&record().account.account);
    Spending { world, store, provider, client, seen, intent_file }
}

/// Seconds after a day on which everything here happens.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// Connected at 0; its access token ends at 3600, and it is due at 1800.
fn record() -> Record {
    let account = Account {
        connected_at: at(0),
        access_token_until: at(3600),
        refresh_by: Some(at(1800)),
        ..Account::example("p")
    };
    Record::new(account, "access".into(), Some("refresh".into()), None)
}

#[test]
fn a_refresh_is_due_unless_another_run_did_it_since_or_the_token_lives_long_enough() {
    let connected_at = |seconds| {
        let mut record = record();
        record.account.connected_at = at(seconds);
        record
    };
    // This machine's clock is a minute behind the dates.
    let is_met = |due: Due, record: &Record| due.is_met(record, at(100), at(40));
    for (begun, expected) in [(89, true), (90, false), (91, false), (109, false), (161, true)] {
        assert_eq!(is_met(Due::Now(at(30)), &connected_at(begun)), expected, "{begun}");
    }
    let seconds = |seconds| Due::Within(Duration::from_secs(seconds));
    assert!(!is_met(seconds(3500), &record()) && is_met(seconds(3501), &record()));
    assert!(is_met(seconds(0), &connected_at(161)), "its dates lie in the future");
    assert!(!is_met(Due::Soon, &record()) && is_met(Due::Soon, &connected_at(161)));
    assert!(Due::Soon.is_met(&record(), at(1800), at(1800)));
    assert!(is_met(Due::InsteadOf(&"access".into()), &record()));
    assert!(!is_met(Due::InsteadOf(&"former".into()), &record()));
}

#[test]
fn a_failure_that_lasts_is_kept_once() {
    let nobody = || OAuthError::new("invalid_client", None);
    let large = HttpError::TooLarge { host: "p.example".into() };
    let slow = HttpError::TimedOut { host: "p.example".into(), after: Duration::ZERO };
    let secret = FlowError::NoClientSecret { provider: "p".into() };
    for (error, expected) in [
        (FlowError::Token(TokenError::ClientRefused(nobody())), Some(FailureKind::Settings)),
        (FlowError::Token(TokenError::NoEndpoint(404)), Some(FailureKind::Settings)),
        (secret, Some(FailureKind::Settings)),
        (FlowError::Token(TokenError::Refused(nobody())), Some(FailureKind::Answer)),
        (FlowError::Identity(IdTokenError::Expired), Some(FailureKind::Answer)),
        (FlowError::Http(large), Some(FailureKind::Answer)),
        (FlowError::Http(slow), None),
        (FlowError::NotConnected, None),
    ] {
        let failed = failing(&record(), &error, at(7));
        let kind = failed.as_ref().map(|record| record.account.failure.clone().unwrap().kind);
        assert_eq!(kind, expected, "{error}");
        let Some(mut failed) = failed else { continue };
        assert!(failing(&failed, &error, at(8)).is_none(), "{error}: it is known already");
        // Another one, of the other kind or for another reason, takes its place.
        let known = failed.account.failure.as_mut().unwrap();
        known.kind = FailureKind::SignIn;
        assert!(failing(&failed, &error, at(8)).is_some(), "{error}");
        let known = failed.account.failure.as_mut().unwrap();
        (known.kind, known.why) = (expected.unwrap(), "another".into());
        assert!(failing(&failed, &error, at(8)).is_some(), "{error}");
    }
}

#[test]
fn only_what_is_connected_refreshable_and_not_due_is_in_order() {
    let room = Room::new();
    let world = room.world(&Nobody);
    let refused = SignInState::SignInNeeded;
    for (state, refreshable, refresh_by, expected) in [
        (SignInState::Connected, true, 1800, true),
        (refused, true, 1800, false),
        (SignInState::Connected, false, 1800, false),
        (SignInState::Connected, true, 100, false),
        (refused, false, 100, false),
    ] {
        let refresh_by = Some(at(refresh_by));
        let account = Account { state, refreshable, refresh_by, ..record().account };
        let what = format!("{state:?} {refreshable} {refresh_by:?}");
        assert_eq!(is_in_order(&world, &account, Due::Soon), expected, "{what}");
    }
}

/// The next look at a record that does not say it would take it out of the index again.
#[test]
fn wrong_settings_of_this_machine_are_told_to_no_other() {
    for is_shared in [false, true] {
        let (room, store) = (Room::new(), Shelf { is_shared, ..Shelf::default() });
        let account = record().account.account;
        let error = FlowError::NoClientSecret { provider: "p".into() };
        keep_failure(&room.world(&Nobody), &store, &record(), &error);
        let kind = |account: Account| account.failure.map(|failure| failure.kind);
        let known = room.index.get(&account).and_then(kind);
        assert_eq!(known, Some(FailureKind::Settings), "shared: {is_shared}");
        let kept = Record::load(&store, &account).unwrap().and_then(|it| kind(it.account));
        assert_eq!(kept.is_some(), !is_shared, "shared: {is_shared}");
    }
}

/// Two machines would spend one token.
#[test]
fn a_shared_store_without_claims_of_its_own_gives_none() {
    for is_shared in [false, true] {
        let (store, mut is_noted) = (Shelf { is_shared, ..Shelf::default() }, false);
        let claimed = store.claim(Seen::alone(record()), &Claimant::default(), &mut |_| {
            is_noted = true;
            Ok(())
        });
        assert_eq!((claimed.is_ok(), is_noted), (!is_shared, !is_shared));
    }
}

#[test]
fn a_store_that_is_away_is_asked_once_to_save_and_what_is_only_in_memory_is_told() {
    let (room, provider) = (Room::new(), Registry::default().get("zaehlerfreunde").unwrap());
    let world = room.world(&Nobody);
    for has_journal in [true, false] {
        let store = Shelf { is_away: true, ..Shelf::default() };
        let spending = spending(&world, &store, &provider);
        let mut note = Intent::new(&"refresh".into(), at(0)).write(&spending.intent_file).unwrap();
        if !has_journal {
            note = Written::on(File::open(&spending.intent_file).unwrap());
        }
        let mut way = Way { note, doubtful: false, claim_ended: false };
        let mut new = record();
        new.refresh_token = Some("newer".into());
        let saved = spending.save(&mut new, &Claim::alone(Seen::alone(record())), &mut way);
        assert_eq!(store.saves.lock().unwrap().len(), 1, "the wait is over");
        match saved {
            Err(FlowError::InJournal(_)) => assert!(has_journal),
            Err(FlowError::NotSaved(_)) => assert!(!has_journal),
            other => panic!("{other:?}"),
        }
    }
}

/// Whoever waits for this machine's lock would wait twice as long. The provider's overlap is for
/// other machines.
#[test]
fn a_slow_request_is_not_sent_again_where_nobody_elses_time_runs_out() {
    let (room, store, slow) = (Room::new(), Shelf::default(), Slow::default());
    let mut provider = Registry::default().get("zaehlerfreunde").unwrap();
    provider.described.rotation_overlap_seconds = 60;
    let outcome = spending(&room.world(&slow), &store, &provider).run(&"refresh".into());
    assert!(matches!(outcome, Ok(Some(RefreshOutcome::TryLater { .. }))), "{outcome:?}");
    assert_eq!(*slow.0.lock().unwrap(), 1);
}
