//! Which providers there are: the built-in ones, and what a person's file says about them or adds.

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Description, Provider, ProviderError};

/// The descriptions in the program.
const BUILTIN: [(&str, &str); 2] = [
    ("zaehlerfreunde", include_str!("builtin/zaehlerfreunde.toml")),
    ("timberdata", include_str!("builtin/timberdata.toml")),
];

/// The text of a person's configuration file, whose `[provider.NAME]` tables are already checked
/// for unknown fields by [`Description`].
pub type Overrides = String;

/// All providers, built-in and described; each is read only when asked for.
#[derive(Debug, Default)]
pub struct Registry {
    overrides: Overrides,
}

#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error("there is no provider named {name:?}")]
    Unknown { name: String, nearest: Option<String> },
    #[error(transparent)]
    Invalid(#[from] ProviderError),
    #[error("provider.{0} cannot be read: {1}")]
    Unreadable(String, String),
}

impl Registry {
    pub fn new(overrides: Overrides) -> Self {
        Self { overrides }
    }

    /// Every provider's name, the built-in ones first.
    pub fn names(&self) -> Vec<String> {
        let builtin = BUILTIN.iter().map(|(name, _)| (*name).to_owned());
        let own = self.own();
        let added = own.keys().map(|name| name.get_ref().to_string());
        builtin.chain(added.filter(|name| builtin_text(name).is_none())).collect()
    }

    /// One provider, the person's values laid over the built-in ones.
    pub fn get(&self, name: &str) -> Result<Provider, LookupError> {
        let table = self.table(name)?;
        let table = ValueDeserializer::from(Spanned::new(0..0, DeValue::Table(table)));
        let description =
            Description::deserialize(table).map_err(|error| unreadable(name, &error))?;
        Ok(description.check(name)?)
    }

    /// One field of a provider as it is described; null where the description does not have it.
    pub fn value(&self, name: &str, field: &str) -> Result<serde_json::Value, LookupError> {
        let Some(value) = self.table(name)?.remove(field) else {
            return Ok(serde_json::Value::Null);
        };
        serde_json::Value::deserialize(ValueDeserializer::from(value))
            .map_err(|error| unreadable(name, &error))
    }

    fn table(&self, name: &str) -> Result<DeTable<'_>, LookupError> {
        let own = self.own().remove(name).and_then(table_in);
        Ok(match (builtin_text(name), own) {
            (None, None) => return Err(self.unknown(name)),
            (Some(text), None) => parse(name, text)?,
            (None, Some(own)) => own,
            (Some(text), Some(own)) => merge(parse(name, text)?, own),
        })
    }

    /// What the person's file has about providers.
    fn own(&self) -> DeTable<'_> {
        let file = DeTable::parse(&self.overrides).ok();
        file.and_then(|file| table_in(file.into_inner().remove("provider")?)).unwrap_or_default()
    }

    fn unknown(&self, name: &str) -> LookupError {
        let names = self.names();
        let nearest = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        LookupError::Unknown { name: name.to_owned(), nearest }
    }
}

/// The word most like `word`, if any is alike enough to be a slip of the finger.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Similarity from which a suggestion helps more than it confuses; clap uses 0.7 as well.
    const ALIKE: f64 = 0.7;
    candidates
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity > ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

fn builtin_text(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text)
}

fn parse<'a>(name: &str, text: &'a str) -> Result<DeTable<'a>, LookupError> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &str, error: &toml::de::Error) -> LookupError {
    LookupError::Unreadable(name.to_owned(), error.message().to_owned())
}

fn table_in(value: Spanned<DeValue<'_>>) -> Option<DeTable<'_>> {
    match value.into_inner() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Lays `own` over `base`. Tables such as `scopes` are joined, everything else is replaced.
fn merge<'a>(mut base: DeTable<'a>, own: DeTable<'a>) -> DeTable<'a> {
    for (key, value) in own {
        match (base.get_mut(&key).map(Spanned::get_mut), value.get_ref()) {
            (Some(DeValue::Table(below)), DeValue::Table(_)) => {
                below.extend(table_in(value).unwrap_or_default());
            }
            _ => {
                base.insert(key, value);
            }
        }
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{BodyFormat, ClientAuthentication};
    use crate::provider::{RefreshSupport, is_loopback};

    /// Walks the built-in descriptions: everything a sign-in needs is there and is safe.
    #[test]
    fn the_built_in_providers_pass_every_check() {
        let registry = Registry::default();
        let mut paths = std::collections::HashSet::new();
        let mut ports = std::collections::HashSet::new();
        for name in registry.names() {
            let provider = registry.get(&name).unwrap();
            for url in [
                Some(&provider.authorize_url),
                Some(&provider.token_url),
                provider.revocation_url.as_ref(),
                provider.api_base.as_ref(),
            ]
            .into_iter()
            .flatten()
            {
                assert_eq!(url.scheme(), "https", "{url}");
                assert_eq!(url.query(), None, "{url}");
            }
            assert_eq!(provider.redirect_uris.len(), 3, "{name}");
            for uri in &provider.redirect_uris {
                assert!(is_loopback(uri), "{uri}");
                assert_eq!(uri.host_str(), Some("127.0.0.1"), "N3: the address, not a name");
                assert_eq!(uri.path(), format!("/callback/{name}"), "N10: a path of its own");
                let port = uri.port().unwrap();
                assert!((17_000..20_000).contains(&port), "outside every ephemeral range");
                assert!(ports.insert(port), "port {port} twice");
                paths.insert(uri.path().to_owned());
            }
            assert!(provider.client_id.is_none(), "a client ID belongs to a partner");
            assert!(provider.scopes.values().all(|meaning| !meaning.is_empty()));
            assert!(
                provider.pkce || provider.bind_browser,
                "{name}: state is not the only barrier"
            );
        }
        assert_eq!(paths.len(), registry.names().len());
    }

    #[test]
    fn the_documented_values_are_there() {
        let registry = Registry::default();
        let z = registry.get("zaehlerfreunde").unwrap();
        assert_eq!(z.request_format, BodyFormat::Json);
        assert_eq!(z.client_authentication, ClientAuthentication::None);
        assert_ne!(z.authorize_url.host(), z.token_url.host());
        assert_eq!(z.issuers.len(), 2);
        let t = registry.get("timberdata").unwrap();
        assert_eq!(t.client_authentication, ClientAuthentication::Basic);
        assert_eq!((t.refresh, t.access_token_seconds), (RefreshSupport::None, 31_104_000));
        assert!(t.denied_without_error && t.revocation_url.is_none());
    }

    #[test]
    fn a_third_provider_needs_no_code() {
        let file = r#"
            [provider.other]
            authorize_url = "https://other.example/authorize"
            token_url = "https://other.example/token"
            redirect_uris = ["http://127.0.0.1:17900/callback/other"]
            "#;
        let registry = Registry::new(file.to_owned());
        assert_eq!(registry.names(), ["zaehlerfreunde", "timberdata", "other"]);
        assert_eq!(
            registry.get("other").unwrap().token_url.as_str(),
            "https://other.example/token"
        );
    }

    #[test]
    fn a_persons_values_lie_over_the_built_in_ones() {
        let file = r#"
            [provider.timberdata]
            client_id = "mine"
            scopes = { invoice = "read invoices" }
            "#;
        let provider = Registry::new(file.to_owned()).get("timberdata").unwrap();
        assert_eq!(provider.client_id.as_deref(), Some("mine"));
        assert_eq!(provider.scopes.len(), 3);
        assert_eq!(provider.title, "TimberData");
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        let Err(LookupError::Unknown { nearest, .. }) = Registry::default().get("zahlerfreunde")
        else {
            panic!()
        };
        assert_eq!(nearest.as_deref(), Some("zaehlerfreunde"));
    }
}
