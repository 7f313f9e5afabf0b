//! What everybody outside sees of HTTP: a request goes, an answer comes.

use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use url::Url;

use super::HttpError;
use super::pace::Turn;
use super::request::Request;
use crate::clock::deadline::Deadline;
use crate::oauth;
use crate::secret::Secret;

/// Largest token answer that is read, in bytes; real ones have a few thousand.
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// Redirects that are followed to one document: servers add a slash, or take one away.
const MAX_REDIRECTS: usize = 3;

/// What came back.
pub struct Answer {
    pub status: u16,
    /// By name in small letters, and value.
    pub headers: Vec<(String, String)>,
    /// How long the server asks us to wait (`Retry-After` or `x-ratelimit-reset`), if it does.
    pub retry_after: Option<Duration>,
    /// Unpacked, where it came with gzip.
    pub body: Box<dyn Read + Send>,
}

/// Sends requests. A trait, so that the flows can be tested against any answer.
pub trait Transport: Send + Sync {
    /// Sends once, follows no redirect, repeats nothing but a request whose proof lacked a nonce.
    fn send(&self, request: &Request) -> Result<Answer, HttpError>;

    /// Waits until a token request to this host may begin by its pace, of so many a second where
    /// that is described; `None` when it is no longer wanted. Asked before anything is claimed or
    /// noted, so that both stay short.
    fn turn(
        &self,
        _host: &str,
        _allowed: Option<f64>,
        _is_wanted: &dyn Fn() -> bool,
    ) -> Option<Turn> {
        Some(Turn::free())
    }

    /// Sends a token request, and reads its answer whole.
    fn post(&self, request: &oauth::Request) -> Result<oauth::Answer, HttpError> {
        self.post_within(request, None, None)
    }

    /// The same in another time than the usual one, and not sent after a deadline.
    fn post_within(
        &self,
        request: &oauth::Request,
        timeout: Option<Duration>,
        send_by: Option<Deadline>,
    ) -> Result<oauth::Answer, HttpError> {
        let sent = Request { timeout, send_by, ..Request::from(request) };
        let mut answer = self.fetch(&sent)?;
        if sent.dpop.is_some() && oauth::dpop::wants_nonce(&answer) {
            answer = self.fetch(&sent)?;
        }
        if answer.status >= 400 {
            answer.body = request.conceal(&answer.body);
        }
        Ok(answer)
    }

    /// Sends, and reads the answer whole. It may be secret.
    fn fetch(&self, request: &Request) -> Result<oauth::Answer, HttpError> {
        read_whole(self.send(request)?, &request.url)
    }

    /// Fetches a small document of JSON without credentials. A redirect is followed as long as it
    /// stays at the same origin.
    fn document(&self, url: &Url) -> Result<oauth::Answer, HttpError> {
        let mut request = Request { is_stream: false, ..Request::new("GET", url.clone()) };
        request.headers.push(("accept".into(), "application/json".into()));
        let mut answer = self.send(&request)?;
        for _ in 0..MAX_REDIRECTS {
            let Some(next) = answer.redirects_to(&request.url) else { break };
            request.url = next;
            answer = self.send(&request)?;
        }
        read_whole(answer, url)
    }
}

fn read_whole(answer: Answer, url: &Url) -> Result<oauth::Answer, HttpError> {
    let host = url.host_str().unwrap_or_default();
    let date = answer.headers.iter().find(|(name, _)| name == "date");
    let date = date.and_then(|(_, date)| httpdate::parse_http_date(date).ok());
    let date = date.and_then(|date| date.try_into().ok());
    let mut body = Vec::new();
    let limit = MAX_BODY as u64 + 1;
    answer.body.take(limit).read_to_end(&mut body).map_err(|error| {
        error.downcast::<HttpError>().unwrap_or_else(|error| HttpError::Broken {
            host: host.to_owned(),
            why: error.to_string(),
        })
    })?;
    let body = unpacked(Secret::new(body));
    if body.expose().len() > MAX_BODY {
        return Err(HttpError::TooLarge { host: host.to_owned() });
    }
    Ok(oauth::Answer { status: answer.status, retry_after: answer.retry_after, date, body })
}

impl Answer {
    /// Where a redirect leads to, if that is at the origin that sends it.
    fn redirects_to(&self, from: &Url) -> Option<Url> {
        let (_, to) = self.headers.iter().find(|(name, _)| name == "location")?;
        let to = from.join(to).ok()?;
        ((300..400).contains(&self.status) && to.origin() == from.origin()).then_some(to)
    }
}

/// A token answer that was compressed unasked, told by the first bytes of gzip, with which no JSON
/// begins; as much of it as can be read.
fn unpacked(body: Secret<Vec<u8>>) -> Secret<Vec<u8>> {
    if !body.expose().starts_with(&[0x1f, 0x8b]) {
        return body;
    }
    let mut whole = Vec::new();
    let limit = MAX_BODY as u64 + 1;
    if let Err(error) = MultiGzDecoder::new(&**body.expose()).take(limit).read_to_end(&mut whole) {
        log::debug!("a compressed token answer broke off: {error}");
    }
    Secret::new(whole)
}
