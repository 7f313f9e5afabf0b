//! The proxy on the way out, as a person's environment or the system's settings name it.

use std::fmt;
use std::sync::{Arc, LazyLock};

use url::Url;

use super::HttpError;
use crate::secret::Secret;

const PROXY_HINT: &str = "give it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special characters \
    percent-encoded; unset the variable where there is no proxy";
const SETTINGS_HINT: &str =
    "correct it there (Proxy), or name another one: HTTPS_PROXY=http://HOST:PORT";
/// What helps where a PAC file is named.
pub const PAC_HINT: &str = "a PAC file is a script for browsers: look into it, or ask who runs the network, for the line \
    PROXY HOST:PORT, and give that: HTTPS_PROXY=http://HOST:PORT";

/// What is set. Looked for once, when it is needed: some systems are asked by a program.
#[derive(Clone)]
pub struct Proxies(Arc<LazyLock<Found, Look>>);

type Look = Box<dyn FnOnce() -> Found + Send>;

#[derive(Debug, Default)]
pub struct Found {
    pub used: Option<ProxySetting>,
    /// The PAC file that the system's settings name, which is used by nobody here.
    pub script: Option<String>,
}

impl Proxies {
    pub fn new(look: impl FnOnce() -> Found + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(look))))
    }

    /// This one.
    pub fn of(proxy: ProxySetting) -> Self {
        Self::new(|| Found { used: Some(proxy), script: None })
    }

    pub fn used(&self) -> Option<&ProxySetting> {
        self.0.used.as_ref()
    }

    pub fn script(&self) -> Option<&str> {
        self.0.script.as_deref()
    }
}

impl Default for Proxies {
    fn default() -> Self {
        Self::new(Found::default)
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxies").field(&*self.0).finish()
    }
}

/// Who names a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A variable by its name: `HTTPS_PROXY`.
    Variable(&'static str),
    /// What the system's settings are called.
    Settings(&'static str),
}

impl Source {
    /// For the middle of a sentence, or alone.
    pub fn name(self) -> &'static str {
        let (Self::Variable(name) | Self::Settings(name)) = self;
        name
    }

    fn sentence(self) -> String {
        match self {
            Self::Variable(name) => format!("the variable {name}"),
            // So that it is one that names something, as a variable does.
            Self::Settings(name) => format!("the proxy of {name}"),
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Variable(_) => PROXY_HINT,
            Self::Settings(_) => SETTINGS_HINT,
        }
    }
}

/// The proxy for every address that is not on this machine; all of those are https.
#[derive(Clone, Debug)]
pub struct ProxySetting {
    pub source: Source,
    /// It can hold a password.
    pub value: Secret,
    /// As `NO_PROXY` has it: hosts, domains and networks, separated by commas; `*` is everything.
    pub exempt: String,
}

impl ProxySetting {
    /// Host and port, as they may be told; `?` where they cannot be read.
    pub fn place(&self) -> String {
        self.url().ok().map_or_else(|| "?".to_owned(), |url| place(&url))
    }

    /// Whether it holds a name or password, or what cannot be told from one.
    pub fn is_private(&self) -> bool {
        self.url().map_or(true, |url| !url.username().is_empty() || url.password().is_some())
    }

    pub(super) fn url(&self) -> Result<Url, HttpError> {
        let bad = |why: &str| {
            let why = format!("{} {why}", self.source.sentence());
            HttpError::Setup { code: "proxy", why, hint: self.source.hint() }
        };
        let text = self.value.expose().trim();
        if is_pac(text) {
            let why = format!("{} names a PAC file, and no proxy", self.source.sentence());
            return Err(HttpError::Setup { code: "proxy", why, hint: PAC_HINT });
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        // DOMAIN\user: in an address a backslash would end the host.
        let whole = match whole.rsplit_once('@') {
            Some((user, host)) => format!("{}@{host}", user.replace('\\', "%5C")),
            None => whole,
        };
        let url = Url::parse(&whole).map_err(|_| bad("is not the address of a proxy"))?;
        match url.scheme() {
            "http" | "https" if url.host().is_some() => {}
            scheme if scheme.starts_with("socks") => {
                return Err(bad(&format!("names a {scheme} proxy, which is not supported")));
            }
            _ => return Err(bad("is not the address of an http or https proxy")),
        }
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        match has_more {
            true => {
                Err(bad("has more than a proxy's host and port, or a password with / ? # in it"))
            }
            false => Ok(url),
        }
    }

    pub(super) fn exempts_all(&self) -> bool {
        self.exempt.split(',').any(|entry| entry.trim() == "*")
    }
}

/// A PAC file's address, or what one answers.
fn is_pac(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let place = text.split(['?', '#']).next().unwrap_or_default();
    place.ends_with(".pac")
        || place.ends_with("wpad.dat")
        || ["pac+", "proxy ", "direct"].iter().any(|begin| text.starts_with(begin))
}

pub(super) fn place(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(value: &str) -> ProxySetting {
        let source = Source::Variable("HTTPS_PROXY");
        ProxySetting { source, value: value.into(), exempt: String::new() }
    }

    #[test]
    fn a_proxy_is_told_without_its_password() {
        for (value, place) in [
            ("http://user:secret@proxy.example:3128", "proxy.example:3128"),
            ("proxy.example:8080", "proxy.example:8080"),
            ("user:secret@proxy.example", "proxy.example:80"),
            ("https://proxy.example/", "proxy.example:443"),
            (" http://[::1]:3128 ", "[::1]:3128"),
        ] {
            assert_eq!(setting(value).place(), place);
            assert_eq!(setting(value).is_private(), value.contains("secret"));
            assert!(!format!("{:?}", setting(value)).contains("secret"));
        }
    }

    #[test]
    fn a_value_that_is_no_proxy_names_its_variable_and_not_itself() {
        for value in ["http://", "ftp://u:secret@p", "socks5://u:secret@p:1", "a b:secret@", ":x"] {
            let error = setting(value).url().unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY") && !error.contains("secret"), "{error}");
        }
        let error = setting("socks5h://p:1").url().unwrap_err().to_string();
        assert!(error.contains("socks5h proxy, which is not supported"), "{error}");
    }

    #[test]
    fn a_windows_account_and_a_pac_file_are_known() {
        let url = setting(r"http://FIRMA\anna:secret@proxy.example:8080").url().unwrap();
        assert_eq!((url.username(), place(&url).as_str()), ("FIRMA%5Canna", "proxy.example:8080"));
        for pac in [
            "http://wpad/wpad.dat",
            "https://intern.example/proxy.pac?x=1",
            "pac+https://intern.example/p",
            "PROXY proxy.example:8080; DIRECT",
        ] {
            let error = setting(pac).url().unwrap_err().to_string();
            assert!(error.contains("names a PAC file"), "{error}");
        }
        for slip in ["http://anna:12/secret@proxy.example:1", "http://anna:12#secret@p:1"] {
            let error = setting(slip).url().unwrap_err().to_string();
            assert!(
                error.contains("a password with / ? #") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_star_exempts_everything() {
        let with = |exempt: &str| ProxySetting { exempt: exempt.into(), ..setting("p:1") };
        assert!(with("*").exempts_all() && with("a.example, *").exempts_all());
        assert!(!with("").exempts_all() && !with("*.example").exempts_all());
    }

    #[test]
    fn what_the_settings_name_wrongly_is_corrected_there() {
        let source = Source::Settings("the Windows settings");
        let wrong = ProxySetting { source, ..setting("socks://p:1080") };
        let HttpError::Setup { why, hint, .. } = wrong.url().unwrap_err() else { panic!() };
        assert_eq!(
            why,
            "the proxy of the Windows settings names a socks proxy, which is not supported"
        );
        assert!(hint.starts_with("correct it there"), "{hint}");
    }

    #[test]
    fn the_settings_are_looked_at_when_they_are_needed() {
        let proxies = Proxies::new(|| panic!("looked at"));
        let _clone = proxies.clone();
        assert!(Proxies::default().used().is_none() && Proxies::default().script().is_none());
    }
}
