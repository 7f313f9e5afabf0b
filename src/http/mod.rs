//! HTTP out (crate reqwest): one way to send, with every limit in one place.
//!
//! TLS is rustls with ring as its cryptography. aws-lc-rs, reqwest's default, is the better kept
//! of the two; ring was chosen after building both from the same source: its part of the build
//! takes 13 instead of 54 CPU seconds, the program is a fifth smaller and starts a tenth faster.
//! ring also needs no tools beyond a C compiler, where aws-lc-rs wants NASM on Windows and fails
//! when cross-compiled to macOS. The roots are the system's (rustls-platform-verifier).

mod dpop;
mod exchange;
pub mod fault;
pub mod network;
pub mod pace;
mod pace_file;
pub mod probe;
pub mod proxy;
mod request;
pub mod retry;
mod transport;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use std::{io, thread};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, redirect};
use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;
use url::Url;

pub use self::exchange::LONGEST_EXCHANGE;
pub use self::request::Request;
pub use self::transport::{Answer, Transport};

use self::exchange::TOTAL_TIMEOUT;
use self::fault::Fault;
use self::network::Network;
use self::pace::Pace;
use self::transport::MAX_BODY;
use crate::oauth::is_loopback;

/// Time to reach the server, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time that requests hold back for a spent rate limit: others may wait for our locks.
const MAX_PACE: Duration = Duration::from_secs(10);

/// Why there is no answer. Holds no URL with a query, and nothing of any body.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing was asked.
    #[error("{host} could not be reached: {fault}")]
    Unreachable { host: String, fault: Fault },
    #[error("{host} did not answer within {} s", after.as_secs())]
    TimedOut { host: String, after: Duration },
    #[error("the connection to {host} broke: {why}")]
    Broken { host: String, why: String },
    #[error("{host} sent more than {MAX_BODY} bytes")]
    TooLarge { host: String },
    /// Nothing was sent that matters.
    #[error("{host} could not be reached in time")]
    TooLate { host: String },
    #[error("HTTP cannot be used here: {0}")]
    Unusable(String),
    /// What is set for proxy or certificates does not work.
    #[error("{why}")]
    Setup { code: &'static str, why: String, hint: &'static str },
}

/// That a body was not sent, because its deadline was over.
#[derive(Debug, thiserror::Error)]
#[error("it was too late to send anything")]
struct TooLate;

impl HttpError {
    /// What happened, for where the host is named already.
    pub fn reason(&self) -> String {
        match self {
            Self::Unreachable { fault, .. } => fault.to_string(),
            Self::TimedOut { after, .. } => format!("no answer within {} s", after.as_secs()),
            Self::Broken { why, .. } => format!("the connection broke: {why}"),
            other => other.to_string(),
        }
    }

    /// Whether no request went out, and none will before a person changes something.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Unreachable { fault, .. } => fault.is_lasting(),
            other => matches!(other, Self::Unusable(_) | Self::Setup { .. }),
        }
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
    /// How fast each host is asked.
    paces: Mutex<HashMap<String, Arc<Pace>>>,
    /// Where processes share it.
    shared_paces: Option<PathBuf>,
    nonces: dpop::Nonces,
}

impl HttpClient {
    pub fn new(network: Network) -> Self {
        Self { network, ..Self::default() }
    }

    /// Shares the pace that is described of a host with every process that has this folder.
    #[must_use]
    pub fn in_step_with(self, folder: PathBuf) -> Self {
        Self { shared_paces: Some(folder), ..self }
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

    /// Why a request was not answered. What a proxy wants is asked once more, without a secret.
    fn explain(&self, error: reqwest::Error, url: &Url) -> HttpError {
        let host = url.host_str().unwrap_or_default();
        let mut error = translate(error, host, self.network.proxy_to(url));
        if let HttpError::Unreachable { fault, .. } = &mut error {
            match fault {
                Fault::ProxyWants { offers, .. } => {
                    *offers = self.network.refusal_of_the_proxy(host).1;
                }
                Fault::ProxyRefused { status, .. } => {
                    // Without the name and password it may be another refusal than the first.
                    let now = self.network.refusal_of_the_proxy(host).0;
                    *status = now.filter(|status| !matches!(status, 200..=299 | 407));
                }
                _ => {}
            }
        }
        error
    }

    /// The pace of a host, which may be described here.
    fn pace(&self, host: &str, allowed: Option<f64>) -> Arc<Pace> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = paces.entry(host.to_owned()).or_insert_with(|| Arc::new(Pace::new(allowed)));
        pace.limit(allowed);
        Arc::clone(pace)
    }

    /// The file by which processes share the pace of a host. No name on Windows has a colon, as
    /// addresses of IPv6 do.
    fn shared_pace(&self, host: &str) -> Option<PathBuf> {
        Some(self.shared_paces.as_ref()?.join(host.replace(':', "-")))
    }

    /// Holds back while the host's rate limit is spent.
    fn wait_for_pace(&self, host: &str) {
        let wait = self.pace(host, None).pacer().held(Instant::now());
        if !wait.is_zero() {
            log::debug!("holding back {wait:.1?} for the rate limit of {host}");
            thread::sleep(wait);
        }
    }

    /// Remembers what an answer to a request that was sent then says about the pace.
    fn note_pace(&self, host: &str, sent: Instant, answer: &Response, is_token: bool) {
        let spent = answer.headers().get("x-ratelimit-remaining").is_some_and(|it| it == "0");
        let is_refused = spent || answer.status() == 429;
        let pace = self.pace(host, None);
        let (mut pacer, now) = (pace.pacer(), Instant::now());
        if is_token || is_refused {
            pacer.answered(sent, now, is_refused);
        }
        if let Some(wait) = retry_after(answer.headers(), SystemTime::now()).filter(|_| is_refused)
        {
            pacer.hold(now, wait.min(MAX_PACE));
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
/// sets no time but that for connecting: [`exchange::Limit`] bounds the rest.
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

/// `proxy`: host and port of the one on the way, if any.
fn translate(error: reqwest::Error, host: &str, proxy: Option<String>) -> HttpError {
    let (error, host) = (error.without_url(), host.to_owned());
    if chain(&error).any(|cause| cause.is::<TooLate>()) {
        return HttpError::TooLate { host };
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, _) => HttpError::Unreachable { host, fault: Fault::of(&error, proxy) },
        (false, true) => HttpError::TimedOut { host, after: TOTAL_TIMEOUT },
        (false, false) => HttpError::Broken { host, why: causes(&error) },
    }
}

/// The innermost cause, which is the one that means something to a person.
fn causes(error: &reqwest::Error) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and everything below it. An `io::Error` does not name what it wraps as its source.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |&cause| {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        }
    })
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
    fn retry_after_in_every_spelling() {
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
