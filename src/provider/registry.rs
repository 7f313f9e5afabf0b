//! Which providers there are: the built-in ones, and what a person's file says about them or adds.

use toml::{Table, Value};

use super::{Description, Provider, ProviderError};

/// The descriptions in the program.
const BUILTIN: [(&str, &str); 3] = [
    ("zaehlerfreunde", include_str!("builtin/zaehlerfreunde.toml")),
    ("timberdata", include_str!("builtin/timberdata.toml")),
    ("zaehlerfreunde-partner", include_str!("builtin/zaehlerfreunde-partner.toml")),
];

/// All providers, built-in and described; each is checked only when asked for.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// The `[provider.NAME]` tables that lie over the built-in descriptions.
    own: Table,
}

impl Registry {
    /// The providers with those of a configuration file laid over them. What is wrong with the file
    /// was told by whoever read it.
    pub fn new(file: &str) -> Self {
        let file = file.parse().unwrap_or_else(|_| Table::new());
        let own = file.get("provider").and_then(Value::as_table);
        Self { own: own.cloned().unwrap_or_default() }
    }

    /// Every provider's name, the built-in ones first.
    pub fn names(&self) -> Vec<String> {
        let builtin = BUILTIN.iter().map(|(name, _)| (*name).to_owned());
        let added = self.own.keys().filter(|name| builtin_text(name).is_none());
        builtin.chain(added.cloned()).collect()
    }

    /// One provider, the person's values laid over the built-in ones.
    pub fn get(&self, name: &str) -> Result<Provider, ProviderError> {
        let table = self.table(name)?;
        let description: Description =
            table.try_into().map_err(|error| unreadable(name, error.message()))?;
        description.check(name)
    }

    /// One field of a provider as it is described; null where the description does not have it.
    pub fn value(&self, name: &str, field: &str) -> Result<serde_json::Value, ProviderError> {
        let value = self.table(name)?.remove(field);
        serde_json::to_value(value).map_err(|error| unreadable(name, &error.to_string()))
    }

    pub(super) fn table(&self, name: &str) -> Result<Table, ProviderError> {
        let own = self.own.get(name).and_then(Value::as_table);
        let builtin = builtin_text(name);
        if own.is_none() && builtin.is_none() {
            let names = self.names();
            let nearest = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            return Err(ProviderError::Unknown { name: name.to_owned(), nearest });
        }
        let mut table: Table = toml::from_str(builtin.unwrap_or_default())
            .map_err(|error| unreadable(name, error.message()))?;
        overlay(&mut table, own.cloned().unwrap_or_default());
        Ok(table)
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

pub fn is_builtin(name: &str) -> bool {
    builtin_text(name).is_some()
}

fn builtin_text(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text)
}

fn unreadable(name: &str, why: &str) -> ProviderError {
    ProviderError::Unreadable { provider: name.to_owned(), why: why.to_owned() }
}

/// Lays `own` over `base`. Tables such as `scopes` are joined, everything else is replaced.
fn overlay(base: &mut Table, own: Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => below.extend(above),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::is_loopback;
    use crate::oauth::{BodyFormat, ClientAuthentication};
    use crate::provider::{RefreshSupport, TEMPLATE};

    /// Walks the built-in descriptions: everything a sign-in needs is there and is safe.
    #[test]
    fn the_built_in_providers_pass_every_check() {
        let registry = Registry::default();
        let mut paths = std::collections::HashSet::new();
        let mut ports = std::collections::HashSet::new();
        let mut browsers = 0;
        for name in registry.names() {
            let provider = registry.get(&name).unwrap();
            for url in [
                provider.authorize_url(),
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
            assert!(provider.whoami.is_some(), "{name}: nobody knows who signed in");
            assert!(provider.client_id.is_none(), "a client ID belongs to a partner");
            if provider.needs_nobody() {
                continue;
            }
            browsers += 1;
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
            assert!(provider.scopes.values().all(|meaning| !meaning.is_empty()));
            assert!(
                provider.pkce || provider.bind_browser,
                "{name}: state is not the only barrier"
            );
        }
        assert_eq!((paths.len(), browsers), (2, 2));
    }

    #[test]
    fn the_documented_values_are_there() {
        let registry = Registry::default();
        let z = registry.get("zaehlerfreunde").unwrap();
        assert_eq!(z.request_format, BodyFormat::Json);
        assert_eq!(z.client_authentication, ClientAuthentication::None);
        assert_ne!(z.authorize_url().unwrap().host(), z.token_url.host());
        assert_eq!(z.issuers.len(), 2);
        let t = registry.get("timberdata").unwrap();
        assert_eq!(t.client_authentication, ClientAuthentication::Post);
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
        let registry = Registry::new(file);
        assert_eq!(
            registry.names(),
            ["zaehlerfreunde", "timberdata", "zaehlerfreunde-partner", "other"]
        );
        assert_eq!(
            registry.get("other").unwrap().token_url.as_str(),
            "https://other.example/token"
        );
    }

    /// The keys that a table can have, from what is said of one that it cannot.
    fn keys(tables: &str) -> Vec<String> {
        let text = format!("{tables}no-such-key = 1\n");
        let error = toml::from_str::<std::collections::BTreeMap<String, Description>>(&text);
        let message = error.unwrap_err().message().to_owned();
        let words = message.split('`').skip(1).step_by(2).map(str::to_owned);
        words.filter(|word| word != "no-such-key").collect()
    }

    /// The template with every line that names a key in effect.
    fn whole_template() -> String {
        let plain = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => key.to_owned(),
            _ => line.to_owned(),
        };
        TEMPLATE.lines().map(|line| plain(line) + "\n").collect()
    }

    #[test]
    fn the_template_names_every_key_and_no_other() {
        let whole: Table = whole_template().parse().unwrap();
        let described = whole["provider"]["my-erp"].as_table().unwrap();
        for (table, found) in [
            ("[x]\n", described),
            ("[x.whoami]\n", described["whoami"].as_table().unwrap()),
            ("[x.paging]\n", described["paging"].as_table().unwrap()),
            ("[x.lists.a]\n", described["lists"]["orders"].as_table().unwrap()),
            ("[x.letter]\n", described["letter"].as_table().unwrap()),
        ] {
            let (mut known, mut named) = (keys(table), Vec::from_iter(found.keys().cloned()));
            known.sort();
            named.sort();
            assert_eq!(known, named, "{table}");
        }
    }

    #[test]
    fn the_template_can_be_used_as_it_stands_and_with_every_line() {
        let whole = whole_template();
        for text in [TEMPLATE, &whole] {
            let provider = Registry::new(text).get("my-erp").unwrap();
            assert_eq!(provider.client_id.as_deref(), Some("partner-17"));
        }
        let of = |text: &str| format!("{:?}", Registry::new(text).get("my-erp").unwrap());
        assert_ne!(of(TEMPLATE), of(&whole));
    }

    #[test]
    fn a_persons_values_lie_over_the_built_in_ones() {
        let file = r#"
            [provider.timberdata]
            client_id = "mine"
            scopes = { invoice = "read invoices" }
            "#;
        let provider = Registry::new(file).get("timberdata").unwrap();
        assert_eq!(provider.client_id.as_deref(), Some("mine"));
        assert_eq!(provider.scopes.len(), 3);
        assert_eq!(provider.title, "TimberData");
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        let Err(ProviderError::Unknown { nearest, .. }) = Registry::default().get("zahlerfreunde")
        else {
            panic!()
        };
        assert_eq!(nearest.as_deref(), Some("zaehlerfreunde"));
    }
}
