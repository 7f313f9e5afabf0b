//! Every response of the listener, and the headers that each carries. Nothing of a request is
//! ever in one, and a `Location` only where the two redirects of [`done`] and [`start`] say it.

use std::fmt::Write as _;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

use super::rules::DONE_PATH;
use super::{IgnoredCallback, ResultPage};

/// A whole response, body included.
pub(super) type Answer = Response<Full<Bytes>>;

/// Nothing may be loaded, sent or framed, from any page of ours.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// On every response, whatever its status: the address may hold a code (RFC 9700 §4.2.4).
const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("connection", "close"),
];

/// Why a request is not served. The waiting goes on after each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No Host line, or more than one (RFC 9112 §3.2).
    HostLines,
    /// Another host's name: DNS rebinding, or a mistake.
    Host,
    /// Not GET. A cross-origin preflight is one of these, and learns of no permission.
    Method,
    /// A browser fetching ahead.
    Prefetch,
    /// Not one of our paths.
    NotFound,
    /// Whoever sent it has gone away.
    Gone,
    /// The one-use local link, once more.
    LinkUsed,
    /// What may have been meant as the callback.
    Ignored(IgnoredCallback),
}

/// The answer to a request that is not served.
pub(super) fn refusal(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::HostLines | Refusal::Gone => empty(StatusCode::BAD_REQUEST),
        Refusal::Host => empty(StatusCode::MISDIRECTED_REQUEST),
        Refusal::Prefetch => empty(StatusCode::NO_CONTENT),
        Refusal::NotFound => empty(StatusCode::NOT_FOUND),
        Refusal::Method => only_get(empty(StatusCode::METHOD_NOT_ALLOWED)),
        Refusal::LinkUsed => page(
            StatusCode::GONE,
            "Dieser Link wurde schon einmal geöffnet und gilt nur einmal. Waren Sie das nicht, \
             brechen Sie im Terminal mit Strg-C ab und beginnen Sie neu.",
            "This link has been opened before and works only once. If that was not you, press \
             Ctrl-C in the terminal and start again.",
        ),
        Refusal::Ignored(IgnoredCallback::Post) => only_get(ignored(IgnoredCallback::Post)),
        Refusal::Ignored(kind) => ignored(kind),
    }
}

/// What a browser is told that came back otherwise than it should.
fn ignored(kind: IgnoredCallback) -> Answer {
    use IgnoredCallback as Kind;
    match kind {
        Kind::OtherAnswer(_) | Kind::Https => page(
            StatusCode::BAD_REQUEST,
            "Das ist nicht die Antwort, auf die partnerlink wartet. Es ist nichts geschehen; \
             das Programm im Terminal wartet weiter.",
            "This is not the answer that partnerlink is waiting for. Nothing has happened; \
             the program in the terminal goes on waiting.",
        ),
        Kind::OtherBrowser => page(
            StatusCode::FORBIDDEN,
            "Diese Anmeldung hat in einem anderen Fenster begonnen. Bitte dort zu Ende führen, \
             oder die Adresse dieser Seite in das Terminal einfügen.",
            "This sign-in began in another window. Please finish it there, or paste the address \
             of this page into the terminal.",
        ),
        Kind::OtherUser => page(
            StatusCode::FORBIDDEN,
            "Diese Anmeldung hat ein anderer Benutzer dieses Rechners begonnen. Waren Sie das, \
             fügen Sie die Adresse dieser Seite in das Terminal ein.",
            "Another user of this machine began this sign-in. If that was you, paste the address \
             of this page into the terminal.",
        ),
        Kind::OtherName => page(
            StatusCode::MISDIRECTED_REQUEST,
            "Diese Adresse nennt den Rechner anders als vereinbart (localhost statt 127.0.0.1, oder \
             umgekehrt). Ändern Sie den Namen in der Adresszeile, oder fügen Sie die Adresse in \
             das Terminal ein.",
            "This address names the machine otherwise than agreed (localhost for 127.0.0.1, or the \
             reverse). Change the name in the address bar, or paste the address into the terminal.",
        ),
        Kind::Post => page(
            StatusCode::METHOD_NOT_ALLOWED,
            "Die Antwort kam als Formular (form_post), das hier nicht gelesen wird. Es ist nichts \
             geschehen; Näheres steht im Terminal.",
            "The answer came as a form (form_post), which is not read here. Nothing has happened; \
             the terminal says more.",
        ),
        Kind::OtherPath => page(
            StatusCode::NOT_FOUND,
            "Auf diesem Pfad wird keine Antwort erwartet. Es ist nichts geschehen; Näheres steht im \
             Terminal.",
            "No answer is expected on this path. Nothing has happened; the terminal says more.",
        ),
    }
}

fn only_get(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    answer
}

/// The way from the callback to the result page, so that the code leaves the address bar.
pub(super) fn done() -> Answer {
    see_other(HeaderValue::from_static(DONE_PATH))
}

/// The way from the local link to the provider.
pub(super) fn start(location: HeaderValue, set_cookie: HeaderValue) -> Answer {
    let mut answer = see_other(location);
    answer.headers_mut().insert(header::SET_COOKIE, set_cookie);
    answer
}

/// The result page, in the language that the browser asks for.
pub(super) fn result(result: &ResultPage, asked_by: &HeaderMap) -> Answer {
    let (tag, html) =
        if asks_for_german(asked_by) { ("de", &result.de) } else { ("en", &result.en) };
    let status = StatusCode::from_u16(result.status).unwrap_or(StatusCode::OK);
    let mut answer = html_page(status, html.clone());
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag));
    let policy = format!("{POLICY}; style-src 'sha256-{}'", result.style_sha256);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// Whether German is the first language in `Accept-Language` (RFC 9110 §12.5.4). Browsers name the
/// one that they like best first.
fn asks_for_german(headers: &HeaderMap) -> bool {
    let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = languages.and_then(|languages| languages.split([',', ';', '-']).next());
    first.is_some_and(|language| language.trim().eq_ignore_ascii_case("de"))
}

/// The same headers in bytes, for the answers that hyper gives to what is not HTTP.
pub(super) fn empty_in_bytes(status: StatusCode) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in HEADERS {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("content-length: 0\r\n\r\n");
    text.into_bytes()
}

fn see_other(location: HeaderValue) -> Answer {
    let mut answer = empty(StatusCode::SEE_OTHER);
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

fn empty(status: StatusCode) -> Answer {
    with_body(status, Bytes::new())
}

/// A static page in both languages, without style.
fn page(status: StatusCode, de: &str, en: &str) -> Answer {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>partnerlink</title>\n\
         <p lang=\"de\">{de}</p>\n<p>{en}</p>\n</html>\n"
    );
    html_page(status, html)
}

fn html_page(status: StatusCode, html: String) -> Answer {
    let mut answer = with_body(status, html.into());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, html);
    answer
}

fn with_body(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_is_chosen_where_it_comes_first() {
        let asks = |accept: &str| {
            let value = HeaderValue::from_str(accept).unwrap();
            asks_for_german(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
        };
        for german in ["de", "DE-ch;q=1.0", "de-AT,de;q=0.9,en;q=0.8", " de ; q=0.9, en"] {
            assert!(asks(german), "{german:?}");
        }
        for english in ["", "en-GB,en;q=0.9,de;q=0.8", "fr,de", "german", "*", ";;;,,,=;q=1"] {
            assert!(!asks(english), "{english:?}");
        }
        assert!(!asks_for_german(&HeaderMap::new()));
    }
}
