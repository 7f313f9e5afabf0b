//! What an issuer's metadata says, as the keys of a description: what lacks is completed, what is
//! written is compared and never changed.

use toml::{Table, Value};
use url::Url;

use super::ProviderError;
use super::registry::Registry;
use crate::oauth::metadata::Metadata;

/// The first port for a provider that is added: behind those of the built-in ones, and below the
/// ranges from which systems hand out ports.
const FIRST_PORT: u16 = 17_867;
/// How many redirect URIs a provider gets: as many as the built-in ones.
const REDIRECT_URIS: usize = 3;
/// What is asked for where the person names no scope and the provider has them.
const USUAL_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// The scope for a refresh token (OpenID Connect Core §11).
const OFFLINE: &str = "offline_access";

/// Lines of a description that say how a client secret is sent.
pub type SecretWay = &'static [(&'static str, &'static str)];

const BY_POST: SecretWay = &[("client_authentication", "post")];
/// The way of the RFC first: servers that do not decode are the exception.
const BY_BASIC: [SecretWay; 2] = [
    &[("client_authentication", "basic")],
    &[("client_authentication", "basic"), ("basic_encoding", "plain")],
];

/// What metadata adds to a description.
#[derive(Debug, Default, PartialEq)]
pub struct Discovered {
    /// The keys that the description lacks, and their values.
    pub lines: Vec<(&'static str, Value)>,
    /// What the description says otherwise.
    pub differences: Vec<Difference>,
    /// The provider lists how clients prove themselves, and no public client is among them.
    pub lists_no_public_clients: bool,
    /// How the server may take a client secret, each way as the lines that describe it, the best
    /// one first; empty where the description says it. Which of them this client is registered for
    /// stands in no metadata.
    pub secret_ways: Vec<SecretWay>,
}

/// A key whose value is not the one of the metadata. Shown as `token_url is …, and … there`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {described}, and the issuer says {discovered}")]
pub struct Difference {
    pub key: &'static str,
    pub described: String,
    pub discovered: String,
}

impl Registry {
    /// The issuer that a provider is described by, with its address; `None` without one.
    pub fn issuer(&self, name: &str) -> Result<Option<(String, Url)>, ProviderError> {
        let table = self.table(name)?;
        let Some(issuer) = text(&table, "issuer") else { return Ok(None) };
        let check = super::check::Check { provider: name };
        Ok(check.url("issuer", Some(issuer))?.map(|url| (issuer.to_owned(), url)))
    }

    /// Holds a description against the metadata of its issuer. `has_secret`: the partner's client
    /// has one.
    pub fn discovered(
        &self,
        name: &str,
        metadata: &Metadata,
        has_secret: bool,
    ) -> Result<Discovered, ProviderError> {
        let table = self.table(name)?;
        let unusable = |why: &str| ProviderError::Unreadable {
            provider: name.to_owned(),
            why: format!("its issuer {why}"),
        };
        if lacks(metadata.response_types_supported.as_ref(), "code")
            || lacks(metadata.grant_types_supported.as_ref(), "authorization_code")
        {
            return Err(unusable("does not offer the authorization code flow"));
        }
        let endpoint = |url: &Option<String>, what: &str| {
            url.clone().ok_or_else(|| unusable(&format!("names no {what}")))
        };
        let authorize_url = endpoint(&metadata.authorization_endpoint, "authorization_endpoint")?;
        let token_url = endpoint(&metadata.token_endpoint, "token_endpoint")?;
        let mut found = Discovered::default();
        found.url(&table, "authorize_url", Some(authorize_url));
        found.url(&table, "token_url", Some(token_url));
        found.url(&table, "revocation_url", metadata.revocation_endpoint.clone());
        found.issuers(&table, metadata);
        found.client_authentication(&table, metadata, has_secret).map_err(|why| unusable(&why))?;
        found.rest(&table, metadata);
        if !table.contains_key("redirect_uris") {
            let uris = self.free_redirect_uris(name);
            found.lines.push(("redirect_uris", Value::Array(uris)));
        }
        Ok(found)
    }

    /// Redirect URIs on ports that no other provider has.
    fn free_redirect_uris(&self, name: &str) -> Vec<Value> {
        let tables = self.names().into_iter().filter_map(|name| self.table(&name).ok());
        let uris = tables.flat_map(|table| match table.get("redirect_uris") {
            Some(Value::Array(uris)) => uris.clone(),
            _ => Vec::new(),
        });
        let port = |uri: Value| Url::parse(uri.as_str()?).ok()?.port();
        let taken: Vec<u16> = uris.filter_map(port).collect();
        let free = (FIRST_PORT..=u16::MAX).filter(|port| !taken.contains(port)).take(REDIRECT_URIS);
        free.map(|port| format!("http://127.0.0.1:{port}/callback/{name}").into()).collect()
    }
}

impl Discovered {
    /// Adds a key that the description lacks.
    fn line(&mut self, table: &Table, key: &'static str, value: impl Into<Value>) {
        if !table.contains_key(key) {
            self.lines.push((key, value.into()));
        }
    }

    fn differs(&mut self, key: &'static str, described: &str, discovered: &str) {
        let (described, discovered) = (described.to_owned(), discovered.to_owned());
        self.differences.push(Difference { key, described, discovered });
    }

    /// An address: added, or compared as an address.
    fn url(&mut self, table: &Table, key: &'static str, discovered: Option<String>) {
        let Some(discovered) = discovered else { return };
        match text(table, key) {
            None => self.line(table, key, discovered),
            Some(described) if Url::parse(described) == Url::parse(&discovered) => {}
            Some(described) => self.differs(key, described, &discovered),
        }
    }

    fn issuers(&mut self, table: &Table, metadata: &Metadata) {
        let issuer = Value::from(metadata.issuer.clone());
        match table.get("issuers").and_then(Value::as_array) {
            None => self.line(table, "issuers", vec![issuer]),
            Some(described) if described.contains(&issuer) => {}
            Some(described) => {
                let described: Vec<&str> = described.iter().filter_map(Value::as_str).collect();
                self.differs("issuers", &described.join(", "), &metadata.issuer);
            }
        }
        if metadata.authorization_response_iss_parameter_supported == Some(true) {
            self.line(table, "sends_issuer", true);
        }
    }

    /// Without a list the server takes HTTP Basic (RFC 8414 §2). A form has no question of encoding,
    /// so it goes first. That a public client is not in the list does not say that there is none:
    /// several servers name there only what a secret needs.
    fn client_authentication(
        &mut self,
        table: &Table,
        metadata: &Metadata,
        has_secret: bool,
    ) -> Result<(), String> {
        let methods = metadata.token_endpoint_auth_methods_supported.as_ref();
        let has = |method: &str| methods.is_some_and(|list| list.iter().any(|one| one == method));
        if !has_secret {
            self.lists_no_public_clients = lacks(methods, "none");
            return Ok(());
        }
        let post = has("client_secret_post").then_some(&[BY_POST][..]);
        let basic = (methods.is_none() || has("client_secret_basic")).then_some(&BY_BASIC[..]);
        let ways = [post, basic].into_iter().flatten().flatten().copied();
        self.secret_ways = ways.collect();
        let Some([(key, value), ..]) = self.secret_ways.first() else {
            let list = methods.map(|list| list.join(", ")).unwrap_or_default();
            return Err(format!("takes client secrets in no way that is known here ({list})"));
        };
        if table.contains_key(*key) {
            self.secret_ways.clear();
        } else {
            self.lines.push((key, (*value).into()));
        }
        Ok(())
    }

    fn rest(&mut self, table: &Table, metadata: &Metadata) {
        // S256 is sent in any case, unless the server is known to want another method: who does not
        // know it, passes over it. Where nobody says that it is checked, the browser is tied as well.
        let methods = metadata.code_challenge_methods_supported.as_ref();
        if lacks(methods, "S256") {
            self.line(table, "pkce", false);
        }
        if methods.is_none() || lacks(methods, "S256") {
            self.line(table, "bind_browser", true);
        }
        if lacks(metadata.grant_types_supported.as_ref(), "refresh_token") {
            self.line(table, "refresh", "none");
        }
        let scopes = metadata.scopes_supported.as_deref().unwrap_or_default();
        let has = |scope: &&str| scopes.iter().any(|one| one == scope);
        let usual: Vec<&str> = USUAL_SCOPES.into_iter().filter(has).collect();
        if !usual.is_empty() {
            self.line(table, "default_scope", usual.join(" "));
        }
        if has(&OFFLINE) {
            self.line(table, "refresh_scope", OFFLINE);
        }
        // Without it a server may pass over offline_access without a word (OpenID Connect Core §11).
        let can_ask = !lacks(metadata.prompt_values_supported.as_ref(), "consent");
        if has(&OFFLINE) && has(&"openid") && can_ask {
            let prompt = Table::from_iter([("prompt".to_owned(), Value::from("consent"))]);
            self.line(table, "authorize_parameters", prompt);
        }
    }
}

/// Whether there is a list that has not got this.
fn lacks(list: Option<&Vec<String>>, sought: &str) -> bool {
    list.is_some_and(|list| !list.iter().any(|one| one == sought))
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

#[cfg(test)]
#[path = "discovered_tests.rs"]
mod tests;
