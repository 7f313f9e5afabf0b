//! The numbers under a picture.

use super::figures::Figures;
use super::series::{Interval, Series};
use crate::plot::number::number;
use crate::plot::picture::{NumbersColumn, NumbersTable};
use crate::plot::time::show;

/// Rows of single values at most: the longest day in quarter hours.
const MOST_ROWS: usize = 100;

/// Each value where they are few, else a row for each day.
pub fn table(series: &Series) -> NumbersTable {
    if series.intervals.len() <= MOST_ROWS { values(series) } else { days(series) }
}

fn exactly(value: f64) -> String {
    number(value, 3)
}

fn values(series: &Series) -> NumbersTable {
    let row = |interval: &Interval| {
        let begin = show(interval.time.begin, "%Y-%m-%d %H:%M %:z", &series.zone);
        vec![Some(begin), interval.value.map(exactly)]
    };
    NumbersTable {
        caption: format!("Values, {} every {}", series.words(), series.interval()),
        columns: vec![NumbersColumn::of_words("Begin"), NumbersColumn::of_numbers(&series.axis())],
        rows: series.intervals.iter().map(row).collect(),
    }
}

fn days(series: &Series) -> NumbersTable {
    let flow = series.flow();
    let zone = &series.zone;
    let mut rows = Vec::new();
    let mut sum_heading = "Sum".to_owned();
    let day = |interval: &Interval| zone.to_datetime(interval.time.begin).date();
    for intervals in flow.intervals.chunk_by(|one, next| day(one) == day(next)) {
        let part = Series { intervals: intervals.to_vec(), ..Series::clone(&flow) };
        let figures = Figures::of(&part);
        let peak = figures.peak.and_then(|peak| peak.value);
        if let Some(sum) = &figures.sum {
            sum_heading = format!("Sum, {}", sum.unit);
        }
        rows.push(vec![
            intervals.first().map(|first| show(first.time.begin, "%a %Y-%m-%d", zone)),
            figures.sum.map(|sum| exactly(sum.amount)),
            peak.map(exactly),
            figures.peak.map(|peak| show(peak.time.begin, "%H:%M %:z", zone)),
            part.values().min_by(f64::total_cmp).map(exactly),
            Some(number(figures.gaps.missing as f64, 0)),
            Some(number(figures.gaps.of as f64, 0)),
        ]);
    }
    let what = if series.is_state() { "increase" } else { series.words() };
    let unit = flow.axis();
    NumbersTable {
        caption: format!("Days, {what} every {}", series.interval()),
        columns: vec![
            NumbersColumn::of_words("Day"),
            NumbersColumn::of_numbers(&sum_heading),
            NumbersColumn::of_numbers(&format!("Highest, {unit}")),
            NumbersColumn::of_words("at"),
            NumbersColumn::of_numbers(&format!("Lowest, {unit}")),
            NumbersColumn::of_numbers("Missing"),
            NumbersColumn::of_numbers("Intervals"),
        ],
        rows,
    }
}
