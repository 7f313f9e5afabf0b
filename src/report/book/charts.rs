//! Diagramme: load curve and daily sums of each column, three of them on a page.

use rust_xlsxwriter::{
    Chart, ChartAxisDateUnitType, ChartFont, ChartFormat, ChartLine, ChartSolidFill, ChartType,
    RowNum, Worksheet, XlsxError,
};

use super::profile::Layout;
use super::style::{locale, number_format};
use super::{Book, days, row};
use crate::report::column::Column;
use crate::report::words::short;

/// Columns that get charts; a reader looks at no more, and a program draws no more in good time.
const MOST: usize = 24;
/// Pixels of a chart; both of a column stand side by side.
const CURVE_WIDTH: u32 = 780;
const DAYS_WIDTH: u32 = 480;
const HEIGHT: u32 = 212;
/// Rows that a pair takes with its title, and pairs on a page.
const ROWS: RowNum = 14;
const PAIRS_OF_A_PAGE: usize = 3;
/// Rows above the first pair.
const FIRST: RowNum = 2;
const INK: &str = "#0B6FAE";
const SUMS: &str = "#5F8FB4";
const GRID: &str = "#DDE3E9";

pub fn write(book: &mut Book, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let report = book.report;
    let texts = report.frame.words.texts;
    let with_values = report.columns.iter().enumerate().filter(|(_, it)| it.has_values());
    let columns: Vec<(usize, &Column)> = with_values.collect();
    sheet.set_screen_gridlines(false).set_repeat_rows(0, 0)?;
    let title = format!("{} · {}", book.title, book.whose);
    sheet.write_string_with_format(0, 0, title, &book.style.title)?;
    if columns.len() > MOST {
        let count = book.report.frame.words.language.integer(MOST);
        let note = texts.most_charts.replace("{count}", &count);
        sheet.write_string_with_format(1, 0, note, &book.style.plain)?;
    }
    let mut breaks = Vec::new();
    for (pair, (index, it)) in columns.iter().take(MOST).enumerate() {
        let place = FIRST + row(pair) * ROWS;
        if pair > 0 && pair % PAIRS_OF_A_PAGE == 0 {
            breaks.push(place);
        }
        sheet.write_string_with_format(place, 0, name(book, it), &book.style.strong)?;
        sheet.insert_chart(place + 1, 0, &curve(book, *index)?)?;
        sheet.insert_chart_with_offset(place + 1, 0, &sums(book, *index)?, CURVE_WIDTH, 0)?;
    }
    sheet.set_page_breaks(&breaks)?;
    Ok(())
}

/// `Strom Verwaltung · Stadtwerke Muster · Bezug`
fn name(book: &Book, it: &Column) -> String {
    let direction = book.report.frame.words.code(&it.direction);
    let parts = [it.meter.title(), &it.meter.space, direction];
    let parts = parts.into_iter().filter(|part| !part.is_empty()).map(short);
    parts.collect::<Vec<_>>().join(" · ")
}

/// Values over time: dots joined by lines, on an axis of real time.
fn curve(book: &mut Book, index: usize) -> Result<Chart, XlsxError> {
    let (report, layout) = (book.report, Layout::of(book.report));
    let (frame, it) = (&report.frame, &report.columns[index]);
    let texts = frame.words.texts;
    let (to, unit) = match (layout.power(index), it.power_unit()) {
        (Some(place), Some(unit)) => (place, unit.to_owned()),
        _ => (layout.amount(index), frame.words.peak_unit(it, frame.query.resolution)),
    };
    let heading = if frame.by_day { format!("{unit}, {}", texts.highest) } else { unit };
    let mut chart =
        Chart::new(if frame.by_day { ChartType::Line } else { ChartType::ScatterStraight });
    let sheet = texts.profile.as_str();
    let series = chart.add_series();
    series.set_categories((sheet, layout.first, 0, layout.last, 0));
    series.set_values((sheet, layout.first, to, layout.last, to));
    series.set_format(ChartFormat::new().set_line(ChartLine::new().set_color(INK).set_width(1.0)));
    series.set_name(name(book, it).as_str());
    dress(&mut chart, book, &format!("{}, {}", texts.title, short(&heading)), CURVE_WIDTH);
    let (from, end) = (frame.span().begin, frame.span().end);
    let [from, end] = [book.clock.spreadsheet_days(from)?, book.clock.spreadsheet_days(end)?];
    let axis = chart.x_axis();
    if frame.by_day {
        months(axis, &format!("{}{}", locale(frame.words.language), texts.axis_month));
    } else {
        let step = [1.0, 2.0, 7.0, 14.0].into_iter().find(|step| (end - from) / step <= 16.0);
        axis.set_min(from.floor()).set_max(end.ceil()).set_major_unit(step.unwrap_or(14.0));
        axis.set_num_format(&texts.axis_day);
    }
    Ok(chart)
}

/// What flowed on each day.
fn sums(book: &Book, index: usize) -> Result<Chart, XlsxError> {
    let (report, layout) = (book.report, Layout::of(book.report));
    let (frame, it) = (&report.frame, &report.columns[index]);
    let texts = frame.words.texts;
    let (sheet, to, first) = match frame.by_day {
        true => (&texts.profile, layout.amount(index), layout.first),
        false => (&texts.daily_sums, super::column(index + 1), days::FIRST),
    };
    let last = first + row(frame.days.len()).saturating_sub(1);
    let mut chart = Chart::new(ChartType::Column);
    let series = chart.add_series();
    series.set_categories((sheet.as_str(), first, 0, last, 0));
    series.set_values((sheet.as_str(), first, to, last, to)).set_gap(30);
    series.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(SUMS)));
    series.set_name(name(book, it).as_str());
    let title = format!("{}, {}", texts.daily_sums, short(&it.quantity.unit));
    dress(&mut chart, book, &title, DAYS_WIDTH);
    if frame.by_day {
        let format = format!("{}{}", locale(frame.words.language), texts.axis_month);
        months(chart.x_axis(), &format);
    } else {
        let axis = chart.x_axis();
        axis.set_date_axis(true).set_num_format(&texts.axis_day);
        let week = if frame.days.len() > 16 { 7 } else { 1 };
        axis.set_major_unit(week).set_major_unit_date_type(ChartAxisDateUnitType::Days);
    }
    Ok(chart)
}

fn months(axis: &mut rust_xlsxwriter::ChartAxis, format: &str) {
    axis.set_date_axis(true).set_num_format(format);
    axis.set_major_unit(1).set_major_unit_date_type(ChartAxisDateUnitType::Months);
}

/// Title, size, quiet axes; one series needs no legend.
fn dress(chart: &mut Chart, book: &Book, title: &str, width: u32) {
    let mut font = ChartFont::new();
    font.set_size(9);
    let mut heading = ChartFont::new();
    heading.set_size(10).set_bold();
    chart.title().set_name(title).set_font(&heading);
    chart.legend().set_hidden();
    chart.set_width(width).set_height(HEIGHT);
    chart.x_axis().set_font(&font).set_major_gridlines(false);
    let language = book.report.frame.words.language;
    let axis = chart.y_axis();
    axis.set_font(&font).set_num_format(number_format(language, 0));
    axis.set_major_gridlines_line(ChartLine::new().set_color(GRID));
}
