//! Changing the configuration file: one value at a time, everything else stays as the person wrote
//! it, comments and order included (crate toml_edit).

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, InlineTable, Item, Value};

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

    /// The same with one value set, by its keys from the outside in. `literal` is TOML; `comment`
    /// goes above the line where that is a new one. That a file with the value can be used is
    /// checked, but not that its providers are complete.
    pub fn with(&self, keys: &[&str], literal: &str, comment: &str) -> Result<Self, ConfigError> {
        let path = self.path.clone();
        let Some(text) = with_value(&self.text, keys, literal, comment) else {
            let line = format!("{} = {literal}", keys.join("."));
            return Err(ConfigError::NoPlace { path, line });
        };
        parse(&text, &path)?;
        Ok(Self { path, before: self.before.clone(), text })
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
        Ok(parse(&self.text, &self.path)?.registry)
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

/// A value of a description as TOML.
pub fn literal(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => quoted(text),
        toml::Value::Array(texts) => list(texts.iter().filter_map(toml::Value::as_str)),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Table(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} = {}", literal(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.as_integer().unwrap_or_default().to_string(),
    }
}

/// A text as a TOML string, on one line: in a file with Windows' line breaks another one would be
/// changed with them.
pub fn quoted(text: &str) -> String {
    match text.contains(['\n', '\r']) {
        true => serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f"),
        false => Value::from(text).to_string(),
    }
}

/// Texts as a TOML array: one to a line where there are several.
pub fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = texts.into_iter().map(quoted).collect();
    match items.len() {
        0 | 1 => format!("[{}]", items.concat()),
        _ => format!("[\n{}]", items.iter().map(|item| format!("  {item},\n")).collect::<String>()),
    }
}

/// The text with one value set. `None` where the literal is no TOML value, or where something that
/// is no table stands on the way.
fn with_value(text: &str, keys: &[&str], literal: &str, comment: &str) -> Option<String> {
    let value: Value = literal.parse().ok()?;
    let (key, parents) = keys.split_last()?;
    let mut document: DocumentMut = text.parse().ok()?;
    let comment = if comment.is_empty() { String::new() } else { format!("# {comment}\n") };
    let line = format!("{key} = {literal}\n");
    let new = match place(&mut document, parents)? {
        Place::Table(table) => {
            set(table, key, value, &comment)?;
            document.to_string()
        }
        Place::Top if text.is_empty() => comment + &line,
        Place::Top => format!("{comment}{line}\n{text}"),
        Place::End => {
            let gap = match text {
                "" => "",
                _ if text.ends_with('\n') => "\n",
                _ => "\n\n",
            };
            format!("{text}{gap}{comment}[{}]\n{line}", parents.join("."))
        }
    };
    // A file with Windows' line breaks keeps them.
    Some(if text.contains("\r\n") { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new })
}

/// Where a new line goes.
enum Place<'a> {
    /// Into a table that has lines of its own
    Table(&'a mut Item),
    /// Before the first heading
    Top,
    /// At the end, under a new heading
    End,
}

fn place<'a>(document: &'a mut DocumentMut, parents: &[&str]) -> Option<Place<'a>> {
    if parents.is_empty() && document.get_values().is_empty() {
        return Some(Place::Top);
    }
    let mut item = document.as_item_mut();
    for parent in parents {
        let is_inline = item.is_inline_table();
        let table = item.as_table_like_mut()?;
        if !table.contains_key(parent) {
            if !is_inline {
                return Some(Place::End);
            }
            // `{ parent.key = … }`
            let mut inner = InlineTable::new();
            inner.set_dotted(true);
            table.insert(parent, Value::from(inner).into());
        }
        item = table.get_mut(parent)?;
    }
    // Known by the headings below it alone: it has no lines yet.
    if item.as_table().is_some_and(|table| table.is_implicit() && !table.is_dotted()) {
        return Some(Place::End);
    }
    Some(Place::Table(item))
}

/// Changes a line, or adds one behind the table's last.
fn set(place: &mut Item, key: &str, mut value: Value, comment: &str) -> Option<()> {
    let is_inline = place.is_inline_table();
    let table = place.as_table_like_mut()?;
    if let Some(old) = table.get_mut(key) {
        let old = old.as_value_mut()?;
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return Some(());
    }
    // Between braces there is no line for a comment, and the last value's blank comes last again.
    if is_inline && let Some((_, Item::Value(last))) = table.iter_mut().last() {
        let blank = last.decor().suffix().cloned().unwrap_or_default();
        value.decor_mut().set_suffix(blank);
        last.decor_mut().set_suffix("");
    }
    table.insert(key, value.into());
    if !is_inline && !comment.is_empty() {
        table.key_mut(key)?.leaf_decor_mut().set_prefix(comment);
    }
    Some(())
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
            ("p = {t={}}\n", "p = {t={ id = \"x\" }}\n"),
            ("p = {}\n", "p = { t.id = \"x\" }\n"),
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
    fn a_new_line_has_its_comment_above_it() {
        let id = |text| with_value(text, &["p", "t", "id"], "1", "Mine").unwrap();
        assert_eq!(id("[p.t]\na = 1 # a\n"), "[p.t]\na = 1 # a\n# Mine\nid = 1\n");
        assert_eq!(id("p.t.a = 1\n"), "p.t.a = 1\n# Mine\np.t.id = 1\n");
        assert_eq!(id("p.t = {}\n"), "p.t = { id = 1 }\n");
        assert_eq!(id("p.t = {\n a = 1, # a\n}\n"), "p.t = {\n a = 1, id = 1, # a\n}\n");
        assert_eq!(id("a = 1\r\n"), "a = 1\r\n\r\n# Mine\r\n[p.t]\r\nid = 1\r\n");
    }

    #[test]
    fn a_plain_setting_stands_before_the_first_heading() {
        for (before, after) in [
            ("", "s = 1\n"),
            ("[p]\na = 1\n", "s = 1\n\n[p]\na = 1\n"),
            ("a = 1 # one\n[p]\n", "a = 1 # one\ns = 1\n[p]\n"),
            ("s = [\n 2,\n]\n", "s = 1\n"),
        ] {
            assert_eq!(set(before, "s", "1").as_deref(), Some(after), "{before:?}");
        }
    }

    #[test]
    fn what_would_change_anything_else_is_not_done() {
        assert_eq!(set("", "s", "1\nt = 2"), None);
        assert_eq!(set("", "s", "1 # "), None);
        assert_eq!(set("", "s", ""), None);
        assert_eq!(set("s = 1\n", "s.t", "1"), None);
        assert_eq!(set("broken", "s", "1"), None);
    }

    #[test]
    fn texts_become_toml_and_come_back() {
        for text in ["", "a\"b\\c", "tab\tline\n\u{7f}\u{0}ü€", "'''"] {
            let table: toml::Table =
                format!("a = {}\nb = {}", quoted(text), list([text, text])).parse().unwrap();
            assert_eq!(table["a"].as_str(), Some(text));
            assert_eq!(table["b"].as_array().unwrap().len(), 2);
        }
    }
}
