//! The address of the browser's last page, as people copy it: with and without its scheme, only
//! what is behind the question mark, in quotes, or broken over lines. What is found here goes
//! through the same judgement as a callback.

use url::{Url, form_urlencoded};

use super::is_loopback;
use crate::secret::Secret;

/// What a mail, a chat or a shell puts around an address.
const AROUND: &[char] =
    &['"', '\'', '`', '<', '>', '„', '“', '”', '«', '»', '(', '[', '{', '*', '\u{feff}'];
/// What ends a sentence or a bracket, and may be the end of an address as well.
const BEHIND: &[char] = &['.', ',', ';', ':', '!', ')', ']', '}', '*', '"', '\'', '`', '>'];

/// The queries that a pasted text may stand for, the likeliest first: all its lines as one address,
/// each line, each word. None where it can only mean another place than `redirect_uri`.
pub fn queries(text: &str, redirect_uri: &Url) -> Vec<Secret> {
    let whole = Secret::new(text.lines().map(str::trim).collect::<String>());
    let parts = text.lines().chain(text.split_whitespace());
    let mut found: Vec<Secret> = std::iter::once(&**whole.expose())
        .chain(parts)
        .filter_map(|part| query(part, redirect_uri))
        .collect();
    let shorter: Vec<Secret> =
        found.iter().map(|query| query.expose().trim_end_matches(BEHIND).into()).collect();
    found.extend(shorter);
    found
}

/// The raw query, if there is a `state` in it and what stands before it is our redirect URI.
fn query(text: &str, redirect_uri: &Url) -> Option<Secret> {
    let is_around = |c: char| c.is_whitespace() || c.is_control() || AROUND.contains(&c);
    let (text, _fragment) = text.split_once('#').unwrap_or((text, ""));
    let text = text.trim_matches(is_around).trim_start_matches("view-source:");
    let query = match text.split_once('?') {
        // A value may hold a question mark: with a parameter before it, all of it is the query.
        Some((place, query)) if !place.contains(['=', '&']) => {
            Some(query).filter(|_| is_there(place, redirect_uri))
        }
        _ => Some(text),
    }?;
    let has_state = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "state");
    has_state.then(|| Secret::from(query))
}

/// Whether an address without its query is `redirect_uri`. On this machine the names of the
/// loopback address are one, and a browser may have written https.
fn is_there(place: &str, redirect_uri: &Url) -> bool {
    if place.is_empty() || place == redirect_uri.path() {
        return true;
    }
    let whole = if place.contains("://") {
        place.to_owned()
    } else {
        format!("{}://{place}", redirect_uri.scheme())
    };
    let Ok(place) = Url::parse(&whole) else { return false };
    let is_local = is_loopback(redirect_uri) && is_loopback(&place);
    let same_scheme = place.scheme() == redirect_uri.scheme()
        || is_local && matches!(place.scheme(), "http" | "https");
    same_scheme
        && (is_local || place.host() == redirect_uri.host())
        && place.port_or_known_default() == redirect_uri.port_or_known_default()
        && place.path() == redirect_uri.path()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, redirect_uri: &str) -> Option<String> {
        let found = queries(text, &redirect_uri.parse().unwrap());
        found.first().map(|query| query.expose().clone())
    }

    const HERE: &str = "http://127.0.0.1:17861/callback/x";

    #[test]
    fn an_address_is_taken_in_whatever_way_it_was_copied() {
        for text in [
            " http://127.0.0.1:17861/callback/x?code=1&state=2#_ \n",
            "127.0.0.1:17861/callback/x?code=1&state=2",
            "HTTP://127.0.0.1:17861/callback/x?code=1&state=2",
            "https://127.0.0.1:17861/callback/x?code=1&state=2",
            "http://localhost:17861/callback/x?code=1&state=2",
            "localhost:17861/callback/x?code=1&state=2",
            "http://[::1]:17861/callback/x?code=1&state=2",
            "/callback/x?code=1&state=2",
            "?code=1&state=2",
            "code=1&state=2",
            "\u{1}127.0.0.1:17861/callback/x?code=1&state=2\u{7f}",
            "'http://127.0.0.1:17861/callback/x?code=1&state=2'",
            "<http://127.0.0.1:17861/callback/x?code=1&state=2>",
            "„127.0.0.1:17861/callback/x?code=1&state=2“",
            "http://127.0.0.1:17861/callb\n  ack/x?code=1&st\r\nate=2\n",
        ] {
            assert_eq!(first(text, HERE).as_deref(), Some("code=1&state=2"), "{text}");
        }
        let with_address = "state=2&iss=https://a.example/?b&code=1";
        assert_eq!(first(with_address, HERE).as_deref(), Some(with_address));
    }

    #[test]
    fn one_address_among_other_words_and_lines_is_found() {
        let uri = HERE.parse().unwrap();
        for text in [
            "here it is:\nhttp://127.0.0.1:17861/callback/x?code=1&state=2\nregards",
            "Location: http://127.0.0.1:17861/callback/x?code=1&state=2 (copied)",
            "The address is http://127.0.0.1:17861/callback/x?code=1&state=2.",
            "\u{feff}http://127.0.0.1:17861/callback/x?code=1&state=2,",
            "(`http://127.0.0.1:17861/callback/x?code=1&state=2`).",
            "view-source:http://127.0.0.1:17861/callback/x?code=1&state=2",
        ] {
            let found = queries(text, &uri);
            assert!(found.iter().any(|query| query.expose() == "code=1&state=2"), "{text}");
        }
    }

    #[test]
    fn another_place_and_an_address_without_state_are_not() {
        for text in [
            "http://127.0.0.1:17862/callback/x?code=1&state=2",
            "127.0.0.1/callback/x?code=1&state=2",
            "http://127.0.0.1:17861/callback/y?code=1&state=2",
            "http://127.0.0.1:17861/callback/x/?code=1&state=2",
            "http://evil.example/callback/x?code=1&state=2",
            "evil.example:17861/callback/x?code=1&state=2",
            "http://127.0.0.1.evil.example:17861/callback/x?code=1&state=2",
            "ftp://127.0.0.1:17861/callback/x?code=1&state=2",
            "http://127.0.0.1:17861/callback/x?code=1",
            "http://127.0.0.1:17861/callback/x",
            "what is this?",
            "c0de",
            "",
        ] {
            assert_eq!(first(text, HERE), None, "{text}");
        }
    }

    #[test]
    fn elsewhere_scheme_and_name_are_the_redirect_uris_own() {
        let there = "https://partner.example/cb";
        for text in ["https://partner.example/cb?state=2", "partner.example/cb?state=2"] {
            assert_eq!(first(text, there).as_deref(), Some("state=2"), "{text}");
        }
        for text in ["http://partner.example/cb?state=2", "https://localhost/cb?state=2"] {
            assert_eq!(first(text, there), None, "{text}");
        }
    }
}
