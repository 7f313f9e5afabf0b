//! What two runs do to each other between two lines of code, and clocks that are wrong: the flow
//! itself, with a provider and a store that are closures.

use std::io::Cursor;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use partnerlink::accounts::{Account, Index, SignInState};
use partnerlink::clock::{self, Clock, SystemClock, Timestamp};
use partnerlink::error::{Exit, Explain as _};
use partnerlink::flow::FlowError;
use partnerlink::flow::World;
use partnerlink::flow::origins;
use partnerlink::flow::refresh::{Due, RefreshOutcome, refresh};
use partnerlink::http::{Answer, HttpError, Request, Transport};
use partnerlink::provider::registry::Registry;
use partnerlink::secret::Secret;
use partnerlink::store::lock::AccountLock;
use partnerlink::store::record::Record;
use partnerlink::store::{Item, StoreError, StoreKind, Stores};
use partnerlink::system::paths::Folders;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::json;

use crate::ACCOUNT;
use crate::memory::MemoryStore;
use crate::providers::strict;
use crate::seat::Seat;

type Reply = Result<(u16, String), HttpError>;

struct Closure<F>(F);

impl<F: Fn() -> Reply + Send + Sync> Transport for Closure<F> {
    fn send(&self, _: &Request) -> Result<Answer, HttpError> {
        (self.0)().map(|(status, body)| Answer {
            status,
            headers: Vec::new(),
            retry_after: None,
            body: Box::new(Cursor::new(body)),
        })
    }
}

/// A clock that stands still.
struct FixedClock(Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct Bench {
    room: tempfile::TempDir,
    store: Arc<MemoryStore>,
}

impl Bench {
    /// With an access token that has expired.
    fn new() -> Self {
        let store = Arc::new(MemoryStore::new(StoreKind::FILE));
        let bench = Self { room: tempfile::tempdir().unwrap(), store };
        bench.save("old", -3600);
        bench
    }

    fn folders(&self) -> Folders {
        Folders::resolve(Some(self.room.path())).unwrap()
    }

    fn index(&self) -> Index {
        Index::new(self.folders().accounts())
    }

    fn save(&self, name: &str, seconds: i64) {
        let now = SystemClock.now();
        let facts = Account {
            account: ACCOUNT.parse().unwrap(),
            store: StoreKind::FILE,
            client_id: "client".into(),
            origins: origins::of(&Registry::default().get("zaehlerfreunde").unwrap()),
            who: None,
            issuer: Some("https://issuer.example/".into()),
            subject: Some("anna".into()),
            scope: "openid".into(),
            asked: "openid".into(),
            connected_at: now,
            access_token_until: clock::after(now, seconds),
            refreshable: true,
            sign_in_by: None,
            refreshed_at: None,
            refreshed_by: None,
            refresh_by: Some(clock::after(now, seconds)),
            idle_until: None,
            clock_ahead: None,
            state: SignInState::Connected,
        };
        let refresh_token = Some(Secret::new(format!("refresh-token-{name}")));
        let record = Record::new(facts, Secret::new(format!("access-{name}")), refresh_token);
        record.save(&*self.store).unwrap();
    }

    fn refresh(
        &self,
        reply: impl Fn() -> Reply + Send + Sync,
    ) -> Result<RefreshOutcome, FlowError> {
        self.refresh_at(&SystemClock, reply)
    }

    fn refresh_at(
        &self,
        clock: &dyn Clock,
        reply: impl Fn() -> Reply + Send + Sync,
    ) -> Result<RefreshOutcome, FlowError> {
        let (index, folders, http) = (self.index(), self.folders(), Closure(reply));
        let stores = Stores::new(vec![self.store.clone()], &StoreKind::FILE, Box::new(|_| None));
        let world = World {
            stores: &stores,
            index: &index,
            http: &http,
            clock,
            folders: &folders,
            run_by: "test",
        };
        let provider = Registry::default().get("zaehlerfreunde").unwrap();
        let due = Due::Within(Duration::from_secs(60));
        refresh(&world, &provider, &ACCOUNT.parse().unwrap(), due)
    }

    /// The refresh token that is stored.
    fn stored(&self) -> String {
        let record = Record::load(&*self.store, &ACCOUNT.parse().unwrap()).unwrap().unwrap();
        record.refresh_token.unwrap().expose().clone()
    }
}

fn invalid_grant() -> Reply {
    Ok((403, json!({ "error": "invalid_grant" }).to_string()))
}

fn new_tokens() -> Reply {
    tokens_with(json!({}))
}

fn tokens_with(more: serde_json::Value) -> Reply {
    let mut answer = json!({
        "access_token": "access-new", "refresh_token": "refresh-token-new",
        "token_type": "Bearer", "expires_in": 86_400,
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Ok((200, answer.to_string()))
}

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
fn a_wrong_clock_does_not_cost_the_sign_in() {
    for offset in [-7200, 7200] {
        let bench = Bench::new();
        let now = SystemClock.now().as_second() + offset;
        let claims = json!({
            "iss": "https://issuer.example/", "sub": "anna", "aud": "client",
            "iat": now, "exp": now + 3600,
        });
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.x", part(json!({ "alg": "RS256" })), part(claims));
        let outcome = bench.refresh(|| tokens_with(json!({ "id_token": token })));
        assert!(matches!(outcome, Err(FlowError::Identity(_))), "{outcome:?}");
        assert_eq!(bench.stored(), "refresh-token-new");
        assert!(!bench.folders().intent_file(&ACCOUNT.parse().unwrap()).exists());
    }
}

/// Who somebody else is has nothing to do with clocks: their tokens are not taken.
#[test]
fn the_tokens_of_another_person_are_not_kept() {
    let bench = Bench::new();
    let now = SystemClock.now().as_second();
    let claims = json!({
        "iss": "https://issuer.example/", "sub": "ben", "aud": "client", "iat": now, "exp": now + 60,
    });
    let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.x", part(json!({ "alg": "RS256" })), part(claims));
    let outcome = bench.refresh(|| tokens_with(json!({ "id_token": token })));
    assert!(matches!(outcome, Err(FlowError::Identity(_))), "{outcome:?}");
    assert_eq!(bench.stored(), "refresh-token-old");
}

#[test]
fn a_save_that_reads_back_differently_is_tried_three_times_and_then_told() {
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
            Err(error @ FlowError::NotSaved(_)) => {
                assert_eq!((failures, error.meaning().exit), (3, Exit::Store));
                // The next run hears that this one lost the answer.
                assert!(bench.folders().intent_file(&ACCOUNT.parse().unwrap()).exists());
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
