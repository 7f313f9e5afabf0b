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
use crate::input;
use crate::oauth::is_loopback;
use crate::secret::Secret;

/// Largest file of certificates that is read, in bytes: a whole system's have a quarter of it.
const MAX_CA_BYTES: u64 = 1024 * 1024;
/// Time for one step of asking a proxy what it wants.
const MAX_LOOK: Duration = Duration::from_secs(3);
/// Of its answer as much is read, in bytes.
const MAX_HEAD_BYTES: u64 = 16 * 1024;
const PROXY_HINT: &str = "give it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special characters \
    percent-encoded; unset the variable where there is no proxy";
const PAC_HINT: &str = "a PAC file is a script for browsers: look into it, or ask who runs the network, for the line \
    PROXY HOST:PORT, and give that: HTTPS_PROXY=http://HOST:PORT";
const CA_HINT: &str = "give the certificates as PEM (-----BEGIN CERTIFICATE-----) and nothing else; a binary \
    file becomes PEM by: openssl x509 -inform der -in FILE -out FILE.pem";

/// What a person's environment and flags say about it. Looked at when the first request needs it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub proxy: Option<ProxySetting>,
    /// PEM certificates that are trusted beside the system's,
    pub ca_file: Option<PathBuf>,
    /// or in their place.
    pub ca_file_only: bool,
}

/// The proxy for every address that is not on this machine; all of those are https.
#[derive(Clone, Debug)]
pub struct ProxySetting {
    /// The variable that it comes from: `HTTPS_PROXY`.
    pub variable: &'static str,
    /// It can hold a password.
    pub value: Secret,
    /// `NO_PROXY`: hosts, domains and networks, separated by commas; `*` is everything.
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

    fn url(&self) -> Result<Url, HttpError> {
        let bad = |why: &str| {
            let why = format!("the variable {} {why}", self.variable);
            HttpError::Setup { code: "proxy", why, hint: PROXY_HINT }
        };
        let text = self.value.expose().trim();
        if is_pac(text) {
            let why = format!("the variable {} names a PAC file, and no proxy", self.variable);
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

    fn exempts_all(&self) -> bool {
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

fn place(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

impl Network {
    /// A client for addresses elsewhere.
    pub(super) fn outside(&self, builder: ClientBuilder) -> Result<ClientBuilder, HttpError> {
        let builder = self.here(builder)?;
        let Some(setting) = self.proxy.as_ref().filter(|setting| !setting.exempts_all()) else {
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
        let setting = self.proxy.as_ref().filter(|setting| !setting.exempts_all())?;
        let exempting = Matcher::builder().all("http://proxy.invalid").no(&*setting.exempt).build();
        let on_the_way =
            !is_loopback(url) && exempting.intercept(&url.as_str().parse().ok()?).is_some();
        on_the_way.then(|| setting.place())
    }

    /// How the proxy refuses: the status, and the ways to prove oneself that it names (RFC 9110
    /// §11.7.1). hyper does not hand the refusal on, so it is asked for once more, without a secret.
    pub(super) fn refusal_of_the_proxy(&self, host: &str) -> (Option<u16>, Vec<String>) {
        let ask = || {
            let url = self.proxy.as_ref()?.url().ok().filter(|url| url.scheme() == "http")?;
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
        self.proxy.as_ref().map(ProxySetting::url).transpose()?;
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

    fn setting(value: &str) -> ProxySetting {
        ProxySetting { variable: "HTTPS_PROXY", value: value.into(), exempt: String::new() }
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
    fn the_way_to_an_address_leads_past_the_proxy_where_it_is_exempt() {
        let proxy = ProxySetting {
            exempt: "timberdata.de, 10.0.0.0/8".into(),
            ..setting("http://anna:hunter2@proxy.example:3128")
        };
        let network = Network { proxy: Some(proxy), ..Network::default() };
        let way = |url: &str| network.proxy_to(&Url::parse(url).unwrap());
        assert_eq!(way("https://auth.example/").as_deref(), Some("proxy.example:3128"));
        assert_eq!(way("https://api.timberdata.de/"), None);
        assert_eq!(way("https://10.1.2.3/"), None);
        assert_eq!(way("https://127.0.0.1/"), None);
    }

    #[test]
    fn a_star_exempts_everything() {
        let with = |exempt: &str| ProxySetting { exempt: exempt.into(), ..setting("p:1") };
        assert!(with("*").exempts_all() && with("a.example, *").exempts_all());
        assert!(!with("").exempts_all() && !with("*.example").exempts_all());
    }
}
