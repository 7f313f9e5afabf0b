//! The keychain of the system that this was built for, by way of the keyring crates.
//!
//! A real backend or none: the crate's older versions kept secrets in memory, silently, when no
//! backend had been built in. Here such a build does not compile, and a store that would forget
//! with the process is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialPersistence, CredentialStore, Entry, Error};

use super::meaning::meaning;
use super::parts::Entries;
use crate::secret::Secret;
use crate::store::{SecretBytes, StoreError};

#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "macos", windows)))]
compile_error!("there is no keychain backend for this system: add one here before building for it");

/// Most bytes that the system takes in one item: CRED_MAX_CREDENTIAL_BLOB_SIZE on Windows.
/// The others have taken a megabyte without complaint.
pub(super) const PART_LIMIT: Option<usize> = if cfg!(windows) { Some(2560) } else { None };

pub(super) struct Platform {
    service: String,
    /// Connected at the first call; one connection and one key exchange for all of them.
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl Platform {
    pub(super) fn new(service: String) -> Self {
        Self { service, store: Mutex::new(None) }
    }

    /// The name that sets our items apart.
    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    pub(super) fn service(&self) -> &str {
        &self.service
    }

    /// The names of all items of our service, the parts of items among them. See `look.rs` for
    /// where this would ask somebody to unlock them.
    #[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let windows_pattern = format!(r"\.{}$", self.service);
        let spec =
            if cfg!(windows) { ("pattern", &windows_pattern) } else { ("service", &self.service) };
        let found =
            self.with_store("", |store| store.search(&HashMap::from([(spec.0, spec.1.as_str())])))?;
        let specifiers =
            found.unwrap_or_default().into_iter().filter_map(|entry| entry.get_specifiers());
        Ok(specifiers
            .filter(|(service, _)| *service == self.service)
            .map(|(_, name)| name)
            .collect())
    }

    fn with_entry<T>(
        &self,
        name: &str,
        work: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        let label = format!("{}: {}", self.service, name.strip_suffix(":default").unwrap_or(name));
        let modifiers = match () {
            // What a person sees in the keychain's own window.
            () if cfg!(any(target_os = "linux", target_os = "freebsd")) => {
                HashMap::from([("label", label.as_str())])
            }
            // Else Windows would carry the tokens to every machine of a roaming profile.
            () if cfg!(windows) => HashMap::from([("persistence", "Local")]),
            () => HashMap::new(),
        };
        self.with_store(name, |store| work(&store.build(&self.service, name, Some(&modifiers))?))
    }

    /// `None` when the item is not there. A connection that the service no longer knows, because
    /// it was restarted, is made anew, once.
    fn with_store<T>(
        &self,
        name: &str,
        work: impl Fn(&CredentialStore) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        let mut outcome = self.try_once(name, &work);
        if matches!(outcome, Err(StoreError::ServiceLost)) {
            self.disconnect();
            outcome = self.try_once(name, &work);
        }
        outcome
    }

    fn try_once<T>(
        &self,
        name: &str,
        work: impl Fn(&CredentialStore) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        match work(&*self.connected()?) {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(meaning(error, name)),
        }
    }

    /// The lock is held while connecting: of several callers one connects, the others wait for it.
    fn connected(&self) -> Result<Arc<CredentialStore>, StoreError> {
        let mut slot = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let store = connect().map_err(|error| match meaning(error, "") {
            StoreError::Keychain(text) => StoreError::Unreachable(text),
            StoreError::ServiceLost => StoreError::Unreachable("it hung up".into()),
            other => other,
        })?;
        if matches!(
            store.persistence(),
            CredentialPersistence::EntryOnly | CredentialPersistence::ProcessOnly
        ) {
            return Err(StoreError::Keychain(
                "it would forget everything when this program ends".into(),
            ));
        }
        Ok(Arc::clone(slot.insert(store)))
    }

    fn disconnect(&self) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Entries for Platform {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, StoreError> {
        Ok(self.with_entry(name, Entry::get_secret)?.map(Secret::new))
    }

    fn set(&self, name: &str, value: &SecretBytes) -> Result<(), StoreError> {
        match self.with_entry(name, |entry| entry.set_secret(value.expose()))? {
            Some(()) => Ok(()),
            // Deleted by somebody else between the search for it and the write.
            None => Err(StoreError::Keychain("the item vanished while it was written".into())),
        }
    }

    fn delete(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.with_entry(name, Entry::delete_credential)?.is_some())
    }
}

/// Not by `keyring::Entry`, which connects once per process and keeps a lost connection for ever.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    match keyring::Entry::store_status() {
        Ok(()) => keyring_core::get_default_store().ok_or(Error::NoDefaultStore),
        Err(error) => Err(Error::PlatformFailure(error.to_string().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn making_a_keychain_touches_nothing() {
        let platform = Platform::new("partnerlink".into());
        assert!(platform.store.lock().unwrap().is_none());
    }
}
