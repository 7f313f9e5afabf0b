//! Unguessable values: `state`, `nonce`, PKCE verifiers.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Random bytes in each value: RFC 7636 §4.1 recommends 32, RFC 9700 asks for at least 16.
const BYTES: usize = 32;

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random numbers: {0}")]
pub struct NoRandomness(String);

impl NoRandomness {
    pub(super) fn of_a_key() -> Self {
        Self("no key could be made".into())
    }
}

/// 256 random bits as 43 characters of base64url.
pub fn value() -> Result<Secret, NoRandomness> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes)))
}
