//! CSV for programs (`csv`) and for a German Excel (`csv-de`).
//!
//! A spreadsheet runs text that looks like a formula, also where it takes a separator inside a text
//! for the end of a cell. Such text gets a `'` before it (OWASP, CSV injection). In `csv-de` text
//! that a spreadsheet would turn into a number or a date (`0123`, `3-4`) gets one as well: ids stay
//! what they are. Numbers are numbers in both.

use std::borrow::Cow;
use std::io::{self, Write};

use super::cell::{Cell, Rows};
use super::reading::Column;
use super::template::{Frame, Hole, Shape, Template, TemplateWriter};
use super::{Format, Options};
use crate::data::reading::Reading;
use crate::text::printable;

const BUFFER_BYTES: usize = 64 << 10;
const BOM: &str = "\u{feff}";
/// So many digits a spreadsheet shows as they are, whatever the column's width.
const SHORT_DIGITS: usize = 8;

#[derive(Clone, Copy)]
struct Dialect {
    german: bool,
    separator: u8,
    end: &'static str,
    raw: bool,
    for_person: bool,
    /// A row of one empty cell would be an empty line, which readers skip.
    single: bool,
}

impl Dialect {
    fn of(format: Format, options: &Options, columns: usize) -> Self {
        let german = format == Format::CsvDe;
        let (separator, end) = if german { (b';', "\r\n") } else { (b',', "\n") };
        let Options { raw, for_person, .. } = *options;
        Self { german, separator, end, raw, for_person, single: columns == 1 }
    }

    fn head(self, names: &[&str]) -> Vec<u8> {
        let mut out = if self.german { BOM.as_bytes().to_vec() } else { Vec::new() };
        let cells: Vec<Cell<'_>> = names.iter().map(|&name| Cell::Text(name.into())).collect();
        self.row(&mut out, &cells);
        out
    }

    fn row(self, out: &mut Vec<u8>, cells: &[Cell<'_>]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                out.push(self.separator);
            }
            match cell {
                Cell::Number(digits) if self.german => {
                    self.quoted(out, &digits.replace('.', ","));
                }
                Cell::Number(digits) => self.quoted(out, digits),
                Cell::Text(text) => self.text(out, text),
                Cell::Empty | Cell::Day(_) => self.quoted(out, ""),
            }
        }
        out.extend_from_slice(self.end.as_bytes());
    }

    fn text(self, out: &mut Vec<u8>, text: &str) {
        let text = if self.raw { Cow::Borrowed(text) } else { defused(text) };
        let text = if self.for_person { Cow::Owned(printable(&text)) } else { text };
        if self.german && !self.raw && would_change(&text) {
            return self.quoted(out, &format!("'{text}"));
        }
        self.quoted(out, &text);
    }

    /// In quotes where RFC 4180 wants them.
    fn quoted(self, out: &mut Vec<u8>, text: &str) {
        let special = |byte: u8| matches!(byte, b'"' | b'\r' | b'\n') || byte == self.separator;
        let is_empty_line = self.single && text.is_empty();
        if !is_empty_line && !text.bytes().any(special) {
            return out.extend_from_slice(text.as_bytes());
        }
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    }

    fn hole(self, template: &mut Template, hole: Hole) {
        let quote: &[u8] = if self.single { b"\"" } else { b"" };
        template.text.extend_from_slice(quote);
        template.hole(hole);
        template.text.extend_from_slice(quote);
    }
}

/// With a `'` before whatever a spreadsheet would run: at the beginning, and behind anything that
/// could be taken for the beginning of a cell.
fn defused(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let (mut copied, mut at_begin) = (0, true);
    for (at, c) in text.char_indices() {
        let dangerous = matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        let line_begins = matches!(c, '\t' | '\r' | '\n');
        if (dangerous && at_begin) || (line_begins && at == 0) {
            safe.push_str(&text[copied..at]);
            safe.push('\'');
            copied = at;
        }
        let invisible = matches!(c, '"' | '\u{200b}' | '\u{feff}') || c.is_whitespace();
        at_begin = line_begins || matches!(c, ',' | ';') || (at_begin && invisible);
    }
    if copied == 0 && safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// Whether a spreadsheet would make another number, a date, time or fraction of it. A short whole
/// number stays what it is, and a whole date may become one.
fn would_change(text: &str) -> bool {
    let of_numbers = |c: char| c.is_ascii_digit() || " .,:/-+eE%".contains(c);
    let is_short = text.len() <= SHORT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(of_numbers)
        && !(is_short && (text == "0" || !text.starts_with('0')))
        && !is_date(text)
}

/// `2026-10-25`, perhaps with a time behind it.
fn is_date(text: &str) -> bool {
    let pattern = "0000-00-00";
    let same = |(c, p): (char, char)| if p == '0' { c.is_ascii_digit() } else { c == p };
    text.len() >= pattern.len()
        && text.chars().zip(pattern.chars()).all(same)
        && matches!(text.as_bytes().get(pattern.len()), None | Some(b' '))
}

pub(super) fn readings<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
    columns: Vec<Column>,
) -> TemplateWriter<'w> {
    let dialect = Dialect::of(format, options, columns.len());
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    let frame = Frame { before: dialect.head(&names), ..Frame::default() };
    let shape: Shape = Box::new(move |reading, template| {
        row_template(dialect, &columns, reading, template);
        Ok(())
    });
    TemplateWriter::new(out, options.zone.clone(), frame, shape)
}

fn row_template(dialect: Dialect, columns: &[Column], reading: &Reading<'_>, row: &mut Template) {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            row.text.push(dialect.separator);
        }
        match column {
            Column::Time if dialect.german => dialect.hole(row, Hole::LocalTime),
            Column::Time => dialect.hole(row, Hole::Time),
            Column::Offset => dialect.hole(row, Hole::Offset),
            Column::Value if dialect.german => dialect.hole(row, Hole::NumberWithComma),
            Column::Value => dialect.hole(row, Hole::Number),
            Column::Status => dialect.hole(row, Hole::Status),
            text => dialect.text(&mut row.text, text.text(reading)),
        }
    }
    row.text.extend_from_slice(dialect.end.as_bytes());
}

/// Rows of any list.
pub(super) struct CsvRows<'w> {
    out: Box<dyn Write + 'w>,
    dialect: Dialect,
    buffer: Vec<u8>,
}

impl<'w> CsvRows<'w> {
    pub(super) fn new(
        format: Format,
        out: Box<dyn Write + 'w>,
        options: &Options,
        names: &[&str],
    ) -> Self {
        let dialect = Dialect::of(format, options, names.len());
        Self { out, dialect, buffer: dialect.head(names) }
    }
}

impl Rows for CsvRows<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.dialect.row(&mut self.buffer, cells);
        if self.buffer.len() >= BUFFER_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.out.flush()
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
