//! HTTP/1.1 by hand: what a provider reads, and what it sends byte by byte.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
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
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            call.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = call.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        call.body = String::from_utf8(body).unwrap();
        Ok(call)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// The parameters in the body, whether form or JSON; of JSON the members that are texts.
    pub fn parameters(&self) -> BTreeMap<String, String> {
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
        self.parameters().remove(name).unwrap_or_default()
    }

    /// User and password of HTTP Basic, as they stand there (form-encoded).
    pub fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let pair = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        let (id, secret) = pair.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    }
}

/// What is done with a connection, step by step. After the last step it is closed.
#[derive(Clone, Debug)]
pub struct Reply(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// The bytes again and again, until nobody reads them any more; how many went out is counted.
    Endless(Vec<u8>, Arc<AtomicUsize>),
    /// Closed in the rudest way: with a reset.
    Reset,
}

impl Reply {
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Step::Send(bytes.into())])
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

    pub fn error(status: u16, code: &str) -> Self {
        let description = "a description from the provider";
        Self::json(status, &serde_json::json!({ "error": code, "error_description": description }))
    }

    pub fn reset() -> Self {
        Self(vec![Step::Reset])
    }

    pub fn endless(head: &str, bytes: &[u8], sent: &Arc<AtomicUsize>) -> Self {
        Self(vec![Step::Send(head.into()), Step::Endless(bytes.to_vec(), Arc::clone(sent))])
    }

    /// This, and then a blank in each interval for as long as somebody listens.
    pub fn drip(text: &str, interval: Duration) -> Self {
        let drops = (0..60).flat_map(|_| [Step::Pause(interval), Step::Send(b" ".to_vec())]);
        Self(std::iter::once(Step::Send(text.into())).chain(drops).collect())
    }

    pub fn perform(self, stream: &mut (impl Write + AsTcp)) -> io::Result<()> {
        for step in self.0 {
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
        Ok(())
    }
}

/// A socket that lingers for no time is closed by RST; only tokio can ask for that.
fn reset(stream: &std::net::TcpStream) {
    let twin = stream.try_clone().unwrap();
    twin.set_nonblocking(true).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    tokio::net::TcpStream::from_std(twin).unwrap().set_zero_linger().unwrap();
}

/// The TCP connection below.
pub trait AsTcp {
    fn tcp(&self) -> &std::net::TcpStream;
}

impl AsTcp for std::net::TcpStream {
    fn tcp(&self) -> &std::net::TcpStream {
        self
    }
}
