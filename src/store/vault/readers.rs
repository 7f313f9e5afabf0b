//! What machines see that only read: an account without its refresh token, one generation after the
//! other.
//!
//! It is written after the grant, by whoever saved that; if that machine dies in between, by the next
//! one that looks.

use super::kv::{Found, Written};
use super::record::{Writing, access, for_readers, text_of};
use super::{PATIENCE, VaultStore};
use crate::account_id::AccountId;
use crate::store::record::Record;
use crate::store::shared::{Duty, Nonce, Seen, Shown};
use crate::store::{StoreError, TokenStore as _};

impl VaultStore {
    /// Shows machines that only read what somebody saved and did not show, and may never come back.
    pub(super) fn catch_up(&self, seen: &Seen) -> Result<(), StoreError> {
        let (Duty::Refresher, Some(mark)) = (self.duty(), &seen.mark) else { return Ok(()) };
        let (record, generation) = (&seen.record, mark.generation);
        let account = &record.account.account;
        let shown = self.readers_see(account)?;
        match shown.generation < generation {
            true => self.show_readers(account, Some(record), generation, Some(&shown)).map(drop),
            false => Ok(()),
        }
    }

    /// What machines that only read see now.
    pub(super) fn readers_see(&self, account: &AccountId) -> Result<Shown, StoreError> {
        let (found, version) = self.versioned_or_deleted(&access(account))?;
        let generation = found.map_or(0, |found| found.stored.generation);
        Ok(Shown { version, generation })
    }

    /// Shows machines that only read what they may see of this generation, unless they see a later
    /// one; the version that this makes. What they see is asked for where it is not known, or another
    /// machine wrote since. It is never guessed: a version that fits by chance would put an older
    /// generation over a newer one.
    pub(super) fn show_readers(
        &self,
        account: &AccountId,
        record: Option<&Record>,
        generation: u64,
        known: Option<&Shown>,
    ) -> Result<Option<u64>, StoreError> {
        let (place, nonce) = (access(account), Nonce::random()?);
        let text = record.map(|record| text_of(&for_readers(record))).transpose()?;
        let mut writing = Writing::new(generation, &nonce, &self.holder, text.as_deref());
        if text.is_none() {
            writing.ended = Some("disconnected");
        }
        if let Some(shown) = known.filter(|shown| shown.generation <= generation)
            && let Written::Done(version) = self.write(&place, &writing, shown.version, PATIENCE)?
        {
            return Ok(Some(version));
        }
        let is_newer = |found: &Found| found.stored.generation > generation;
        self.replace(&place, |found, _| match found {
            Some(found) if is_newer(found) || found.stored.nonce == nonce => Ok(None),
            _ => Ok(Some(&writing)),
        })
    }
}
