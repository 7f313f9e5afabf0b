//! Lastgang: time down, a column for each meter and direction, energy and then power.

use rust_xlsxwriter::{ColNum, Format, FormatAlign, RowNum, Worksheet, XlsxError};

use super::{Book, calculated, cells, column, row};
use crate::data::decimal::Decimal;
use crate::report::Report;
use crate::report::column::Column;
use crate::report::quantity::Kind;
use crate::report::words::short;

/// Rows above the values. Those from `SPACE` on are repeated on every printed page.
const MELO: RowNum = 2;
const MALO: RowNum = 3;
const SUM: RowNum = 4;
const SPACE: RowNum = 5;
const METER: RowNum = 6;
const DIRECTION: RowNum = 7;
const UNIT: RowNum = 8;
const FIRST: RowNum = 9;
/// Columns before the values: time, and what tells summer from winter time.
const BEFORE: usize = 2;
/// Points of a row of values: more of them on a page.
const ROW: f64 = 11.5;
/// Widths in characters.
const TIME_WIDTH: f64 = 15.0;
const CLOCK_WIDTH: f64 = 6.0;
const WIDTH: f64 = 11.0;
/// Columns that are readable on one page; more are printed side by side on several.
const COLUMNS_OF_A_PAGE: usize = 26;

/// Where the values stand.
pub struct Layout {
    pub first: RowNum,
    pub last: RowNum,
    /// Columns with powers, by the index of the report's column.
    powers: Vec<usize>,
    amounts: usize,
}

impl Layout {
    pub fn of(report: &Report) -> Self {
        let columns = report.columns.iter().enumerate();
        let powers = columns.filter(|(_, it)| !it.powers.is_empty()).map(|(index, _)| index);
        let last = FIRST + row(report.frame.rows.len()).saturating_sub(1);
        Self { first: FIRST, last, powers: powers.collect(), amounts: report.columns.len() }
    }

    pub fn amount(&self, index: usize) -> ColNum {
        column(BEFORE + index)
    }

    pub fn power(&self, index: usize) -> Option<ColNum> {
        let place = self.powers.iter().position(|it| *it == index)?;
        Some(column(BEFORE + self.amounts + place))
    }

    fn width(&self) -> usize {
        BEFORE + self.amounts + self.powers.len()
    }
}

pub fn write(book: &mut Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let report = book.report;
    let layout = Layout::of(report);
    let pages = layout.width().div_ceil(COLUMNS_OF_A_PAGE);
    sheet.set_print_fit_to_pages(u16::try_from(pages).unwrap_or(u16::MAX), 0);
    sheet.set_freeze_panes(FIRST, column(BEFORE))?.set_repeat_rows(SPACE, UNIT)?;
    sheet.set_repeat_columns(0, column(BEFORE - 1))?.set_default_row_height(ROW);
    sheet.set_column_width(0, TIME_WIDTH)?.set_column_width(1, CLOCK_WIDTH)?;
    for place in BEFORE..layout.width() {
        sheet.set_column_width(column(place), WIDTH)?;
    }
    for (row, height) in [(0, 20.0), (MELO, 30.0), (SPACE, 28.0), (METER, 36.0), (UNIT, 24.0)] {
        sheet.set_row_height(row, height)?;
    }
    head(book, sheet, &layout)?;
    values(book, sheet, &layout)?;
    Ok(())
}

/// The rows above the values, from top to bottom: rows that are written stay.
fn head(book: &Book, sheet: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    let (report, style, words) = (book.report, &book.style, &book.report.frame.words);
    let texts = words.texts;
    sheet.write_string_with_format(
        0,
        0,
        format!("{} · {}", book.title, book.whose),
        &style.title,
    )?;
    sheet.write_string_with_format(1, 0, book.report.profile_notes().join(" "), &style.plain)?;
    let small = &style.small_head;
    let melo = |column: &Column| short(&column.meter.melo);
    let malo = |column: &Column| short(&column.meter.malo);
    names(sheet, layout, report, MELO, ("MeLo", small), melo)?;
    names(sheet, layout, report, MALO, ("MaLo", small), malo)?;
    sums(book, sheet, layout)?;
    let head = &style.number_head;
    let space = |column: &Column| short(&column.meter.space);
    let meter = |column: &Column| short(column.meter.title());
    let direction = |column: &Column| short(words.code(&column.direction));
    names(sheet, layout, report, SPACE, (&texts.space, small), space)?;
    names(sheet, layout, report, METER, (&texts.meter, head), meter)?;
    names(sheet, layout, report, DIRECTION, (&texts.direction, head), direction)?;
    let begin = if report.frame.by_day { &texts.day } else { &texts.begin };
    sheet.write_string_with_format(UNIT, 0, begin, &style.head)?;
    sheet.write_string_with_format(UNIT, 1, &texts.clock, &style.head)?;
    for (index, it) in report.columns.iter().enumerate() {
        let computed = (it.quantity.kind == Kind::Power).then_some(&texts.computed);
        sheet.write_string_with_format(
            UNIT,
            layout.amount(index),
            named(&it.quantity.unit, computed),
            head,
        )?;
    }
    for (index, it) in report.columns.iter().enumerate() {
        let (Some(place), Some(unit)) = (layout.power(index), &it.quantity.power_unit) else {
            continue;
        };
        let is_computed = it.quantity.kind == Kind::Amount;
        let note = match (report.frame.by_day, is_computed) {
            (true, _) => Some(&texts.highest),
            (false, true) => Some(&texts.computed),
            (false, false) => None,
        };
        sheet.write_string_with_format(UNIT, place, named(unit, note), head)?;
    }
    Ok(())
}

fn named(unit: &str, note: Option<&String>) -> String {
    note.map_or_else(|| short(unit), |note| format!("{}, {note}", short(unit)))
}

/// A row of headings: of each column in both blocks.
fn names(
    sheet: &mut Worksheet,
    layout: &Layout,
    report: &Report,
    row: RowNum,
    (heading, style): (&str, &Format),
    name: impl Fn(&Column) -> String,
) -> Result<(), XlsxError> {
    let left = style.clone().set_align(FormatAlign::Left);
    sheet.write_string_with_format(row, 0, heading, &left)?;
    sheet.write_blank(row, 1, &left)?;
    for (index, it) in report.columns.iter().enumerate() {
        sheet.write_string_with_format(row, layout.amount(index), name(it), style)?;
    }
    for (index, it) in report.columns.iter().enumerate() {
        if let Some(place) = layout.power(index) {
            sheet.write_string_with_format(row, place, name(it), style)?;
        }
    }
    Ok(())
}

/// Energy is added up; of powers the highest is shown.
fn sums(book: &Book, sheet: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    let (report, style) = (book.report, &book.style);
    let texts = report.frame.words.texts;
    let heading = format!("{}, {}", texts.sum, texts.peak);
    sheet.write_string_with_format(SUM, 0, heading, &style.strong)?;
    let of = |function: &str, place: ColNum| {
        format!("={function}({})", cells(&texts.profile, place, layout.first, layout.last))
    };
    for (index, it) in report.columns.iter().enumerate() {
        if let Some(sum) = it.sum.filter(|_| it.quantity.is_summed()) {
            let (place, total) = (layout.amount(index), style.total(it.places[0]));
            let formula = calculated(of("SUM", place), sum);
            sheet.write_formula_with_format(SUM, place, formula, &total)?;
        }
    }
    for (index, it) in report.columns.iter().enumerate() {
        let peak = it.figures.peak.and_then(|peak| Decimal::of(peak.value?));
        if let (Some(place), Some(peak)) = (layout.power(index), peak) {
            let formula = calculated(of("MAX", place), peak);
            sheet.write_formula_with_format(SUM, place, formula, &style.total(it.places[1]))?;
        }
    }
    Ok(())
}

/// A row of the sheet for each row of the report.
fn values(book: &mut Book, sheet: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    let report = book.report;
    let styles = |places: usize| [book.style.number(places), book.style.partial(places)];
    let of_columns = report.columns.iter().map(|it| it.places.map(styles));
    let of_columns: Vec<[[Format; 2]; 2]> = of_columns.collect();
    for (index, span) in report.frame.rows.iter().enumerate() {
        let place = FIRST + row(index);
        match report.frame.by_day {
            true => {
                let days = book.clock.spreadsheet_days(span.begin)?;
                sheet.write_number_with_format(place, 0, days, &book.style.day)?;
            }
            false => book.moment(sheet, (place, 0), span.begin)?,
        }
        let blocks =
            [0, 1].into_iter().flat_map(|block| (0..layout.amounts).map(move |at| (block, at)));
        for (block, at) in blocks {
            let it = &report.columns[at];
            let (to, values) = match block {
                0 => (Some(layout.amount(at)), &it.amounts),
                _ => (layout.power(at), &it.powers),
            };
            let Some(to) = to else { continue };
            let is_partial = report.frame.by_day && it.days[index].missing > 0;
            let style = &of_columns[at][block][usize::from(is_partial)];
            match values.get(index).copied().flatten() {
                Some(value) => sheet.write_number_with_format(place, to, value, style)?,
                None => sheet.write_blank(place, to, &book.style.missing)?,
            };
        }
    }
    Ok(())
}
