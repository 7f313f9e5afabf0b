//! Requests to the data endpoints: answers are streams, and only their head is in memory.

use std::io::{self, Read};
use std::time::{Duration, SystemTime};

use flate2::read::MultiGzDecoder;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue,
};
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
        let runtime = self.runtime()?;
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
        let mut response = result?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), SystemTime::now());
        self.note_pace(host.clone(), status, retry_after, response.headers());
        let packed = is_packed(&response) && request.method != "HEAD";
        if packed {
            // What they say is not true of the body as it is handed on.
            let headers = response.headers_mut();
            let _ = (headers.remove(CONTENT_ENCODING), headers.remove(CONTENT_LENGTH));
        }
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = Body { response, runtime: runtime.clone(), host, chunk: Vec::new(), read: 0 };
        let body: Box<dyn Read + Send> =
            if packed { Box::new(MultiGzDecoder::new(body)) } else { Box::new(body) };
        Ok(DataAnswer { status, headers, retry_after, body })
    }
}

impl HttpClient {
    fn data_client_for(&self, url: &Url) -> Result<Client, HttpError> {
        let data = || builder().read_timeout(READ_TIMEOUT);
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
    let asked = |header: &(String, String)| header.0.eq_ignore_ascii_case("accept-encoding");
    if !request.headers.iter().any(asked) {
        builder = builder.header(ACCEPT_ENCODING, "gzip");
    }
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

/// Whether the body is compressed in the one way that is asked for.
fn is_packed(response: &Response) -> bool {
    response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip")
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// Sends a request to a server that answers once: what the server read, and the answer.
    fn exchange(client: &HttpClient, method: &str, answer: Vec<u8>) -> (String, DataAnswer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(&answer).unwrap();
            head.join("\n").to_lowercase()
        });
        let request = DataRequest {
            method: method.to_owned(),
            url,
            bearer: Secret::new("token".into()),
            headers: Vec::new(),
            body: None,
        };
        let answer = client.send(&request).unwrap();
        (server.join().unwrap(), answer)
    }

    #[test]
    fn a_compressed_answer_is_read_as_if_it_were_not() {
        let client = HttpClient::default();
        let text = "[1,2,3]".repeat(10_000);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n";
        let length = format!("Content-Length: {}\r\n\r\n", packed.len());
        let (asked, mut answer) =
            exchange(&client, "GET", [head.as_bytes(), length.as_bytes(), &packed].concat());
        assert!(asked.contains("\naccept-encoding: gzip"), "{asked}");
        let mut read = String::new();
        answer.body.read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert_eq!(answer.headers, [], "neither its encoding nor its length is that of the text");
    }

    #[test]
    fn a_compressed_answer_that_breaks_off_is_an_error_and_one_without_body_is_none() {
        let client = HttpClient::default();
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n";
        let (_, mut answer) =
            exchange(&client, "GET", [head.as_bytes(), &[0x1f, 0x8b, 8, 0]].concat());
        assert!(answer.body.read_to_end(&mut Vec::new()).is_err());
        let (_, mut answer) = exchange(&client, "HEAD", head.into());
        assert_eq!(answer.body.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
