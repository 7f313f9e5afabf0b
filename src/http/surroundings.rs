//! What this machine brings along for https.

/// Variables that name proxies, here or in other programs.
const PROXY_VARIABLES: [&str; 8] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "HTTP_PROXY",
    "http_proxy",
];

/// The names of the proxy variables that are set.
pub fn proxy_variables(variable: impl Fn(&str) -> Option<String>) -> Vec<&'static str> {
    PROXY_VARIABLES.into_iter().filter(|name| variable(name).is_some()).collect()
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
