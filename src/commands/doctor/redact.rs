//! Text for somebody else's eyes: known private words replaced, e-mail addresses masked.

use serde_json::Value;

/// Characters of a client ID that are left, so that two can be told apart.
const LEFT_OF_AN_ID: usize = 4;
/// Shorter words would be found inside of others.
const SHORTEST: usize = 4;

/// What to replace, by what.
#[derive(Default)]
pub struct Redactor(Vec<(String, String)>);

impl Redactor {
    /// Replaces a word wherever it stands; the longest first.
    pub fn hide(&mut self, word: &str, by: &str) {
        if word.chars().count() >= SHORTEST {
            self.0.push((word.to_owned(), by.to_owned()));
            self.0.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
    }

    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (word, by) in &self.0 {
            text = replace_word(&text, word, by);
        }
        without_addresses(&text)
    }

    /// The same for every text in a value.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.value(value)),
            _ => {}
        }
    }
}

/// The beginning of an identifier.
pub fn shortened(id: &str) -> String {
    let begin = id.chars().take(LEFT_OF_AN_ID.min(id.chars().count() / 2));
    begin.chain(['…']).collect()
}

/// What a message quotes from a file: values, which can be anything. Names of fields stay.
pub fn without_quotations(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, quote)) = rest.find(['"', '`']).map(|at| (&rest[..at], &rest[at..=at]))
    {
        let inner = &rest[before.len() + 1..];
        let Some(end) = inner.find(quote) else { break };
        let kept = if before.ends_with("field ") { &inner[..end] } else { "…" };
        out += &format!("{before}{quote}{kept}{quote}");
        rest = &inner[end + 1..];
    }
    out + rest
}

/// Not in the middle of a longer word: a user named `ro` must not take the middle out of `error`.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let inside = joined(before.chars().next_back().or(out.chars().next_back()))
            || joined(after.chars().next());
        out += before;
        out += if inside && word.chars().all(char::is_alphanumeric) { word } else { by };
        rest = after;
    }
    out + rest
}

fn without_addresses(text: &str) -> String {
    let of_name = |c: char| c.is_alphanumeric() || "._+-%".contains(c);
    let of_host = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        let name = before.trim_end_matches(of_name);
        let host = after.trim_start_matches(of_host);
        out += match (name.len() < before.len(), host.len() < after.len()) {
            (true, true) => name,
            _ => before,
        };
        out += if name.len() < before.len() && host.len() < after.len() { "…@…" } else { "@" };
        rest = if name.len() < before.len() { host } else { after };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_known_words_go_and_everything_else_stays() {
        let mut redactor = Redactor::default();
        redactor.hide("/home/anna", "~");
        redactor.hide("anna", "USER");
        redactor.hide("ro", "USER");
        let text = "/home/anna/x of anna, annabel, error; <anna.b+c@muster.example>, a @ b";
        assert_eq!(redactor.text(text), "~/x of USER, annabel, error; <…@…>, a @ b");
        let mut value = serde_json::json!({ "a": ["anna@muster.example", 1] });
        redactor.value(&mut value);
        assert_eq!(value, serde_json::json!({ "a": ["…@…", 1] }));
    }

    #[test]
    fn quotations_go_and_names_of_fields_stay() {
        for (text, expected) in [
            ("unknown field `clientid`", "unknown field `clientid`"),
            (
                "invalid type: string \"hunter2\", expected x",
                "invalid type: string \"…\", expected x",
            ),
            ("the variable A is \"x\" and `y`", "the variable A is \"…\" and `…`"),
            ("a lone \" stays", "a lone \" stays"),
        ] {
            assert_eq!(without_quotations(text), expected);
        }
        assert_eq!((shortened("abcdefghijkl"), shortened("ab")), ("abcd…".into(), "a…".into()));
    }
}
