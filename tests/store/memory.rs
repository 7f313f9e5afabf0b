//! A store of the tests' own: what a new one has to be, and not a line more.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use partnerlink::store::{Item, Look, SecretBytes, StoreError, StoreKind, TokenStore};

/// A store that is gone with the process, and fails to order.
pub struct MemoryStore {
    kind: StoreKind,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    items: HashMap<Item, SecretBytes>,
    failures: VecDeque<StoreError>,
    saves_fail: bool,
    pause: Duration,
}

impl MemoryStore {
    pub fn new(kind: StoreKind) -> Self {
        Self { kind, inner: Mutex::default() }
    }

    /// Lets the next call fail; several wait in line.
    pub fn fail_next(&self, error: StoreError) {
        self.lock().failures.push_back(error);
    }

    /// From now on it can be read and not written, or both.
    pub fn fail_saves(&self, fail: bool) {
        self.lock().saves_fail = fail;
    }

    /// From now on a save takes so long.
    pub fn slow_saves(&self, pause: Duration) {
        self.lock().pause = pause;
    }

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

impl TokenStore for MemoryStore {
    fn kind(&self) -> StoreKind {
        self.kind.clone()
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        Ok(self.call()?.items.get(item).cloned())
    }

    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        let inner = self.call()?;
        if inner.saves_fail {
            return Err(StoreError::Locked);
        }
        let pause = inner.pause;
        drop(inner);
        thread::sleep(pause);
        self.lock().items.insert(item.clone(), bytes.clone());
        Ok(())
    }

    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        Ok(self.call()?.items.remove(item).is_some())
    }

    fn look(&self) -> Result<Look, StoreError> {
        Ok(Look::of(Ok(()), self.call()?.items.keys().cloned().collect()))
    }

    fn preflight(&self, _: &Item) -> Result<(), StoreError> {
        self.call().map(drop)
    }
}
