//! What the program does, without terminal, keychain or HTTP library: each flow gets the world as
//! traits and talks to the person, where it must, through one small trait.

pub mod disconnect;
pub mod intent;
pub mod login;
pub mod refresh;
pub mod token_source;

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
    /// Loads an account's record, and heals the index where the two disagree.
    fn load(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let record = Record::load(self.store, account)?;
        match &record {
            Some(record) if self.index.get(account).is_none() => self.note(&record.account),
            None => {
                if let Err(error) = self.index.remove(account) {
                    log::debug!("the index entry of {account} could not be removed: {error}");
                }
            }
            Some(_) => {}
        }
        Ok(record)
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
