//! One harmless GET, and everything that it tells about the way to a server: for finding out why
//! a request would fail, not for data.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION};
use url::Url;

use super::exchange::Limit;
use super::fault::Fault;
use super::{HttpClient, HttpError};

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

impl HttpClient {
    /// A GET without credentials, parameters or cookies. Follows no redirect.
    pub fn probe(&self, url: &Url) -> Result<Probed, HttpError> {
        self.ask(Method::GET, url)
    }

    /// The same as a POST, which has nothing in it either.
    pub fn probe_with_post(&self, url: &Url) -> Result<Probed, HttpError> {
        self.ask(Method::POST, url)
    }

    fn ask(&self, method: Method, url: &Url) -> Result<Probed, HttpError> {
        let host = url.host_str().unwrap_or_default();
        let client = self.client_for(url)?;
        let begun = Instant::now();
        let request = client.request(method, url.clone());
        let work = async { request.send().await.map_err(|error| self.explain(error, url)) };
        let answer = self.runtime()?.block_on(Limit::total().keep(host, work))?;
        if answer.status() == 511 {
            return Err(HttpError::Unreachable { host: host.to_owned(), fault: Fault::Portal });
        }
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
