//! Requests and answers, between tiny_http and the rest.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value, json};
use tiny_http::StatusCode;
use url::{Url, form_urlencoded};

/// Larger bodies are refused. The largest honest one holds some thousand readings.
const BODY_LIMIT: usize = 512 * 1024;
/// Longer addresses are refused, because their parts are kept in the state.
const URL_LIMIT: usize = 16 * 1024;

/// Parameters in order, decoded. A name without a value counts as absent (RFC 6749 §3.1).
#[derive(Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn form(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The members of a JSON object that are strings; `None` if it is no object.
    pub fn json(text: &[u8]) -> Option<Self> {
        let members: Map<String, Value> = serde_json::from_slice(text).ok()?;
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Some(Self(members.into_iter().filter_map(text).collect()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// A parameter that a token request must have.
    pub fn required(&self, name: &str) -> Result<&str, Answer> {
        self.get(name)
            .ok_or_else(|| Answer::invalid_request(&format!("Missing required parameter: {name}")))
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(n, value)| n == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }

    /// The first name that occurs twice, which OAuth forbids.
    pub fn repeated(&self) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| self.all(name).count() > 1)
    }
}

/// A request, read to its end.
#[derive(Default)]
pub struct Request {
    /// When it came, in seconds since 1970.
    pub at: i64,
    pub method: String,
    pub path: String,
    pub query: Params,
    pub authorization: Option<String>,
    /// Pages are in German for whoever names it first, in English for everybody else.
    pub german: bool,
    /// Without its parameters, in lower case.
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Request {
    /// Fails with the answer to a request that cannot be read.
    pub fn read(request: &mut tiny_http::Request, at: i64) -> Result<Self, Answer> {
        let refused = |status, text| Err(Answer::error(status, "invalid_request", text));
        let mut body = Vec::new();
        let read = request.as_reader().take(BODY_LIMIT as u64 + 1).read_to_end(&mut body);
        if read.is_err() {
            return refused(400, "broken body");
        }
        if body.len() > BODY_LIMIT {
            return refused(413, "body too large");
        }
        if request.url().len() > URL_LIMIT {
            return refused(414, "too long");
        }
        // The base gives a host to paths; a request that brings its own host keeps only its path.
        let url = Url::parse("http://sandbox.invalid/").and_then(|base| base.join(request.url()));
        let Ok(url) = url else { return refused(400, "no path") };
        let header = |name: &'static str| {
            let found = request.headers().iter().find(|header| header.field.equiv(name));
            found.map(|header| header.value.to_string())
        };
        let content_type = header("Content-Type").unwrap_or_default().to_ascii_lowercase();
        Ok(Self {
            at,
            // It is answered as a GET, and written without its body.
            method: request.method().as_str().replace("HEAD", "GET"),
            path: url.path().to_owned(),
            query: Params::form(url.query().unwrap_or_default().as_bytes()),
            authorization: header("Authorization"),
            german: header("Accept-Language").is_some_and(|languages| languages.starts_with("de")),
            content_type: content_type.split(';').next().unwrap_or_default().trim().to_owned(),
            body,
        })
    }
}

/// A response, not written yet, and what it means in a few words for the log.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub note: String,
    /// How long it takes.
    pub delay: Duration,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status, headers, body: body.into(), note: String::new(), delay: Duration::ZERO }
    }

    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string())
    }

    /// RFC 6749 §5.2. `description` stays within the characters that section allows.
    pub fn error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &json!({ "error": error, "error_description": description }))
            .note(description)
    }

    pub fn invalid_request(description: &str) -> Self {
        Self::error(400, "invalid_request", description)
    }

    pub fn no_state() -> Self {
        Self::error(500, "server_error", "the sandbox cannot reach its state file")
    }

    /// 303, so that a browser fetches the next page with GET after a form.
    pub fn see_other(location: &str) -> Self {
        Self::new(303, "text/plain; charset=utf-8", "").header("Location", location)
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// What the log says.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Writes the answer. `stopping` ends a slow one early.
    pub fn write(self, request: tiny_http::Request, stopping: &AtomicBool) {
        let due = Instant::now() + self.delay;
        while Instant::now() < due {
            if stopping.load(Ordering::Acquire) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let bytes = self.bytes(*request.method() == tiny_http::Method::Head);
        let mut writer = request.into_writer();
        // A client that has gone away is its own affair.
        let _ = writer.write_all(&bytes).and_then(|()| writer.flush());
    }

    /// The whole response in one piece: written in two, the second would wait for the client to
    /// acknowledge the first.
    ///
    /// `Connection: close`, because tiny_http keeps a thread for each open connection and lets new
    /// ones wait when many come at once. `Cache-Control: no-store` on everything: RFC 6749 §5.1 asks
    /// for it where tokens are, and nothing else here is worth keeping.
    fn bytes(&self, head_only: bool) -> Vec<u8> {
        let reason = StatusCode(self.status).default_reason_phrase();
        let date = httpdate::fmt_http_date(SystemTime::now());
        let length = self.body.len();
        let mut head = format!(
            "HTTP/1.1 {} {reason}\r\nDate: {date}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             Referrer-Policy: no-referrer\r\n",
            self.status
        );
        head.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
        let body = if head_only { &[][..] } else { &self.body };
        [head.as_bytes(), b"\r\n", body].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_know_absence_and_repetition() {
        let params = Params::form(b"a=1&b=&c=%C3%A4+x&a=2");
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), None);
        assert_eq!(params.get("c"), Some("ä x"));
        assert_eq!(params.repeated(), Some("a"));
        assert!(Params::json(b"[]").is_none());
        assert_eq!(Params::json(br#"{"a":"1","b":2}"#).unwrap().get("b"), None);
    }

    #[test]
    fn an_answer_is_written_whole_and_closes_the_connection() {
        let answer = Answer::error(403, "invalid_grant", "no").note("n");
        let text = String::from_utf8(answer.bytes(false)).unwrap();
        assert!(text.starts_with("HTTP/1.1 403 Forbidden\r\nDate: "), "{text}");
        assert!(text.contains("\r\nConnection: close\r\nContent-Length: 50\r\n"), "{text}");
        assert!(text.contains("Cache-Control: no-store\r\n"), "{text}");
        assert!(
            text.ends_with("\r\n\r\n{\"error\":\"invalid_grant\",\"error_description\":\"no\"}")
        );
        assert!(answer.bytes(true).ends_with(b"\r\n\r\n"));
    }
}
