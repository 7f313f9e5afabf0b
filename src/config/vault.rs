//! `[vault]`: where the shared store is, and as whom this machine signs in there.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::{ConfigError, Environment};
use crate::http::network::Network;
use crate::oauth::is_loopback;
use crate::store::shared::Duty;
use crate::store::vault::{Auth, Jwt, Settings};
use crate::system::process;

/// The table as a person writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    address: Addresses,
    mount: Option<String>,
    prefix: String,
    namespace: Option<String>,
    access: Duty,
    auth: Option<Method>,
    auth_mount: Option<String>,
    role_id: Option<String>,
    role: Option<String>,
    secret_id_file: Option<PathBuf>,
    jwt_file: Option<PathBuf>,
    jwt_variable: Option<String>,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

/// One address, or those of a cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Addresses {
    One(String),
    Several(Vec<String>),
}

impl Default for Addresses {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Method {
    #[serde(rename = "approle")]
    AppRole,
    Jwt,
    Kubernetes,
    TokenFile,
    /// An Agent or Proxy on this machine signs in, and adds the token.
    Proxy,
}

/// Where Kubernetes puts a pod's own token.
const KUBERNETES_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
/// Where systemd puts what `LoadCredential=partnerlink-secret-id:…` names.
const CREDENTIAL: &str = "partnerlink-secret-id";
/// Where the secret ID is that systemd hands over, unless the configuration says something else.
const SECRET_ID: &str = "/etc/partnerlink/secret-id";

impl Table {
    /// What it comes to, with what users of these servers have in their environment. `beside` makes
    /// a path one beside the configuration file.
    pub(super) fn settings(
        self,
        environment: &Environment,
        network: &Network,
        beside: impl Fn(PathBuf) -> PathBuf,
    ) -> Result<Settings, ConfigError> {
        let auth = self.auth(environment, &beside)?;
        let variable = |name: &str| environment.vault_variable(name).map(|(_, value)| value);
        let mut addresses = match self.address {
            Addresses::One(address) => vec![address],
            Addresses::Several(addresses) => addresses,
        };
        let mut namespace = None;
        if addresses.is_empty() {
            addresses.extend(variable("ADDR"));
            // It is of that server.
            namespace = variable("NAMESPACE");
        }
        let addresses: Vec<Url> =
            addresses.iter().map(|address| checked(address)).collect::<Result<_, _>>()?;
        if addresses.is_empty() {
            return Err(wrong(
                "has no address, and neither BAO_ADDR nor VAULT_ADDR is set",
                "address = \"https://bao.example.de:8200\"",
            ));
        }
        let ca_file = self.ca_file.map(beside);
        let ca_file = ca_file.or_else(|| variable("CACERT").map(PathBuf::from));
        // As for the servers' own programs: whoever names the authority trusts no other one there.
        let network = match ca_file {
            Some(_) => Network { ca_file, ca_file_only: true, ..network.clone() },
            None => network.clone(),
        };
        let host = process::host_name().or_else(|| environment.text("COMPUTERNAME"));
        Ok(Settings {
            addresses,
            mount: folder(self.mount.as_deref().unwrap_or("partnerlink"), "mount")?,
            prefix: folder(&self.prefix, "prefix")?,
            namespace: self.namespace.or(namespace).unwrap_or_default(),
            duty: self.access,
            auth,
            network,
            host: host.unwrap_or_else(|| "a machine without a name".into()),
        })
    }

    /// A token of the environment goes to no other server than the environment's.
    fn check_it_is_the_same_server(
        &self,
        environment: &Environment,
        variable: &str,
    ) -> Result<(), ConfigError> {
        let ours = match &self.address {
            Addresses::One(address) => std::slice::from_ref(address),
            Addresses::Several(addresses) => addresses,
        };
        let Some((name, theirs)) = environment.vault_variable("ADDR") else { return Ok(()) };
        let origin = |address: &str| Url::parse(address).map(|url| url.origin()).ok();
        if ours.iter().all(|address| origin(address) == origin(&theirs)) {
            return Ok(());
        }
        Err(wrong(
            &format!(
                "has another address than {name}, and the token of {variable} is for that one alone"
            ),
            "that address alone, or auth = \"approle\" (or jwt, kubernetes, token-file, proxy)",
        ))
    }

    fn auth(
        &self,
        environment: &Environment,
        beside: &impl Fn(PathBuf) -> PathBuf,
    ) -> Result<Auth, ConfigError> {
        let mount = |usual: &str| folder(self.auth_mount.as_deref().unwrap_or(usual), "auth_mount");
        let needed = |value: &Option<String>, name: &str| {
            let hint = format!("{name} = \"…\"");
            value.clone().ok_or_else(|| wrong(&format!("lacks {name}"), &hint))
        };
        let given = environment.vault_variable("TOKEN");
        let method = match (self.auth, given) {
            // Who configures a way to sign in means it.
            (Some(method), _) => method,
            (None, _) if self.role_id.is_some() || self.secret_id_file.is_some() => Method::AppRole,
            (None, _) if self.token_file.is_some() => Method::TokenFile,
            (None, Some((variable, token))) => {
                self.check_it_is_the_same_server(environment, variable)?;
                return Ok(Auth::Token { token: token.as_str().into(), variable });
            }
            (None, None) => {
                return Err(wrong(
                    "does not say how this machine signs in, and neither BAO_TOKEN nor \
                     VAULT_TOKEN is set",
                    "auth = \"approle\" (or jwt, kubernetes, token-file, proxy)",
                ));
            }
        };
        Ok(match method {
            Method::AppRole => Auth::AppRole {
                mount: mount("approle")?,
                role_id: needed(&self.role_id, "role_id")?,
                // A service need not be able to read the file that it is handed.
                secret_id: environment
                    .credential(CREDENTIAL)
                    .filter(|path| path.exists())
                    .or_else(|| self.secret_id_file.clone().map(beside))
                    .unwrap_or_else(|| SECRET_ID.into()),
            },
            Method::Jwt => Auth::Jwt {
                mount: mount("jwt")?,
                role: needed(&self.role, "role")?,
                jwt: match (&self.jwt_file, &self.jwt_variable) {
                    (Some(path), _) => Jwt::File(beside(path.clone())),
                    (None, name) => {
                        let name = name.clone().unwrap_or_else(|| "VAULT_ID_TOKEN".into());
                        let value = environment.text(&name).map(|text| text.as_str().into());
                        Jwt::Variable { name, value }
                    }
                },
            },
            Method::Kubernetes => Auth::Jwt {
                mount: mount("kubernetes")?,
                role: needed(&self.role, "role")?,
                jwt: Jwt::File(self.jwt_file.clone().map_or(KUBERNETES_TOKEN.into(), beside)),
            },
            Method::TokenFile => {
                let path = self.token_file.clone().map(beside);
                Auth::TokenFile(path.ok_or_else(|| {
                    wrong("lacks token_file", "token_file = \"/run/bao-agent/token\"")
                })?)
            }
            Method::Proxy => Auth::Proxy,
        })
    }
}

fn checked(address: &str) -> Result<Url, ConfigError> {
    let hint = "address = \"https://bao.example.de:8200\"";
    let url = Url::parse(address)
        .map_err(|error| wrong(&format!("has the address {address:?}: {error}"), hint))?;
    let is_bare = url.username().is_empty() && url.password().is_none();
    if !is_bare || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has an address with more than a server and a path", hint));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(wrong(
            &format!("has the address {address:?}: only a proxy on this machine may have http"),
            hint,
        )),
    }
}

/// A path within the server, without the slashes around it.
fn folder(text: &str, name: &str) -> Result<String, ConfigError> {
    let path = text.trim_matches('/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if path.chars().all(is_plain) && !path.split('/').any(|part| part == "..") {
        return Ok(path.to_owned());
    }
    Err(wrong(&format!("has {name} = {text:?}"), "use letters, digits, - and _"))
}

fn wrong(why: &str, hint: &str) -> ConfigError {
    ConfigError::Vault { why: why.to_owned(), hint: hint.to_owned() }
}
