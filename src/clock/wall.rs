//! Instants as wall time of one zone, fast enough for millions of rows: the offset is looked up
//! once between two clock changes, the date once a day.

use std::io::{self, ErrorKind};
use std::ops::Range;

use super::{TimeZone, Timestamp};

const DAY: i64 = 24 * 3600;
/// From the day 0 of spreadsheets, 1899-12-30, to 1970-01-01.
const SPREADSHEET_DAYS: i64 = 25_569;
/// `2026-10-25T02:15:00+02:00`
const TEXT: [u8; 25] = *b"0000-00-00T00:00:00+00:00";

/// A clock on the wall of one zone, which shows any instant in several ways. Each fails for years
/// that have not four digits.
pub struct WallClock {
    zone: TimeZone,
    /// The instants (Unix seconds) at which `offset` holds.
    valid: Range<i64>,
    /// Seconds east of UTC, whole minutes: RFC 3339 has no finer ones.
    offset: i64,
    /// The local day in `text`, counted from 1970-01-01.
    day: i64,
    /// Local seconds since 1970-01-01T00:00.
    local: i64,
    nanosecond: u32,
    text: [u8; 25],
    /// What `offset` is called.
    name: String,
}

impl WallClock {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            valid: 0..0,
            offset: 0,
            day: i64::MIN,
            local: 0,
            nanosecond: 0,
            text: TEXT,
            name: String::new(),
        }
    }

    fn set(&mut self, instant: Timestamp) -> io::Result<()> {
        let (mut second, mut nanosecond) = (instant.as_second(), instant.subsec_nanosecond());
        if nanosecond < 0 {
            (second, nanosecond) = (second - 1, nanosecond + 1_000_000_000);
        }
        if !self.valid.contains(&second) {
            self.look_up_offset(instant, second);
        }
        self.nanosecond = nanosecond.unsigned_abs();
        self.local = second + self.offset;
        let day = self.local.div_euclid(DAY);
        if day != self.day {
            self.turn_the_page(day)?;
        }
        let of_day = self.local.rem_euclid(DAY);
        self.text[11..13].copy_from_slice(&two_digits(of_day / 3600));
        self.text[14..16].copy_from_slice(&two_digits(of_day / 60 % 60));
        self.text[17..19].copy_from_slice(&two_digits(of_day % 60));
        Ok(())
    }

    /// RFC 3339: `2026-10-25T02:15:00+02:00`
    pub fn rfc_3339(&mut self, instant: Timestamp, out: &mut Vec<u8>) -> io::Result<()> {
        self.set(instant)?;
        out.extend_from_slice(&self.text[..19]);
        self.fraction(out, b'.');
        out.extend_from_slice(&self.text[19..]);
        Ok(())
    }

    /// For spreadsheets: `2026-10-25 02:15`, and the seconds only where there are any.
    pub fn local(&mut self, instant: Timestamp, out: &mut Vec<u8>) -> io::Result<()> {
        self.set(instant)?;
        out.extend_from_slice(&self.text[..10]);
        out.push(b' ');
        let to_the_minute = &self.text[17..19] == b"00" && self.nanosecond == 0;
        out.extend_from_slice(&self.text[11..if to_the_minute { 16 } else { 19 }]);
        self.fraction(out, b',');
        Ok(())
    }

    /// `+02:00`
    pub fn offset(&mut self, instant: Timestamp, out: &mut Vec<u8>) -> io::Result<()> {
        self.set(instant)?;
        out.extend_from_slice(&self.text[19..]);
        Ok(())
    }

    /// The name of the time that holds then: `CEST` and `CET` in Central Europe, elsewhere `UTC+5:45`.
    /// No spreadsheet takes it for a time of day, as it does with an offset.
    pub fn name_of_time(&mut self, instant: Timestamp) -> io::Result<&str> {
        self.set(instant)?;
        Ok(&self.name)
    }

    /// Local days since 1899-12-30, as spreadsheets count.
    pub fn spreadsheet_days(&mut self, instant: Timestamp) -> io::Result<f64> {
        self.set(instant)?;
        let seconds = (self.local + SPREADSHEET_DAYS * DAY) as f64;
        Ok((seconds + f64::from(self.nanosecond) / 1e9) / DAY as f64)
    }

    fn fraction(&self, out: &mut Vec<u8>, point: u8) {
        if self.nanosecond != 0 {
            out.push(point);
            let digits = format!("{:09}", self.nanosecond);
            out.extend_from_slice(digits.trim_end_matches('0').as_bytes());
        }
    }

    fn look_up_offset(&mut self, instant: Timestamp, second: i64) {
        let just_after = Timestamp::from_second(second + 1).unwrap_or(instant);
        let since = self.zone.preceding(just_after).next();
        let until = self.zone.following(instant).next();
        self.valid = since.map_or(i64::MIN, |change| change.timestamp().as_second())
            ..until.map_or(i64::MAX, |change| change.timestamp().as_second());
        let minutes = i64::from(self.zone.to_offset(instant).seconds()).div_euclid(60);
        self.offset = minutes * 60;
        self.text[19] = if minutes < 0 { b'-' } else { b'+' };
        self.text[20..22].copy_from_slice(&two_digits(minutes.abs() / 60));
        self.text[23..25].copy_from_slice(&two_digits(minutes.abs() % 60));
        let info = self.zone.to_offset_info(instant);
        self.name = match (info.abbreviation(), minutes % 60) {
            (name @ ("CEST" | "CET"), _) => name.to_owned(),
            _ if minutes == 0 => "UTC".to_owned(),
            (_, 0) => format!("UTC{:+}", minutes / 60),
            (_, rest) => format!("UTC{:+}:{:02}", minutes / 60, rest.abs()),
        };
    }

    fn turn_the_page(&mut self, day: i64) -> io::Result<()> {
        let strange =
            || io::Error::new(ErrorKind::InvalidData, "a time before year 0 or after 9999");
        let midnight = Timestamp::from_second(day * DAY).map_err(|_| strange())?;
        let date = TimeZone::UTC.to_datetime(midnight).date();
        let year = i64::from(date.year());
        if !(0..=9999).contains(&year) {
            return Err(strange());
        }
        self.day = day;
        self.text[..2].copy_from_slice(&two_digits(year / 100));
        self.text[2..4].copy_from_slice(&two_digits(year % 100));
        self.text[5..7].copy_from_slice(&two_digits(date.month().into()));
        self.text[8..10].copy_from_slice(&two_digits(date.day().into()));
        Ok(())
    }
}

/// Of a number from 0 to 99.
fn two_digits(number: i64) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

    fn read(clock: &mut WallClock, instant: &str) -> [String; 3] {
        let instant = instant.parse().unwrap();
        [WallClock::rfc_3339, WallClock::local, WallClock::offset].map(|reading| {
            let mut out = Vec::new();
            reading(clock, instant, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn both_hours_of_the_last_sunday_in_october_are_told_apart() {
        let clock = &mut WallClock::new(berlin());
        let summer = read(clock, "2026-10-25T00:15:00Z");
        assert_eq!(summer, ["2026-10-25T02:15:00+02:00", "2026-10-25 02:15", "+02:00"]);
        let winter = read(clock, "2026-10-25T01:15:00Z");
        assert_eq!(winter, ["2026-10-25T02:15:00+01:00", "2026-10-25 02:15", "+01:00"]);
        assert_eq!(read(clock, "2026-10-25T00:59:59Z")[2], "+02:00");
        assert_eq!(read(clock, "2026-10-25T01:00:00Z")[2], "+01:00");
        assert_eq!(read(clock, "2026-03-29T00:59:59Z")[0], "2026-03-29T01:59:59+01:00");
        assert_eq!(read(clock, "2026-03-29T01:00:00Z")[0], "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn it_agrees_with_the_library_in_any_order_and_zone() {
        let zones = ["Europe/Berlin", "America/St_Johns", "UTC", "Asia/Kathmandu", "Pacific/Apia"];
        for zone in zones.map(|name| TimeZone::get(name).unwrap()) {
            let mut clock = WallClock::new(zone.clone());
            let mut second: i64 = 0;
            for step in 0..20_000_i64 {
                // Up and down over 1970 to 2100.
                second = (second + step * 7_919_777) % 4_102_444_800;
                let instant = Timestamp::from_second(second).unwrap();
                let expected = instant.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z");
                assert_eq!(read(&mut clock, &instant.to_string())[0], expected.to_string());
            }
        }
    }

    #[test]
    fn summer_and_winter_time_have_names() {
        let name = |zone: &str, instant: &str| {
            let mut clock = WallClock::new(TimeZone::get(zone).unwrap());
            clock.name_of_time(instant.parse().unwrap()).unwrap().to_owned()
        };
        let (summer, winter) = ("2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z");
        assert_eq!([summer, winter].map(|at| name("Europe/Berlin", at)), ["CEST", "CET"]);
        let zones = ["UTC", "Europe/London", "Asia/Kathmandu", "America/St_Johns"];
        assert_eq!(zones.map(|zone| name(zone, summer)), ["UTC", "UTC+1", "UTC+5:45", "UTC-2:30"]);
    }

    #[test]
    fn fractions_and_early_times_are_right() {
        let clock = &mut WallClock::new(TimeZone::UTC);
        assert_eq!(read(clock, "1969-12-31T23:59:59.25Z")[0], "1969-12-31T23:59:59.25+00:00");
        assert_eq!(read(clock, "2026-01-01T00:00:07.5Z")[1], "2026-01-01 00:00:07,5");
        assert!(clock.offset(Timestamp::MIN, &mut Vec::new()).is_err());
        let morning = "2026-10-25T06:00:00Z".parse().unwrap();
        assert_eq!(clock.spreadsheet_days(morning).unwrap(), 46_320.25);
    }
}
