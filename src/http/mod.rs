//! HTTP out (crate reqwest): one way to send, with every limit in one place.
//!
//! TLS is rustls with ring as its cryptography. aws-lc-rs, reqwest's default, is the better kept
//! of the two; ring was chosen after building both from the same source: its part of the build
//! takes 13 instead of 54 CPU seconds, the program is a fifth smaller and starts a tenth faster.
//! ring also needs no tools beyond a C compiler, where aws-lc-rs wants NASM on Windows and fails
//! when cross-compiled to macOS. The roots are the system's (rustls-platform-verifier).

pub mod data;
pub mod network;
pub mod probe;
pub mod retry;
pub mod surroundings;

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use std::{io, thread};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, redirect};
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;
use url::Url;

use self::network::Network;
use crate::oauth::{Answer, BodyFormat, Request};
use crate::provider::is_loopback;
use crate::secret::Secret;

/// Time to reach the server, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the whole exchange, from connecting to the last byte.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for reading what has already come when that is over.
const LAST_LOOK: Duration = Duration::from_millis(500);
/// Largest token answer that is read, in bytes; real ones have a few thousand.
const MAX_BODY: usize = 1024 * 1024;
/// Longest time that requests hold back for a spent rate limit: others may wait for our locks.
const MAX_PACE: Duration = Duration::from_secs(10);

/// Sends requests. A trait, so that the flows can be tested against any answer.
pub trait Transport: Send + Sync {
    /// Sends once, follows no redirect, repeats nothing.
    fn post(&self, request: &Request) -> Result<Answer, HttpError>;
}

/// Why there is no answer. Holds no URL with a query, and nothing of any body.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{host} could not be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host} did not answer within {} s", TOTAL_TIMEOUT.as_secs())]
    TimedOut { host: String },
    #[error("the connection to {host} broke: {why}")]
    Broken { host: String, why: String },
    #[error("{host} sent more than {MAX_BODY} bytes")]
    TooLarge { host: String },
    #[error("HTTP cannot be used here: {0}")]
    Unusable(String),
    /// The certificate is signed by nobody who is known here.
    #[error("{host} could not be reached: {why}")]
    Untrusted { host: String, why: String },
    /// What is set for proxy or certificates does not work.
    #[error("{why}")]
    Setup { code: &'static str, why: String, hint: &'static str },
}

impl HttpError {
    /// Whether no request went out, and none will before a person changes something.
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Unusable(_) | Self::Untrusted { .. } | Self::Setup { .. })
    }
}

/// The real thing. Clients and their runtime are made at the first request that needs them: one
/// for addresses on this machine (no proxy; for plain http no roots, which cost milliseconds to
/// load), one for everything else.
#[derive(Default)]
pub struct HttpClient {
    network: Network,
    runtime: OnceLock<Driven>,
    plain_loopback: OnceLock<Client>,
    tls_loopback: OnceLock<Client>,
    outside: OnceLock<Client>,
    data_plain_loopback: OnceLock<Client>,
    data_tls_loopback: OnceLock<Client>,
    data_outside: OnceLock<Client>,
    /// Hosts whose rate limit is spent, and until when.
    pace: Mutex<HashMap<String, Instant>>,
}

impl Transport for HttpClient {
    fn post(&self, request: &Request) -> Result<Answer, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let client = self.client_for(&request.url)?;
        self.wait_for_pace(&host);

        let started = Instant::now();
        let result =
            self.runtime()?.block_on(in_time(send(&client, request, &host, &self.network), &host));
        let place = format!("{}{}", request.url.origin().ascii_serialization(), request.url.path());
        match &result {
            Ok((answer, _)) => {
                log::debug!("POST {place}: {} after {:.0?}", answer.status, started.elapsed());
            }
            Err(error) => log::debug!("POST {place}: {error}, after {:.0?}", started.elapsed()),
        }
        let (answer, headers) = result?;
        self.note_pace(host, answer.status, answer.retry_after, &headers);
        Ok(answer)
    }
}

impl HttpClient {
    pub fn new(network: Network) -> Self {
        Self { network, ..Self::default() }
    }

    fn runtime(&self) -> Result<&Handle, HttpError> {
        let driven = get_or_try(&self.runtime, || {
            Driven::start().map_err(|error| HttpError::Unusable(error.to_string()))
        })?;
        Ok(&driven.runtime)
    }

    fn client_for(&self, url: &Url) -> Result<Client, HttpError> {
        let client = match (is_loopback(url), url.scheme()) {
            // The description was checked when it was read; this is where it matters.
            (false, scheme) if scheme != "https" => {
                return Err(HttpError::Unusable("tokens travel by https only".into()));
            }
            (false, _) => get_or_try(&self.outside, || build(self.network.outside(builder())?))?,
            (true, "http") => {
                get_or_try(&self.plain_loopback, || build(builder().no_proxy().tls_certs_only([])))?
            }
            (true, _) => get_or_try(&self.tls_loopback, || build(self.network.here(builder())?))?,
        };
        Ok(client.clone())
    }

    /// Holds back while the host's rate limit is spent.
    fn wait_for_pace(&self, host: &str) {
        let until = self.pace.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        if let Some(wait) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            log::debug!("holding back {wait:.1?} for the rate limit of {host}");
            std::thread::sleep(wait);
        }
    }

    /// Remembers when an answer says that the limit is spent.
    fn note_pace(
        &self,
        host: String,
        status: u16,
        retry_after: Option<Duration>,
        headers: &HeaderMap,
    ) {
        let spent = headers.get("x-ratelimit-remaining").is_some_and(|value| value == "0");
        if let Some(wait) = retry_after.filter(|_| spent || status == 429) {
            let until = Instant::now() + wait.min(MAX_PACE);
            self.pace.lock().unwrap_or_else(PoisonError::into_inner).insert(host, until);
        }
    }
}

/// A runtime that is driven by a thread of its own, until this is dropped: what happens to a
/// connection is noticed at once, also between two requests.
struct Driven {
    runtime: Handle,
    _dropped: oneshot::Sender<()>,
}

impl Driven {
    fn start() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (sender, dropped) = oneshot::channel();
        let driven = Self { runtime: runtime.handle().clone(), _dropped: sender };
        thread::Builder::new().name("http".into()).spawn(move || runtime.block_on(dropped))?;
        Ok(driven)
    }
}

/// The one builder. `Client::new()` panics where there are no root certificates: never that. It
/// asks for nothing compressed, so that the length of an answer is its size. [`in_time`] bounds the
/// time of a token request.
fn builder() -> reqwest::ClientBuilder {
    // An error means that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("partnerlink/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
}

fn build(builder: reqwest::ClientBuilder) -> Result<Client, HttpError> {
    builder.build().map_err(|error| HttpError::Unusable(causes(&error)))
}

async fn send(
    client: &Client,
    request: &Request,
    host: &str,
    network: &Network,
) -> Result<(Answer, HeaderMap), HttpError> {
    let content_type = match request.format {
        BodyFormat::Json => "application/json",
        BodyFormat::Form => "application/x-www-form-urlencoded",
    };
    let mut builder = client
        .post(request.url.clone())
        .header(CONTENT_TYPE, content_type)
        .header("Accept", "application/json")
        .body(request.body.expose().clone());
    if let Some(authorization) = &request.authorization {
        let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| {
            HttpError::Unusable("the client ID or secret has impossible characters".into())
        })?;
        value.set_sensitive(true);
        builder = builder.header(AUTHORIZATION, value);
    }
    let translate = |error: reqwest::Error| translate(error, host, network.proxy_to(&request.url));
    let mut response = builder.send().await.map_err(translate)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(translate)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(HttpError::TooLarge { host: host.to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    let answer = Answer {
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers(), SystemTime::now()),
        body: Secret::new(body),
    };
    Ok((answer, response.headers().clone()))
}

/// Gives up after [`TOTAL_TIMEOUT`]. An answer that came while this process was stopped (Ctrl-Z, a
/// suspended machine) is taken all the same, though it is late: it may hold the one refresh token
/// that still works.
async fn in_time<T>(
    work: impl Future<Output = Result<T, HttpError>>,
    host: &str,
) -> Result<T, HttpError> {
    let mut work = std::pin::pin!(work);
    for limit in [TOTAL_TIMEOUT, LAST_LOOK] {
        if let Ok(done) = tokio::time::timeout(limit, &mut work).await {
            return done;
        }
    }
    Err(HttpError::TimedOut { host: host.to_owned() })
}

/// `proxy`: host and port of the one on the way, if any.
fn translate(error: reqwest::Error, host: &str, proxy: Option<String>) -> HttpError {
    let error = error.without_url();
    let host = host.to_owned();
    if !error.is_connect() {
        return match error.is_timeout() {
            true => HttpError::TimedOut { host },
            false => HttpError::Broken { host, why: causes(&error) },
        };
    }
    let tunnel = network::tunnel_failure(&error);
    let why = causes(&error);
    match proxy {
        Some(proxy) if error.is_timeout() => {
            let why = format!("no answer in time (the proxy {proxy} is set)");
            HttpError::Unreachable { host, why }
        }
        _ if error.is_timeout() => HttpError::TimedOut { host },
        Some(proxy) if tunnel.is_some() => {
            network::explain_tunnel(host, &proxy, &tunnel.unwrap_or_default(), why)
        }
        // rustls, on every system: signed by an authority that is not among the roots.
        _ if why.contains("UnknownIssuer") => HttpError::Untrusted { host, why },
        _ => HttpError::Unreachable { host, why },
    }
}

/// The innermost cause, which is the one that means something to a person.
fn causes(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

/// `Retry-After` in seconds or as a date, else the end of Auth0's rate-limit window
/// (`x-ratelimit-reset`, UNIX seconds; one second where it is already past).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let until = |then: SystemTime| then.duration_since(now).unwrap_or(Duration::from_secs(1));
    if let Some(value) = text(RETRY_AFTER.as_str()) {
        let seconds = value.parse().ok().map(Duration::from_secs);
        return seconds.or_else(|| httpdate::parse_http_date(value).ok().map(until));
    }
    let reset = text("x-ratelimit-reset")?.parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(reset)).map(until)
}

/// `OnceLock::get_or_try_init` is not stable yet; losing the race costs one build.
fn get_or_try<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, HttpError>,
) -> Result<&T, HttpError> {
    match cell.get() {
        Some(value) => Ok(value),
        None => {
            let value = make()?;
            Ok(cell.get_or_init(|| value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<u64> {
        let now = httpdate::parse_http_date("Sat, 21 Nov 2026 12:00:00 GMT").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn c16_retry_after_in_every_spelling() {
        assert_eq!(wait("retry-after", "7"), Some(7));
        assert_eq!(wait("retry-after", "1000000000"), Some(1_000_000_000));
        assert_eq!(wait("retry-after", "Sat, 21 Nov 2026 12:00:30 GMT"), Some(30));
        assert_eq!(wait("retry-after", "Sat, 21 Nov 2026 11:00:00 GMT"), Some(1));
        assert_eq!(wait("retry-after", "-5"), None);
        assert_eq!(wait("retry-after", "soon"), None);
        assert_eq!(wait("x-ratelimit-reset", "1795262460"), Some(60));
        assert_eq!(wait("x-ratelimit-reset", "1"), Some(1));
        assert_eq!(wait("x-ratelimit-reset", "99999999999999999999"), None);
        assert_eq!(wait("x-other", "1"), None);
    }
}
