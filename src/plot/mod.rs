//! Pictures of data, in the terminal and as files: text in, text out, nothing printed.
//!
//! [`meter`] draws one device's readings, [`timber`] draws log piles. Each has two doors:
//! `terminal`, and `picture`, which is an SVG document or an HTML page with the numbers below (no
//! script, nothing loaded).
//!
//! | file | what it is |
//! |---|---|
//! | `time` | spans of time, their captions and the marks of their axes |
//! | `number` | numbers for people, axes with round numbers |
//! | `colour` | palettes that every eye tells apart |
//! | `canvas` | dots in a terminal, axes around them |
//! | `svg`, `picture` | elements, escaped; the document and the page around them |

mod canvas;
mod colour;
pub mod meter;
pub mod number;
pub mod picture;
pub mod svg;
pub mod timber;
pub mod time;

use anstyle::Style;

use self::colour::{FAINT, STRONG};
use crate::text::printable;

pub use self::picture::{Picture, html, svg};

/// Columns that a picture in the terminal gets at least, however narrow the terminal says it is.
const MIN_WIDTH: usize = 40;
/// Columns that it gets at most: beyond that it does not become clearer.
const MAX_WIDTH: usize = 160;
/// Rows that title, key figures and the next prompt take.
const TEXT_ROWS: usize = 10;
/// Rows of a picture with its axes.
const MIN_HEIGHT: usize = 10;
const MAX_HEIGHT: usize = 24;

/// What stands in plain ASCII for the letters and signs of the pictures' own words.
const PLAIN: [(char, &str); 15] = [
    ('\u{202f}', " "),
    ('–', "-"),
    ('·', "|"),
    ('÷', "/"),
    ('³', "3"),
    ('°', ""),
    ('≥', ">="),
    ('×', "x"),
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('Ä', "Ae"),
    ('Ö', "Oe"),
    ('Ü', "Ue"),
    ('ß', "ss"),
];

/// How a picture in the terminal is drawn.
#[derive(Clone, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Rows for one picture with its axes.
    pub height: usize,
    /// Only characters that every terminal and every mail has.
    pub ascii: bool,
    pub colour: bool,
}

impl Look {
    /// For a terminal of this size, braille, in colour: a curve and its figures are seen at once.
    pub fn of_terminal(columns: usize, rows: usize) -> Self {
        let height = rows.saturating_sub(TEXT_ROWS).clamp(MIN_HEIGHT, MAX_HEIGHT);
        Self { width: columns, height, ascii: false, colour: true }
    }

    /// Columns to draw in.
    fn columns(&self) -> usize {
        self.width.clamp(MIN_WIDTH, MAX_WIDTH)
    }

    /// The one or the other sign.
    fn sign(&self, fine: char, ascii: char) -> char {
        if self.ascii { ascii } else { fine }
    }

    /// A text that this terminal can show. It may come from outside.
    fn words(&self, text: &str) -> String {
        let text = printable(text);
        if !self.ascii || text.is_ascii() {
            return text;
        }
        let plain = |c: char| match PLAIN.iter().find(|(fine, _)| *fine == c) {
            Some((_, plain)) => (*plain).to_owned(),
            None => if c.is_ascii() { c } else { '?' }.to_string(),
        };
        text.chars().map(plain).collect()
    }

    /// A text in this style, bare where there are no colours.
    fn paint(&self, style: Style, text: &str) -> String {
        if !self.colour || style.is_plain() || text.is_empty() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }

    /// Title and caption above the pictures.
    fn heading(&self, title: &str, caption: &str) -> String {
        let title = self.paint(STRONG, &self.words(title));
        format!("{title}\n{}\n", self.paint(FAINT, &self.words(caption)))
    }

    /// A row of a picture: what stands to its left, and its cells.
    fn row(&self, left: &str, cells: &str) -> String {
        format!("{}{}\n", self.paint(FAINT, left), cells.trim_end())
    }
}

/// Columns that a text takes in a terminal, as far as the sources' alphabets go.
fn letters(text: &str) -> usize {
    text.chars().count()
}

/// A text of at most `most` letters.
fn cut(text: &str, most: usize) -> String {
    if letters(text) <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_means_no_escape() {
        let look = Look::of_terminal(80, 24);
        assert!(look.paint(FAINT, "x").starts_with("\u{1b}["));
        assert_eq!(Look { colour: false, ..look }.paint(FAINT, "x"), "x");
    }
}
