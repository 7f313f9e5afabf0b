//! The names of the words, in sections as in the files.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Every word of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Headings, by the column's name in machine formats.
    pub columns: BTreeMap<String, String>,
    pub pile: PileTexts,
    pub time: TimeTexts,
}

/// What a way point says of a log pile.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PileTexts {
    /// Before the number of what is taken off for the bark.
    pub bark: String,
    /// Behind the volume that the forester measured.
    pub measured: String,
    /// Behind the volume that was sold.
    pub sold: String,
    pub status: String,
    pub title: String,
    pub wood_list: String,
}

/// Names of the time that a clock on the wall shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeTexts {
    pub summer: String,
    pub winter: String,
}

impl Texts {
    /// Central European Summer Time and Central European Time in this language; others as they are.
    pub fn name_of_time<'a>(&'a self, name: &'a str) -> &'a str {
        match name {
            "CEST" => &self.time.summer,
            "CET" => &self.time.winter,
            other => other,
        }
    }
}
