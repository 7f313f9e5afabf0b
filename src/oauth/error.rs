//! Error answers (RFC 6749 §4.1.2.1 and §5.2), made safe to show.

use std::fmt;

/// Longest provider text that is shown, in characters: enough for a sentence, not for a page.
const MAX_TEXT: usize = 300;

/// `error` and `error_description` as the provider sent them, with every character that the RFC's
/// grammar does not allow replaced: a provider's text must not move a cursor or forge a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    pub code: String,
    pub description: Option<String>,
}

impl OAuthError {
    pub fn new(code: &str, description: Option<&str>) -> Self {
        // It goes on inside a sentence of ours, which has a full stop of its own.
        let description = description.map(|text| printable(text).trim_end_matches('.').to_owned());
        let description = description.filter(|text| !text.is_empty());
        Self { code: printable(code), description }
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

/// Keeps `%x20-21 / %x23-5B / %x5D-7E` (§5.2), replaces anything else by `?`.
fn printable(text: &str) -> String {
    text.chars()
        .take(MAX_TEXT)
        .map(|c| match c {
            ' '..='~' if c != '"' && c != '\\' => c,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_a_cursor_or_forge_a_line_is_replaced() {
        let error = OAuthError::new("bad\u{1b}[2J", Some("a\r\nb\u{202e}c\0\"\\"));
        assert_eq!(error.to_string(), "bad?[2J: a??b?c???");
        assert_eq!(OAuthError::new("x", Some("")).description, None);
        assert_eq!(OAuthError::new(&"e".repeat(9999), None).code.len(), MAX_TEXT);
    }
}
