//! An Excel workbook with one sheet. Numbers are numbers; where Excel could not keep every digit,
//! and for every id, the cell is text.

use std::fs::File;
use std::io::{self, ErrorKind, Seek as _, Write};
use std::panic::{self, AssertUnwindSafe};

use rust_xlsxwriter::{Format as Style, Workbook, Worksheet, XlsxError};

use super::columns::{Cell, Columns, List};
use super::{Entry, FormatError, NewRows, Options, Rows};
use crate::clock::WallClock;

/// Excel's own limits: rows without the heading, digits of a number, UTF-16 units in a cell.
const MOST_ROWS: u32 = 1_048_575;
const MOST_DIGITS: usize = 15;
const MOST_TEXT: usize = 32_767;
/// Column widths in characters: of an id (36 in a UUID), of anything else.
const ID_WIDTH: u16 = 38;
const WIDTH: u16 = 17;
/// The quickest: less than half the time of level 3, for a file a quarter larger.
const COMPRESSION: u8 = 1;

struct Xlsx {
    columns: Columns,
    clock: WallClock,
    workbook: Workbook,
    /// Made with its first row, and kept in a temporary file without a name.
    sheet: Option<Worksheet>,
    /// Rows of the sheet without the heading.
    rows: u32,
    time_style: Style,
    text_style: Style,
}

pub(super) fn sheet(list: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(book(list, options)?))
}

fn book(list: &List<'_>, options: &Options) -> Result<Xlsx, FormatError> {
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION);
    Ok(Xlsx {
        columns: Columns::new(list, options, list.columns)?.with_offset(),
        clock: WallClock::new(options.zone.clone()),
        workbook,
        sheet: None,
        rows: 0,
        time_style: Style::new().set_num_format("yyyy\\-mm\\-dd\\ hh:mm"),
        text_style: Style::new().set_num_format("@"),
    })
}

impl Rows for Xlsx {
    fn row(&mut self, entry: Entry<'_>, _: &mut Vec<u8>) -> io::Result<()> {
        if self.rows == MOST_ROWS {
            let text = "an Excel sheet holds 1\u{202f}048\u{202f}575 rows and these are more: \
                        take csv, or less at a time";
            return Err(io::Error::new(ErrorKind::FileTooLarge, text));
        }
        self.rows += 1;
        on_disk(|| self.write_row(entry))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        on_disk(|| self.save(&mut file))?;
        file.rewind()?;
        io::copy(&mut file, out)?;
        Ok(())
    }
}

impl Xlsx {
    fn write_row(&mut self, entry: Entry<'_>) -> Result<(), XlsxError> {
        let (row, mut sheet) = (self.rows, self.take_sheet()?);
        for (column, cell) in (0..).zip(self.columns.cells(entry)) {
            if let Cell::Time(time) = cell {
                let days = self.clock.spreadsheet_days(time)?;
                sheet.write_number_with_format(row, column, days, &self.time_style)?;
            } else if let Some(number) = exact_number(&cell) {
                sheet.write_number(row, column, number)?;
            } else {
                let text = cell.shown(&mut self.clock)?;
                if !text.is_empty() {
                    let text = shortened(&text);
                    sheet.write_string_with_format(row, column, text, &self.text_style)?;
                }
            }
        }
        self.sheet = Some(sheet);
        Ok(())
    }

    /// The sheet as far as it is written; at first, its heading.
    fn take_sheet(&mut self) -> Result<Worksheet, XlsxError> {
        if let Some(sheet) = self.sheet.take() {
            return Ok(sheet);
        }
        let mut sheet = self.workbook.new_worksheet_with_constant_memory()?;
        // The heading stays in sight.
        sheet.set_name("partnerlink")?.set_freeze_panes(1, 0)?;
        let bold = Style::new().set_bold();
        for (column, name) in (0..).zip(self.columns.names()) {
            let is_id = name == "id" || name.ends_with("Id") || name.ends_with("_id");
            sheet.set_column_width(column, if is_id { ID_WIDTH } else { WIDTH })?;
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        Ok(sheet)
    }

    fn save(&mut self, file: &mut File) -> Result<(), XlsxError> {
        let mut sheet = self.take_sheet()?;
        let last = (0..).zip(self.columns.names()).map(|(column, _)| column).last();
        sheet.autofilter(0, 0, self.rows, last.unwrap_or_default())?;
        self.workbook.push_worksheet(sheet);
        self.workbook.save_to_writer(file)
    }
}

/// Does what needs the temporary file. Where that cannot be written, the library panics.
fn on_disk(work: impl FnOnce() -> Result<(), XlsxError>) -> io::Result<()> {
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(XlsxError::IoError(error))) => Err(error),
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(_) => {
            let text = "the workbook's temporary file cannot be written: is its folder full?";
            Err(io::Error::new(ErrorKind::StorageFull, text))
        }
    }
}

/// A number of which Excel keeps every digit.
fn exact_number(cell: &Cell<'_>) -> Option<f64> {
    let Cell::Number(digits) = cell else { return None };
    let significant = digits.split(['e', 'E']).next().unwrap_or_default();
    let significant = significant.trim_start_matches(['-', '+', '0', '.']);
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    let number = digits.parse().ok().filter(|number: &f64| number.is_finite());
    number.filter(|_| count <= MOST_DIGITS)
}

/// What fits in a cell: Excel calls a workbook with more damaged.
fn shortened(text: &str) -> &str {
    // No text has more UTF-16 units than bytes.
    if text.len() <= MOST_TEXT {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MOST_TEXT
    });
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::{bytes, object, reading};

    #[test]
    fn numbers_stay_numbers_only_where_excel_keeps_them() {
        let is_exact = |digits| exact_number(&Cell::Number(digits)).is_some();
        assert!(
            ["0.1230", "-12.5", "0.000123456789012345", "1e-3", "0"].map(is_exact) == [true; 5]
        );
        assert!(["12345678901234567", "0.1234567890123456", "1e400"].map(is_exact) == [false; 3]);
        assert_eq!(shortened(&"ä".repeat(40_000)).chars().count(), MOST_TEXT);
    }

    #[test]
    fn it_is_a_whole_zip_even_without_rows() {
        for rows in [&[][..], &[reading()]] {
            let file = bytes("xlsx", &Options::default(), rows);
            assert_eq!(&file[..4], b"PK\x03\x04");
            assert_eq!(&file[file.len() - 22..][..4], b"PK\x05\x06");
        }
    }

    #[test]
    fn one_row_too_many_is_told() {
        let list = List::of_records("x", &["x"]);
        let mut book = book(&list, &Options::default()).unwrap();
        let record = object("{}");
        let add = |book: &mut Xlsx| book.row(Entry::Record(&record), &mut Vec::new());
        add(&mut book).unwrap();
        book.rows = MOST_ROWS - 1;
        add(&mut book).unwrap();
        let error = add(&mut book).unwrap_err();
        assert!(error.to_string().contains("1\u{202f}048\u{202f}575"), "{error}");
    }
}
