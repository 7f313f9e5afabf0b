//! The language of what leaves the machine for others: pictures, reports, headings, letters. What
//! the terminal says is English, and machine formats have none.
//!
//! The words stand in `de.toml` and `en.toml`, side by side; [`Texts`] names them, so that a word
//! which one of them lacks fails the tests.

mod date;
mod number;
mod pictures;
mod report;
mod texts;

use std::sync::LazyLock;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub use self::pictures::PilePictureTexts;
pub use self::report::ReportTexts;
pub use self::texts::Texts;

/// One file for each, read when a word of it is needed.
static GERMAN: LazyLock<Texts> = LazyLock::new(|| read(include_str!("de.toml")));
static ENGLISH: LazyLock<Texts> = LazyLock::new(|| read(include_str!("en.toml")));

/// As `--language` takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German
    De,
    /// English
    #[default]
    En,
}

impl Language {
    /// Of a locale's name (`de_AT.UTF-8`, `de-CH`): German where it begins so, else English.
    pub fn of_locale(name: &str) -> Self {
        match name.split(['_', '-', '.', '@']).next() {
            Some(language) if language.eq_ignore_ascii_case("de") => Self::De,
            _ => Self::En,
        }
    }

    /// As settings and `<html lang>` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    pub fn texts(self) -> &'static Texts {
        match self {
            Self::De => &GERMAN,
            Self::En => &ENGLISH,
        }
    }
}

/// A sentence with its values in the place of their names in braces.
pub fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        filled += value.map_or("", |(_, value)| value);
        filled += rest;
    }
    filled
}

#[expect(clippy::expect_used, reason = "files of this program; the tests read both")]
fn read(text: &str) -> Texts {
    toml::from_str(text).expect("the words of a language")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every text below this value by its place.
    fn texts(place: &str, value: &toml::Value) -> Vec<(String, String)> {
        let below = |(name, value): (&str, _)| texts(&format!("{place}.{name}"), value);
        match value {
            toml::Value::Table(words) => {
                words.iter().flat_map(|(name, value)| below((name, value))).collect()
            }
            toml::Value::Array(words) => {
                words.iter().flat_map(|value| below(("*", value))).collect()
            }
            value => vec![(place.to_owned(), value.as_str().unwrap().to_owned())],
        }
    }

    fn all(file: &str) -> Vec<(String, String)> {
        texts("", &toml::Value::Table(file.parse().unwrap()))
    }

    /// The names in braces.
    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default()).collect()
    }

    #[test]
    fn both_languages_have_every_word_with_the_same_values() {
        for language in Language::value_variants() {
            assert!(!language.texts().columns.is_empty());
        }
        let [german, english] = [include_str!("de.toml"), include_str!("en.toml")].map(all);
        assert_eq!(german.len(), english.len());
        for ((place, text), (same_place, same)) in german.iter().zip(&english) {
            assert_eq!((place, names(text)), (same_place, names(same)));
            assert!(!text.trim().is_empty() && !same.trim().is_empty(), "{place}");
        }
    }

    #[test]
    fn a_value_is_filled_in_once_and_is_no_sentence_itself() {
        let values = [("unit", "kWh"), ("interval", "{unit}")];
        assert_eq!(filled("{unit} je {interval}", &values), "kWh je {unit}");
        assert_eq!(filled("keine Lücken", &values), "keine Lücken");
    }
}
