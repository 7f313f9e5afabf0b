//! Where secrets live: one small trait, one file per backend.
//!
//! [`keychain`] is the default, [`file`] the sealed files for servers, [`memory`] for the demo and
//! for tests. [`lock`] is the per-account lock that every writer holds, whatever the backend.

pub mod file;
pub mod keychain;
pub mod lock;
pub mod memory;
pub mod record;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account_id::AccountId;
use crate::secret::Secret;

/// The bytes of one stored item; what they mean is the caller's affair.
pub type SecretBytes = Secret<Vec<u8>>;

/// A place that keeps secrets. Calls are synchronous and end within a deadline of the backend's
/// own; "not there" is a value (`None`, `false`), never an error.
///
/// The caller holds the account's [`lock`] around `save` and `delete` of an account's item. After
/// [`StoreError::TimedOut`] it is unknown whether the call had its effect.
pub trait TokenStore: Send + Sync {
    fn kind(&self) -> StoreKind;

    /// The item's bytes as they were saved.
    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError>;

    /// Replaces the item: when this returns `Ok`, the new bytes are durable and were read back;
    /// when it fails or the process dies in between, the old ones are still there.
    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError>;

    /// Removes the item for good. `false` when it was not there.
    fn delete(&self, item: &Item) -> Result<bool, StoreError>;

    /// Every item in this store, in no particular order.
    fn list(&self) -> Result<Vec<Item>, StoreError>;

    /// Fails if a `save` of a few KiB to this item would fail now, as far as that can be known
    /// without writing to it. Called before a single-use refresh token is spent.
    fn preflight(&self, item: &Item) -> Result<(), StoreError>;
}

/// The stores there are, each opened when it is first used.
pub trait Stores: Sync {
    fn store(&self, kind: StoreKind) -> &dyn TokenStore;
}

/// What an item is; its text form is the name under which every backend keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// The tokens of one account: `zaehlerfreunde:default`, always with the account's name.
    Account(AccountId),
    /// The client secret of one provider: `client-secret/timberdata`.
    ClientSecret(String),
    /// The key of the sealed files, where the keychain keeps it: `file-key`.
    FileKey,
    /// Written, read and deleted again to find out whether a store works: `probe/`.
    Probe,
}

impl Item {
    const CLIENT_SECRET: &'static str = "client-secret/";
    const FILE_KEY: &'static str = "file-key";
    const PROBE: &'static str = "probe/";

    /// Reads the text form back; `None` for a name that this program did not write.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == Self::FILE_KEY {
            return Some(Self::FileKey);
        }
        if name == Self::PROBE {
            return Some(Self::Probe);
        }
        if let Some(provider) = name.strip_prefix(Self::CLIENT_SECRET) {
            crate::account_id::check_name(provider).ok()?;
            return Some(Self::ClientSecret(provider.to_owned()));
        }
        name.parse().ok().map(Self::Account)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "{}:{}", id.provider(), id.name()),
            Self::ClientSecret(provider) => write!(f, "{}{provider}", Self::CLIENT_SECRET),
            Self::FileKey => f.write_str(Self::FILE_KEY),
            Self::Probe => f.write_str(Self::PROBE),
        }
    }
}

/// The backends a person can choose by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// The operating system's keychain
    Keychain,
    /// Sealed files in the state folder
    File,
    /// This process only (demo and tests)
    #[serde(skip)]
    Memory,
}

impl StoreKind {
    /// The two that keep anything.
    pub const LASTING: [Self; 2] = [Self::Keychain, Self::File];

    /// Where else an account can be kept.
    #[must_use]
    pub fn other(self) -> Self {
        if self == Self::File { Self::Keychain } else { Self::File }
    }
}

impl std::str::FromStr for StoreKind {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "keychain" => Ok(Self::Keychain),
            "file" => Ok(Self::File),
            _ => Err(()),
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keychain => "the system keychain",
            Self::File => "sealed files",
            Self::Memory => "memory only",
        })
    }
}

/// Why a store could not do what was asked. Texts say what failed and why; what to do about it
/// stands beside every other hint in `error.rs`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the keychain is locked")]
    Locked,
    #[error("access to the keychain was denied: {0}")]
    Denied(String),
    #[error("no keychain service can be reached: {0}")]
    Unreachable(String),
    #[error("the keychain has no default collection yet")]
    NoCollection,
    #[error("the keychain service was restarted in the middle of the work")]
    ServiceLost,
    #[error("the keychain did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error(
        "the keychain has {count} items named {item:?}, and which one is right cannot be known"
    )]
    Ambiguous { item: String, count: usize },
    #[error("{0} was saved, but reading it back gave something else")]
    ReadBackDiffers(Item),
    #[error("{name} is damaged: {why}")]
    Damaged { name: String, why: String },
    #[error("{name} was written by a newer partnerlink (format {version})")]
    TooNew { name: String, version: u32 },
    #[error("{} cannot be opened with this key", .0.display())]
    WrongKey(PathBuf),
    #[error("the key of the sealed files is not available: {0}")]
    NoKey(String),
    #[error("{} is not safe to use: {why}", .path.display())]
    Unsafe { path: PathBuf, why: String },
    #[error("no room left to save tokens in {}", .0.display())]
    NoSpace(PathBuf),
    #[error("{action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the keychain failed: {0}")]
    Keychain(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_names_come_back() {
        let account = "zaehlerfreunde:muster".parse().unwrap();
        for item in [
            Item::Account(account),
            Item::ClientSecret("timberdata".into()),
            Item::FileKey,
            Item::Probe,
        ] {
            assert_eq!(Item::from_name(&item.to_string()), Some(item));
        }
        assert_eq!(Item::from_name("client-secret/../x"), None);
        assert_eq!(Item::from_name("Someone else's"), None);
    }
}
