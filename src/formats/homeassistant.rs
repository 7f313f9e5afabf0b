//! Home Assistant's long-term statistics, for the integration `import_statistics`,
//! <https://github.com/klausj1/homeassistant-statistics>:
//!
//! ```text
//! statistic_id,start,unit,delta
//! partnerlink:strom_verwaltung_1sbx0086545092_in,25.10.2026 00:00,kWh,1.623
//! ```
//!
//! No other column is accepted, the times are full hours without offset in the form that it takes
//! by itself, and one wrong row fails the whole import. An hour that lacks a quarter is left out.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};

use super::columns::List;
use super::{Entry, FormatError, NewRows, Options, Rows};
use crate::clock::{TimeZone, Timestamp, WallClock};
use crate::data::decimal::Decimal;
use crate::data::query::Resolution;
use crate::data::reading::{Labels, Reading};
use crate::text::push_csv;

const NAME: &str = "homeassistant";
const HOUR: i64 = 3600;

struct HomeAssistant {
    /// Of a reading, in seconds.
    interval: i64,
    clock: WallClock,
    /// The hour of each statistic whose readings are still coming.
    open: BTreeMap<String, Hour>,
    left_out: usize,
}

struct Hour {
    /// In hours since 1970.
    number: i64,
    unit: String,
    /// One bit for each interval whose reading is there.
    there: u8,
    /// `None` where it cannot be right: an interval came twice, or the sum is too long.
    sum: Option<Decimal>,
}

pub(super) fn statistics(list: &List<'_>, options: &Options) -> NewRows {
    if options.fields.is_some() {
        return Err(FormatError::Fixed(NAME));
    }
    if list.resolution == Resolution::Day {
        return Err(FormatError::TooCoarse(NAME));
    }
    Ok(Box::new(HomeAssistant {
        interval: list.resolution.seconds(),
        clock: WallClock::new(TimeZone::UTC),
        open: BTreeMap::new(),
        left_out: 0,
    }))
}

impl Rows for HomeAssistant {
    fn head(&self) -> Vec<u8> {
        b"statistic_id,start,unit,delta\n".to_vec()
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Reading(reading) = entry else { return Ok(()) };
        let Some(value) = &reading.value else { return Ok(()) };
        let labels = &reading.labels;
        check(labels)?;
        let (id, second) = (statistic_id(labels), reading.time.as_second());
        let number = second.div_euclid(HOUR);
        if self.open.get(&id).is_some_and(|hour| hour.number != number) {
            self.close(&id, out)?;
        }
        let hour = self.open.entry(id).or_insert_with(|| Hour::new(number, reading));
        let bit = 1 << (second.rem_euclid(HOUR) / self.interval);
        let is_double = hour.there & bit != 0;
        hour.there |= bit;
        let sum = hour.sum.filter(|_| !is_double).zip(Decimal::parse(value));
        hour.sum = sum.and_then(|(sum, value)| sum.plus(value));
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut rest = Vec::new();
        for id in self.open.keys().cloned().collect::<Vec<String>>() {
            self.close(&id, &mut rest)?;
        }
        out.write_all(&rest)
    }

    fn note(&self) -> Option<String> {
        let open = self.open.values().filter(|hour| self.whole(hour).is_none()).count();
        let left_out = match self.left_out + open {
            0 => String::new(),
            1 => "; 1 hour that lacks readings is left out".to_owned(),
            more => format!("; {more} hours that lack readings are left out"),
        };
        Some(format!("the times are UTC: import the file with timezone_identifier: UTC{left_out}"))
    }
}

impl HomeAssistant {
    /// The sum of an hour that has all its readings.
    fn whole(&self, hour: &Hour) -> Option<Decimal> {
        let all = (1_u16 << (HOUR / self.interval)) - 1;
        hour.sum.filter(|_| u16::from(hour.there) == all)
    }

    /// Writes the hour of a statistic if it is whole.
    fn close(&mut self, id: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let Some(hour) = self.open.remove(id) else { return Ok(()) };
        let Some(sum) = self.whole(&hour) else {
            self.left_out += 1;
            return Ok(());
        };
        let begin = Timestamp::from_second(hour.number * HOUR).map_err(io::Error::other)?;
        let mut local = Vec::new();
        self.clock.local(begin, &mut local)?;
        // `2026-10-25 02:00` as `25.10.2026 02:00`
        let local = String::from_utf8_lossy(&local);
        let (date, time) = local.split_once(' ').unwrap_or((&local, ""));
        let date = date.rsplit('-').collect::<Vec<&str>>().join(".");
        write!(out, "{id},{date} {time},")?;
        push_csv(out, &hour.unit, b',');
        writeln!(out, ",{sum}")
    }
}

impl Hour {
    fn new(number: i64, reading: &Reading) -> Self {
        let unit = reading.labels.unit.clone();
        Self { number, unit, there: 0, sum: Some(Decimal::ZERO) }
    }
}

/// A delta is what flowed in the hour; and Home Assistant takes none without a unit.
fn check(labels: &Labels) -> io::Result<()> {
    let why = match (labels.measurement.as_str(), labels.unit.as_str()) {
        ("ENERGY" | "", unit) if !unit.is_empty() => return Ok(()),
        ("ENERGY" | "", _) => "Home Assistant wants a unit, and these readings have none",
        _ => "Home Assistant takes what flowed in an hour: use --measurement energy",
    };
    Err(io::Error::new(ErrorKind::InvalidInput, why))
}

/// `partnerlink:`, and what the meter is called, its number (two may have one name) and direction,
/// in the characters that Home Assistant allows: `[a-z0-9_]`, no `_` at an end and none doubled.
fn statistic_id(labels: &Labels) -> String {
    let meter = &labels.meter;
    let numbers = [&meter.serial, &meter.malo, &meter.id, &labels.device_id];
    let number = numbers.into_iter().find(|number| !number.is_empty());
    let mut words = vec![meter.title()];
    words.extend(number.map(String::as_str).filter(|number| *number != meter.title()));
    words.push(&labels.direction);
    let mut id = String::new();
    for c in words.join(" ").to_lowercase().chars() {
        match c {
            'ä' => id += "ae",
            'ö' => id += "oe",
            'ü' => id += "ue",
            'ß' => id += "ss",
            'a'..='z' | '0'..='9' => id.push(c),
            _ if id.is_empty() || id.ends_with('_') => {}
            _ => id.push('_'),
        }
    }
    format!("partnerlink:{}", id.trim_end_matches('_'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::meter::Meter;
    use crate::formats::testing::{labels, reading, written};
    use crate::formats::{Format, READINGS, Writer};

    fn at(minute: i64, value: &str) -> Reading {
        let begin: Timestamp = "2026-10-25T00:00:00Z".parse().unwrap();
        let time = crate::clock::after(begin, minute * 60);
        Reading { time, value: Some(value.into()), ..reading() }
    }

    #[test]
    fn four_quarters_make_an_hour_and_three_none() {
        let mut rows: Vec<Reading> = (0..4).map(|quarter| at(quarter * 15, "0.1")).collect();
        rows.extend((4..7).map(|quarter| at(quarter * 15, "1")));
        rows.extend((8..12).map(|quarter| at(quarter * 15, "2.50")));
        assert_eq!(
            written(NAME, &Options::default(), &rows),
            "statistic_id,start,unit,delta\n\
             partnerlink:halle_sued_50999000001_in,25.10.2026 00:00,kWh,0.4\n\
             partnerlink:halle_sued_50999000001_in,25.10.2026 02:00,kWh,10.00\n"
        );
    }

    #[test]
    fn what_is_left_out_is_told_and_directions_are_apart() {
        let out = Box::new(io::sink());
        let format = Format::named(NAME).unwrap();
        let mut writer = Writer::new(format, out, &Options::default(), &READINGS).unwrap();
        let fed_in = Labels { direction: "OUT".into(), ..labels() };
        for quarter in [0, 1, 2, 3] {
            writer.write(Entry::Reading(&at(quarter * 15, "1"))).unwrap();
            let other = Reading { labels: Arc::new(fed_in.clone()), ..at(quarter * 15, "2") };
            writer.write(Entry::Reading(&other)).unwrap();
        }
        let told = writer.rows.note().unwrap();
        assert!(told.ends_with("timezone_identifier: UTC"), "{told}");
        // An interval that comes twice makes no hour.
        writer.write(Entry::Reading(&at(45, "1"))).unwrap();
        assert!(writer.rows.note().unwrap().ends_with("1 hour that lacks readings is left out"));
    }

    #[test]
    fn hours_come_as_they_are_and_days_or_power_not_at_all() {
        let rows = |list: &List<'_>, rows: &[Reading]| {
            let mut out = Vec::new();
            let format = Format::named(NAME).unwrap();
            let mut writer = Writer::new(format, Box::new(&mut out), &Options::default(), list)
                .map_err(|error| error.to_string())?;
            for row in rows {
                writer.write(Entry::Reading(row)).map_err(|error| error.to_string())?;
            }
            writer.finish().unwrap();
            Ok::<_, String>(String::from_utf8(out).unwrap())
        };
        let text = rows(&READINGS.every(Resolution::Hour), &[at(0, "1.5"), at(60, "2")]).unwrap();
        assert!(text.ends_with(",25.10.2026 00:00,kWh,1.5\npartnerlink:halle_sued_50999000001_in,25.10.2026 01:00,kWh,2\n"));
        assert!(rows(&READINGS.every(Resolution::Day), &[]).unwrap_err().contains("hours"));
        let power = Labels { measurement: "POWER".into(), ..labels() };
        let power = Reading { labels: power.into(), ..reading() };
        assert!(rows(&READINGS, &[power]).unwrap_err().contains("--measurement energy"));
    }

    #[test]
    fn an_id_has_only_characters_that_are_allowed() {
        let id = |name: &str| {
            let meter = Meter { name: name.into(), serial: "1-SBX".into(), ..Meter::default() };
            statistic_id(&Labels {
                meter: meter.into(),
                direction: "IN".into(),
                ..Labels::default()
            })
        };
        assert_eq!(id("Wärme  (Straße 5)"), "partnerlink:waerme_strasse_5_1_sbx_in");
        assert_eq!(id("__Łódź__"), "partnerlink:d_1_sbx_in");
        assert_eq!(id("1-SBX"), "partnerlink:1_sbx_in");
    }
}
