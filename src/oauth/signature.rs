//! The ID token's signature.
//!
//! It is not checked where a public key would be needed: the token came straight from the token
//! endpoint over TLS, and OpenID Connect Core §3.1.3.7, item 6, lets that stand in for it. Its
//! algorithm is looked at all the same, so that `none` is refused, and where the key is the client's
//! own secret (HS256), that is tried (§10.1).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use super::error::harmless;
use super::id_token::IdTokenError;
use crate::secret::Secret;

/// Public-key signatures are let pass unchecked, as the head of this file explains.
pub(super) fn check_signature(
    algorithm: &str,
    token: &str,
    client_secret: Option<&Secret>,
) -> Result<(), IdTokenError> {
    if matches!(algorithm.get(..2), Some("RS" | "PS" | "ES" | "Ed")) {
        return Ok(());
    }
    let name = || harmless(algorithm);
    let key = match (algorithm, client_secret) {
        ("HS256" | "HS384" | "HS512", Some(secret)) => secret.expose().as_bytes(),
        ("HS256" | "HS384" | "HS512", None) => return Err(IdTokenError::NoKey(name())),
        _ => return Err(IdTokenError::Algorithm(name())),
    };
    let (signed, signature) = token.rsplit_once('.').unwrap_or_default();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature.trim_end_matches('='));
    let is_good = signature.is_ok_and(|signature| match algorithm {
        "HS256" => is_mac::<Hmac<Sha256>>(key, signed, &signature),
        "HS384" => is_mac::<Hmac<Sha384>>(key, signed, &signature),
        _ => is_mac::<Hmac<Sha512>>(key, signed, &signature),
    });
    if is_good { Ok(()) } else { Err(IdTokenError::Signature(name())) }
}

fn is_mac<M: Mac + KeyInit>(key: &[u8], text: &str, mac: &[u8]) -> bool {
    let made = <M as KeyInit>::new_from_slice(key);
    made.is_ok_and(|made| made.chain_update(text).verify_slice(mac).is_ok())
}
