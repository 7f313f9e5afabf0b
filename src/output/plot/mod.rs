//! Pictures of data, in the terminal and as files: text in, text out, nothing printed.
//!
//! [`meter`] draws one device's readings, [`timber`] draws log piles. Each has three doors:
//! `terminal`, `svg` (one self-contained document) and `html` (a page with the numbers below; no
//! script, nothing loaded).
//!
//! | file | what it is |
//! |---|---|
//! | [`zone`] | instants as wall-clock times, marks of a time axis |
//! | [`number`] | numbers for people, axes with round numbers |
//! | [`colour`] | palettes that every eye tells apart |
//! | [`canvas`], [`frame`] | dots in a terminal, axes around them |
//! | [`svg`], [`page`] | elements, escaped; the page around them |

pub mod canvas;
pub mod colour;
pub mod frame;
pub mod meter;
pub mod number;
pub mod page;
pub mod svg;
pub mod timber;
pub mod zone;

use zone::TimeZone;

/// Columns that a picture in the terminal gets at least, however narrow the terminal says it is.
const MIN_WIDTH: usize = 40;
/// Columns that it gets at most: beyond that it does not become clearer.
const MAX_WIDTH: usize = 160;

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
    /// For this width: 20 rows, braille, in colour, Berlin's time.
    pub fn of_width(width: usize) -> Self {
        Self { width, height: 20, ascii: false, colour: true, zone: zone::berlin() }
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
        let plain = |c: char| match c {
            '–' => "-".to_owned(),
            '·' => "|".to_owned(),
            '÷' => "/".to_owned(),
            '³' => "3".to_owned(),
            '°' => " deg".to_owned(),
            '≥' => ">=".to_owned(),
            '×' => "x".to_owned(),
            'ä' => "ae".to_owned(),
            'ö' => "oe".to_owned(),
            'ü' => "ue".to_owned(),
            'Ä' => "Ae".to_owned(),
            'Ö' => "Oe".to_owned(),
            'Ü' => "Ue".to_owned(),
            'ß' => "ss".to_owned(),
            c if c.is_ascii() => c.to_string(),
            _ => "?".to_owned(),
        };
        text.chars().map(plain).collect()
    }
}
