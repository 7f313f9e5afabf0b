//! Readings, sorted into series on an even grid. What is missing stays missing.

use thiserror::Error;

use super::series::{Measurement, Series, interval_end};
use crate::clock::Timestamp;
use crate::data::reading::Reading;
use crate::plot::number::order;
use crate::plot::zone::TimeZone;

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
    let words = [reading.medium.to_ascii_lowercase(), direction.to_owned()];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { name.to_string() } else { format!("{name} · {}", words.join(", ")) }
}

fn on_grid(
    mut series: Series,
    span: Option<(Timestamp, Timestamp)>,
    zone: &TimeZone,
) -> Result<Series, SeriesError> {
    let times: Vec<f64> = series.points.iter().map(|(time, _)| time.as_second() as f64).collect();
    series.points = order(&times).into_iter().map(|place| series.points[place]).collect();
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
    use crate::clock::seconds_between;
    use crate::plot::zone::{self, DAY};

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
            rest: "".into(),
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
}
