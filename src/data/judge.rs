//! Looks at the readings of one source, window after window: what came twice, what cannot be, what
//! is missing. The one place that says so; `readings`, `verify`, `plot`, `report` and `export` agree
//! because they ask here.

use std::collections::HashMap;
use std::sync::Arc;

use super::answer::Answer;
use super::finding::{Finding, Kind};
use super::grid::{self, Grid};
use super::limits::Limits;
use super::query::{Measurement, Query, Source, Window};
use super::reading::{Labels, Reading};
use super::span::Span;
use crate::clock::Timestamp;

/// What has been seen of a source so far.
pub struct Judge<'q> {
    query: &'q Query,
    source: &'q Source,
    /// What is asked for, as the API writes it.
    measurement: String,
    /// Where the time begins that every series has to fill.
    begin: Timestamp,
    series: Vec<Known>,
}

/// A series of the source. Its unit may change on the way, which is no other series.
struct Known {
    labels: Arc<Labels>,
    /// The last state, where this is the state of a meter.
    state: Option<f64>,
    /// Until where its gaps have been counted.
    counted: Timestamp,
}

/// A window's readings, looked at.
#[derive(Debug, Default, PartialEq)]
pub struct Judged {
    /// Each interval's reading once. Where gaps are marked: in order of time, series by series,
    /// with an empty one for each interval that lacks its reading.
    pub rows: Vec<Reading>,
    /// Readings with a value.
    pub readings: usize,
    /// Intervals of the series that were asked for, with and without a reading.
    pub intervals: usize,
    pub missing: usize,
    pub found: Vec<Finding>,
}

impl Judged {
    /// With what follows.
    pub fn add(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.readings += more.readings;
        self.intervals += more.intervals;
        self.missing += more.missing;
        self.found.extend(more.found);
    }
}

impl<'q> Judge<'q> {
    pub fn new(query: &'q Query, source: &'q Source) -> Self {
        let measurement = query.measurement.to_string();
        Self { query, source, measurement, begin: query.from, series: Vec::new() }
    }

    /// What follows is another file: a series that is found in it is missing from here on.
    pub fn begin_at(&mut self, begin: Timestamp) {
        self.begin = begin;
        self.series.iter_mut().for_each(|known| known.counted = begin);
    }

    /// The next window. Of a reading that comes twice, the one that is later in the answer counts.
    pub fn take(&mut self, answer: Answer, window: Window, mark_gaps: bool) -> Judged {
        let mut found = Vec::new();
        let mut readings = answer.readings;
        let places = self.places(&readings);
        let in_order = is_in_order(&readings, &places, self.series.len());
        let places = match in_order {
            true => places,
            false => {
                readings = once(readings, &mut found);
                self.places(&readings)
            }
        };
        let mut by_series: Vec<Vec<&Reading>> = vec![Vec::new(); self.series.len()];
        for (reading, place) in readings.iter().zip(&places) {
            by_series[*place].push(reading);
        }
        for (known, readings) in self.series.iter_mut().zip(&mut by_series) {
            if !in_order {
                readings.sort_by_key(|reading| reading.time);
            }
            known.look(readings, self.query, &mut found);
        }
        let mut judged = self.count(&by_series, window, mark_gaps);
        judged.readings = readings.iter().filter(|reading| reading.value.is_some()).count();
        if !mark_gaps {
            judged.rows = readings;
        }
        judged.found = found;
        judged
    }

    /// When no more windows follow: every interval of a source that has no reading at all.
    pub fn end(&mut self, until: Timestamp, mark_gaps: bool) -> Judged {
        if self.is_known() {
            return Judged::default();
        }
        let (query, meter) = (self.query, self.source.meter());
        let directions = match query.direction {
            Some(direction) => vec![direction.to_string()],
            None if meter.directions.is_empty() => vec![String::new()],
            None => meter.directions.clone(),
        };
        let mut judged = Judged::default();
        for direction in directions {
            let labels = Arc::new(Labels {
                meter: meter.clone(),
                device_id: meter.id.clone(),
                measurement: self.measurement.clone(),
                medium: meter.medium.clone(),
                direction,
                ..Labels::default()
            });
            for Span { begin, .. } in Grid::new(query, self.begin, until) {
                judged.intervals += 1;
                judged.missing += 1;
                judged.rows.extend(mark_gaps.then(|| Reading::without_value(&labels, begin)));
            }
        }
        judged
    }

    /// Whether a series that was asked for was seen.
    fn is_known(&self) -> bool {
        self.series.iter().any(|known| known.is_of(&self.measurement))
    }

    /// The place of each reading's series; a new one gets the next.
    fn places(&mut self, readings: &[Reading]) -> Vec<usize> {
        // The readings of a series share their labels.
        let mut last: Option<(*const Labels, usize)> = None;
        let mut place = |reading: &Reading| {
            let pointer = Arc::as_ptr(&reading.labels);
            if let Some((_, place)) = last.filter(|(known, _)| *known == pointer) {
                return place;
            }
            let place = self.place(&reading.labels);
            last = Some((pointer, place));
            place
        };
        readings.iter().map(&mut place).collect()
    }

    fn place(&mut self, labels: &Arc<Labels>) -> usize {
        let known = self.series.iter().position(|known| known.labels.is_same_series(labels));
        known.unwrap_or_else(|| {
            let (labels, counted) = (labels.clone(), self.begin);
            self.series.push(Known { labels, state: None, counted });
            self.series.len() - 1
        })
    }

    /// Counts, and where they are to be marked, adds the intervals without a reading: of a series
    /// that is new also those of the windows before.
    fn count(&mut self, by_series: &[Vec<&Reading>], window: Window, mark_gaps: bool) -> Judged {
        let mut judged = Judged::default();
        for (known, readings) in self.series.iter_mut().zip(by_series) {
            let mut readings = readings.iter().copied().peekable();
            if !known.is_of(&self.measurement) {
                judged.rows.extend(readings.filter(|_| mark_gaps).cloned());
                continue;
            }
            for Span { begin, end } in Grid::new(self.query, known.counted, window.to) {
                let (mut is_there, mut has_row) = (false, false);
                // A reading inside the interval, and not only at its very beginning, fills it.
                while let Some(reading) = readings.next_if(|reading| reading.time < end) {
                    is_there |= reading.value.is_some();
                    has_row = true;
                    judged.rows.extend(mark_gaps.then(|| reading.clone()));
                }
                judged.intervals += 1;
                judged.missing += usize::from(!is_there);
                if mark_gaps && !has_row {
                    judged.rows.push(Reading::without_value(&known.labels, begin));
                }
            }
            known.counted = window.to;
        }
        judged
    }
}

impl Known {
    fn is_of(&self, measurement: &str) -> bool {
        let own = &self.labels.measurement;
        own.is_empty() || own == measurement
    }

    /// Looks at the readings of the series in one window, in order of time.
    fn look(&mut self, readings: &[&Reading], query: &Query, found: &mut Vec<Finding>) {
        let asked = query.measurement.to_string();
        let is_state = self.labels.measurement == Measurement::MeterReading.to_string();
        let mut limits: Option<(*const Labels, Limits)> = None;
        for reading in readings {
            let mut find = |kind| {
                let labels = reading.labels.clone();
                found.push(Finding { kind, at: reading.time, labels });
            };
            if !self.is_of(&asked) {
                find(Kind::OtherMeasurement);
                continue;
            }
            if !grid::is_begin(reading.time, query) {
                find(Kind::OffGrid);
            }
            let Some(digits) = &reading.value else { continue };
            let first = &self.labels.unit;
            let same_unit = reading.labels.unit == *first;
            if !same_unit {
                let (unit, first) = (reading.labels.unit.clone(), first.clone());
                find(Kind::OtherUnit { unit, first });
            }
            let labels = Arc::as_ptr(&reading.labels);
            let known = limits.filter(|(of, _)| *of == labels);
            let known =
                known.unwrap_or_else(|| (labels, Limits::of(&reading.labels, query.resolution)));
            limits = Some(known);
            let value = digits.parse().unwrap_or(f64::NAN);
            if !known.1.allow(value) {
                find(Kind::Impossible { value: digits.to_string() });
            } else if is_state && same_unit {
                if let Some(from) = self.state.filter(|from| value < *from) {
                    find(Kind::Fall { from, to: value });
                }
                self.state = Some(value);
            }
        }
    }
}

/// Whether each series' readings follow each other in time, so that none comes twice.
fn is_in_order(readings: &[Reading], places: &[usize], series: usize) -> bool {
    let mut last = vec![Timestamp::MIN; series];
    readings.iter().zip(places).all(|(reading, place)| {
        let before = std::mem::replace(&mut last[*place], reading.time);
        before < reading.time
    })
}

/// Each interval of each series and unit once: the reading that comes later in the answer, in the
/// place of the first. One without a value replaces none that has one.
fn once(readings: Vec<Reading>, found: &mut Vec<Finding>) -> Vec<Reading> {
    let mut kept: Vec<Reading> = Vec::with_capacity(readings.len());
    let mut places = HashMap::new();
    for reading in readings {
        let place = *places.entry(key(&reading)).or_insert(kept.len());
        let Some(before) = kept.get_mut(place) else {
            kept.push(reading);
            continue;
        };
        let kind = match (&before.value, &reading.value) {
            (Some(before), Some(now)) if !is_same_number(before, now) => {
                Kind::OtherValue { before: before.to_string(), now: now.to_string() }
            }
            _ => Kind::Double,
        };
        found.push(Finding { kind, at: reading.time, labels: reading.labels.clone() });
        if reading.value.is_some() || before.value.is_none() {
            *before = reading;
        }
    }
    kept
}

type Key = (Timestamp, String, String, String, String, String);

fn key(reading: &Reading) -> Key {
    let Labels { device_id, measurement, direction, label, unit, .. } = &*reading.labels;
    let [device, measurement, direction, label, unit] =
        [device_id, measurement, direction, label, unit].map(Clone::clone);
    (reading.time, device, measurement, direction, label, unit)
}

fn is_same_number(one: &str, other: &str) -> bool {
    let number = |digits: &str| digits.parse::<f64>().ok();
    one == other || number(one).is_some() && number(one) == number(other)
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
