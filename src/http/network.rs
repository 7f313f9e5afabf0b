//! The way out of a company's network: its proxy, and the authority that signs what it looks into.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, ClientBuilder, NoProxy};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use super::HttpError;
use super::proxy::{Proxies, ProxySetting, place};
use crate::input;
use crate::oauth::is_loopback;

/// Largest file of certificates that is read, in bytes: a whole system's have a quarter of it.
const MAX_CA_BYTES: u64 = 1024 * 1024;
/// Time for one step of asking a proxy what it wants.
const MAX_LOOK: Duration = Duration::from_secs(3);
/// Of its answer as much is read, in bytes.
const MAX_HEAD_BYTES: u64 = 16 * 1024;
const CA_HINT: &str = if cfg!(windows) {
    "give the certificates as PEM (-----BEGIN CERTIFICATE-----) and nothing else; a binary file \
     becomes PEM by: certutil -encode FILE FILE.pem"
} else {
    "give the certificates as PEM (-----BEGIN CERTIFICATE-----) and nothing else; a binary file \
     becomes PEM by: openssl x509 -inform der -in FILE -out FILE.pem"
};

/// The way out as it is set. Looked at when the first request needs it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub proxies: Proxies,
    /// PEM certificates that are trusted beside the system's,
    pub ca_file: Option<PathBuf>,
    /// or in their place.
    pub ca_file_only: bool,
}

impl Network {
    /// The proxy for addresses elsewhere.
    pub fn proxy(&self) -> Option<&ProxySetting> {
        self.proxies.used()
    }

    /// A client for addresses elsewhere.
    pub(super) fn outside(&self, builder: ClientBuilder) -> Result<ClientBuilder, HttpError> {
        let builder = self.here(builder)?;
        let Some(setting) = self.proxy().filter(|setting| !setting.exempts_all()) else {
            return Ok(builder);
        };
        let url = setting.url()?;
        log::debug!("addresses elsewhere go through the proxy {}", place(&url));
        let proxy = reqwest::Proxy::all(url)
            .map_err(|_| HttpError::Unusable("the proxy cannot be used".into()))?;
        Ok(builder.proxy(proxy.no_proxy(NoProxy::from_string(&setting.exempt))))
    }

    /// A client for https on this machine.
    pub(super) fn here(&self, builder: ClientBuilder) -> Result<ClientBuilder, HttpError> {
        let builder = builder.https_only(true).no_proxy();
        match &self.ca_file {
            None => Ok(builder),
            Some(path) if self.ca_file_only => Ok(builder.tls_certs_only(certificates(path)?)),
            Some(path) => Ok(builder.tls_certs_merge(certificates(path)?)),
        }
    }

    /// Host and port of the proxy on the way to an address, if its way leads through one.
    pub fn proxy_to(&self, url: &Url) -> Option<String> {
        let setting = self.proxy().filter(|setting| !setting.exempts_all())?;
        let exempting = Matcher::builder().all("http://proxy.invalid").no(&*setting.exempt).build();
        let on_the_way =
            !is_loopback(url) && exempting.intercept(&url.as_str().parse().ok()?).is_some();
        on_the_way.then(|| setting.place())
    }

    /// How the proxy refuses: the status, and the ways to prove oneself that it names (RFC 9110
    /// §11.7.1). hyper does not hand the refusal on, so it is asked for once more, without a secret.
    pub(super) fn refusal_of_the_proxy(&self, host: &str) -> (Option<u16>, Vec<String>) {
        let ask = || {
            let url = self.proxy()?.url().ok().filter(|url| url.scheme() == "http")?;
            let place = url.socket_addrs(|| None).ok()?.into_iter().next()?;
            let mut stream = TcpStream::connect_timeout(&place, MAX_LOOK).ok()?;
            stream.set_read_timeout(Some(MAX_LOOK)).ok()?;
            let request = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
            stream.write_all(request.as_bytes()).ok()?;
            let lines = BufReader::new(stream.take(MAX_HEAD_BYTES)).lines().map_while(Result::ok);
            Some(lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>())
        };
        let lines = ask().unwrap_or_default();
        let begins_as_http = lines.first().filter(|line| line.starts_with("HTTP/"));
        let status = begins_as_http.and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let values = lines.iter().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("proxy-authenticate").then_some(value)
        });
        // `Negotiate, Basic realm="x"`: each part that is no parameter begins with a scheme.
        let words = values.flat_map(|value| value.split(',')).filter_map(|part| {
            part.split_whitespace().next().filter(|word| !word.contains('=')).map(str::to_owned)
        });
        let is_scheme = |word: &String| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (status, words.filter(is_scheme).collect())
    }

    /// Fails as the first request would: on a proxy that is none, on a file that has no certificates.
    pub fn check(&self) -> Result<(), HttpError> {
        self.proxy().map(ProxySetting::url).transpose()?;
        self.ca_file.as_deref().map(certificates).transpose().map(drop)
    }
}

/// How many root certificates the system has, and what could not be read on the way. `None` where
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

/// Every certificate of a PEM file; that there is none is an error.
fn certificates(path: &Path) -> Result<Vec<Certificate>, HttpError> {
    let bad = |why: String| {
        let why = format!("the file of certificates {} {why}", path.display());
        HttpError::Setup { code: "ca-file", why, hint: CA_HINT }
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_CA_BYTES + 1).read_to_end(&mut bytes)).map_err(
        |error| HttpError::Setup {
            code: "ca-file",
            why: format!("the file of certificates {} cannot be read: {error}", path.display()),
            hint: "name a file that is there and readable: --ca-file FILE, PARTNERLINK_CA_FILE, or \
                   `ca_file` of the configuration",
        },
    )?;
    if bytes.len() as u64 > MAX_CA_BYTES {
        return Err(bad("is larger than 1 MiB".into()));
    }
    if bytes.is_empty() {
        return Err(bad("is empty".into()));
    }
    // The mark at the beginning, and UTF-16, are Windows'; what is no text is found below.
    let bytes = input::decode(bytes.clone()).map_or(bytes, String::into_bytes);
    if bytes.windows(16).any(|part| part == b"PRIVATE KEY-----") {
        return Err(bad("holds a private key, which belongs nowhere but with its owner".into()));
    }
    let mut store = RootCertStore::empty();
    let mut all = Vec::new();
    for der in CertificateDer::pem_slice_iter(&bytes) {
        let der = der.map_err(|_| bad("is not PEM from beginning to end".into()))?;
        all.push(Certificate::from_der(&der).map_err(|_| bad("is not usable".into()))?);
        store
            .add(der)
            .map_err(|_| bad(format!("has a damaged certificate, number {}", all.len())))?;
    }
    if all.is_empty() { Err(bad("holds no PEM certificate".into())) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::proxy::Source;

    #[test]
    fn the_way_to_an_address_leads_past_the_proxy_where_it_is_exempt() {
        let proxy = ProxySetting {
            source: Source::Variable("HTTPS_PROXY"),
            value: "http://anna:hunter2@proxy.example:3128".into(),
            exempt: "timberdata.de, 10.0.0.0/8".into(),
        };
        let network = Network { proxies: Proxies::of(proxy), ..Network::default() };
        let way = |url: &str| network.proxy_to(&Url::parse(url).unwrap());
        assert_eq!(way("https://auth.example/").as_deref(), Some("proxy.example:3128"));
        assert_eq!(way("https://api.timberdata.de/"), None);
        assert_eq!(way("https://10.1.2.3/"), None);
        assert_eq!(way("https://127.0.0.1/"), None);
    }
}
