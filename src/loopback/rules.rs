//! What one request is: a pure function of its head. Anything but a plain GET of one of our three
//! paths, under our own name, is refused before anybody reads its query.

use hyper::Method;
use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use url::{Url, form_urlencoded};

use super::IgnoredCallback::{OtherName, OtherPath, Post};
use super::answer::Refusal;

/// Where the browser is sent after its callback, and finds the result page.
pub(super) const DONE_PATH: &str = "/done";

/// What the path of the one-use local link begins with.
pub(super) const START_PREFIX: &str = "/start/";

/// Names of this machine in a Host line that cannot be another site's.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The redirect URI, as a request names it.
pub(super) struct Site {
    /// `127.0.0.1:17101`
    authority: String,
    /// `/callback/zaehlerfreunde`
    path: String,
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// It may be the callback. The query as it came, nothing decoded.
    Callback(&'a str),
    /// The local link; the rest of the path, which may be its token.
    Start(&'a str),
    /// The result page.
    Done,
}

impl Site {
    pub(super) fn new(redirect_uri: &Url) -> Self {
        let host = redirect_uri.host_str().unwrap_or_default();
        let authority = format!("{host}:{}", redirect_uri.port().unwrap_or_default());
        Self { authority, path: redirect_uri.path().to_owned() }
    }

    /// Judges a request's head. The host comes first, so that a page whose name was rebound to
    /// 127.0.0.1 learns nothing but that.
    pub(super) fn route<'a>(&self, head: &'a Parts) -> Result<Route<'a>, Refusal> {
        self.check_host(head)?;
        let path = head.uri.path();
        match head.method {
            Method::GET => {}
            Method::POST if path == self.path => return Err(Refusal::Ignored(Post)),
            _ => return Err(Refusal::Method),
        }
        if is_prefetch(&head.headers) {
            return Err(Refusal::Prefetch);
        }
        let query = head.uri.query().unwrap_or_default();
        match path.strip_prefix(START_PREFIX) {
            _ if path == self.path => Ok(Route::Callback(query)),
            _ if path == DONE_PATH => Ok(Route::Done),
            Some(token) => Ok(Route::Start(token)),
            None if is_answer(query) => Err(Refusal::Ignored(OtherPath)),
            None => Err(Refusal::NotFound),
        }
    }

    /// One Host line, exactly ours; and where the request line names a host as well (a proxy's
    /// form), that one too.
    fn check_host(&self, head: &Parts) -> Result<(), Refusal> {
        let mut lines = head.headers.get_all(header::HOST).iter();
        let (Some(host), None) = (lines.next(), lines.next()) else {
            return Err(Refusal::HostLines);
        };
        let in_target = head.uri.authority().is_none_or(|name| name.as_str() == self.authority)
            && head.uri.scheme_str().is_none_or(|scheme| scheme == "http");
        if host.as_bytes() == self.authority.as_bytes() && in_target {
            return Ok(());
        }
        let port = self.authority.rsplit(':').next().unwrap_or_default();
        let is_own_name = OWN_NAMES.iter().any(|name| host == &format!("{name}:{port}"));
        let is_callback = head.method == Method::GET && head.uri.path() == self.path;
        let is_meant = is_own_name && head.uri.authority().is_none() && is_callback;
        Err(if is_meant { Refusal::Ignored(OtherName) } else { Refusal::Host })
    }
}

/// Whether a query is what a provider sends back, wherever it came (RFC 6749 §4.1.2).
fn is_answer(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| ["code", "state", "error"].contains(&&*name))
}

/// A browser fetching ahead of the person: an answer to it must not use the callback up.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        headers.get_all(*name).iter().any(|value| {
            let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
            ["prefetch", "prerender", "preview"].iter().any(|word| value.contains(word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn site() -> Site {
        Site::new(&Url::parse("http://127.0.0.1:17101/callback/a").unwrap())
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:17101");

    #[test]
    fn the_path_is_compared_exactly_and_the_query_is_passed_as_it_came() {
        let route = |target: &str| format!("{:?}", site().route(&head("GET", target, &[HOST])));
        assert_eq!(route("/callback/a?code=%zz+&x"), r#"Ok(Callback("code=%zz+&x"))"#);
        assert_eq!(route("/callback/a"), r#"Ok(Callback(""))"#);
        assert_eq!(route("http://127.0.0.1:17101/callback/a?b"), r#"Ok(Callback("b"))"#);
        assert_eq!(route("/start/abc"), r#"Ok(Start("abc"))"#);
        assert_eq!(route("/done"), "Ok(Done)");
        for other in ["/", "/callback/b", "/callback/a/", "/callback/A", "//callback/a", "/done/"] {
            assert_eq!(route(other), "Err(NotFound)", "{other}");
        }
        assert_eq!(route("/callback/%61"), "Err(NotFound)");
        assert_eq!(route("/x/../callback/a"), "Err(NotFound)");
        for answer in ["/callback/b?code=x&state=y", "/?error=x", "/callback/a/?state="] {
            assert_eq!(route(answer), "Err(Ignored(OtherPath))", "{answer}");
        }
        assert_eq!(route("/favicon.ico?v=1"), "Err(NotFound)");
    }

    #[test]
    fn the_host_is_asked_before_anything_else() {
        let route = |method, target, headers: &[_]| {
            site().route(&head(method, target, headers)) == Err(Refusal::Host)
        };
        for name in ["evil.example:17101", "127.0.0.1", "localhost:17102", "127.0.0.1:17102", ""] {
            assert!(route("GET", "/callback/a", &[("host", name)]), "{name}");
            assert!(route("POST", "/nowhere", &[("host", name)]), "{name}");
        }
        assert!(route("GET", "http://evil.example/callback/a", &[HOST]));
        assert!(route("GET", "https://127.0.0.1:17101/callback/a", &[HOST]));
        for lines in [&[][..], &[HOST, HOST]] {
            let head = head("GET", "/callback/a", lines);
            assert_eq!(site().route(&head), Err(Refusal::HostLines));
        }
    }

    #[test]
    fn the_name_is_the_redirect_uris_own() {
        for uri in ["http://localhost:17101/cb", "http://[::1]:17101/cb"] {
            let site = Site::new(&Url::parse(uri).unwrap());
            let own = uri.trim_start_matches("http://").trim_end_matches("/cb");
            assert_eq!(site.route(&head("GET", "/cb", &[("host", own)])), Ok(Route::Callback("")));
            for other in OWN_NAMES.map(|name| format!("{name}:17101")) {
                if other != own {
                    let head = head("GET", "/cb?a=b", &[("host", &other)]);
                    assert_eq!(site.route(&head), Err(Refusal::Ignored(OtherName)), "{other}");
                }
            }
            let elsewhere = head("GET", "/", &[("host", "127.0.0.1:1")]);
            assert_eq!(site.route(&elsewhere), Err(Refusal::Host));
        }
    }

    #[test]
    fn only_get_and_only_for_a_person() {
        for method in ["HEAD", "PUT", "OPTIONS", "DELETE", "get", "PROPFIND"] {
            let head = head(method, "/callback/a", &[HOST]);
            assert_eq!(site().route(&head), Err(Refusal::Method), "{method}");
        }
        let posted = |path| site().route(&head("POST", path, &[HOST])).unwrap_err();
        assert_eq!(posted("/callback/a"), Refusal::Ignored(Post));
        assert_eq!(posted("/"), Refusal::Method);
        for ahead in [
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "Prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ] {
            let head = head("GET", "/callback/a", &[HOST, ahead]);
            assert_eq!(site().route(&head), Err(Refusal::Prefetch), "{ahead:?}");
        }
    }
}
