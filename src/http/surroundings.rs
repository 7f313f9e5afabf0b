//! What this machine puts between us and a server: proxies by the usual variables, and the root
//! certificates of the system.

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

/// The variables of which the first that is set counts, as reqwest and curl read them.
const PROXY_VARIABLES: [[&str; 2]; 4] = [
    ["ALL_PROXY", "all_proxy"],
    ["HTTP_PROXY", "http_proxy"],
    ["HTTPS_PROXY", "https_proxy"],
    ["NO_PROXY", "no_proxy"],
];

/// The proxies that the variables name.
pub struct Proxies(Matcher);

impl Proxies {
    /// `variable` looks one up.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let [all, http, https, no] =
            PROXY_VARIABLES.map(|names| names.into_iter().find_map(&variable).unwrap_or_default());
        Self(Matcher::builder().all(all).http(http).https(https).no(no).build())
    }

    /// The proxy on the way to an address, without the user and password in it. Addresses on this
    /// machine never have one.
    pub fn on_the_way_to(&self, url: &Url) -> Option<String> {
        if crate::provider::is_loopback(url) {
            return None;
        }
        let proxy = self.0.intercept(&url.as_str().parse().ok()?)?;
        let mut proxy = Url::parse(&proxy.uri().to_string()).ok()?;
        let _ = (proxy.set_username(""), proxy.set_password(None));
        Some(proxy.as_str().trim_end_matches('/').to_owned())
    }
}

/// The names of the proxy variables that are set.
pub fn proxy_variables(variable: impl Fn(&str) -> Option<String>) -> Vec<&'static str> {
    PROXY_VARIABLES.into_iter().flatten().filter(|name| variable(name).is_some()).collect()
}

/// How many root certificates would be found, and what could not be read on the way. `None` where
/// the system itself checks certificates.
pub fn roots() -> Option<(usize, Option<String>)> {
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        let found = rustls_native_certs::load_native_certs();
        Some((found.certs.len(), found.errors.first().map(ToString::to_string)))
    }
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_told_without_its_password_and_no_proxy_is_obeyed() {
        let variable = |name: &str| match name {
            "https_proxy" => Some("http://anna:hunter2@proxy.example:3128".to_owned()),
            "NO_PROXY" => Some("timberdata.de, 10.0.0.0/8".to_owned()),
            _ => None,
        };
        let proxies = Proxies::of(variable);
        let on_the_way = |url: &str| proxies.on_the_way_to(&Url::parse(url).unwrap());
        assert_eq!(
            on_the_way("https://auth.example/").as_deref(),
            Some("http://proxy.example:3128")
        );
        assert_eq!(on_the_way("https://api.timberdata.de/"), None);
        assert_eq!(on_the_way("https://127.0.0.1/"), None);
        assert_eq!(proxy_variables(variable), ["https_proxy", "NO_PROXY"]);
    }
}
