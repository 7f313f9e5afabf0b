//! What the desk wants of a month or a year: a workbook, or a page, of any number of meters.
//!
//! [`Report`] takes each meter's readings as they come and keeps of them what the sheets show;
//! [`book`] and [`page`] write it. A year of quarter hours is kept, and shown, by days.
//!
//! | file | what it is |
//! |---|---|
//! | `column` | a meter and direction: amounts, powers, days, key figures, what is odd |
//! | `quantity` | amounts and powers become each other |
//! | `words` | titles, times and numbers as the reader's language writes them |
//! | `book` | sheets, formulas, charts, print set-up |
//! | `page` | the same as one HTML page, with the panels of `plot` |

pub mod book;
mod column;
pub mod page;
mod quantity;
mod words;

use std::sync::Arc;

use self::column::Column;
use self::quantity::Kind;
use self::words::Words;
use crate::data::decimal::Decimal;
use crate::data::finding::{self, Finding};
use crate::data::grid::Grid;
use crate::data::meter::Meter;
use crate::data::query::{Query, Resolution};
use crate::data::reading::{Labels, Reading};
use crate::data::series::{Collector, Interval, Series, TooManyIntervals};
use crate::data::span::Span;
use crate::language::{Language, filled};

/// Rows of intervals at most, a quarter of a year of quarter hours: more are neither read nor
/// printed, and become days.
const MOST_ROWS: usize = 10_000;

/// Readings of several meters, as far as sheets and pages show them.
pub struct Report {
    frame: Frame,
    columns: Vec<Column>,
    failures: Vec<Failure>,
}

/// What all columns have in common.
struct Frame {
    query: Query,
    words: Words,
    /// Whether this is made-up data.
    sandbox: bool,
    /// Whether panels are drawn, which only a page has.
    drawn: bool,
    /// Every interval of the time that was asked for, or its days where these are the rows.
    rows: Vec<Span>,
    days: Vec<Span>,
    by_day: bool,
}

/// A meter whose readings could not be had, and why.
pub struct Failure {
    pub meter: Arc<Meter>,
    pub why: String,
}

impl Frame {
    /// From when to when.
    fn span(&self) -> Span {
        Span { begin: self.query.from, end: self.query.to }
    }

    /// Intervals of the whole time.
    fn intervals(&self) -> usize {
        self.intervals_in(self.span())
    }

    /// Intervals of a part of it.
    fn intervals_in(&self, span: Span) -> usize {
        Grid::new(&self.query, span.begin, span.end).count()
    }
}

/// Amounts that may be added up: of one medium, direction and unit.
struct Total<'a> {
    medium: &'a str,
    direction: &'a str,
    unit: &'a str,
    sum: Decimal,
    columns: usize,
}

impl Report {
    pub fn new(query: &Query, language: Language, sandbox: bool, drawn: bool) -> Self {
        let intervals = spans(query, query.resolution);
        let days = spans(query, Resolution::Day);
        let by_day = intervals.len() > MOST_ROWS;
        let rows = if by_day { days.clone() } else { intervals };
        let words = Words::new(language, query.zone.clone());
        let frame = Frame { query: query.clone(), words, sandbox, drawn, rows, days, by_day };
        Self { frame, columns: Vec::new(), failures: Vec::new() }
    }

    /// Takes all readings of one meter, and what was found about them: a column for each direction,
    /// and one without a value where there are none.
    pub fn add(
        &mut self,
        meter: &Arc<Meter>,
        readings: &[Reading],
        found: &[Finding],
    ) -> Result<(), TooManyIntervals> {
        let mut collector = Collector::new(&self.frame.query);
        readings.iter().for_each(|reading| collector.add(reading));
        let mut all = collector.finish()?;
        if all.is_empty() {
            all.push(self.nothing(meter));
        }
        for series in all {
            self.columns.push(Column::new(&series, found, &self.frame));
        }
        Ok(())
    }

    /// A series of a meter without readings. Its direction and unit are not known.
    fn nothing(&self, meter: &Arc<Meter>) -> Series {
        let Query { resolution, measurement, ref zone, .. } = self.frame.query;
        let (meter, medium) = (Arc::clone(meter), meter.medium.clone());
        let intervals = spans(&self.frame.query, resolution);
        Series {
            labels: Labels { meter, medium, ..Labels::default() }.into(),
            unit: String::new(),
            measurement: Some(measurement),
            resolution,
            intervals: intervals.into_iter().map(|time| Interval { time, value: None }).collect(),
            zone: zone.clone(),
            impossible: 0,
        }
    }

    /// Names a meter whose readings could not be had.
    pub fn fail(&mut self, meter: &Arc<Meter>, why: String) {
        self.failures.push(Failure { meter: Arc::clone(meter), why });
    }

    /// Meters that are in it.
    fn meters(&self) -> usize {
        let mut ids: Vec<&str> = self.columns.iter().map(|it| it.meter.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }

    /// What must be known to read figures and profile.
    fn notes(&self) -> Vec<String> {
        let words = &self.frame.words;
        let interval = words.interval(self.frame.query.resolution);
        let mut notes = vec![filled(&words.texts.figures_are, &[("interval", interval)])];
        notes.extend(self.profile_notes());
        notes
    }

    /// What must be known to read the profile.
    fn profile_notes(&self) -> Vec<String> {
        let frame = &self.frame;
        let (words, texts) = (&frame.words, frame.words.texts);
        let interval = words.interval(frame.query.resolution);
        let count = words.language.integer(frame.intervals());
        let zone = words.zone();
        let rows = if frame.by_day { &texts.row_is_day } else { &texts.row_is_interval };
        let values = [("interval", interval), ("zone", &zone), ("count", &count)];
        let mut notes = vec![filled(rows, &values)];
        notes.extend(words.hour_twice(frame.span()).filter(|_| !frame.by_day));
        notes.extend(words.computed(self));
        let colour =
            if frame.by_day { &texts.coloured_is_partial } else { &texts.empty_is_missing };
        notes.push(colour.clone());
        notes
    }

    /// What is odd about a column, in words.
    fn remarks(&self, column: &Column) -> Vec<String> {
        let texts = self.frame.words.texts;
        let is_of_another_unit = |other: &Column| {
            other.meter.id == column.meter.id
                && other.direction == column.direction
                && other.quantity.unit != column.quantity.unit
        };
        let remarks = [
            (!column.has_values(), &texts.no_values),
            (column.quantity.kind == Kind::Unknown, &texts.not_added),
            (self.columns.iter().any(is_of_another_unit), &texts.other_unit),
        ];
        let remarks = remarks.into_iter().filter(|(is_odd, _)| *is_odd);
        remarks.map(|(_, text)| text.clone()).chain(self.found(column)).collect()
    }

    /// What was found about the readings of a column: how often, and when first. Another unit is a
    /// column of its own.
    fn found(&self, column: &Column) -> Vec<String> {
        use finding::Kind;
        type IsMeant = fn(&Kind) -> bool;
        let (words, texts) = (&self.frame.words, self.frame.words.texts);
        let kinds: [(IsMeant, &str); 6] = [
            (|it| matches!(it, Kind::Double), &texts.doubled),
            (|it| matches!(it, Kind::OtherValue { .. }), &texts.other_value),
            (|it| matches!(it, Kind::Fall { .. }), &texts.falls),
            (|it| matches!(it, Kind::Impossible { .. }), &texts.impossible),
            (|it| matches!(it, Kind::OffGrid), &texts.off_grid),
            (|it| matches!(it, Kind::OtherMeasurement), &texts.other_measurement),
        ];
        let mut remarks = Vec::new();
        for (is_meant, text) in kinds {
            let mut all = column.found.iter().filter(|it| is_meant(&it.kind));
            if let Some(first) = all.next() {
                let count = words.language.integer(1 + all.count());
                let values = [("count", &*count), ("first", &words.moment(first.at))];
                remarks.push(filled(text, &values));
            }
        }
        remarks
    }

    /// What may be added up, in the order of the columns.
    fn totals(&self) -> Vec<Total<'_>> {
        let mut totals: Vec<Total> = Vec::new();
        for column in &self.columns {
            let Some(sum) = column.sum.filter(|_| column.quantity.is_summed()) else { continue };
            let Column { medium, direction, .. } = column;
            let unit = column.quantity.unit.as_str();
            let alike = |it: &&mut Total| {
                (it.medium, it.direction, it.unit) == (medium.as_str(), direction.as_str(), unit)
            };
            let known = totals.iter_mut().find(alike);
            match known.and_then(|total| total.sum.plus(sum).map(|sum| (total, sum))) {
                Some((total, sum)) => {
                    total.sum = sum;
                    total.columns += 1;
                }
                None => totals.push(Total { medium, direction, unit, sum, columns: 1 }),
            }
        }
        totals
    }
}

/// The intervals of a query, one after the other.
fn spans(query: &Query, resolution: Resolution) -> Vec<Span> {
    Grid::new(query, query.from, query.to).every(resolution).collect()
}

#[cfg(test)]
mod tests;
