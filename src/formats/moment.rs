//! Days and times among the texts of a list, which a spreadsheet gets as days and times.

use crate::clock::{Timestamp, parse_instant};

/// What a text says, if it has the shape of RFC 3339 and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// `2026-10-25`, as its midnight in UTC.
    Day(Timestamp),
    /// `2026-10-25T02:15:00`: nobody says where; as if in UTC.
    Wall(Timestamp),
    /// `2026-10-25T02:15:00Z`, with any offset.
    Instant(Timestamp),
}

impl Moment {
    pub fn of(text: &str) -> Option<Self> {
        let shape = |at: usize, c: u8| match at {
            4 | 7 => c == b'-',
            10 => matches!(c, b'T' | b' '),
            13 | 16 => c == b':',
            0..=18 => c.is_ascii_digit(),
            _ => c.is_ascii_digit() || b".Z+-:".contains(&c),
        };
        if !text.bytes().enumerate().all(|(at, c)| shape(at, c)) {
            return None;
        }
        match text.len() {
            10 => parse_instant(&format!("{text}T00:00:00Z")).map(Self::Day),
            19.. => match parse_instant(text) {
                Some(instant) => Some(Self::Instant(instant)),
                None => parse_instant(&format!("{text}Z")).map(Self::Wall),
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_day_or_time_is_one() {
        let at = |text: &str| parse_instant(text).unwrap();
        assert_eq!(Moment::of("2026-10-25"), Some(Moment::Day(at("2026-10-25T00:00:00Z"))));
        let instant = Some(Moment::Instant(at("2026-10-25T00:15:00Z")));
        for text in
            ["2026-10-25T00:15:00Z", "2026-10-25T02:15:00.000+02:00", "2026-10-25 00:15:00Z"]
        {
            assert_eq!(Moment::of(text), instant, "{text}");
        }
        let wall = Some(Moment::Wall(at("2026-10-25T02:15:00Z")));
        assert_eq!(Moment::of("2026-10-25T02:15:00"), wall);
        for text in [
            "",
            "2026",
            "2026-10",
            "2026-13-01",
            "2026-02-30",
            "24-001-1-1",
            "2026-10-25T02",
            "2026-10-25T02:15",
            "2026-10-25T25:00:00Z",
            "2026-10-25 am Weg",
            "am 2026-10-25",
            "2026-10-25T02:15:00+02:00[Europe/Berlin]",
            "2026-10-25T02:15:00ZZ",
        ] {
            assert_eq!(Moment::of(text), None, "{text}");
        }
    }
}
