//! One device's values on an even grid of intervals. What is missing stays missing.

use std::borrow::Cow;

use thiserror::Error;

use crate::api::reading::Reading;
use crate::clock::{Timestamp, after, seconds_between};
use crate::output::plot::number;
use crate::output::plot::zone::{self, DAY, TimeZone};

/// Intervals that one picture may have: eleven years of quarter hours. A single wrong year in a
/// timestamp would otherwise ask for millions of gaps.
const MOST_INTERVALS: usize = 400_000;

/// What a value says of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// The mean over the interval.
    Power,
    /// The sum over the interval.
    Energy,
    /// The state of the meter at the interval's begin.
    MeterReading,
    /// A word that the provider's page does not have: shown, never summed.
    Other,
}

impl Measurement {
    /// The provider's word.
    pub fn of(word: &str) -> Self {
        match word {
            "POWER" => Self::Power,
            "ENERGY" => Self::Energy,
            "METER_READING" => Self::MeterReading,
            _ => Self::Other,
        }
    }
}

/// Values of one device, one measurement, one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub title: String,
    pub unit: String,
    pub measurement: Measurement,
    /// Begin of each interval, rising, and its value where there is one.
    pub points: Vec<(Timestamp, Option<f64>)>,
    /// From 86,400 up an interval is a local day, which may have 23 or 25 hours.
    pub resolution_seconds: i64,
}

impl Series {
    /// Where an interval ends.
    pub fn until(&self, begin: Timestamp, zone: &TimeZone) -> Timestamp {
        interval_end(begin, self.resolution_seconds, zone)
    }

    /// The time that the points cover; nothing where there are none.
    pub fn span(&self, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        Some((first.0, self.until(last.0, zone)))
    }

    /// The values that are there, with their begin.
    pub fn known(&self) -> impl Iterator<Item = (Timestamp, f64)> {
        self.points.iter().filter_map(|(begin, value)| Some((*begin, (*value)?)))
    }

    /// What flowed: power and energy as they are, a meter's state as its increase per interval,
    /// which is known where both ends of the interval are.
    pub fn flow(&self) -> Cow<'_, Self> {
        if self.measurement != Measurement::MeterReading {
            return Cow::Borrowed(self);
        }
        let increase = |pair: &[(Timestamp, Option<f64>)]| match pair {
            [(begin, Some(from)), (_, Some(to))] => (*begin, Some(to - from)),
            [(begin, _), ..] => (*begin, None),
            [] => (Timestamp::MIN, None),
        };
        let points = self.points.windows(2).map(increase).collect();
        Cow::Owned(Self { points, measurement: Measurement::Energy, ..self.clone() })
    }

    /// What an axis of these values says: `kW`, `kWh per 15 min`.
    pub fn axis(&self) -> String {
        match self.measurement {
            Measurement::Energy => format!("{} per {}", self.unit, self.interval()),
            _ => self.unit.clone(),
        }
    }

    /// `mean power`, `energy`, `meter reading`
    pub fn quantity(&self) -> &'static str {
        match self.measurement {
            Measurement::Power => "mean power",
            Measurement::Energy => "energy",
            Measurement::MeterReading => "meter reading",
            Measurement::Other => "values",
        }
    }

    /// The length of an interval: `15 min`, `h`, `day`
    pub fn interval(&self) -> String {
        match self.resolution_seconds {
            3600 => "h".to_owned(),
            seconds if seconds >= DAY => "day".to_owned(),
            seconds => number::length(seconds),
        }
    }
}

fn interval_end(begin: Timestamp, resolution: i64, zone: &TimeZone) -> Timestamp {
    if resolution >= DAY {
        zone::day_begin(zone::next_day(zone::day_of(begin, zone)), zone)
    } else {
        after(begin, resolution.max(1))
    }
}

/// A picture of this is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SeriesError {
    #[error("the readings span more than {MOST_INTERVALS} intervals; ask for a shorter time or a coarser resolution")]
    TooLong,
}

/// Takes readings as they come and sorts them into one series per device, measurement, unit and
/// direction, in the order of their first appearance.
pub struct Collector {
    resolution_seconds: i64,
    span: Option<(Timestamp, Timestamp)>,
    zone: TimeZone,
    found: Vec<([String; 4], Series)>,
}

impl Collector {
    /// `span` is the time asked for, its end exclusive: what is missing at its ends is a gap too.
    /// Without it a series begins and ends with its readings.
    pub fn new(
        resolution_seconds: i64,
        span: Option<(Timestamp, Timestamp)>,
        zone: &TimeZone,
    ) -> Self {
        Self { resolution_seconds, span, zone: zone.clone(), found: Vec::new() }
    }

    /// A value that is no finite number is a missing one.
    pub fn add(&mut self, reading: &Reading) {
        let value = reading.value.as_deref().and_then(|digits| digits.parse().ok());
        let point = (reading.time, value.filter(|value: &f64| value.is_finite()));
        let key: [&str; 4] =
            [&reading.device_id, &reading.measurement, &reading.unit, &reading.direction];
        if let Some((_, series)) = self.found.iter_mut().find(|(known, _)| *known == key) {
            series.points.push(point);
            return;
        }
        let series = Series {
            title: title(reading),
            unit: reading.unit.clone().into_owned(),
            measurement: Measurement::of(&reading.measurement),
            points: vec![point],
            resolution_seconds: self.resolution_seconds,
        };
        self.found.push((key.map(ToOwned::to_owned), series));
    }

    /// The series, each on its grid. Of two values for one interval the later one counts.
    pub fn finish(self) -> Result<Vec<Series>, SeriesError> {
        let Self { span, zone, .. } = self;
        self.found.into_iter().map(|(_, series)| on_grid(series, span, &zone)).collect()
    }
}

/// `Wohnhaus · electricity, consumption`
fn title(reading: &Reading) -> String {
    let name = if reading.label.is_empty() { &reading.device_id } else { &reading.label };
    let direction = match reading.direction.as_ref() {
        "IN" => "consumption",
        "OUT" => "feed-in",
        other => other,
    };
    let words = [reading.medium.to_lowercase(), direction.to_owned()];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { name.to_string() } else { format!("{name} · {}", words.join(", ")) }
}

fn on_grid(
    mut series: Series,
    span: Option<(Timestamp, Timestamp)>,
    zone: &TimeZone,
) -> Result<Series, SeriesError> {
    series.points.sort_by_key(|(begin, _)| *begin);
    let own = series.span(zone);
    let Some((begin, end)) = span.or(own) else { return Ok(series) };
    let mut grid = Vec::new();
    let mut readings = series.points.iter().peekable();
    let mut at = begin;
    while at < end {
        let until = interval_end(at, series.resolution_seconds, zone);
        if until <= at || grid.len() == MOST_INTERVALS {
            return Err(SeriesError::TooLong);
        }
        let mut value = None;
        while let Some((time, found)) = readings.next_if(|(time, _)| *time < until) {
            if *time >= at {
                value = found.or(value);
            }
        }
        grid.push((at, value));
        at = until;
    }
    Ok(Series { points: grid, ..series })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn reading(at: &str, value: Option<&'static str>, direction: &'static str) -> Reading<'static> {
        Reading {
            device_id: "d1".into(),
            time: time(at),
            measurement: "POWER".into(),
            value: value.map(Into::into),
            unit: "kW".into(),
            label: "Haus".into(),
            device_type: "".into(),
            device_provider: "".into(),
            medium: "ELECTRICITY".into(),
            direction: direction.into(),
        }
    }

    #[test]
    fn what_is_missing_stays_missing() {
        let span = (time("2026-01-12T00:00:00Z"), time("2026-01-12T01:15:00Z"));
        let mut collector = Collector::new(900, Some(span), &zone::berlin());
        collector.add(&reading("2026-01-12T00:45:00Z", Some("2.5"), "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("1"), "IN"));
        collector.add(&reading("2026-01-12T00:30:00Z", None, "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("0.5"), "OUT"));
        let all = collector.finish().unwrap();
        let values: Vec<Option<f64>> = all[0].points.iter().map(|point| point.1).collect();
        assert_eq!(values, [None, Some(1.0), None, Some(2.5), None]);
        assert_eq!(all[0].title, "Haus · electricity, consumption");
        assert_eq!((all.len(), all[1].known().count()), (2, 1));
    }

    #[test]
    fn days_of_the_grid_are_local_days() {
        let span = (time("2026-03-27T23:00:00Z"), time("2026-03-30T22:00:00Z"));
        let mut collector = Collector::new(DAY, Some(span), &zone::berlin());
        collector.add(&reading("2026-03-28T23:00:00Z", Some("1"), "IN"));
        let series = collector.finish().unwrap().remove(0);
        let hours: Vec<i64> = series
            .points
            .iter()
            .map(|point| seconds_between(point.0, series.until(point.0, &zone::berlin())) / 3600)
            .collect();
        assert_eq!(hours, [24, 23, 24]);
    }

    #[test]
    fn a_wrong_year_is_an_error_and_not_a_million_gaps() {
        let mut collector = Collector::new(900, None, &zone::berlin());
        collector.add(&reading("1970-01-01T00:00:00Z", Some("1"), "IN"));
        collector.add(&reading("2026-01-12T00:00:00Z", Some("1e999"), "IN"));
        assert_eq!(collector.finish(), Err(SeriesError::TooLong));
    }

    #[test]
    fn a_meter_flows_where_both_ends_are_known() {
        let begin = time("2026-01-12T00:00:00Z");
        let states = [Some(10.0), Some(10.5), None, Some(12.0), Some(12.25)];
        let points = (0..).zip(states).map(|(n, state)| (after(begin, n * 900), state)).collect();
        let series = Series {
            title: String::new(),
            unit: "kWh".into(),
            measurement: Measurement::MeterReading,
            points,
            resolution_seconds: 900,
        };
        let flow: Vec<Option<f64>> = series.flow().points.iter().map(|point| point.1).collect();
        assert_eq!(flow, [Some(0.5), None, None, Some(0.25)]);
        assert_eq!(series.flow().axis(), "kWh per 15 min");
    }
}
