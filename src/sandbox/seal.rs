//! Everything the sandbox hands out (codes, tokens, request ids) is a number that only the
//! sandbox can write: the number in the open, and a keyed hash of it.
//!
//! So the state file holds no token, only the numbers it has given out and one key; a scan for
//! leaked secrets stays meaningful; and chance is needed once, when a state begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What a sealed value is for. A code is never taken for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A consent page waiting for its answer.
    Request,
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

impl Kind {
    /// Says at a glance, wherever the value turns up, that nothing real has leaked.
    fn prefix(self) -> &'static str {
        match self {
            Kind::Request => "sandbox-request.",
            Kind::Code => "sandbox-code.",
            Kind::Access => "sandbox-access.",
            Kind::Refresh => "sandbox-refresh.",
        }
    }
}

/// The numbers inside a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which request, code or grant.
    pub id: u64,
    /// For refresh tokens: how many rotations lie before it.
    pub generation: u32,
    /// Makes two tokens of the same grant and generation differ.
    pub serial: u64,
}

/// Bytes of id, generation and serial.
const NUMBERS: usize = 8 + 4 + 8;
/// Bytes of the keyed hash that are kept: 176 bits, and no base64 padding at the end.
const MAC: usize = 22;

/// The sandbox's own secret.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// A fresh one from the operating system.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?;
        Ok(Self(bytes))
    }

    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    /// Writes the value that is handed out.
    pub fn seal(&self, kind: Kind, sealed: Sealed) -> String {
        let mut bytes = Vec::with_capacity(NUMBERS + MAC);
        bytes.extend(sealed.id.to_be_bytes());
        bytes.extend(sealed.generation.to_be_bytes());
        bytes.extend(sealed.serial.to_be_bytes());
        let mac = self.hash(kind.prefix(), &bytes);
        bytes.extend(&mac[..MAC]);
        format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a value back; `None` for anything this sandbox has not written.
    pub fn open(&self, kind: Kind, text: &str) -> Option<Sealed> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?).ok()?;
        if bytes.len() != NUMBERS + MAC {
            return None;
        }
        let (numbers, mac) = bytes.split_at(NUMBERS);
        // A plain comparison: on this machine nobody is kept out who could not read the key file.
        if self.hash(kind.prefix(), numbers)[..MAC] != *mac {
            return None;
        }
        let (id, rest) = numbers.split_first_chunk::<8>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (serial, _) = rest.split_first_chunk::<8>()?;
        Some(Sealed {
            id: u64::from_be_bytes(*id),
            generation: u32::from_be_bytes(*generation),
            serial: u64::from_be_bytes(*serial),
        })
    }

    /// Bytes that look like an RSA signature of 2048 bits, and are the same only for the same
    /// `text`: good enough for the sandbox to know its own tokens by.
    pub fn noise(&self, text: &[u8]) -> Vec<u8> {
        (0u8..8).flat_map(|part| self.hash("noise", &[text, &[part]].concat())).collect()
    }

    fn hash(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.0)
            .chain_update(purpose)
            .chain_update(bytes)
            .finalize()
            .into()
    }
}

/// `BASE64URL(SHA256(ASCII(verifier)))`, RFC 7636 §4.2.
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: Sealed = Sealed { id: 7, generation: 3, serial: 99 };

    #[test]
    fn what_is_sealed_opens_as_the_same_kind_and_key_only() {
        let key = Key([1; 32]);
        let text = key.seal(Kind::Refresh, SEALED);
        assert_eq!(key.open(Kind::Refresh, &text), Some(SEALED));
        assert_eq!(key.open(Kind::Code, &text), None);
        assert_eq!(key.open(Kind::Code, &text.replace("refresh", "code")), None);
        assert_eq!(Key([2; 32]).open(Kind::Refresh, &text), None);
        assert_eq!(key.open(Kind::Refresh, &text[..text.len() - 1]), None);
        assert_eq!(key.open(Kind::Refresh, "sandbox-refresh."), None);
        assert_eq!(key.open(Kind::Refresh, "ä"), None);
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
