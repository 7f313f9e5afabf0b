//! Why a provider says no, in its own words and safe to show: the error answers of RFC 6749
//! (§4.1.2.1 and §5.2), problem details (RFC 9457), and what else is usual.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::text::printable;

/// Longest provider text that is shown, in characters: enough for a sentence, not for a page.
const MAX_TEXT: usize = 300;
/// The members that hold a sentence, the one that says most first.
const SENTENCE: [&str; 10] = [
    "error_description",
    "detail",
    "message",
    "description",
    "reason",
    "error_message",
    "msg",
    "error",
    "title",
    "code",
];
/// The members that hold one more reason for each thing that is wrong.
const DETAILS: [&str; 4] = ["errors", "details", "violations", "invalid-params"];
/// The members that name the thing.
const PLACE: [&str; 6] = ["field", "name", "path", "property", "pointer", "loc"];

/// `error` and `error_description` as the provider sent them. A provider's text must not move a
/// cursor or forge a line, and goes on inside a sentence of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    pub code: String,
    pub description: Option<String>,
}

impl OAuthError {
    pub fn new(code: &str, description: Option<&str>) -> Self {
        let description = description.map(harmless).filter(|text| !text.is_empty());
        Self { code: harmless(code), description }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.description {
            Some(description) => write!(f, "{}: {description}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

/// The reason that an error answer's body gives; `None` where it gives none, as a page for people
/// does.
pub fn reason_of(body: &[u8]) -> Option<String> {
    let text = decoded(body);
    let reason = match serde_json::from_str(&text) {
        Ok(value) => sentence(&value)?,
        Err(_) if text.trim_start().starts_with(['<', '{', '[']) => return None,
        Err(_) => text.into_owned(),
    };
    Some(harmless(&reason)).filter(|reason| !reason.is_empty())
}

/// The reason that a `WWW-Authenticate` header gives (RFC 6750 §3).
pub fn reason_of_challenge(header: &str) -> Option<String> {
    let reason = parameter(header, "error_description").or_else(|| parameter(header, "error"))?;
    Some(harmless(&reason)).filter(|reason| !reason.is_empty())
}

/// A parameter of a challenge, in quotes or bare (RFC 9110 §11.2).
pub fn parameter(header: &str, name: &str) -> Option<String> {
    let begins = |at: usize| {
        !header[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    let (at, _) = header
        .match_indices(name)
        .find(|(at, _)| begins(*at) && header[at + name.len()..].trim_start().starts_with('='))?;
    let value = header[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let Some(quoted) = value.strip_prefix('"') else {
        return value.split([',', ' ']).next().map(str::to_owned);
    };
    let (mut text, mut letters) = (String::new(), quoted.chars());
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => text.push(letters.next()?),
            c => text.push(c),
        }
    }
}

/// The text of an answer, in UTF-8 with or without a BOM, else in Latin-1, which some servers still
/// write.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// What a value of any shape says: `title: field: message; field: message`.
pub(super) fn sentence(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            joined(items.iter().filter_map(|item| match (sentence(item), place(item)) {
                (Some(text), Some(place)) if text != place => Some(format!("{place}: {text}")),
                (text, place) => text.or(place),
            }))
        }
        Value::Object(members) => {
            let main = SENTENCE.iter().find_map(|name| sentence(members.get(*name)?));
            let details = DETAILS.iter().find_map(|name| details(members.get(*name)?));
            match (main, details) {
                (Some(main), Some(details)) if main != details => {
                    Some(format!("{}: {details}", main.trim_end_matches('.')))
                }
                (main, details) => main.or(details),
            }
        }
        Value::Null | Value::Bool(_) => None,
    }
}

/// A list of reasons, or what is wrong by the name of the thing.
fn details(value: &Value) -> Option<String> {
    let Value::Object(members) = value else { return sentence(value) };
    let named = |(name, value): (&String, &Value)| Some(format!("{name}: {}", sentence(value)?));
    joined(members.iter().filter_map(named))
}

fn place(item: &Value) -> Option<String> {
    let members: &Map<String, Value> = item.as_object()?;
    let text = |value: &Value| match value {
        Value::Array(parts) => {
            let parts =
                parts.iter().map(|part| part.as_str().map_or(part.to_string(), str::to_owned));
            Some(parts.collect::<Vec<_>>().join("."))
        }
        value => value.as_str().map(str::to_owned),
    };
    PLACE.iter().find_map(|name| text(members.get(*name)?))
}

fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    Some(parts.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
}

/// On one line, of bounded length, and without the full stop that our own sentence has.
pub(super) fn harmless(text: &str) -> String {
    let text = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = text.trim_end_matches('.');
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_a_cursor_or_forge_a_line_is_replaced() {
        let error = OAuthError::new("bad\u{1b}[2J", Some("a\r\nb\u{202e}c\0\"\\ü."));
        assert_eq!(error.to_string(), "bad?[2J: a b?c?\"\\ü");
        assert_eq!(OAuthError::new("x", Some("")).description, None);
        let long = OAuthError::new(&"ä".repeat(9999), None).code;
        assert_eq!(long.chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn the_reason_is_found_wherever_it_stands() {
        for (body, reason) in [
            (r#"{"title":"Bad Request","detail":"höchstens 7 Tage."}"#, "höchstens 7 Tage"),
            (r#"{"title":"Bad Request","status":400}"#, "Bad Request"),
            (
                r#"{"title":"Invalid.","errors":{"from":["is late","is odd"],"to":["is early"]}}"#,
                "Invalid: from: is late; is odd; to: is early",
            ),
            (r#"{"errors":[{"field":"from","message":"late"},"odd"]}"#, "from: late; odd"),
            (
                r#"{"detail":[{"loc":["query","from",0],"msg":"field required","type":"missing"}]}"#,
                "query.from.0: field required",
            ),
            (r#"{"error":{"code":400,"message":"too long","status":"X"}}"#, "too long"),
            (r#"{"error":"busy","message":null}"#, "busy"),
            (r#"{"statusCode":422,"message":["a","b"],"error":"Unprocessable"}"#, "a; b"),
            (r#"["one","two"]"#, "one; two"),
            (r#""text""#, "text"),
            ("too many\nrequests", "too many requests"),
            ("\u{feff}{\"message\":\"ä\"}", "ä"),
        ] {
            assert_eq!(reason_of(body.as_bytes()).as_deref(), Some(reason), "{body}");
        }
        assert_eq!(reason_of(b"{\"detail\":\"h\xf6chstens\"}").as_deref(), Some("höchstens"));
        for none in ["", "  ", "<html>", "{}", "[]", "null", r#"{"message":""}"#, "{\"detail\":"] {
            assert_eq!(reason_of(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_challenge_gives_its_reason() {
        let reason = |header| reason_of_challenge(header);
        let header = r#"Bearer realm="a", error="invalid_token", error_description="Das \"Token\" ist alt.""#;
        assert_eq!(reason(header).as_deref(), Some("Das \"Token\" ist alt"));
        assert_eq!(reason("Bearer error=invalid_token, x=1").as_deref(), Some("invalid_token"));
        assert_eq!(reason("Bearer realm=\"error\""), None);
        assert_eq!(reason("Bearer error_description=\"open"), None);
        assert_eq!(parameter("Bearer scope=\"a b\"", "scope").as_deref(), Some("a b"));
    }
}
