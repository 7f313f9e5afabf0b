//! ID tokens, right and wrong. The signature is empty talk: nobody checks it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
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

/// Changes the claims of the ID token in a token answer.
pub fn change(body: &mut Value, algorithm: &str, change: impl FnOnce(&mut Value)) {
    let Some(token) = body["id_token"].as_str() else { return };
    let payload = token.split('.').nth(1).unwrap();
    let mut claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    change(&mut claims);
    body["id_token"] = encode(algorithm, &claims).into();
}
