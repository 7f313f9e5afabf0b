//! The workbook: what is printed first stands first, and every sum is a formula that a reader
//! without a calculator finds calculated.
//!
//! | file | the sheet |
//! |---|---|
//! | `overview` | Übersicht: a row for each column of the profile, and what may be added up |
//! | `charts` | Diagramme: load curve and daily sums of each |
//! | `days` | Tagessummen, where the rows of the profile are shorter |
//! | `profile` | Lastgang: time down, a column for each meter and direction |
//! | `gaps` | Lücken: from when to when nothing is known |

mod charts;
mod days;
mod gaps;
mod overview;
mod profile;
mod style;

use std::io::{self, Write};

use rust_xlsxwriter::utility::{quote_sheet_name, row_col_to_cell};
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Formula, RowNum, Workbook, Worksheet, XlsxError,
};

use self::style::Style;
use super::Report;
use super::column::Column;
use super::words::short;
use crate::clock::{Timestamp, WallClock};
use crate::data::decimal::Decimal;
use crate::formats::saved_workbook;

/// Pixels of a row and a column of which nothing else is said.
const ROW: u32 = 17;
const COLUMN: u32 = 64;
/// A4.
const PAPER: u8 = 9;
/// Inches at each side, and for header and footer.
const MARGIN: f64 = 0.4;
const HEADER: f64 = 0.75;
/// Letters that a header or footer may have in each of its parts: 255 in all.
const HEADER_LETTERS: usize = 70;

/// A workbook in the making.
struct Book<'a> {
    report: &'a Report,
    style: Style,
    clock: WallClock,
    title: String,
    whose: String,
}

/// Writes its sheet, row by row: what is above goes to a temporary file.
type WriteSheet = fn(&mut Book, &mut Worksheet) -> Result<(), XlsxError>;

/// Writes a report as a workbook. The same data are the same bytes.
pub fn save(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let texts = report.frame.words.texts;
    let sheets: [(&str, bool, WriteSheet); 5] = [
        (&texts.overview, true, overview::write),
        (&texts.charts, report.columns.iter().any(Column::has_values), charts::write),
        // Otherwise the rows of the profile are days.
        (&texts.daily_sums, !report.frame.by_day, days::write),
        (&texts.profile, true, profile::write),
        (&texts.gaps, true, gaps::write),
    ];
    saved_workbook(out, |file| {
        let mut workbook = Workbook::new();
        let mut book = Book::new(report, &mut workbook)?;
        for (name, _, write) in sheets.into_iter().filter(|(_, is_wanted, _)| *is_wanted) {
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            book.set_up(sheet, name)?;
            write(&mut book, sheet)?;
        }
        workbook.save_to_writer(file)
    })
}

impl<'a> Book<'a> {
    fn new(report: &'a Report, workbook: &mut Workbook) -> Result<Self, XlsxError> {
        let frame = &report.frame;
        let (title, whose) = (frame.words.title(&frame.query), frame.words.whose(report));
        // When it was made would make two files of the same data.
        let made = ExcelDateTime::from_timestamp(frame.query.from.as_second())?;
        let properties = DocProperties::new()
            .set_title(format!("{title} · {whose}"))
            .set_creation_datetime(&made);
        workbook.set_properties(&properties);
        let style = Style::new(frame.words.language);
        workbook.set_default_format(&style.default, ROW, COLUMN)?;
        let clock = WallClock::new(frame.query.zone.clone());
        Ok(Self { report, style, clock, title, whose })
    }

    /// On A4 across, as wide as the paper, with title and page numbers.
    fn set_up(&self, sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
        let frame = &self.report.frame;
        let words = &frame.words;
        // An & begins an instruction there.
        let part =
            |text: &str| text.chars().take(HEADER_LETTERS).collect::<String>().replace('&', "&&");
        let (title, whose) = (part(&self.title), part(&self.whose));
        let sandbox = if frame.sandbox { part(&words.texts.sandbox) } else { String::new() };
        let page = &words.texts.page;
        sheet.set_name(name)?.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 0);
        sheet.set_margins(MARGIN, MARGIN, HEADER, MARGIN + 0.2, 0.3, 0.3);
        sheet.set_header(format!("&L&\"-,Bold\"{title}&R{whose}"));
        sheet.set_footer(format!("&L{sandbox}&C{}&R{page}", part(name)));
        Ok(())
    }

    /// Title, whose, from when to when; the next free row.
    fn heading(&self, sheet: &mut Worksheet) -> Result<RowNum, XlsxError> {
        let (frame, style) = (&self.report.frame, &self.style);
        sheet.write_string_with_format(0, 0, &self.title, &style.title)?;
        sheet.write_string_with_format(1, 0, &self.whose, &style.plain)?;
        sheet.write_string_with_format(2, 0, frame.words.time(frame), &style.plain)?;
        if frame.sandbox {
            sheet.write_string_with_format(3, 0, &frame.words.texts.sandbox, &style.warning)?;
        }
        Ok(5)
    }

    /// Writes a name from outside; it is text, whatever it begins with.
    fn text(
        &self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        text: &str,
    ) -> Result<(), XlsxError> {
        if !text.is_empty() {
            sheet.write_string_with_format(row, column, short(text), &self.style.text)?;
        }
        Ok(())
    }

    /// Writes an instant as a date, and what tells summer from winter time beside it.
    fn moment(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        at: Timestamp,
    ) -> Result<(), XlsxError> {
        let days = self.clock.spreadsheet_days(at)?;
        let words = &self.report.frame.words;
        sheet.write_number_with_format(row, column, days, &self.style.moment)?;
        sheet.write_string_with_format(row, column + 1, words.clock(at), &self.style.plain)?;
        Ok(())
    }
}

/// A formula whose result is there before anybody calculates.
fn calculated(formula: String, result: Decimal) -> Formula {
    Formula::new(formula).set_result(result.to_string())
}

/// `'Lastgang'!C10:C2989`
fn cells(sheet: &str, column: ColNum, first: RowNum, last: RowNum) -> String {
    let (from, to) = (row_col_to_cell(first, column), row_col_to_cell(last, column));
    format!("{}!{from}:{to}", quote_sheet_name(sheet))
}

/// A place in a sheet: so many things are never in one.
fn row(index: usize) -> RowNum {
    RowNum::try_from(index).unwrap_or(RowNum::MAX)
}

fn column(index: usize) -> ColNum {
    ColNum::try_from(index).unwrap_or(ColNum::MAX)
}
