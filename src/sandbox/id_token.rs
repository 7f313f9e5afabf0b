//! JWTs that look like Auth0's: three parts, RS256 in the header, and noise for a signature. A
//! client that takes the ID token straight from the token endpoint need not check the signature
//! (OpenID Connect Core §3.1.3.7, 6), but every claim.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::fault::Fault;
use super::grants::Granted;
use super::object::object;
use super::provider::{PEOPLE, Person, Provider};
use super::seal::{Key, Kind, Sealed};
use super::service::Service;
use super::zaehlerfreunde::ISSUER;

/// Seconds an ID token lives: Auth0's default of ten hours.
const LIFETIME: u64 = 36_000;

/// The ID token to `granted`, with the ordered faults in it. `now` in seconds.
pub fn id_token(service: &Service, key: &Key, granted: &Granted, now: u64) -> String {
    let other = usize::from(service.has(Fault::OtherSubject));
    let person = &PEOPLE[(granted.grant.person + other) % PEOPLE.len()];
    let issued_at =
        if service.has(Fault::ExpiredIdToken) { now.saturating_sub(LIFETIME + 3600) } else { now };
    let issuer = match service.has(Fault::WrongIssuer) {
        true => "https://sandbox.invalid/somebody-else/",
        false => ISSUER,
    };
    let audience = match service.has(Fault::WrongAudience) {
        true => "another-client",
        false => Provider::Zaehlerfreunde.client_id(),
    };
    let mut claims = object!({
        "iss": issuer,
        "sub": subject(person),
        "aud": audience,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
    });
    if granted.grant.has_scope("profile") {
        claims["name"] = json!(person.name);
        claims["nickname"] = json!(person.id);
    }
    if granted.grant.has_scope("email") {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(true);
    }
    if let Some(nonce) = &granted.nonce {
        let wrong = service.has(Fault::WrongNonce);
        claims["nonce"] = json!(if wrong { "another-nonce" } else { nonce });
    }
    if service.has(Fault::AlgNone) {
        return jwt("none", &claims, &[]);
    }
    if service.has(Fault::Hs256) {
        return jwt("HS256", &claims, &key.noise(&granted.serial.to_be_bytes())[..32]);
    }
    jwt("RS256", &claims, &key.noise(&granted.serial.to_be_bytes()))
}

/// An access token for the meter-data API, as a JWT because that is what Auth0 gives for an API.
/// `jti` is what the sandbox knows it by. `lifetime` and `now` in seconds.
pub fn access_token(
    key: &Key,
    granted: &Granted,
    audience: &str,
    lifetime: u64,
    now: u64,
) -> String {
    let claims = object!({
        "iss": ISSUER,
        "sub": subject(&PEOPLE[granted.grant.person % PEOPLE.len()]),
        "aud": json!([audience, format!("{ISSUER}userinfo")]),
        "iat": now,
        "exp": now.saturating_add(lifetime),
        "scope": granted.grant.scopes.join(" "),
        "azp": Provider::Zaehlerfreunde.client_id(),
        "jti": granted.access_token,
    });
    let signed = unsigned("RS256", &claims);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.noise(signed.as_bytes())))
}

/// Reads an access token back; `None` for one that this sandbox did not write as it is, or that has
/// expired at `now`, in seconds.
pub fn read_access_token(key: &Key, token: &str, now: u64) -> Option<Sealed> {
    let (signed, signature) = token.rsplit_once('.')?;
    if URL_SAFE_NO_PAD.decode(signature).ok()? != key.noise(signed.as_bytes()) {
        return None;
    }
    let (_, claims) = signed.split_once('.')?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let alive = claims["exp"].as_u64()? > now;
    key.open(Kind::Access, claims["jti"].as_str()?).filter(|_| alive)
}

fn subject(person: &Person) -> String {
    format!("auth0|sandbox-{}", person.id)
}

fn jwt(algorithm: &str, claims: &Value, signature: &[u8]) -> String {
    format!("{}.{}", unsigned(algorithm, claims), URL_SAFE_NO_PAD.encode(signature))
}

/// Header and claims.
fn unsigned(algorithm: &str, claims: &Value) -> String {
    let header = object!({ "alg": algorithm, "typ": "JWT", "kid": "sandbox" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(&header), part(claims))
}
