//! A shared store: HashiCorp Vault or OpenBao, secrets engine KV version 2.
//!
//! For sign-ins that several machines use: cron on two servers, containers, CI jobs. How one of
//! them comes to spend a refresh token stands in [`claim`], how an account comes and goes in
//! [`account`], what machines see that only read in [`readers`], which accounts there are in [`list`];
//! what lies in the store in [`record`], how the engine is used in [`kv`], how the server is spoken to
//! in [`http`], and as whom in [`auth`].
//! Below the mount:
//!
//! ```text
//! grant/PROVIDER/NAME     an account with its refresh token, and who is spending it
//! access/PROVIDER/NAME    the same without the refresh token, for machines that only read
//! client/PROVIDER         the client secret of a provider
//! probe/HOST              written to find out whether the store works
//! ```
//!
//! Each write is a check-and-set on the version that was read. Nothing is ever deleted.

mod account;
mod auth;
mod claim;
mod http;
pub mod inspect;
mod kv;
mod list;
pub mod policy;
mod readers;
mod record;
mod reply;
mod settings;
#[cfg(test)]
mod tests;
mod wrapping;

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use self::http::Api;
use self::kv::Found;
use self::record::{Stored, Versioned, grant, place_of};
pub use self::settings::{Auth, Jwt, Settings};
pub use self::wrapping::new_secret_id;
use super::record::Record;
use super::shared::{Age, Claim, Claimant, Claiming, Duty, Mark, Nonce, Seen, Settled};
use super::{Item, Look, SecretBytes, StoreError, StoreKind, TokenStore};
use crate::account_id::AccountId;
use crate::accounts::Index;
use crate::clock::{self, Clock as _, SystemClock, Timestamp};

/// How long a call is repeated where nobody answers: a new leader is found in less.
const PATIENCE: Duration = Duration::from_secs(15);
/// By so many seconds two clocks may differ that are both right: a `Date` has no parts of one.
const CLOCKS_AGREE: i64 = 5;
/// How often a write is tried anew after somebody else's. Each time one of them got through.
const MOST_CONFLICTS: u32 = 10;

/// The store in a Vault or OpenBao.
pub struct VaultStore {
    api: Api,
    /// What is known of accounts that nobody wrote since.
    index: Index,
    /// For people who wonder who holds a claim: host and process.
    holder: String,
    /// Since when records have been seen whose age no clock tells, by their last writer's mark.
    watched: Mutex<HashMap<Nonce, Instant>>,
    /// Whether what is mounted there was looked at.
    knows_engine: AtomicBool,
}

impl VaultStore {
    /// Nothing is asked here.
    pub fn open(settings: Settings, index: Index) -> Self {
        let holder = format!("{}, process {}", settings.host, std::process::id());
        let (api, watched) = (Api::new(settings), Mutex::default());
        Self { api, index, holder, watched, knows_engine: AtomicBool::new(false) }
    }

    pub fn settings(&self) -> &Settings {
        &self.api.settings
    }

    fn seen(&self, found: &Found, account: &AccountId) -> Result<Option<Seen>, StoreError> {
        let Some(mut record) = found.stored.record(account)? else { return Ok(None) };
        let Stored { generation, claim, .. } = found.stored.clone();
        // While somebody works on it, nobody takes what the index has for what is there.
        record.account.shared_version = Some(found.version).filter(|_| claim.is_none());
        let age = self.age(found);
        let mark = Mark { version: found.version, generation, claim, age, read: Instant::now() };
        Ok(Some(Seen { record, mark: Some(mark) }))
    }

    /// By the store's clock, else by this machine's: something on the way may strip the `Date`.
    fn present(&self) -> Timestamp {
        self.api.now().unwrap_or_else(|| SystemClock.now())
    }

    /// Whether the index knows an account as one of this store.
    fn is_indexed(&self, account: &AccountId) -> bool {
        self.index.get(account).is_some_and(|known| known.store == self.kind())
    }

    /// How long ago a record was written: by the store's clock where this machine's agrees with it.
    /// What tells its time may be something on the way, and set otherwise: a claim is then as old as
    /// it has been seen here.
    fn age(&self, found: &Found) -> Age {
        let ours = SystemClock.now();
        let theirs = self.api.now();
        let since = |now: Timestamp| now.duration_since(found.written).try_into();
        let by_theirs: Duration = since(theirs.unwrap_or(ours)).unwrap_or_default();
        let by_ours: Duration = since(ours).unwrap_or_default();
        let is_agreed =
            theirs.is_some_and(|theirs| clock::seconds_between(theirs, ours).abs() <= CLOCKS_AGREE);
        if is_agreed || found.stored.claim.is_none() {
            return by_theirs.into();
        }
        let mut watched = http::held(&self.watched);
        let first = *watched.entry(found.stored.nonce.clone()).or_insert_with(Instant::now);
        let least = first.elapsed();
        Age { least, told: by_theirs.max(least), most: by_theirs.max(by_ours).max(least) }
    }

    /// Where this machine reads an account.
    fn place_to_read(&self, account: &AccountId) -> String {
        match self.duty() {
            Duty::Refresher => grant(account),
            Duty::Reader => record::access(account),
        }
    }

    /// A client secret, or a probe.
    fn save_other(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        let text = String::from_utf8_lossy(bytes.expose());
        let value: Option<&RawValue> = serde_json::from_str(&text).ok();
        let data = json!({ "v": 1, "value": value });
        self.replace(&self.place(item)?, |_, _| Ok(Some(&data))).map(drop)
    }

    fn place(&self, item: &Item) -> Result<String, StoreError> {
        place_of(item, &self.settings().host).ok_or_else(|| StoreError::NotSetUp(self.kind()))
    }
}

impl TokenStore for VaultStore {
    fn kind(&self) -> StoreKind {
        StoreKind::VAULT
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        #[derive(Deserialize)]
        struct Other {
            value: Option<Box<RawValue>>,
        }

        if let Item::Account(account) = item {
            let seen = self.see(account)?;
            return seen.map(|seen| seen.record.to_bytes()).transpose();
        }
        let Some(place) = place_of(item, &self.settings().host) else { return Ok(None) };
        let Some(Versioned { data: Some(data), .. }) = self.versioned(&place)? else {
            return Ok(None);
        };
        let other: Option<Other> = serde_json::from_str(data.get()).ok();
        let value = other.and_then(|other| other.value);
        Ok(value.map(|value| SecretBytes::new(value.get().as_bytes().to_vec())))
    }

    /// Goes on from the stored generation, whatever claim stands there: a new sign-in counts.
    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        if self.duty() == Duty::Reader {
            return Err(StoreError::ReadOnly);
        }
        match item {
            Item::Account(account) => self.save_account(account, bytes),
            other => self.save_other(other, bytes),
        }
    }

    /// Leaves a tombstone.
    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        match item {
            Item::Account(account) => self.bury(account, "deleted", None),
            Item::ClientSecret(_) => {
                let was_there = self.load(item)?.is_some();
                if was_there {
                    self.save_other(item, &SecretBytes::new(b"null".to_vec()))?;
                }
                Ok(was_there)
            }
            // Nothing of it is anybody's.
            Item::Probe | Item::FileKey => Ok(true),
        }
    }

    fn look(&self) -> Result<Look, StoreError> {
        list::look(self, None)
    }

    fn look_within(&self, time: Duration) -> Result<Look, StoreError> {
        list::look(self, Some(time))
    }

    /// Whether the engine is what it must be, and this machine may write there.
    fn preflight(&self, item: &Item) -> Result<(), StoreError> {
        policy::check(self, item)
    }

    fn holds(&self, item: &Item) -> Result<bool, StoreError> {
        Ok(self.load(item)?.is_some())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn duty(&self) -> Duty {
        self.settings().duty
    }

    fn now(&self) -> Option<Timestamp> {
        self.api.now()
    }

    fn see(&self, account: &AccountId) -> Result<Option<Seen>, StoreError> {
        match self.find(&self.place_to_read(account))? {
            Some(found) => self.seen(&found, account),
            None if self.is_indexed(account) => Err(StoreError::Vanished(account.clone())),
            None => Ok(None),
        }
    }

    fn add(&self, record: &Record) -> Result<(), StoreError> {
        self.add_account(record)
    }

    fn claim(
        &self,
        seen: Seen,
        by: &Claimant,
        note: &mut dyn FnMut(Option<&Nonce>) -> io::Result<()>,
    ) -> Result<Claiming, StoreError> {
        self.try_claim(seen, by, note)
    }

    fn look_ahead(&self, claim: &Claim) {
        claim.ahead.look(|| {
            let shown = self.readers_see(&claim.record().account.account);
            shown
                .inspect_err(|error| log::debug!("what readers see is not known yet: {error}"))
                .ok()
        });
    }

    fn settle(&self, claim: &Claim, record: &mut Record) -> Result<Settled, StoreError> {
        self.settle_claim(claim, record)
    }

    fn release(&self, claim: &Claim, changed: Option<&mut Record>) -> Result<Settled, StoreError> {
        self.release_claim(claim, changed)
    }

    fn end(&self, claim: &Claim, why: &str) -> Result<(), StoreError> {
        self.bury(&claim.seen.record.account.account, why, None).map(drop)
    }

    fn take_out(&self, claim: &Claim) -> Result<(), StoreError> {
        let version = claim.seen.mark.as_ref().map(|mark| mark.version);
        self.bury(&claim.seen.record.account.account, "taken out", version).map(drop)
    }

    fn show(&self, seen: &Seen) -> Result<(), StoreError> {
        self.catch_up(seen)
    }
}
