//! Where secrets live: one small trait, one file per store, one row each in [`STORES`].
//!
//! [`keychain`] is the default, [`file`] the sealed files for servers. [`lock`] is the per-account
//! lock that every writer holds, whatever the store.

mod client_secret;
pub mod file;
mod item;
pub mod keychain;
mod kind;
pub mod lock;
pub mod record;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use self::client_secret::ClientSecret;
pub use self::item::Item;
pub use self::kind::{STORES, StoreKind, StoreRow, StoreSettings};
use crate::secret::Secret;

/// The bytes of one stored item; what they mean is the caller's affair.
pub type SecretBytes = Secret<Vec<u8>>;

/// A place that keeps secrets. Calls are synchronous and end within a deadline of the store's own;
/// "not there" is a value (`None`, `false`), never an error.
///
/// The caller holds the account's [`lock`] during `save` and `delete` of an account's item. After
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

    /// What can be seen without changing anything, and without asking anybody to unlock anything.
    fn look(&self) -> Result<Look, StoreError>;

    /// Fails if a `save` of a few KiB to this item would fail now, as far as that can be known
    /// without writing to it. Called before a single-use refresh token is spent.
    fn preflight(&self, item: &Item) -> Result<(), StoreError>;
}

/// Why a store could not do what was asked. Texts say what failed and why; what to do about it
/// stands beside every other hint in `error/machine.rs`.
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
    #[error("this is not the passphrase with which {} was made", .0.display())]
    WrongPassphrase(PathBuf),
    #[error("{} is not safe to use: {why}", .path.display())]
    Unsafe { path: PathBuf, why: String },
    /// A key: it is not known who has read it already.
    #[error("{} is not safe to use: others can read it (mode {mode:04o})", .path.display())]
    OpenKey { path: PathBuf, mode: u32 },
    #[error("no room left to save tokens in {}", .0.display())]
    NoSpace(PathBuf),
    #[error("{action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the keychain failed: {0}")]
    Keychain(String),
    #[error("this version has no store named {0:?}")]
    NoSuchStore(String),
}

impl StoreError {
    /// Whether something is there that cannot be opened: its key is gone, or the bytes are wrong.
    /// A new sign-in may take its place.
    pub fn is_sealed_for_good(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::WrongKey(_) | Self::NoKey(_))
    }
}

/// A store as it stands.
#[derive(Debug)]
pub struct Look {
    /// Whether a secret could be read now: not while the store is locked, or is yet to be made.
    pub usable: Result<(), StoreError>,
    /// Every item in it, in no particular order.
    pub items: Vec<Item>,
}

/// All stores of a run, and the client secrets that its environment gives.
pub struct Stores {
    all: Vec<Arc<dyn TokenStore>>,
    configured: usize,
    given: Given,
}

/// The client secret that the environment gives for a provider.
pub type Given = Box<dyn Fn(&str) -> Option<Secret> + Send + Sync>;

impl Stores {
    /// Opens a store of each kind.
    pub fn open(settings: &StoreSettings, configured: &StoreKind, given: Given) -> Self {
        let all = STORES.iter().map(|row| (row.open)(settings)).collect();
        Self::new(all, configured, given)
    }

    /// `configured` is where new accounts go: the first one if it is not among them.
    pub fn new(all: Vec<Arc<dyn TokenStore>>, configured: &StoreKind, given: Given) -> Self {
        let configured = all.iter().position(|store| store.kind() == *configured);
        Self { all, configured: configured.unwrap_or_default(), given }
    }

    pub fn all(&self) -> impl Iterator<Item = &dyn TokenStore> {
        self.all.iter().map(|store| &**store)
    }

    pub fn get(&self, kind: &StoreKind) -> Result<&dyn TokenStore, StoreError> {
        let found = self.all().find(|store| store.kind() == *kind);
        found.ok_or_else(|| StoreError::NoSuchStore(kind.name().to_owned()))
    }

    /// Where new accounts go.
    pub fn configured(&self) -> &dyn TokenStore {
        &*self.all[self.configured]
    }

    /// The client secret of a provider: the environment's, else the one in this store.
    pub fn client_secret(
        &self,
        provider: &str,
        store: &dyn TokenStore,
    ) -> Result<Option<ClientSecret>, StoreError> {
        if let Some(secret) = (self.given)(provider) {
            return Ok(Some(ClientSecret { secret, origin: None }));
        }
        let bytes = store.load(&Item::ClientSecret(provider.to_owned()))?;
        bytes.map(|bytes| ClientSecret::from_bytes(provider, &bytes)).transpose()
    }
}
