//! Readings to hand in: `POST /devices/readings`, read from a file and checked before anything is
//! sent.

mod answer;
mod decimal;
mod mscons;
mod request;
mod segments;
mod table;
mod text;

use std::collections::HashMap;
use std::io::{self, Read};

use clap::ValueEnum;
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use crate::clock::{TimeZone, Timestamp};

pub use self::answer::{Refusal, Refused};
pub use self::decimal::DecimalSign;
pub use self::request::Request;

/// How a file's or the API's `timestamp` counts. The provider's newer example is in milliseconds,
/// the older one in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimestampUnit {
    /// Seconds
    #[value(name = "s")]
    Seconds,
    /// Milliseconds
    #[value(name = "ms")]
    Milliseconds,
}

/// How a file is read.
#[derive(Clone, Debug)]
pub struct Options {
    pub unit: TimestampUnit,
    /// Whose clocks show the times that have no offset.
    pub zone: TimeZone,
    /// The one OBIS code that is wanted, and that a table without such a column means.
    pub obis: Option<String>,
    /// The decimal sign of a table, where it is not to be found out.
    pub decimal: Option<DecimalSign>,
}

/// What a file holds, checked.
#[derive(Debug)]
pub struct File {
    pub series: Vec<Series>,
    /// In the file's order.
    pub readings: Vec<Reading>,
    /// Readings of other OBIS codes than the one that is wanted.
    pub left_out: usize,
    /// What a person should know of how it was understood.
    pub notes: Vec<String>,
    /// What [`Reading::place`] counts: lines of a table, segments of an MSCONS file.
    pub places: &'static str,
    known: HashMap<Series, u32>,
}

/// Whose readings, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    pub device: Device,
    pub obis: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// `deviceId` or `externalDeviceId`
    pub member: &'static str,
    pub id: String,
}

/// One value, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Its number in [`File::series`].
    pub series: u32,
    pub time: Timestamp,
    /// A JSON number's digits, as they are in the file.
    pub value: SmolStr,
    pub status: Option<Status>,
    /// Seconds; the provider takes 900 where none are said.
    pub interval: Option<u32>,
    /// The line or segment that it comes from.
    pub place: u64,
}

/// How sure a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Real,
    Preliminary,
    Substitute,
}

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("{place} {number}: {why}")]
    At { place: &'static str, number: u64, why: String },
    #[error("line {line}: the heading has {name:?}, which is no column; the columns are {columns}")]
    Column { line: u64, name: String, columns: String },
    #[error("line {line}: the heading has {name} twice: {first:?} and {second:?}")]
    Twice { line: u64, name: &'static str, first: String, second: String },
    #[error("line {line}: the heading lacks {name}")]
    Missing { line: u64, name: &'static str },
    #[error("the file is empty")]
    Empty,
    #[error("the file has a heading and no readings")]
    NoReadings,
    #[error("the file {0}")]
    NoText(String),
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Reads a table with comma, semicolon or tab, or an MSCONS file: its beginning tells which.
pub fn read(file: impl Read, options: &Options) -> Result<File, PushError> {
    let mut text = text::open(file)?;
    let read = if text.begins_as_edifact() {
        mscons::read(&mut text, options)?
    } else {
        table::read(&mut text, options)?
    };
    read.check_that_each_instant_has_one_value()?;
    Ok(read)
}

impl File {
    fn new(places: &'static str) -> Self {
        let (series, readings, notes, known) = Default::default();
        Self { series, readings, left_out: 0, notes, places, known }
    }

    /// The number of a series, which is new or known.
    fn number_of(&mut self, series: Series) -> u32 {
        let next = u32::try_from(self.series.len()).unwrap_or(u32::MAX);
        *self.known.entry(series).or_insert_with_key(|series| {
            self.series.push(series.clone());
            next
        })
    }

    /// Of a reading that comes twice, and of two values for one instant, nobody knows which one the
    /// provider would keep.
    fn check_that_each_instant_has_one_value(&self) -> Result<(), PushError> {
        // `1.8.0` and `1-1:1.8.0` are the same register.
        let of_series: Vec<(&Device, &str)> =
            self.series.iter().map(|series| (&series.device, series.register())).collect();
        let mut numbers = HashMap::new();
        let same: Vec<usize> = of_series
            .iter()
            .enumerate()
            .map(|(number, key)| *numbers.entry(key).or_insert(number))
            .collect();
        let key = |reading: &Reading| (same[reading.series as usize], reading.time, reading.place);
        let mut order: Vec<&Reading> = self.readings.iter().collect();
        order.sort_unstable_by_key(|reading| key(reading));
        let same_instant = |pair: &&[&Reading]| {
            let [(a, then, _), (b, now, _)] = [key(pair[0]), key(pair[1])];
            a == b && then == now
        };
        // The first in the file, not in time.
        let pairs = order.windows(2).filter(same_instant);
        let Some(&[first, second]) = pairs.min_by_key(|pair| pair[1].place) else { return Ok(()) };
        let (place, before) = (self.places, first.place);
        let why = if first.fingerprint() == second.fingerprint() {
            format!("the same reading as in {place} {before}; leave one of them out")
        } else {
            format!(
                "another value for the same meter, OBIS code and time as in {place} {before}: {} \
                 there, {} here; leave one of them out",
                first.value, second.value
            )
        };
        Err(PushError::At { place, number: second.place, why })
    }

    /// The reading's series.
    pub fn series_of(&self, reading: &Reading) -> &Series {
        &self.series[reading.series as usize]
    }
}

impl Series {
    /// Whether it is of the one register that is asked for, if one is.
    fn is_wanted(&self, obis: Option<&str>) -> bool {
        obis.is_none_or(|obis| obis.strip_prefix("1-1:").unwrap_or(obis) == self.register())
    }

    /// The OBIS code without `1-1:`, which the provider takes with and without.
    pub fn register(&self) -> &str {
        self.obis.strip_prefix("1-1:").unwrap_or(&self.obis)
    }
}

impl Reading {
    /// Tells values apart, as far as it makes a difference to the provider: `12.5` is `12.50`.
    pub fn fingerprint(&self) -> i64 {
        let value = decimal::without_idle_zeros(&self.value);
        let status = self.status.map_or("", Status::name);
        let text = format!("{value} {status} {}", self.interval.unwrap_or_default());
        let mut begin = [0; 8];
        begin.copy_from_slice(&Sha256::digest(text)[..8]);
        i64::from_be_bytes(begin)
    }
}

impl Status {
    /// The provider's word.
    fn name(self) -> &'static str {
        match self {
            Self::Real => "REAL",
            Self::Preliminary => "PRELIMINARY",
            Self::Substitute => "SUBSTITUTE",
        }
    }
}

/// `C.D.E`, with `A-B:` before it or not; each part a number of up to three digits. Behind it may
/// stand what the metering code of shared electricity adds: `2.9.0 G.03`, `1.9.0 P.01`.
pub fn is_obis_code(code: &str) -> bool {
    let number =
        |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let (code, addition) = code.split_once(' ').unwrap_or((code, "G.0"));
    let (medium, value) = code.split_once(':').unwrap_or(("0-0", code));
    let addition = addition.strip_prefix("G.").or_else(|| addition.strip_prefix("P."));
    addition.is_some_and(number)
        && medium.split_once('-').is_some_and(|(a, b)| number(a) && number(b))
        && value.split('.').count() == 3
        && value.split('.').all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_obis_code_is_one() {
        for code in ["1-1:1.8.0", "1.29.0", "1-1:2.9.0 G.03", "2.9.0 P.01", "8-1:1.0.0"] {
            assert!(is_obis_code(code), "{code}");
        }
        for code in ["1.8", "2.9.0 G", "2.9.0 X.03", "1-1:1.8.0*255", ""] {
            assert!(!is_obis_code(code), "{code}");
        }
    }
}
