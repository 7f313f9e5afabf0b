//! What an authorization server says of itself: RFC 8414, and OpenID Connect Discovery 1.0, whose
//! members are the same.

use serde::Deserialize;
use url::Url;

/// The members that decide how a client talks to the server. Addresses are as they came: whoever
/// uses one checks it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub revocation_endpoint: Option<String>,
    pub scopes_supported: Option<Vec<String>>,
    pub response_types_supported: Option<Vec<String>>,
    pub grant_types_supported: Option<Vec<String>>,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Initiating User Registration via OpenID Connect 1.0 §4
    pub prompt_values_supported: Option<Vec<String>>,
    /// RFC 9207 §3
    pub authorization_response_iss_parameter_supported: Option<bool>,
    /// RFC 9449 §5.1
    pub dpop_signing_alg_values_supported: Option<Vec<String>>,
}

/// Why a document is not to be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MetadataError {
    /// A page for people, or somebody else's JSON.
    #[error("is not an authorization server's metadata (line {line}, column {column})")]
    Unreadable { line: usize, column: usize },
    /// RFC 8414 §3.3: it must not be used.
    #[error("is about the issuer {0:?}")]
    OtherIssuer(String),
}

/// Where the document of an issuer can be: RFC 8414 §3.1 puts its name before the issuer's path,
/// OpenID Connect behind it.
pub fn addresses(issuer: &Url) -> [Url; 2] {
    let path = issuer.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_path(&path);
        url
    };
    [
        at(format!("/.well-known/oauth-authorization-server{path}")),
        at(format!("{path}/.well-known/openid-configuration")),
    ]
}

impl Metadata {
    /// Reads the document. The issuer in it must be `issuer` byte for byte: `https://x` and
    /// `https://x/` are two.
    pub fn read(document: &[u8], issuer: &str) -> Result<Self, MetadataError> {
        let metadata: Self = serde_json::from_slice(document).map_err(|error| {
            MetadataError::Unreadable { line: error.line(), column: error.column() }
        })?;
        match metadata.issuer == issuer {
            true => Ok(metadata),
            false => Err(MetadataError::OtherIssuer(metadata.issuer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8414_puts_its_name_before_the_path_and_openid_behind_it() {
        let both = |issuer: &str| addresses(&issuer.parse().unwrap()).map(String::from);
        for issuer in ["https://p.example", "https://p.example/"] {
            assert_eq!(
                both(issuer),
                [
                    "https://p.example/.well-known/oauth-authorization-server",
                    "https://p.example/.well-known/openid-configuration",
                ]
            );
        }
        for issuer in ["https://p.example/realms/a", "https://p.example/realms/a/"] {
            assert_eq!(
                both(issuer),
                [
                    "https://p.example/.well-known/oauth-authorization-server/realms/a",
                    "https://p.example/realms/a/.well-known/openid-configuration",
                ]
            );
        }
    }

    #[test]
    fn only_the_issuer_that_was_asked_for_is_believed() {
        let read = |issuer: &str| {
            let document = format!(r#"{{"issuer":{issuer:?},"token_endpoint":null,"x":[1]}}"#);
            Metadata::read(document.as_bytes(), "https://p.example")
        };
        assert!(read("https://p.example").is_ok());
        for other in ["https://p.example/", "https://P.example", "https://p.example:443", ""] {
            assert_eq!(read(other), Err(MetadataError::OtherIssuer(other.into())));
        }
    }

    #[test]
    fn a_page_for_people_is_no_metadata() {
        for document in ["<html>", "", "[]", "{}", r#"{"issuer":1}"#, &"[".repeat(100_000)] {
            let error = Metadata::read(document.as_bytes(), "x").unwrap_err();
            assert!(matches!(error, MetadataError::Unreadable { .. }), "{error}");
        }
    }
}
