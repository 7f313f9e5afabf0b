//! The time of a reading: RFC 3339, or what providers write instead.

use std::sync::Arc;

use thiserror::Error;

use crate::clock::{self, TimeZone, Timestamp};
use crate::data::reading::Labels;

/// A Unix time above this is in milliseconds: in seconds it would be the year 5138.
const FIRST_IN_MILLISECONDS: i64 = 100_000_000_000;

/// Why a time cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum WrongTime {
    #[error("timeStamp is missing")]
    Missing,
    #[error("timeStamp {0:?} is not a time")]
    NoTime(String),
    /// Nobody can know which instant it is.
    #[error("timeStamp {0:?} has no offset")]
    NoOffset(String),
}

/// Reads the times of one answer, in its order.
pub(super) struct Clock {
    /// Of times without an offset.
    zone: Option<TimeZone>,
    /// The last instant of each series: of two that a local time in October may be, the one that
    /// follows it is meant.
    last: Vec<(Arc<Labels>, Timestamp)>,
}

impl Clock {
    pub(super) fn new(zone: Option<TimeZone>) -> Self {
        Self { zone, last: Vec::new() }
    }

    /// An instant in whole seconds: with offset, as Unix time in seconds or milliseconds, or local
    /// where the zone is known.
    pub(super) fn instant(
        &mut self,
        text: &str,
        labels: &Arc<Labels>,
    ) -> Result<Timestamp, WrongTime> {
        let no_time = || WrongTime::NoTime(text.chars().take(40).collect());
        let instant = match clock::parse_instant(text).or_else(|| unix_time(text)) {
            Some(instant) => instant,
            None => self.local(text, labels)?,
        };
        Timestamp::from_second(instant.as_second()).map_err(|_| no_time())
    }

    fn local(&mut self, text: &str, labels: &Arc<Labels>) -> Result<Timestamp, WrongTime> {
        let no_time = || WrongTime::NoTime(text.chars().take(40).collect());
        let local = clock::parse_without_offset(text).ok_or_else(no_time)?;
        let zone = self.zone.as_ref().ok_or_else(|| WrongTime::NoOffset(text.to_owned()))?;
        let (first, second) = clock::instants_of(local, zone).ok_or_else(no_time)?;
        let known = self
            .last
            .iter_mut()
            .find(|(known, _)| Arc::ptr_eq(known, labels) || known.is_same_series(labels));
        let instant = match &known {
            Some((_, last)) if *last >= first => second,
            _ => first,
        };
        match known {
            Some((_, last)) => *last = instant,
            None => self.last.push((labels.clone(), instant)),
        }
        Ok(instant)
    }
}

fn unix_time(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    match number >= FIRST_IN_MILLISECONDS {
        true => Timestamp::from_millisecond(number).ok(),
        false => Timestamp::from_second(number).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clock: &mut Clock, text: &str) -> Result<String, WrongTime> {
        clock.instant(text, &Arc::default()).map(|instant| instant.to_string())
    }

    #[test]
    fn a_local_time_wants_a_zone_and_the_doubled_hour_goes_by_order() {
        let mut clock = Clock::new(None);
        let local = "2026-10-25T02:15:00".to_owned();
        assert_eq!(read(&mut clock, &local), Err(WrongTime::NoOffset(local)));
        let mut clock = Clock::new(Some(clock::berlin()));
        let times = ["01:45", "02:00", "02:45", "02:00", "02:15", "03:00"];
        let read = times.map(|time| read(&mut clock, &format!("2026-10-25 {time}")).unwrap());
        let hours = ["23:45", "00:00", "00:45", "01:00", "01:15", "02:00"];
        for (read, hour) in read.iter().zip(hours) {
            assert!(read.ends_with(&format!("T{hour}:00Z")), "{read} {hour}");
        }
    }

    #[test]
    fn unix_times_are_times_and_words_are_not() {
        let clock = &mut Clock::new(None);
        assert_eq!(read(clock, "1761350400"), Ok("2025-10-25T00:00:00Z".into()));
        assert_eq!(read(clock, "1761350400000"), Ok("2025-10-25T00:00:00Z".into()));
        assert_eq!(read(clock, "soon"), Err(WrongTime::NoTime("soon".into())));
        assert_eq!(
            read(clock, "2026-13-01T00:00"),
            Err(WrongTime::NoTime("2026-13-01T00:00".into()))
        );
    }
}
