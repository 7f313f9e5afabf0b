//! The keychain of the system that this was built for, by way of the keyring crates; and what their
//! errors mean to somebody who wants to know what to do.
//!
//! A real backend or none: the crate's older versions kept secrets in memory, silently, when no
//! backend had been built in. Here such a build does not compile, and a store that would forget
//! with the process is refused.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use keyring_core::{CredentialPersistence, CredentialStore, Entry, Error};

use super::parts::Entries;
use crate::secret::Secret;
use crate::store::{Item, Look, SecretBytes, StoreError};

#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "macos", windows)))]
compile_error!("there is no keychain backend for this system: add one here before building for it");

/// Most bytes that the system takes in one item: CRED_MAX_CREDENTIAL_BLOB_SIZE on Windows.
/// The others have taken a megabyte without complaint.
pub(super) const PART_LIMIT: Option<usize> = if cfg!(windows) { Some(2560) } else { None };

/// Longest text of a foreign error that is passed on, in characters.
const MOST_ERROR_TEXT: usize = 200;

pub(super) struct Platform {
    /// Made at the first use: the name of a folder in it is looked up on the disk.
    service: LazyLock<String, Box<dyn FnOnce() -> String + Send>>,
    /// Connected at the first call; one connection and one key exchange for all of them.
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl Platform {
    pub(super) fn new(service: impl FnOnce() -> String + Send + 'static) -> Self {
        Self { service: LazyLock::new(Box::new(service)), store: Mutex::new(None) }
    }

    /// Whether the keychain is there and open, and which items of ours it holds, without a prompt:
    /// names can be read while it is locked. Parts of items, and items that another program filed
    /// under our name, are passed over.
    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    pub(super) fn look(&self) -> Result<Look, StoreError> {
        use secret_service::blocking::{Item as Found, SecretService};
        use secret_service::{EncryptionType, Error};

        let meant = |error: Error| match error {
            Error::NoResult => StoreError::NoCollection,
            error => meaning_of_text(&error.to_string()),
        };
        // No secret travels over this session, so that it needs no key exchange.
        let service = SecretService::connect(EncryptionType::Plain)
            .map_err(|error| not_connected(meant(error)))?;
        let ours = HashMap::from([("service", self.service.as_str())]);
        let found = service.search_items(ours).map_err(meant)?;
        let name = |item: &Found| Item::from_name(item.get_attributes().ok()?.get("username")?);
        let items = found.unlocked.iter().chain(&found.locked).filter_map(name).collect();
        let usable = match service.get_default_collection().map_err(meant) {
            Ok(collection) if collection.is_locked().map_err(meant)? => Err(StoreError::Locked),
            Ok(_) if !found.locked.is_empty() => Err(StoreError::Locked),
            Ok(_) => Ok(()),
            Err(StoreError::NoCollection) => Err(StoreError::NoCollection),
            Err(error) => return Err(error),
        };
        Ok(Look::of(usable, items))
    }

    /// The same; here a search reads names only, and asks nobody.
    #[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
    pub(super) fn look(&self) -> Result<Look, StoreError> {
        // Whatever it finds too much is sorted out below.
        let service = self.service.as_str();
        let dotted = service.replace(|c: char| !c.is_ascii_alphanumeric(), ".");
        let windows_pattern = format!(r"\.{dotted}$");
        let spec = if cfg!(windows) {
            ("pattern", windows_pattern.as_str())
        } else {
            ("service", service)
        };
        let found = self.with_store("", |store| store.search(&HashMap::from([spec])))?;
        let specifiers =
            found.unwrap_or_default().into_iter().filter_map(|entry| entry.get_specifiers());
        let items = specifiers
            .filter(|(found, _)| *found == service)
            .filter_map(|(_, name)| Item::from_name(&name))
            .collect();
        Ok(Look::of(Ok(()), items))
    }

    fn with_entry<T>(
        &self,
        name: &str,
        work: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        let service = self.service.as_str();
        let label = format!("{service}: {}", name.strip_suffix(":default").unwrap_or(name));
        let modifiers = match () {
            // What a person sees in the keychain's own window.
            () if cfg!(any(target_os = "linux", target_os = "freebsd")) => {
                HashMap::from([("label", label.as_str())])
            }
            // Else Windows would carry the tokens to every machine of a roaming profile.
            () if cfg!(windows) => HashMap::from([("persistence", "Local")]),
            () => HashMap::new(),
        };
        self.with_store(name, |store| work(&store.build(service, name, Some(&modifiers))?))
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
            *self.slot() = None;
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
        let mut slot = self.slot();
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let store = connect().map_err(|error| not_connected(meaning(error, "")))?;
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

    fn slot(&self) -> MutexGuard<'_, Option<Arc<CredentialStore>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A fault that has no better name means, while connecting, that there is nobody to talk to.
fn not_connected(error: StoreError) -> StoreError {
    match error {
        StoreError::Keychain(text) => StoreError::Unreachable(text),
        StoreError::ServiceLost => StoreError::Unreachable("it hung up".into()),
        other => other,
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

/// Some of these errors carry the item's bytes: nothing but chosen texts goes on from here.
fn meaning(error: Error, name: &str) -> StoreError {
    match error {
        Error::PlatformFailure(source) | Error::NoStorageAccess(source) => {
            meaning_of_text(&readable(&*source))
        }
        Error::Ambiguous(entries) => {
            StoreError::Ambiguous { item: name.to_owned(), count: entries.len() }
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => StoreError::Damaged {
            name: format!("the keychain item {name}"),
            why: "it is not in the form in which this program writes".into(),
        },
        Error::TooLong(what, limit) => {
            StoreError::Keychain(format!("{what} is over its limit of {limit}"))
        }
        Error::NoDefaultStore => StoreError::Unreachable("none was started".into()),
        Error::NoEntry => StoreError::Keychain("the item is not there".into()),
        Error::Invalid(what, why) => StoreError::Keychain(format!("{what}: {why}")),
        Error::BadStoreFormat(why) | Error::NotSupportedByStore(why) => StoreError::Keychain(why),
        _ => StoreError::Keychain("of a fault that this version does not know".into()),
    }
}

/// The backends' error types belong to crates that this one does not name. Their texts hold what
/// does not change: the error names of D-Bus and of the Secret Service, and Apple's numbers. The
/// words are those of the secret-service crate; tests against a real service notice when they go.
fn meaning_of_text(text: &str) -> StoreError {
    let says = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    if says(&["prompt dismissed", "object locked", "Secret.Error.IsLocked", "-25308", "-25315"]) {
        StoreError::Locked
    } else if says(&["result not returned"]) {
        StoreError::NoCollection
    } else if says(&["Secret.Error.NoSession", "Secret.Error.NoSuchObject"])
        || says(&["DBus.Error.UnknownObject", "DBus.Error.NoReply", "DBus.Error.Disconnected"])
        || says(&["I/O error", "connection closed"])
    {
        StoreError::ServiceLost
    } else if says(&["no secret service provider", "Failed to connect", "handshake failed"])
        || says(&["DBus.Error.ServiceUnknown", "DBus.Error.NameHasNoOwner", "DBus.Error.Spawn"])
    {
        StoreError::Unreachable(text.to_owned())
    } else if says(&["DBus.Error.AccessDenied", "LOGON_SESSION"])
        || says(&["-25293", "-25291", "-25292", "-25244", "-128"])
    {
        StoreError::Denied(text.to_owned())
    } else {
        StoreError::Keychain(text.to_owned())
    }
}

/// On macOS only the debug form has the number; it is an error of the system and holds no secret.
fn readable(source: &(dyn std::error::Error + Send + Sync)) -> String {
    let text = if cfg!(target_os = "macos") { format!("{source:?}") } else { source.to_string() };
    text.chars().filter(|c| !c.is_control()).take(MOST_ERROR_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn making_a_keychain_touches_nothing() {
        let platform = Platform::new(|| "partnerlink".into());
        assert!(platform.store.lock().unwrap().is_none());
    }

    #[test]
    fn no_error_carries_the_secret() {
        let canary = b"canary-7f3a".to_vec();
        for error in
            [Error::BadEncoding(canary.clone()), Error::BadDataFormat(canary, "odd".into())]
        {
            let told = meaning(error, "timberdata:default");
            assert!(matches!(told, StoreError::Damaged { .. }), "{told:?}");
            assert!(!format!("{told} {told:?}").contains("canary"), "{told:?}");
            // Nor as a list of numbers.
            assert!(!format!("{told:?}").contains("99, 97, 110"), "{told:?}");
        }
    }

    #[test]
    fn every_error_has_its_meaning() {
        let meaning = |error: Error| format!("{:?}", meaning(error, "p:default"));
        let failed = |text: &str| meaning(Error::PlatformFailure(text.to_owned().into()));
        for (texts, expected) in [
            (&["object locked", "prompt dismissed", "error -25308", "error -25315"][..], "Locked"),
            (&["result not returned from SS API"], "NoCollection"),
            (&["Secret.Error.NoSession: x", "DBus.Error.NoReply: x", "I/O error"], "ServiceLost"),
            (
                &["no secret service provider", "DBus.Error.ServiceUnknown: x"],
                "Unreachable(\"TEXT\")",
            ),
            (&["DBus.Error.AccessDenied: x", "error -25293"], "Denied(\"TEXT\")"),
            (&["anything else"], "Keychain(\"TEXT\")"),
        ] {
            for text in texts {
                assert_eq!(failed(text), expected.replace("TEXT", text));
            }
        }
        let no_access = Error::NoStorageAccess("object locked".to_owned().into());
        assert_eq!(meaning(no_access), "Locked");
        assert_eq!(meaning(Error::NoDefaultStore), "Unreachable(\"none was started\")");
        for (error, why) in [
            (Error::TooLong("password".into(), 9), "password is over its limit of 9"),
            (Error::NoEntry, "the item is not there"),
            (Error::Invalid("user".into(), "odd".into()), "user: odd"),
            (Error::BadStoreFormat("torn".into()), "torn"),
            (Error::NotSupportedByStore("never".into()), "never"),
        ] {
            assert_eq!(meaning(error), format!("Keychain({why:?})"));
        }
    }

    #[test]
    fn foreign_texts_are_cut_and_cleaned() {
        let long = format!("\u{1b}[31m{}", "x".repeat(1000));
        let StoreError::Keychain(text) = meaning(Error::PlatformFailure(long.into()), "x") else {
            panic!()
        };
        assert!(text.len() <= MOST_ERROR_TEXT && !text.contains('\u{1b}'));
    }
}
