//! The note of a move that is under way, and what it says to do next.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::MoveError;
use super::client_secret::{copy_secret, delete_secret};
use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::flow::World;
use crate::store::record::Record;
use crate::store::{Item, StoreError, StoreKind};
use crate::system::files::{self, Durability, Mode, sync_folder};
use crate::system::paths::Folders;

/// A move that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub(in crate::flow) from: StoreKind,
    pub(super) to: StoreKind,
    pub(super) step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// What is in `from` counts; `to` may have a copy, which will be written again.
    Copy,
    /// A new sign-in, by its `connected_at`, is being saved in `to`, and counts once it is there.
    SignIn(Timestamp),
    /// What is in `to` counts; `from` may have a copy, which is to be deleted.
    Delete,
}

impl Move {
    /// The move of this account that is not finished, if any. A note is replaced in one step, so one
    /// that cannot be read is none of ours.
    pub fn pending(folders: &Folders, account: &AccountId) -> Option<Self> {
        serde_json::from_slice(&fs::read(folders.move_file(account)).ok()?).ok()
    }

    /// The note that a copy in `from` does not count, but the one in `to`.
    pub(in crate::flow) fn leaving(from: StoreKind, to: StoreKind) -> Self {
        Self { from, to, step: Step::Delete }
    }

    /// The note that nothing moves after all.
    fn reversed(&self) -> Self {
        Self::leaving(self.to.clone(), self.from.clone())
    }

    /// Which store's copy counts.
    pub fn counts(&self) -> &StoreKind {
        if self.step == Step::Delete { &self.to } else { &self.from }
    }

    /// The other one, whose copy does not count.
    pub(super) fn does_not_count(&self) -> &StoreKind {
        if self.step == Step::Delete { &self.from } else { &self.to }
    }

    /// Does what is left to do; the caller holds the account's lock. After a failure the step says
    /// how far it came.
    pub(in crate::flow) fn resume(
        &mut self,
        world: &World,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        if let Step::SignIn(connected_at) = self.step {
            let there = Record::load(world.stores.get(&self.to)?, account)?;
            self.step = Step::Delete;
            if there.is_none_or(|record| record.account.connected_at != connected_at) {
                // It was not saved: the account stays where it was.
                *self = self.reversed();
            }
            self.write(world.folders, account)?;
        }
        if self.step == Step::Copy {
            self.copy(world, account)?;
        }
        self.finish(world, account)
    }

    /// Leaves the account where it was. What cannot be undone now is left to the next run.
    pub(super) fn roll_back(&self, world: &World, account: &AccountId) {
        let back = self.reversed();
        if let Err(error) =
            back.write(world.folders, account).and_then(|()| back.finish(world, account))
        {
            log::debug!("the move of {account} is not rolled back yet: {error}");
        }
    }

    pub(super) fn failure(&self, why: StoreError) -> MoveError {
        match self.step {
            Step::Delete => MoveError::NotDeleted { from: self.from.clone(), why },
            _ => MoveError::NotCopied(why),
        }
    }

    fn copy(&mut self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        let (from, to) = (world.stores.get(&self.from)?, world.stores.get(&self.to)?);
        match Record::load(from, account)? {
            Some(mut record) => {
                let item = Item::Account(account.clone());
                to.preflight(&item)?;
                // Before the account, which may be refreshed as soon as it is there.
                copy_secret(from, to, account.provider())?;
                if record.account.store != self.to {
                    record.account.store = self.to.clone();
                    record.save(from)?;
                }
                record.save(to)?;
                let copy = Record::load(to, account)?;
                if copy.is_none_or(|copy| !copy.is_the_same_as(&record)) {
                    return Err(StoreError::ReadBackDiffers(item));
                }
                let copied = Self { step: Step::Delete, ..self.clone() };
                copied.write(world.folders, account)?;
                *self = copied;
            }
            // It was disconnected: what there is of it in `to` is not wanted either.
            None => {
                *self = self.reversed();
                self.write(world.folders, account)?;
            }
        }
        Ok(())
    }

    /// The second half, after `to` counts.
    pub(in crate::flow) fn finish(
        &self,
        world: &World,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let (from, to) = (world.stores.get(&self.from)?, world.stores.get(&self.to)?);
        // The index may lose its entry in a power cut as long as the note says where to look.
        if let Some(mut record) = Record::load(to, account)? {
            if record.account.store != self.to {
                // It was rolled back after it was marked.
                record.account.store = self.to.clone();
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

    pub(in crate::flow) fn write(
        &self,
        folders: &Folders,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let path = folders.move_file(account);
        let write = || -> io::Result<()> {
            let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
            files::replace(&path, &bytes, Mode::Private, Durability::ContentAndName)?;
            // The folder of notes itself may be new.
            sync_folder(folders.state())
        };
        write().map_err(|source| failed("could not note the move in", &path, source))
    }

    /// Removes the note. Durably: one that comes back would delete what was saved since.
    pub(in crate::flow) fn forget(
        folders: &Folders,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let path = folders.move_file(account);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| sync_folder(path.parent().unwrap_or(&path))),
        }
        .map_err(|source| failed("could not remove", &path, source))
    }
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}
