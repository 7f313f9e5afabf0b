//! Intervals without a reading: marked, never filled with zero.

use std::collections::BTreeMap;

use super::query::{Query, Source, Window};
use super::reading::{Labels, Reading};
use crate::clock::Timestamp;

/// The readings of one window in order of time, with an empty one for every interval that lacks its
/// reading. What has a direction of its own (consumption, feed-in) is a series of its own; they come
/// one after the other. Without any reading the device's name is all there is.
pub fn marked(
    readings: &[Reading],
    source: &Source,
    query: &Query,
    window: Window,
) -> Vec<Reading> {
    let mut series: BTreeMap<_, BTreeMap<Timestamp, &Reading>> = BTreeMap::new();
    for reading in readings {
        let Labels { device_id, direction, label, .. } = &*reading.labels;
        let key = (device_id.as_str(), direction.as_str(), label.as_str());
        series.entry(key).or_default().insert(reading.time, reading);
    }
    if series.is_empty() {
        series.insert(Default::default(), BTreeMap::new());
    }
    let mut rows = Vec::new();
    for mut known in series.into_values() {
        let pattern =
            known.values().next().map_or_else(|| nothing(source, query), |&it| it.clone());
        let mut time = window.from;
        while time < window.to {
            let next = query.resolution.next(time, &query.zone);
            let before = rows.len();
            // A reading inside the interval, and not only at its very beginning, fills it.
            while let Some(entry) = known.first_entry().filter(|entry| *entry.key() < next) {
                rows.push(entry.remove().clone());
            }
            if rows.len() == before {
                rows.push(pattern.without_value(time));
            }
            time = next;
        }
    }
    rows
}

/// A reading of a source that has none.
fn nothing(source: &Source, query: &Query) -> Reading {
    let meter = source.meter().clone();
    let (device_id, medium) = (meter.id.clone(), meter.medium.clone());
    let measurement = query.measurement.to_string();
    let labels = Labels { meter, device_id, measurement, medium, ..Labels::default() };
    Reading { labels: labels.into(), ..Reading::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{self, TimeZone};
    use crate::data::meter::Meter;
    use crate::data::query::{Measurement, Period, Resolution};

    #[test]
    fn every_interval_has_a_row_also_on_the_day_with_25_hours() {
        let zone = clock::zone("Europe/Berlin").unwrap();
        let period = Period { from: Some("2026-10-25"), to: Some("2026-10-26"), last: None };
        let (resolution, now) = (Resolution::QuarterHour, Timestamp::UNIX_EPOCH);
        let query = Query::new(period, resolution, Measurement::Energy, zone, now).unwrap();
        let window = Window { from: query.from, to: query.to };
        let time = |text: &str| clock::parse_instant(text).unwrap();
        let reading = |direction: &'static str, at: &str, value: &'static str| Reading {
            labels: Labels {
                device_id: "d".into(),
                direction: direction.into(),
                ..Labels::default()
            }
            .into(),
            time: time(at),
            value: Some(value.into()),
            ..Reading::default()
        };
        let readings = vec![
            reading("IN", "2026-10-25T02:15:00+01:00", "1.5"),
            reading("OUT", "2026-10-25T02:15:00+02:00", "2"),
        ];
        let source = Source::Device(Meter::of_id("d"));
        let rows = marked(&readings, &source, &query, window);
        assert_eq!(rows.len(), 200, "100 for each direction");
        let values: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((row.value.as_ref()?.to_string(), row.time)))
            .collect();
        assert_eq!(
            values,
            [
                ("1.5".to_owned(), time("2026-10-25T01:15:00Z")),
                ("2".to_owned(), time("2026-10-25T00:15:00Z")),
            ]
        );
    }

    #[test]
    fn a_window_without_any_reading_is_all_gaps() {
        let from = Timestamp::UNIX_EPOCH;
        let window = Window { from, to: clock::after(from, 3600) };
        let query = Query {
            from,
            to: window.to,
            resolution: Resolution::QuarterHour,
            direction: None,
            measurement: Measurement::Power,
            zone: TimeZone::UTC,
        };
        let source = Source::Device(Meter::of_id("d"));
        let rows = marked(&[], &source, &query, window);
        let rows: Vec<_> =
            rows.iter().map(|row| (row.labels.device_id.clone(), row.value.is_none())).collect();
        assert_eq!(rows, vec![("d".to_owned(), true); 4]);
    }
}
