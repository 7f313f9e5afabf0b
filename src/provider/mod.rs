//! A provider is data: this is what a description says, what is checked when it is loaded, and
//! where the built-in ones are. A quirk is a named field, never a comparison with a name in code.

pub mod description;
mod lists;
pub mod registry;

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

pub use description::{Description, Letter, ProviderError};
pub use lists::{DescribedList, Paging};

use crate::oauth::scope::Scope;
use crate::oauth::{BodyFormat, ClientAuthentication, Endpoint, is_loopback};

/// A provider that passed every check of [`Description::check`].
#[derive(Clone, Debug)]
pub struct Provider {
    /// The name on the command line: `zaehlerfreunde`.
    pub name: String,
    /// The name for people: `Zählerfreunde`.
    pub title: String,
    /// Who registers clients.
    pub support: Option<String>,
    /// The partner's registration; `None` until the person has one.
    pub client_id: Option<String>,
    pub authorize_url: Url,
    pub token_url: Url,
    pub revocation_url: Option<Url>,
    /// Base of the data endpoints.
    pub api_base: Option<Url>,
    pub request_format: BodyFormat,
    pub client_authentication: ClientAuthentication,
    pub audience: Option<String>,
    pub default_scope: Scope,
    /// Scopes that exist, each with its meaning; empty when they are not known.
    pub scopes: BTreeMap<String, String>,
    pub refresh: RefreshSupport,
    /// The scope without which no refresh token is given.
    pub refresh_scope: Option<String>,
    pub pkce: bool,
    /// Tie the callback to the browser by a cookie; for providers that do not check PKCE.
    pub bind_browser: bool,
    /// A person who refuses comes back with neither code nor error.
    pub denied_without_error: bool,
    /// Issuers that ID tokens and callbacks may name.
    pub issuers: Vec<String>,
    /// The callback always has `iss` (RFC 9207).
    pub sends_issuer: bool,
    /// Answers may lack `token_type`.
    pub token_type_optional: bool,
    /// Life of an access token in seconds, where the answer does not say.
    pub access_token_seconds: i64,
    /// Life of a sign-in in seconds, from sign-in to the last refresh that can work.
    pub refresh_token_seconds: Option<i64>,
    /// Registered redirect URIs, tried in order.
    pub redirect_uris: Vec<Url>,
    pub authorize_parameters: BTreeMap<String, String>,
    /// How lists are paged; `None` where they are not.
    pub paging: Option<Paging>,
    /// Paths of data endpoints that are overridable, by name.
    pub paths: BTreeMap<String, String>,
    /// Lists that `partnerlink data` knows of, by name.
    pub lists: BTreeMap<String, DescribedList>,
    /// What the letter that asks for a registration says of its own.
    pub letter: Letter,
}

/// Whether, and how, a provider renews access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefreshSupport {
    /// Each refresh may bring a new refresh token, and the old one is void
    #[default]
    Rotating,
    /// There is nothing to refresh: before the access token ends, the person signs in again
    None,
}

impl Provider {
    pub fn token_endpoint(&self) -> Endpoint {
        Endpoint { url: self.token_url.clone(), format: self.request_format }
    }

    pub fn revocation_endpoint(&self) -> Option<Endpoint> {
        let url = self.revocation_url.clone()?;
        Some(Endpoint { url, format: self.request_format })
    }

    pub fn needs_secret(&self) -> bool {
        self.client_authentication == ClientAuthentication::Basic
    }

    /// Redirect URIs that a listener on this machine can serve.
    pub fn loopback_redirect_uris(&self) -> Vec<Url> {
        self.redirect_uris.iter().filter(|uri| is_loopback(uri)).cloned().collect()
    }

    /// The first scope word this provider is known not to have.
    pub fn unknown_scope<'a>(&self, scope: &'a Scope) -> Option<&'a str> {
        if self.scopes.is_empty() {
            return None;
        }
        scope.iter().find(|word| !self.scopes.contains_key(*word))
    }
}
