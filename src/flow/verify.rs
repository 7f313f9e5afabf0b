//! Whether what is saved of an account can be read.

use super::{LockedAccount, World};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::store::lock::LockError;
use crate::store::record::Record;
use crate::store::{StoreError, StoreKind};

/// A record that is whole.
#[derive(Debug)]
pub struct Verified {
    pub account: Account,
    /// Whether the index said something else, which is corrected.
    pub index_was_wrong: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("its record is not in {0}")]
    Gone(StoreKind),
}

/// Reads an account's record under its lock, and heals the index where the two disagree.
pub fn verify(world: &World, account: &AccountId) -> Result<Verified, VerifyError> {
    let entry = world.index.get(account);
    let LockedAccount { _lock, store, record } = world.open(account)?;
    let record = record?.ok_or_else(|| VerifyError::Gone(store.kind()))?;
    let now = world.index.get(account);
    Ok(Verified { index_was_wrong: entry != now, account: record.account })
}

/// The same without the lock, and without touching anything.
pub fn readable(world: &World, account: &AccountId) -> Result<(), VerifyError> {
    let store = world.home(account);
    match Record::load(store, account)? {
        Some(_) => Ok(()),
        None => Err(VerifyError::Gone(store.kind())),
    }
}
