//! Which accounts there are, those of the index and those in the stores that it lost; and whether
//! what is saved of them can be read.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use super::{FlowError, LockedAccount, World, journal};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::Timestamp;
use crate::store::record::Record;
use crate::store::{Item, Look, StoreError, StoreKind, TokenStore};
use crate::system::files::{self, Durability, Mode};

/// What is in a store, as far as it can be seen without unlocking it.
pub struct Content {
    pub kind: StoreKind,
    pub look: Result<Look, StoreError>,
}

impl Content {
    /// A locked store cannot be used, though its items can be seen.
    pub fn usable(&self) -> Result<(), &StoreError> {
        self.look.as_ref()?.usable.as_ref().copied()
    }

    pub fn accounts(&self) -> BTreeSet<AccountId> {
        let accounts = self.items().filter_map(|item| match item {
            Item::Account(account) => Some(account.clone()),
            _ => None,
        });
        accounts.collect()
    }

    /// Why an account of a shared store cannot be read, where that was seen.
    pub fn unreadable(&self, account: &AccountId) -> Option<&StoreError> {
        self.look.as_ref().ok()?.unreadable.get(account)
    }

    /// The providers whose client secrets are there.
    pub fn client_secrets(&self) -> Vec<&str> {
        let secrets = self.items().filter_map(|item| match item {
            Item::ClientSecret(provider) => Some(provider.as_str()),
            _ => None,
        });
        secrets.collect()
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.look.iter().flat_map(|look| &look.items)
    }
}

impl World<'_> {
    /// Looks into the stores that are `wanted`; the others are left alone.
    pub fn contents(&self, wanted: impl Fn(&dyn TokenStore) -> bool) -> Vec<Content> {
        let stores = self.stores.all().filter(|store| wanted(*store));
        stores.map(|store| self.content(store, store.look())).collect()
    }

    /// Looks into the shared store, for this time at most, where new accounts go there, or some are
    /// in it.
    pub fn shared_content(&self, time: Duration) -> Option<Content> {
        let store = self.stores.all().find(|store| store.is_shared())?;
        let kind = store.kind();
        let is_in_use = self.stores.configured().kind() == kind
            || self.index.all().iter().any(|entry| entry.store == kind);
        is_in_use.then(|| self.content(store, store.look_within(time)))
    }

    /// When the index last learned all that there is in the shared store.
    pub fn shared_as_of(&self) -> Option<Timestamp> {
        let seen = fs::metadata(self.folders.shared_seen_file()).ok()?;
        seen.modified().ok()?.try_into().ok()
    }

    fn content(&self, store: &dyn TokenStore, mut look: Result<Look, StoreError>) -> Content {
        if let Ok(look) = &mut look
            && store.is_shared()
        {
            self.learn(store, look);
        }
        Content { kind: store.kind(), look }
    }

    /// Makes the index say what was seen of a shared store, where nobody works on the account. What
    /// is no longer there, and was not ended, cannot be read.
    fn learn(&self, store: &dyn TokenStore, look: &mut Look) {
        for now in look.current.iter().filter(|now| look.changed.contains(&now.account)) {
            self.if_free(&now.account, || self.note(now));
        }
        let is_there = |entry: &Account| entry.store == store.kind();
        for account in &look.ended {
            // It may have been connected again since.
            let is_ended = || matches!(store.see(account), Ok(None));
            if self.index.get(account).as_ref().is_some_and(is_there) {
                self.if_free(account, || {
                    if is_ended() {
                        self.forget(account)
                    }
                });
            }
        }
        if look.usable.is_err() {
            return;
        }
        let mut missing = self.index.names().unwrap_or_default();
        for item in &look.items {
            if let Item::Account(account) = item {
                missing.remove(account);
            }
        }
        // One may have come after the list; where one has not, the others are not asked for.
        let is_gone =
            |account: &AccountId| matches!(store.see(account), Err(StoreError::Vanished(_)));
        let mut is_confirmed = false;
        for Account { account, .. } in self.index.of(&missing).into_iter().filter(is_there) {
            is_confirmed = is_confirmed || is_gone(&account);
            if is_confirmed {
                look.unreadable.insert(account.clone(), StoreError::Vanished(account));
            }
        }
        let seen = self.folders.shared_seen_file();
        if let Err(error) = files::replace(&seen, b"", Mode::Private, Durability::None) {
            log::debug!("{} could not be written: {error}", seen.display());
        }
    }

    /// Why it is not known that nothing is connected, where the index has no account: the store of
    /// new ones cannot be looked into. Where there is no keychain, nothing is in it.
    pub fn doubt<'c>(&self, contents: &'c [Content]) -> Option<&'c StoreError> {
        let configured = self.stores.configured().kind();
        let here = contents.iter().find(|content| content.kind == configured)?;
        let error = here.look.as_ref().err()?;
        let is_absent = matches!(error, StoreError::Unreachable(_));
        (!is_absent && self.index.all().is_empty()).then_some(error)
    }
}

/// A record that is whole.
#[derive(Debug)]
pub struct Verified {
    pub account: Account,
    /// Whether the index said something else, which is corrected.
    pub index_was_wrong: bool,
}

/// Reads an account's record under its lock, and heals the index where the two disagree.
pub fn verify(world: &World, account: &AccountId) -> Result<Verified, FlowError> {
    let entry = world.index.get(account);
    let LockedAccount { _lock, store, seen, unsaved } = world.open(account)?;
    let seen = seen?.ok_or_else(|| match &entry {
        Some(_) => FlowError::gone(account, store),
        None => FlowError::NotConnected,
    })?;
    unsaved.map_or(Ok(()), |why| Err(FlowError::InJournal(why)))?;
    store.show(&seen)?;
    let record = seen.record;
    Ok(Verified { index_was_wrong: entry != world.index.get(account), account: record.account })
}

/// The same without the lock, and without touching anything; unless newer tokens wait in the
/// journal, which are safe only once they are saved.
pub fn readable(world: &World, account: &AccountId) -> Result<(), FlowError> {
    let store = world.home(account);
    let record = Record::load(store, account)?.ok_or_else(|| FlowError::gone(account, store))?;
    match journal::newest(world, &record)? {
        Some(_) => verify(world, account).map(drop),
        None => Ok(()),
    }
}
