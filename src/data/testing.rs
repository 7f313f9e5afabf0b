//! Series for the tests of this room and of plot.

use super::query::{Measurement, Resolution};
use super::reading::Labels;
use super::series::{Interval, Series};
use super::span::Span;
use crate::clock::{Timestamp, berlin};

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Kilowatts, a value for each interval from `begin` on.
pub fn series(
    begin: &str,
    resolution: Resolution,
    values: impl IntoIterator<Item = Option<f64>>,
) -> Series {
    let mut end = time(begin);
    let interval = |value| {
        let begin = end;
        end = resolution.next(begin, &berlin());
        Interval { time: Span { begin, end }, value }
    };
    let intervals = values.into_iter().map(interval).collect();
    Series {
        labels: Labels { label: "Haus".into(), ..Labels::default() }.into(),
        unit: "kW".into(),
        measurement: Some(Measurement::Power),
        resolution,
        intervals,
        zone: berlin(),
        impossible: 0,
    }
}

/// The same of quarter hours.
pub fn quarters(begin: &str, values: impl IntoIterator<Item = Option<f64>>) -> Series {
    series(begin, Resolution::QuarterHour, values)
}
