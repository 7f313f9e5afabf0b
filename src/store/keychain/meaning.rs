//! What the keyring crates' errors mean to somebody who wants to know what to do.

use keyring_core::Error;

use crate::store::StoreError;

/// Longest text of a foreign error that is passed on, in characters.
const MOST_ERROR_TEXT: usize = 200;

/// Some of these errors carry the item's bytes: nothing but chosen texts goes on from here.
pub(super) fn meaning(error: Error, name: &str) -> StoreError {
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
pub(super) fn meaning_of_text(text: &str) -> StoreError {
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
    fn no_error_carries_the_secret() {
        let canary = b"canary-7f3a".to_vec();
        for error in
            [Error::BadEncoding(canary.clone()), Error::BadDataFormat(canary, "odd".into())]
        {
            let told = meaning(error, "timberdata:default");
            assert!(!format!("{told} {told:?}").contains("canary"), "{told:?}");
            // Nor as a list of numbers.
            assert!(!format!("{told:?}").contains("99, 97, 110"), "{told:?}");
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
