//! Übersicht: a row for each column of the profile, then what may be added up.

use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, RowNum, Worksheet, XlsxError};

use super::profile::Layout;
use super::{Book, calculated, cells, column, row};
use crate::language::filled;
use crate::report::Total;
use crate::report::column::Column;
use crate::report::quantity::Kind;
use crate::report::words::short;

/// Columns, in this order.
const METER: ColNum = 0;
const SPACE: ColNum = 1;
const MEDIUM: ColNum = 2;
const DIRECTION: ColNum = 3;
const SUM: ColNum = 4;
const UNIT: ColNum = 5;
const PEAK: ColNum = 6;
const BASE: ColNum = 7;
const PEAK_UNIT: ColNum = 8;
const PEAK_AT: ColNum = 9;
const FULL_LOAD: ColNum = 11;
const MISSING: ColNum = 12;
const REMARKS: ColNum = 13;
const SERIAL: ColNum = 14;
const MALO: ColNum = 15;
const MELO: ColNum = 16;
const COLUMNS: usize = 17;
/// Of these columns, in characters.
#[rustfmt::skip]
const WIDTHS: [f64; COLUMNS] = [
    20.0, 18.0, 7.0, 10.5, 12.5, 7.0, 9.5, 9.5, 9.0, 14.5, 5.5, 9.0, 7.5, 20.0, 13.5, 11.0, 17.0,
];
/// Points of a line of text.
const LINE: f64 = 12.0;

pub fn write(book: &mut Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let report = book.report;
    let head = book.heading(sheet)?;
    names(book, sheet, head)?;
    let (first, layout) = (head + 1, Layout::of(report));
    for (index, it) in report.columns.iter().enumerate() {
        line(book, sheet, first + row(index), (it, &layout, index))?;
    }
    let last = first + row(report.columns.len()).saturating_sub(1);
    sheet.autofilter(head, METER, last, MELO)?;
    sheet.set_freeze_panes(first, 1)?.set_repeat_rows(head, head)?;
    let next = totals(book, sheet, first, last)?;
    notes(book, sheet, next + 1)?;
    Ok(())
}

fn names(book: &Book, sheet: &mut Worksheet, place: RowNum) -> Result<(), XlsxError> {
    let texts = book.report.frame.words.texts;
    let names: [&str; COLUMNS] = [
        &texts.meter,
        &texts.space,
        &texts.medium,
        &texts.direction,
        &texts.sum,
        &texts.unit,
        &texts.peak,
        &texts.base_load,
        &texts.unit,
        &texts.peak_at,
        &texts.clock,
        &texts.full_load_hours,
        &texts.missing,
        &texts.remarks,
        &texts.serial,
        "MaLo",
        "MeLo",
    ];
    for (index, (name, width)) in names.iter().zip(WIDTHS).enumerate() {
        sheet.set_column_width(column(index), width)?;
        let is_number = matches!(column(index), SUM | PEAK | BASE | FULL_LOAD | MISSING);
        let style = if is_number { &book.style.number_head } else { &book.style.head };
        sheet.write_string_with_format(place, column(index), *name, style)?;
    }
    sheet.set_row_height(place, 27)?;
    Ok(())
}

/// A column of the profile.
fn line(
    book: &mut Book,
    sheet: &mut Worksheet,
    place: RowNum,
    (it, layout, index): (&Column, &Layout, usize),
) -> Result<(), XlsxError> {
    let words = &book.report.frame.words;
    let meter = &it.meter;
    let mut lines = 1.0_f64;
    for (to, text) in [
        (METER, meter.title()),
        (SPACE, &meter.space),
        (MEDIUM, words.code(&it.medium)),
        (DIRECTION, words.code(&it.direction)),
        (SERIAL, &meter.serial),
        (MALO, &meter.malo),
        (MELO, &meter.melo),
    ] {
        book.text(sheet, (place, to), text)?;
        lines = lines.max(lines_of(text, to));
    }
    let remarks = book.report.remarks(it);
    if !remarks.is_empty() {
        // Each on a line of its own, and shorter than the column: they are indented.
        lines = lines.max(remarks.iter().map(|it| lines_of(it, REMARKS) + 1.0).sum());
        let remarks = remarks.join("\n");
        sheet.write_string_with_format(place, REMARKS, remarks, &book.style.remark)?;
    }
    sheet.set_row_height(place, lines * LINE + 2.0)?;
    let peak_unit = words.peak_unit(it, book.report.frame.query.resolution);
    for (to, unit) in [(UNIT, &it.quantity.unit), (PEAK_UNIT, &peak_unit)] {
        sheet.write_string_with_format(place, to, short(unit), &book.style.unit)?;
    }
    let places = it.peak_places();
    if let Some(sum) = it.sum {
        let style = book.style.number(it.places[0]);
        if it.quantity.is_summed() {
            let profile = &words.texts.profile;
            let range = cells(profile, layout.amount(index), layout.first, layout.last);
            let formula = calculated(format!("=SUM({range})"), sum);
            sheet.write_formula_with_format(place, SUM, formula, &style)?;
        } else if it.quantity.kind == Kind::State {
            sheet.write_number_with_format(place, SUM, sum.number(), &style)?;
        }
    }
    for (to, value, places) in [
        (PEAK, it.figures.peak.and_then(|peak| peak.value), places),
        (BASE, it.figures.base_load, places),
        (FULL_LOAD, it.figures.full_load_hours, 0),
        (MISSING, Some(it.figures.missing as f64), 0),
    ] {
        if let Some(value) = value {
            sheet.write_number_with_format(place, to, value, &book.style.number(places))?;
        }
    }
    if it.figures.missing > 0 {
        let missing = it.figures.missing as f64;
        sheet.write_number_with_format(place, MISSING, missing, &book.style.partial(0))?;
    }
    if let Some(peak) = it.figures.peak {
        book.moment(sheet, (place, PEAK_AT), peak.time.begin)?;
    }
    Ok(())
}

/// Lines that a text takes in this column.
fn lines_of(text: &str, to: ColNum) -> f64 {
    (short(text).chars().count() as f64 / WIDTHS[usize::from(to)]).ceil()
}

/// A row for each medium, direction and unit; the next free row.
fn totals(
    book: &Book,
    sheet: &mut Worksheet,
    first: RowNum,
    last: RowNum,
) -> Result<RowNum, XlsxError> {
    let (words, style) = (&book.report.frame.words, &book.style);
    let totals = book.report.totals();
    if totals.is_empty() {
        return Ok(last + 1);
    }
    let mut place = last + 2;
    sheet.write_string_with_format(place, METER, &words.texts.totals, &style.strong)?;
    for Total { medium, direction, unit, sum, columns } in totals {
        place += 1;
        let count = words.language.integer(columns);
        let meters = filled(&words.texts.several_series, &[("count", &count)]);
        book.text(sheet, (place, METER), &meters)?;
        for (to, text) in [(MEDIUM, words.code(medium)), (DIRECTION, words.code(direction))] {
            book.text(sheet, (place, to), text)?;
        }
        sheet.write_string_with_format(place, UNIT, short(unit), &book.style.unit)?;
        // By comparing cells: a word in a formula could be one.
        let is_alike = |to: ColNum| {
            let range = format!("{}:{}", row_col_to_cell(first, to), row_col_to_cell(last, to));
            format!("({range}={})", row_col_to_cell(place, to))
        };
        let alike = [MEDIUM, DIRECTION, UNIT].map(is_alike).join("*");
        let range = format!("{}:{}", row_col_to_cell(first, SUM), row_col_to_cell(last, SUM));
        let formula = calculated(format!("=SUMPRODUCT({alike}*{range})"), sum);
        sheet.write_formula_with_format(place, SUM, formula, &style.total(sum.places()))?;
    }
    Ok(place + 1)
}

/// What must be known to read it, and what could not be had.
fn notes(book: &Book, sheet: &mut Worksheet, mut place: RowNum) -> Result<(), XlsxError> {
    let (report, words) = (book.report, &book.report.frame.words);
    for note in report.notes() {
        sheet.write_string_with_format(place, METER, note, &book.style.plain)?;
        place += 1;
    }
    if report.failures.is_empty() {
        return Ok(());
    }
    place += 1;
    sheet.write_string_with_format(place, METER, &words.texts.failed, &book.style.warning)?;
    for failure in &report.failures {
        place += 1;
        book.text(sheet, (place, METER), failure.meter.title())?;
        book.text(sheet, (place, SPACE), &failure.meter.space)?;
        let why = short(&failure.why);
        sheet.write_string_with_format(place, MEDIUM, why, &book.style.plain)?;
    }
    Ok(())
}
