//! The type of everything that must not be seen: tokens, codes, verifiers, client secrets, keys.

use std::fmt;

use serde::{Deserialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

/// A value that is never printed. No `Display`, no `Serialize`, a redacted `Debug`; wiped from
/// memory when dropped (as far as this process made no copies: serde, TLS and kernel buffers do).
///
/// The two ways out are [`Secret::expose`] and [`expose_to`], so that a search for `expose` finds
/// every place where a secret leaves the program.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret<T: Zeroize = String>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

/// For `#[serde(serialize_with = "expose_to")]` on fields of records that are sealed, or handed to
/// the keychain, as soon as they are written.
pub fn expose_to<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
        assert_eq!(secret.expose(), "hunter2");
    }
}
