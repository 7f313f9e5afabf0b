//! What time it is: the only place that asks the system, so that tests can say otherwise.

pub mod deadline;
mod span;
mod wall;
mod written;

use std::time::Duration;

pub use jiff::Timestamp;
pub use jiff::civil::{Date, DateTime};
pub use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

pub use self::span::{Span, with_offset};
pub use self::wall::WallClock;
pub use self::written::{NoInstant, Shift, parse_local};

/// The rule of Germany's clocks since 1996, as good as the list of zones that a bare container lacks.
const BERLIN_SINCE_1996: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// How far two clocks may be apart before one of them counts as wrong, in seconds.
pub const CLOCKS_DIFFER: i64 = 60;

/// The present, in UTC.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The system's wall clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// `start` plus `seconds` (which may be negative), at most the first or last representable instant.
pub fn after(start: Timestamp, seconds: i64) -> Timestamp {
    start.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Seconds from `start` to `end`; negative when `end` is earlier.
pub fn seconds_between(start: Timestamp, end: Timestamp) -> i64 {
    end.as_second() - start.as_second()
}

/// How long until `end`; zero when it is past.
pub fn time_left(now: Timestamp, end: Timestamp) -> Duration {
    Duration::from_millis(
        u64::try_from(end.as_millisecond() - now.as_millisecond()).unwrap_or_default(),
    )
}

/// How this machine's clock differs from another one, for people; `ahead` in seconds.
pub fn difference(ahead: i64) -> String {
    let (length, way) = (length_for_people(ahead.unsigned_abs()), ["ahead of", "behind"]);
    let way = way[usize::from(ahead < 0)];
    format!("this machine's clock is {length} {way} the provider's")
}

/// A length of time for people, to its largest whole unit or two: `3 h 5 min`, `2 d 3 h`, `40 s`.
pub fn length_for_people(seconds: u64) -> String {
    let (large, small) = match seconds {
        0..3600 => ((60, "min"), (1, "s")),
        3600..86_400 => ((3600, "h"), (60, "min")),
        _ => ((86_400, "d"), (3600, "h")),
    };
    let parts = [(seconds / large.0, large.1), (seconds % large.0 / small.0, small.1)];
    let told = parts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, unit)| format!("{count} {unit}")).collect();
    told.join(" ")
}

/// A random part of `most`, for spreading what many machines do at the same moment.
pub fn random_part(most: Duration) -> Duration {
    // Without randomness everybody waits half of it, which is a nuisance and no danger.
    let part = getrandom::u32().unwrap_or(u32::MAX / 2);
    most.mul_f64(f64::from(part) / f64::from(u32::MAX))
}

/// For people, in the system's time zone: `14:32` today, `2026-12-24 14:32` on any other day.
pub fn for_people(instant: Timestamp, now: Timestamp) -> String {
    let zone = TimeZone::system();
    let (then, today) = (instant.to_zoned(zone.clone()), now.to_zoned(zone));
    let format = if then.date() == today.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    then.strftime(format).to_string()
}

/// For people, where only the day matters: `2027-11-16`.
pub fn day_for_people(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string()
}

/// An instant in a calendar file (RFC 5545 §3.3.5): `20261121T225900Z`.
pub fn calendar_stamp(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// An instant as data endpoints write it (RFC 3339, with any offset).
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A day of the calendar: `2026-10-25`.
pub fn parse_date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == "2026-10-25".len())
}

/// The days from 1970-01-01 to this one.
pub fn day_number(day: Date) -> i32 {
    day.duration_since(Date::constant(1970, 1, 1)).as_hours() as i32 / 24
}

/// A local time as some data endpoints write it, without an offset.
pub fn parse_without_offset(text: &str) -> Option<DateTime> {
    text.parse().ok()
}

/// The instants that a local time of a zone may be: the same one twice but in the hour that
/// October has twice. A time in the hour that March leaves out is one an hour later.
pub fn instants_of(local: DateTime, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let either = zone.to_ambiguous_timestamp(local);
    Some((either.compatible().ok()?, either.later().ok()?))
}

/// A time zone by its IANA name; Europe/Berlin for both providers' data unless said otherwise.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Germany's time, also where the system has no list of zones.
pub fn berlin() -> TimeZone {
    zone("Europe/Berlin")
        .or_else(|| TimeZone::posix(BERLIN_SINCE_1996).ok())
        .unwrap_or(TimeZone::UTC)
}

/// The local midnight `days` days after the local day of `instant`.
pub fn midnight_after(instant: Timestamp, days: i64, zone: &TimeZone) -> Timestamp {
    let day = instant.to_zoned(zone.clone()).date();
    day.checked_add(days.days())
        .and_then(|day| day.to_zoned(zone.clone()))
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The first instant of the local month after that of `instant`.
pub fn next_month(instant: Timestamp, zone: &TimeZone) -> Timestamp {
    let first = instant.to_zoned(zone.clone()).date().first_of_month();
    first
        .checked_add(1.month())
        .and_then(|day| day.to_zoned(zone.clone()))
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The Monday of a day's week.
pub fn monday_of(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// The local month of an instant: `2026-10`.
pub fn month_name(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m").to_string()
}

/// The local day of an instant: `2026-10-25`.
pub fn day_name(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string()
}

/// An instant for people, as a clock on the wall of this zone shows it: `2026-10-25 02:15`.
pub fn minute_name(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The time that holds at an instant, without any change of the clocks.
pub fn without_changes(zone: &TimeZone, instant: Timestamp) -> TimeZone {
    TimeZone::fixed(zone.to_offset(instant))
}

/// When the clocks of a zone change between two instants.
pub fn changes(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let changes = zone.following(from).map(|change| change.timestamp());
    changes.take_while(|change| *change < to).collect()
}

/// The same with its offset, which tells October's two hours apart: `2026-10-25 02:15+02:00`.
pub fn minute_with_offset(instant: Timestamp, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M%:z").to_string()
}

/// An instant for a file's name, to the minute: `2026-10-25`, or `2026-10-25T1415` where it is no
/// local midnight.
pub fn point_name(instant: Timestamp, zone: &TimeZone) -> String {
    let local = instant.to_zoned(zone.clone());
    let format =
        if midnight_after(instant, 0, zone) == instant { "%Y-%m-%d" } else { "%Y-%m-%dT%H%M" };
    local.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_two_units_at_most() {
        for (seconds, told) in [
            (40, "40 s"),
            (60, "1 min"),
            (3599, "59 min 59 s"),
            (11_100, "3 h 5 min"),
            (86_400, "1 d"),
            (183_661, "2 d 3 h"),
        ] {
            assert_eq!(length_for_people(seconds), told);
        }
        assert_eq!(difference(-7200), "this machine's clock is 2 h behind the provider's");
    }

    #[test]
    fn without_a_list_of_zones_berlin_is_the_same() {
        let rule = TimeZone::posix(BERLIN_SINCE_1996).unwrap();
        let begin: Timestamp = "1996-01-01T00:00:00Z".parse().unwrap();
        let changes = |zone: &TimeZone| {
            let changes = zone.following(begin).take(200);
            changes.map(|change| (change.timestamp(), change.offset())).collect::<Vec<_>>()
        };
        assert_eq!(rule.to_offset(begin), berlin().to_offset(begin));
        assert_eq!(changes(&rule), changes(&berlin()));
    }
}
