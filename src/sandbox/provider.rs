//! The two providers that the sandbox imitates.

use serde::{Deserialize, Serialize};

/// `iss` of Zählerfreunde's ID tokens: the same for every port, and reserved by RFC 2606 so that no
/// real server has it.
pub const ISSUER: &str = "https://sandbox.invalid/zaehlerfreunde/";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Auth0 as its documentation and its users describe it: a public client, PKCE, an audience, ID
    /// tokens, rotating refresh tokens, errors with status 403.
    Zaehlerfreunde,
    /// Plain RFC 6749: a client secret, HTTP Basic or a form, no PKCE, no refresh tokens.
    Timberdata,
}

use Provider::{Timberdata, Zaehlerfreunde};

impl Provider {
    /// The name in paths: `/zaehlerfreunde/authorize`, `/callback/zaehlerfreunde`.
    pub fn id(self) -> &'static str {
        match self {
            Zaehlerfreunde => "zaehlerfreunde",
            Timberdata => "timberdata",
        }
    }

    /// The name people know.
    pub fn name(self) -> &'static str {
        match self {
            Zaehlerfreunde => "Zählerfreunde",
            Timberdata => "TimberData",
        }
    }

    /// The one client registered here.
    pub fn client_id(self) -> &'static str {
        match self {
            Zaehlerfreunde => "sandbox-client",
            Timberdata => "sandbox-partner",
        }
    }

    /// The scopes there are, in the order in which a page and an answer name them.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Zaehlerfreunde => &["openid", "profile", "email", "offline_access"],
            Timberdata => &["aggregation", "woodlist"],
        }
    }
}

/// TOML that, merged over the built-in provider definitions, points both providers at the sandbox.
pub fn provider_overrides(base_url: &str) -> String {
    include_str!("overrides.toml").replace("{base_url}", base_url)
}
