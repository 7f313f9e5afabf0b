//! A third store: one file (here [`crate::memory`]) and one row. Nothing else has to know of it for
//! an account to be refreshed there, to move in and out, and to be disconnected.

use std::sync::Arc;
use std::time::Duration;

use partnerlink::account_id::AccountId;
use partnerlink::accounts::{Account, Index, SignInState};
use partnerlink::clock::{self, Clock as _, SystemClock};
use partnerlink::flow::World;
use partnerlink::flow::client_secret;
use partnerlink::flow::disconnect::{Revocation, disconnect};
use partnerlink::flow::inventory::verify;
use partnerlink::flow::moving::{Moved, relocate};
use partnerlink::flow::origins;
use partnerlink::flow::refresh::{Due, RefreshOutcome, refresh};
use partnerlink::http::{Answer, HttpError, Request, Transport};
use partnerlink::oauth::ClientAuthentication;
use partnerlink::provider::Provider;
use partnerlink::provider::registry::Registry;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::keychain::{Keychain, Patience};
use partnerlink::store::record::Record;
use partnerlink::store::{STORES, StoreKind, StoreRow, StoreSettings, Stores};
use partnerlink::system::paths::Folders;

use crate::memory::MemoryStore;

static THIRD: StoreRow = StoreRow {
    kind: StoreKind::named("third"),
    title: "a store of the tests",
    short: "third",
    help: "Gone with the process",
    needs_session: false,
    writes_later: false,
    open: |_| Some(Arc::new(MemoryStore::new(StoreKind::named("third")))),
};

/// A provider that always answers the same, to a client that proves itself.
struct Always(u16, &'static str);

impl Transport for Always {
    fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        assert!(request.authorization.is_some(), "the client secret was not found");
        Ok(Answer {
            status: self.0,
            headers: Vec::new(),
            retry_after: None,
            body: Box::new(self.1.as_bytes()),
        })
    }
}

const NEW_TOKENS: Always = Always(
    200,
    r#"{"access_token":"access-new","refresh_token":"refresh-new","token_type":"Bearer","expires_in":3600}"#,
);
const REFUSAL: Always = Always(403, r#"{"error":"invalid_grant"}"#);

struct Home {
    stores: Stores,
    index: Index,
    folders: Folders,
    provider: Provider,
    account: AccountId,
    _folder: tempfile::TempDir,
}

impl Home {
    /// With an account in the third store, whose access token has expired, and its client secret.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::resolve(Some(folder.path())).unwrap();
        let around = StoreSettings {
            keychain: Arc::new(Keychain::new(|| "partnerlink-test".into(), Patience::unattended())),
            folder: folders.tokens(),
            key: KeySource::KeyFile(folders.default_key_file()),
            vault: None,
        };
        let rows = STORES.iter().chain([&THIRD]);
        let all = rows.filter_map(|row| (row.open)(&around)).collect();
        let mut provider = Registry::new(Default::default()).get("zaehlerfreunde").unwrap();
        provider.described.client_authentication = ClientAuthentication::Basic;
        let home = Self {
            stores: Stores::new(all, &StoreKind::FILE, Box::new(|_| None)),
            index: Index::new(folders.accounts()),
            folders,
            provider,
            account: "zaehlerfreunde".parse().unwrap(),
            _folder: folder,
        };
        home.connect();
        home
    }

    fn connect(&self) {
        let now = SystemClock.now();
        let facts = Account {
            account: self.account.clone(),
            store: THIRD.kind.clone(),
            client_id: "client".into(),
            origins: origins::of(&self.provider),
            who: None,
            issuer: None,
            subject: None,
            scope: "openid".into(),
            asked: "openid".into(),
            connected_at: clock::after(now, -7200),
            access_token_until: clock::after(now, -3600),
            refreshable: true,
            sign_in_by: None,
            refreshed_at: None,
            refreshed_by: None,
            refresh_by: Some(clock::after(now, -3600)),
            idle_until: None,
            clock_ahead: None,
            state: SignInState::Connected,
            failure: None,
            shared_version: None,
        };
        let record = Record::new(facts, "access-old".into(), Some("refresh-old".into()), None);
        record.save(self.stores.get(&THIRD.kind).unwrap()).unwrap();
        self.index.put(&record.account).unwrap();
        let world = self.world(&NEW_TOKENS);
        let (provider, account) = (&self.provider, &self.account);
        client_secret::keep(&world, provider, account, None, &"secret".into()).unwrap();
    }

    fn world<'a>(&'a self, http: &'a dyn Transport) -> World<'a> {
        World {
            stores: &self.stores,
            index: &self.index,
            http,
            clock: &SystemClock,
            folders: &self.folders,
            run_by: "test",
        }
    }

    fn refresh(&self, http: &dyn Transport) -> RefreshOutcome {
        let due = Due::Within(Duration::from_secs(60));
        refresh(&self.world(http), &self.provider, &self.account, due).unwrap()
    }

    fn record_in(&self, kind: &StoreKind) -> Option<Record> {
        Record::load(self.stores.get(kind).unwrap(), &self.account).unwrap()
    }
}

#[test]
fn an_account_in_a_third_store_is_refreshed_there() {
    let home = Home::new();
    assert!(matches!(home.refresh(&NEW_TOKENS), RefreshOutcome::Refreshed(_)));
    let record = home.record_in(&THIRD.kind).unwrap();
    assert_eq!(record.access_token.expose(), "access-new");
    assert_eq!(home.index.get(&home.account).unwrap(), record.account);
}

#[test]
fn a_third_store_keeps_that_a_sign_in_is_needed_until_a_refresh_works() {
    let home = Home::new();
    assert!(matches!(home.refresh(&REFUSAL), RefreshOutcome::SignInNeeded { .. }));
    let state = |home: &Home| home.record_in(&THIRD.kind).unwrap().account.state;
    assert_eq!(state(&home), SignInState::SignInNeeded);
    // The index is made again from it.
    home.index.remove(&home.account).unwrap();
    verify(&home.world(&REFUSAL), &home.account).unwrap();
    assert_eq!(home.index.get(&home.account).unwrap().state, SignInState::SignInNeeded);
    assert!(matches!(home.refresh(&NEW_TOKENS), RefreshOutcome::Refreshed(_)));
    assert_eq!(state(&home), SignInState::Connected);
}

#[test]
fn an_account_moves_out_of_a_third_store_and_back_with_its_client_secret() {
    let home = Home::new();
    for kind in [StoreKind::FILE, THIRD.kind.clone()] {
        let moved = relocate(&home.world(&NEW_TOKENS), &home.account, &kind).unwrap();
        assert_eq!(moved, Moved::Moved);
        assert_eq!(home.record_in(&kind).unwrap().account.store, kind);
        let copies = [StoreKind::FILE, THIRD.kind.clone()]
            .iter()
            .filter_map(|kind| home.record_in(kind))
            .count();
        assert_eq!(copies, 1);
        assert!(matches!(
            home.refresh(&NEW_TOKENS),
            RefreshOutcome::Refreshed(_) | RefreshOutcome::Unchanged(_)
        ));
    }
    // Read by a process that comes later.
    let key = KeySource::KeyFile(home.folders.default_key_file());
    let files = FileStore::open(home.folders.tokens(), key);
    assert!(Record::load(&files, &home.account).unwrap().is_none());
}

#[test]
fn an_account_in_a_third_store_is_disconnected() {
    let home = Home::new();
    let world = home.world(&NEW_TOKENS);
    let gone = disconnect(&world, &home.provider, &home.account, false).unwrap();
    assert!(matches!(gone, Revocation::Skipped), "{gone:?}");
    assert!(home.record_in(&THIRD.kind).is_none());
    assert_eq!(home.index.get(&home.account), None);
    let again = disconnect(&world, &home.provider, &home.account, false).unwrap();
    assert!(matches!(again, Revocation::WasNotConnected), "{again:?}");
}
