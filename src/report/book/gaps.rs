//! Lücken: from when to when nothing is known.

use rust_xlsxwriter::{ColNum, Worksheet, XlsxError};

use super::{Book, column, row};

/// Columns, in this order; a time has what tells summer from winter time beside it.
const NAMES: usize = 3;
const FROM: ColNum = 3;
const TO: ColNum = 5;
const INTERVALS: ColNum = 7;
const HOURS: ColNum = 8;
/// Points: the longest heading has two lines.
const HEAD_HEIGHT: f64 = 27.0;
const WIDTHS: [f64; 9] = [30.0, 34.0, 13.0, 15.0, 7.0, 15.0, 7.0, 11.0, 11.0];

pub fn write(book: &mut Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let report = book.report;
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    let head = book.heading(sheet)?;
    let names: [&str; 9] = [
        &texts.meter,
        &texts.space,
        &texts.direction,
        &texts.from,
        &texts.clock,
        &texts.to,
        &texts.clock,
        &texts.intervals,
        &texts.hours,
    ];
    sheet.set_row_height(head, HEAD_HEIGHT)?;
    for (index, (name, width)) in names.iter().zip(WIDTHS).enumerate() {
        let is_number = column(index) >= INTERVALS;
        let style = if is_number { &book.style.number_head } else { &book.style.head };
        sheet.set_column_width(column(index), width)?;
        sheet.write_string_with_format(head, column(index), *name, style)?;
    }
    let mut last = head;
    for it in &report.columns {
        let direction = words.code(&it.direction);
        let names: [&str; NAMES] = [it.meter.title(), &it.meter.space, direction];
        for gap in &it.figures.gaps {
            last += 1;
            for (index, name) in names.iter().enumerate() {
                book.text(sheet, (last, column(index)), name)?;
            }
            book.moment(sheet, (last, FROM), gap.begin)?;
            book.moment(sheet, (last, TO), gap.end)?;
            let intervals = report.frame.intervals_in(*gap) as f64;
            sheet.write_number_with_format(last, INTERVALS, intervals, &book.style.number(0))?;
            let hours = gap.seconds() as f64 / 3600.0;
            sheet.write_number_with_format(last, HOURS, hours, &book.style.number(2))?;
        }
    }
    sheet.set_freeze_panes(head + 1, 0)?.set_repeat_rows(head, head)?;
    if last > head {
        sheet.autofilter(head, 0, last, column(WIDTHS.len() - 1))?;
    } else {
        sheet.write_string_with_format(head + 1, 0, &texts.no_gaps, &book.style.plain)?;
    }
    let below = last + 2 + row(usize::from(last == head));
    for (place, failure) in (below..).zip(&report.failures) {
        let text = format!("{}: {}", texts.failed, failure.meter.title());
        sheet.write_string_with_format(place, 0, text, &book.style.warning)?;
    }
    Ok(())
}
