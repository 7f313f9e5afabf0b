//! A calendar year of one meter in one direction, with a value for every interval: what planning
//! tools calculate with.

use std::sync::Arc;

use clap::ValueEnum;

use super::decimal::Decimal;
use super::query::{Measurement, Query, Resolution};
use super::reading::{Labels, Reading};
use crate::clock::{self, TimeZone, Timestamp};

/// Values in the order of time. Its intervals count on in the time that holds on 1 January, so that
/// each day has as many: summer time shifts what a clock on the wall shows, and no value.
#[derive(Debug)]
pub struct Year {
    pub number: i32,
    pub begin: Timestamp,
    pub resolution: Resolution,
    pub measurement: Measurement,
    pub zone: TimeZone,
    /// What its readings say of themselves; without any reading, nothing.
    pub labels: Arc<Labels>,
    /// In kWh or kW.
    values: Vec<Option<Decimal>>,
    is_begun: bool,
}

/// How an interval without a reading gets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fill {
    Zero,
    /// The value before it, at the beginning of the year the one after it
    Previous,
    /// On a straight line from the value before to the one after
    Interpolate,
}

/// Why the readings make no such year.
#[derive(Debug, thiserror::Error)]
pub enum YearError {
    #[error("a profile is one calendar year, from 1 January to the next, in the zone of --tz")]
    NotAYear,
    #[error("a profile has values of a quarter hour or an hour, and none of a day")]
    Days,
    #[error("a profile has energy or power, and no states of a meter")]
    States,
    #[error("these are several series: {0} and {1}")]
    Several(String, String),
    #[error("the unit is {0:?}, and {1} was asked for")]
    Unit(String, &'static str),
    #[error("two values came for {0}")]
    Twice(String),
    #[error("the value {0:?} of {1} is no number that can be added")]
    NotANumber(String, String),
    #[error("the value {0} of {1} is negative")]
    Negative(Decimal, String),
}

impl Year {
    /// An empty year, if that is what was asked for.
    pub fn new(query: &Query) -> Result<Self, YearError> {
        let Query { from, to, resolution, measurement, ref zone, .. } = *query;
        let year =
            |instant| clock::point_name(instant, zone).strip_suffix("-01-01")?.parse::<i32>().ok();
        let number = year(from).filter(|number| year(to) == Some(number + 1));
        let number = number.ok_or(YearError::NotAYear)?;
        match (resolution, measurement) {
            (Resolution::Day, _) => return Err(YearError::Days),
            (_, Measurement::MeterReading) => return Err(YearError::States),
            _ => {}
        }
        let intervals = clock::seconds_between(from, to) / resolution.seconds();
        Ok(Self {
            number,
            begin: from,
            resolution,
            measurement,
            zone: zone.clone(),
            labels: Arc::default(),
            values: vec![None; usize::try_from(intervals).unwrap_or_default()],
            is_begun: false,
        })
    }

    /// Puts a reading in its place. One of another year is no reading of this one.
    pub fn add(&mut self, reading: &Reading) -> Result<(), YearError> {
        if !self.is_begun {
            self.labels = Arc::clone(&reading.labels);
            self.is_begun = true;
        }
        let (known, new) = (series(&self.labels), series(&reading.labels));
        if !Arc::ptr_eq(&self.labels, &reading.labels) && known != new {
            return Err(YearError::Several(known, new));
        }
        let after = clock::seconds_between(self.begin, reading.time);
        let place = usize::try_from(after.div_euclid(self.resolution.seconds())).ok();
        let place = place.filter(|place| *place < self.values.len());
        let (Some(place), Some(digits)) = (place, &reading.value) else { return Ok(()) };
        let value = self.value(digits, reading)?;
        if self.values[place].replace(value).is_some() {
            return Err(YearError::Twice(self.shown(place)));
        }
        Ok(())
    }

    /// A value in kWh or kW.
    fn value(&self, digits: &str, reading: &Reading) -> Result<Decimal, YearError> {
        let unit = &reading.labels.unit;
        let base = self.unit();
        let power = match unit.strip_suffix(base.trim_start_matches('k')) {
            Some("") => -3,
            Some("k") => 0,
            Some("M") => 3,
            _ => return Err(YearError::Unit(unit.clone(), base)),
        };
        let time = || clock::minute_name(reading.time, &self.zone);
        let value = Decimal::parse(digits).and_then(|number| number.times_ten_to(power));
        match value {
            None => Err(YearError::NotANumber(digits.to_owned(), time())),
            Some(value) if value.is_negative() => Err(YearError::Negative(value, time())),
            Some(value) => Ok(value),
        }
    }

    /// What every value is in.
    pub fn unit(&self) -> &'static str {
        if self.measurement == Measurement::Power { "kW" } else { "kWh" }
    }

    /// Intervals, of which a leap year has more.
    pub fn intervals(&self) -> usize {
        self.values.len()
    }

    pub fn is_leap(&self) -> bool {
        let days = i64::try_from(self.intervals()).unwrap_or_default() * self.resolution.seconds()
            / 86_400;
        days == 366
    }

    /// How many intervals have no value, and the first of them.
    pub fn missing(&self) -> Option<(usize, String)> {
        let first = self.values.iter().position(Option::is_none)?;
        let count = self.values.iter().filter(|value| value.is_none()).count();
        Some((count, self.shown(first)))
    }

    /// Gives every interval a value, and returns the sum of those that had none; `None` where there
    /// is no value at all to begin with, or the sum has too many digits.
    pub fn fill(&mut self, fill: Fill) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        let mut place = 0;
        while place < self.values.len() {
            if self.values[place].is_some() {
                place += 1;
                continue;
            }
            let before = place.checked_sub(1).and_then(|place| self.values[place]);
            let end = self.values[place..].iter().position(Option::is_some).map(|gap| place + gap);
            let after = end.and_then(|end| self.values[end]);
            let end = end.unwrap_or(self.values.len());
            for step in place..end {
                let value = match (fill, before.or(after), after.or(before)) {
                    (Fill::Zero, ..) => Decimal::ZERO,
                    (Fill::Previous, before, _) => before?,
                    (Fill::Interpolate, before, after) => {
                        before?.on_the_way_to(after?, step + 1 - place, end + 1 - place)?
                    }
                };
                sum = sum.plus(value)?;
                self.values[step] = Some(value);
            }
            place = end;
        }
        Some(sum)
    }

    /// The values, as far as there are any, in order.
    pub fn values(&self) -> impl Iterator<Item = Decimal> {
        self.values.iter().map_while(|value| *value)
    }

    /// `None` where it has too many digits.
    pub fn sum(&self) -> Option<Decimal> {
        self.values.iter().flatten().try_fold(Decimal::ZERO, |sum, value| sum.plus(*value))
    }

    fn shown(&self, place: usize) -> String {
        let seconds = i64::try_from(place).unwrap_or_default() * self.resolution.seconds();
        clock::minute_name(clock::after(self.begin, seconds), &self.zone)
    }
}

/// Whose values a reading is one of, for people.
fn series(labels: &Labels) -> String {
    let Labels { meter, device_id, direction, unit, .. } = labels;
    let name = if meter.title().is_empty() { device_id } else { meter.title() };
    format!("{name} {direction} in {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::query::Period;

    fn year(from: &str, to: &str) -> Result<Year, YearError> {
        let period = Period { from: Some(from), to: Some(to), last: None };
        let (zone, now) = (clock::berlin(), Timestamp::UNIX_EPOCH);
        let asked = Query::new(period, Resolution::Hour, Measurement::Energy, zone, now);
        Year::new(&asked.unwrap())
    }

    fn reading(time: &str, value: &str, unit: &str) -> Reading {
        let labels = Labels { unit: unit.into(), direction: "IN".into(), ..Labels::default() };
        let value = Some(value.into());
        Reading { labels: labels.into(), time: time.parse().unwrap(), value, rest: None }
    }

    #[test]
    fn a_local_year_has_as_many_hours_as_any_and_nothing_else_is_one() {
        assert_eq!(year("2026-01", "2027-01").unwrap().intervals(), 8760);
        let leap = year("2024-01-01", "2025-01").unwrap();
        assert_eq!((leap.intervals(), leap.is_leap()), (8784, true));
        for (from, to) in [("2026-01", "2026-12"), ("2026-02", "2027-02"), ("2025-01", "2027-01")] {
            assert!(matches!(year(from, to), Err(YearError::NotAYear)), "{from}");
        }
    }

    #[test]
    fn what_cannot_be_right_is_no_value() {
        let failed = |readings: &[Reading]| {
            let mut year = year("2026-01", "2027-01").unwrap();
            readings.iter().try_for_each(|it| year.add(it)).unwrap_err().to_string()
        };
        let at = "2026-01-01T00:00:00Z";
        assert!(failed(&[reading(at, "1", "kWh"), reading(at, "1", "kWh")]).contains("01:00"));
        assert!(
            failed(&[reading(at, "1", "kWh"), reading(at, "1", "Wh")]).contains("several series")
        );
        assert!(failed(&[reading(at, "-1", "kWh")]).contains("negative"));
        assert!(failed(&[reading(at, "1", "m³")]).contains("m³"));
        assert!(failed(&[reading(at, "1", "kW")]).contains("\"kW\", and kWh was asked for"));
        assert!(failed(&[reading(at, "1e400", "kWh")]).contains("1e400"));
    }

    #[test]
    fn a_gap_is_filled_as_it_was_said() {
        let filled = |fill| {
            let mut year = year("2026-01", "2027-01").unwrap();
            // Local 01:00 and 04:00.
            for (time, value) in
                [("2026-01-01T00:00:00Z", "1500"), ("2026-01-01T03:00:00Z", "3000")]
            {
                year.add(&reading(time, value, "Wh")).unwrap();
            }
            assert_eq!(year.missing(), Some((8758, "2026-01-01 00:00".to_owned())));
            let sum = year.fill(fill).unwrap();
            assert_eq!(year.missing(), None);
            let values: Vec<String> = year.values().take(6).map(|it| it.to_string()).collect();
            (values.join(" "), sum.to_string(), year.sum().unwrap().to_string())
        };
        let (zero, ..) = filled(Fill::Zero);
        assert_eq!(zero, "0 1.500 0 0 3.000 0");
        assert_eq!(filled(Fill::Previous).0, "1.500 1.500 1.500 1.500 3.000 3.000");
        let (values, added, sum) = filled(Fill::Interpolate);
        assert_eq!(values, "1.500 1.500 2.000 2.500 3.000 3.000");
        // 1.5 before, 2.0 and 2.5 between, 8755 times 3 behind.
        assert_eq!((added.as_str(), sum.as_str()), ("26271.000", "26275.500"));
    }
}
