//! The token endpoint (RFC 6749 §4.1.3, §5 and §6): requests out, answers in.

mod members;
mod renamed;

use std::time::Duration;

use serde_json::Value;
use url::Url;

use self::members::{Known, Members};
pub use self::renamed::renamed;
use super::error::{OAuthError, because, decoded, harmless, reason_of, sentence};
use super::pkce::Verifier;
use super::scope::Scope;
use super::{Answer, Client, Endpoint, Request};
use crate::secret::Secret;

/// Parameters that this program sets itself; `token_parameters` and `refresh_parameters` cannot name
/// them.
pub const RESERVED: [&str; 11] = [
    "grant_type",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "token",
    "token_type_hint",
    "client_id",
    "client_secret",
    "client_assertion",
    "scope",
];

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

/// Asks for a token by the client's own secret (§4.4).
pub fn client_credentials(endpoint: &Endpoint, client: &Client, scope: &Scope) -> Request {
    let scope = scope.to_string();
    let mut parameters = vec![("grant_type", "client_credentials")];
    if !scope.is_empty() {
        parameters.push(("scope", &scope));
    }
    client.request(endpoint, parameters)
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
    /// A refresh token came that cannot be one: it is empty, has impossible characters, or there
    /// are two.
    pub unusable_refresh_token: bool,
    pub id_token: Option<Secret>,
}

impl Tokens {
    /// Whether an ID token has to be there (OIDC Core §3.1.3.3): not where the provider says that
    /// it granted no `openid`, as Auth0 does for applications of third parties.
    pub fn need_id_token(&self, asked: &Scope) -> bool {
        let scope = self.scope.as_ref().map(|scope| scope.spelled_as(asked.iter()));
        scope.as_ref().unwrap_or(asked).contains("openid")
    }
}

/// What `token_type` has to be (RFC 6749 §7.1), in any case of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    Bearer,
    /// The same, from a provider that is known to leave `token_type` out.
    BearerUnsaid,
    /// Bound to a key (RFC 9449 §5). Where that was asked for, a bearer token is none of ours.
    Dpop,
}

impl TokenType {
    /// As a person reads it, and an `Authorization` header begins.
    pub fn word(self) -> &'static str {
        if self == Self::Dpop { "DPoP" } else { "Bearer" }
    }
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
    /// What answers there takes no token requests.
    #[error("there is no token endpoint at the address that was asked (status {0})")]
    NoEndpoint(u16),
    /// The provider is overloaded or out of order.
    #[error("the provider answered {status}{}", because(reason.clone()))]
    TryLater { status: u16, retry_after: Option<Duration>, reason: Option<String> },
    /// Nothing says how the token is to be used (§5.1).
    #[error("the provider's answer (status {status}) has no token_type")]
    NoType { status: u16 },
    /// §7.1: a token of another type is never used.
    #[error(
        "the provider's answer (status {status}) has a token type other than {wanted} ({kind:?})"
    )]
    OtherType { status: u16, kind: String, wanted: &'static str },
    /// The answer cannot be used.
    #[error("the provider's answer (status {status}) {why}")]
    Unusable { status: u16, why: String },
}

/// Reads an answer. The status alone decides nothing but "try later": Auth0 answers
/// `invalid_grant` with 403 where the RFC says 400, so errors are told by their `error` member.
pub fn read(answer: &Answer, wanted: TokenType) -> Result<Tokens, TokenError> {
    let status = answer.status;
    if status == 429 || status >= 500 {
        return Err(later(answer));
    }
    if (300..400).contains(&status) {
        return Err(unusable(status, "is a redirect, and tokens are never sent on"));
    }
    let text = decoded(answer.body.expose());
    let (members, fault) = Members::read(&text);
    let error = members.get::<Value>("error").one().filter(is_said);
    match (error, fault) {
        (Some(error), Ok(())) => Err(classify(answer, &error, &members)),
        (None, Ok(())) if status < 300 => tokens_of(status, &members, wanted),
        (_, Err(fault)) if status < 300 => Err(no_json(status, &text, &fault)),
        _ => Err(wordless(answer)),
    }
}

/// Some providers say in a good answer that there is no error.
fn is_said(error: &Value) -> bool {
    error.as_str().is_none_or(|text| !text.is_empty()) && *error != Value::Bool(false)
}

fn tokens_of(status: u16, members: &Members, wanted: TokenType) -> Result<Tokens, TokenError> {
    match members.get::<String>("token_type") {
        Known::One(kind) if kind.trim().eq_ignore_ascii_case(wanted.word()) => {}
        Known::Absent if wanted == TokenType::BearerUnsaid => {}
        Known::Absent => return Err(TokenError::NoType { status }),
        kind => {
            let kind = kind.one().map(|kind| harmless(&kind)).unwrap_or_default();
            return Err(TokenError::OtherType { status, kind, wanted: wanted.word() });
        }
    }
    let access_token = match members.get::<Secret>("access_token") {
        Known::One(token) if is_token(&token) => token,
        Known::Absent => return Err(unusable(status, "has no access_token")),
        Known::One(_) => {
            let why = "has an access_token that is empty or has impossible characters";
            return Err(unusable(status, why));
        }
        Known::Doubtful => return Err(unusable(status, "has no access_token that is sure")),
    };
    let refresh_token = members.get::<Secret>("refresh_token");
    let is_there = !matches!(refresh_token, Known::Absent);
    let refresh_token = refresh_token.one().filter(is_token);
    Ok(Tokens {
        access_token,
        expires_in: members.get("expires_in").one().as_ref().and_then(lifetime),
        scope: members.get::<Scope>("scope").one().filter(|scope| !scope.is_empty()),
        unusable_refresh_token: is_there && refresh_token.is_none(),
        refresh_token,
        id_token: members.get("id_token").one().filter(is_token),
    })
}

/// The refresh token of an answer that [`read`] refused, if it is known all the same.
pub fn refresh_token_of(answer: &Answer) -> Option<Secret> {
    let text = decoded(answer.body.expose());
    let (members, _) = Members::read(&text);
    let is_good = (200..300).contains(&answer.status);
    members.get("refresh_token").one().filter(|token| is_good && is_token(token))
}

fn classify(answer: &Answer, error: &Value, members: &Members) -> TokenError {
    let status = answer.status;
    let code = error.as_str().or_else(|| error.get("code")?.as_str());
    let code = code.unwrap_or("an error without a name");
    let description = members.get::<Value>("error_description").one().as_ref().and_then(sentence);
    let description = description.or_else(|| reason_of(answer.body.expose()));
    let error = OAuthError::new(code, description.as_deref().filter(|text| *text != code));
    match code {
        "invalid_grant" | "mfa_required" => TokenError::GrantRefused(error),
        // Auth0's words for three things: with 401 it is the client that is refused, unless they
        // name the person ("user is blocked"); else a rule, or the person's rights.
        "access_denied" | "unauthorized" => {
            let is_person = error.description.as_ref().is_some_and(|text| text.contains("user"));
            match status == 401 && !is_person {
                true => TokenError::ClientRefused(error),
                false => TokenError::GrantRefused(error),
            }
        }
        "invalid_client" | "unauthorized_client" => TokenError::ClientRefused(error),
        "too_many_requests" | "temporarily_unavailable" | "server_error" => later(answer),
        _ if is_nowhere(status) => TokenError::NoEndpoint(status),
        _ => TokenError::Refused(error),
    }
}

/// A refusal that is none of OAuth's.
fn wordless(answer: &Answer) -> TokenError {
    let status = answer.status;
    let reason = reason_of(answer.body.expose());
    match status {
        status if is_nowhere(status) => TokenError::NoEndpoint(status),
        // How a server refuses a client that did not prove itself, before OAuth is spoken.
        401 => {
            let reason = reason.filter(|text| text != "401");
            TokenError::ClientRefused(OAuthError::new("status 401", reason.as_deref()))
        }
        // Too slow, too early: both ask for the same once more.
        408 | 425 => later(answer),
        _ => {
            let why = format!("is neither a token answer nor an error{}", because(reason));
            unusable(status, &why)
        }
    }
}

/// What a server without this address answers, or one that takes no POST there.
fn is_nowhere(status: u16) -> bool {
    matches!(status, 404 | 405 | 410)
}

/// serde_json's message can quote a value, and the value can be a token: only its place is told.
fn no_json(status: u16, text: &str, fault: &serde_json::Error) -> TokenError {
    let place = match text.trim_start().starts_with('<') {
        true => "a page for people".to_owned(),
        false => format!("line {}, column {}", fault.line(), fault.column()),
    };
    unusable(status, &format!("is not a JSON token answer ({place})"))
}

fn unusable(status: u16, why: &str) -> TokenError {
    TokenError::Unusable { status, why: why.to_owned() }
}

fn later(answer: &Answer) -> TokenError {
    let Answer { status, retry_after, body, .. } = answer;
    let reason = reason_of(body.expose());
    TokenError::TryLater { status: *status, retry_after: *retry_after, reason }
}

/// Visible ASCII: what can stand in an `Authorization` header (RFC 6750 §2.1), of any length.
fn is_token(token: &Secret) -> bool {
    let token = token.expose();
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

/// Providers send `3600`, `"3600"` and `3600.5`. What is no number says nothing.
#[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
fn lifetime(value: &Value) -> Option<i64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds: &f64| seconds.is_finite())?;
    Some((seconds as i64).clamp(-1, MAX_LIFETIME))
}

#[cfg(test)]
mod tests;
