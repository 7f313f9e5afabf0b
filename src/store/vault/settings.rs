//! How the shared store is reached, and as whom.

use std::path::PathBuf;

use url::Url;

use crate::http::network::Network;
use crate::secret::Secret;
use crate::store::shared::Duty;

/// Decided before the first request; `config/vault.rs` makes it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The servers of one cluster, in the order in which they are tried. Never empty.
    pub addresses: Vec<Url>,
    /// Where the secrets engine is mounted: `partnerlink`.
    pub mount: String,
    /// A folder within it, without slashes around it; may be empty.
    pub prefix: String,
    /// Of Vault Enterprise, HCP and OpenBao; may be empty.
    pub namespace: String,
    pub duty: Duty,
    pub auth: Auth,
    pub network: Network,
    /// This machine's name, for people.
    pub host: String,
}

/// As whom this machine signs in at the store.
#[derive(Clone, Debug)]
pub enum Auth {
    AppRole {
        mount: String,
        role_id: String,
        secret_id: PathBuf,
    },
    /// A token that a CI system or Kubernetes gives to its jobs.
    Jwt {
        mount: String,
        role: String,
        jwt: Jwt,
    },
    /// A token that somebody else keeps alive, read again when it is refused.
    TokenFile(PathBuf),
    /// One from the environment, by the variable's name.
    Token {
        token: Secret,
        variable: &'static str,
    },
    /// A proxy on this machine adds it.
    Proxy,
}

impl Auth {
    /// The variables of the environment that this machine may sign in with.
    pub fn variables(&self) -> Vec<&str> {
        match self {
            Self::Token { .. } => vec!["BAO_TOKEN", "VAULT_TOKEN"],
            Self::Jwt { jwt: Jwt::Variable { name, .. }, .. } => vec![name],
            _ => Vec::new(),
        }
    }
}

/// Where a JWT is.
#[derive(Clone, Debug)]
pub enum Jwt {
    File(PathBuf),
    /// The variable's value; `None` where it is not set.
    Variable {
        name: String,
        value: Option<Secret>,
    },
}

#[cfg(test)]
impl Settings {
    /// Those of a test that asks nobody.
    pub(super) fn example(duty: Duty, auth: Auth) -> Self {
        Self {
            addresses: Vec::new(),
            mount: "partnerlink".into(),
            prefix: String::new(),
            namespace: String::new(),
            duty,
            auth,
            network: Network::default(),
            host: "web-1".into(),
        }
    }
}
