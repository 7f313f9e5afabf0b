//! A provider is data: this is what a description says, what is checked when it is loaded, and
//! where the built-in ones are. A quirk is a named field, never a comparison with a name in code.

mod check;
pub mod description;
mod discovered;
mod lists;
pub mod registry;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

pub use description::{Description, Letter, ProviderError, WhoAmI};
pub use discovered::{Difference, Discovered};
pub use lists::{DescribedList, Paging};

use crate::oauth::scope::Scope;
use crate::oauth::token::TokenType;
use crate::oauth::{ClientAuthentication, Endpoint, is_loopback};

/// Every key of a description with its values, units and meaning, as TOML to begin with.
pub const TEMPLATE: &str = include_str!("template.toml");

/// A provider that passed every check of [`Description::check`]: what was checked and completed,
/// and everything else as it is described.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The name on the command line: `zaehlerfreunde`.
    pub name: String,
    pub title: String,
    pub grant: Grant,
    pub token_url: Url,
    pub revocation_url: Option<Url>,
    pub api_base: Option<Url>,
    pub redirect_uris: Vec<Url>,
    pub pkce: bool,
    pub access_token_seconds: i64,
    /// Played by the sandbox, which is at another port each time it is started.
    pub is_sandbox: bool,
    pub described: Description,
}

impl Deref for Provider {
    type Target = Description;

    fn deref(&self) -> &Description {
        &self.described
    }
}

/// The grant by its name (RFC 7591 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    #[default]
    AuthorizationCode,
    ClientCredentials,
}

/// How a provider gives its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A person agrees in the browser, which begins here (RFC 6749 §4.1)
    AuthorizationCode { authorize_url: Url },
    /// The client's own secret is enough, again and again (RFC 6749 §4.4)
    ClientCredentials,
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
    /// Where a code is exchanged.
    pub fn token_endpoint(&self) -> Endpoint {
        self.endpoint(self.token_url.clone(), &self.token_parameters)
    }

    /// Where a refresh token is spent.
    pub fn refresh_endpoint(&self) -> Endpoint {
        self.endpoint(self.token_url.clone(), &self.refresh_parameters)
    }

    /// How long the refresh token that was spent last goes on working.
    pub fn rotation_overlap(&self) -> Duration {
        Duration::from_secs(self.rotation_overlap_seconds.max(0).unsigned_abs())
    }

    pub fn revocation_endpoint(&self) -> Option<Endpoint> {
        Some(self.endpoint(self.revocation_url.clone()?, &BTreeMap::new()))
    }

    fn endpoint(&self, url: Url, parameters: &BTreeMap<String, String>) -> Endpoint {
        Endpoint {
            url,
            format: self.request_format,
            authentication: self.client_authentication,
            basic_encoding: self.basic_encoding,
            parameters: parameters.clone(),
            names: self.member_names.clone(),
            dpop: None,
        }
    }

    /// What a sign-in has to bring.
    pub fn token_type(&self) -> TokenType {
        match (self.dpop, self.token_type_optional) {
            (true, _) => TokenType::Dpop,
            (false, true) => TokenType::BearerUnsaid,
            (false, false) => TokenType::Bearer,
        }
    }

    /// Where to ask whose access token it is; members of the answer are named by `whoami`.
    pub fn whoami_url(&self) -> Option<Url> {
        let (base, whoami) = (self.api_base.as_ref()?, self.whoami.as_ref()?);
        format!("{}{}", base.as_str().trim_end_matches('/'), whoami.path).parse().ok()
    }

    /// Where a browser begins; `None` where none is needed.
    pub fn authorize_url(&self) -> Option<&Url> {
        match &self.grant {
            Grant::AuthorizationCode { authorize_url } => Some(authorize_url),
            Grant::ClientCredentials => None,
        }
    }

    /// Whether tokens come without a person.
    pub fn needs_nobody(&self) -> bool {
        self.grant == Grant::ClientCredentials
    }

    pub fn needs_secret(&self) -> bool {
        self.client_authentication != ClientAuthentication::None
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
