//! Everything the sandbox hands out (codes, tokens, request ids) is numbers that only the sandbox
//! can write: the numbers in the open, and a keyed hash of them.
//!
//! So the state file holds no token, only the numbers it has given out and one key; a scan for
//! leaked secrets stays meaningful; and chance is needed once, when a state begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::state::State;

/// The numbers inside a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Which request, code or grant.
    pub id: u64,
    /// For tokens: how many rotations lie before it.
    pub generation: u64,
}

/// A fresh key from the operating system.
pub fn random_key() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl State {
    /// Writes a `request`, `code`, `access` or `refresh`, no two of them the same. Its beginning
    /// says at a glance, wherever it turns up, that nothing real has leaked.
    pub fn seal(&mut self, kind: &str, Numbers { id, generation }: Numbers) -> String {
        let open = format!("sandbox-{kind}.{id}.{generation}.{}", self.next());
        let hash = self.hash(&open);
        format!("{open}.{hash}")
    }

    /// Reads a value back; `None` for anything that this sandbox has not written as that kind.
    pub fn unseal(&self, kind: &str, text: &str) -> Option<Numbers> {
        let (open, hash) = text.rsplit_once('.')?;
        // A plain comparison: on this machine nobody is kept out who could not read the key.
        if hash != self.hash(open) {
            return None;
        }
        let mut parts = open.strip_prefix("sandbox-")?.strip_prefix(kind)?.split('.').skip(1);
        let mut number = || parts.next()?.parse().ok();
        Some(Numbers { id: number()?, generation: number()? })
    }

    /// A JWT that looks like Auth0's: three parts, and noise as long as an RSA signature.
    pub fn jwt(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "sandbox" });
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.hash(&signed).repeat(8);
        format!("{signed}.{signature}")
    }

    /// The claims of a JWT that this sandbox has written.
    pub fn claims(&self, jwt: &str) -> Option<Value> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        if signature != self.hash(signed).repeat(8) {
            return None;
        }
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    fn hash(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{}{text}", self.key)))
    }
}

/// `BASE64URL(SHA256(ASCII(verifier)))`, RFC 7636 §4.2.
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_as_the_same_kind_and_key_only() {
        let mut state = State::begin().unwrap();
        let numbers = Numbers { id: 7, generation: 3 };
        let text = state.seal("refresh", numbers);
        assert_ne!(text, state.seal("refresh", numbers));
        assert_eq!(state.unseal("refresh", &text), Some(numbers));
        assert_eq!(state.unseal("code", &text), None);
        assert_eq!(state.unseal("code", &text.replace("refresh", "code")), None);
        assert_eq!(State::begin().unwrap().unseal("refresh", &text), None);
        assert_eq!(state.unseal("refresh", &text[..text.len() - 1]), None);
        assert_eq!(state.unseal("refresh", "sandbox-refresh."), None);
        assert_eq!(state.unseal("refresh", "ä"), None);
    }

    /// RFC 7636 appendix B.
    #[test]
    fn s256_agrees_with_the_vector_of_the_rfc() {
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
