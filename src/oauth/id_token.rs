//! The ID token's claims (OpenID Connect Core §3.1.3.7 and §12.2).
//!
//! The signature is not checked: the token came straight from the token endpoint over TLS, and
//! item 6 of §3.1.3.7 lets that stand in for it. Its algorithm is looked at all the same, so that
//! `none` and shared-key algorithms are refused.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::Deserialize;

use crate::clock::{self, Timestamp};
use crate::secret::Secret;

/// How far the two clocks may differ for `exp` and a future `iat`, in seconds.
const LEEWAY: i64 = 120;
/// How long ago a token that was issued just now may claim to be issued, in seconds.
const MAX_AGE: i64 = 600;

/// What an ID token says, as far as it means something here.
#[derive(Debug, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: Option<f64>,
    nonce: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// What the claims are held against.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Accepted issuers, compared character by character.
    pub issuers: &'a [String],
    pub client_id: &'a str,
    /// At sign-in the nonce that was sent; none on refresh (§12.2).
    pub nonce: Option<&'a Secret>,
    /// On refresh: who signed in.
    pub subject: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdTokenError {
    #[error("the ID token cannot be read: {0}")]
    Unreadable(&'static str),
    #[error("the ID token is signed with the unsafe algorithm {0:?}")]
    Algorithm(String),
    #[error("the ID token comes from the issuer {0:?}, which is not one of this provider's")]
    Issuer(String),
    #[error("the ID token is meant for another client")]
    Audience,
    #[error("the ID token has expired, or this machine's clock is wrong")]
    Expired,
    #[error("the ID token was not issued just now, or this machine's clock is wrong")]
    IssuedAt,
    #[error("the ID token belongs to another sign-in (its nonce differs)")]
    Nonce,
    #[error("the ID token is about another person than the one who signed in")]
    Subject,
}

impl Claims {
    /// Who signed in, as they would name themselves: e-mail address, else name, else subject.
    pub fn who(&self) -> String {
        let who = self.email.as_ref().or(self.name.as_ref()).unwrap_or(&self.sub);
        who.chars().filter(|c| !c.is_control()).collect()
    }
}

/// Decodes the token and checks its claims.
pub fn check(token: &Secret, expected: &Expected) -> Result<Claims, IdTokenError> {
    let mut parts = token.expose().split('.');
    let (Some(header), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(IdTokenError::Unreadable("it has not three parts"));
    };
    let header: Header = decode(header).ok_or(IdTokenError::Unreadable("its header"))?;
    if !matches!(header.alg.get(..2), Some("RS" | "PS" | "ES" | "Ed")) {
        return Err(IdTokenError::Algorithm(header.alg.chars().take(20).collect()));
    }
    let claims: Claims = decode(payload).ok_or(IdTokenError::Unreadable("its claims"))?;

    if !expected.issuers.contains(&claims.iss) {
        return Err(IdTokenError::Issuer(claims.iss.chars().take(200).collect()));
    }
    check_audience(&claims, expected.client_id)?;
    check_times(&claims, expected.now)?;
    if let Some(nonce) = expected.nonce
        && claims.nonce.as_ref() != Some(nonce.expose())
    {
        return Err(IdTokenError::Nonce);
    }
    if expected.subject.is_some_and(|subject| subject != claims.sub) {
        return Err(IdTokenError::Subject);
    }
    Ok(claims)
}

fn check_audience(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    let (ours, only) = match &claims.aud {
        Audience::One(audience) => (audience == client_id, true),
        Audience::Many(all) => (all.iter().any(|a| a == client_id), all.len() == 1),
    };
    let party_is_ours = claims.azp.as_deref().map_or(only, |azp| azp == client_id);
    if ours && party_is_ours { Ok(()) } else { Err(IdTokenError::Audience) }
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), IdTokenError> {
    #[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
    let instant = |seconds: f64| Timestamp::from_second(seconds as i64).unwrap_or(Timestamp::MAX);
    let age = |seconds| clock::seconds_between(instant(seconds), now);
    if age(claims.exp) > LEEWAY {
        return Err(IdTokenError::Expired);
    }
    match claims.iat.map(age) {
        Some(age) if !(-LEEWAY..=MAX_AGE).contains(&age) => Err(IdTokenError::IssuedAt),
        _ => Ok(()),
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn token(algorithm: &str, change: impl FnOnce(&mut Value)) -> Secret {
        let mut claims = json!({
            "iss": "https://a.example/", "sub": "auth0|1", "aud": "us", "email": "a@example.org",
            "exp": NOW + 36_000, "iat": NOW, "nonce": "n",
        });
        change(&mut claims);
        let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        Secret::new(format!("{}.{}.c2ln", part(json!({ "alg": algorithm })), part(claims)))
    }

    fn verdict(token: &Secret) -> Result<String, IdTokenError> {
        check(
            token,
            &Expected {
                issuers: &["https://a.example/".into(), "https://b.example/".into()],
                client_id: "us",
                nonce: Some(&"n".into()),
                subject: None,
                now: Timestamp::from_second(NOW).unwrap(),
            },
        )
        .map(|claims| claims.who())
    }

    fn changed(member: &str, value: Value) -> Result<String, IdTokenError> {
        verdict(&token("RS256", |claims| claims[member] = value))
    }

    #[test]
    fn a_good_token_says_who() {
        assert_eq!(verdict(&token("RS256", |_| ())), Ok("a@example.org".into()));
        assert_eq!(changed("iss", json!("https://b.example/")), Ok("a@example.org".into()));
        assert_eq!(changed("email", Value::Null), Ok("auth0|1".into()));
    }

    #[test]
    fn the_issuer_must_be_on_the_list_to_the_character() {
        for issuer in ["https://a.example", "https://A.example/", "https://c.example/", ""] {
            assert!(
                matches!(changed("iss", json!(issuer)), Err(IdTokenError::Issuer(_))),
                "{issuer}"
            );
        }
    }

    #[test]
    fn the_audience_must_be_ours() {
        assert!(changed("aud", json!(["us"])).is_ok());
        for audience in [json!("other"), json!(["us", "other"]), json!([]), json!(["other"])] {
            assert_eq!(changed("aud", audience), Err(IdTokenError::Audience));
        }
        assert_eq!(changed("azp", json!("other")), Err(IdTokenError::Audience));
        let both = token("RS256", |claims| {
            claims["aud"] = json!(["us", "other"]);
            claims["azp"] = json!("us");
        });
        assert!(verdict(&both).is_ok());
    }

    #[test]
    fn unsafe_algorithms_are_refused() {
        for algorithm in ["none", "None", "HS256", "", "n"] {
            let result = verdict(&token(algorithm, |_| ()));
            assert!(matches!(result, Err(IdTokenError::Algorithm(_))), "{algorithm}");
        }
    }

    #[test]
    fn times_are_checked_with_a_leeway() {
        assert!(changed("exp", json!(NOW - 119)).is_ok());
        assert_eq!(changed("exp", json!(NOW - 121)), Err(IdTokenError::Expired));
        assert!(changed("exp", json!("soon")).is_err());
        assert!(changed("iat", json!(NOW + 119)).is_ok());
        assert_eq!(changed("iat", json!(NOW + 121)), Err(IdTokenError::IssuedAt));
        assert_eq!(changed("iat", json!(NOW - 601)), Err(IdTokenError::IssuedAt));
    }

    #[test]
    fn the_nonce_must_be_the_one_sent() {
        assert_eq!(changed("nonce", json!("m")), Err(IdTokenError::Nonce));
        assert_eq!(changed("nonce", Value::Null), Err(IdTokenError::Nonce));
    }

    #[test]
    fn unreadable_tokens_are_errors() {
        for text in ["", "a.b", "a.b.c", "a.b.c.d", "!.!.!"] {
            assert!(matches!(verdict(&text.into()), Err(IdTokenError::Unreadable(_))), "{text}");
        }
        assert!(matches!(changed("sub", Value::Null), Err(IdTokenError::Unreadable(_))));
    }
}
