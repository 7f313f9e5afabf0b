//! Moving an account from one store to another, so that at any moment exactly one copy counts.
//!
//! A refresh token is spent once, so a copy that was forgotten must never be refreshed. A note in
//! the state folder, durable before the first copy is written, says which copy counts and what is
//! left to do. Whoever takes the account's lock resumes it first. The order:
//!
//! 1. note: what is in `from` counts, it is being copied
//! 2. the record in `from` is marked with its new store, so that it is known for a left-over even
//!    where note and index are lost
//! 3. the record in `to`, read back
//! 4. note: what is in `to` counts, the other is to be deleted
//! 5. the index, durably; then the record in `from` is deleted, and the client secret with the last
//!    account of its provider; then the note
//!
//! Other machines use what is in a shared store as soon as it is there, and as long as it is. So a
//! move into one is noted like a sign-in before step 3: what came of it is asked, and as long as
//! nobody answers neither copy is used. A move out of one holds the account's claim from step 2 on,
//! and puts a tombstone before step 4.

mod note;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::note::Move;
use self::note::Step;
use super::{FlowError, LockedAccount, World, client_secret, disconnect, intent, journal};
use crate::account_id::AccountId;
use crate::clock::Timestamp;
use crate::store::record::Record;
use crate::store::shared::Claim;
use crate::store::{Item, SecretBytes, StoreError, StoreKind, TokenStore};
use crate::system::interrupt;

/// What asking for a move came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Moved,
    /// It was there; a second copy that did not count is deleted.
    SecondCopyDeleted,
    WasThere,
}

/// Moves an account, or finishes a move that was interrupted. What was done is told even if a
/// signal came in between, which waits.
pub fn relocate(world: &World, account: &AccountId, to: &StoreKind) -> Result<Moved, FlowError> {
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
        let LockedAccount { _lock, store, seen, .. } = world.opened(lock, account);
        let pending = Move::pending(world.folders, account);
        if seen?.is_none() && pending.is_none() {
            return Err(FlowError::NotConnected);
        }
        let mut moving = match pending {
            None if store.kind() == *to => return delete_second_copies(world, account, store),
            Some(pending) if store.kind() == *to => {
                Move::leaving(pending.does_not_count().clone(), to.clone())
            }
            _ => Move::begin(store.kind(), to.clone(), Step::Copy),
        };
        // Most of what can go wrong is found out while nothing has begun.
        let item = Item::Account(account.clone());
        let target = world.stores.get(to)?;
        target.preflight(&item)?;
        moving.write(world.folders, account)?;
        match moving.resume(world, account) {
            Ok(()) => Ok(Moved::Moved),
            Err(why) => {
                let failure = moving.failure(why);
                if moving.step == Step::Copy {
                    moving.roll_back(world, account);
                    return Err(failure);
                }
                // It may be there all the same.
                let is_unknown = matches!(moving.step, Step::SignIn(_));
                if is_unknown && moving.resume(world, account).is_ok() && moving.to == *to {
                    return Ok(Moved::Moved);
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
) -> Result<Moved, FlowError> {
    let item = Item::Account(account.clone());
    let mut outcome = Moved::WasThere;
    let others = world.stores.all().filter(|store| store.kind() != home.kind());
    // What other machines share is no copy of ours.
    for other in others.filter(|store| !store.is_shared()) {
        match other.load(&item) {
            Ok(Some(_)) if home.is_shared() && !is_one_sign_in(account, home, other)? => {
                return Err(StoreError::Taken(account.clone()).into());
            }
            Ok(Some(_)) | Err(StoreError::Damaged { .. }) => {
                let gone = Move::leaving(other.kind(), home.kind());
                gone.note_and_finish(world, account).map_err(|why| gone.failure(why))?;
                outcome = Moved::SecondCopyDeleted;
            }
            Ok(None) => {}
            Err(error) => {
                log::debug!("{} cannot be asked for a second copy: {error}", other.kind());
            }
        }
    }
    Ok(outcome)
}

/// Whether both stores have the same sign-in of an account: in one that is shared the name may be
/// somebody else's.
fn is_one_sign_in(
    account: &AccountId,
    one: &dyn TokenStore,
    other: &dyn TokenStore,
) -> Result<bool, StoreError> {
    let sign_in = |store| Record::load(store, account);
    let (one, other) = (sign_in(one)?, sign_in(other));
    Ok(match other {
        Ok(other) => {
            let began = |record: Option<Record>| record.map(|it| it.account.connected_at);
            began(one) == began(other)
        }
        // Of what is damaged nothing is lost.
        Err(StoreError::Damaged { .. }) => true,
        Err(error) => return Err(error),
    })
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
        (Some(from), _) if from != *to => Move::begin(from, to.clone(), Step::SignIn(connected_at)),
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
    let other = world.stores.get(pending.does_not_count())?;
    if !other.is_shared() {
        other.delete(&Item::Account(account.clone()))?;
    }
    Move::forget(world.folders, account)
}

impl Move {
    /// Does what is left to do; the caller holds the account's lock. After a failure the step says
    /// how far it came.
    pub(super) fn resume(&mut self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        if let Step::SignIn(connected_at) = self.step {
            let to = world.stores.get(&self.to)?;
            if to.is_shared() {
                // A server that is behind may not know of what was saved: whoever answers after this
                // write does.
                to.save(&Item::Probe, &SecretBytes::new(b"\"probe\"".to_vec()))?;
            }
            let there = Record::load(to, account)?;
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
    fn roll_back(&self, world: &World, account: &AccountId) {
        if let Err(error) = self.reversed().note_and_finish(world, account) {
            log::debug!("the move of {account} is not rolled back yet: {error}");
        }
    }

    fn failure(&self, why: StoreError) -> FlowError {
        match self.step {
            Step::Delete => FlowError::FormerRecordLeft { from: self.from.clone(), why },
            // The account works from where it was.
            _ => FlowError::Store(why),
        }
    }

    fn copy(&mut self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        let (from, to) = (world.stores.get(&self.from)?, world.stores.get(&self.to)?);
        let Some(mut seen) = from.see(account)? else {
            // It was taken out of the shared store, or disconnected there: then what there is in
            // `to` works no more, which the next refresh tells.
            let was_taken = from.is_shared() && Record::load(to, account)?.is_some();
            // Else it was disconnected here: what there is of it in `to` is not wanted either.
            *self = match was_taken {
                true => Self { step: Step::Delete, ..self.clone() },
                false => self.reversed(),
            };
            return self.write(world.folders, account);
        };
        // What an earlier run could not save is newer than what is there.
        if from.is_shared()
            && let Some(why) = journal::take_in(world, from, &mut seen)
        {
            return Err(why);
        }
        to.preflight(&Item::Account(account.clone()))?;
        // Before the account, which may be refreshed as soon as it is there.
        client_secret::copy(account.provider(), from, to)?;
        let claim =
            disconnect::claimed(world, from, seen, Duration::ZERO).map_err(
                |error| match error {
                    FlowError::Store(error) => error,
                    error => StoreError::Unavailable(error.to_string()),
                },
            )?;
        if claim.doubtful {
            // Another machine may have spent it: only its own journal, or a refresh, tells. The claim
            // stays as it is, since without it nobody would know.
            return Err(StoreError::Conflict(Item::Account(account.clone())));
        }
        let copied = self.copy_claimed(world, from, to, &claim);
        if self.step == Step::Copy
            && from.is_shared()
            && let Err(error) = from.release(&claim, None)
        {
            log::debug!("the claim on {account} could not be taken back: {error}");
        }
        copied
    }

    fn copy_claimed(
        &mut self,
        world: &World,
        from: &dyn TokenStore,
        to: &dyn TokenStore,
        claim: &Claim,
    ) -> Result<(), StoreError> {
        let mut record = claim.record().clone();
        let account = &record.account.account.clone();
        record.account.shared_version = None;
        if record.account.store != self.to {
            record.account.store = self.to.clone();
            if !from.is_shared() {
                record.save(from)?;
            }
        }
        if to.is_shared() {
            let step = Step::SignIn(record.account.connected_at);
            let sharing = Self { step, ..self.clone() };
            sharing.write(world.folders, account)?;
            *self = sharing;
        }
        to.add(&record)?;
        let copy = Record::load(to, account)?;
        // Another machine may have refreshed what is shared.
        let is_whole = |copy: &Record| to.is_shared() || copy.has_the_tokens_of(&record);
        if !copy.as_ref().is_some_and(is_whole) {
            return Err(StoreError::ReadBackDiffers(Item::Account(account.clone())));
        }
        if from.is_shared() {
            // Before the copy counts: other machines go on with what is there.
            self.step = Step::TakeOut;
            from.take_out(claim)?;
            intent::clear(&world.folders.intent_file(account));
        }
        let copied = Self { step: Step::Delete, ..self.clone() };
        copied.write(world.folders, account)?;
        *self = copied;
        Ok(())
    }

    pub(super) fn note_and_finish(
        &self,
        world: &World,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        self.write(world.folders, account)?;
        self.finish(world, account)
    }

    /// The second half, after `to` counts.
    pub(super) fn finish(&self, world: &World, account: &AccountId) -> Result<(), StoreError> {
        let (from, to) = (world.stores.get(&self.from)?, world.stores.get(&self.to)?);
        // The index may lose its entry in a power cut as long as the note says where to look.
        if let Some(mut record) = Record::load(to, account)? {
            if record.account.store != self.to {
                // It was rolled back after it was marked.
                record.account.store = self.to.clone();
                record.save(to)?;
            }
            world.index.put_durably(&record.account).map_err(|source| {
                StoreError::io(
                    "could not write the index entry in",
                    &world.folders.accounts(),
                    source,
                )
            })?;
        }
        // What other machines share stays theirs.
        if !from.is_shared() {
            client_secret::copy(account.provider(), from, to)?;
            from.delete(&Item::Account(account.clone()))?;
            client_secret::delete(account.provider(), from, to)?;
        }
        Self::forget(world.folders, account)
    }
}
