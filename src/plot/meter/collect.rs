//! Readings, sorted into series on an even grid. What is missing stays missing.

use thiserror::Error;

use super::series::{Interval, Quantity, Series};
use crate::clock::{TimeZone, Timestamp};
use crate::data::query::Resolution;
use crate::data::reading::Reading;
use crate::plot::time::Span;

/// Intervals that one picture may have: eleven years of quarter hours. A single wrong year in a
/// timestamp would otherwise ask for millions of gaps.
const MOST_INTERVALS: usize = 400_000;

/// A picture of this is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SeriesError {
    #[error(
        "the readings span more than {MOST_INTERVALS} intervals; ask for a shorter time or a coarser resolution"
    )]
    TooLong,
}

/// Takes readings as they come and sorts them into one series per device, measurement, unit and
/// direction, in the order of their first appearance.
pub struct Collector {
    resolution: Resolution,
    span: Option<Span>,
    zone: TimeZone,
    found: Vec<Found>,
}

/// Readings that belong together.
struct Found {
    /// Device, measurement, unit and direction.
    key: [String; 4],
    /// Without its intervals.
    series: Series,
    readings: Vec<(Timestamp, Option<f64>)>,
}

impl Collector {
    /// `span` is the time asked for: what is missing at its ends is a gap too. Without it a series
    /// begins and ends with its readings.
    pub fn new(resolution: Resolution, span: Option<Span>, zone: &TimeZone) -> Self {
        Self { resolution, span, zone: zone.clone(), found: Vec::new() }
    }

    /// A value that is no finite number is a missing one.
    pub fn add(&mut self, reading: &Reading) {
        let value = reading.value.as_deref().and_then(|digits| digits.parse().ok());
        let value = value.filter(|value: &f64| value.is_finite());
        let key: [&str; 4] =
            [&reading.device_id, &reading.measurement, &reading.unit, &reading.direction];
        let place = self.found.iter().position(|found| found.key == key).unwrap_or_else(|| {
            let series = Series {
                title: title(reading),
                unit: reading.unit.clone().into_owned(),
                quantity: Quantity::of(&reading.measurement),
                resolution: self.resolution,
                intervals: Vec::new(),
                zone: self.zone.clone(),
            };
            let key = key.map(ToOwned::to_owned);
            self.found.push(Found { key, series, readings: Vec::new() });
            self.found.len() - 1
        });
        self.found[place].readings.push((reading.time, value));
    }

    /// The series, each on its grid. Of two values for one interval the later one counts.
    pub fn finish(self) -> Result<Vec<Series>, SeriesError> {
        let span = self.span;
        self.found.into_iter().map(|found| found.on_grid(span)).collect()
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
    let words = [reading.medium.to_ascii_lowercase().as_str(), direction].join(", ");
    match words.trim_matches([',', ' ']) {
        "" => name.to_string(),
        words => format!("{name} · {words}"),
    }
}

impl Found {
    fn on_grid(mut self, span: Option<Span>) -> Result<Series, SeriesError> {
        let next = |at| self.series.resolution.next(at, &self.series.zone);
        self.readings.sort_by_key(|(time, _)| *time);
        let (first, last) = (self.readings.first(), self.readings.last());
        let own = first.zip(last).map(|(first, last)| Span { begin: first.0, end: next(last.0) });
        let mut readings = self.readings.iter().peekable();
        let mut intervals = Vec::new();
        let Some(Span { mut begin, end: very_end }) = span.or(own) else { return Ok(self.series) };
        while begin < very_end {
            let end = next(begin);
            if end <= begin || intervals.len() == MOST_INTERVALS {
                return Err(SeriesError::TooLong);
            }
            let mut value = None;
            while let Some((time, found)) = readings.next_if(|(time, _)| *time < end) {
                if *time >= begin {
                    value = found.or(value);
                }
            }
            intervals.push(Interval { time: Span { begin, end }, value });
            begin = end;
        }
        Ok(Series { intervals, ..self.series })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::time;
    use super::*;
    use crate::clock::berlin;

    fn span(begin: &str, end: &str) -> Span {
        Span { begin: time(begin), end: time(end) }
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
            rest: "".into(),
        }
    }

    #[test]
    fn what_is_missing_stays_missing() {
        let span = span("2026-01-12T00:00:00Z", "2026-01-12T01:15:00Z");
        let mut collector = Collector::new(Resolution::QuarterHour, Some(span), &berlin());
        collector.add(&reading("2026-01-12T00:45:00Z", Some("2.5"), "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("1"), "IN"));
        collector.add(&reading("2026-01-12T00:30:00Z", None, "IN"));
        collector.add(&reading("2026-01-12T00:15:00Z", Some("0.5"), "OUT"));
        let all = collector.finish().unwrap();
        let values: Vec<Option<f64>> =
            all[0].intervals.iter().map(|interval| interval.value).collect();
        assert_eq!(values, [None, Some(1.0), None, Some(2.5), None]);
        assert_eq!(all[0].title, "Haus · electricity, consumption");
        assert_eq!((all.len(), all[1].values().count()), (2, 1));
    }

    #[test]
    fn days_of_the_grid_are_local_days() {
        let span = span("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z");
        let mut collector = Collector::new(Resolution::Day, Some(span), &berlin());
        collector.add(&reading("2026-03-28T23:00:00Z", Some("1"), "IN"));
        let series = collector.finish().unwrap().remove(0);
        let hours: Vec<f64> = series.intervals.iter().map(Interval::hours).collect();
        assert_eq!(hours, [24.0, 23.0, 24.0]);
    }

    #[test]
    fn a_wrong_year_is_an_error_and_not_a_million_gaps() {
        let mut collector = Collector::new(Resolution::QuarterHour, None, &berlin());
        collector.add(&reading("1970-01-01T00:00:00Z", Some("1"), "IN"));
        collector.add(&reading("2026-01-12T00:00:00Z", Some("1e999"), "IN"));
        assert_eq!(collector.finish(), Err(SeriesError::TooLong));
    }
}
