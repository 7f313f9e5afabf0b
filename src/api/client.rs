//! One request with a valid token: renewed once after a 401, repeated after 429 and 5xx (GET only).

use std::fmt;
use std::io::{self, Cursor, Read};
use std::thread;

use serde_json::Value;
use url::Url;

use crate::clock::{self, TimeZone};
use crate::flow::FlowError;
use crate::flow::token_source::{Access, TokenSource};
use crate::http::{Answer, HttpError, Request, Transport, retry};
use crate::oauth::error;
use crate::provider::{Paging, Provider};
use crate::secret::Secret;

/// Largest answer that is read whole, in bytes: a year of a meter's quarter hours has a sixth of it,
/// and one without end is a fault.
pub const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// What some servers on Windows put before their JSON; it may be ignored (RFC 8259 §8.1).
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();
/// Of an error answer as much is read as an explanation needs, in bytes.
const MAX_ERROR_TEXT: u64 = 16 * 1024;

/// The data endpoints of one account.
#[derive(Clone, Copy)]
pub struct ApiClient<'a> {
    transport: &'a dyn Transport,
    tokens: &'a TokenSource<'a>,
    provider: &'a Provider,
    /// The provider's API base; every path is below it.
    base: &'a Url,
    /// Requests at once.
    pub jobs: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{0} has no `api_base`")]
    NoBase(String),
    #[error("how {0} pages its lists is not described")]
    NoPaging(String),
    #[error("provider.{provider}.paths.{name} is not described")]
    NoPath { provider: String, name: String },
    #[error("no valid access token: {0}")]
    NoToken(#[from] FlowError),
    #[error("the provider does not accept the access token, not even a new one{0}")]
    Unauthorized(Reason),
    /// 403: a scope is missing, as far as the provider says.
    #[error("the provider refuses this with the present access{}{reason}", .scope.as_ref().map(|scope| format!(", which lacks the scope {scope}")).unwrap_or_default())]
    Forbidden { scope: Option<String>, reason: Reason },
    #[error("the provider knows no such thing as {path}{reason}")]
    NotFound { path: String, reason: Reason },
    #[error("the provider refused the request (status {status}){reason}")]
    Refused { status: u16, reason: Reason },
    #[error("the provider answered {status}{reason}")]
    TryLater { status: u16, reason: Reason },
    #[error("{path} leads to another host than the provider's, and the token stays here")]
    OtherHost { path: String },
    #[error(
        "the times in the answer of {path} have no offset ({time:?}), and which time zone they are \
         of is not said"
    )]
    NoOffset { path: String, time: String },
    #[error("there is no time zone {0:?}")]
    NoZone(String),
    #[error("the answer of {path} {why}")]
    Unusable { path: String, why: String },
    #[error("the answer broke off: {0}")]
    BrokeOff(io::Error),
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Why the provider says no, in its own words where it gives any.
#[derive(Debug, Default)]
pub struct Reason(Option<String>);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

impl ApiError {
    /// Whether it is about the one thing that was asked for: asking for another may succeed.
    pub fn is_of_this_alone(&self) -> bool {
        matches!(
            self,
            Self::Forbidden { .. }
                | Self::NotFound { .. }
                | Self::Refused { .. }
                | Self::Unusable { .. }
        )
    }

    pub(super) fn unusable(url: &Url, why: impl Into<String>) -> Self {
        Self::Unusable { path: url.path().to_owned(), why: why.into() }
    }
}

impl<'a> ApiClient<'a> {
    /// Fails if the provider's description names no place for data.
    pub fn new(
        transport: &'a dyn Transport,
        tokens: &'a TokenSource<'a>,
        provider: &'a Provider,
        jobs: usize,
    ) -> Result<Self, ApiError> {
        let missing = || ApiError::NoBase(provider.title.clone());
        let base = provider.api_base.as_ref().ok_or_else(missing)?;
        Ok(Self { transport, tokens, provider, base, jobs })
    }

    /// The same with fewer requests at once, at least one: where several lists are fetched at once,
    /// each gets its part.
    #[must_use]
    pub fn with_jobs(&self, jobs: usize) -> Self {
        Self { jobs: jobs.max(1), ..*self }
    }

    /// The zone of the provider's times without an offset, where it has such.
    pub fn zone(&self) -> Result<Option<TimeZone>, ApiError> {
        let zone = |name| clock::zone(name).ok_or_else(|| ApiError::NoZone(name.to_owned()));
        self.provider.time_zone.as_deref().map(zone).transpose()
    }

    /// How the provider pages its lists.
    pub fn paging(&self) -> Result<&'a Paging, ApiError> {
        let missing = || ApiError::NoPaging(self.provider.title.clone());
        self.provider.paging.as_ref().ok_or_else(missing)
    }

    /// A path that the provider's description has under this name.
    pub fn path(&self, name: &str) -> Result<&'a str, ApiError> {
        let missing =
            || ApiError::NoPath { provider: self.provider.name.clone(), name: name.to_owned() };
        self.provider.paths.get(name).map(String::as_str).ok_or_else(missing)
    }

    /// The address of a path below the base, or of a full URL on the base's own origin. Anything
    /// else never gets the token.
    pub fn address(&self, path: &str) -> Result<Url, ApiError> {
        let base = self.base.path().trim_end_matches('/');
        let url = Url::parse(path).unwrap_or_else(|_| {
            let (mut url, mut halves) = (self.base.clone(), path.splitn(2, '?'));
            let path = halves.next().unwrap_or_default().trim_start_matches('/');
            url.set_path(&format!("{base}/{path}"));
            url.set_query(halves.next());
            url
        });
        let same_origin = url.origin() == self.base.origin() && url.username().is_empty();
        let below = url.path() == base || url.path().starts_with(&format!("{base}/"));
        if same_origin && below {
            Ok(url)
        } else {
            Err(ApiError::OtherHost { path: path.to_owned() })
        }
    }

    /// A GET whose answer is still to be read.
    pub(super) fn open(&self, url: &Url) -> Result<Answer, ApiError> {
        let mut request = Request::new("GET", url.clone());
        request.headers.push(("accept".into(), "application/json".into()));
        explain(url, self.send(request)?)
    }

    /// A GET whose answer is read whole.
    pub fn get(&self, url: &Url) -> Result<Vec<u8>, ApiError> {
        read_whole(url, self.open(url)?.body)
    }

    /// A GET whose answer is one JSON value.
    pub fn get_json(&self, url: &Url) -> Result<Value, ApiError> {
        parse(url, &self.get(url)?)
    }

    /// A POST of JSON. It is sent once: whether a broken one was heard is not known. An answer that
    /// is not empty has to be JSON as well, or somebody else gave it; an empty one is null.
    pub fn post_json(&self, url: &Url, body: &Value) -> Result<Value, ApiError> {
        let mut request = Request::new("POST", url.clone());
        request.headers.push(("content-type".into(), "application/json".into()));
        request.body = Some(Secret::new(body.to_string().into_bytes()));
        match read_whole(url, explain(url, self.send(request)?)?.body)?.as_slice() {
            [] => Ok(Value::Null),
            bytes => parse(url, bytes),
        }
    }

    /// Sends a request of any kind with the token, and returns its answer, whatever its status.
    pub fn send(&self, mut request: Request) -> Result<Answer, ApiError> {
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-encoding")) {
            request.headers.push(("accept-encoding".into(), "gzip".into()));
        }
        let Access { token, dpop } = self.tokens.token()?;
        request.authorize(&token, dpop.as_ref());
        let answer = self.send_repeatedly(&request)?;
        if answer.status != 401 {
            return Ok(without(&token, answer));
        }
        // Once with a new token, never in a loop (RFC 6750 §3.1).
        let Access { token, dpop } = self.tokens.instead_of(&token)?;
        request.authorize(&token, dpop.as_ref());
        Ok(without(&token, self.send_repeatedly(&request)?))
    }

    fn send_repeatedly(&self, request: &Request) -> Result<Answer, ApiError> {
        let repeatable = request.method == "GET" || request.method == "HEAD";
        for repetition in 0..retry::TRIES - 1 {
            let wait = match self.transport.send(request) {
                Ok(answer) if !repeatable || !retry::is_transient(answer.status) => {
                    return Ok(answer);
                }
                Ok(answer) if answer.retry_after.is_some_and(|wait| wait > retry::MAX_WAIT) => {
                    return Err(later(answer));
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

/// An error answer without the token: some servers quote the one that they refuse.
fn without(token: &Secret, mut answer: Answer) -> Answer {
    if answer.status < 400 {
        return answer;
    }
    let conceal = |text: &str| text.replace(token.expose().as_str(), "…");
    for (_, value) in &mut answer.headers {
        *value = conceal(value);
    }
    let mut begin = Vec::new();
    let _ = answer.body.by_ref().take(MAX_ERROR_TEXT).read_to_end(&mut begin);
    if let Ok(text) = str::from_utf8(&begin) {
        begin = conceal(text).into_bytes();
    }
    answer.body = Box::new(Cursor::new(begin).chain(answer.body));
    answer
}

/// Turns every status but success into the error that it is.
pub fn explain(url: &Url, answer: Answer) -> Result<Answer, ApiError> {
    let status = answer.status;
    Err(match status {
        200..=299 => return Ok(answer),
        300..=399 => ApiError::unusable(url, "is a redirect, and the token is never sent on"),
        401 => ApiError::Unauthorized(reason_of(answer)),
        403 => {
            let scope = challenge(&answer).and_then(|text| error::parameter(text, "scope"));
            let scope = scope.filter(|scope| scope.chars().all(is_of_scopes));
            ApiError::Forbidden { scope, reason: reason_of(answer) }
        }
        404 => ApiError::NotFound { path: url.path().to_owned(), reason: reason_of(answer) },
        status if retry::is_transient(status) => later(answer),
        _ => ApiError::Refused { status, reason: reason_of(answer) },
    })
}

/// It ends in a command for a person to run, so no character that a shell gives a meaning.
fn is_of_scopes(c: char) -> bool {
    c.is_ascii_alphanumeric() || " :._/-".contains(c)
}

fn later(answer: Answer) -> ApiError {
    ApiError::TryLater { status: answer.status, reason: reason_of(answer) }
}

/// What `WWW-Authenticate` says (RFC 6750 §3).
fn challenge(answer: &Answer) -> Option<&String> {
    let mut headers = answer.headers.iter();
    headers.find_map(|(name, value)| (name == "www-authenticate").then_some(value))
}

/// The reason in the body, else that of the challenge.
fn reason_of(answer: Answer) -> Reason {
    let challenge = challenge(&answer).and_then(|text| error::reason_of_challenge(text));
    let mut bytes = Vec::new();
    let _ = answer.body.take(MAX_ERROR_TEXT).read_to_end(&mut bytes);
    // What has a sentence says more than a challenge, and a challenge more than odd members.
    let reason = error::reason_of(&bytes).or(challenge);
    Reason(reason.or_else(|| error::reason_in_any_member(&bytes)))
}

/// Reads an answer whole, up to [`MAX_ANSWER`].
pub fn read_whole(url: &Url, body: impl Read) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let read = body.take(MAX_ANSWER + 1).read_to_end(&mut bytes).map_err(ApiError::BrokeOff)?;
    if read as u64 > MAX_ANSWER {
        return Err(ApiError::unusable(url, "is larger than 64 MiB"));
    }
    Ok(bytes)
}

fn parse(url: &Url, bytes: &[u8]) -> Result<Value, ApiError> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        ApiError::unusable(url, format!("is not JSON (line {line}, column {column})"))
    })
}
