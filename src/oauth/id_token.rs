//! The ID token's claims (OpenID Connect Core §3.1.3.7 and §12.2).
//!
//! Of its signature see `signature.rs`.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::Deserialize;

use super::error::harmless;
use super::signature::check_signature;
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
    /// On refresh: the issuer of the sign-in.
    pub issuer: Option<&'a str>,
    pub client_id: &'a str,
    /// The key of signatures with a shared one.
    pub client_secret: Option<&'a Secret>,
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
    #[error("the ID token is signed with a shared key ({0}), and there is no client secret here")]
    NoKey(String),
    #[error("the ID token's signature ({0}) is not made with this client's secret")]
    Signature(String),
    #[error("the ID token comes from the issuer {0:?}, which is not one of this provider's")]
    Issuer(String),
    #[error("the ID token names the issuer {0:?}, and the provider's description has no `issuers`")]
    IssuerNotDescribed(String),
    /// Both are on the list.
    #[error("the ID token comes from the issuer {now:?}, and the sign-in came from {before:?}")]
    IssuerChanged { before: String, now: String },
    #[error("the ID token is meant for another client (aud: {0})")]
    Audience(String),
    #[error("the ID token was issued to another client (azp: {0})")]
    Party(String),
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
    let algorithm = decode::<Header>(header).ok_or(IdTokenError::Unreadable("its header"))?.alg;
    check_signature(&algorithm, token.expose(), expected.client_secret)?;
    let claims: Claims = decode(payload).ok_or(IdTokenError::Unreadable("its claims"))?;

    check_issuer(&claims.iss, expected)?;
    check_audience(&claims, expected.client_id)?;
    if let Some(nonce) = expected.nonce
        && claims.nonce.as_ref() != Some(nonce.expose())
    {
        return Err(IdTokenError::Nonce);
    }
    if expected.subject.is_some_and(|subject| subject != claims.sub) {
        return Err(IdTokenError::Subject);
    }
    // Behind all that could make the tokens somebody else's: these two are no reason to lose them.
    if let Some(before) = expected.issuer.filter(|before| *before != claims.iss) {
        let (before, now) = (before.to_owned(), harmless(&claims.iss));
        return Err(IdTokenError::IssuerChanged { before, now });
    }
    check_times(&claims, expected.now)?;
    Ok(claims)
}

fn check_issuer(issuer: &str, expected: &Expected) -> Result<(), IdTokenError> {
    let is_known = expected.issuer == Some(issuer) || expected.issuers.iter().any(|i| i == issuer);
    match is_known {
        true => Ok(()),
        false if expected.issuers.is_empty() => {
            Err(IdTokenError::IssuerNotDescribed(harmless(issuer)))
        }
        false => Err(IdTokenError::Issuer(harmless(issuer))),
    }
}

fn check_audience(claims: &Claims, client_id: &str) -> Result<(), IdTokenError> {
    let all: &[String] = match &claims.aud {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Many(all) => all,
    };
    let is_ours = all.iter().any(|audience| audience == client_id);
    match &claims.azp {
        Some(party) if is_ours && party != client_id => Err(IdTokenError::Party(harmless(party))),
        // Of several audiences none but the party says whom it is for.
        None if is_ours && all.len() == 1 => Ok(()),
        Some(_) if is_ours => Ok(()),
        _ => Err(IdTokenError::Audience(harmless(&all.join(", ")))),
    }
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
                issuer: None,
                client_id: "us",
                client_secret: None,
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
    fn a_list_without_issuers_is_what_is_wrong_and_not_the_issuer() {
        let verdict = |issuers: &[String]| {
            let expected = Expected {
                issuers,
                issuer: None,
                client_id: "us",
                client_secret: None,
                nonce: None,
                subject: None,
                now: Timestamp::from_second(NOW).unwrap(),
            };
            check(&token("RS256", |_| ()), &expected).map(|claims| claims.sub)
        };
        let issuer = || "https://a.example/".to_owned();
        assert_eq!(verdict(&[]), Err(IdTokenError::IssuerNotDescribed(issuer())));
        assert_eq!(verdict(&["other".into()]), Err(IdTokenError::Issuer(issuer())));
    }

    #[test]
    fn the_audience_must_be_ours() {
        assert!(changed("aud", json!(["us"])).is_ok());
        for audience in [json!("other"), json!(["us", "other"]), json!([]), json!(["other"])] {
            assert!(matches!(changed("aud", audience), Err(IdTokenError::Audience(_))));
        }
        assert_eq!(changed("aud", json!("other")), Err(IdTokenError::Audience("other".into())));
        assert_eq!(changed("azp", json!("other")), Err(IdTokenError::Party("other".into())));
        let both = token("RS256", |claims| {
            claims["aud"] = json!(["us", "other"]);
            claims["azp"] = json!("us");
        });
        assert!(verdict(&both).is_ok());
        let ours_by_name_alone = token("RS256", |claims| {
            claims["aud"] = json!("other");
            claims["azp"] = json!("us");
        });
        assert_eq!(verdict(&ours_by_name_alone), Err(IdTokenError::Audience("other".into())));
    }

    #[test]
    fn unsafe_algorithms_are_refused() {
        for algorithm in ["none", "None", "HS1", "", "n"] {
            let result = verdict(&token(algorithm, |_| ()));
            assert!(matches!(result, Err(IdTokenError::Algorithm(_))), "{algorithm}");
        }
    }

    #[test]
    fn a_signature_with_a_shared_key_is_checked_with_the_client_secret() {
        // Made with Python's hmac: key "client secret", over what stands in front of the last dot.
        let claims = r#"{"iss":"i","sub":"s","aud":"us","exp":9e9}"#;
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let verdict_of = |algorithm: &str, secret: Option<&str>, mac: &str| {
            let secret = secret.map(Secret::from);
            let head = part(&format!(r#"{{"alg":"{algorithm}"}}"#));
            let token = Secret::new(format!("{head}.{}.{mac}", part(claims)));
            let expected = Expected {
                issuers: &["i".into()],
                issuer: None,
                client_id: "us",
                client_secret: secret.as_ref(),
                nonce: None,
                subject: None,
                now: Timestamp::from_second(NOW).unwrap(),
            };
            check(&token, &expected).map(|claims| claims.sub)
        };
        let mac = "WQE3IZLofb4W_HdmToCnHvduHICypAIdpd8JecTjzLY";
        for (algorithm, mac) in [
            ("HS256", mac),
            ("HS384", "r1HzY7gvLGcEO10BJ6jCyJwNyQ0Jjt3CUMMu-K4Ol2J27AIOfY388qEdXNXvUNie"),
            (
                "HS512",
                "jcpF6DRn04eul4zYfcP_wdCI24hqSybsLRQenkekcojItFgI8-78TPvc6OR_J-mWhKw321RXsKcWp4cAso-_Pg",
            ),
        ] {
            assert_eq!(verdict_of(algorithm, Some("client secret"), mac), Ok("s".into()));
        }
        let verdict = |secret: Option<&str>, mac: &str| verdict_of("HS256", secret, mac);
        for (secret, mac) in [("another", mac), ("client secret", "AAAA"), ("client secret", "")] {
            assert_eq!(
                verdict(Some(secret), mac),
                Err(IdTokenError::Signature("HS256".into())),
                "{secret} {mac}"
            );
        }
        assert_eq!(verdict(None, mac), Err(IdTokenError::NoKey("HS256".into())));
    }

    #[test]
    fn an_issuer_that_changed_on_the_list_is_said_as_that_and_about_the_same_person_only() {
        let verdict = |issuer: &str, before: &str, subject: &str| {
            let token = token("RS256", |claims| claims["iss"] = json!(issuer));
            let expected = Expected {
                issuers: &["https://a.example/".into(), "https://b.example/".into()],
                issuer: Some(before),
                client_id: "us",
                client_secret: None,
                nonce: None,
                subject: Some(subject),
                now: Timestamp::from_second(NOW).unwrap(),
            };
            check(&token, &expected).map(|claims| claims.sub)
        };
        let (a, b, old) = ("https://a.example/", "https://b.example/", "https://old.example/");
        assert!(verdict(a, a, "auth0|1").is_ok());
        assert!(verdict(old, old, "auth0|1").is_ok(), "as it was at sign-in");
        let changed = IdTokenError::IssuerChanged { before: a.into(), now: b.into() };
        assert_eq!(verdict(b, a, "auth0|1"), Err(changed));
        assert_eq!(verdict(b, a, "auth0|2"), Err(IdTokenError::Subject));
        assert_eq!(verdict(old, a, "auth0|1"), Err(IdTokenError::Issuer(old.into())));
    }

    #[test]
    fn times_are_checked_with_a_leeway() {
        assert!(changed("exp", json!(NOW - 120)).is_ok());
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
