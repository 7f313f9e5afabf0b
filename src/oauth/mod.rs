//! OAuth 2.0 as pure functions: values in, values out.
//!
//! A request is built here and sent by somebody else; an answer is read here; the time is an
//! argument. No terminal, no file, no HTTP library. RFC numbers stand at each function.

pub mod authorize;
pub mod callback;
mod client;
pub mod dpop;
pub mod error;
pub mod id_token;
pub mod metadata;
pub mod pasted;
pub mod pkce;
pub mod random;
pub mod revoke;
pub mod scope;
mod signature;
pub mod token;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

pub use self::client::{BasicEncoding, Client, ClientAuthentication};
use crate::clock::Timestamp;
use crate::secret::Secret;

/// How an endpoint takes its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyFormat {
    /// `application/json`: what Auth0's documentation shows
    Json,
    /// `application/x-www-form-urlencoded`: RFC 6749
    #[default]
    Form,
}

/// One endpoint that takes a POST: where, in which form, and from whom.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: Url,
    pub format: BodyFormat,
    pub authentication: ClientAuthentication,
    pub basic_encoding: BasicEncoding,
    /// Further parameters that the provider wants there.
    pub parameters: BTreeMap<String, String>,
    /// What parameters are called there, by RFC 6749's names; "" for one that is left out.
    pub names: BTreeMap<String, String>,
    /// The key that its tokens are bound to.
    pub dpop: Option<dpop::Key>,
}

impl Endpoint {
    /// One for public clients and forms.
    pub fn public(url: Url) -> Self {
        Self {
            url,
            format: BodyFormat::default(),
            authentication: ClientAuthentication::default(),
            basic_encoding: BasicEncoding::default(),
            parameters: BTreeMap::new(),
            names: BTreeMap::new(),
            dpop: None,
        }
    }
}

/// A POST to be sent; everything in it but the URL is secret.
#[derive(Debug)]
pub struct Request {
    pub url: Url,
    pub format: BodyFormat,
    pub body: Secret,
    /// The value of the `Authorization` header.
    pub authorization: Option<Secret>,
    /// The key of the proof that goes with it.
    pub dpop: Option<dpop::Key>,
    /// What is secret in it, each as it is.
    pub secrets: Vec<Secret>,
}

/// Shortest secret that is looked for in an answer, in bytes: real ones are longer, and a shorter
/// text stands there by chance.
const MIN_SECRET: usize = 8;

impl Request {
    /// An error answer's body without what is secret in this request: some servers quote the token
    /// that they refuse.
    pub fn conceal(&self, body: &Secret<Vec<u8>>) -> Secret<Vec<u8>> {
        let mut text = error::decoded(body.expose()).into_owned();
        for secret in self.secrets.iter().filter(|secret| secret.expose().len() >= MIN_SECRET) {
            text = text.replace(secret.expose().as_str(), "…");
        }
        Secret::new(text.into_bytes())
    }
}

/// What came back, with only the headers that mean something here.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// How long the server asks us to wait (`Retry-After` or `x-ratelimit-reset`), if it does.
    pub retry_after: Option<Duration>,
    /// What time it was at the server (`Date`, RFC 9110 §6.6.1), if it said.
    pub date: Option<Timestamp>,
    /// The body, whole; secret because it may hold tokens.
    pub body: Secret<Vec<u8>>,
}

/// Whether an address names this very machine: `127.0.0.0/8`, `[::1]` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
