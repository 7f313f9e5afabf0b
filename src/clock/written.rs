//! Times as spreadsheets and people write them: the time on the wall, without an offset.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset};

use super::{Date, TimeZone, Timestamp};

/// What tells the two hours apart that the clocks show twice in October.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    Summer,
    Winter,
    /// Seconds east of UTC.
    Offset(i32),
}

/// Why a time on the wall is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoInstant {
    #[error("is no date with a time, such as 25.10.2026 02:15 or 2026-10-25T02:15:00+02:00")]
    NotATime,
    #[error("is a time that the clocks leave out, for they are put forward then")]
    LeftOut,
    #[error(
        "is a time that the clocks show twice, for they are put back then; write the offset with \
         it (+02:00 summer, +01:00 winter), or a column offset"
    )]
    Twice,
    #[error("is summer time, and said to be winter time")]
    IsSummer,
    #[error("is winter time, and said to be summer time")]
    IsWinter,
}

impl Shift {
    /// `+02:00`, `+02`, `UTC+2`, `Sommerzeit`, `S`, `CEST`, `MEZ`, …
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        match lower.as_str() {
            "s" | "sz" | "sommer" | "sommerzeit" | "summer" | "summer time" | "mesz" | "cest" => {
                return Some(Self::Summer);
            }
            "w" | "wz" | "winter" | "winterzeit" | "winter time" | "mez" | "cet" => {
                return Some(Self::Winter);
            }
            "z" | "utc" => return Some(Self::Offset(0)),
            _ => {}
        }
        let digits = lower.strip_prefix("utc").unwrap_or(&lower).trim_start();
        let (sign, digits) = match digits.strip_prefix('+') {
            Some(digits) => (1, digits),
            None => (-1, digits.strip_prefix(['-', '\u{2212}'])?),
        };
        let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
            (Some(halves), _) => halves,
            (None, 1 | 2) => (digits, "0"),
            (None, 4) => digits.split_at_checked(2)?,
            _ => return None,
        };
        let (hours, minutes) = (number(hours, 14)?, number(minutes, 59)?);
        Some(Self::Offset(sign * (hours * 3600 + minutes * 60)))
    }
}

/// The instant at which this zone's clocks show `text`: `25.10.2026 02:15`, `2026-10-25 02:15:00`,
/// with or without seconds.
pub fn parse_local(
    text: &str,
    zone: &TimeZone,
    shift: Option<Shift>,
) -> Result<Timestamp, NoInstant> {
    let wall = wall_time(text).ok_or(NoInstant::NotATime)?;
    let at = |offset: Offset| offset.to_timestamp(wall).map_err(|_| NoInstant::NotATime);
    if let Some(Shift::Offset(seconds)) = shift {
        return at(Offset::from_seconds(seconds).map_err(|_| NoInstant::NotATime)?);
    }
    match (zone.to_ambiguous_timestamp(wall).offset(), shift) {
        (AmbiguousOffset::Gap { .. }, _) => Err(NoInstant::LeftOut),
        (AmbiguousOffset::Fold { .. }, None) => Err(NoInstant::Twice),
        // Clocks are put back from summer time.
        (AmbiguousOffset::Fold { before, .. }, Some(Shift::Summer)) => at(before),
        (AmbiguousOffset::Fold { after, .. }, Some(_)) => at(after),
        (AmbiguousOffset::Unambiguous { offset }, shift) => {
            let instant = at(offset)?;
            let is_summer = zone.to_offset_info(instant).dst().is_dst();
            match shift {
                Some(Shift::Winter) if is_summer => Err(NoInstant::IsSummer),
                Some(Shift::Summer) if !is_summer => Err(NoInstant::IsWinter),
                _ => Ok(instant),
            }
        }
    }
}

fn wall_time(text: &str) -> Option<DateTime> {
    let (date, time) = text.trim().split_once(['T', 't', ' ', '\u{a0}'])?;
    let date = date.trim_end_matches(',');
    let date: Date = match date.split('.').collect::<Vec<_>>().as_slice() {
        [day, month, year] if year.len() == 4 => {
            let [day, month] = [day, month].map(|text| number(text, 31));
            let year = i16::try_from(number(year, 9999)?).ok()?;
            Date::new(year, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()?
        }
        _ if date.len() == "2026-10-25".len() => date.parse().ok()?,
        _ => return None,
    };
    let mut parts = time.trim().split(':');
    let mut next = |most| number(parts.next()?, most);
    let (hour, minute) = (next(23)?, next(59)?);
    let second = match parts.next() {
        Some(text) => number(text, 59)?,
        None => 0,
    };
    let [hour, minute, second] = [hour, minute, second].map(i8::try_from);
    parts.next().is_none().then_some(())?;
    Some(date.at(hour.ok()?, minute.ok()?, second.ok()?, 0))
}

/// A number of digits alone.
fn number(text: &str, most: i32) -> Option<i32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

    fn read(text: &str, shift: &str) -> Result<String, NoInstant> {
        let shift = (!shift.is_empty()).then(|| Shift::parse(shift).unwrap());
        parse_local(text, &berlin(), shift).map(|instant| instant.to_string())
    }

    #[test]
    fn a_time_on_the_wall_is_an_instant_of_germany() {
        for text in
            ["25.10.2026 01:15", "25.10.2026 01:15:00", "2026-10-25 01:15", "2026-10-25T01:15:00"]
        {
            assert_eq!(read(text, "").as_deref(), Ok("2026-10-24T23:15:00Z"), "{text}");
        }
        assert_eq!(read("1.1.2026 00:00", "").as_deref(), Ok("2025-12-31T23:00:00Z"));
    }

    #[test]
    fn the_hour_that_comes_twice_needs_to_be_told_apart() {
        let twice = "25.10.2026 02:15";
        assert_eq!(read(twice, ""), Err(NoInstant::Twice));
        for summer in ["Sommerzeit", "S", "+02:00", "+0200", "UTC+2", "MESZ"] {
            assert_eq!(read(twice, summer).as_deref(), Ok("2026-10-25T00:15:00Z"), "{summer}");
        }
        for winter in ["winter", "w", "+01:00", "+1", "CET"] {
            assert_eq!(read(twice, winter).as_deref(), Ok("2026-10-25T01:15:00Z"), "{winter}");
        }
        assert_eq!(read("29.03.2026 02:15", ""), Err(NoInstant::LeftOut));
        assert_eq!(read("01.07.2026 02:15", "W"), Err(NoInstant::IsSummer));
        assert_eq!(read("01.01.2026 02:15", "S"), Err(NoInstant::IsWinter));
    }

    #[test]
    fn what_could_be_meant_in_two_ways_is_no_time() {
        for text in [
            "",
            "25.10.2026",
            "25.10.26 02:15",
            "10/25/2026 02:15",
            "25.10.2026 24:00",
            "32.10.2026 01:00",
            "30.02.2026 01:00",
            "25.10.2026 1",
            "25.10.2026 01:15:00:00",
            "+1.1.2026 01:00",
            "25.10.2026 ä1:00",
            "T",
        ] {
            assert_eq!(read(text, ""), Err(NoInstant::NotATime), "{text}");
        }
        for text in ["", "2", "+", "+99", "+02:0x", "+é1", "sommers"] {
            assert_eq!(Shift::parse(text), None, "{text}");
        }
    }
}
