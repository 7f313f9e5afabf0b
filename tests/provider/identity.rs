//! ID tokens, right and wrong. Their signature is empty talk, unless the key is a client secret:
//! nobody checks another.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use super::{CLIENT_ID, ISSUER};

pub const PERSON: &str = "anna@stadtwerke.example";

/// An ID token as it should be, for the client that all tests describe.
pub fn token(nonce: &str) -> String {
    token_for(CLIENT_ID, nonce)
}

pub fn token_for(client_id: &str, nonce: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": ISSUER,
        "sub": "person|1",
        "aud": client_id,
        "exp": now + 36_000,
        "iat": now,
        "nonce": nonce,
        "email": PERSON,
    });
    encode("RS256", &claims)
}

pub fn encode(algorithm: &str, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": algorithm, "kid": "1" })), part(claims))
}

/// Signs the ID token in a token answer with this client secret (OIDC Core §10.1).
pub fn sign(body: &mut Value, secret: &str) {
    change(body, "HS256", |_| ());
    let Some(token) = body["id_token"].as_str() else { return };
    let (signed, _) = token.rsplit_once('.').unwrap();
    let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(signed).finalize().into_bytes();
    body["id_token"] = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)).into();
}

/// Changes the claims of the ID token in a token answer.
pub fn change(body: &mut Value, algorithm: &str, change: impl FnOnce(&mut Value)) {
    let Some(token) = body["id_token"].as_str() else { return };
    let payload = token.split('.').nth(1).unwrap();
    let mut claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    change(&mut claims);
    body["id_token"] = encode(algorithm, &claims).into();
}
