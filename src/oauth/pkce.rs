//! Proof Key for Code Exchange (RFC 7636), method S256 only.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};

use super::random::{self, NoRandomness};
use crate::secret::Secret;

/// The one method that is ever sent: there is no falling back to `plain` (§7.2).
pub const METHOD: &str = "S256";

/// The secret that only the process that began the sign-in knows; one for each attempt.
#[derive(Debug)]
pub struct Verifier(Secret);

impl Verifier {
    pub fn random() -> Result<Self, NoRandomness> {
        random::value().map(Self)
    }

    /// `BASE64URL(SHA256(verifier))` without padding (§4.2).
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose().as_bytes()))
    }

    /// For the token request.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_challenge_of_the_rfcs_example() {
        let verifier = Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifiers_have_43_allowed_characters_and_never_repeat() {
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let verifier = Verifier::random().unwrap();
            let text = verifier.secret().expose();
            assert_eq!(text.len(), 43);
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)));
            assert!(seen.insert(text.clone()));
        }
    }
}
