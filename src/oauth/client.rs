//! The partner's registration, and how it is proved to an endpoint (RFC 6749 §2.3).

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{BodyFormat, Endpoint, Request};
use crate::secret::Secret;

/// All but RFC 3986's unreserved characters. A blank becomes `%20`, and not `+`: servers that decode
/// forms and those that decode addresses read the same.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Parameters whose values must be seen nowhere but at the provider.
const SECRET: [&str; 5] = ["code", "code_verifier", "refresh_token", "token", "client_secret"];

/// How the client proves itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// A public client: `client_id` in the body, no secret
    #[default]
    None,
    /// HTTP Basic with the client's secret, never in the URL or body
    #[serde(alias = "client_secret_basic")]
    Basic,
    /// `client_secret` in the body
    #[serde(alias = "client_secret_post")]
    Post,
}

/// What is done to client ID and secret before they are joined for HTTP Basic. Servers differ where
/// one of them has a special character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BasicEncoding {
    /// Encoded as in a form: RFC 6749 §2.3.1
    #[default]
    Form,
    /// Taken as they are
    Plain,
}

/// The partner's registration with the provider.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    /// Present exactly when the provider authenticates clients.
    pub secret: Option<Secret>,
}

impl Client {
    /// Adds the client's identity and the endpoint's own parameters, and builds the request.
    /// `client_id` stays in the body beside Basic: TimberData's page lets only the secret be left
    /// out.
    pub(super) fn request<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        mut parameters: Vec<(&'a str, &'a str)>,
    ) -> Request {
        parameters.push(("client_id", &self.id));
        let mut authorization = None;
        match (endpoint.authentication, &self.secret) {
            (ClientAuthentication::Basic, Some(secret)) => {
                authorization = Some(basic(&self.id, secret, endpoint.basic_encoding));
            }
            (ClientAuthentication::Post, Some(secret)) => {
                parameters.push(("client_secret", secret.expose()));
            }
            _ => {}
        }
        let own = endpoint.parameters.iter();
        parameters.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
        let secrets = parameters.iter().filter(|(name, _)| SECRET.contains(name));
        let secrets = secrets.map(|(_, value)| Secret::from(*value)).chain(self.secret.clone());
        let secrets = secrets.collect();
        for (name, _) in &mut parameters {
            *name = endpoint.names.get(*name).map_or(*name, String::as_str);
        }
        parameters.retain(|(name, _)| !name.is_empty());
        let body = match endpoint.format {
            BodyFormat::Form => form(&parameters),
            BodyFormat::Json => json(&parameters),
        };
        Request {
            url: endpoint.url.clone(),
            format: endpoint.format,
            body,
            authorization,
            dpop: endpoint.dpop.clone(),
            secrets,
        }
    }
}

fn basic(id: &str, secret: &Secret, encoding: BasicEncoding) -> Secret {
    let pair = Secret::new(match encoding {
        BasicEncoding::Form => format!("{}:{}", encoded(id), encoded(secret.expose())),
        BasicEncoding::Plain => format!("{id}:{}", secret.expose()),
    });
    Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.expose())))
}

fn form(parameters: &[(&str, &str)]) -> Secret {
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    Secret::new(pairs.join("&"))
}

fn json(parameters: &[(&str, &str)]) -> Secret {
    let object: serde_json::Map<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    Secret::new(serde_json::Value::Object(object).to_string())
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(format: BodyFormat, authentication: ClientAuthentication) -> Endpoint {
        Endpoint {
            authentication,
            format,
            ..Endpoint::public("https://provider.example/token".parse().unwrap())
        }
    }

    fn pair(request: &Request) -> String {
        let header = request.authorization.as_ref().unwrap().expose();
        let bytes = BASE64_STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_secret_goes_into_the_basic_header_form_encoded_and_nowhere_else() {
        let client = Client { id: "a:b".into(), secret: Some("p ~w&ö".into()) };
        let mut endpoint = endpoint(BodyFormat::Form, ClientAuthentication::Basic);
        let request = client.request(&endpoint, vec![("code", "1 2~")]);
        assert_eq!(request.body.expose(), "code=1%202~&client_id=a%3Ab");
        assert_eq!(pair(&request), "a%3Ab:p%20~w%26%C3%B6");
        assert_eq!(request.url.query(), None);
        endpoint.basic_encoding = BasicEncoding::Plain;
        assert_eq!(pair(&client.request(&endpoint, vec![])), "a:b:p ~w&ö");
    }

    #[test]
    fn a_secret_by_post_stands_in_the_body() {
        let client = Client { id: "us".into(), secret: Some("s+1".into()) };
        let endpoint = endpoint(BodyFormat::Form, ClientAuthentication::Post);
        let request = client.request(&endpoint, vec![]);
        assert_eq!(request.body.expose(), "client_id=us&client_secret=s%2B1");
        assert!(request.authorization.is_none());
    }

    #[test]
    fn a_public_client_names_itself_in_the_body() {
        let client = Client { id: "partner".into(), secret: Some("not asked for".into()) };
        let mut endpoint = endpoint(BodyFormat::Json, ClientAuthentication::None);
        endpoint.parameters.insert("resource".into(), "https://api.example".into());
        let request = client.request(&endpoint, vec![("code", "\"")]);
        assert_eq!(
            request.body.expose(),
            r#"{"code":"\"","client_id":"partner","resource":"https://api.example"}"#
        );
        assert!(request.authorization.is_none());
    }

    #[test]
    fn the_names_of_the_registries_are_understood() {
        use ClientAuthentication::{Basic, None, Post};
        for (name, meant) in [
            ("none", None),
            ("basic", Basic),
            ("client_secret_basic", Basic),
            ("post", Post),
            ("client_secret_post", Post),
        ] {
            let read: ClientAuthentication = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read, meant);
        }
    }
}
