//! What is sent: one request, whoever asks.

use std::time::Duration;

use url::Url;

use crate::clock::deadline::Deadline;
use crate::oauth::dpop::Key;
use crate::oauth::token::TokenType;
use crate::oauth::{self, BodyFormat};
use crate::secret::Secret;

/// One request. What proves who asks travels in the `Authorization` header only (RFC 6750 §2.1).
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub url: Url,
    /// The value of the `Authorization` header.
    pub authorization: Option<Secret>,
    /// Further headers, by name and value.
    pub headers: Vec<(String, String)>,
    pub body: Option<Secret<Vec<u8>>>,
    /// The key that the token in `authorization` is bound to, and any that is asked for will be.
    pub dpop: Option<Key>,
    /// Whether the answer may take as long as it keeps coming.
    pub is_stream: bool,
    /// How long the whole exchange may take, where that is not the usual time.
    pub timeout: Option<Duration>,
    /// When the body has to be on its way, or it must not be sent.
    pub send_by: Option<Deadline>,
}

impl Request {
    /// A request for a stream, with nothing else in it.
    pub fn new(method: &str, url: Url) -> Self {
        Self {
            method: method.to_owned(),
            url,
            authorization: None,
            headers: Vec::new(),
            body: None,
            dpop: None,
            is_stream: true,
            timeout: None,
            send_by: None,
        }
    }

    /// Shows an access token, with the key that it is bound to where it is (RFC 9449 §7.1).
    pub fn authorize(&mut self, token: &Secret, key: Option<&Key>) {
        let kind = if key.is_some() { TokenType::Dpop } else { TokenType::Bearer };
        self.authorization = Some(Secret::new(format!("{} {}", kind.word(), token.expose())));
        self.dpop = key.cloned();
    }
}

impl From<&oauth::Request> for Request {
    fn from(request: &oauth::Request) -> Self {
        let content_type = match request.format {
            BodyFormat::Json => "application/json",
            BodyFormat::Form => "application/x-www-form-urlencoded",
        };
        let headers = [
            ("content-type", content_type),
            ("accept", "application/json"),
            // A compressed answer that breaks has lost a refresh token, and would save no time.
            ("accept-encoding", "identity"),
        ];
        Self {
            authorization: request.authorization.clone(),
            dpop: request.dpop.clone(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: Some(Secret::new(request.body.expose().clone().into_bytes())),
            is_stream: false,
            ..Self::new("POST", request.url.clone())
        }
    }
}
