//! Berlin's calendar and clock. Times are seconds since 1970 in UTC, days are counted from
//! 1970-01-01.

use std::sync::LazyLock;

use crate::clock::{self, Date, TimeZone, Timestamp};

pub const HOUR: i64 = 60 * 60;
pub const QUARTER: i64 = 15 * 60;
pub const DAY: i64 = 24 * HOUR;

/// The rule of Directive 2000/84/EC, written out: summer time runs from the last Sunday of March to
/// the last Sunday of October. So an error in the system's time zone data does not agree with
/// itself.
static BERLIN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC));

fn instant(time: i64) -> Timestamp {
    Timestamp::from_second(time).unwrap_or_default()
}

pub fn date_of(day: i64) -> Date {
    instant(day * DAY).to_zoned(TimeZone::UTC).date()
}

/// 0 is Monday.
pub fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Seconds by which Berlin is ahead of UTC.
pub fn offset(time: i64) -> i64 {
    BERLIN.to_offset(instant(time)).seconds().into()
}

/// When this day begins in Berlin. No change is near midnight, so an hour more or less is fine.
pub fn midnight(day: i64) -> i64 {
    day * DAY - offset(day * DAY - HOUR)
}

/// The day it is in Berlin.
pub fn berlin_day(time: i64) -> i64 {
    (time + offset(time)).div_euclid(DAY)
}

/// What Berlin's clocks show, in seconds since their midnight.
pub fn berlin_clock(time: i64) -> i64 {
    (time + offset(time)).rem_euclid(DAY)
}

/// RFC 3339, in UTC.
pub fn text(time: i64) -> String {
    instant(time).to_string()
}

/// Reads RFC 3339 (§5.6), with any offset. A fraction of a second counts as the next whole one:
/// everything here begins at whole seconds, and is at or after both or neither.
pub fn parse(text: &str) -> Option<i64> {
    let time = clock::parse_instant(text)?;
    Some(time.as_second() + i64::from(time.subsec_nanosecond() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berlins_clocks_change_on_the_last_sundays_of_march_and_october() {
        for (year, march, october) in
            [(2024, 31, 27), (2025, 30, 26), (2026, 29, 25), (2027, 28, 31)]
        {
            for (month, date, before, after) in [("03", march, 1, 2), ("10", october, 2, 1)] {
                let change = parse(&format!("{year}-{month}-{date}T01:00:00Z")).unwrap();
                assert_eq!(offset(change - 1), before * HOUR, "{year}");
                assert_eq!(offset(change), after * HOUR, "{year}");
                let day = berlin_day(change);
                assert_eq!((weekday(day), i32::from(date_of(day).day())), (6, date));
                let quarters = (midnight(day + 1) - midnight(day)) / QUARTER;
                assert_eq!(quarters, if before < after { 92 } else { 100 }, "{year}");
            }
        }
        for day in 19_000..22_000 {
            assert_eq!((berlin_day(midnight(day)), berlin_clock(midnight(day))), (day, 0));
        }
        assert_eq!(text(midnight(20_635)), "2026-06-30T22:00:00Z");
    }

    #[test]
    fn times_are_read_in_every_offset() {
        let noon = parse("2026-10-25T12:00:00Z").unwrap();
        for good in [
            "2026-10-25t12:00:00z",
            "2026-10-25T13:00:00+01:00",
            "2026-10-25T02:30:00-09:30",
            "2026-10-25T12:00:00.000Z",
        ] {
            assert_eq!(parse(good), Some(noon), "{good}");
        }
        assert_eq!(parse("2026-10-25T12:00:00.001+00:00"), Some(noon + 1));
        assert_eq!(parse(&text(noon)), Some(noon));
        for bad in [
            "",
            "2026-10-25",
            "2026-10-25T12:00:00",
            "2026-10-25T12:00:00 01:00",
            "2026-02-29T12:00:00Z",
            "2026-10-25T24:00:00Z",
            "2026-10-25T12:00:0äZ",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
