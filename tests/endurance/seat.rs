//! A home of the program with connected accounts, and a look at what it stores behind its back.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use partnerlink::account_id::AccountId;
use partnerlink::accounts::{Account, Index, Origins, SignInState};
use partnerlink::clock::{self, Clock as _, SystemClock};
use partnerlink::secret::Secret;
use partnerlink::store::file::{FileStore, KeySource};
use partnerlink::store::record::Record;
use partnerlink::store::{StoreError, StoreKind};
use partnerlink::system::paths::Folders;

use crate::program::Program;
use crate::provider::{Provider, Tokens};

/// A day: the life of the sandbox's access tokens.
const LIFE: i64 = 86_400;

pub struct Seat {
    program: Program,
}

impl Deref for Seat {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl DerefMut for Seat {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

impl Seat {
    /// Nothing connected, and this provider.
    pub fn new(url: &str) -> Self {
        Self { program: Program::new().set("PARTNERLINK_SANDBOX", url) }
    }

    /// The same home away from the sandbox.
    pub fn without_sandbox(self) -> Self {
        Self { program: self.program.unset("PARTNERLINK_SANDBOX") }
    }

    #[must_use]
    pub fn with_variable(self, name: &str, value: impl Into<OsString>) -> Self {
        Self { program: self.program.set(name, value) }
    }

    /// With these accounts connected, whose access tokens have expired.
    pub fn with_expired(provider: &Provider, accounts: &[&str]) -> Self {
        let seat = Self::new(&provider.base());
        for account in accounts {
            seat.connect(provider, account);
            seat.expire(account);
        }
        seat
    }

    /// As `connect` would leave it, without a browser and its ports.
    pub fn connect(&self, provider: &Provider, account: &str) {
        self.put(account, &provider.grant(), LIFE);
    }

    /// Stores tokens that somebody granted, the access token with so many seconds to live.
    pub fn put(&self, account: &str, granted: &Tokens, seconds: i64) {
        self.canaries.access_token(&granted.access_token);
        self.canaries.never("refresh token", &granted.refresh_token);
        let now = SystemClock.now();
        let facts = Account {
            client_id: "sandbox-client".into(),
            scope: "email offline_access openid profile".into(),
            asked: "email offline_access openid profile".into(),
            connected_at: clock::after(now, seconds - LIFE),
            sign_in_by: Some(clock::after(now, 30 * LIFE)),
            ..an_account(account, StoreKind::FILE, Self::origins(), seconds)
        };
        let tokens = (Secret::new(granted.access_token.clone()), granted.refresh_token.clone());
        self.save(&Record::new(facts, tokens.0, Some(Secret::new(tokens.1)), None));
    }

    /// Where everything of the sandbox is, whatever its port.
    fn origins() -> Origins {
        let sandbox = || "the sandbox".to_owned();
        Origins { token: sandbox(), revocation: Some(sandbox()), api: Some(sandbox()) }
    }

    /// Writes record and index entry.
    pub fn save(&self, record: &Record) {
        record.save(&self.store()).unwrap();
        self.index().put(&record.account).unwrap();
    }

    /// Makes the access token end an hour ago.
    pub fn expire(&self, account: &str) {
        self.let_live(account, -3600);
    }

    /// Makes the access token end in so many seconds.
    pub fn let_live(&self, account: &str, seconds: i64) {
        let mut record = self.record(account).unwrap().expect("a record");
        record.account.access_token_until = clock::after(SystemClock.now(), seconds);
        record.account.refresh_by = Some(record.account.access_token_until);
        record.account.connected_at = clock::after(SystemClock.now(), seconds - LIFE);
        record.account.refreshed_at = None;
        self.save(&record);
    }

    pub fn folders(&self) -> Folders {
        Folders::resolve(Some(&self.home())).unwrap().for_sandbox()
    }

    pub fn store(&self) -> FileStore {
        FileStore::open(self.folders().tokens(), KeySource::KeyFile(self.home().join("tokens.key")))
    }

    pub fn index(&self) -> Index {
        Index::new(self.folders().accounts())
    }

    /// The stored record, by the library.
    pub fn record(&self, account: &str) -> Result<Option<Record>, StoreError> {
        Record::load(&self.store(), &account.parse().unwrap())
    }

    /// The access token that is stored.
    pub fn token(&self, account: &str) -> String {
        self.record(account).unwrap().expect("a record").access_token.expose().clone()
    }

    /// The refresh token that is stored.
    pub fn refresh_token(&self, account: &str) -> String {
        let token = self.record(account).unwrap().expect("a record").refresh_token;
        token.expect("a refresh token").expose().clone()
    }

    pub fn file_of(&self, account: &str) -> PathBuf {
        self.folders().tokens().join(format!("{}.sealed", stem(account)))
    }

    pub fn lock_of(&self, account: &str) -> PathBuf {
        self.folders().locks().join(format!("{}.lock", stem(account)))
    }

    pub fn index_file_of(&self, account: &str) -> PathBuf {
        self.folders().accounts().join(format!("{}.json", stem(account)))
    }

    pub fn intent_of(&self, account: &str) -> PathBuf {
        self.folders().intent_file(&account.parse().unwrap())
    }

    /// Names of everything in the state folder that a finished run must not leave.
    pub fn leftovers(&self) -> BTreeSet<String> {
        let folders = self.folders();
        let intents = folders.state().join("intents");
        let names = [folders.tokens(), folders.accounts(), intents]
            .into_iter()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten())
            .map(|entry| entry.path().strip_prefix(folders.state()).unwrap().display().to_string());
        names.filter(|name| name.ends_with(".tmp") || name.starts_with("intents/")).collect()
    }
}

fn stem(account: &str) -> String {
    account.parse::<AccountId>().unwrap().file_stem()
}

/// One that was connected now, with so many seconds to live; nothing more is known of it.
pub fn an_account(account: &str, store: StoreKind, origins: Origins, seconds: i64) -> Account {
    let now = SystemClock.now();
    Account {
        account: account.parse().unwrap(),
        store,
        client_id: "client".into(),
        origins,
        who: None,
        issuer: None,
        subject: None,
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
        failure: None,
        shared_version: None,
    }
}
