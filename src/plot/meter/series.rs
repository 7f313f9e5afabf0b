//! One device's values on an even grid of intervals.

use std::borrow::Cow;

use crate::clock::TimeZone;
use crate::data::query::Resolution;
use crate::plot::time::Span;

/// What a value says of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The mean over the interval.
    Power,
    /// The sum over the interval.
    Energy,
    /// The state of the meter at the interval's begin.
    MeterReading,
    /// A word that the provider's page does not have: shown, never summed.
    Other,
}

impl Quantity {
    /// By the provider's word.
    pub fn of(word: &str) -> Self {
        match word {
            "POWER" => Self::Power,
            "ENERGY" => Self::Energy,
            "METER_READING" => Self::MeterReading,
            _ => Self::Other,
        }
    }

    /// In words, for a caption.
    pub fn words(self) -> &'static str {
        match self {
            Self::Power => "mean power",
            Self::Energy => "energy",
            Self::MeterReading => "meter reading",
            Self::Other => "values",
        }
    }
}

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
    pub title: String,
    pub unit: String,
    pub quantity: Quantity,
    pub resolution: Resolution,
    /// One after the other without a gap between them: what is missing has no value.
    pub intervals: Vec<Interval>,
    /// Where the meter is: its days begin at midnight there.
    pub zone: TimeZone,
}

impl Series {
    /// The time that the intervals cover; nothing where there are none.
    pub fn span(&self) -> Option<Span> {
        let (first, last) = (self.intervals.first()?, self.intervals.last()?);
        Some(Span { begin: first.time.begin, end: last.time.end })
    }

    /// The values that are there.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.intervals.iter().filter_map(|interval| interval.value)
    }

    /// Lowest and highest value for an axis: with zero, but for the state of a meter.
    pub fn limits(&self) -> (f64, f64) {
        let start = match self.quantity {
            Quantity::MeterReading => self.values().next().unwrap_or_default(),
            _ => 0.0,
        };
        self.values().fold((start, start), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// What flowed: power and energy as they are, a meter's state as its increase per interval,
    /// which is known where both ends of the interval are.
    pub fn flow(&self) -> Cow<'_, Self> {
        if self.quantity != Quantity::MeterReading {
            return Cow::Borrowed(self);
        }
        let increase = |pair: &[Interval]| {
            let value = pair[1].value.zip(pair[0].value).map(|(to, from)| to - from);
            Interval { value, ..pair[0] }
        };
        let intervals = self.intervals.windows(2).map(increase).collect();
        Cow::Owned(Self { intervals, quantity: Quantity::Energy, ..self.clone() })
    }

    /// What an axis of these values says: `kW`, `kWh per 15 min`.
    pub fn axis(&self) -> String {
        match self.quantity {
            Quantity::Energy => format!("{} per {}", self.unit, self.interval()),
            _ => self.unit.clone(),
        }
    }

    /// What a curve of these values is called.
    pub fn curve_heading(&self) -> String {
        let state = self.quantity == Quantity::MeterReading;
        format!("{}, {}", if state { "Meter reading" } else { "Load curve" }, self.axis())
    }

    /// The length of an interval.
    pub fn interval(&self) -> &'static str {
        match self.resolution {
            Resolution::QuarterHour => "15 min",
            Resolution::Hour => "h",
            Resolution::Day => "day",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::quarters;
    use super::*;

    #[test]
    fn a_meter_flows_where_both_ends_are_known() {
        let states = [Some(10.0), Some(10.5), None, Some(12.0), Some(12.25)];
        let series = Series {
            unit: "kWh".into(),
            quantity: Quantity::MeterReading,
            ..quarters("2026-01-12T00:00:00Z", states)
        };
        let flow = series.flow();
        let values: Vec<Option<f64>> = flow.intervals.iter().map(|it| it.value).collect();
        assert_eq!(values, [Some(0.5), None, None, Some(0.25)]);
        assert_eq!(flow.axis(), "kWh per 15 min");
    }
}
