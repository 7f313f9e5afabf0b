//! One device's values on an even grid of intervals.

use std::borrow::Cow;

use crate::clock::{Timestamp, after};
use crate::plot::number;
use crate::plot::zone::{self, DAY, TimeZone};

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

/// Where an interval of this resolution ends.
pub fn interval_end(begin: Timestamp, resolution: i64, zone: &TimeZone) -> Timestamp {
    if resolution >= DAY {
        zone::day_begin(zone::next_day(zone::day_of(begin, zone)), zone)
    } else {
        after(begin, resolution.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_flows_where_both_ends_are_known() {
        let begin: Timestamp = "2026-01-12T00:00:00Z".parse().unwrap();
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
