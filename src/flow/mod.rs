//! What the program does, without terminal, keychain or HTTP library: each flow gets the world as
//! traits and talks to the person, where it must, through one small trait.

pub mod client_secret;
pub mod disconnect;
pub mod discovery;
mod error;
pub mod intent;
pub mod inventory;
mod journal;
pub mod login;
pub mod moving;
pub mod origins;
pub mod refresh;
mod times;
pub mod token_source;

use std::iter;
use std::time::Duration;

use crate::account_id::AccountId;
use crate::accounts::{Account, Failure, FailureKind, Index, SignInState};
use crate::clock::{Clock, Timestamp};
use crate::http::Transport;
use crate::store::lock::{AccountLock, LOCK_DEADLINE, LockError};
use crate::store::record::Record;
use crate::store::shared::Seen;
use crate::store::{Item, StoreError, StoreKind, Stores, TokenStore};
use crate::system::files;
use crate::system::held::{self, BEFORE_SPENDING, BRIEFLY};
use crate::system::paths::Folders;

pub use self::error::FlowError;
use self::moving::Move;

/// The parts of the world that every flow works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub stores: &'a Stores,
    pub index: &'a Index,
    pub http: &'a dyn Transport,
    pub clock: &'a dyn Clock,
    pub folders: &'a Folders,
    /// What started this run, for `status`.
    pub run_by: &'a str,
}

/// An account under its lock, in the one store where it lives.
struct LockedAccount<'a> {
    _lock: AccountLock,
    store: &'a dyn TokenStore,
    seen: Result<Option<Seen>, StoreError>,
    /// Why the record is still in the journal only. Until it is saved, no token may be spent.
    unsaved: Option<StoreError>,
}

impl<'a> World<'a> {
    /// The store that an account is in as far as a look at note and index tells, else the one where
    /// a new account goes.
    pub fn home(&self, account: &AccountId) -> &'a dyn TokenStore {
        self.known_home(account).unwrap_or_else(|| self.stores.configured())
    }

    /// The same where stores may be asked: an account that the index lost is found wherever it is.
    pub fn whereabouts(&self, account: &AccountId) -> &'a dyn TokenStore {
        self.known_home(account).unwrap_or_else(|| self.found(account))
    }

    /// The store that has an account of which neither note nor index knows.
    fn found(&self, account: &AccountId) -> &'a dyn TokenStore {
        let configured = self.stores.configured();
        let item = Item::Account(account.clone());
        let holds = |store: &&dyn TokenStore| {
            store.holds(&item).unwrap_or_else(|error| {
                log::debug!("{} cannot be asked for {account}: {error}", store.kind());
                false
            })
        };
        let others = self.stores.all().filter(|store| store.kind() != configured.kind());
        iter::once(configured).chain(others).find(holds).unwrap_or(configured)
    }

    /// Where the tokens of a sign-in go: the store that was asked for, else where the account is.
    fn target(
        &self,
        account: &AccountId,
        to: Option<&StoreKind>,
    ) -> Result<&'a dyn TokenStore, StoreError> {
        to.map_or_else(|| Ok(self.home(account)), |kind| self.stores.get(kind))
    }

    /// What the note of a move says, else the index.
    fn known_home(&self, account: &AccountId) -> Option<&'a dyn TokenStore> {
        self.home_by(account, self.index.get(account).as_ref())
    }

    /// The same where this is what the index says.
    fn home_by(&self, account: &AccountId, entry: Option<&Account>) -> Option<&'a dyn TokenStore> {
        let kind = match Move::pending(self.folders, account) {
            Some(pending) => pending.counts().clone(),
            None => entry?.store.clone(),
        };
        self.stores.get(&kind).ok()
    }

    /// What a store has of an account. Where no keychain can be reached, and nothing says that the
    /// account is in it, it is not connected.
    fn see(&self, store: &dyn TokenStore, account: &AccountId) -> Result<Option<Seen>, StoreError> {
        match store.see(account) {
            Err(StoreError::Unreachable(_)) if self.known_home(account).is_none() => Ok(None),
            seen => seen,
        }
    }

    /// The present, by the clock that an account's dates are of.
    pub fn time_of(&self, account: &Account) -> Timestamp {
        self.stores.get(&account.store).map_or_else(|_| self.clock.now(), |store| self.time(store))
    }

    /// The present, by the clock that all who write this store have in common.
    pub fn time(&self, store: &dyn TokenStore) -> Timestamp {
        store.now().unwrap_or_else(|| self.clock.now())
    }

    /// Takes the account's lock, finishes a move that was interrupted, reads the record, and takes
    /// in newer tokens that an earlier run could not save.
    fn open(&self, account: &AccountId) -> Result<LockedAccount<'a>, LockError> {
        Ok(self.opened(self.lock(account)?, account))
    }

    /// The same where nobody else works on the account now; `None` where somebody does.
    fn try_open(&self, account: &AccountId) -> Result<Option<LockedAccount<'a>>, LockError> {
        match AccountLock::acquire(&self.folders.locks(), account, Duration::ZERO, &mut || ()) {
            Err(LockError::Held { .. }) => Ok(None),
            lock => Ok(Some(self.opened(lock?, account))),
        }
    }

    /// The same after the lock was taken. The index is healed where it disagrees with the record.
    fn opened(&self, lock: AccountLock, account: &AccountId) -> LockedAccount<'a> {
        if let Err(why) = self.notes_are_readable(account) {
            let store = self.home(account);
            return LockedAccount { _lock: lock, store, seen: Err(why), unsaved: None };
        }
        let mut unfinished = None;
        if let Some(mut pending) = Move::pending(self.folders, account)
            && let Err(error) = pending.resume(self, account)
        {
            log::warn!("the move of {account} to another store is not finished: {error}");
            unfinished = Some((pending, error));
        }
        // Read once: thousands of accounts are opened in a row.
        let entry = self.index.get(account);
        let home = self.home_by(account, entry.as_ref());
        let mut store = home.unwrap_or_else(|| self.found(account));
        if let Err(error) = store.finish(&Item::Account(account.clone())) {
            log::debug!("what the last save of {account} left is not in place: {error}");
        }
        let mut seen = self.live(account, &mut store);
        if let (Some((pending, why)), Ok(Some(found))) = (unfinished, &seen)
            && pending.may_have_shared(self, &found.record)
        {
            seen = Err(why);
        }
        let stored = seen.as_mut().ok().and_then(Option::as_mut);
        let unsaved = stored.and_then(|seen| {
            let unsaved = journal::take_in(self, store, seen);
            intent::show_what_is_saved(self, store, seen);
            unsaved
        });
        if let Ok(seen) = &seen
            && unsaved.is_none()
        {
            let record = seen.as_ref().map(|seen| &seen.record);
            if !agree(entry.as_ref(), record, store) {
                self.correct(account, record, store);
            }
        }
        LockedAccount { _lock: lock, store, seen, unsaved }
    }

    /// Fails if another program keeps one of the account's notes from being read: without it nobody
    /// knows which record counts.
    fn notes_are_readable(&self, account: &AccountId) -> Result<(), StoreError> {
        let note = self.folders.intent_file(account);
        let notes = [self.folders.move_file(account), intent::saved(&note), note];
        notes.into_iter().try_for_each(|path| {
            held::readable(&path, BEFORE_SPENDING)
                .map_err(|source| StoreError::io("could not read", &path, source))
        })
    }

    /// What counts of an account. A record that names another store was left behind by a move of
    /// which neither note nor index is left, unless there is nothing in that store.
    fn live(
        &self,
        account: &AccountId,
        store: &mut &'a dyn TokenStore,
    ) -> Result<Option<Seen>, StoreError> {
        let Some(mut seen) = self.see(*store, account)? else { return Ok(None) };
        let here = store.kind();
        if seen.record.account.store == here {
            return Ok(Some(seen));
        }
        if Move::pending(self.folders, account).is_none()
            && let Ok(named) = self.stores.get(&seen.record.account.store)
            && let Some(moved) = named.see(account)?
        {
            *store = named;
            let left = Move::leaving(here, named.kind());
            if let Err(error) = left.note_and_finish(self, account) {
                let here = &left.from;
                log::warn!("a former record of {account} is still in {here}: {error}");
            }
            return Ok(Some(moved));
        }
        seen.record.account.store = here;
        Ok(Some(seen))
    }

    /// Loads an account's record without the lock. The index is healed, and the journal taken in,
    /// only if the lock is free: whoever holds it may be about to write both.
    pub fn peek(&self, account: &AccountId) -> Result<Option<Record>, StoreError> {
        let mut store = self.home(account);
        let mut record = self.read(store, account)?;
        let home = self.home(account);
        if record.is_none() && home.kind() != store.kind() {
            // It was moved between the look at the index and the look into the store.
            store = home;
            record = self.read(store, account)?;
        }
        let newest = record.as_ref().map(|record| journal::newest(self, record));
        let is_newest = !matches!(newest, Some(Ok(Some(_))));
        if is_newest && self.index_agrees(account, record.as_ref(), store) {
            return Ok(record);
        }
        match AccountLock::acquire(&self.folders.locks(), account, Duration::ZERO, &mut || ()) {
            // Other machines write it all the time, and it was read just now.
            Ok(_lock) if is_newest && store.is_shared() => {
                self.correct(account, record.as_ref(), store);
                Ok(record)
            }
            Ok(lock) => {
                let seen = self.opened(lock, account).seen?;
                Ok(seen.map(|seen| seen.record))
            }
            Err(_) => Ok(record),
        }
    }

    fn read(
        &self,
        store: &dyn TokenStore,
        account: &AccountId,
    ) -> Result<Option<Record>, StoreError> {
        Ok(self.see(store, account)?.map(|seen| seen.record))
    }

    /// Makes the index say what the store says; the account's lock is held.
    fn correct(&self, account: &AccountId, record: Option<&Record>, store: &dyn TokenStore) {
        match record {
            Some(record) => self.note(&record.account),
            // Somebody disconnected it elsewhere.
            None if store.is_shared() => self.forget(account),
            None => self.note_loss(account, store),
        }
    }

    fn index_agrees(
        &self,
        account: &AccountId,
        record: Option<&Record>,
        store: &dyn TokenStore,
    ) -> bool {
        agree(self.index.get(account).as_ref(), record, store)
    }

    /// Writes the index. That it fails is no reason to fail: it is made again from the record.
    fn note(&self, account: &Account) {
        if let Err(error) = self.index.put(account) {
            log::debug!("the index entry of {} could not be written: {error}", account.account);
        }
    }

    /// The index names an account whose record is gone. It goes on naming it, until somebody
    /// connects or disconnects it: nobody would hear of it any more.
    fn note_loss(&self, account: &AccountId, store: &dyn TokenStore) {
        let Some(entry) = self.index.get(account) else { return };
        let failure = Failure {
            at: self.clock.now(),
            kind: FailureKind::SignIn,
            why: FlowError::gone(account, store).to_string(),
        };
        let state = SignInState::SignInNeeded;
        self.note(&Account { state, failure: Some(failure), ..entry });
    }

    /// Takes an account from the index, and with it what its customers' meters are called.
    fn forget(&self, account: &AccountId) {
        let meters = self.folders.meters_file(account);
        if let Err(error) = files::remove(&meters, BRIEFLY) {
            log::warn!("{} could not be removed: {error}", meters.display());
        }
        if let Err(error) = self.index.remove(account) {
            log::warn!("the index entry of {account} could not be removed: {error}");
        }
    }

    /// Does this under the account's lock, unless somebody else has it.
    fn if_free(&self, account: &AccountId, work: impl FnOnce()) {
        let locks = self.folders.locks();
        if let Ok(_lock) = AccountLock::acquire(&locks, account, Duration::ZERO, &mut || ()) {
            work();
        }
    }

    /// Waits for the account's lock. While it is held, no other process touches the account.
    fn lock(&self, account: &AccountId) -> Result<AccountLock, LockError> {
        let mut on_wait = || log::info!("waiting for another partnerlink that works on {account}");
        AccountLock::acquire(&self.folders.locks(), account, LOCK_DEADLINE, &mut on_wait)
    }
}

/// Whether the index knows of this record in this store, or of the account in another one.
fn agree(entry: Option<&Account>, record: Option<&Record>, store: &dyn TokenStore) -> bool {
    let facts = |account: &Account| {
        let Account { connected_at, refreshed_at, state, failure, shared_version, .. } = account;
        (*connected_at, *refreshed_at, *state, failure.clone(), *shared_version)
    };
    match (entry, record.map(|record| &record.account)) {
        (Some(entry), Some(record)) => {
            facts(entry) == facts(record)
                && entry.store == store.kind()
                && record.store == store.kind()
        }
        (Some(entry), None) => {
            entry.store != store.kind() || entry.state == SignInState::SignInNeeded
        }
        (None, record) => record.is_none(),
    }
}
