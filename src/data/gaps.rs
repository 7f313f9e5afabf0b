//! Intervals without a reading: marked, never filled with zero.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::query::{Query, Source, Window};
use super::reading::Reading;
use crate::clock::{TimeZone, Timestamp};

/// Gives `each` the readings of one window in order of time, with an empty one for every interval
/// that lacks its reading. What has a direction of its own (consumption, feed-in) is a series of
/// its own; they come one after the other. Without any reading the device's name is all there is.
pub fn marked<'a, E>(
    readings: impl Iterator<Item = Reading<'a>>,
    source: &'a Source,
    query: &Query,
    window: Window,
    zone: &TimeZone,
    mut each: impl FnMut(&Reading<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut series: BTreeMap<SeriesKey, BTreeMap<Timestamp, Reading<'_>>> = BTreeMap::new();
    for reading in readings {
        let key = (reading.device_id.clone(), reading.direction.clone(), reading.label.clone());
        series.entry(key).or_default().insert(reading.time, reading);
    }
    if series.is_empty() {
        series.insert(SeriesKey::default(), BTreeMap::new());
    }
    for mut known in series.into_values() {
        let pattern = known.values().next().cloned();
        let mut time = window.from;
        while time < window.to {
            let next = query.resolution.next(time, zone);
            let mut found = false;
            // A reading inside the interval, and not only at its very beginning, fills it.
            while let Some(entry) = known.first_entry() {
                if *entry.key() >= next {
                    break;
                }
                each(&entry.remove())?;
                found = true;
            }
            if !found {
                each(&missing(pattern.as_ref(), source, query, time))?;
            }
            time = next;
        }
    }
    Ok(())
}

type SeriesKey<'a> = (Cow<'a, str>, Cow<'a, str>, Cow<'a, str>);

fn missing<'a>(
    pattern: Option<&Reading<'a>>,
    source: &'a Source,
    query: &Query,
    time: Timestamp,
) -> Reading<'a> {
    match pattern {
        Some(pattern) => Reading { time, value: None, ..pattern.clone() },
        None => {
            let device_id = match source {
                Source::Device(id) => Cow::Borrowed(id.as_str()),
                Source::Space(..) => Cow::Borrowed(""),
            };
            let empty = Cow::Borrowed("");
            Reading {
                device_id,
                time,
                measurement: Cow::Owned(query.measurement.to_string()),
                value: None,
                unit: empty.clone(),
                label: empty.clone(),
                device_type: empty.clone(),
                device_provider: empty.clone(),
                medium: empty.clone(),
                direction: empty.clone(),
                rest: empty,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::data::query::{Measurement, Resolution};

    #[test]
    fn every_interval_has_a_row_also_on_the_day_with_25_hours() {
        let zone = clock::zone("Europe/Berlin").unwrap();
        let query = Query::new(
            (Some("2026-10-25"), Some("2026-10-26"), None),
            (Resolution::QuarterHour, Measurement::Energy),
            &zone,
            Timestamp::UNIX_EPOCH,
        )
        .unwrap();
        let window = Window { from: query.from, to: query.to };
        let text = r#"[{"deviceId":"d","direction":"IN","timeStamp":"2026-10-25T02:15:00+01:00","value":1.5},
                       {"deviceId":"d","direction":"OUT","timeStamp":"2026-10-25T02:15:00+02:00","value":2}]"#;
        let readings =
            crate::api::readings::Readings::read(text.as_bytes(), window.from, window.to).unwrap();
        let (mut rows, mut values) = (0, Vec::new());
        let source = Source::Device("d".into());
        marked(readings.iter(), &source, &query, window, &zone, |reading| {
            rows += 1;
            values.extend(reading.value.as_ref().map(|value| (value.to_string(), reading.time)));
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!(rows, 200, "100 for each direction");
        let time = |text: &str| clock::parse_instant(text).unwrap();
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
        let zone = TimeZone::UTC;
        let from = Timestamp::UNIX_EPOCH;
        let window = Window { from, to: clock::after(from, 3600) };
        let query = Query {
            from,
            to: window.to,
            resolution: Resolution::QuarterHour,
            measurement: Measurement::Power,
        };
        let mut rows = Vec::new();
        let source = Source::Device("d".into());
        marked(std::iter::empty(), &source, &query, window, &zone, |reading| {
            rows.push((reading.device_id.to_string(), reading.value.is_none()));
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!(rows, vec![("d".to_owned(), true); 4]);
    }
}
