//! Secrets in this process only: for the demo, the sandbox without a keychain, and tests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Item, SecretBytes, StoreError, StoreKind, Stores, TokenStore};

/// A store that is gone with the process.
#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    items: HashMap<Item, SecretBytes>,
    failures: VecDeque<StoreError>,
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    /// A store whose first calls fail, one per error, before it works: for tests of everything
    /// that has to survive a store's failure.
    pub fn failing(errors: impl IntoIterator<Item = StoreError>) -> Self {
        let failures = errors.into_iter().collect();
        Self { inner: Mutex::new(Inner { failures, ..Inner::default() }) }
    }

    /// Lets the next call fail; several wait in line.
    pub fn fail_next(&self, error: StoreError) {
        self.lock().failures.push_back(error);
    }

    /// A thread that panicked with the lock held left a whole map behind, never half an item.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let mut inner = self.lock();
        match inner.failures.pop_front() {
            Some(error) => Err(error),
            None => Ok(inner),
        }
    }
}

/// Where nothing lasts there is one store.
impl Stores for MemoryStore {
    fn store(&self, _: StoreKind) -> &dyn TokenStore {
        self
    }
}

impl TokenStore for MemoryStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Memory
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        Ok(self.call()?.items.get(item).cloned())
    }

    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.call()?.items.insert(item.clone(), bytes.clone());
        Ok(())
    }

    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        Ok(self.call()?.items.remove(item).is_some())
    }

    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.call()?.items.keys().cloned().collect())
    }

    fn preflight(&self, _: &Item) -> Result<(), StoreError> {
        self.call().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_failures_come_in_their_order_and_end() {
        let store = MemoryStore::failing([StoreError::Locked]);
        store.fail_next(StoreError::ServiceLost);
        assert!(matches!(store.load(&Item::FileKey), Err(StoreError::Locked)));
        assert!(matches!(store.list(), Err(StoreError::ServiceLost)));
        assert!(store.list().is_ok());
    }
}
