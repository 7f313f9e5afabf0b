//! Times as a person types them, German or ISO 8601.

use jiff::ToSpan as _;
use jiff::civil::DateTime;

use super::{Date, TimeZone, Timestamp, parse_instant};

/// An instant, or a stretch of local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Instant(Timestamp),
    Day(Date),
    /// By its first day
    Month(Date),
    /// By its first day
    Year(Date),
}

impl Span {
    /// `2026-10-25`, `25.10.2026`, `25.10.26`, `2026-10`, `10.2026`, `2026`, or an instant with
    /// offset (RFC 3339). A date that does not exist is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(instant) = parse_instant(text) {
            return Some(Self::Instant(instant));
        }
        let (parts, is_german) = match text.contains('.') {
            true => (text.trim_end_matches('.').split('.').rev().collect::<Vec<_>>(), true),
            false => (text.split('-').collect(), false),
        };
        let year = match parts.first()?.len() {
            4 => number(parts[0])?,
            // With day and month before it, it can be nothing else.
            2 if is_german && parts.len() == 3 => 2000 + number(parts[0])?,
            _ => return None,
        };
        let date = |month: &str, day: i8| {
            let is_short = (1..=2).contains(&month.len());
            Date::new(year, i8::try_from(number(month)?).ok()?, day).ok().filter(|_| is_short)
        };
        Some(match parts[1..] {
            [] if !is_german => Self::Year(Date::new(year, 1, 1).ok()?),
            [month] => Self::Month(date(month, 1)?),
            [month, day] if day.len() <= 2 => {
                Self::Day(date(month, i8::try_from(number(day)?).ok()?)?)
            }
            _ => return None,
        })
    }

    /// Its first instant.
    pub fn begin(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::Day(day) | Self::Month(day) | Self::Year(day) => {
                Some(day.to_zoned(zone.clone()).ok()?.timestamp())
            }
        }
    }

    /// What comes after it, of the same kind; an instant is followed by itself.
    pub fn next(self) -> Option<Self> {
        Some(match self {
            Self::Instant(instant) => Self::Instant(instant),
            Self::Day(day) => Self::Day(day.tomorrow().ok()?),
            Self::Month(first) => Self::Month(first.checked_add(1.month()).ok()?),
            Self::Year(first) => Self::Year(first.checked_add(1.year()).ok()?),
        })
    }

    /// As it is typed: `2026-10-25`, `2026-10`, `2026`.
    pub fn name(self) -> String {
        match self {
            Self::Instant(instant) => instant.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Month(day) => day.strftime("%Y-%m").to_string(),
            Self::Year(day) => day.strftime("%Y").to_string(),
        }
    }

    /// Whether a larger stretch ends with it: the last day of a month, the last month of a year.
    /// Named as an end, it is often meant to be in it.
    pub fn is_last(self) -> bool {
        match self {
            Self::Day(day) => day == day.last_of_month(),
            Self::Month(first) => first.month() == 12,
            Self::Instant(_) | Self::Year(_) => false,
        }
    }
}

/// A time of day that nobody gave an offset for (`2026-10-25T14:15`, `25.10.2026 14:15`), with the
/// one that holds there, the earlier where it occurs twice: `2026-10-25T14:15:00+01:00`.
pub fn with_offset(text: &str, zone: &TimeZone) -> Option<String> {
    let (day, time) = text.trim().split_once([' ', 'T'])?;
    let Span::Day(day) = Span::parse(day)? else { return None };
    let local: DateTime = format!("{day}T{}", time.trim()).parse().ok()?;
    let zoned = local.to_zoned(zone.clone()).ok()?;
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

fn number(digits: &str) -> Option<i16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

    #[test]
    fn dates_are_german_or_iso() {
        for (text, name) in [
            ("2026-10-25", "2026-10-25"),
            ("25.10.2026", "2026-10-25"),
            ("1.2.2026", "2026-02-01"),
            ("01.02.26", "2026-02-01"),
            ("2026-2-1", "2026-02-01"),
            ("2026-10", "2026-10"),
            ("10.2026", "2026-10"),
            (" 2.2026 ", "2026-02"),
            ("2026", "2026"),
            ("2026-10-25T02:15:00+02:00", "2026-10-25T00:15:00Z"),
            ("2026-10-25T00:15Z", "2026-10-25T00:15:00Z"),
        ] {
            assert_eq!(Span::parse(text).map(Span::name).as_deref(), Some(name), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "26",
            "10.26",
            "2026.",
            "30.02.2026",
            "2026-13",
            "2026-02-30",
            "2026-",
            "2026-10-25T02:15",
            "25.10.",
            "25.10",
            "20261025",
            "2026.10.25",
            "1.1.1.2026",
            "-2026",
            "2026-010",
            "2026-10-025",
            "+2026",
            "2026-+1",
        ] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_stretch_is_followed_by_one_of_its_kind() {
        for (text, next, is_last) in [
            ("31.10.2026", "2026-11-01", true),
            ("30.10.2026", "2026-10-31", false),
            ("28.2.2027", "2027-03-01", true),
            ("2026-12", "2027-01", true),
            ("2026-10", "2026-11", false),
            ("2026", "2027", false),
        ] {
            let span = Span::parse(text).unwrap();
            assert_eq!((&*span.next().unwrap().name(), span.is_last()), (next, is_last), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_told_its_offset() {
        for (text, meant) in [
            ("2026-10-25T14:15", "2026-10-25T14:15:00+01:00"),
            ("25.10.2026 14:15", "2026-10-25T14:15:00+01:00"),
            ("2026-10-25 02:15:30", "2026-10-25T02:15:30+02:00"),
            ("1.7.2026 00:00", "2026-07-01T00:00:00+02:00"),
        ] {
            assert_eq!(with_offset(text, &berlin()).as_deref(), Some(meant), "{text}");
        }
        for text in ["2026-10-25", "2026-10-25T25:00", "2026-10 14:15", "14:15"] {
            assert_eq!(with_offset(text, &berlin()), None, "{text}");
        }
    }
}
