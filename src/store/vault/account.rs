//! How an account comes into the store, and leaves it: by a sign-in, by a move, by a disconnect.
//!
//! Its generations are counted on for ever, whatever becomes of it.

use serde_json::json;

use super::kv::Found;
use super::record::{Writing, access, grant, text_of};
use super::{PATIENCE, VaultStore};
use crate::account_id::AccountId;
use crate::store::record::Record;
use crate::store::shared::{Duty, Nonce};
use crate::store::{Item, SecretBytes, StoreError, TokenStore as _};

impl VaultStore {
    /// Saves a new sign-in, in the place of whatever is there.
    pub(super) fn save_account(
        &self,
        account: &AccountId,
        bytes: &SecretBytes,
    ) -> Result<(), StoreError> {
        let record = Record::from_bytes(bytes, account)?;
        let (text, nonce) = (text_of(&record)?, Nonce::random()?);
        let mut generation = 0;
        self.replace(&grant(account), |found, version| {
            let before = self.generation_before(account, found, version)?;
            let there = found.and_then(|found| found.stored.record(account).ok().flatten());
            // It is there, whoever went on with it meanwhile: the answer to our write was lost.
            if there.is_some_and(|it| it.account.connected_at == record.account.connected_at) {
                return Ok(None);
            }
            generation = before.saturating_add(1);
            Ok(Some(Writing::new(generation, &nonce, &self.holder, Some(&text))))
        })?;
        // A sign-in is saved once its grant is.
        if let Err(error) = self.show_readers(account, Some(&record), generation, None) {
            log::warn!("{account}: machines that only read do not see it yet: {error}");
        }
        Ok(())
    }

    /// Puts a tombstone in the place of an account, and destroys what was there. `false` where there
    /// is one already. It stands for good, whoever refreshed meanwhile; unless `only` this version
    /// was to be replaced.
    pub(super) fn bury(
        &self,
        account: &AccountId,
        why: &str,
        only: Option<u64>,
    ) -> Result<bool, StoreError> {
        if self.duty() == Duty::Reader {
            return Err(StoreError::ReadOnly);
        }
        let (place, nonce) = (grant(account), Nonce::random()?);
        let ended = format!("{why} by {}", self.holder);
        let (mut was_there, mut at) = (false, None);
        self.replace(&place, |found, version| {
            let generation = self.generation_before(account, found, version)?;
            if found.is_none() && version == 0 {
                // Readers may still see it.
                at = Some((generation + 1, 0)).filter(|_| generation > 0);
                return Ok(None);
            }
            if found.is_some_and(|found| found.stored.is_ended()) {
                at = Some((generation, version));
                return Ok(None);
            }
            if only.is_some_and(|only| only != version) {
                return Err(StoreError::Conflict(Item::Account(account.clone())));
            }
            (was_there, at) = (true, Some((generation + 1, version + 1)));
            let mut tombstone = Writing::new(generation + 1, &nonce, &self.holder, None);
            tombstone.ended = Some(&ended);
            Ok(Some(tombstone))
        })?;
        if let Some((generation, version)) = at {
            let shown = self.show_readers(account, None, generation, None)?;
            self.destroy(&place, version);
            if let Some(version) = shown {
                self.destroy(&access(account), version);
            }
        }
        Ok(was_there)
    }

    /// The generation to count on from. Where the grant is gone, it is that of what readers see: they
    /// would go on seeing that.
    fn generation_before(
        &self,
        account: &AccountId,
        found: Option<&Found>,
        version: u64,
    ) -> Result<u64, StoreError> {
        match found {
            Some(found) => Ok(found.stored.generation),
            // A generation takes at least one version, so the version is never behind it.
            None => Ok(self.readers_see(account)?.generation.max(version)),
        }
    }

    /// Destroys the versions before this one. They hold tokens that are revoked, or moved away: that
    /// they stay for a while is no failure.
    fn destroy(&self, place: &str, before: u64) {
        let versions: Vec<u64> = (before.saturating_sub(10).max(1)..before).collect();
        if versions.is_empty() {
            return;
        }
        let path = self.settings().path("destroy", place);
        let body = json!({ "versions": versions });
        if let Err(error) = self.post(&path, &body, PATIENCE) {
            log::debug!("{error}");
            let (mount, prefix) = (&self.settings().mount, &self.settings().prefix);
            let slash = if prefix.is_empty() { "" } else { "/" };
            let numbers: Vec<String> = versions.iter().map(u64::to_string).collect();
            log::info!(
                "former versions of {place} stay in the shared store; who has the admin's policy \
                 destroys them: bao kv destroy -mount={mount} -versions={} {prefix}{slash}{place}",
                numbers.join(",")
            );
        }
    }

    /// Saves an account where none is.
    pub(super) fn add_account(&self, record: &Record) -> Result<(), StoreError> {
        let account = &record.account.account;
        let (text, nonce) = (text_of(record)?, Nonce::random()?);
        let mut generation = 0;
        self.replace(&grant(account), |found, version| {
            let before = self.generation_before(account, found, version)?;
            if let Some(found) = found
                && let Some(there) = found.stored.record(account)?
            {
                // Ours, whose answer was lost, or of a move that was interrupted.
                generation = before;
                return match there.has_the_refresh_token_of(record) {
                    true => Ok(None),
                    false => Err(StoreError::Taken(account.clone())),
                };
            }
            generation = before + 1;
            Ok(Some(Writing::new(generation, &nonce, &self.holder, Some(&text))))
        })?;
        self.show_readers(account, Some(record), generation, None).map(drop)
    }
}
