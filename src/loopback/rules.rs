//! What one request is: a pure function of its head. Anything but a plain GET of one of our three
//! paths, under our own name, is refused before anybody reads its query.

use hyper::Method;
use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use url::Url;

use super::answer::Refusal;

/// Where the browser is sent after its callback, and finds the result page.
pub(super) const DONE_PATH: &str = "/done";

/// What the path of the one-use local link begins with.
pub(super) const START_PREFIX: &str = "/start/";

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
        if head.method != Method::GET {
            return Err(Refusal::Method);
        }
        if is_prefetch(&head.headers) {
            return Err(Refusal::Prefetch);
        }
        match head.uri.path() {
            path if path == self.path => Ok(Route::Callback(head.uri.query().unwrap_or_default())),
            DONE_PATH => Ok(Route::Done),
            path => path.strip_prefix(START_PREFIX).map(Route::Start).ok_or(Refusal::NotFound),
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
        let ours = host.as_bytes() == self.authority.as_bytes() && in_target;
        if ours { Ok(()) } else { Err(Refusal::Host) }
    }
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
    }

    #[test]
    fn the_host_is_asked_before_anything_else() {
        let route = |method, target, headers: &[_]| {
            site().route(&head(method, target, headers)) == Err(Refusal::Host)
        };
        for name in ["evil.example:17101", "127.0.0.1", "localhost:17101", "127.0.0.1:17102", ""] {
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
            assert_eq!(site.route(&head("GET", "/cb", &[HOST])), Err(Refusal::Host));
        }
    }

    #[test]
    fn only_get_and_only_for_a_person() {
        for method in ["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "get", "PROPFIND"] {
            let head = head(method, "/callback/a", &[HOST]);
            assert_eq!(site().route(&head), Err(Refusal::Method), "{method}");
        }
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
