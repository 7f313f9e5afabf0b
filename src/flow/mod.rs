//! What the program does, without terminal, keychain or HTTP library: each flow gets the world as
//! traits and talks to the person, where it must, through one small trait.

pub mod disconnect;
pub mod intent;
pub mod login;
pub mod reach;
pub mod refresh;
pub mod token_source;

use std::time::Duration;

use crate::account_id::AccountId;
use crate::accounts::{Account, Index};
use crate::clock::Clock;
use crate::http::Transport;
use crate::paths::Folders;
use crate::store::lock::{AccountLock, LOCK_DEADLINE, LockError};
use crate::store::record::Record;
use crate::store::{StoreError, TokenStore};

/// The parts of the world that every flow works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub store: &'a dyn TokenStore,
    pub index: &'a Index,
    pub http: &'a dyn Transport,
    pub clock: &'a dyn Clock,
    pub folders: &'a Folders,
}

impl World<'_> {
    /// Loads an account's record, and heals the index where the two disagree. The caller holds the
    /// account's lock.
    fn load(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let record = Record::load(self.store, account)?;
        if !self.index_agrees(account, record.as_ref()) {
            match &record {
                Some(record) => self.note(&record.account),
                None => {
                    if let Err(error) = self.index.remove(account) {
                        log::debug!("the index entry of {account} could not be removed: {error}");
                    }
                }
            }
        }
        Ok(record)
    }

    /// The same without the lock. The index is healed only if the lock is free: whoever holds it
    /// may be about to write both.
    fn peek(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let record = Record::load(self.store, account)?;
        if self.index_agrees(account, record.as_ref()) {
            return Ok(record);
        }
        match AccountLock::acquire(&self.folders.locks(), account, Duration::ZERO, &mut || ()) {
            Ok(_lock) => self.load(account),
            Err(_) => Ok(record),
        }
    }

    /// Whether the index knows of this record, or of the account in another store.
    fn index_agrees(&self, account: &AccountId, record: Option<&Record>) -> bool {
        let times = |account: &Account| (account.connected_at, account.refreshed_at);
        match (self.index.get(account), record) {
            (Some(entry), Some(record)) => times(&entry) == times(&record.account),
            (Some(entry), None) => entry.store != self.store.kind(),
            (None, record) => record.is_none(),
        }
    }

    /// Writes the index. That it fails is no reason to fail: it is made again from the record.
    fn note(&self, account: &Account) {
        if let Err(error) = self.index.put(account) {
            log::debug!("the index entry of {} could not be written: {error}", account.account);
        }
    }

    /// Waits for the account's lock. While it is held, no other process touches the account.
    fn lock(&self, account: &AccountId) -> Result<AccountLock, LockError> {
        let mut on_wait = || log::info!("waiting for another partnerlink that works on {account}");
        AccountLock::acquire(&self.folders.locks(), account, LOCK_DEADLINE, &mut on_wait)
    }
}
