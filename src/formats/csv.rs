//! CSV for programs (`csv`) and for a German Excel (`csv-de`).
//!
//! A spreadsheet runs text that looks like a formula, also where it takes a separator inside a text
//! for the end of a cell. Such text gets a `'` before it. In `csv-de` text that a spreadsheet would
//! turn into another number or a date (`01067`, `3-4`) gets a tab behind it, which neither Excel nor
//! LibreOffice shows: ids stay what they are. Numbers are numbers in both.

use std::io;

use super::columns::{Cell, Columns, List};
use super::moment::Moment;
use super::{Entry, NewRows, Options, Rows};
use crate::clock::{TimeZone, WallClock};
use crate::language::Language;
use crate::text::{changes_in_a_spreadsheet, is_plain, printable, push_csv, without_formula};

const BOM: &str = "\u{feff}";
/// Excel reads no further; the heading is one of them.
const EXCEL_ROWS: u64 = 1_048_576;

struct Csv {
    dialect: Dialect,
    columns: Columns,
    clock: WallClock,
    /// Shows what is no instant, as it is.
    utc: WallClock,
    language: Language,
    /// With the heading.
    rows: u64,
}

#[derive(Clone, Copy)]
struct Dialect {
    german: bool,
    separator: u8,
    for_person: bool,
    /// A row of one empty cell would be an empty line, which readers skip.
    single: bool,
}

pub(super) fn plain(list: &List<'_>, options: &Options) -> NewRows {
    let columns = Columns::new(list, options, list.columns)?;
    Ok(Box::new(rows(columns, options, false, b',')))
}

pub(super) fn german(list: &List<'_>, options: &Options) -> NewRows {
    let language = options.named_language.unwrap_or(Language::De);
    let columns = Columns::new(list, options, list.columns)?.with_offset().in_words(language);
    Ok(Box::new(Csv { language, ..rows(columns, options, true, b';') }))
}

fn rows(columns: Columns, options: &Options, german: bool, separator: u8) -> Csv {
    let (for_person, single) = (options.for_person, columns.names().count() == 1);
    Csv {
        dialect: Dialect { german, separator, for_person, single },
        columns,
        clock: WallClock::new(options.zone.clone()),
        utc: WallClock::new(TimeZone::UTC),
        language: options.language,
        rows: 1,
    }
}

impl Rows for Csv {
    fn head(&self) -> Vec<u8> {
        let mut out = if self.dialect.german { BOM.as_bytes().to_vec() } else { Vec::new() };
        for (index, name) in self.columns.headings().enumerate() {
            self.dialect.separate(&mut out, index);
            self.dialect.text(&mut out, name);
        }
        self.dialect.end_line(&mut out);
        out
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        self.rows += 1;
        let Self { dialect, columns, clock, utc, language, .. } = self;
        for (index, cell) in columns.cells(entry).enumerate() {
            dialect.separate(out, index);
            // A reading's number or time that stands alone has its quotes also where it is there.
            let is_text = matches!(cell, Cell::Text(_) | Cell::Empty);
            let quoted = dialect.single && !is_text && matches!(entry, Entry::Reading(_));
            if quoted {
                out.push(b'"');
            }
            match cell {
                Cell::Empty => dialect.text(out, ""),
                Cell::Number(digits) if dialect.german => {
                    out.extend_from_slice(digits.replacen('.', ",", 1).as_bytes());
                }
                Cell::Number(digits) => out.extend_from_slice(digits.as_bytes()),
                Cell::Text(text) => match Moment::of(&text).filter(|_| dialect.german) {
                    Some(Moment::Instant(time)) => clock.local(time, out)?,
                    Some(Moment::Wall(time)) => utc.local(time, out)?,
                    Some(Moment::Day(_)) | None => dialect.text(out, &text),
                },
                Cell::Time(time) if dialect.german => clock.local(time, out)?,
                Cell::Time(time) => clock.rfc_3339(time, out)?,
                Cell::Offset(time) if dialect.german => {
                    let name = clock.name_of_time(time)?;
                    out.extend_from_slice(language.texts().name_of_time(name).as_bytes());
                }
                Cell::Offset(time) => clock.offset(time, out)?,
            }
            if quoted {
                out.push(b'"');
            }
        }
        dialect.end_line(out);
        Ok(())
    }

    fn note(&self) -> Option<String> {
        let beyond = self.rows.saturating_sub(EXCEL_ROWS);
        (self.dialect.german && beyond > 0).then(|| {
            format!(
                "Excel reads {EXCEL_ROWS} rows and leaves out the last {beyond} of this file: \
                 ask for less at a time, or take csv or parquet for other programs"
            )
        })
    }
}

impl Dialect {
    fn separate(self, out: &mut Vec<u8>, index: usize) {
        if index > 0 {
            out.push(self.separator);
        }
    }

    fn end_line(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.german { b"\r\n" } else { b"\n" });
    }

    fn text(self, out: &mut Vec<u8>, text: &str) {
        if is_plain(text) {
            return out.extend_from_slice(text.as_bytes());
        }
        if text.is_empty() && self.single {
            return out.extend_from_slice(b"\"\"");
        }
        let mut text = without_formula(text);
        if self.for_person {
            text = printable(&text).into();
        }
        if self.german && changes_in_a_spreadsheet(&text) {
            // In quotes: a program that also splits at tabs must not split here.
            out.extend_from_slice(format!("\"{text}\t\"").as_bytes());
        } else {
            push_csv(out, &text, self.separator);
        }
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
