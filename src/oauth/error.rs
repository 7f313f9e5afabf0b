//! Why a provider says no, in its own words and safe to show: the error answers of RFC 6749
//! (§4.1.2.1 and §5.2), problem details (RFC 9457), and what else is usual.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::text::printable;

/// Longest provider text that is shown, in characters: enough for a sentence, not for a page.
const MAX_TEXT: usize = 300;
/// The members that hold a sentence, the one that says most first; as [`plain`] writes them.
const SENTENCE: [&str; 17] = [
    "errordescription",
    "detail",
    "message",
    "description",
    "reason",
    "errormessage",
    "msg",
    "errormsg",
    "faultstring",
    "fehlermeldung",
    "meldung",
    "fehler",
    "fault",
    "error",
    "data",
    "title",
    "code",
];
/// The members that hold one more reason for each thing that is wrong.
const DETAILS: [&str; 5] = ["errors", "details", "violations", "invalidparams", "nonfielderrors"];
/// The elements of a page that say what it is about, before those of an XML error.
const HEADINGS: [&str; 2] = ["title", "h1"];
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

/// The reason that an error answer's body gives; of a page for people it is the title.
pub fn reason_of(body: &[u8]) -> Option<String> {
    let text = decoded(body);
    let reason = match serde_json::from_str(&text) {
        Ok(value) => sentence(&value)?,
        Err(_) if text.trim_start().starts_with('<') => heading(&text)?,
        Err(_) if text.trim_start().starts_with(['{', '[']) => return None,
        Err(_) => text.into_owned(),
    };
    Some(harmless(&reason)).filter(|reason| !reason.is_empty())
}

/// The same of a data endpoint, where members of any name may say it: Django names the fields that
/// are wrong. Not for a token endpoint, whose members may be tokens.
pub fn reason_in_any_member(body: &[u8]) -> Option<String> {
    let named = || {
        let members: Map<String, Value> = serde_json::from_str(&decoded(body)).ok()?;
        let says = |value: &Value| match value {
            Value::Array(items) => items.iter().all(Value::is_string),
            value => value.is_string(),
        };
        let members = members.into_iter().filter(|(_, value)| says(value)).collect();
        Some(harmless(&details(&Value::Object(members))?))
    };
    reason_of(body).or_else(named)
}

/// What follows `a status` in a sentence: the reason in brackets, if there is one.
pub fn because(reason: Option<String>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
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
            let main = SENTENCE.iter().find_map(|name| sentence(member(members, name)?));
            let details = DETAILS.iter().find_map(|name| details(member(members, name)?));
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

/// The member of this name, written in whatever way.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.iter().find_map(|(known, value)| (plain(known) == name).then_some(value))
}

/// `error_message`, `ErrorMessage` and `error-message` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The text of the element that says most: of HTML the title, of XML a member's name.
fn heading(page: &str) -> Option<String> {
    // Only ASCII changes, so that every place is the same in both.
    let lower = page.to_ascii_lowercase();
    let text_of = |name: &&str| {
        lower.match_indices(name).find_map(|(at, _)| {
            let is_element = lower[..at].ends_with(['<', ':']);
            let (attributes, _) = lower[at + name.len()..].split_once('>')?;
            let begin = at + name.len() + attributes.len() + 1;
            let is_whole = attributes.is_empty() || attributes.starts_with(char::is_whitespace);
            let text = page[begin..].split('<').next()?.trim();
            (is_element && is_whole && !text.is_empty()).then(|| unescaped(text))
        })
    };
    HEADINGS.iter().chain(&SENTENCE).find_map(text_of)
}

/// The five entities that XML knows.
fn unescaped(text: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'")];
    let text = entities.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
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
            (r#"{"errors":[{"field":"late","message":"late"}]}"#, "late"),
            (r#"{"title":"late","errors":["late"]}"#, "late"),
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
            (r#"{"Message":"Denied"}"#, "Denied"),
            (r#"{"errorMessage":"camel","errorCode":7}"#, "camel"),
            (r#"{"fault":{"faultstring":"no quota","detail":{"errorcode":"q"}}}"#, "no quota"),
            (r#"{"status":"error","data":{"reason":"deep"}}"#, "deep"),
            (r#"{"non_field_errors":["odd"]}"#, "odd"),
            (r#"{"fehler":"Parameter fehlt"}"#, "Parameter fehlt"),
            (
                "<!doctype html><html><head><TITLE >\n Gesperrt &amp; zu </title><h1>x",
                "Gesperrt & zu",
            ),
            ("<html><body class=a><h1 id=\"b\">Zu</h1>", "Zu"),
            ("<html><subtitle>no</subtitle><title-bar>no</title-bar><h1>Zu</h1>", "Zu"),
            (
                "<?xml version=\"1.0\"?><e><code>7</code><s:message>too far</s:message></e>",
                "too far",
            ),
        ] {
            assert_eq!(reason_of(body.as_bytes()).as_deref(), Some(reason), "{body}");
        }
        assert_eq!(reason_of(b"{\"detail\":\"h\xf6chstens\"}").as_deref(), Some("höchstens"));
        for none in ["", "  ", "<html>", "{}", "[]", "null", r#"{"message":""}"#, "{\"detail\":"] {
            assert_eq!(reason_of(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_data_endpoint_may_name_its_members_as_it_likes() {
        let reason = |body: &str| reason_in_any_member(body.as_bytes());
        let fields = r#"{"from":["is late","is odd"],"to":"is early","n":1,"request":{"a":"b"}}"#;
        assert_eq!(reason(fields).as_deref(), Some("from: is late; is odd; to: is early"));
        assert_eq!(reason(r#"{"detail":"x","from":"y"}"#).as_deref(), Some("x"));
        assert_eq!(reason(r#"{"n":1}"#), None);
        let tokens = r#"{"access_token":"at","refresh_token":"rt"}"#;
        assert_eq!(reason_of(tokens.as_bytes()), None, "a token endpoint's members are secret");
    }

    #[test]
    fn a_challenge_gives_its_reason() {
        let reason = |header| reason_of_challenge(header);
        let header = r#"Bearer realm="a", error="invalid_token", error_description="Das \"Token\" ist alt.""#;
        assert_eq!(reason(header).as_deref(), Some("Das \"Token\" ist alt"));
        assert_eq!(reason("Bearer error=invalid_token, x=1").as_deref(), Some("invalid_token"));
        assert_eq!(reason("Bearer realm=\"error\""), None);
        assert_eq!(reason("Bearer error_description=\"open"), None);
        for before in ["", "a scope, ", "my_scope=x, ", "my-scope=x, ", "scopes=x, "] {
            let header = format!("Bearer {before}scope=\"a b\"");
            assert_eq!(parameter(&header, "scope").as_deref(), Some("a b"), "{header}");
        }
    }
}
