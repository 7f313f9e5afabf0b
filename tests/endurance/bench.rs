//! The flow itself, with a provider and a store that are closures.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use partnerlink::accounts::{Account, Index};
use partnerlink::clock::{Clock, SystemClock, Timestamp};
use partnerlink::flow::origins;
use partnerlink::flow::refresh::{Due, RefreshOutcome, refresh};
use partnerlink::flow::{FlowError, World};
use partnerlink::http::{Answer, HttpError, Request, Transport};
use partnerlink::provider::registry::Registry;
use partnerlink::secret::Secret;
use partnerlink::store::record::Record;
use partnerlink::store::{StoreError, StoreKind, Stores, TokenStore as _};
use partnerlink::system::paths::Folders;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::json;

use crate::ACCOUNT;
use crate::memory::MemoryStore;
use crate::seat::an_account;

pub type Reply = Result<(u16, String), HttpError>;

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
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub struct Bench {
    room: tempfile::TempDir,
    pub store: Arc<MemoryStore>,
}

impl Bench {
    /// With an access token that has expired.
    pub fn new() -> Self {
        Self::with(StoreKind::FILE)
    }

    pub fn with(kind: StoreKind) -> Self {
        let store = Arc::new(MemoryStore::new(kind));
        let bench = Self { room: tempfile::tempdir().unwrap(), store };
        bench.save("old", -3600);
        bench
    }

    pub fn folders(&self) -> Folders {
        Folders::resolve(Some(self.room.path())).unwrap()
    }

    pub fn index(&self) -> Index {
        Index::new(self.folders().accounts())
    }

    pub fn save(&self, name: &str, seconds: i64) {
        let origins = origins::of(&Registry::default().get("zaehlerfreunde").unwrap());
        let facts = Account {
            issuer: Some("https://issuer.example/".into()),
            subject: Some("anna".into()),
            ..an_account(ACCOUNT, self.store.kind(), origins, seconds)
        };
        let refresh_token = Some(Secret::new(format!("refresh-token-{name}")));
        let record = Record::new(facts, Secret::new(format!("access-{name}")), refresh_token, None);
        record.save(&*self.store).unwrap();
    }

    pub fn refresh(
        &self,
        reply: impl Fn() -> Reply + Send + Sync,
    ) -> Result<RefreshOutcome, FlowError> {
        self.refresh_at(&SystemClock, reply)
    }

    pub fn refresh_at(
        &self,
        clock: &dyn Clock,
        reply: impl Fn() -> Reply + Send + Sync,
    ) -> Result<RefreshOutcome, FlowError> {
        let provider = Registry::default().get("zaehlerfreunde").unwrap();
        let due = Due::Within(Duration::from_secs(60));
        self.work(clock, reply, |world| refresh(world, &provider, &ACCOUNT.parse().unwrap(), due))
    }

    pub fn work<T>(
        &self,
        clock: &dyn Clock,
        reply: impl Fn() -> Reply + Send + Sync,
        work: impl FnOnce(&World) -> T,
    ) -> T {
        let (index, folders, http) = (self.index(), self.folders(), Closure(reply));
        let stores = Stores::new(vec![self.store.clone()], &self.store.kind(), Box::new(|_| None));
        let world = World {
            stores: &stores,
            index: &index,
            http: &http,
            clock,
            folders: &folders,
            run_by: "test",
        };
        work(&world)
    }

    /// A refresh whose new tokens cannot be saved, however often it is tried.
    pub fn refresh_unsaved(&self) {
        let outcome = self.refresh(|| {
            (0..3).for_each(|_| self.store.fail_next(locked()));
            new_tokens()
        });
        assert!(matches!(outcome, Err(FlowError::InJournal(_))), "{outcome:?}");
        assert_eq!(self.stored(), "refresh-token-old");
    }

    pub fn intent_file(&self) -> PathBuf {
        self.folders().intent_file(&ACCOUNT.parse().unwrap())
    }

    pub fn record(&self) -> Record {
        Record::load(&*self.store, &ACCOUNT.parse().unwrap()).unwrap().unwrap()
    }

    /// The refresh token that is stored.
    pub fn stored(&self) -> String {
        self.record().refresh_token.unwrap().expose().clone()
    }

    /// The access token that is stored.
    pub fn access_token(&self) -> String {
        self.record().access_token.expose().clone()
    }
}

pub fn invalid_grant() -> Reply {
    Ok((403, json!({ "error": "invalid_grant" }).to_string()))
}

pub fn new_tokens() -> Reply {
    tokens_with(json!({}))
}

pub fn tokens_with(more: serde_json::Value) -> Reply {
    let mut answer = json!({
        "access_token": "access-new", "refresh_token": "refresh-token-new",
        "token_type": "Bearer", "expires_in": 86_400,
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Ok((200, answer.to_string()))
}

/// An answer with an ID token of this issuer about this person, issued so many seconds from now.
pub fn tokens_about(issuer: &str, person: &str, offset: i64) -> Reply {
    let now = SystemClock.now().as_second() + offset;
    let claims = json!({
        "iss": issuer, "sub": person, "aud": "client", "iat": now, "exp": now + 3600,
    });
    let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.x", part(json!({ "alg": "RS256" })), part(claims));
    tokens_with(json!({ "id_token": token }))
}

pub fn locked() -> StoreError {
    StoreError::Locked
}

pub fn nothing_is_sent() -> Reply {
    panic!("nothing has to be sent")
}
