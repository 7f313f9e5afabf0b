//! The numbers under a picture.

use super::figures;
use super::series::{Measurement, Series};
use crate::clock::Timestamp;
use crate::plot::number::number;
use crate::plot::page::Table;
use crate::plot::zone::{self, Date, TimeZone};

/// Rows of single values at most: the longest day in quarter hours.
const MOST_ROWS: usize = 100;
/// Decimals of values and of sums.
const DECIMALS: usize = 3;

/// Each value where they are few, else a row for each day.
pub fn table(series: &Series, zone: &TimeZone) -> Table {
    if series.points.len() <= MOST_ROWS { values(series, zone) } else { days(series, zone) }
}

fn values(series: &Series, zone: &TimeZone) -> Table {
    let row = |(begin, value): &(Timestamp, Option<f64>)| {
        let time = zone::show(*begin, "%Y-%m-%d %H:%M %:z", zone);
        vec![Some(time), value.map(|value| number(value, DECIMALS))]
    };
    Table {
        caption: format!("Values, {} every {}", series.quantity(), series.interval()),
        headings: vec!["Begin".to_owned(), series.axis()],
        numeric: vec![false, true],
        rows: series.points.iter().map(row).collect(),
    }
}

fn days(series: &Series, zone: &TimeZone) -> Table {
    let flow = series.flow();
    let unit = flow.axis();
    let mut rows = Vec::new();
    let mut sum_unit = None;
    for piece in flow.points.chunk_by(|a, b| day(a, zone) == day(b, zone)) {
        let part = Series {
            points: piece.to_vec(),
            title: String::new(),
            unit: flow.unit.clone(),
            ..*flow
        };
        let figures = figures::figures(&part, zone);
        let least = part.known().map(|(_, value)| value).min_by(f64::total_cmp);
        sum_unit = sum_unit.or(figures.sum.as_ref().map(|sum| sum.1.clone()));
        let date = piece.first().map(|point| day(point, zone).strftime("%a %Y-%m-%d").to_string());
        rows.push(vec![
            date,
            figures.sum.map(|sum| number(sum.0, DECIMALS)),
            figures.peak.map(|peak| number(peak.1, DECIMALS)),
            figures.peak.map(|peak| zone::show(peak.0, "%H:%M %:z", zone)),
            least.map(|value| number(value, DECIMALS)),
            Some(number(figures.gaps.missing as f64, 0)),
            Some(number(figures.gaps.of as f64, 0)),
        ]);
    }
    let sum = sum_unit.map_or("Sum".to_owned(), |unit| format!("Sum, {unit}"));
    let what = if series.measurement == Measurement::MeterReading {
        "increase"
    } else {
        series.quantity()
    };
    Table {
        caption: format!("Days, {what} every {}", series.interval()),
        headings: vec![
            "Day".to_owned(),
            sum,
            format!("Highest, {unit}"),
            "at".to_owned(),
            format!("Lowest, {unit}"),
            "Missing".to_owned(),
            "Intervals".to_owned(),
        ],
        numeric: vec![false, true, true, false, true, true, true],
        rows,
    }
}

fn day(point: &(Timestamp, Option<f64>), zone: &TimeZone) -> Date {
    zone::day_of(point.0, zone)
}
