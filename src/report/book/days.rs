//! Tagessummen: a row for each day, each sum a formula over its rows of the profile.

use rust_xlsxwriter::{Format, FormatAlign, RowNum, Worksheet, XlsxError};

use super::profile::Layout;
use super::{Book, calculated, cells, column, row};
use crate::data::span::Span;
use crate::report::column::Column;
use crate::report::words::short;

const WIDTH: f64 = 12.0;
const DAY_WIDTH: f64 = 15.0;
/// The rows of names, the row of sums, and the first row of the days.
const NAMES: RowNum = 2;
const SUM: RowNum = 6;
pub const FIRST: RowNum = 7;

pub fn write(book: &mut Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let report = book.report;
    head(book, sheet)?;
    sheet.set_freeze_panes(FIRST, 1)?.set_repeat_rows(NAMES, SUM - 1)?.set_repeat_columns(0, 0)?;
    let mut from = 0;
    for (index, day) in report.frame.days.iter().enumerate() {
        let until = report.frame.rows.partition_point(|row| row.begin < day.end);
        line(book, sheet, index, (day, from, until))?;
        from = until;
    }
    Ok(())
}

/// What stands above a column.
type NameOf<'a> = &'a dyn Fn(&Column) -> String;

/// Title, names, sums.
fn head(book: &Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let (report, style) = (book.report, &book.style);
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    sheet.set_row_height(NAMES, 28)?.set_row_height(NAMES + 1, 38)?;
    let period = words.period(&report.frame.query);
    let title = format!("{} {period} · {}", texts.daily_sums, book.whose);
    sheet.write_string_with_format(0, 0, title, &style.title)?;
    sheet.write_string_with_format(1, 0, &texts.coloured_is_partial, &style.plain)?;
    let heads: [(&str, &Format, NameOf); 4] = [
        (&texts.space, &style.small_head, &|it| short(&it.meter.space)),
        (&texts.meter, &style.number_head, &|it| short(it.meter.title())),
        (&texts.direction, &style.number_head, &|it| short(words.code(&it.direction))),
        (&texts.day, &style.number_head, &|it| short(&it.quantity.unit)),
    ];
    for (index, (heading, style, name)) in heads.into_iter().enumerate() {
        let place = NAMES + row(index);
        let left = style.clone().set_align(FormatAlign::Left);
        sheet.write_string_with_format(place, 0, heading, &left)?;
        for (index, it) in report.columns.iter().enumerate() {
            sheet.write_string_with_format(place, column(index + 1), name(it), style)?;
        }
    }
    sheet.set_column_width(0, DAY_WIDTH)?;
    sheet.write_string_with_format(SUM, 0, &texts.sum, &style.strong)?;
    let last = FIRST + row(report.frame.days.len()).saturating_sub(1);
    for (index, it) in report.columns.iter().enumerate() {
        let place = column(index + 1);
        sheet.set_column_width(place, WIDTH)?;
        if let Some(sum) = it.sum.filter(|_| it.quantity.is_summed()) {
            let range = cells(&texts.daily_sums, place, FIRST, last);
            let formula = calculated(format!("=SUM({range})"), sum);
            sheet.write_formula_with_format(SUM, place, formula, &style.total(it.places[0]))?;
        }
    }
    Ok(())
}

/// A day, which is these rows of the report.
fn line(
    book: &mut Book,
    sheet: &mut Worksheet,
    index: usize,
    (day, from, until): (&Span, usize, usize),
) -> Result<(), XlsxError> {
    let (report, place) = (book.report, FIRST + row(index));
    let days = book.clock.spreadsheet_days(day.begin)?;
    let (style, layout) = (&book.style, Layout::of(report));
    sheet.write_number_with_format(place, 0, days, &style.day)?;
    let (first, last) = (layout.first + row(from), layout.first + row(until).saturating_sub(1));
    for (at, it) in report.columns.iter().enumerate() {
        let (to, places, known) = (column(at + 1), it.places[0], it.days[index]);
        let number = if known.missing > 0 { style.partial(places) } else { style.number(places) };
        match known.amount {
            None => sheet.write_blank(place, to, &style.missing)?,
            Some(amount) if it.quantity.is_summed() => {
                let profile = &report.frame.words.texts.profile;
                let range = cells(profile, layout.amount(at), first, last);
                let formula = calculated(format!("=SUM({range})"), amount);
                sheet.write_formula_with_format(place, to, formula, &number)?
            }
            Some(amount) => sheet.write_number_with_format(place, to, amount.number(), &number)?,
        };
    }
    Ok(())
}
