//! The line that closes an answer: how much it is, what is missing, where it lies.

use std::fmt::Write as _;
use std::path::Path;

use crate::language::Language;
use crate::terminal::{self, Mark, Output};

/// What an answer comes down to.
#[derive(Debug, Default)]
pub struct Closing {
    /// `2 976 readings of 12 meters, 2026-10-01 00:00 to 2026-11-01 00:00 (Europe/Berlin)`
    pub what: String,
    /// `16 intervals are missing`; empty where nothing is.
    pub lacks: Vec<String>,
    /// Each a line of its own.
    pub warnings: Vec<String>,
}

impl Closing {
    /// Of a list of which nothing more is known.
    pub fn of_rows(rows: usize, name: &str) -> Self {
        Self { what: format!("{} {name}", number(rows)), ..Self::default() }
    }

    /// After a file always; after what went to standard output where it was long, and where
    /// something is missing.
    pub fn say(&self, output: &Output, rows: usize, file: Option<&Path>) {
        let is_long = rows > terminal::size().1 && !output.json;
        if file.is_some() || is_long || !self.lacks.is_empty() {
            let mut line = self.what.clone();
            for lack in &self.lacks {
                let _ = write!(line, "; {lack}");
            }
            if let Some(file) = file {
                let _ = write!(line, "; {}", file.display());
            }
            output.say(if self.lacks.is_empty() { Mark::Good } else { Mark::Warn }, line);
        }
        self.warnings.iter().for_each(|warning| output.say(Mark::Warn, warning));
    }
}

/// A count for people.
pub fn number(count: usize) -> String {
    Language::En.integer(count)
}

/// How many, with the noun in the right number.
pub fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { more })
}
