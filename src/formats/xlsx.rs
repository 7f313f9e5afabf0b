//! An Excel workbook with one sheet, set up to be printed. Numbers are numbers, days and times are
//! dates; where Excel could not keep every digit, and for every id, the cell is text.

use std::fs::File;
use std::io::{self, ErrorKind, Seek as _, Write};
use std::panic::{self, AssertUnwindSafe};

use rust_xlsxwriter::{Format as Style, Workbook, Worksheet, XlsxError};
use textwrap::core::display_width;

use super::columns::{Cell, Columns, List};
use super::moment::Moment;
use super::{Entry, FormatError, NewRows, Options, Rows};
use crate::clock::{TimeZone, WallClock};
use crate::language::Language;

/// Excel's own limits: rows without the heading, digits of a number, UTF-16 units in a cell.
const MOST_ROWS: u32 = 1_048_575;
const MOST_DIGITS: usize = 15;
const MOST_TEXT: usize = 32_767;
/// Excel counts from 1900 and takes that for a leap year: its days are right from March on.
const FIRST_DAY: f64 = 61.0;
/// Columns are as wide as their longest text, up to so many characters: a note may be long.
const MOST_WIDTH: usize = 50;
/// Of a heading: the button of the filter stands in it.
const BUTTON_WIDTH: usize = 3;
/// So many characters one page holds that can still be read: A4 across, at half the size.
const PAGE_WIDTH: usize = 290;
/// `2026-10-25 02:15`
const TIME_WIDTH: usize = 16;
const A4: u8 = 9;
/// The quickest: less than half the time of level 3, for a file a quarter larger.
const COMPRESSION: u8 = 1;

struct Xlsx {
    columns: Columns,
    clock: WallClock,
    /// Shows what is no instant, as it is.
    utc: WallClock,
    language: Language,
    workbook: Workbook,
    /// Made with its first row, and kept in a temporary file without a name.
    sheet: Option<Worksheet>,
    /// Rows of the sheet without the heading.
    rows: u32,
    /// Of the columns, in characters.
    widths: Vec<usize>,
    styles: Styles,
}

struct Styles {
    time: Style,
    day: Style,
    text: Style,
}

pub(super) fn sheet(list: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(book(list, options)?))
}

fn book(list: &List<'_>, options: &Options) -> Result<Xlsx, FormatError> {
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION);
    let columns =
        Columns::new(list, options, list.columns)?.with_offset().in_words(options.language);
    Ok(Xlsx {
        widths: columns.headings().map(|name| display_width(name) + BUTTON_WIDTH).collect(),
        columns,
        clock: WallClock::new(options.zone.clone()),
        utc: WallClock::new(TimeZone::UTC),
        language: options.language,
        workbook,
        sheet: None,
        rows: 0,
        styles: Styles::of(options.language),
    })
}

impl Styles {
    fn of(language: Language) -> Self {
        let day = match language {
            Language::De => "dd.mm.yyyy",
            Language::En => "yyyy\\-mm\\-dd",
        };
        Self {
            time: Style::new().set_num_format(format!("{day}\\ hh:mm")),
            day: Style::new().set_num_format(day),
            text: Style::new().set_num_format("@"),
        }
    }
}

impl Rows for Xlsx {
    fn row(&mut self, entry: Entry<'_>, _: &mut Vec<u8>) -> io::Result<()> {
        if self.rows == MOST_ROWS {
            let text = "an Excel sheet holds 1048575 rows and these are more: \
                        take csv, or less at a time";
            return Err(io::Error::new(ErrorKind::FileTooLarge, text));
        }
        self.rows += 1;
        on_disk(|| self.write_row(entry))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        saved_workbook(out, |file| self.save(file))
    }
}

impl Xlsx {
    fn write_row(&mut self, entry: Entry<'_>) -> Result<(), XlsxError> {
        let (row, mut sheet) = (self.rows, self.take_sheet()?);
        let Self { columns, clock, utc, language, widths, styles, .. } = self;
        for ((column, cell), width) in (0..).zip(columns.cells(entry)).zip(widths) {
            let (days, number) = (days(&cell, clock, utc)?, exact_number(&cell));
            let wide = if let Some((days, is_day)) = days {
                let style = if is_day { &styles.day } else { &styles.time };
                sheet.write_number_with_format(row, column, days, style)?;
                TIME_WIDTH
            } else if let Some(number) = number {
                sheet.write_number(row, column, number)?;
                cell.text().len()
            } else {
                let text = match cell {
                    Cell::Offset(time) => {
                        language.texts().name_of_time(clock.name_of_time(time)?).into()
                    }
                    _ => cell.shown(clock)?,
                };
                if !text.is_empty() {
                    sheet.write_string_with_format(row, column, shortened(&text), &styles.text)?;
                }
                display_width(&text)
            };
            *width = wide.max(*width);
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
        // The heading stays in sight, and stands on every page.
        sheet.set_name("partnerlink")?.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
        sheet.set_landscape().set_paper_size(A4).set_repeat_columns(0, 0)?;
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_footer("&R&P / &N");
        let bold = Style::new().set_bold();
        for (column, name) in (0..).zip(self.columns.headings()) {
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        Ok(sheet)
    }

    fn save(&mut self, file: &mut File) -> Result<(), XlsxError> {
        let mut sheet = self.take_sheet()?;
        // A little more than its text: bold and wide letters.
        let widths = self.widths.iter().map(|width| (*width).min(MOST_WIDTH) + 1);
        for (column, width) in (0..).zip(widths.clone()) {
            sheet.set_column_width(column, width as f64)?;
        }
        let pages = widths.sum::<usize>().div_ceil(PAGE_WIDTH).max(1);
        sheet.set_print_fit_to_pages(u16::try_from(pages).unwrap_or(u16::MAX), 0);
        let last = (0..).zip(self.columns.names()).map(|(column, _)| column).last();
        sheet.autofilter(0, 0, self.rows, last.unwrap_or_default())?;
        self.workbook.push_worksheet(sheet);
        self.workbook.save_to_writer(file)
    }
}

/// What Excel takes for a date, in its days, and whether it is a whole one.
fn days(
    cell: &Cell<'_>,
    clock: &mut WallClock,
    utc: &mut WallClock,
) -> io::Result<Option<(f64, bool)>> {
    let moment = match cell {
        Cell::Time(time) => Some(Moment::Instant(*time)),
        Cell::Text(text) => Moment::of(text),
        _ => None,
    };
    let days = match moment {
        None => return Ok(None),
        Some(Moment::Instant(time)) => (clock.spreadsheet_days(time)?, false),
        Some(Moment::Wall(time)) => (utc.spreadsheet_days(time)?, false),
        Some(Moment::Day(time)) => (utc.spreadsheet_days(time)?, true),
    };
    Ok(Some(days).filter(|(days, _)| *days >= FIRST_DAY))
}

/// Writes what `save` makes in a temporary file without a name, which a workbook needs.
pub fn saved_workbook(
    out: &mut dyn Write,
    save: impl FnOnce(&mut File) -> Result<(), XlsxError>,
) -> io::Result<()> {
    let mut file = tempfile::tempfile()?;
    on_disk(|| save(&mut file))?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
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
    fn days_and_times_of_lists_are_dates_and_ids_are_not() {
        let zone = crate::clock::berlin();
        let (mut clock, mut utc) = (WallClock::new(zone), WallClock::new(TimeZone::UTC));
        let mut days =
            |text: &'static str| days(&Cell::Text(text.into()), &mut clock, &mut utc).unwrap();
        assert_eq!(days("2026-10-25"), Some((46_320.0, true)));
        assert_eq!(days("2026-10-25T04:00:00Z"), Some((46_320.0 + 5.0 / 24.0, false)));
        assert_eq!(days("2026-10-25T06:00:00"), Some((46_320.25, false)));
        assert_eq!(["24-001-1-1", "1900-01-31", "50999000001", "2026-10"].map(days), [None; 4]);
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
        assert!(error.to_string().contains("1048575"), "{error}");
    }
}
