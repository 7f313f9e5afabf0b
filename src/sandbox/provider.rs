//! The two providers that the sandbox imitates.

use serde::{Deserialize, Serialize};

/// `iss` of Zählerfreunde's ID tokens: the same for every port, and reserved by RFC 2606 so that no
/// real server has it.
pub const ISSUER: &str = "https://sandbox.invalid/zaehlerfreunde/";

/// The head of a JWT as Auth0's are. The signature behind it is not what it says: a client that
/// takes its tokens straight from the token endpoint need not check it (OpenID Connect Core
/// §3.1.3.7, 6).
pub const JWT: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6InNhbmRib3giLCJ0eXAiOiJKV1QifQ";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Auth0 as its documentation and its users describe it: a public client, PKCE, an audience, ID
    /// tokens, rotating refresh tokens, errors with status 403.
    #[default]
    Zaehlerfreunde,
    /// Plain RFC 6749: a client secret, HTTP Basic or a form, no PKCE, no refresh tokens.
    Timberdata,
}

impl Provider {
    /// Whose endpoint a path is.
    pub fn of(path: &str) -> Self {
        if path.starts_with("/timberdata/") { Self::Timberdata } else { Self::Zaehlerfreunde }
    }

    pub fn facts(self) -> &'static Facts {
        match self {
            Self::Zaehlerfreunde => &Facts {
                id: "zaehlerfreunde",
                name: "Zählerfreunde",
                client_id: "sandbox-client",
                scopes: &["openid", "profile", "email", "offline_access"],
                always: "api.prod.zaehlerfreunde.com",
                access_token: JWT,
                mark: include_str!("zaehlerfreunde.svg"),
            },
            Self::Timberdata => &Facts {
                id: "timberdata",
                name: "TimberData",
                client_id: "sandbox-partner",
                scopes: &["aggregation", "woodlist"],
                always: "",
                access_token: "sandbox-access",
                mark: include_str!("timberdata.svg"),
            },
        }
    }
}

pub struct Facts {
    /// The name in paths: `/zaehlerfreunde/authorize`, `/callback/zaehlerfreunde`.
    pub id: &'static str,
    /// The name people know.
    pub name: &'static str,
    /// The one client registered here.
    pub client_id: &'static str,
    /// The scopes there are, in the order in which a page and an answer name them.
    pub scopes: &'static [&'static str],
    /// What is granted besides: an audience, or a user endpoint that needs no scope.
    pub always: &'static str,
    /// How its access tokens begin: Auth0 gives a JWT for an API.
    pub access_token: &'static str,
    /// Its picture on a page.
    pub mark: &'static str,
}

/// TOML that, merged over the built-in provider definitions, points both providers at the sandbox.
pub fn provider_overrides(base_url: &str) -> String {
    include_str!("overrides.toml").replace("{base_url}", base_url)
}
