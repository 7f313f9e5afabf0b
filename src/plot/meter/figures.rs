//! Key figures in words, and the table of a series' numbers.

use crate::data::figures::{Figures, Sum};
use crate::data::series::{Interval, Series};
use crate::data::span::Span;
use crate::plot::number::{count, length, number, short};
use crate::plot::picture::{KeyFigure, NumbersColumn, NumbersTable};
use crate::plot::time::{moment, show};

/// Rows of single values at most: the longest day in quarter hours.
const MOST_ROWS: usize = 100;

impl Figures {
    /// For people.
    pub fn in_words(&self, series: &Series) -> Vec<KeyFigure> {
        let (axis, zone) = (series.flow().axis(), &series.zone);
        let mut figures = Vec::new();
        let mut add = |name, value, note: &str| {
            figures.push(KeyFigure { name, value, note: note.to_owned() });
        };
        if let Some(Interval { time, value: Some(peak) }) = self.peak {
            add("peak", format!("{} {axis}", short(peak)), &moment(time.begin, zone));
        }
        if let Some(base) = self.base_load {
            add("base load", format!("{} {axis}", short(base)), "reached in 95 % of the time");
        }
        if let Some(Sum { amount, unit }) = &self.sum {
            let note = match self.missing {
                _ if series.is_state() => "last minus first reading",
                0 => "",
                _ => "of what was measured",
            };
            add("sum", format!("{} {unit}", short(*amount)), note);
        }
        if let Some(hours) = self.full_load_hours {
            add("full-load hours", format!("{} h", short(hours)), "sum ÷ peak");
        }
        let missing = match self.missing {
            0 => "none".to_owned(),
            missing => count(missing, "interval", "intervals"),
        };
        // The longest gap, the earlier of two alike.
        let note = match self.gaps.iter().rev().max_by_key(|gap| gap.seconds()) {
            None => "every interval has a value".to_owned(),
            Some(longest) => {
                let which = if self.gaps.len() == 1 { "" } else { "longest " };
                let seconds = self.gaps.iter().map(Span::seconds).sum();
                format!("{}; {which}{}", length(seconds), longest.times(zone))
            }
        };
        let of = number(series.intervals.len() as f64, 0);
        add("gaps", missing, &format!("of {of}: {note}"));
        figures
    }
}

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
    let row = |intervals: &[Interval]| {
        let part = Series { intervals: intervals.to_vec(), ..Series::clone(&flow) };
        let figures = Figures::of(&part);
        let peak = figures.peak.and_then(|peak| peak.value);
        vec![
            intervals.first().map(|first| show(first.time.begin, "%a %Y-%m-%d", zone)),
            figures.sum.map(|sum| exactly(sum.amount)),
            peak.map(exactly),
            figures.peak.map(|peak| show(peak.time.begin, "%H:%M %:z", zone)),
            part.values().min_by(f64::total_cmp).map(exactly),
            Some(number(figures.missing as f64, 0)),
            Some(number(part.intervals.len() as f64, 0)),
        ]
    };
    let day = |interval: &Interval| zone.to_datetime(interval.time.begin).date();
    let days = flow.intervals.chunk_by(|one, next| day(one) == day(next));
    let sum_unit = Figures::of(&flow).sum.map_or_else(String::new, |sum| format!(", {}", sum.unit));
    let what = if series.is_state() { "increase" } else { series.words() };
    let unit = flow.axis();
    NumbersTable {
        caption: format!("Days, {what} every {}", series.interval()),
        columns: vec![
            NumbersColumn::of_words("Day"),
            NumbersColumn::of_numbers(&format!("Sum{sum_unit}")),
            NumbersColumn::of_numbers(&format!("Highest, {unit}")),
            NumbersColumn::of_words("at"),
            NumbersColumn::of_numbers(&format!("Lowest, {unit}")),
            NumbersColumn::of_numbers("Missing"),
            NumbersColumn::of_numbers("Intervals"),
        ],
        rows: days.map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::quarters;

    #[test]
    fn the_longest_gap_is_told_with_its_time() {
        let values = [Some(1.0), Some(4.0), None, None, Some(3.0), Some(4.0), None];
        let series = quarters("2026-01-12T00:00:00Z", values);
        let note = Figures::of(&series).in_words(&series).pop().unwrap().note;
        assert_eq!(note, "of 7: 45 min; longest Mon 12 Jan 01:30–02:00");
    }
}
