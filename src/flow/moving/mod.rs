//! Moving an account from one store to another, so that at any moment exactly one copy counts.
//!
//! A refresh token is spent once, so a copy that was forgotten must never be refreshed. A note in
//! the state folder, durable before the first copy is written, says which copy counts and what is
//! left to do. Whoever takes the account's lock
//! resumes it first. The order:
//!
//! 1. note: what is in `from` counts, it is being copied
//! 2. the record in `from` is marked with its new store, so that it is known for a left-over even
//!    where note and index are lost
//! 3. the record in `to`, read back
//! 4. note: what is in `to` counts, the other is to be deleted
//! 5. the index, durably; then the record in `from` is deleted, and the client secret with the last
//!    account of its provider; then the note

mod client_secret;
mod note;
#[cfg(test)]
mod tests;

pub use self::client_secret::relocate_secret;
pub use self::note::Move;
use self::note::Step;
use super::{LockedAccount, World};
use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::store::lock::LockError;
use crate::store::{Item, StoreError, StoreKind, TokenStore};
use crate::system::interrupt;

/// What asking for a move came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Moved,
    /// It was there; a second copy that did not count is deleted.
    SecondCopyDeleted,
    WasThere,
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("this account is not connected")]
    NotConnected,
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Nothing has changed: the account works from where it was.
    #[error(transparent)]
    NotCopied(StoreError),
    /// The account works from its new store.
    #[error("it was moved, but its former record could not be deleted from {from}: {why}")]
    NotDeleted { from: StoreKind, why: StoreError },
}

/// Moves an account, or finishes a move that was interrupted. What was done is told even if a
/// signal came in between, which waits.
pub fn relocate(world: &World, account: &AccountId, to: &StoreKind) -> Result<Moved, MoveError> {
    let lock = world.lock(account)?;
    interrupt::uninterrupted(|| {
        if let Some(mut pending) = Move::pending(world.folders, account) {
            match pending.resume(world, account) {
                Ok(()) if pending.to == *to => return Ok(Moved::Moved),
                // It is asked back to where it came from.
                Err(_) if pending.from == *to => {}
                Err(why) => return Err(pending.failure(why)),
                Ok(()) => {}
            }
        }
        let LockedAccount { _lock, store, record } = world.opened(lock, account);
        let pending = Move::pending(world.folders, account);
        if record.map_err(MoveError::NotCopied)?.is_none() && pending.is_none() {
            return Err(MoveError::NotConnected);
        }
        let mut moving = match pending {
            None if store.kind() == *to => return delete_second_copies(world, account, store),
            Some(pending) if store.kind() == *to => {
                Move::leaving(pending.does_not_count().clone(), to.clone())
            }
            _ => Move { from: store.kind(), to: to.clone(), step: Step::Copy },
        };
        // Most of what can go wrong is found out while nothing has begun.
        let item = Item::Account(account.clone());
        let target = world.stores.get(to).map_err(MoveError::NotCopied)?;
        target
            .preflight(&item)
            .and_then(|()| moving.write(world.folders, account))
            .map_err(MoveError::NotCopied)?;
        match moving.resume(world, account) {
            Ok(()) => Ok(Moved::Moved),
            Err(why) => {
                let failure = moving.failure(why);
                if moving.step == Step::Copy {
                    moving.roll_back(world, account);
                }
                Err(failure)
            }
        }
    })
}

/// The account is where it shall be. That another store cannot be asked is no failure then.
fn delete_second_copies(
    world: &World,
    account: &AccountId,
    home: &dyn TokenStore,
) -> Result<Moved, MoveError> {
    let item = Item::Account(account.clone());
    let mut outcome = Moved::WasThere;
    for other in world.stores.all().filter(|store| store.kind() != home.kind()) {
        match other.load(&item).map(|found| found.is_some()) {
            Ok(true) | Err(StoreError::Damaged { .. }) => {
                let gone = Move::leaving(other.kind(), home.kind());
                gone.write(world.folders, account)
                    .and_then(|()| gone.finish(world, account))
                    .map_err(|why| gone.failure(why))?;
                outcome = Moved::SecondCopyDeleted;
            }
            Ok(false) => {}
            Err(error) => {
                log::debug!("{} cannot be asked for a second copy: {error}", other.kind());
            }
        }
    }
    Ok(outcome)
}

/// Notes, before a new sign-in is saved in `to`, what becomes of another copy. `None` where there is
/// none. Until it is saved, what counted before counts.
pub(super) fn before_sign_in(
    world: &World,
    account: &AccountId,
    to: &StoreKind,
    connected_at: Timestamp,
) -> Result<Option<Move>, StoreError> {
    let mut pending = Move::pending(world.folders, account);
    if let Some(unfinished) = &mut pending
        && ![&unfinished.from, &unfinished.to].contains(&to)
    {
        // One note cannot speak of three stores.
        unfinished.resume(world, account)?;
        pending = None;
    }
    let home = match &pending {
        Some(pending) => Some(pending.counts().clone()),
        None => world.index.get(account).map(|entry| entry.store),
    };
    let left = match (home, pending) {
        (Some(from), _) if from != *to => {
            Move { from, to: to.clone(), step: Step::SignIn(connected_at) }
        }
        // Of a move that is not finished only the other copy is left to be deleted.
        (Some(_), Some(pending)) => Move::leaving(pending.does_not_count().clone(), to.clone()),
        _ => return Ok(None),
    };
    left.write(world.folders, account)?;
    Ok(Some(left))
}

/// Deletes the copy that does not count, of an account that was disconnected.
pub(super) fn delete_other_copy(world: &World, account: &AccountId) -> Result<(), StoreError> {
    let Some(pending) = Move::pending(world.folders, account) else { return Ok(()) };
    world.stores.get(pending.does_not_count())?.delete(&Item::Account(account.clone()))?;
    Move::forget(world.folders, account)
}
