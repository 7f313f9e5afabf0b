//! Where secrets live: one small trait, one file per store, one row each in [`STORES`].
//!
//! [`keychain`] is the default, [`file`] the sealed files for servers, [`vault`] a Vault or OpenBao
//! that many machines share. [`lock`] is the per-account lock that every writer on this machine
//! holds, whatever the store; [`shared`] is what it takes beside that where other machines write.

mod client_secret;
pub mod file;
mod item;
pub mod keychain;
mod kind;
pub mod lock;
pub mod record;
pub mod shared;
pub mod vault;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use self::client_secret::ClientSecret;
pub use self::item::Item;
pub use self::kind::{STORES, StoreKind, StoreRow, StoreSettings};
use self::record::Record;
use self::shared::{Claim, Claimant, Claimed, Claiming, Duty, Nonce, Seen, Settled};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::Timestamp;
use crate::secret::Secret;
use crate::system::files::is_full;
use crate::system::held::is_held;

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

    /// What can be seen without changing any account, and without asking anybody to unlock anything. A
    /// shared store also shows its readers what they do not see yet.
    fn look(&self) -> Result<Look, StoreError>;

    /// The same within this time, where a look may take long: what is not known by then is left out,
    /// and said in [`Look::usable`].
    fn look_within(&self, _time: Duration) -> Result<Look, StoreError> {
        self.look()
    }

    /// Fails if a `save` of a few KiB to this item would fail now, as far as that can be known
    /// without writing to it. Called before a single-use refresh token is spent.
    fn preflight(&self, item: &Item) -> Result<(), StoreError>;

    /// Fails if a `delete` of this item would fail now, as far as that can be known without it. Called
    /// before its sign-in is revoked.
    fn deletable(&self, _item: &Item) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether a save is safe from a power cut from its first wait for the disk on: what it had
    /// written by then, [`TokenStore::finish`] puts in place.
    fn finishes(&self) -> bool {
        false
    }

    /// Finishes a save that a crash cut off, as far as it had come; the account's lock is held.
    fn finish(&self, _item: &Item) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether what is in it is seen at once, without waking anything and asking another machine.
    fn is_at_hand(&self) -> bool {
        false
    }

    /// Whether an item is there and can be opened, as far as that is seen without touching or waking
    /// anything: what cannot be seen is believed to be good.
    fn seems_good(&self, _item: &Item) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Whether the item is there, asked without unlocking anything.
    fn holds(&self, item: &Item) -> Result<bool, StoreError> {
        Ok(self.look()?.items.contains(item))
    }

    /// Whether other machines write it too. What follows is different there alone.
    fn is_shared(&self) -> bool {
        false
    }

    /// What this machine may do here.
    fn duty(&self) -> Duty {
        Duty::Refresher
    }

    /// The time by the clock that all machines have in common; `None` where ours is the only one, or
    /// the other was not heard yet.
    fn now(&self) -> Option<Timestamp> {
        None
    }

    /// An account's record, with what a claim on it needs.
    fn see(&self, account: &AccountId) -> Result<Option<Seen>, StoreError> {
        Ok(Record::load(self, account)?.map(Seen::alone))
    }

    /// Saves a record where there is none, or the same one.
    fn add(&self, record: &Record) -> Result<(), StoreError> {
        record.save(self)
    }

    /// Tries to become the only one who may spend the refresh token that was seen. `note` makes
    /// durable, before the claim is made, what finds it again after a crash.
    fn claim(
        &self,
        seen: Seen,
        _by: &Claimant,
        note: &mut dyn FnMut(Option<&Nonce>) -> io::Result<()>,
    ) -> Result<Claiming, StoreError> {
        if self.is_shared() {
            return Err(StoreError::NotSetUp(self.kind()));
        }
        note(None).map_err(StoreError::NoIntent)?;
        Ok(Claiming::Held(Box::new(Claim::alone(seen))))
    }

    /// Finds out, while the provider works on its answer, what `settle` would have to ask for.
    fn look_ahead(&self, _claim: &Claim) {}

    /// Saves what the provider gave, and ends the claim. Of a shared account it also notes in the
    /// record which version that is.
    fn settle(&self, _claim: &Claim, record: &mut Record) -> Result<Settled, StoreError> {
        record.save(self).map(|()| Settled::Saved)
    }

    /// Ends the claim without new tokens; what is `changed` beside them is saved.
    fn release(&self, _claim: &Claim, changed: Option<&mut Record>) -> Result<Settled, StoreError> {
        changed.map_or(Ok(()), |record| record.save(self)).map(|()| Settled::Saved)
    }

    /// Shows machines that only read what was seen, where they see an older token.
    fn show(&self, _seen: &Seen) -> Result<(), StoreError> {
        Ok(())
    }

    /// Removes the account that was claimed, and is elsewhere now; not if somebody else wrote it.
    fn take_out(&self, claim: &Claim) -> Result<(), StoreError> {
        self.end(claim, "taken out")
    }

    /// Removes the account that was claimed for good; `why` is for whoever asks for it later.
    fn end(&self, claim: &Claim, _why: &str) -> Result<(), StoreError> {
        let account = claim.seen.record.account.account.clone();
        self.delete(&Item::Account(account)).map(drop)
    }
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
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("the keychain failed: {0}")]
    Keychain(String),
    #[error("this version has no store named {0:?}")]
    NoSuchStore(String),
    #[error("what is about to be done could not be noted on disk: {0}")]
    NoIntent(io::Error),
    #[error("{} is not set up here", .0)]
    NotSetUp(StoreKind),
    /// Of a shared store: it may answer later.
    #[error("the shared store did not answer: {0}")]
    Unavailable(String),
    /// It does not answer before a person changes what is configured.
    #[error("the shared store cannot be reached: {why}")]
    Misconfigured { why: String, hint: String },
    /// It does not let this machine in, or not do this.
    #[error("the shared store refused {what}: {why}")]
    Forbidden { what: String, why: String, hint: String },
    /// A file with what this machine signs in with at a shared store.
    #[error("there is nothing to sign in with at the shared store: {} {why}", .path.display())]
    NoCredential { path: PathBuf, why: String, hint: String },
    /// A wrapped secret ID that somebody else may have.
    #[error("the wrapped secret ID is not to be trusted: {why}")]
    Wrapping { why: String, hint: String },
    #[error("{why}")]
    WrongEngine { why: String, mount: String },
    #[error("{0} was changed by another machine again and again")]
    Conflict(Item),
    #[error("this machine only reads the shared store (vault.access)")]
    ReadOnly,
    #[error("{0} is in the shared store already, with another sign-in")]
    Taken(AccountId),
    /// What is ended leaves a word there.
    #[error("{0} is no longer in the shared store, which does not say that it was ended")]
    Vanished(AccountId),
}

impl StoreError {
    /// What the system says of a file, or that its disk is full: `action` is "could not read".
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        match is_full(&source) {
            true => Self::NoSpace(path.parent().unwrap_or(path).to_owned()),
            false => Self::Io { action, path: path.to_owned(), source },
        }
    }

    /// Whether another program has a file open, which was waited for.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Io { source, .. } | Self::NoIntent(source) if is_held(source))
    }

    /// Whether something is there that cannot be opened: its key is gone, or the bytes are wrong.
    /// A new sign-in may take its place.
    pub fn is_sealed_for_good(&self) -> bool {
        let vanished = matches!(self, Self::Vanished(_));
        vanished || matches!(self, Self::Damaged { .. } | Self::WrongKey(_) | Self::NoKey(_))
    }
}

/// A store as it stands.
#[derive(Debug)]
pub struct Look {
    /// Whether a secret could be read now: not while the store is locked, or is yet to be made.
    pub usable: Result<(), StoreError>,
    /// Every item in it, in no particular order.
    pub items: Vec<Item>,
    /// Of a shared store: its accounts as they are now, known without reading each,
    pub current: Vec<Account>,
    /// those of them that the index knows otherwise,
    pub changed: BTreeSet<AccountId>,
    /// those that were ended,
    pub ended: Vec<AccountId>,
    /// and those that cannot be read.
    pub unreadable: BTreeMap<AccountId, StoreError>,
    /// Of a shared store: the accounts that a machine is working on.
    pub claims: Vec<Claimed>,
}

impl Look {
    pub fn of(usable: Result<(), StoreError>, items: Vec<Item>) -> Self {
        Self {
            usable,
            items,
            current: Vec::new(),
            changed: BTreeSet::new(),
            ended: Vec::new(),
            unreadable: BTreeMap::new(),
            claims: Vec::new(),
        }
    }
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
        let all = STORES.iter().filter_map(|row| (row.open)(settings)).collect();
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
        found.ok_or_else(|| match kind.row() {
            Some(_) => StoreError::NotSetUp(kind.clone()),
            None => StoreError::NoSuchStore(kind.name().to_owned()),
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_never_be_opened_may_be_signed_in_over() {
        let (name, why) = (String::from("it"), String::from("so"));
        for (error, expected) in [
            (StoreError::Damaged { name, why: why.clone() }, true),
            (StoreError::WrongKey("it".into()), true),
            (StoreError::NoKey(why.clone()), true),
            (StoreError::Vanished("p:one".parse().unwrap()), true),
            (StoreError::Locked, false),
            (StoreError::Unreachable(why), false),
            (StoreError::TooNew { name: "it".into(), version: 2 }, false),
            (StoreError::WrongPassphrase("it".into()), false),
        ] {
            assert_eq!(error.is_sealed_for_good(), expected, "{error}");
        }
    }
}
