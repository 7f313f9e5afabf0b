//! The token endpoint (RFC 6749 §4.1.3, §5 and §6): requests out, answers in.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::Value;
use url::Url;

use super::error::OAuthError;
use super::pkce::Verifier;
use super::scope::Scope;
use super::{Answer, Client, Endpoint, Request};
use crate::secret::Secret;

/// Longest lifetime that is believed, in seconds: ten years. What lies beyond is a mistake, and
/// would overflow somebody's date.
const MAX_LIFETIME: i64 = 10 * 365 * 86_400;

/// Exchanges the code (§4.1.3). `redirect_uri` must be the one of the authorization request.
pub fn exchange(
    endpoint: &Endpoint,
    client: &Client,
    code: &Secret,
    redirect_uri: &Url,
    verifier: Option<&Verifier>,
) -> Request {
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose().as_str()),
        ("redirect_uri", redirect_uri.as_str()),
    ];
    if let Some(verifier) = verifier {
        parameters.push(("code_verifier", verifier.secret().expose()));
    }
    client.request(endpoint, parameters)
}

/// Spends a refresh token (§6). No scope is sent: the answer then has the scope of the grant.
pub fn refresh(endpoint: &Endpoint, client: &Client, refresh_token: &Secret) -> Request {
    client.request(
        endpoint,
        vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())],
    )
}

/// A good answer, checked as far as it can be on its own.
#[derive(Debug)]
pub struct Tokens {
    pub access_token: Secret,
    /// Seconds the access token lives; zero or less when it came already expired. `None` when the
    /// provider did not say.
    pub expires_in: Option<i64>,
    /// The scope granted, where the provider names it; else it is the scope asked for (§5.1).
    pub scope: Option<Scope>,
    /// A new refresh token, which replaces the old one.
    pub refresh_token: Option<Secret>,
    /// A refresh token came that cannot be one: it is empty, or has impossible characters.
    pub unusable_refresh_token: bool,
    pub id_token: Option<Secret>,
}

/// What a token endpoint's answer means when it has no tokens. Says nothing of the token that was
/// sent: keeping it is right in every case but the first, and even then the record stays.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The grant (code or refresh token) or the person behind it is not accepted any more.
    #[error("the provider did not accept the grant ({0})")]
    GrantRefused(OAuthError),
    /// Client ID or secret are wrong, or not allowed to do this.
    #[error("the provider did not accept the client settings ({0})")]
    ClientRefused(OAuthError),
    /// Any other error that the provider put into words.
    #[error("the provider refused the request ({0})")]
    Refused(OAuthError),
    /// The provider is overloaded or out of order.
    #[error("the provider answered {status}")]
    TryLater { status: u16, retry_after: Option<Duration> },
    /// The answer cannot be used.
    #[error("the provider's answer (status {status}) {why}")]
    Unusable { status: u16, why: String },
}

#[derive(Deserialize)]
struct Body {
    error: Option<Value>,
    error_description: Option<Value>,
    access_token: Option<Secret>,
    token_type: Option<String>,
    #[serde(default, deserialize_with = "lifetime")]
    expires_in: Option<i64>,
    scope: Option<String>,
    refresh_token: Option<Secret>,
    id_token: Option<Secret>,
}

/// Reads an answer. The status alone decides nothing but "try later": Auth0 answers
/// `invalid_grant` with 403 where the RFC says 400, so errors are told by their `error` member.
///
/// `token_type_optional`: the provider is known to leave `token_type` out.
pub fn read(answer: &Answer, token_type_optional: bool) -> Result<Tokens, TokenError> {
    let status = answer.status;
    if status == 429 || status >= 500 {
        return Err(TokenError::TryLater { status, retry_after: answer.retry_after });
    }
    let unusable = |why: &str| TokenError::Unusable { status, why: why.to_owned() };
    if (300..400).contains(&status) {
        return Err(unusable("is a redirect, and tokens are never sent on"));
    }
    // serde_json's message can quote a value, and the value can be a token: only its place is told.
    let body: Body =
        serde_json::from_slice(answer.body.expose()).map_err(|error| match status {
            400.. => TokenError::TryLater { status, retry_after: answer.retry_after },
            _ => unusable(&format!(
                "is not a JSON token answer (line {}, column {})",
                error.line(),
                error.column()
            )),
        })?;

    if let Some(error) = body.error {
        return Err(classify(&error, body.error_description.as_ref()));
    }
    if status != 200 {
        return Err(unusable("is neither a token answer nor an error"));
    }
    match body.token_type.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        None if token_type_optional => {}
        Some(_) => return Err(unusable("has a token type other than Bearer")),
        None => return Err(unusable("has no token_type")),
    }
    let access_token = body.access_token.ok_or_else(|| unusable("has no access_token"))?;
    if !is_token(&access_token) {
        return Err(unusable("has an access_token that is empty or has impossible characters"));
    }
    Ok(Tokens {
        access_token,
        expires_in: body.expires_in.map(|seconds| seconds.clamp(-1, MAX_LIFETIME)),
        scope: body.scope.filter(|scope| !scope.is_empty()).map(Scope::from),
        unusable_refresh_token: body.refresh_token.as_ref().is_some_and(|token| !is_token(token)),
        refresh_token: body.refresh_token.filter(is_token),
        id_token: body.id_token.filter(is_token),
    })
}

/// The refresh token of an answer that [`read`] refused, if there is one all the same.
pub fn refresh_token_of(answer: &Answer) -> Option<Secret> {
    #[derive(Deserialize)]
    struct Only {
        refresh_token: Secret,
    }
    let Only { refresh_token } = serde_json::from_slice(answer.body.expose()).ok()?;
    Some(refresh_token).filter(|token| answer.status == 200 && is_token(token))
}

fn classify(code: &Value, description: Option<&Value>) -> TokenError {
    let code = code.as_str().unwrap_or("an error without a name");
    let error = OAuthError::new(code, description.and_then(Value::as_str));
    match code {
        // Auth0: a blocked person or a denying rule is access_denied, a missing second factor
        // mfa_required; both end only with a new sign-in.
        "invalid_grant" | "mfa_required" | "access_denied" | "unauthorized" => {
            TokenError::GrantRefused(error)
        }
        "invalid_client" | "unauthorized_client" => TokenError::ClientRefused(error),
        "too_many_requests" | "temporarily_unavailable" | "server_error" => {
            TokenError::TryLater { status: 429, retry_after: None }
        }
        _ => TokenError::Refused(error),
    }
}

/// Visible ASCII: what can stand in an `Authorization` header (RFC 6750 §2.1), of any length.
fn is_token(token: &Secret) -> bool {
    let token = token.expose();
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

/// Providers send `3600`, `"3600"`, `3600.5` and `null`; all of them are understood.
#[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds| seconds.is_finite());
    seconds
        .map(|seconds| Some(seconds as i64))
        .ok_or_else(|| D::Error::custom("not a number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Tokens, TokenError> {
        let body = Secret::new(body.as_bytes().to_vec());
        read(&Answer { status, retry_after: None, body }, false)
    }

    fn ok(extra: &str) -> Result<Tokens, TokenError> {
        answer(200, &format!(r#"{{"access_token":"at","token_type":"Bearer"{extra}}}"#))
    }

    fn unusable(result: Result<Tokens, TokenError>) -> bool {
        matches!(result, Err(TokenError::Unusable { .. }))
    }

    #[test]
    fn unknown_members_are_ignored() {
        let many: String = (0..100).map(|i| format!(r#","x{i}":[{{"deep":{i}}}]"#)).collect();
        assert_eq!(ok(&many).unwrap().access_token.expose(), "at");
    }

    #[test]
    fn only_bearer_in_any_case() {
        for kind in ["bearer", "BEARER", "Bearer"] {
            assert!(
                answer(200, &format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#)).is_ok()
            );
        }
        for kind in
            [r#","token_type":"mac""#, r#","token_type":"DPoP""#, r#","token_type":null"#, ""]
        {
            assert!(unusable(answer(200, &format!(r#"{{"access_token":"a"{kind}}}"#))), "{kind}");
        }
    }

    #[test]
    fn lifetimes_in_every_spelling() {
        let seconds = |text: &str| ok(&format!(r#","expires_in":{text}"#)).map(|t| t.expires_in);
        for (text, expected) in [
            ("3600", Some(3600)),
            ("\"3600\"", Some(3600)),
            ("3600.5", Some(3600)),
            ("null", None),
            ("0", Some(0)),
            ("-5", Some(-1)),
            ("31104000", Some(31_104_000)),
            ("1000000000000000000000000000000", Some(MAX_LIFETIME)),
            ("18446744073709551615", Some(MAX_LIFETIME)),
        ] {
            assert_eq!(seconds(text).unwrap(), expected, "{text}");
        }
        assert_eq!(ok("").unwrap().expires_in, None);
        for text in ["1e400", "\"soon\"", "[]", "NaN", "true"] {
            assert!(unusable(ok(&format!(r#","expires_in":{text}"#))), "{text}");
        }
    }

    #[test]
    fn unusable_access_tokens() {
        for token in ["\"\"", "null", "5", "\"a\\r\\nX: y\"", "\"a b\"", "\"ä\""] {
            let body = format!(r#"{{"access_token":{token},"token_type":"Bearer"}}"#);
            assert!(unusable(answer(200, &body)), "{token}");
        }
        assert!(unusable(answer(200, r#"{"token_type":"Bearer"}"#)));
    }

    #[test]
    fn long_tokens_pass() {
        let token = "t".repeat(16 * 1024);
        let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        assert_eq!(answer(200, &body).unwrap().access_token.expose(), &token);
    }

    #[test]
    fn what_is_no_json_is_unusable_and_its_text_is_not_shown() {
        let deep = "[".repeat(100_000);
        for body in [
            "<html>SECRET</html>",
            "",
            "{\"access_token\":\"SECRET",
            "\u{feff}{}",
            "NaN",
            &deep,
            "{} {}",
        ] {
            let Err(error) = answer(200, body) else { panic!("{body}") };
            assert!(matches!(error, TokenError::Unusable { .. }), "{error}");
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
        assert!(unusable(ok(r#","access_token":"again""#)), "duplicate keys");
    }

    #[test]
    fn errors_are_told_by_their_name_not_by_the_status() {
        for status in [200, 400, 401, 403] {
            let error = answer(status, r#"{"error":"invalid_grant","error_description":"gone"}"#);
            assert!(matches!(error, Err(TokenError::GrantRefused(_))), "{status}");
            let error = answer(status, r#"{"error":"invalid_client"}"#);
            assert!(matches!(error, Err(TokenError::ClientRefused(_))), "{status}");
            let error = answer(status, r#"{"error":"invalid_scope"}"#);
            assert!(matches!(error, Err(TokenError::Refused(_))), "{status}");
        }
    }

    #[test]
    fn overload_and_outage_mean_later_whatever_the_body() {
        for status in [429, 500, 502, 503] {
            for body in ["<html>", r#"{"error":"invalid_grant"}"#] {
                assert!(
                    matches!(answer(status, body), Err(TokenError::TryLater { .. })),
                    "{status}"
                );
            }
        }
        assert!(matches!(answer(403, "<html>blocked"), Err(TokenError::TryLater { .. })));
    }

    #[test]
    fn redirects_and_odd_statuses_are_unusable() {
        for status in [201, 204, 205, 302, 304, 307] {
            assert!(unusable(answer(status, "{}")), "{status}");
        }
    }

    #[test]
    fn an_empty_refresh_token_is_none() {
        let tokens = |member: &str| ok(&format!(r#","refresh_token":{member}"#)).unwrap();
        assert!(tokens(r#""""#).refresh_token.is_none() && tokens(r#""""#).unusable_refresh_token);
        assert!(tokens("null").refresh_token.is_none() && !tokens("null").unusable_refresh_token);
        assert!(tokens(r#""rt""#).refresh_token.is_some());
    }

    #[test]
    fn requests_carry_the_same_redirect_uri_and_no_scope() {
        let endpoint = Endpoint {
            url: "https://p.example/token".parse().unwrap(),
            format: super::super::BodyFormat::Form,
        };
        let client = Client { id: "id".into(), secret: None };
        let uri = "http://127.0.0.1:17861/callback/p".parse().unwrap();
        let request = exchange(&endpoint, &client, &"c".into(), &uri, None);
        assert_eq!(
            request.body.expose(),
            "grant_type=authorization_code&code=c&\
             redirect_uri=http%3A%2F%2F127.0.0.1%3A17861%2Fcallback%2Fp&client_id=id"
        );
        let request = refresh(&endpoint, &client, &"r".into());
        assert_eq!(request.body.expose(), "grant_type=refresh_token&refresh_token=r&client_id=id");
    }
}
