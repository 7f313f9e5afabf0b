//! A request in the sandbox's own terms: read to its end, within limits.

use std::io::{self, Read};

use serde_json::Value;
use tiny_http::Request;
use url::{Url, form_urlencoded};

use super::answer::Answer;

/// Larger bodies are refused. The largest honest one is a token request below 10 KiB.
const BODY_LIMIT: usize = 64 * 1024;
/// The same for readings that are handed in: some thousands fit.
const READINGS_LIMIT: usize = 512 * 1024;
/// Beyond the limit this much is read and thrown away, so that the client hears the refusal.
const DRAIN_LIMIT: usize = 1024 * 1024;
/// Longer addresses are refused, because their parts are kept in the state.
const URL_LIMIT: usize = 16 * 1024;

/// Parameters in order, decoded. A name without a value counts as absent (RFC 6749 §3.1).
#[derive(Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn form(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The members of a JSON object that are strings; `None` if it is no object.
    pub fn json(text: &[u8]) -> Option<Self> {
        let Value::Object(members) = serde_json::from_slice(text).ok()? else { return None };
        let strings = members.into_iter().filter_map(|(name, value)| match value {
            Value::String(value) if !value.is_empty() => Some((name, value)),
            _ => None,
        });
        Some(Self(strings.collect()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All but those of that name.
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(n, _)| n != name).cloned().collect())
    }

    /// The first name that occurs twice, which OAuth forbids.
    pub fn repeated(&self) -> Option<&str> {
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names.enumerate().find(|(i, name)| self.0[..*i].iter().any(|(n, _)| n == name)).map(|n| n.1)
    }
}

/// A request, read to its end.
#[derive(Debug, Default)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: Params,
    pub authorization: Option<String>,
    pub accept_language: String,
    /// Without its parameters, in lower case.
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Why a request could not be read.
pub enum Unreadable {
    /// Can be answered with this.
    Refused(Answer),
    /// Cannot be answered: tiny_http would first read, or make room for, what is announced.
    Hopeless,
}

impl Call {
    pub fn read(request: &mut Request) -> Result<Self, Unreadable> {
        let header = |name: &'static str| {
            let found = request.headers().iter().find(|h| h.field.equiv(name));
            found.map(|h| h.value.as_str().to_owned())
        };
        let authorization = header("Authorization");
        let accept_language = header("Accept-Language").unwrap_or_default();
        let content_type = header("Content-Type").unwrap_or_default();
        let method = request.method().as_str().to_owned();
        if request.body_length().is_some_and(|length| length > DRAIN_LIMIT) {
            return Err(Unreadable::Hopeless);
        }
        let limit = match request.url().ends_with("/devices/readings") {
            true => READINGS_LIMIT,
            false => BODY_LIMIT,
        };
        let body = read_body(request.as_reader(), limit)?;
        if request.url().len() > URL_LIMIT {
            return Err(Unreadable::Refused(Answer::json_error(
                414,
                "invalid_request",
                "too long",
            )));
        }
        // The base gives a host to paths; a request that brings its own host keeps only its path.
        let url = Url::parse("http://sandbox.invalid/").and_then(|base| base.join(request.url()));
        let Ok(url) = url else {
            return Err(Unreadable::Refused(Answer::json_error(400, "invalid_request", "no path")));
        };
        Ok(Self {
            method,
            path: url.path().to_owned(),
            query: Params::form(url.query().unwrap_or_default().as_bytes()),
            authorization,
            accept_language,
            content_type: content_type
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase(),
            body,
        })
    }
}

fn read_body(reader: &mut dyn Read, limit: usize) -> Result<Vec<u8>, Unreadable> {
    let mut body = Vec::new();
    if reader.take(limit as u64 + 1).read_to_end(&mut body).is_err() {
        return Err(Unreadable::Refused(Answer::json_error(400, "invalid_request", "broken body")));
    }
    if body.len() <= limit {
        return Ok(body);
    }
    let drained = io::copy(&mut reader.take(DRAIN_LIMIT as u64 + 1), &mut io::sink());
    match drained {
        Ok(more) if more <= DRAIN_LIMIT as u64 => {
            Err(Unreadable::Refused(Answer::json_error(413, "invalid_request", "body too large")))
        }
        _ => Err(Unreadable::Hopeless),
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
}
