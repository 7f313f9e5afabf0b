//! What the program does, without terminal, keychain or HTTP library: each flow gets the world as
//! traits and talks to the person, where it must, through one small trait.

pub mod disconnect;
pub mod intent;
pub mod login;
pub mod moving;
pub mod reach;
pub mod refresh;
pub mod token_source;
pub mod verify;

use std::time::Duration;

use crate::account_id::AccountId;
use crate::accounts::{Account, Index};
use crate::clock::Clock;
use crate::http::Transport;
use crate::store::lock::{AccountLock, LOCK_DEADLINE, LockError};
use crate::store::record::Record;
use crate::store::{StoreError, StoreKind, Stores, TokenStore};
use crate::system::paths::Folders;

use self::moving::Move;

/// The parts of the world that every flow works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The account's store, as far as that is known before its lock is held.
    pub store: &'a dyn TokenStore,
    pub stores: &'a dyn Stores,
    pub index: &'a Index,
    pub http: &'a dyn Transport,
    pub clock: &'a dyn Clock,
    pub folders: &'a Folders,
    /// What started this run, for `status`.
    pub run_by: &'a str,
}

/// An account under its lock.
struct Opened<'a> {
    _lock: AccountLock,
    /// With the store in which the account lives.
    world: World<'a>,
    record: Result<Option<Record>, StoreError>,
}

impl<'a> World<'a> {
    /// Takes the account's lock, finishes a move that was interrupted, and reads the record.
    fn open(&self, account: &AccountId) -> Result<Opened<'a>, LockError> {
        Ok(self.opened(self.lock(account)?, account))
    }

    /// The same after the lock was taken. The index is healed where it disagrees with the record.
    fn opened(mut self, lock: AccountLock, account: &AccountId) -> Opened<'a> {
        if let Some(mut pending) = Move::pending(self.folders, account)
            && let Err(error) = pending.go_on(&self, account)
        {
            log::warn!("the move of {account} to another store is not finished: {error}");
        }
        if let Some(home) = moving::home_of(self.folders, self.index, account) {
            self.store = self.stores.store(home);
        }
        let record = self.live_record(account);
        if let Ok(record) = &record
            && !self.index_agrees(account, record.as_ref())
        {
            match record {
                Some(record) => self.note(&record.account),
                None => {
                    if let Err(error) = self.index.remove(account) {
                        log::debug!("the index entry of {account} could not be removed: {error}");
                    }
                }
            }
        }
        Opened { _lock: lock, world: self, record }
    }

    /// The record that counts. One that names another store was left behind by a move of which
    /// neither note nor index is left, unless there is nothing in that store.
    fn live_record(&mut self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let Some(mut record) = Record::load(self.store, account)? else { return Ok(None) };
        let here = self.store.kind();
        if !self.is_elsewhere(&record) {
            return Ok(Some(record));
        }
        if Move::pending(self.folders, account).is_none() {
            let named = self.stores.store(record.account.store);
            if let Some(moved) = Record::load(named, account)? {
                self.store = named;
                let left = Move::leaving(here);
                let written = left.write(self.folders, account);
                if let Err(error) = written.and_then(|()| left.finish(self, account)) {
                    log::warn!("a former record of {account} is still in {here}: {error}");
                }
                return Ok(Some(moved));
            }
        }
        record.account.store = here;
        Ok(Some(record))
    }

    /// Whether a record says that it lives in another store than it lies in.
    fn is_elsewhere(&self, record: &Record) -> bool {
        let here = self.store.kind();
        here != StoreKind::Memory && here != record.account.store
    }

    /// Loads an account's record without the lock. The index is healed only if the lock is free:
    /// whoever holds it may be about to write both.
    fn peek(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let mut world = *self;
        let mut record = Record::load(world.store, account)?;
        if record.is_none()
            && let Some(home) = moving::home_of(self.folders, self.index, account)
            && home != world.store.kind()
        {
            // It was moved since the store was chosen.
            world.store = self.stores.store(home);
            record = Record::load(world.store, account)?;
        }
        let is_elsewhere = record.as_ref().is_some_and(|record| world.is_elsewhere(record));
        if !is_elsewhere && world.index_agrees(account, record.as_ref()) {
            return Ok(record);
        }
        match AccountLock::acquire(&self.folders.locks(), account, Duration::ZERO, &mut || ()) {
            Ok(lock) => world.opened(lock, account).record,
            Err(_) => Ok(record),
        }
    }

    /// Whether the index knows of this record, or of the account in another store.
    fn index_agrees(&self, account: &AccountId, record: Option<&Record>) -> bool {
        let facts = |account: &Account| (account.connected_at, account.refreshed_at, account.store);
        match (self.index.get(account), record) {
            (Some(entry), Some(record)) => facts(&entry) == facts(&record.account),
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
