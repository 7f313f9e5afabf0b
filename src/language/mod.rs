//! The language of what leaves the machine for others: pictures, reports, headings, letters. What
//! the terminal says is English, and machine formats have none.
//!
//! The words stand in `de.toml` and `en.toml`, side by side; [`Texts`] names them, so that a word
//! which one of them lacks fails the tests.

mod number;
mod texts;

use std::sync::LazyLock;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

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

#[expect(clippy::expect_used, reason = "files of this program; the tests read both")]
fn read(text: &str) -> Texts {
    toml::from_str(text).expect("the words of a language")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_every_word() {
        for language in Language::value_variants() {
            assert!(!language.texts().columns.is_empty());
        }
        let names = |language: Language| language.texts().columns.keys().collect::<Vec<_>>();
        assert_eq!(names(Language::De), names(Language::En));
    }
}
