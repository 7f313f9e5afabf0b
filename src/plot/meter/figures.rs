//! Key figures in words, and the table of a series' numbers.

use crate::data::figures::{Figures, Sum};
use crate::data::series::{Interval, Series};
use crate::data::span::Span;
use crate::data::states::Fall;
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
            let note = match (self.missing, self.falls.first()) {
                (_, Some(first)) => self.falls_note(first, series, language),
                _ if series.is_state() => texts.sum_of_states.clone(),
                (0, None) => String::new(),
                _ => texts.sum_of_measured.clone(),
            };
            add(&texts.sum, short(*amount, unit), &note);
        }
        if let Some(hours) = self.full_load_hours {
            add(&texts.full_load_hours, short(hours, "h"), &texts.full_load_hours_note);
        }
        if self.left_out > 0 {
            let count = language.count(self.left_out, &texts.value, &texts.values);
            add(&texts.left_out, count, &texts.left_out_note);
        }
        let missing = match self.missing {
            0 => texts.no_gaps.clone(),
            missing => language.count(missing, &texts.interval, &texts.intervals),
        };
        add(&texts.gaps, missing, &self.gaps_note(series, language));
        figures
    }

    /// That the sum is not the last state minus the first, and where the states fall.
    fn falls_note(&self, first: &Fall, series: &Series, language: Language) -> String {
        let texts = &language.texts().meter_picture;
        let often = self.falls.len() > 1;
        let text = if often { &texts.state_falls_often } else { &texts.state_falls };
        let values = [
            ("count", &*language.integer(self.falls.len())),
            ("when", &moment(first.at, &series.zone, language)),
            ("from", &language.number(first.from, DECIMALS)),
            ("to", &language.number(first.to, DECIMALS)),
        ];
        filled(&texts.sum_of_parts, &[("fall", &filled(text, &values))])
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
    use crate::data::query::Measurement;
    use crate::data::testing::quarters;

    #[test]
    fn the_longest_gap_is_told_with_its_time() {
        let values = [Some(1.0), Some(4.0), None, None, Some(3.0), Some(4.0), None];
        let series = quarters("2026-01-12T00:00:00Z", values);
        let note = |language| Figures::of(&series).in_words(&series, language).pop().unwrap().note;
        assert_eq!(note(Language::En), "of 7: 45 min; longest Mon 12 Jan 01:30–02:00");
        assert_eq!(note(Language::De), "von 7: 45 min; längste Mo 12.01. 01:30–02:00");
    }

    /// An exchanged meter, and a state that cannot be.
    #[test]
    fn a_sum_over_a_fall_does_not_say_that_it_is_last_minus_first() {
        let said = |values: &[f64], impossible, language: Language| {
            let states = quarters("2026-01-12T00:00:00Z", values.iter().copied().map(Some));
            let measurement = Some(Measurement::MeterReading);
            let states = Series { measurement, impossible, unit: "kWh".into(), ..states };
            let texts = &language.texts().meter_picture;
            let figures = Figures::of(&states).in_words(&states, language);
            let of = |name: &str| figures.iter().find(|figure| figure.name == name);
            let left_out = of(&texts.left_out).map(|figure| figure.value.clone());
            (of(&texts.sum).unwrap().note.clone(), left_out)
        };
        let exchanged = [12_000.0, 12_010.5, 3.0, 4.5];
        let (note, left_out) = said(&exchanged, 0, Language::En);
        let fall = "the reading falls Mon 12 Jan 01:30, from 12\u{202f}010.500 to 3.000";
        assert_eq!(note, format!("the parts before and after a fall; {fall}"));
        assert_eq!(left_out, None);
        let (note, left_out) = said(&exchanged, 2, Language::De);
        let fall = "der Stand fällt Mo 12.01. 01:30 von 12\u{202f}010,500 auf 3,000";
        assert_eq!(note, format!("die Teile vor und nach dem Rückfall; {fall}"));
        assert_eq!(left_out.as_deref(), Some("2 Werte"));
        let (note, _) = said(&[9.0, 1.0, 2.0, 0.5], 0, Language::En);
        assert!(
            note.contains("falls 2 times, first Mon 12 Jan 01:15, from 9.000 to 1.000"),
            "{note}"
        );
        // Zeros before the old state goes on are no exchange.
        let zeros = said(&[100.0, 101.0, 0.0, 102.0], 0, Language::En);
        assert_eq!(zeros, ("last minus first reading".to_owned(), Some("1 value".to_owned())));
    }
}
