//! What one account's item holds: its tokens, and the facts the index repeats.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Item, SecretBytes, StoreError, TokenStore};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::secret::{Secret, expose_to};

/// Format of the record. A reader refuses what is newer than itself.
const VERSION: u32 = 1;

/// The tokens of one account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    #[serde(flatten)]
    pub account: Account,
    #[serde(serialize_with = "expose_to")]
    pub access_token: Secret,
    #[serde(serialize_with = "expose_option_to")]
    pub refresh_token: Option<Secret>,
    /// The key without which the tokens are worth nothing, where the provider binds them to one
    /// (RFC 9449): it lasts as long as the sign-in.
    #[serde(serialize_with = "expose_option_to")]
    pub dpop_key: Option<Secret>,
}

impl Record {
    pub fn new(
        account: Account,
        access_token: Secret,
        refresh_token: Option<Secret>,
        dpop_key: Option<Secret>,
    ) -> Self {
        Self { version: VERSION, account, access_token, refresh_token, dpop_key }
    }

    /// Reads an account's record; `None` when the store has none.
    pub fn load<S: TokenStore + ?Sized>(
        store: &S,
        account: &AccountId,
    ) -> Result<Option<Self>, StoreError> {
        let item = Item::Account(account.clone());
        store.load(&item)?.map(|bytes| Self::from_bytes(&bytes, account)).transpose()
    }

    /// Reads what [`Record::to_bytes`] wrote of this account.
    pub fn from_bytes(bytes: &SecretBytes, account: &AccountId) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let name = || format!("the record of {account}");
        // serde_json's own message may quote a token: only the place is told.
        let damaged = |error: serde_json::Error| StoreError::Damaged {
            name: name(),
            why: format!("its JSON breaks at column {}", error.column()),
        };
        let Version { version } = serde_json::from_slice(bytes.expose()).map_err(damaged)?;
        if version > VERSION {
            return Err(StoreError::TooNew { name: name(), version });
        }
        let record: Self = serde_json::from_slice(bytes.expose()).map_err(damaged)?;
        if record.account.account != *account {
            let why = format!("it is about {}", record.account.account);
            return Err(StoreError::Damaged { name: name(), why });
        }
        Ok(record)
    }

    /// Whether both hold the same tokens and facts.
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        self.account == other.account
            && self.access_token.expose() == other.access_token.expose()
            && self.has_the_refresh_token_of(other)
            && self.dpop_key.as_ref().map(Secret::expose)
                == other.dpop_key.as_ref().map(Secret::expose)
    }

    /// Whether both hold the same tokens.
    pub fn has_the_tokens_of(&self, other: &Self) -> bool {
        self.access_token.expose() == other.access_token.expose()
            && self.has_the_refresh_token_of(other)
    }

    /// Whether both hold the same refresh token, or both none.
    pub fn has_the_refresh_token_of(&self, other: &Self) -> bool {
        let [one, two] = [self, other].map(|it| it.refresh_token.as_ref().map(Secret::expose));
        one == two
    }

    /// Saves it durably; the caller holds the account's lock.
    pub fn save<S: TokenStore + ?Sized>(&self, store: &S) -> Result<(), StoreError> {
        store.save(&Item::Account(self.account.account.clone()), &self.to_bytes()?)
    }

    /// The form in which it is stored, which must be sealed.
    pub fn to_bytes(&self) -> Result<SecretBytes, StoreError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        serde_json::to_writer(&mut *bytes, self).map_err(|error| StoreError::Damaged {
            name: format!("the record of {}", self.account.account),
            why: error.to_string(),
        })?;
        Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
    }
}

fn expose_option_to<S: serde::Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose_to(secret, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::{FileStore, KeySource};

    #[test]
    fn records_are_compared_by_all_that_they_hold_or_by_their_tokens() {
        let record = |client: &str, tokens: [&str; 3]| {
            let account = Account { client_id: client.into(), ..Account::example("p") };
            let [access, refresh, key] = tokens.map(Secret::from);
            Record::new(account, access, Some(refresh), Some(key))
        };
        let one = record("id", ["access", "refresh", "key"]);
        for (client, tokens, is_the_same, has_the_tokens, has_the_refresh_token) in [
            ("id", ["access", "refresh", "key"], true, true, true),
            ("other", ["access", "refresh", "key"], false, true, true),
            ("id", ["other", "refresh", "key"], false, false, true),
            ("id", ["access", "other", "key"], false, false, false),
            ("id", ["access", "refresh", "other"], false, true, true),
        ] {
            let two = record(client, tokens);
            assert_eq!(one.is_the_same_as(&two), is_the_same, "{client} {tokens:?}");
            assert_eq!(one.has_the_tokens_of(&two), has_the_tokens, "{client} {tokens:?}");
            assert_eq!(one.has_the_refresh_token_of(&two), has_the_refresh_token, "{tokens:?}");
        }
    }

    #[test]
    fn a_record_of_a_newer_version_is_not_read_as_one_of_ours() {
        let text = format!(r#"{{"version":{}}}"#, VERSION + 1);
        let found = Record::from_bytes(&SecretBytes::new(text.into_bytes()), &"p".parse().unwrap());
        assert!(matches!(found, Err(StoreError::TooNew { version, .. }) if version > VERSION));
    }

    #[test]
    fn a_record_of_an_older_version_is_read() {
        let text = br#"{"version":1,"account":"p","store":"file","client_id":"x",
            "origins":{"token":"https://p.example","revocation":null,"api":null},"who":null,
            "issuer":null,"subject":null,"scope":"a","asked":"a",
            "connected_at":"2026-11-21T00:00:00Z",
            "access_token_until":"2026-11-21T00:00:00Z","refreshable":true,"sign_in_by":null,
            "refreshed_at":null,"state":"connected","access_token":"t","refresh_token":null}"#;
        let folder = tempfile::tempdir().unwrap();
        let key = KeySource::KeyFile(folder.path().join("key"));
        let store = FileStore::open(folder.path().join("tokens"), key);
        let account = "p".parse().unwrap();
        store.save(&Item::Account("p".parse().unwrap()), &SecretBytes::new(text.to_vec())).unwrap();
        let record = Record::load(&store, &account).unwrap().unwrap();
        assert_eq!(record.account.refreshed_by, None);
        assert!(record.is_the_same_as(&record.clone()));
    }
}
