//! HTTP/1.1 by hand: what a provider reads, and what it sends byte by byte.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Call {
    /// From 1.
    pub number: usize,
    pub at: Instant,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Those in the body, whether form or JSON; of JSON the members that are texts.
    pub parameters: BTreeMap<String, String>,
}

impl Call {
    pub fn read(stream: &mut impl Read) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(io::Error::other("no request"));
        };
        let mut call = Self {
            number: 0,
            at: Instant::now(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            parameters: BTreeMap::new(),
        };
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            call.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = call.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        call.at = Instant::now();
        call.body = String::from_utf8(body).unwrap();
        call.parameters = call.read_parameters();
        Ok(call)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    fn read_parameters(&self) -> BTreeMap<String, String> {
        if self.header("content-type") == Some("application/json") {
            let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
            let members = body.as_object().into_iter().flatten();
            let text =
                |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.into()));
            members.filter_map(text).collect()
        } else {
            url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
        }
    }

    pub fn parameter(&self, name: &str) -> String {
        self.parameters.get(name).cloned().unwrap_or_default()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// User and password of HTTP Basic, as they stand there (form-encoded).
    pub fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let pair = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        let (id, secret) = pair.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    }

    pub fn client_id(&self) -> String {
        self.basic().map_or_else(|| self.parameter("client_id"), |(id, _)| id)
    }

    /// The answer of another provider at this address to the same request.
    pub fn forward(&self, upstream: &str) -> Reply {
        let host = upstream.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let length = self.body.len();
        let mut request = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n",
            self.method, self.target
        );
        let passed_on = ["authorization", "content-type", "accept", "accept-language"];
        for (name, value) in &self.headers {
            if passed_on.contains(&name.as_str()) {
                request += &format!("{name}: {value}\r\n");
            }
        }
        stream.write_all(format!("{request}\r\n{}", self.body).as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Reply::raw(answer)
    }
}

/// What is done with a connection, step by step. After the last step it is closed, or waits for the
/// next request.
#[derive(Clone, Debug)]
pub struct Reply {
    steps: Vec<Step>,
    stays: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Send(Arc<[u8]>),
    Pause(Duration),
    /// The bytes again and again, until nobody reads them any more; how many went out is counted.
    Endless(Vec<u8>, Arc<AtomicUsize>),
    /// Closed in the rudest way: with a reset.
    Reset,
}

impl Reply {
    fn of(steps: Vec<Step>) -> Self {
        Self { steps, stays: false }
    }

    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(vec![Step::Send(bytes.into().into())])
    }

    /// A complete answer with these extra header lines (each with its line break).
    pub fn new(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status} Any\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
            body.len()
        );
        Self::raw([head.as_bytes(), body].concat())
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "Content-Type: application/json\r\n", body.to_string())
    }

    /// A good answer, after which the connection stays open.
    pub fn kept(headers: &str, body: &[u8]) -> Self {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             {headers}\r\n"
        );
        Self { stays: true, ..Self::raw([head.as_bytes(), body].concat()) }
    }

    pub fn error(status: u16, code: &str) -> Self {
        let description = "a description from the provider";
        Self::json(status, &serde_json::json!({ "error": code, "error_description": description }))
    }

    pub fn reset() -> Self {
        Self::of(vec![Step::Reset])
    }

    pub fn endless(head: &str, bytes: &[u8], sent: &Arc<AtomicUsize>) -> Self {
        Self::of(vec![
            Step::Send(head.as_bytes().into()),
            Step::Endless(bytes.to_vec(), Arc::clone(sent)),
        ])
    }

    /// This, and then a blank in each interval for as long as somebody listens.
    pub fn drip(text: &str, interval: Duration) -> Self {
        let drops = (0..60).flat_map(|_| [Step::Pause(interval), Step::Send(Arc::from(*b" "))]);
        Self::of(std::iter::once(Step::Send(text.as_bytes().into())).chain(drops).collect())
    }

    /// Head and body of an answer that is sent whole.
    fn parts(&self) -> (String, &[u8]) {
        let [Step::Send(bytes)] = &*self.steps else { panic!("not sent whole: {self:?}") };
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(bytes[..end].to_vec()).unwrap(), &bytes[end + 4..])
    }

    /// The same with something changed in its JSON; an error stays as it is.
    pub fn altered(self, change: impl FnOnce(&mut Value)) -> Self {
        let (head, body) = self.parts();
        if !head.starts_with("HTTP/1.1 200") {
            return self;
        }
        let mut value = serde_json::from_slice(body).unwrap();
        change(&mut value);
        Self::json(200, &value)
    }

    /// The same with other bytes for its body, under these extra header lines.
    pub fn rewritten(self, headers: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        let (head, body) = self.parts();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self::new(status, headers, change(body))
    }

    /// The same with one more header line, given without its line break.
    pub fn with_header(self, line: &str) -> Self {
        let (head, body) = self.parts();
        let whole = [format!("{head}\r\n{line}\r\n\r\n").as_bytes(), body].concat();
        Self { stays: self.stays, ..Self::raw(whole) }
    }

    /// Half of it, and then something that is no chunk.
    pub fn cut(self) -> Self {
        let (_, body) = self.parts();
        let half = &body[..body.len() / 2];
        let head =
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", half.len());
        Self::raw([head.as_bytes(), half, b"\r\n!\r\n\r\n"].concat())
    }

    /// Half of it; the rest never comes.
    pub fn stalled(self) -> Self {
        let [Step::Send(bytes)] = &*self.steps else { panic!("not sent whole: {self:?}") };
        let half = bytes[..bytes.len() - self.parts().1.len() / 2].to_vec();
        Self::of(vec![Step::Send(half.into()), Step::Pause(Duration::from_secs(60))])
    }

    /// True if another request may come on this connection.
    pub fn perform(self, stream: &mut (impl Write + AsTcp)) -> io::Result<bool> {
        for step in self.steps {
            match step {
                Step::Send(bytes) => stream.write_all(&bytes).and_then(|()| stream.flush())?,
                Step::Pause(pause) => thread::sleep(pause),
                Step::Endless(bytes, sent) => loop {
                    stream.write_all(&bytes)?;
                    sent.fetch_add(bytes.len(), Ordering::SeqCst);
                },
                Step::Reset => reset(stream.tcp()),
            }
        }
        Ok(self.stays)
    }
}

/// A socket that lingers for no time is closed by RST; only tokio can ask for that.
fn reset(stream: &TcpStream) {
    let twin = stream.try_clone().unwrap();
    twin.set_nonblocking(true).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    tokio::net::TcpStream::from_std(twin).unwrap().set_zero_linger().unwrap();
}

/// The TCP connection below.
pub trait AsTcp {
    fn tcp(&self) -> &TcpStream;
}

impl AsTcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}
