//! An answer in the sandbox's own terms, and how it is written.

use std::io::{self, Cursor, Write};
use std::time::Duration;

use serde_json::Value;
use tiny_http::{Header, Method, Request, Response};
use url::Url;

/// How an answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    AtOnce,
    Late(Duration),
    /// One byte per interval.
    Drip(Duration),
    /// Arrives as bytes that are no HTTP: what a connection cut in the middle is to a client.
    Lost,
    Never,
    /// Half of it, and then something that is no chunk. (tiny_http closes no connection that the
    /// client keeps open, so a body of known length could not be cut.)
    Cut,
    /// Half of it, with the length of the whole announced. The rest never comes.
    Stall,
}

/// A response, not written yet, and what it means in a few words for the log.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub note: &'static str,
    pub travel: Travel,
}

impl Answer {
    /// `Cache-Control: no-store` on everything: RFC 6749 §5.1 asks for it where tokens are, and
    /// nothing else here is worth keeping.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("Content-Type", content_type.to_owned()),
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("Referrer-Policy", "no-referrer".to_owned()),
        ];
        Self { status, headers, body: body.into(), note: "", travel: Travel::AtOnce }
    }

    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string())
    }

    /// RFC 6749 §5.2. `description` stays within the characters that section allows.
    pub fn json_error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": error, "error_description": description }))
    }

    /// 303, so that a browser fetches the next page with GET after a form.
    pub fn see_other(location: &Url) -> Self {
        Self::new(303, "text/plain; charset=utf-8", "").header("Location", location.as_str())
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// Writes the answer. `stopping` ends a slow one early.
    pub fn write(self, request: Request, stopping: &dyn Fn() -> bool) {
        let travel = self.travel;
        let half = self.body.len().div_ceil(2);
        let bytes = self.bytes(*request.method() == Method::Head);
        // A client that has gone away is its own affair: errors end the writing and nothing else.
        let mut writer = request.into_writer();
        let _ = match travel {
            Travel::AtOnce => writer.write_all(&bytes),
            Travel::Late(time) => {
                if pause(time, stopping) {
                    return;
                }
                writer.write_all(&bytes)
            }
            Travel::Drip(interval) => bytes.iter().try_for_each(|byte| {
                if pause(interval, stopping) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                writer.write_all(&[*byte])?;
                writer.flush()
            }),
            Travel::Lost => writer.write_all(b"\0\0\0\0\r\n\r\n"),
            Travel::Never => return,
            Travel::Cut => writer.write_all(&cut(&bytes, half)),
            Travel::Stall => writer.write_all(&bytes[..bytes.len().saturating_sub(half)]),
        };
        let _ = writer.flush();
    }

    /// The whole response in one piece: written in two, the second would wait for the client to
    /// acknowledge the first.
    ///
    /// `Connection: close`, which tiny_http does not let through, because it keeps a thread for
    /// each open connection and lets new ones wait when many come at once.
    fn bytes(self, head_only: bool) -> Vec<u8> {
        let length = self.body.len();
        let mut response = Response::new(
            self.status.into(),
            Vec::new(),
            Cursor::new(self.body),
            Some(length),
            None,
        )
        .with_chunked_threshold(usize::MAX);
        for (name, value) in &self.headers {
            if let Ok(header) = Header::from_bytes(*name, value.as_bytes()) {
                response.add_header(header);
            }
        }
        let mut bytes = Vec::with_capacity(length + 512);
        // Writing to memory cannot fail.
        let _ = response.raw_print(&mut bytes, (1, 1).into(), &[], head_only, None);
        if let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") {
            bytes.splice(end..end, *b"\r\nConnection: close");
        }
        bytes
    }
}

/// The response as chunks that break off `left` bytes before its end.
fn cut(bytes: &[u8], left: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let lines: Vec<&str> =
        head.lines().filter(|line| !line.starts_with("Content-Length")).collect();
    // The answer to HEAD has no body to cut.
    let part = bytes.get(head.len() + 4..bytes.len().saturating_sub(left)).unwrap_or_default();
    let mut cut = lines.join("\r\n").into_bytes();
    cut.extend(format!("\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", part.len()).bytes());
    cut.extend(part);
    // A chunk begins with its length in hexadecimal digits: every client sees that this is none.
    cut.extend(b"\r\n!\r\n\r\n");
    cut
}

/// Waits in slices; true if the sandbox is being stopped.
fn pause(time: Duration, stopping: &dyn Fn() -> bool) -> bool {
    const SLICE: Duration = Duration::from_millis(50);
    let mut left = time;
    while !left.is_zero() {
        if stopping() {
            return true;
        }
        let slice = left.min(SLICE);
        std::thread::sleep(slice);
        left -= slice;
    }
    stopping()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_whole_and_closes_the_connection() {
        let answer = Answer::json_error(403, "invalid_grant", "no").note("n");
        let text = String::from_utf8(answer.bytes(false)).unwrap();
        assert!(text.starts_with("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n"), "{text}");
        assert!(text.contains("Cache-Control: no-store\r\n"), "{text}");
        assert!(
            text.ends_with("\r\n\r\n{\"error\":\"invalid_grant\",\"error_description\":\"no\"}")
        );
    }

    #[test]
    fn a_cut_answer_is_chunks_that_break_off() {
        let text = cut(&Answer::json(200, &serde_json::json!([1, 2])).bytes(false), 3);
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("Content-Length"), "{text}");
        let end = "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n!\r\n\r\n";
        assert!(text.ends_with(end), "{text}");
        let head = cut(&Answer::json(200, &serde_json::json!([1, 2])).bytes(true), 3);
        assert!(head.ends_with(b"\r\n0\r\n\r\n!\r\n\r\n"));
    }
}
