//! OAuth 2.0 as pure functions: values in, values out.
//!
//! A request is built here and sent by somebody else; an answer is read here; the time is an
//! argument. No terminal, no file, no HTTP library. RFC numbers stand at each function.

pub mod authorize;
pub mod callback;
pub mod error;
pub mod id_token;
pub mod metadata;
pub mod pasted;
pub mod pkce;
pub mod random;
pub mod revoke;
pub mod scope;
pub mod token;

use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

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

/// How the client proves itself at the token endpoint (RFC 6749 §2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// A public client: `client_id` in the body, no secret
    #[default]
    None,
    /// HTTP Basic with the client's secret, never in the URL or body
    Basic,
}

/// The partner's registration with the provider.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    /// Present exactly when the provider authenticates clients.
    pub secret: Option<Secret>,
}

/// One endpoint that takes a POST: where, and in which form.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: Url,
    pub format: BodyFormat,
}

/// A POST to be sent; everything in it but the URL is secret.
#[derive(Debug)]
pub struct Request {
    pub url: Url,
    pub format: BodyFormat,
    pub body: Secret,
    /// The value of the `Authorization` header.
    pub authorization: Option<Secret>,
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

impl Client {
    /// Adds the client's identity to the parameters, and builds the request.
    ///
    /// With HTTP Basic, id and secret are form-encoded first (RFC 6749 §2.3.1). `client_id` stays
    /// in the body all the same: TimberData's page lets only the secret be left out.
    fn request<'a>(&'a self, endpoint: &Endpoint, mut parameters: Vec<(&str, &'a str)>) -> Request {
        let authorization = self.secret.as_ref().map(|secret| basic(&self.id, secret));
        parameters.push(("client_id", &self.id));
        let body = match endpoint.format {
            BodyFormat::Form => form(&parameters),
            BodyFormat::Json => json(&parameters),
        };
        Request { url: endpoint.url.clone(), format: endpoint.format, body, authorization }
    }
}

fn basic(id: &str, secret: &Secret) -> Secret {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encode(id), encode(secret.expose())));
    Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())))
}

fn form(parameters: &[(&str, &str)]) -> Secret {
    Secret::new(
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish(),
    )
}

fn json(parameters: &[(&str, &str)]) -> Secret {
    let object: serde_json::Map<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    Secret::new(serde_json::Value::Object(object).to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(format: BodyFormat) -> Endpoint {
        Endpoint { url: "https://provider.example/token".parse().unwrap(), format }
    }

    #[test]
    fn a_secret_goes_into_the_basic_header_form_encoded_and_nowhere_else() {
        let client = Client { id: "a:b".into(), secret: Some("p w&ö".into()) };
        let request = client.request(&endpoint(BodyFormat::Form), vec![("code", "1 2")]);
        assert_eq!(request.body.expose(), "code=1+2&client_id=a%3Ab");
        // a%3Ab:p+w%26%C3%B6
        assert_eq!(request.authorization.unwrap().expose(), "Basic YSUzQWI6cCt3JTI2JUMzJUI2");
        assert_eq!(request.url.query(), None);
    }

    #[test]
    fn a_public_client_names_itself_in_the_body() {
        let client = Client { id: "partner".into(), secret: None };
        let request = client.request(&endpoint(BodyFormat::Json), vec![("code", "\"")]);
        assert_eq!(request.body.expose(), r#"{"code":"\"","client_id":"partner"}"#);
        assert!(request.authorization.is_none());
    }
}
