//! Tokens that work only together with a key (DPoP, RFC 9449): a proof, signed with it, goes with
//! each request, so a token that was copied without the key is worthless.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Answer;
use super::random::{self, NoRandomness};
use crate::secret::Secret;

/// The private key of one account, for ES256. Kept beside its tokens, as the text of a PKCS #8
/// document in base64url.
#[derive(Clone, Debug)]
pub struct Key(Secret);

/// The key that is kept is none.
#[derive(Debug, thiserror::Error)]
#[error("the key that the tokens are bound to is damaged")]
pub struct Damaged;

/// What a proof is about.
pub struct Proven<'a> {
    pub method: &'a str,
    pub url: &'a Url,
    /// Now, in UNIX seconds.
    pub at: u64,
    /// The nonce that the server gave last (§8).
    pub nonce: Option<&'a str>,
    /// The access token that goes with the request, where one does (§7).
    pub access_token: Option<&'a str>,
}

impl From<Secret> for Key {
    fn from(kept: Secret) -> Self {
        Self(kept)
    }
}

impl From<Key> for Secret {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl Key {
    pub fn random() -> Result<Self, NoRandomness> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new());
        let document = document.map_err(|_| NoRandomness::of_a_key())?;
        Ok(Self(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(document))))
    }

    /// `dpop_jkt` of the authorization request (§10): the public key's thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> Result<String, Damaged> {
        let (x, y) = coordinates(&self.pair()?);
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Ok(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members)))
    }

    /// The value of the `DPoP` header (§4.2), good for one request.
    pub fn proof(&self, about: &Proven) -> Result<String, Damaged> {
        let pair = self.pair()?;
        let (x, y) = coordinates(&pair);
        let header = json!({
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": { "kty": "EC", "crv": "P-256", "x": x, "y": y },
        });
        let mut url = about.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let mut claims = json!({
            "jti": random::value().map_err(|_| Damaged)?.expose(),
            "htm": about.method,
            "htu": url.as_str(),
            "iat": about.at,
        });
        if let Some(nonce) = about.nonce {
            claims["nonce"] = nonce.into();
        }
        if let Some(token) = about.access_token {
            claims["ath"] = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token)).into();
        }
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| Damaged)?;
        Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    fn pair(&self) -> Result<EcdsaKeyPair, Damaged> {
        let document = BASE64_URL_SAFE_NO_PAD.decode(self.0.expose()).map_err(|_| Damaged)?;
        let document = Secret::new(document);
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_pkcs8(algorithm, document.expose(), &SystemRandom::new())
            .map_err(|_| Damaged)
    }
}

/// Of the public key, an uncompressed point: `04`, and 32 bytes each.
fn coordinates(pair: &EcdsaKeyPair) -> (String, String) {
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    (BASE64_URL_SAFE_NO_PAD.encode(x), BASE64_URL_SAFE_NO_PAD.encode(y))
}

/// Whether a token endpoint did nothing but ask for a proof with its nonce (§8).
pub fn wants_nonce(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(answer.body.expose()).unwrap_or_default();
    matches!(answer.status, 400 | 401) && body["error"] == "use_dpop_nonce"
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    fn part(proof: &str, at: usize) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(proof.split('.').nth(at).unwrap()).unwrap()
    }

    #[test]
    fn a_proof_is_signed_by_the_key_that_it_names() {
        let key = Key::random().unwrap();
        let url = "https://p.example/token?a=b#c".parse().unwrap();
        let about = Proven {
            method: "POST",
            url: &url,
            at: 1_800_000_000,
            nonce: Some("n-1"),
            access_token: Some("token"),
        };
        let proof = key.proof(&about).unwrap();
        let header: Value = serde_json::from_slice(&part(&proof, 0)).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&"dpop+jwt".into(), &"ES256".into()));
        let claims: Value = serde_json::from_slice(&part(&proof, 1)).unwrap();
        assert_eq!(
            (&claims["htm"], &claims["htu"]),
            (&"POST".into(), &"https://p.example/token".into())
        );
        assert_eq!((&claims["iat"], &claims["nonce"]), (&1_800_000_000.into(), &"n-1".into()));
        assert_eq!(claims["ath"], "PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A");
        let coordinate = |name: &str| {
            BASE64_URL_SAFE_NO_PAD.decode(header["jwk"][name].as_str().unwrap()).unwrap()
        };
        let point = [vec![4], coordinate("x"), coordinate("y")].concat();
        let (signed, _) = proof.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &part(&proof, 2))
            .unwrap();
        let again: Value = serde_json::from_slice(&part(&key.proof(&about).unwrap(), 1)).unwrap();
        assert_ne!(again["jti"], claims["jti"], "each proof is good once");
    }

    #[test]
    fn a_nonce_is_wanted_where_an_error_says_so() {
        let wants = |status, error: &str| {
            let body = Secret::new(format!(r#"{{"error":"{error}"}}"#).into_bytes());
            wants_nonce(&Answer { status, retry_after: None, date: None, body })
        };
        assert!(wants(400, "use_dpop_nonce") && wants(401, "use_dpop_nonce"));
        assert!(!wants(400, "invalid_grant") && !wants(200, "use_dpop_nonce"));
    }

    #[test]
    fn a_kept_key_is_the_same_key_and_a_damaged_one_an_error() {
        let key = Key::random().unwrap();
        let kept = Key::from(Secret::from(key.clone()));
        assert_eq!(kept.thumbprint().unwrap(), key.thumbprint().unwrap());
        assert_eq!(key.thumbprint().unwrap().len(), 43);
        assert_ne!(Key::random().unwrap().thumbprint().unwrap(), key.thumbprint().unwrap());
        for damaged in ["", "!", "AAAA"] {
            assert!(Key::from(Secret::from(damaged)).thumbprint().is_err());
        }
    }
}
