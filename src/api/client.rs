//! One request with a valid token: renewed once after a 401, repeated after 429 and 5xx (GET only).

use std::io::{self, Read};
use std::thread;

use serde_json::Value;
use url::Url;

use crate::flow::token_source::{NoToken, TokenSource};
use crate::http::{Answer, HttpError, Request, Transport, retry};
use crate::oauth::error::OAuthError;
use crate::secret::Secret;

/// How often a GET is sent in all while the provider asks to come back.
const TRIES: u32 = 4;
/// Largest answer that is read whole, in bytes. Readings are streamed and have no such limit.
pub const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// Of an error answer as much is read as an explanation needs, in bytes.
const MAX_ERROR_TEXT: u64 = 16 * 1024;

/// The data endpoints of one account.
pub struct ApiClient<'a> {
    transport: &'a dyn Transport,
    tokens: &'a TokenSource<'a>,
    base: Url,
}

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("no valid access token: {0}")]
    NoToken(#[from] NoToken),
    #[error("the provider does not accept the access token, not even a new one")]
    Unauthorized,
    /// 403: a scope is missing, as far as the provider says.
    #[error("the provider refuses this with the present access ({text})")]
    Forbidden { scope: Option<String>, text: String },
    #[error("the provider knows no such thing ({0})")]
    NotFound(String),
    #[error("the provider refused the request (status {status}): {text}")]
    Refused { status: u16, text: String },
    #[error("the provider answered {0}")]
    TryLater(u16),
    #[error("{path} leads to another host than the provider's, and the token stays here")]
    OtherHost { path: String },
    #[error("the answer of {path} {why}")]
    Unusable { path: String, why: String },
    #[error("the answer broke off: {0}")]
    BrokeOff(io::Error),
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl<'a> ApiClient<'a> {
    /// `base` is the provider's API base; every path is below it.
    pub fn new(transport: &'a dyn Transport, tokens: &'a TokenSource<'a>, base: Url) -> Self {
        Self { transport, tokens, base }
    }

    /// The address of a path below the base, or of a full URL on the base's own origin. Anything
    /// else never gets the token.
    pub fn address(&self, path: &str) -> Result<Url, ApiError> {
        let elsewhere = || ApiError::OtherHost { path: path.to_owned() };
        let base = self.base.path().trim_end_matches('/');
        let url = match Url::parse(path) {
            Ok(url) => url,
            Err(_) => {
                let mut url = self.base.clone();
                let (path, query) =
                    path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q)));
                url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
                url.set_query(query);
                url
            }
        };
        let same_origin = url.origin() == self.base.origin() && url.username().is_empty();
        let below = url.path() == base || url.path().starts_with(&format!("{base}/"));
        if same_origin && below { Ok(url) } else { Err(elsewhere()) }
    }

    /// A GET whose answer is read as a stream.
    pub fn get(&self, url: &Url) -> Result<Box<dyn Read + Send>, ApiError> {
        let answer =
            self.send("GET", url, &[("Accept".into(), "application/json".into())], None)?;
        Ok(explain(url.path(), answer)?.body)
    }

    /// A GET whose answer is one JSON value.
    pub fn get_json(&self, url: &Url) -> Result<Value, ApiError> {
        read_json(url.path(), self.get(url)?)
    }

    /// A POST of JSON. It is sent once: whether a broken one was heard is not known.
    pub fn post_json(&self, url: &Url, body: Vec<u8>) -> Result<Option<Value>, ApiError> {
        let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
        let answer = explain(url.path(), self.send("POST", url, &headers, Some(body))?)?;
        match read_whole(answer.body)?.as_slice() {
            [] => Ok(None),
            bytes => parse(url.path(), bytes).map(Some),
        }
    }

    /// Sends a request of any kind and returns its answer, whatever its status.
    pub fn send(
        &self,
        method: &str,
        url: &Url,
        headers: &[(String, String)],
        body: Option<Vec<u8>>,
    ) -> Result<Answer, ApiError> {
        let token = self.tokens.token()?;
        let mut headers = headers.to_vec();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding")) {
            headers.push(("accept-encoding".into(), "gzip".into()));
        }
        let request = Request {
            method: method.to_owned(),
            url: url.clone(),
            authorization: Some(bearer(&token)),
            headers,
            body: body.map(Secret::new),
            is_stream: true,
        };
        let answer = self.send_repeatedly(&request)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        // Once with a new token, never in a loop (RFC 6750 §3.1).
        let renewed = self.tokens.instead_of(&token)?;
        self.send_repeatedly(&Request { authorization: Some(bearer(&renewed)), ..request })
    }

    fn send_repeatedly(&self, request: &Request) -> Result<Answer, ApiError> {
        let repeatable = request.method == "GET" || request.method == "HEAD";
        for repetition in 0..TRIES - 1 {
            let wait = match self.transport.send(request) {
                Ok(answer) if !repeatable || !retry::is_transient(answer.status) => {
                    return Ok(answer);
                }
                Ok(Answer { retry_after: Some(wait), status, .. }) if wait > retry::MAX_WAIT => {
                    return Err(ApiError::TryLater(status));
                }
                Ok(answer) => answer.retry_after.unwrap_or_else(|| retry::pause(repetition)),
                Err(error) if !repeatable || !error.is_transient() => return Err(error.into()),
                Err(_) => retry::pause(repetition),
            };
            log::debug!("asking again in {wait:.1?}");
            thread::sleep(wait);
        }
        Ok(self.transport.send(request)?)
    }
}

fn bearer(token: &Secret) -> Secret {
    Secret::new(format!("Bearer {}", token.expose()))
}

/// Turns every status but success into the error that it is.
pub fn explain(path: &str, answer: Answer) -> Result<Answer, ApiError> {
    let status = answer.status;
    match status {
        200..=299 => Ok(answer),
        401 => Err(ApiError::Unauthorized),
        403 => {
            let scope = scope_of(&answer);
            let text = match &scope {
                Some(scope) => format!("scope {scope}"),
                None => text_of(answer),
            };
            Err(ApiError::Forbidden { scope, text })
        }
        404 => Err(ApiError::NotFound(path.to_owned())),
        300..=399 => Err(ApiError::Unusable {
            path: path.to_owned(),
            why: "is a redirect, and the token is never sent on".into(),
        }),
        later if retry::is_transient(later) => Err(ApiError::TryLater(later)),
        _ => Err(ApiError::Refused { status, text: text_of(answer) }),
    }
}

/// The scope that `WWW-Authenticate: Bearer error="insufficient_scope", scope="…"` names.
fn scope_of(answer: &Answer) -> Option<String> {
    let (_, value) = answer.headers.iter().find(|(name, _)| name == "www-authenticate")?;
    let scope = value.split("scope=\"").nth(1)?.split('"').next()?;
    Some(OAuthError::new(scope, None).code)
}

/// The beginning of an error answer, as far as it can be shown.
fn text_of(answer: Answer) -> String {
    let mut bytes = Vec::new();
    let _ = answer.body.take(MAX_ERROR_TEXT).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let message = serde_json::from_str::<Value>(&text).ok().and_then(|value| {
        let named = ["error_description", "message", "error", "detail", "title"];
        named.iter().find_map(|name| value.get(*name)?.as_str().map(str::to_owned))
    });
    OAuthError::new(&message.unwrap_or_else(|| text.into_owned()), None).code
}

/// Reads an answer whole, up to [`MAX_ANSWER`].
pub fn read_whole(body: Box<dyn Read + Send>) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let read = body.take(MAX_ANSWER + 1).read_to_end(&mut bytes).map_err(ApiError::BrokeOff)?;
    if read as u64 > MAX_ANSWER {
        return Err(ApiError::Unusable {
            path: "the provider".into(),
            why: "is larger than 64 MiB".into(),
        });
    }
    Ok(bytes)
}

fn read_json(path: &str, body: Box<dyn Read + Send>) -> Result<Value, ApiError> {
    parse(path, &read_whole(body)?)
}

fn parse(path: &str, bytes: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| ApiError::Unusable {
        path: path.to_owned(),
        why: format!("is not JSON (line {}, column {})", error.line(), error.column()),
    })
}
