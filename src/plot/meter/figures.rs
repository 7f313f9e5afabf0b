//! Key figures in words, and the table of a series' numbers.

use crate::data::figures::{Figures, Sum};
use crate::data::series::{Interval, Series};
use crate::data::span::Span;
use crate::language::{Language, filled};
use crate::plot::number::length;
use crate::plot::picture::{KeyFigure, NumbersColumn, NumbersTable};
use crate::plot::time::moment;

/// Rows of single values at most: the longest day in quarter hours.
const MOST_ROWS: usize = 100;
/// Of a value in the table.
const DECIMALS: usize = 3;

impl Figures {
    /// For people.
    pub fn in_words(&self, series: &Series, language: Language) -> Vec<KeyFigure> {
        let (axis, zone) = (series.flow().axis(language), &series.zone);
        let texts = &language.texts().meter_picture;
        let mut figures = Vec::new();
        let mut add = |name: &'static str, value, note: &str| {
            figures.push(KeyFigure { name, value, note: note.to_owned() });
        };
        let short = |value, unit: &str| format!("{} {unit}", language.short(value));
        if let Some(Interval { time, value: Some(peak) }) = self.peak {
            add(&texts.peak, short(peak, &axis), &moment(time.begin, zone, language));
        }
        if let Some(base) = self.base_load {
            add(&texts.base_load, short(base, &axis), &texts.base_load_note);
        }
        if let Some(Sum { amount, unit }) = &self.sum {
            let note = match self.missing {
                _ if series.is_state() => &texts.sum_of_states,
                0 => "",
                _ => &texts.sum_of_measured,
            };
            add(&texts.sum, short(*amount, unit), note);
        }
        if let Some(hours) = self.full_load_hours {
            add(&texts.full_load_hours, short(hours, "h"), &texts.full_load_hours_note);
        }
        let missing = match self.missing {
            0 => texts.no_gaps.clone(),
            missing => language.count(missing, &texts.interval, &texts.intervals),
        };
        add(&texts.gaps, missing, &self.gaps_note(series, language));
        figures
    }

    /// How much is missing of what, and the longest gap, the earlier of two alike.
    fn gaps_note(&self, series: &Series, language: Language) -> String {
        let texts = &language.texts().meter_picture;
        let of = language.integer(series.intervals.len());
        let Some(longest) = self.gaps.iter().rev().max_by_key(|gap| gap.seconds()) else {
            return filled(&texts.no_gaps_note, &[("of", &of)]);
        };
        let gap = if self.gaps.len() == 1 { &texts.gap } else { &texts.longest_gap };
        let gap = filled(gap, &[("when", &longest.times(&series.zone, language))]);
        let all = length(self.gaps.iter().map(Span::seconds).sum());
        filled(&texts.gaps_note, &[("of", &of), ("length", &all), ("gap", &gap)])
    }
}

/// Each value where they are few, else a row for each day.
pub fn table(series: &Series, language: Language) -> NumbersTable {
    if series.intervals.len() <= MOST_ROWS {
        values(series, language)
    } else {
        days(series, language)
    }
}

fn values(series: &Series, language: Language) -> NumbersTable {
    let texts = &language.texts().meter_picture;
    let begin = format!("{} %H:%M %:z", language.texts().dates.day);
    let row = |interval: &Interval| {
        let begin = language.show(interval.time.begin, &begin, &series.zone);
        vec![Some(begin), interval.value.map(|value| language.number(value, DECIMALS))]
    };
    let what = [("what", series.words(language)), ("interval", series.interval(language))];
    NumbersTable {
        caption: filled(&texts.table_of_values, &what),
        columns: vec![
            NumbersColumn::of_words(&texts.begin),
            NumbersColumn::of_numbers(&series.axis(language)),
        ],
        rows: series.intervals.iter().map(row).collect(),
    }
}

fn days(series: &Series, language: Language) -> NumbersTable {
    let flow = series.flow();
    let zone = &series.zone;
    let named_day = &language.texts().dates.named_day;
    let exactly = |value| language.number(value, DECIMALS);
    let row = |intervals: &[Interval]| {
        let part = Series { intervals: intervals.to_vec(), ..Series::clone(&flow) };
        let figures = Figures::of(&part);
        let peak = figures.peak.and_then(|peak| peak.value);
        vec![
            intervals.first().map(|first| language.show(first.time.begin, named_day, zone)),
            figures.sum.map(|sum| exactly(sum.amount)),
            peak.map(exactly),
            figures.peak.map(|peak| language.show(peak.time.begin, "%H:%M %:z", zone)),
            part.values().min_by(f64::total_cmp).map(exactly),
            Some(language.integer(figures.missing)),
            Some(language.integer(part.intervals.len())),
        ]
    };
    let day = |interval: &Interval| zone.to_datetime(interval.time.begin).date();
    let days = flow.intervals.chunk_by(|one, next| day(one) == day(next));
    let texts = &language.texts().meter_picture;
    let what = if series.is_state() { &texts.increase } else { series.words(language) };
    let what = [("what", what), ("interval", series.interval(language))];
    NumbersTable {
        caption: filled(&texts.table_of_days, &what),
        columns: columns_of_days(&flow, language),
        rows: days.map(row).collect(),
    }
}

fn columns_of_days(flow: &Series, language: Language) -> Vec<NumbersColumn> {
    let texts = &language.texts().meter_picture;
    let sum_unit = Figures::of(flow).sum.map_or_else(String::new, |sum| format!(", {}", sum.unit));
    let unit = flow.axis(language);
    let of = |text: &str| NumbersColumn::of_numbers(&filled(text, &[("unit", &unit)]));
    vec![
        NumbersColumn::of_words(&texts.column_day),
        NumbersColumn::of_numbers(&filled(&texts.column_sum, &[("unit", &sum_unit)])),
        of(&texts.highest),
        NumbersColumn::of_words(&texts.highest_at),
        of(&texts.lowest),
        NumbersColumn::of_numbers(&texts.missing),
        NumbersColumn::of_numbers(&texts.column_intervals),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::quarters;

    #[test]
    fn the_longest_gap_is_told_with_its_time() {
        let values = [Some(1.0), Some(4.0), None, None, Some(3.0), Some(4.0), None];
        let series = quarters("2026-01-12T00:00:00Z", values);
        let note = |language| Figures::of(&series).in_words(&series, language).pop().unwrap().note;
        assert_eq!(note(Language::En), "of 7: 45 min; longest Mon 12 Jan 01:30–02:00");
        assert_eq!(note(Language::De), "von 7: 45 min; längste Mo 12.01. 01:30–02:00");
    }
}
