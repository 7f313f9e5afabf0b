//! One harmless GET, and everything that it tells about the way to a server: for finding out why
//! a request would fail, not for data.

use std::error::Error as StdError;
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION};
use rustls::{CertificateError, Error as TlsError};
use url::Url;

use super::exchange::Limit;
use super::{HttpClient, HttpError, causes, chain};

/// What came back. Nothing of the body is kept.
#[derive(Debug)]
pub struct Probed {
    pub status: u16,
    pub took: Duration,
    /// The server's clock (`Date`), in UNIX seconds.
    pub date: Option<i64>,
    /// Where a redirect leads; it was not followed.
    pub location: Option<Url>,
    /// Whether the body says that it is a page for people.
    pub is_html: bool,
}

/// At which step it failed, in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    #[error("its name is not known here (DNS: {0})")]
    Name(String),
    #[error("no connection: {0}")]
    Connection(String),
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("its certificate ended; this machine's clock may be wrong, too")]
    Expired,
    #[error("its certificate is not valid yet; this machine's clock may be wrong")]
    NotYet,
    #[error("its certificate is for another name")]
    OtherName,
    #[error("its certificate comes from an issuer that this machine does not know")]
    UnknownIssuer,
    #[error("the proxy wants a name and password")]
    ProxyWantsPassword,
    #[error("the proxy does not let us through to it")]
    ProxyRefused,
    #[error("TLS failed: {0}")]
    Tls(String),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error(transparent)]
    Unusable(#[from] HttpError),
}

impl HttpClient {
    /// A GET without credentials, parameters or cookies. Follows no redirect.
    pub fn probe(&self, url: &Url) -> Result<Probed, Unreached> {
        self.ask(Method::GET, url)
    }

    /// The same as a POST, which has nothing in it either.
    pub fn probe_with_post(&self, url: &Url) -> Result<Probed, Unreached> {
        self.ask(Method::POST, url)
    }

    fn ask(&self, method: Method, url: &Url) -> Result<Probed, Unreached> {
        let host = url.host_str().unwrap_or_default();
        let client = self.client_for(url)?;
        let begun = Instant::now();
        let work = async { Ok(client.request(method, url.clone()).send().await) };
        let answer = match self.runtime()?.block_on(Limit::total().keep(host, work)) {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(step(&error, begun)),
            Err(_) => return Err(Unreached::TimedOut(begun.elapsed())),
        };
        let text = |name: HeaderName| answer.headers().get(name)?.to_str().ok();
        Ok(Probed {
            status: answer.status().as_u16(),
            took: begun.elapsed(),
            date: text(DATE).and_then(seconds),
            location: text(LOCATION).and_then(|to| url.join(to).ok()),
            is_html: text(CONTENT_TYPE)
                .is_some_and(|kind| kind.trim_start().starts_with("text/html")),
        })
    }
}

fn seconds(date: &str) -> Option<i64> {
    let since = httpdate::parse_http_date(date).ok()?.duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.ok()?.as_secs()).ok()
}

/// The step that an error belongs to, by what lies at its bottom.
fn step(error: &reqwest::Error, begun: Instant) -> Unreached {
    if error.is_timeout() {
        return Unreached::TimedOut(begun.elapsed());
    }
    if let Some(tls) = chain(error).find_map(<dyn StdError>::downcast_ref) {
        return of_tls(tls);
    }
    // hyper-util's own types are private; their words for these steps are not.
    let says = |words| chain(error).any(|cause| cause.to_string().starts_with(words));
    let why = causes(error);
    if says("tunnel error: proxy authorization") {
        Unreached::ProxyWantsPassword
    } else if says("tunnel error: unsuccessful") {
        Unreached::ProxyRefused
    } else if says("dns error") {
        Unreached::Name(why.trim_start_matches("failed to lookup address information: ").into())
    } else if !error.is_connect() {
        Unreached::Broken(why)
    } else if why.starts_with("tls ") {
        Unreached::Tls("the other side hung up".into())
    } else {
        Unreached::Connection(why)
    }
}

fn of_tls(error: &TlsError) -> Unreached {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext,
        NotValidYet, NotValidYetContext, UnknownIssuer,
    };
    let TlsError::InvalidCertificate(error) = error else {
        return Unreached::Tls(match error {
            TlsError::PeerIncompatible(_) => {
                "it has no version or cipher that is safe today (TLS 1.2 or 1.3)".into()
            }
            TlsError::InvalidMessage(_) => "what answers there does not speak TLS".into(),
            TlsError::AlertReceived(alert) => format!("the other side ended it ({alert:?})"),
            other => other.to_string(),
        });
    };
    match error {
        Expired | ExpiredContext { .. } => Unreached::Expired,
        NotValidYet | NotValidYetContext { .. } => Unreached::NotYet,
        NotValidForName | NotValidForNameContext { .. } => Unreached::OtherName,
        // A bad signature: another authority of the same name.
        UnknownIssuer | BadSignature => Unreached::UnknownIssuer,
        other => Unreached::Tls(other.to_string()),
    }
}
