//! What can be seen of the keychain without a prompt: whether it is there, whether it is locked,
//! and which items of ours it holds. Their names can be read while it is locked.

use super::platform::Platform;
use crate::store::{Item, Look, StoreError};

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
pub(super) fn look(platform: &Platform) -> Result<Look, StoreError> {
    use std::collections::HashMap;

    use secret_service::blocking::SecretService;
    use secret_service::{EncryptionType, Error};

    use super::meaning::meaning_of_text;

    let meant = |error: Error| match error {
        Error::NoResult => StoreError::NoCollection,
        error => meaning_of_text(&error.to_string()),
    };
    // No secret travels over this session, so that it needs no key exchange.
    let service =
        SecretService::connect(EncryptionType::Plain).map_err(|error| match meant(error) {
            StoreError::Keychain(text) => StoreError::Unreachable(text),
            StoreError::ServiceLost => StoreError::Unreachable("it hung up".into()),
            other => other,
        })?;
    let found =
        service.search_items(HashMap::from([("service", platform.service())])).map_err(meant)?;
    let name = |item: &secret_service::blocking::Item| {
        Item::from_name(item.get_attributes().ok()?.get("username")?)
    };
    let items = found.unlocked.iter().chain(&found.locked).filter_map(name).collect();
    let usable = match service.get_default_collection() {
        Ok(collection) if collection.is_locked().map_err(meant)? => Err(StoreError::Locked),
        Ok(_) if !found.locked.is_empty() => Err(StoreError::Locked),
        Ok(_) => Ok(()),
        Err(error) => match meant(error) {
            error @ StoreError::NoCollection => Err(error),
            error => return Err(error),
        },
    };
    Ok(Look { usable, items })
}

/// Elsewhere a search reads names only, and asks nobody.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
pub(super) fn look(platform: &Platform) -> Result<Look, StoreError> {
    let items = platform.names()?.iter().filter_map(|name| Item::from_name(name)).collect();
    Ok(Look { usable: Ok(()), items })
}
