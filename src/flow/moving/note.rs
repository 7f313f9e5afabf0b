//! The note of a move, which says which copy counts and what is left to do.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::flow::World;
use crate::store::record::Record;
use crate::store::{StoreError, StoreKind, TokenStore};
use crate::system::files::{self, Durability, Mode, sync_folder};
use crate::system::held::{self, BEFORE_SPENDING, BRIEFLY};
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
    /// A sign-in, by its `connected_at`, is being saved in `to`, and counts once it is there.
    SignIn(Timestamp),
    /// What is in `from` counts until it has its tombstone, then the copy in `to`; never written.
    TakeOut,
    /// What is in `to` counts; `from` may have a copy, which is to be deleted.
    Delete,
}

impl Move {
    /// The move of this account that is not finished, if any. A note is replaced in one step, so one
    /// that cannot be read is none of ours.
    pub fn pending(folders: &Folders, account: &AccountId) -> Option<Self> {
        let path = folders.move_file(account);
        let bytes = held::while_held(&path, BRIEFLY, || fs::read(&path)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn begin(from: StoreKind, to: StoreKind, step: Step) -> Self {
        Self { from, to, step }
    }

    /// The note that a copy in `from` does not count, but the one in `to`.
    pub(in crate::flow) fn leaving(from: StoreKind, to: StoreKind) -> Self {
        Self::begin(from, to, Step::Delete)
    }

    /// Whether this record may be in a shared store by now, where others spend its refresh token.
    pub(in crate::flow) fn may_have_shared(&self, world: &World, record: &Record) -> bool {
        self.step == Step::SignIn(record.account.connected_at)
            && world.stores.get(&self.to).is_ok_and(TokenStore::is_shared)
    }

    /// The note that nothing moves after all.
    pub(super) fn reversed(&self) -> Self {
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
        write().map_err(|source| StoreError::io("could not note the move in", &path, source))
    }

    /// Removes the note. Durably: one that comes back would delete what was saved since.
    pub(in crate::flow) fn forget(
        folders: &Folders,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let path = folders.move_file(account);
        files::remove(&path, BEFORE_SPENDING)
            .and_then(|removed| match removed {
                true => sync_folder(path.parent().unwrap_or(&path)),
                false => Ok(()),
            })
            .map_err(|source| StoreError::io("could not remove", &path, source))
    }
}
