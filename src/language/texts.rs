//! The names of the words, in sections as in the files.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pictures::{MeterPictureTexts, PictureTexts, PilePictureTexts};
use super::report::ReportTexts;

/// Every word of a language. In a sentence `{name}` stands for a value (`filled`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub calendar: CalendarTexts,
    /// Headings, by the column's name in machine formats.
    pub columns: BTreeMap<String, String>,
    /// What the providers' codes mean.
    pub codes: BTreeMap<String, String>,
    pub dates: DateTexts,
    pub picture: PictureTexts,
    pub meter_picture: MeterPictureTexts,
    pub pile: PileTexts,
    pub pile_picture: PilePictureTexts,
    pub report: ReportTexts,
    pub time: TimeTexts,
}

impl Texts {
    /// What a provider's code means; one that is not known stays as it is.
    pub fn code<'a>(&'a self, code: &'a str) -> &'a str {
        self.codes.get(code).map_or(code, String::as_str)
    }

    /// Central European Summer Time and Central European Time in this language; others as they are.
    pub fn name_of_time<'a>(&'a self, name: &'a str) -> &'a str {
        match name {
            "CEST" => &self.time.summer,
            "CET" => &self.time.winter,
            other => other,
        }
    }
}

/// Of `status --calendar`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarTexts {
    pub summary: String,
    /// Where it is too late.
    pub ended: String,
    pub ends: String,
}

/// Names from Monday and from January on, and patterns of strftime.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateTexts {
    pub weekdays: [String; 7],
    pub months: [String; 12],
    pub long_months: [String; 12],
    /// `25.10.2026`
    pub day: String,
    /// `25.10.`
    pub short_day: String,
    /// `So 25.10.2026`
    pub named_day: String,
    /// `So 25.10.`
    pub short_named_day: String,
    /// `So 25.`
    pub weekday: String,
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
