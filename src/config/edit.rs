//! Changing the configuration file: one value at a time, everything else stays as the person wrote
//! it, comments and order included.
//!
//! No second TOML library for that: the reader knows where each value stands. A place is tried for
//! the new text, what comes out is read again, and it counts only if exactly the one value changed.

use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::{ConfigError, parse, read};
use crate::provider::registry::Registry;
use crate::system::files::{self, Durability, Mode};

/// A change of the file that is not written yet.
#[derive(Clone, Debug)]
pub struct Draft {
    path: PathBuf,
    before: Option<String>,
    text: String,
}

impl Draft {
    /// The file as it is; a missing one is empty, a broken one an error with its line.
    pub fn open(path: PathBuf) -> Result<Self, ConfigError> {
        let before = read(&path)?;
        let text = before.clone().unwrap_or_default();
        parse(&text, &path)?;
        Ok(Self { path, before, text })
    }

    /// Sets one value, by its keys from the outside in. `literal` is TOML; `comment` goes above the
    /// line where that is a new one. That a file with the value can be used is checked, but not
    /// that its providers are complete.
    pub fn set(&mut self, keys: &[&str], literal: &str, comment: &str) -> Result<(), ConfigError> {
        let Some(text) = with_value(&self.text, keys, literal, comment) else {
            let line = format!("{} = {literal}", keys.join("."));
            return Err(ConfigError::NoPlace { path: self.path.clone(), line });
        };
        parse(&text, &self.path)?;
        self.text = text;
        Ok(())
    }

    pub fn is_changed(&self) -> bool {
        self.before.as_deref().unwrap_or_default() != self.text
    }

    /// The lines that go (`-`) and that come (`+`).
    pub fn changes(&self) -> Vec<(char, &str)> {
        let old: Vec<&str> = self.before.iter().flat_map(|text| text.lines()).collect();
        let new: Vec<&str> = self.text.lines().collect();
        let alike = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| {
            pairs.take_while(|(old, new)| old == new).count()
        };
        let first = alike(&mut old.iter().zip(&new));
        let last = alike(&mut old[first..].iter().rev().zip(new[first..].iter().rev()));
        let gone = old[first..old.len() - last].iter().map(|line| ('-', *line));
        let come = new[first..new.len() - last].iter().map(|line| ('+', *line));
        gone.chain(come).collect()
    }

    /// The providers as they would be.
    pub fn registry(&self) -> Result<Registry, ConfigError> {
        parse(&self.text, &self.path)?;
        Ok(Registry::new(self.text.clone()))
    }

    /// Replaces the file in one step. Behind a symbolic link it is the real file that is replaced.
    pub fn save(&self) -> Result<(), ConfigError> {
        let file = real_file(&self.path);
        let _lock = file.parent().and_then(files::lock_folder);
        if read(&self.path)? != self.before {
            return Err(ConfigError::ChangedMeanwhile(self.path.clone()));
        }
        // Who may read the file may read the new one: it can be a service's, and root who changes it.
        files::replace(&file, self.text.as_bytes(), Mode::AsBefore, Durability::Content)
            .map_err(|source| ConfigError::NotWritten { path: self.path.clone(), source })
    }
}

/// A text as a TOML string.
pub fn quoted(text: &str) -> String {
    let mut literal = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if c.is_control() => literal += &format!("\\u{:04X}", u32::from(c)),
            c => literal.push(c),
        }
    }
    literal + "\""
}

/// Texts as a TOML array: one to a line where there are several.
pub fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = texts.into_iter().map(quoted).collect();
    match items.len() {
        0 | 1 => format!("[{}]", items.concat()),
        _ => format!("[\n{}]", items.iter().map(|item| format!("  {item},\n")).collect::<String>()),
    }
}

/// `None` when no place was found, or the literal is no TOML value.
fn with_value(text: &str, keys: &[&str], literal: &str, comment: &str) -> Option<String> {
    let mut wanted: Table = text.parse().ok()?;
    let mut value: Table = format!("value = {literal}").parse().ok()?;
    if value.len() != 1 {
        return None;
    }
    insert(&mut wanted, keys, value.remove("value")?)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let candidates = candidates(text, keys, literal, comment)?.into_iter();
    // A file with Windows' line breaks keeps them.
    let mut texts = candidates
        .map(|(at, end, new)| [&text[..at], &new.replace('\n', newline), &text[end..]].concat());
    texts.find(|text| text.parse::<Table>().is_ok_and(|table| table == wanted))
}

fn insert(table: &mut Table, keys: &[&str], value: Value) -> Option<()> {
    match keys {
        [] => None,
        [key] => {
            table.insert((*key).to_owned(), value);
            Some(())
        }
        [key, rest @ ..] => {
            let inner = table.entry((*key).to_owned()).or_insert_with(|| Table::new().into());
            insert(inner.as_table_mut()?, rest, value)
        }
    }
}

/// Places to try, the best first: from byte, to byte, and what belongs between them.
fn candidates(
    text: &str,
    keys: &[&str],
    literal: &str,
    comment: &str,
) -> Option<Vec<(usize, usize, String)>> {
    let (key, parents) = keys.split_last()?;
    let root = DeTable::parse(text).ok()?;
    let comment = if comment.is_empty() { String::new() } else { format!("# {comment}\n") };
    let mut places = Vec::new();

    // The tables on the way, the innermost first.
    let mut way: Vec<(&DeTable, std::ops::Range<usize>)> = vec![(root.get_ref(), 0..0)];
    for parent in parents {
        match way.last().and_then(|(table, _)| table.get(*parent)) {
            Some(value) => way.push((value.get_ref().as_table()?, value.span())),
            None => break,
        }
    }
    if let Some(value) = way.get(parents.len()).and_then(|(table, _)| table.get(*key)) {
        let span = value.span();
        return Some(vec![(span.start, span.end, literal.to_owned())]);
    }
    for (depth, (table, span)) in way.iter().enumerate().rev() {
        if depth == 0 && !parents.is_empty() {
            continue;
        }
        let opening = text.get(span.clone()).and_then(|text| text.chars().next());
        let rest = [&parents[depth..], &[*key]].concat().join(".");
        if depth > 0 && opening == Some('{') {
            let comma = if table.is_empty() { "" } else { "," };
            let end = text[..span.end - 1].trim_end().len();
            places.push((end, end, format!("{comma} {rest} = {literal}")));
            continue;
        }
        // After the last value that stands in this very table, or after its heading.
        let values = table.iter().map(|(_, value)| value).filter(|value| is_leaf(value, text));
        let last = values.map(|value| value.span().end).max();
        if let Some(after) = last.or((opening == Some('[')).then_some(span.end)) {
            let (at, gap) = line_end(text, after);
            for depth in (0..=depth).rev() {
                let name = [&parents[depth..], &[*key]].concat().join(".");
                places.push((at, at, format!("{gap}{comment}{name} = {literal}\n")));
            }
        }
    }
    if parents.is_empty() {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let gap = if text.len() > at { "\n" } else { "" };
        places.push((at, at, format!("{comment}{key} = {literal}\n{gap}")));
    } else {
        let (at, gap) = line_end(text, text.len());
        let space = if text.trim().is_empty() { "" } else { "\n" };
        let section = parents.join(".");
        let new = format!("{gap}{space}{comment}[{section}]\n{key} = {literal}\n");
        places.push((at, at, new));
    }
    Some(places)
}

/// Whether a value stands in its table's own lines, and not under a heading of its own.
fn is_leaf(value: &Spanned<DeValue>, text: &str) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => text[value.span()].starts_with('{'),
        DeValue::Array(_) => !text[value.span()].starts_with("[["),
        _ => true,
    }
}

/// Where the line ends that has this byte, and the line break that is missing there.
fn line_end(text: &str, from: usize) -> (usize, &'static str) {
    match text[from..].find('\n') {
        Some(length) => (from + length + 1, ""),
        None if text.is_empty() || text.ends_with('\n') => (text.len(), ""),
        None => (text.len(), "\n"),
    }
}

/// The file behind symbolic links; one that is not there yet counts as well.
fn real_file(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    match fs::read_link(path) {
        Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, key: &str, literal: &str) -> Option<String> {
        with_value(text, &key.split('.').collect::<Vec<_>>(), literal, "")
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        for (before, after) in [
            ("", "[p.t]\nid = \"x\"\n"),
            ("# mine", "# mine\n\n[p.t]\nid = \"x\"\n"),
            ("store = 1\r\n", "store = 1\r\n\r\n[p.t]\r\nid = \"x\"\r\n"),
            ("[p.t]", "[p.t]\nid = \"x\"\n"),
            (
                "[p.t]\n# why\na=1 # one\n\n# next\n[q]\n",
                "[p.t]\n# why\na=1 # one\nid = \"x\"\n\n# next\n[q]\n",
            ),
            ("[p.t]\nid='old' # from them\nz = 1\n", "[p.t]\nid=\"x\" # from them\nz = 1\n"),
            ("[p.t.scopes]\na = 1\n", "[p.t.scopes]\na = 1\n\n[p.t]\nid = \"x\"\n"),
            ("[p.t.scopes]\na = 1\n[p.t]\n", "[p.t.scopes]\na = 1\n[p.t]\nid = \"x\"\n"),
            ("p.t.a = 1\nb = 2\n", "p.t.a = 1\np.t.id = \"x\"\nb = 2\n"),
            ("[p]\nt.a = 1\n", "[p]\nt.a = 1\nt.id = \"x\"\n"),
            ("[p]\nt = { a = 1 }\n", "[p]\nt = { a = 1, id = \"x\" }\n"),
            ("p = {t={}}\n", "p = {t={ id = \"x\"}}\n"),
            ("p = {}\n", "p = { t.id = \"x\"}\n"),
            ("[p.t]\na = [\n 1, # ]\n]\n", "[p.t]\na = [\n 1, # ]\n]\nid = \"x\"\n"),
            ("[p.t]\na = '''\n[p.u]\n'''\n", "[p.t]\na = '''\n[p.u]\n'''\nid = \"x\"\n"),
            ("[p.'t']\na = 1\n", "[p.'t']\na = 1\nid = \"x\"\n"),
            ("[[q]]\na = 1\n", "[[q]]\na = 1\n\n[p.t]\nid = \"x\"\n"),
        ] {
            assert_eq!(set(before, "p.t.id", "\"x\"").as_deref(), Some(after), "{before:?}");
            // A second time changes nothing.
            assert_eq!(set(after, "p.t.id", "\"x\"").as_deref(), Some(after));
        }
    }

    #[test]
    fn a_plain_setting_stands_before_the_first_heading() {
        for (before, after) in [
            ("", "s = 1\n"),
            ("[p]\na = 1\n", "s = 1\n\n[p]\na = 1\n"),
            ("a = 1 # one\n[p]\n", "a = 1 # one\ns = 1\n[p]\n"),
            ("s = [\n 2,\n]\n", "s = 1\n"),
            ("\u{feff}[p]\n", "\u{feff}s = 1\n\n[p]\n"),
        ] {
            assert_eq!(set(before, "s", "1").as_deref(), Some(after), "{before:?}");
        }
    }

    #[test]
    fn what_would_change_anything_else_is_not_done() {
        assert_eq!(set("", "s", "1\nt = 2"), None);
        assert_eq!(set("", "s", "1 # "), Some("s = 1 # \n".into()));
        assert_eq!(set("", "s", ""), None);
        assert_eq!(set("s = 1\n", "s.t", "1"), None);
        assert_eq!(set("broken", "s", "1"), None);
    }

    #[test]
    fn texts_become_toml_and_come_back() {
        for text in ["", "a\"b\\c", "tab\tline\n\u{7f}\u{0}ü€", "'''"] {
            let table: Table =
                format!("a = {}\nb = {}", quoted(text), list([text, text])).parse().unwrap();
            assert_eq!(table["a"].as_str(), Some(text));
            assert_eq!(table["b"].as_array().unwrap().len(), 2);
        }
    }
}
