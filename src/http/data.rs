//! Requests to the data endpoints: answers are streams, and only their head is in memory.

use std::io::{self, Read};
use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response};
use tokio::runtime::Handle;
use url::Url;

use super::network::Network;
use super::{HttpClient, HttpError, build, builder, get_or_try, retry_after, translate};
use crate::provider::is_loopback;
use crate::secret::Secret;

/// Longest silence in the middle of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// One request with a bearer token, which travels in the `Authorization` header only
/// (RFC 6750 §2.1).
#[derive(Clone, Debug)]
pub struct DataRequest {
    pub method: String,
    pub url: Url,
    pub bearer: Secret,
    /// Further headers, by name and value.
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

/// What came back: the head, and the body as a stream.
pub struct DataAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub retry_after: Option<Duration>,
    pub body: Box<dyn Read + Send>,
}

/// Sends data requests. A trait for the same reason as [`super::Transport`].
pub trait DataTransport: Send + Sync {
    /// Sends once, follows no redirect, repeats nothing.
    fn send(&self, request: &DataRequest) -> Result<DataAnswer, HttpError>;
}

impl DataTransport for HttpClient {
    fn send(&self, request: &DataRequest) -> Result<DataAnswer, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let client = self.data_client_for(&request.url)?;
        self.wait_for_pace(&host);
        let runtime = self.runtime()?.handle();
        let started = std::time::Instant::now();
        let result = runtime.block_on(send(&client, request, &host, &self.network));
        let place = format!("{}{}", request.url.origin().ascii_serialization(), request.url.path());
        let spent = started.elapsed();
        match &result {
            Ok(answer) => {
                log::debug!("{} {place}: {} after {spent:.0?}", request.method, answer.status())
            }
            Err(error) => log::debug!("{} {place}: {error}, after {spent:.0?}", request.method),
        }
        let response = result?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), SystemTime::now());
        self.note_pace(host.clone(), status, retry_after, response.headers());
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = Body { response, runtime: runtime.clone(), host, chunk: Vec::new(), read: 0 };
        Ok(DataAnswer { status, headers, retry_after, body: Box::new(body) })
    }
}

impl HttpClient {
    fn data_client_for(&self, url: &Url) -> Result<Client, HttpError> {
        let data = || builder().read_timeout(READ_TIMEOUT).gzip(true);
        let client = match (is_loopback(url), url.scheme()) {
            (false, scheme) if scheme != "https" => {
                return Err(HttpError::Unusable("tokens travel by https only".into()));
            }
            (false, _) => get_or_try(&self.data_outside, || build(self.network.outside(data())?))?,
            (true, "http") => get_or_try(&self.data_plain_loopback, || {
                build(data().no_proxy().tls_certs_only([]))
            })?,
            (true, _) => get_or_try(&self.data_tls_loopback, || build(self.network.here(data())?))?,
        };
        Ok(client.clone())
    }
}

async fn send(
    client: &Client,
    request: &DataRequest,
    host: &str,
    network: &Network,
) -> Result<Response, HttpError> {
    let unusable = |what: &str| HttpError::Unusable(format!("{what} has impossible characters"));
    let method =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| unusable("the method"))?;
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", request.bearer.expose()))
        .map_err(|_| unusable("the access token"))?;
    bearer.set_sensitive(true);
    let mut builder = client.request(method, request.url.clone()).header(AUTHORIZATION, bearer);
    for (name, value) in &request.headers {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable("a header's name"))?;
        let value = HeaderValue::from_str(value).map_err(|_| unusable("a header's value"))?;
        builder = builder.header(name, value);
    }
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    let proxy = || network.proxy_to(&request.url);
    builder.send().await.map_err(|error| translate(error, host, proxy()))
}

/// The rest of an answer, read from any thread.
struct Body {
    response: Response,
    runtime: Handle,
    host: String,
    chunk: Vec<u8>,
    read: usize,
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            let next = self.runtime.block_on(self.response.chunk());
            let next =
                next.map_err(|error| io::Error::other(translate(error, &self.host, None)))?;
            let Some(bytes) = next else { return Ok(0) };
            self.chunk = bytes.into();
            self.read = 0;
        }
        let count = into.len().min(self.chunk.len() - self.read);
        into[..count].copy_from_slice(&self.chunk[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}
