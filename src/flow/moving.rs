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

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::World;
use crate::account_id::AccountId;
use crate::accounts::{Index, create_private_folder, sync_folder};
use crate::clock::Timestamp;
use crate::interrupt;
use crate::paths::Folders;
use crate::store::lock::LockError;
use crate::store::record::Record;
use crate::store::{Item, SecretBytes, StoreError, StoreKind, TokenStore};

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

/// A move that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    from: StoreKind,
    to: StoreKind,
    step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    /// What is in `from` counts; `to` may have a copy, which will be written again.
    Copy,
    /// A new sign-in, by its `connected_at`, is being saved in `to`, and counts once it is there.
    SignIn(Timestamp),
    /// What is in `to` counts; `from` may have a copy, which is to be deleted.
    Delete,
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

/// Moves a client secret that no account in `from` needs any more.
pub fn relocate_secret(world: &World, provider: &str, to: StoreKind) -> Result<(), StoreError> {
    let (from, to) = (world.stores.store(to.other()), world.stores.store(to));
    copy_secret(from, to, provider)?;
    delete_secret(from, to, provider)
}

impl Move {
    /// The move of this account that is not finished, if any. A note is replaced in one step, so one
    /// that cannot be read is none of ours.
    pub fn pending(folders: &Folders, account: &AccountId) -> Option<Self> {
        serde_json::from_slice(&fs::read(folders.move_file(account)).ok()?).ok()
    }

    /// The note of a sign-in that changes the account's store.
    pub(super) fn by_sign_in(to: StoreKind, connected_at: Timestamp) -> Self {
        Self { from: to.other(), to, step: Step::SignIn(connected_at) }
    }

    /// The note that a copy in `from` does not count.
    pub(super) fn leaving(from: StoreKind) -> Self {
        Self { from, to: from.other(), step: Step::Delete }
    }

    /// Which store's copy counts.
    pub fn counts(&self) -> StoreKind {
        if self.step == Step::Delete { self.to } else { self.from }
    }

    /// Does what is left to do; the caller holds the account's lock. After a failure the step says
    /// how far it came.
    pub(super) fn go_on(&mut self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        if let Step::SignIn(connected_at) = self.step {
            let there = Record::load(world.stores.store(self.to), account)?;
            self.step = Step::Delete;
            if there.is_none_or(|record| record.account.connected_at != connected_at) {
                // It was not saved: the account stays where it was.
                *self = Self::leaving(self.to);
            }
            self.write(world.folders, account)?;
        }
        if self.step == Step::Copy {
            self.copy(world, account)?;
        }
        self.finish(world, account)
    }

    /// Leaves the account where it was. What cannot be undone now is left to the next run.
    fn call_back(&self, world: &World, account: &AccountId) {
        let back = Self::leaving(self.to);
        if let Err(error) =
            back.write(world.folders, account).and_then(|()| back.finish(world, account))
        {
            log::debug!("the move of {account} is not called back yet: {error}");
        }
    }

    fn failure(&self, why: StoreError) -> MoveError {
        match self.step {
            Step::Delete => MoveError::NotDeleted { from: self.from, why },
            _ => MoveError::NotCopied(why),
        }
    }

    fn copy(&mut self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        let (from, to) = (world.stores.store(self.from), world.stores.store(self.to));
        match Record::load(from, account)? {
            Some(mut record) => {
                let item = Item::Account(account.clone());
                to.preflight(&item)?;
                // Before the account, which may be refreshed as soon as it is there.
                copy_secret(from, to, account.provider())?;
                if record.account.store != self.to {
                    record.account.store = self.to;
                    record.save(from)?;
                }
                record.save(to)?;
                let copy = Record::load(to, account)?;
                if copy.is_none_or(|copy| !copy.is_the_same_as(&record)) {
                    return Err(StoreError::ReadBackDiffers(item));
                }
                self.step = Step::Delete;
            }
            // It was disconnected: what there is of it in `to` is not wanted either.
            None => *self = Self::leaving(self.to),
        }
        self.write(world.folders, account)
    }

    /// The second half, after `to` counts.
    pub(super) fn finish(&self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        let (from, to) = (world.stores.store(self.from), world.stores.store(self.to));
        // The index may lose its entry in a power cut as long as the note says where to look.
        if let Some(mut record) = Record::load(to, account)? {
            if record.account.store != self.to {
                // It was called back after it was marked.
                record.account.store = self.to;
                record.save(to)?;
            }
            world.index.put_durably(&record.account).map_err(|source| StoreError::Io {
                action: "could not write the index entry in",
                path: world.folders.accounts(),
                source,
            })?;
        }
        copy_secret(from, to, account.provider())?;
        from.delete(&Item::Account(account.clone()))?;
        delete_secret(from, to, account.provider())?;
        Self::forget(world.folders, account)
    }

    pub(super) fn write(&self, folders: &Folders, account: &AccountId) -> Result<(), StoreError> {
        let path = folders.move_file(account);
        let write = || -> io::Result<()> {
            let folder = path.parent().unwrap_or(&path);
            create_private_folder(folder)?;
            let temporary = path.with_extension("tmp");
            let mut file = create(&temporary)?;
            file.write_all(&serde_json::to_vec(self).map_err(io::Error::other)?)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            sync_folder(folder)?;
            // The folder itself may be new.
            folder.parent().map_or(Ok(()), sync_folder)
        };
        write().map_err(|source| failed("could not note the move in", &path, source))
    }

    /// Removes the note. Durably: one that comes back would delete what was saved since.
    pub(super) fn forget(folders: &Folders, account: &AccountId) -> Result<(), StoreError> {
        let path = folders.move_file(account);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| sync_folder(path.parent().unwrap_or(&path))),
        }
        .map_err(|source| failed("could not remove", &path, source))
    }
}

/// Deletes the copy that does not count, of an account that was disconnected.
pub(super) fn delete_other_copy(world: &World, account: &AccountId) -> Result<(), StoreError> {
    let Some(pending) = Move::pending(world.folders, account) else { return Ok(()) };
    let other = world.stores.store(pending.counts().other());
    other.delete(&Item::Account(account.clone()))?;
    Move::forget(world.folders, account)
}

fn secret_in(store: &dyn TokenStore, provider: &str) -> Result<Option<SecretBytes>, StoreError> {
    store.load(&Item::ClientSecret(provider.to_owned()))
}

/// One that is in `to` already stays: the accounts there work with it.
fn copy_secret(
    from: &dyn TokenStore,
    to: &dyn TokenStore,
    provider: &str,
) -> Result<(), StoreError> {
    match secret_in(from, provider)? {
        Some(secret) if secret_in(to, provider)?.is_none() => {
            to.save(&Item::ClientSecret(provider.to_owned()), &secret)
        }
        _ => Ok(()),
    }
}

/// Goes with the last account that needs it. Of two different secrets neither is deleted.
fn delete_secret(
    from: &dyn TokenStore,
    to: &dyn TokenStore,
    provider: &str,
) -> Result<(), StoreError> {
    let Some(secret) = secret_in(from, provider)? else { return Ok(()) };
    let is_needed =
        |item: &Item| matches!(item, Item::Account(account) if account.provider() == provider);
    if from.list()?.iter().any(is_needed) {
        return Ok(());
    }
    match secret_in(to, provider)? {
        Some(there) if there.expose() == secret.expose() => {
            from.delete(&Item::ClientSecret(provider.to_owned())).map(drop)
        }
        Some(_) => {
            log::warn!(
                "{} and {} hold different client secrets of {provider}; both are kept",
                from.kind(),
                to.kind()
            );
            Ok(())
        }
        None => Ok(()),
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
#[path = "moving_tests.rs"]
mod tests;
