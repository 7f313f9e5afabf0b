//! One device's values on an even grid of intervals. What is missing stays missing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use clap::ValueEnum;
use thiserror::Error;

use super::limits::Limits;
use super::query::{Measurement, Query, Resolution};
use super::reading::{Labels, Reading};
use super::span::Span;
use super::states;
use crate::clock::{TimeZone, Timestamp};

/// Intervals that one picture may have: eleven years of quarter hours.
const MOST_INTERVALS: usize = 400_000;

/// A value, where there is one, and the time that it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub time: Span,
    pub value: Option<f64>,
}

impl Interval {
    pub fn hours(&self) -> f64 {
        self.time.seconds() as f64 / 3600.0
    }
}

/// Values of one device, one quantity, one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What its readings say of themselves.
    pub labels: Arc<Labels>,
    pub unit: String,
    /// `None` is a word that the provider's page does not have: shown, never summed.
    pub measurement: Option<Measurement>,
    pub resolution: Resolution,
    /// One after the other without a gap between them: what is missing has no value.
    pub intervals: Vec<Interval>,
    /// Where the meter is: its days begin at midnight there.
    pub zone: TimeZone,
    /// Values that no meter measures: they have no interval here.
    pub impossible: usize,
}

impl Series {
    /// Whether a value is the state of the meter at its interval's begin, and nothing that flowed.
    pub fn is_state(&self) -> bool {
        self.measurement == Some(Measurement::MeterReading)
    }

    /// The time that the intervals cover; nothing where there are none.
    pub fn span(&self) -> Option<Span> {
        let (first, last) = (self.intervals.first()?, self.intervals.last()?);
        Some(Span { begin: first.time.begin, end: last.time.end })
    }

    /// The values that are there.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.intervals.iter().filter_map(|interval| interval.value)
    }

    /// What flowed: power and energy as they are, a meter's state as its increase per interval,
    /// which is known where both ends of the interval are, and the meter was not exchanged.
    pub fn flow(&self) -> Cow<'_, Self> {
        if !self.is_state() {
            return Cow::Borrowed(self);
        }
        let increase = |pair: &[Interval]| {
            let value = pair[1].value.zip(pair[0].value).map(|(to, from)| to - from);
            Interval { value: value.filter(|increase| *increase >= 0.0), ..pair[0] }
        };
        let states = states::trusted(&self.intervals);
        let intervals = states.windows(2).map(increase).collect();
        Cow::Owned(Self { intervals, measurement: Some(Measurement::Energy), ..self.clone() })
    }
}

/// The intervals asked for are too many for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the readings span more than {MOST_INTERVALS} intervals; ask for a shorter time or a coarser resolution"
)]
pub struct TooManyIntervals;

/// Takes readings as they come and sorts them into one series per device, measurement, unit and
/// direction, in the order of their first appearance.
pub struct Collector<'a> {
    query: &'a Query,
    found: Vec<Found>,
}

/// Readings that belong together.
struct Found {
    /// Device, measurement, unit and direction.
    key: [String; 4],
    /// Without its intervals.
    series: Series,
    limits: Limits,
    values: BTreeMap<Timestamp, f64>,
}

impl<'a> Collector<'a> {
    /// What is missing at the ends of the query's time is a gap too.
    pub fn new(query: &'a Query) -> Self {
        Self { query, found: Vec::new() }
    }

    /// A value that no meter measures is counted, and is a missing one.
    pub fn add(&mut self, reading: &Reading) {
        let key: [&str; 4] = [
            &reading.labels.device_id,
            &reading.labels.measurement,
            &reading.labels.unit,
            &reading.labels.direction,
        ];
        let place = self.found.iter().position(|found| found.key == key).unwrap_or_else(|| {
            let (key, series) = (key.map(ToOwned::to_owned), self.empty_series(reading));
            let limits = Limits::of(&reading.labels, self.query.resolution);
            self.found.push(Found { key, series, limits, values: BTreeMap::new() });
            self.found.len() - 1
        });
        let found = &mut self.found[place];
        let Some(digits) = reading.value.as_deref() else { return };
        let value = digits.parse().unwrap_or(f64::NAN);
        match found.limits.allow(value) {
            true => drop(found.values.insert(reading.time, value)),
            false => found.series.impossible += 1,
        }
    }

    fn empty_series(&self, reading: &Reading) -> Series {
        let known = Measurement::value_variants().iter().copied();
        Series {
            labels: reading.labels.clone(),
            unit: reading.labels.unit.to_string(),
            measurement: known.into_iter().find(|it| it.to_string() == reading.labels.measurement),
            resolution: self.query.resolution,
            intervals: Vec::new(),
            zone: self.query.zone.clone(),
            impossible: 0,
        }
    }

    /// The series, each on its grid. Of two values for one interval the later one counts.
    pub fn finish(self) -> Result<Vec<Series>, TooManyIntervals> {
        let Query { from, to, resolution, zone, .. } = self.query;
        let next = |at: &Timestamp| resolution.next(*at, zone);
        let on_grid = |found: Found| {
            let begins = iter::successors(Some(*from), |at| Some(next(at)));
            let interval = |begin| {
                let end = next(&begin);
                let value = found.values.range(begin..end).next_back().map(|(_, value)| *value);
                Interval { time: Span { begin, end }, value }
            };
            let begins = begins.take_while(|at| at < to).take(MOST_INTERVALS + 1);
            let intervals: Vec<Interval> = begins.map(interval).collect();
            let fits = intervals.len() <= MOST_INTERVALS;
            fits.then_some(Series { intervals, ..found.series }).ok_or(TooManyIntervals)
        };
        self.found.into_iter().map(on_grid).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{quarters, time};
    use super::*;
    use crate::clock::berlin;

    fn query(resolution: Resolution, from: &str, to: &str) -> Query {
        let (from, to) = (time(from), time(to));
        Query {
            from,
            to,
            resolution,
            measurement: Measurement::Power,
            direction: None,
            zone: berlin(),
        }
    }

    fn reading(at: &str, value: Option<&'static str>, direction: &'static str) -> Reading {
        Reading {
            labels: Labels {
                device_id: "d1".into(),
                measurement: "POWER".into(),
                unit: "kW".into(),
                label: "Haus".into(),
                medium: "ELECTRICITY".into(),
                direction: direction.into(),
                ..Labels::default()
            }
            .into(),
            time: time(at),
            value: value.map(Into::into),
            rest: None,
        }
    }

    #[test]
    fn what_is_missing_stays_missing() {
        let query = query(Resolution::QuarterHour, "2026-01-12T00:00:00Z", "2026-01-12T01:15:00Z");
        let mut collector = Collector::new(&query);
        collector.add(&reading("2026-01-12T00:45:00Z", Some("2.5"), "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("1"), "IN"));
        collector.add(&reading("2026-01-12T00:30:00Z", None, "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("0.5"), "OUT"));
        let all = collector.finish().unwrap();
        let values: Vec<Option<f64>> =
            all[0].intervals.iter().map(|interval| interval.value).collect();
        assert_eq!(values, [None, Some(1.0), None, Some(2.5), None]);
        assert_eq!((all.len(), all[1].values().count()), (2, 1));
    }

    #[test]
    fn days_of_the_grid_are_local_days() {
        let query = query(Resolution::Day, "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z");
        let mut collector = Collector::new(&query);
        collector.add(&reading("2026-03-28T23:00:00Z", Some("1"), "IN"));
        let series = collector.finish().unwrap().remove(0);
        let hours: Vec<f64> = series.intervals.iter().map(Interval::hours).collect();
        assert_eq!(hours, [24.0, 23.0, 24.0]);
    }

    #[test]
    fn too_long_a_time_is_an_error_and_not_a_million_gaps() {
        let query = query(Resolution::QuarterHour, "1970-01-01T00:00:00Z", "2026-01-12T01:00:00Z");
        let mut collector = Collector::new(&query);
        assert_eq!(Collector::new(&query).finish(), Ok(Vec::new()));
        collector.add(&reading("2026-01-12T00:00:00Z", Some("1e999"), "IN"));
        assert_eq!(collector.finish(), Err(TooManyIntervals));
    }

    #[test]
    fn a_meter_flows_where_both_ends_are_known() {
        let states = [Some(10.0), Some(10.5), None, Some(12.0), Some(12.25)];
        let series = Series {
            unit: "kWh".into(),
            measurement: Some(Measurement::MeterReading),
            ..quarters("2026-01-12T00:00:00Z", states)
        };
        let flow = series.flow();
        let values: Vec<Option<f64>> = flow.intervals.iter().map(|it| it.value).collect();
        assert_eq!(values, [Some(0.5), None, None, Some(0.25)]);
        assert_eq!(flow.measurement, Some(Measurement::Energy));
    }
}
