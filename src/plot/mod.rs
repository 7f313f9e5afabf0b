//! Pictures of data, in the terminal and as files: text in, text out, nothing printed.
//!
//! [`meter`] draws one device's readings, [`timber`] draws log piles. Each has three doors:
//! `terminal`, `svg` (one self-contained document) and `html` (a page with the numbers below; no
//! script, nothing loaded).
//!
//! | file | what it is |
//! |---|---|
//! | [`zone`], [`ticks`] | instants as wall-clock times, marks of a time axis |
//! | [`number`] | numbers for people, axes with round numbers |
//! | [`colour`] | palettes that every eye tells apart |
//! | [`canvas`], [`frame`] | dots in a terminal, axes around them |
//! | [`svg`], [`page`] | elements, escaped; the page around them |
//!
//! code, and nothing here has to be fast.

pub mod canvas;
pub mod colour;
pub mod frame;
pub mod meter;
pub mod number;
pub mod page;
pub mod svg;
pub mod ticks;
pub mod timber;
pub mod zone;

use zone::TimeZone;

/// Columns that a picture in the terminal gets at least, however narrow the terminal says it is.
const MIN_WIDTH: usize = 40;
/// Columns that it gets at most: beyond that it does not become clearer.
const MAX_WIDTH: usize = 160;
/// Rows that title, key figures and the next prompt take.
const TEXT_ROWS: usize = 10;
/// Rows of a picture with its axes.
const MIN_HEIGHT: usize = 10;
const MAX_HEIGHT: usize = 24;

/// How a picture in the terminal is drawn, and in which zone its times are.
#[derive(Clone, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Rows for one picture with its axes.
    pub height: usize,
    /// Only characters that every terminal and every mail has.
    pub ascii: bool,
    pub colour: bool,
    pub zone: TimeZone,
}

impl Look {
    /// For a terminal of this size, braille, in colour, Berlin's time: a curve and its figures
    /// are seen at once.
    pub fn of_terminal(columns: usize, rows: usize) -> Self {
        let height = rows.saturating_sub(TEXT_ROWS).clamp(MIN_HEIGHT, MAX_HEIGHT);
        Self { width: columns, height, ascii: false, colour: true, zone: zone::berlin() }
    }

    /// Columns to draw in.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(MIN_WIDTH, MAX_WIDTH)
    }

    /// The one or the other sign.
    pub(crate) fn sign(&self, fine: char, ascii: char) -> char {
        if self.ascii { ascii } else { fine }
    }

    /// A text that this terminal can show.
    pub(crate) fn words(&self, text: &str) -> String {
        if !self.ascii {
            return text.to_owned();
        }
        let mut words = String::new();
        for c in text.chars() {
            let plain = match c {
                '–' => "-",
                '·' => "|",
                '÷' => "/",
                '³' => "3",
                '°' => "",
                '≥' => ">=",
                '×' => "x",
                'ä' => "ae",
                'ö' => "oe",
                'ü' => "ue",
                'Ä' => "Ae",
                'Ö' => "Oe",
                'Ü' => "Ue",
                'ß' => "ss",
                c if c.is_ascii() => {
                    words.push(c);
                    continue;
                }
                _ => "?",
            };
            words += plain;
        }
        words
    }
}

/// Columns that a text takes in a terminal, as far as the sources' alphabets go.
pub(crate) fn letters(text: &str) -> usize {
    text.chars().count()
}
