//! Berlin's calendar and clock, written out, so that an error in somebody's time zone data does
//! not agree with itself. Times are seconds since 1970 in UTC, days are counted from 1970-01-01.

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const QUARTER: i64 = 15 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The day of a Gregorian date, counted in years that begin in March: then the leap day comes last.
pub const fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of the month.
pub fn date_of(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// 0 is Monday.
pub fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// Seconds by which Berlin is ahead of UTC. Directive 2000/84/EC: summer time runs from the last
/// Sunday of March to the last Sunday of October, both at 01:00 UTC.
pub fn offset(time: i64) -> i64 {
    let (year, ..) = date_of(time.div_euclid(DAY));
    let change = |month| {
        let last = day_of(year, month, 31);
        let sunday = last - i64::try_from((weekday(last) + 1) % 7).unwrap_or_default();
        sunday * DAY + HOUR
    };
    if (change(3)..change(10)).contains(&time) { 2 * HOUR } else { HOUR }
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
    let (year, month, day) = date_of(time.div_euclid(DAY));
    let (hour, minute, second) =
        (time.rem_euclid(DAY) / HOUR, time.rem_euclid(HOUR) / MINUTE, time.rem_euclid(MINUTE));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `2026-10-25`
pub fn date_text(day: i64) -> String {
    let (year, month, day) = date_of(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads RFC 3339 (§5.6), with any offset. A fraction of a second counts as the next whole one:
/// everything here begins at whole seconds, and is at or after both or neither.
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        if all { text.get(from..to)?.parse().ok() } else { None }
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    let shaped = is(4, b"-") && is(7, b"-") && is(10, b"Tt") && is(13, b":") && is(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let date = day_of(year, month, day);
    if !shaped || date_of(date) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut begun = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit())?;
        begun = i64::from(fraction[..end].bytes().any(|digit| digit != b'0'));
        rest = fraction.get(end..).filter(|_| end > 0)?;
    }
    let local = date * DAY + hour * HOUR + minute * MINUTE + second + begun;
    let zone = match rest.as_bytes() {
        b"Z" | b"z" => return Some(local),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => (text.len() - 6, *sign),
        _ => return None,
    };
    let (hours, minutes) = (number(zone.0 + 1, zone.0 + 3)?, number(zone.0 + 4, zone.0 + 6)?);
    let ahead = hours * HOUR + minutes * MINUTE;
    let ahead = if zone.1 == b'-' { -ahead } else { ahead };
    (hours < 24 && minutes < 60).then_some(local - ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_agree_over_four_centuries() {
        assert_eq!((day_of(1970, 1, 1), day_of(2000, 3, 1)), (0, 11_017));
        assert_eq!((weekday(0), weekday(day_of(2026, 10, 25))), (3, 6));
        let mut previous = date_of(-1);
        for day in 0..146_100 {
            let date = date_of(day);
            assert_eq!(day_of(date.0, date.1, date.2), day);
            assert!(date > previous);
            previous = date;
        }
        assert_eq!(date_text(day_of(2028, 2, 28) + 1), "2028-02-29");
    }

    #[test]
    fn berlin_changes_its_clocks_on_the_announced_days() {
        let changes = [
            (2024, 31, 27),
            (2025, 30, 26),
            (2026, 29, 25),
            (2027, 28, 31),
            (2028, 26, 29),
            (2029, 25, 28),
        ];
        for (year, march, october) in changes {
            for (day, before, after) in
                [(day_of(year, 3, march), 1, 2), (day_of(year, 10, october), 2, 1)]
            {
                let change = day * DAY + HOUR;
                assert_eq!(offset(change - 1), before * HOUR, "{year}");
                assert_eq!(offset(change), after * HOUR, "{year}");
                let quarters = (midnight(day + 1) - midnight(day)) / QUARTER;
                assert_eq!(quarters, if before < after { 92 } else { 100 }, "{year}");
            }
            let days = day_of(year, 1, 1)..day_of(year + 1, 1, 1);
            let short =
                |n| days.clone().filter(move |d| midnight(d + 1) - midnight(*d) == n * QUARTER);
            assert_eq!((short(92).count(), short(100).count()), (1, 1));
            assert!(days.clone().all(|day| berlin_day(midnight(day)) == day));
            assert!(days.clone().all(|day| berlin_clock(midnight(day)) == 0));
        }
        assert_eq!(text(midnight(day_of(2026, 7, 1))), "2026-06-30T22:00:00Z");
    }

    #[test]
    fn times_are_read_in_every_form_and_nothing_else() {
        let noon = day_of(2026, 10, 25) * DAY + 12 * HOUR;
        for good in [
            "2026-10-25T12:00:00Z",
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
            "2026-10-25 12:00:00Z",
            "2026-10-25T12:00:00",
            "2026-10-25T12:00:00 01:00",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-10-25T24:00:00Z",
            "2026-10-25T12:00:00.Z",
            "2026-10-25T12:00:00.5",
            "2026-10-25T12:00:00+24:00",
            "2026-10-25T12:00:00+0100",
            "+026-10-25T12:00:00Z",
            "2026-10-25T12:00:0äZ",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
