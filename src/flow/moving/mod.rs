//! Moving an account from one store to the other, so that at any moment exactly one copy counts.
//!
//! A refresh token is spent once, so a copy that was forgotten must never be refreshed. A note in
//! the state folder, durable before the first copy is written, says which copy counts and what is
//! left to do. Whoever takes the account's lock goes on with it first. The order:
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
use super::World;
use crate::account_id::AccountId;
use crate::accounts::Index;
use crate::clock::Timestamp;
use crate::store::lock::LockError;
use crate::store::{Item, StoreError, StoreKind};
use crate::system::interrupt;
use crate::system::paths::Folders;

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

/// Where an account lives: what the note of a move says, else the index.
pub fn home_of(folders: &Folders, index: &Index, account: &AccountId) -> Option<StoreKind> {
    match Move::pending(folders, account) {
        Some(pending) => Some(pending.counts()),
        None => index.get(account).map(|entry| entry.store),
    }
}

/// Moves an account, or finishes a move that was interrupted. What was done is told even if a
/// signal came in between, which waits.
pub fn relocate(world: &World, account: &AccountId, to: StoreKind) -> Result<Moved, MoveError> {
    let lock = world.lock(account)?;
    interrupt::uninterrupted(|| {
        if let Some(mut pending) = Move::pending(world.folders, account) {
            match pending.go_on(world, account) {
                Ok(()) if pending.to == to => return Ok(Moved::Moved),
                Err(why) if pending.to == to => return Err(pending.failure(why)),
                // It is asked back.
                _ => {}
            }
        }
        let opened = world.opened(lock, account);
        let home = opened.world.store.kind();
        let pending = Move::pending(world.folders, account).is_some();
        if opened.record.map_err(MoveError::NotCopied)?.is_none() && !pending {
            return Err(MoveError::NotConnected);
        }
        if home == to && !pending {
            return second_copy(world, account, to);
        }
        let step = if home == to { Step::Delete } else { Step::Copy };
        let mut moving = Move { from: to.other(), to, step };
        // Most of what can go wrong is found out while nothing has begun.
        let item = Item::Account(account.clone());
        world
            .stores
            .store(to)
            .preflight(&item)
            .and_then(|()| moving.write(world.folders, account))
            .map_err(MoveError::NotCopied)?;
        match moving.go_on(world, account) {
            Ok(()) => Ok(Moved::Moved),
            Err(why) => {
                let failure = moving.failure(why);
                if moving.step == Step::Copy {
                    moving.call_back(world, account);
                }
                Err(failure)
            }
        }
    })
}

/// The account is where it shall be. That the other store cannot be asked is no failure then.
fn second_copy(world: &World, account: &AccountId, home: StoreKind) -> Result<Moved, MoveError> {
    let item = Item::Account(account.clone());
    let other = world.stores.store(home.other());
    match other.load(&item).map(|found| found.is_some()) {
        Ok(true) | Err(StoreError::Damaged { .. }) => {
            let gone = Move::leaving(home.other());
            gone.write(world.folders, account)
                .and_then(|()| gone.finish(world, account))
                .map_err(|why| gone.failure(why))?;
            Ok(Moved::SecondCopyDeleted)
        }
        Ok(false) => Ok(Moved::WasThere),
        Err(error) => {
            log::debug!("{} cannot be asked for a second copy: {error}", home.other());
            Ok(Moved::WasThere)
        }
    }
}

/// Notes, before a new sign-in is saved in `to`, what becomes of another copy. `None` where there is
/// none. Until it is saved, what counted before counts.
pub(super) fn before_sign_in(
    world: &World,
    account: &AccountId,
    to: StoreKind,
    connected_at: Timestamp,
) -> Result<Option<Move>, StoreError> {
    let left = match home_of(world.folders, world.index, account) {
        Some(home) if home != to => Move::by_sign_in(to, connected_at),
        // Of a move that is not finished only the other copy is left to be deleted.
        Some(_) if Move::pending(world.folders, account).is_some() => Move::leaving(to.other()),
        _ => return Ok(None),
    };
    left.write(world.folders, account)?;
    Ok(Some(left))
}

/// Deletes the copy that does not count, of an account that was disconnected.
pub(super) fn delete_other_copy(world: &World, account: &AccountId) -> Result<(), StoreError> {
    let Some(pending) = Move::pending(world.folders, account) else { return Ok(()) };
    let other = world.stores.store(pending.counts().other());
    other.delete(&Item::Account(account.clone()))?;
    Move::forget(world.folders, account)
}
