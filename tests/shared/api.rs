//! The server's HTTP API, as its administrator uses it: over the plain listener that only the tests
//! have.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything that a server here takes, with an election in it.
const PATIENCE: Duration = Duration::from_secs(30);
/// One request; a server that is paused answers none.
const ONE_REQUEST: Duration = Duration::from_secs(5);

/// What came of one request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Null if there is no body.
    pub body: Value,
}

impl Answer {
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One request to the node at this port.
pub fn ask(port: u16, token: &str, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(ONE_REQUEST))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    // 1.0: the answer comes in one piece, and then the end of the connection.
    let request = format!(
        "{method} /v1/{path} HTTP/1.0\r\nHost: 127.0.0.1\r\nX-Vault-Token: {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        body: serde_json::from_str(body).unwrap_or_default(),
    })
}

/// Waits until something is so.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks until it works: a node that was just started, unsealed or elected refuses for a while.
#[track_caller]
pub fn insist(port: u16, token: &str, method: &str, path: &str, body: &Value) -> Value {
    let mut last = String::new();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match ask(port, token, method, path, body) {
            Ok(answer) if answer.is_good() => return answer.body,
            other => last = format!("{other:?}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{method} {path}: {last}");
}

/// Writes a record on this version.
pub fn put(port: u16, token: &str, path: &str, record: &Value, version: u64) -> io::Result<Answer> {
    let body = json!({ "options": { "cas": version }, "data": record });
    ask(port, token, "POST", &format!("partnerlink/data/{path}"), &body)
}
