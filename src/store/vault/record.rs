//! What the store holds of an account, and where.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Settings;
use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::store::record::Record;
use crate::store::shared::{Held, Nonce};
use crate::store::{Item, SecretBytes, StoreError};

/// Format of the records. A reader refuses what is newer than itself.
const VERSION: u32 = 1;
/// No number of refreshes comes near it, and the servers keep numbers as floating point.
const MOST_GENERATION: u64 = 1 << 53;

/// The tokens and facts of an account as they lie in the store: under `grant/` with the refresh
/// token, for the machines that refresh; under `access/` without it, for those that read.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Stored {
    /// Counts every new refresh token of the account, for ever: also over a disconnect.
    pub generation: u64,
    /// Of the last writer: a write whose answer was lost is known by it.
    pub nonce: Nonce,
    #[serde(default)]
    pub claim: Option<Held>,
    /// `None` after the account was disconnected or moved away: nothing is ever deleted, since its
    /// versions would begin anew, and an old writer's would fit by chance.
    record: Option<Box<RawValue>>,
}

/// The same on its way into the store.
#[derive(Serialize)]
pub(super) struct Writing<'a> {
    v: u32,
    pub generation: u64,
    pub nonce: &'a Nonce,
    /// Who writes it, for people who look at it.
    by: &'a str,
    pub claim: Option<&'a Held>,
    record: Option<&'a RawValue>,
    /// Why there is no record, for the same people.
    pub ended: Option<&'a str>,
}

impl<'a> Writing<'a> {
    pub fn new(
        generation: u64,
        nonce: &'a Nonce,
        by: &'a str,
        record: Option<&'a RawValue>,
    ) -> Self {
        Self { v: VERSION, generation, nonce, by, claim: None, record, ended: None }
    }
}

impl Stored {
    /// Reads a record; a version that this program does not know may have any other shape.
    pub fn parse(text: &RawValue, name: &str) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }

        let damaged = |error: serde_json::Error| StoreError::Damaged {
            name: name.to_owned(),
            why: format!("its JSON breaks at column {}", error.column()),
        };
        let Version { v: version } = serde_json::from_str(text.get()).map_err(damaged)?;
        if version > VERSION {
            return Err(StoreError::TooNew { name: name.to_owned(), version });
        }
        let stored: Self = serde_json::from_str(text.get()).map_err(damaged)?;
        match stored.generation < MOST_GENERATION {
            true => Ok(stored),
            false => Err(StoreError::Damaged {
                name: name.to_owned(),
                why: format!("no record has generation {}", stored.generation),
            }),
        }
    }

    pub fn is_ended(&self) -> bool {
        self.record.is_none()
    }

    /// The record itself; `None` where the account was ended.
    pub fn record(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let Some(text) = &self.record else { return Ok(None) };
        Record::from_bytes(&SecretBytes::new(text.get().as_bytes().to_vec()), account).map(Some)
    }
}

/// What `data/…` answers.
#[derive(Deserialize)]
pub(super) struct Versioned {
    /// `None` where the version was deleted by hand.
    pub data: Option<Box<RawValue>>,
    pub metadata: Metadata,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub version: u64,
    pub created_time: Timestamp,
}

/// A record as JSON for the store: without what only this machine's index says.
pub(super) fn text_of(record: &Record) -> Result<Box<RawValue>, StoreError> {
    let mut record = record.clone();
    record.account.shared_version = None;
    let bytes = record.to_bytes()?;
    let text = String::from_utf8_lossy(bytes.expose()).into_owned();
    RawValue::from_string(text).map_err(|error| StoreError::Damaged {
        name: format!("the record of {}", record.account.account),
        why: error.to_string(),
    })
}

/// The record that readers get: what a request needs, and what `status` shows. Whose ID it is at the
/// provider matters to who signs in and refreshes.
pub(super) fn for_readers(record: &Record) -> Record {
    let mut record = record.clone();
    record.refresh_token = None;
    (record.account.issuer, record.account.subject) = (None, None);
    record
}

impl Settings {
    /// `MOUNT/data/PREFIX/…`
    pub(super) fn data(&self, place: &str) -> String {
        self.path("data", place)
    }

    /// The same below another of the engine's folders.
    pub(super) fn path(&self, folder: &str, place: &str) -> String {
        path(&self.mount, folder, &self.prefix, place)
    }
}

pub(super) fn path(mount: &str, folder: &str, prefix: &str, place: &str) -> String {
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{mount}/{folder}/{prefix}{slash}{place}")
}

/// `grant/PROVIDER/NAME`: names are of a-z, 0-9, - and _, and need no escaping.
pub(super) fn grant(account: &AccountId) -> String {
    format!("grant/{}/{}", account.provider(), account.name())
}

pub(super) fn access(account: &AccountId) -> String {
    format!("access/{}/{}", account.provider(), account.name())
}

/// Where an item other than an account is; `None` for one that has no business here.
pub(super) fn place_of(item: &Item, host: &str) -> Option<String> {
    match item {
        Item::Account(account) => Some(grant(account)),
        Item::ClientSecret(provider) => Some(format!("client/{provider}")),
        Item::Probe => Some(format!("probe/{host}")),
        Item::FileKey => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Account;

    fn parse(text: &str) -> Result<Stored, StoreError> {
        Stored::parse(&RawValue::from_string(text.to_owned()).unwrap(), "it")
    }

    #[test]
    fn a_record_of_a_newer_program_is_not_read_as_one_of_ours() {
        let of_version = |version: u32| {
            format!(r#"{{"v":{version},"generation":7,"nonce":"00","record":null}}"#)
        };
        let stored = parse(&of_version(VERSION)).unwrap();
        assert!(stored.is_ended() && stored.claim.is_none());
        assert_eq!(stored.generation, 7);
        let newer = parse(&of_version(VERSION + 1));
        assert!(matches!(newer, Err(StoreError::TooNew { version: 2, .. })));
        // It may have any other shape.
        assert!(matches!(parse(r#"{"v":9}"#), Err(StoreError::TooNew { .. })));
        for damaged in ["{}", r#"{"v":1}"#, r#"{"v":"1"}"#, "[]"] {
            assert!(matches!(parse(damaged), Err(StoreError::Damaged { .. })), "{damaged}");
        }
        let whole = parse(r#"{"v":1,"generation":7,"nonce":"00","record":{}}"#).unwrap();
        assert!(!whole.is_ended());
        assert!(whole.record(&"p:one".parse().unwrap()).is_err(), "there is nothing in it");
    }

    #[test]
    fn readers_get_no_refresh_token_and_no_id_of_a_person() {
        let some = |text: &str| Some(text.to_owned());
        let (issuer, subject) = (some("https://issuer.example"), some("auth0|7"));
        let account = Account { issuer, subject, ..Account::example("p:one") };
        let record = Record::new(account, "access".into(), Some("refresh".into()), None);
        let text = text_of(&for_readers(&record)).unwrap();
        assert!(text.get().contains(r#""access""#));
        for secret in ["refresh\"", "issuer.example", "auth0|7"] {
            assert!(!text.get().contains(secret), "{secret}: {text}");
        }
    }

    #[test]
    fn everything_has_its_place() {
        let account: AccountId = "p:one".parse().unwrap();
        assert_eq!(
            (grant(&account), access(&account)),
            ("grant/p/one".into(), "access/p/one".into())
        );
        assert_eq!(path("kv", "data", "", "grant/p/one"), "kv/data/grant/p/one");
        assert_eq!(path("kv", "metadata", "a/b", "grant/"), "kv/metadata/a/b/grant/");
        for (item, expected) in [
            (Item::Account(account), Some("grant/p/one")),
            (Item::ClientSecret("p".into()), Some("client/p")),
            (Item::Probe, Some("probe/web-1")),
            (Item::FileKey, None),
        ] {
            assert_eq!(place_of(&item, "web-1").as_deref(), expected);
        }
    }
}
