//! CSV for programs (`csv`) and for a German Excel (`csv-de`).
//!
//! A spreadsheet runs text that looks like a formula, also where it takes a separator inside a text
//! for the end of a cell. Such text gets a `'` before it. In `csv-de` text that a spreadsheet would
//! turn into a number or a date gets one as well: ids stay what they are. Numbers are numbers in
//! both.

use std::borrow::Cow;
use std::io;

use super::columns::{Cell, Columns, List};
use super::{Entry, NewRows, Options, Rows};
use crate::clock::WallClock;
use crate::text::{changes_in_a_spreadsheet, is_plain, printable, push_csv, without_formula};

const BOM: &str = "\u{feff}";

struct Csv {
    dialect: Dialect,
    columns: Columns,
    clock: WallClock,
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
    Ok(rows(columns, options, false, b','))
}

pub(super) fn german(list: &List<'_>, options: &Options) -> NewRows {
    let columns = Columns::new(list, options, list.columns)?.with_offset();
    Ok(rows(columns, options, true, b';'))
}

fn rows(columns: Columns, options: &Options, german: bool, separator: u8) -> Box<dyn Rows> {
    let (for_person, single) = (options.for_person, columns.names().count() == 1);
    let dialect = Dialect { german, separator, for_person, single };
    Box::new(Csv { dialect, columns, clock: WallClock::new(options.zone.clone()) })
}

impl Rows for Csv {
    fn head(&self) -> Vec<u8> {
        let mut out = if self.dialect.german { BOM.as_bytes().to_vec() } else { Vec::new() };
        for (index, name) in self.columns.names().enumerate() {
            self.dialect.separate(&mut out, index);
            self.dialect.text(&mut out, name);
        }
        self.dialect.end_line(&mut out);
        out
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { dialect, columns, clock } = self;
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
                Cell::Text(text) => dialect.text(out, &text),
                Cell::Time(time) if dialect.german => clock.local(time, out)?,
                Cell::Time(time) => clock.rfc_3339(time, out)?,
                Cell::Offset(time) => clock.offset(time, out)?,
            }
            if quoted {
                out.push(b'"');
            }
        }
        dialect.end_line(out);
        Ok(())
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
            text = Cow::Owned(printable(&text));
        }
        if self.german && changes_in_a_spreadsheet(&text) {
            text.to_mut().insert(0, '\'');
        }
        push_csv(out, &text, self.separator);
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
