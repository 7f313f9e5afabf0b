//! One exchange over the network: the head is in memory, the body is a stream, and both have a limit.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use flate2::read::MultiGzDecoder;
use hyper::body::{Bytes, Frame, SizeHint};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response};
use tokio::runtime::Handle;

use super::fault::Fault;
use super::pace::Turn;
use super::request::Request;
use super::transport::{Answer, Transport};
use super::{HttpClient, HttpError, TooLate, dpop, retry_after, translate};
use crate::clock::deadline::Deadline;

/// Time for a whole exchange that is no stream, from connecting to the last byte.
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for it with the last look at what came late.
pub const LONGEST_EXCHANGE: Duration = TOTAL_TIMEOUT.saturating_add(LAST_LOOK);
/// Time for reading what has already come when that is over.
const LAST_LOOK: Duration = Duration::from_millis(500);
/// Longest silence before and within an answer that is a stream.
const SILENCE: Duration = Duration::from_secs(30);

impl Transport for HttpClient {
    fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        let answer = self.send_once(request)?;
        if dpop::wants_nonce(request, &answer) {
            return self.send_once(request);
        }
        Ok(answer)
    }

    fn turn(&self, host: &str, allowed: Option<f64>, is_wanted: &dyn Fn() -> bool) -> Option<Turn> {
        // What is not described, each process finds out by itself.
        let shared = allowed.and_then(|_| self.shared_pace(host));
        self.pace(host, allowed).turn(shared.as_deref(), is_wanted)
    }
}

/// Whether it is one of [`Transport::post`]: of all that is posted, only data are streams.
fn is_token_request(request: &Request) -> bool {
    request.method == "POST" && !request.is_stream
}

impl HttpClient {
    fn send_once(&self, request: &Request) -> Result<Answer, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let client = self.client_for(&request.url)?;
        // Whoever has a time of its own has had its turn, and others wait for it.
        if request.timeout.is_none() {
            self.wait_for_pace(&host);
        }
        let runtime = self.runtime()?;
        let started = Instant::now();
        let mut limit = match request.timeout {
            Some(length) => Limit::Until(started + length, length),
            None if request.is_stream => Limit::Silence,
            None => Limit::total(),
        };
        let result = runtime.block_on(limit.keep(&host, self.response(&client, request, &host)));
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
        self.nonces.note(request, response.headers());
        let retry_after = retry_after(response.headers(), SystemTime::now());
        self.note_pace(&host, started, &response, is_token_request(request));
        // A token request asks for nothing packed; what comes all the same, `post` unpacks.
        let is_packed = is_packed(&response) && request.is_stream && request.method != "HEAD";
        if is_packed {
            // What they say is not true of the body as it is handed on.
            let headers = response.headers_mut();
            let _ = (headers.remove(CONTENT_ENCODING), headers.remove(CONTENT_LENGTH));
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value))).collect();
        let runtime = runtime.clone();
        let body = Body { response, runtime, host, limit, chunk: Vec::new(), read: 0 };
        let body: Box<dyn Read + Send> =
            if is_packed { Box::new(MultiGzDecoder::new(body)) } else { Box::new(body) };
        Ok(Answer { status, headers, retry_after, body })
    }

    async fn response(
        &self,
        client: &Client,
        request: &Request,
        host: &str,
    ) -> Result<Response, HttpError> {
        let unusable = |what: &str| HttpError::Unusable(format!("{what} impossible characters"));
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| unusable("the method has"))?;
        let mut builder = client.request(method, request.url.clone());
        if let Some(authorization) = &request.authorization {
            let mut value = HeaderValue::from_str(authorization.expose())
                .map_err(|_| unusable("the token or client secret has"))?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Some(proof) = self.nonces.proof(request)? {
            builder = builder.header("dpop", proof);
        }
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| unusable("a header's name has"))?;
            let value =
                HeaderValue::from_str(value).map_err(|_| unusable("a header's value has"))?;
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            let body = body.expose().clone();
            builder = builder.body(match request.send_by {
                Some(deadline) => reqwest::Body::wrap(OnTime { body: Some(body), deadline }),
                None => body.into(),
            });
        }
        let response = builder.send().await.map_err(|error| self.explain(error, &request.url))?;
        match response.status().as_u16() {
            // RFC 6585 §6: who answers is not the server.
            511 => Err(HttpError::Unreachable { host: host.to_owned(), fault: Fault::Portal }),
            _ => Ok(response),
        }
    }
}

/// A body that is not sent after its deadline, however long it took to reach the server, and though
/// this process stood still meanwhile.
struct OnTime {
    body: Option<Vec<u8>>,
    deadline: Deadline,
}

impl hyper::body::Body for OnTime {
    type Data = Bytes;
    type Error = TooLate;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TooLate>>> {
        let in_time = !self.deadline.left().is_zero();
        let frame =
            |body: Vec<u8>| if in_time { Ok(Frame::data(body.into())) } else { Err(TooLate) };
        Poll::Ready(self.body.take().map(frame))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }
}

/// Whether the body is compressed in the one way that is asked for.
fn is_packed(response: &Response) -> bool {
    response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip")
}

/// How long an answer may take.
pub(super) enum Limit {
    /// For each part of it.
    Silence,
    /// For all of it: until when, and how long that is.
    Until(Instant, Duration),
    /// The time is over, and what came while this process was stopped (Ctrl-Z, a suspended
    /// machine) is read all the same, though it is late: it may hold the one refresh token that
    /// still works.
    LastLook(Instant, Duration),
}

impl Limit {
    pub(super) fn total() -> Self {
        Self::Until(Instant::now() + TOTAL_TIMEOUT, TOTAL_TIMEOUT)
    }

    /// Waits for `work` as long as the limit allows.
    pub(super) async fn keep<T>(
        &mut self,
        host: &str,
        work: impl Future<Output = Result<T, HttpError>>,
    ) -> Result<T, HttpError> {
        let mut work = std::pin::pin!(work);
        loop {
            let wait = match self {
                Self::Silence => SILENCE,
                Self::Until(end, _) | Self::LastLook(end, _) => {
                    end.saturating_duration_since(Instant::now())
                }
            };
            if let Ok(done) = tokio::time::timeout(wait, &mut work).await {
                return done;
            }
            let after = match self {
                Self::Until(_, length) => {
                    *self = Self::LastLook(Instant::now() + LAST_LOOK, *length);
                    continue;
                }
                Self::LastLook(_, length) => *length,
                Self::Silence => SILENCE,
            };
            return Err(HttpError::TimedOut { host: host.to_owned(), after });
        }
    }
}

/// The rest of an answer, read from any thread.
struct Body {
    response: Response,
    runtime: Handle,
    host: String,
    limit: Limit,
    chunk: Vec<u8>,
    read: usize,
}

impl Read for Body {
    /// An error has an [`HttpError`] within.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            let Self { response, runtime, host, limit, .. } = self;
            let next =
                async { response.chunk().await.map_err(|error| translate(error, host, None)) };
            let next = runtime.block_on(limit.keep(host, next)).map_err(io::Error::other)?;
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
    use crate::secret::Secret;

    /// Sends a request to a server that answers once: what the server read, and the answer.
    fn exchange(client: &HttpClient, method: &str, answer: Vec<u8>) -> (String, Answer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(&answer).unwrap();
            head.join("\n").to_lowercase()
        });
        let mut request = Request::new(method, url);
        request.headers.push(("accept-encoding".into(), "gzip".into()));
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

    /// However long the way to the server took: a refresh token that comes late is spent twice.
    #[test]
    fn what_comes_too_late_is_not_sent() {
        for (left, is_sent) in [(Duration::ZERO, false), (Duration::from_secs(60), true)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
                let (mut read, mut part) = (Vec::new(), [0; 1024]);
                while !read.ends_with(b"a=b") {
                    match stream.read(&mut part) {
                        Ok(count @ 1..) => read.extend_from_slice(&part[..count]),
                        _ => return read,
                    }
                }
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                read
            });
            let mut request = Request::new("POST", url);
            request.body = Some(Secret::new(b"a=b".to_vec()));
            request.send_by = Some(Deadline::after(left));
            let answer = HttpClient::default().send(&request);
            let read = String::from_utf8(server.join().unwrap()).unwrap().to_lowercase();
            assert_eq!(read.ends_with("a=b"), is_sent, "{read}");
            match answer {
                Ok(answer) => assert_eq!((answer.status, is_sent), (204, true)),
                Err(error) => assert!(matches!(error, HttpError::TooLate { .. }), "{error}"),
            }
            assert!(!is_sent || read.contains("content-length: 3"), "{read}");
        }
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
