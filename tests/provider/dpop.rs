//! Proofs of possession (RFC 9449), checked to the letter.

use std::collections::{HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http::{Call, Reply};

/// What a good proof says.
#[derive(Debug)]
pub struct Proof {
    /// The thumbprint of its key.
    pub jkt: String,
    pub jti: String,
    pub nonce: Option<String>,
}

/// Checks the proof of a request, which goes with this access token or with none.
pub fn check(call: &Call, access_token: Option<&str>) -> Result<Proof, &'static str> {
    let proofs: Vec<&String> =
        call.headers.iter().filter(|(name, _)| name == "dpop").map(|(_, value)| value).collect();
    let [proof] = proofs[..] else { return Err("not one proof") };
    let parts: Vec<&str> = proof.split('.').collect();
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| "no base64url");
    let json = |text: &str| -> Result<Value, &'static str> {
        serde_json::from_slice(&bytes(text)?).map_err(|_| "no JSON")
    };
    let [header, claims, signature] = parts[..] else { return Err("not three parts") };
    let (head, said) = (json(header)?, json(claims)?);
    if head["typ"] != "dpop+jwt" || head["alg"] != "ES256" || head["jwk"].get("d").is_some() {
        return Err("another kind of proof");
    }
    let coordinate = |name: &str| head["jwk"][name].as_str().unwrap_or_default();
    let (x, y) = (coordinate("x"), coordinate("y"));
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [vec![4], bytes(x)?, bytes(y)?].concat())
        .verify(format!("{header}.{claims}").as_bytes(), &bytes(signature)?)
        .map_err(|_| "a bad signature")?;
    let here = format!("http://{}{}", call.header("host").unwrap(), call.path());
    if said["htm"] != call.method.as_str() || said["htu"] != here.as_str() {
        return Err("a proof of another request");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    if said["iat"].as_u64().is_none_or(|at| at.abs_diff(now) > 60) {
        return Err("a proof of another time");
    }
    let digest = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text));
    if said.get("ath").and_then(Value::as_str) != access_token.map(digest).as_deref() {
        return Err("a proof for another token");
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(Proof {
        jkt: digest(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)),
        jti: text(&said["jti"]).ok_or("no jti")?,
        nonce: text(&said["nonce"]),
    })
}

/// Asks for a proof with this nonce, at the token endpoint and for data (§8 and §9).
pub fn asks_for_nonce(status: u16, nonce: &str) -> Reply {
    let headers = format!(
        "DPoP-Nonce: {nonce}\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n\
         Content-Type: application/json\r\n"
    );
    Reply::new(status, &headers, r#"{"error":"use_dpop_nonce"}"#)
}

/// Tokens are bound to keys.
pub struct Bound {
    nonce: String,
    /// Proofs are good once.
    seen: HashSet<String>,
    /// The key's thumbprint of each refresh token.
    pub keys: HashMap<String, String>,
}

impl Bound {
    pub fn new(nonce: String) -> Self {
        Self { nonce, seen: HashSet::new(), keys: HashMap::new() }
    }

    /// The proof of a token request, or how it is refused.
    pub fn judge(&mut self, call: &Call) -> Result<Proof, Reply> {
        let refused = |why: &str| {
            let body = json!({ "error": "invalid_dpop_proof", "error_description": why });
            Err(Reply::json(400, &body))
        };
        let proof = match check(call, None) {
            Ok(proof) => proof,
            Err(why) => return refused(why),
        };
        if proof.nonce.as_ref() != Some(&self.nonce) {
            return Err(asks_for_nonce(400, &self.nonce));
        }
        let key = self.keys.get(&call.parameter("refresh_token"));
        if !self.seen.insert(proof.jti.clone()) || key.is_some_and(|key| *key != proof.jkt) {
            return refused("a proof that came before, or of another key");
        }
        Ok(proof)
    }
}
