//! A year of a meter as planning tools take it (Lastgang profile): which rows, columns, units and
//! headings. One more tool is a file, and its row in the table.

mod eless;
mod hottgenroth;
mod polysun;
mod sma;
mod tesvolt;

use std::io::{self, Write};

use crate::clock::{self, Timestamp, WallClock};
use crate::data::decimal::Decimal;
use crate::data::query::{Measurement, Resolution};
use crate::data::year::Year;

/// What a tool takes.
#[derive(Debug)]
pub struct Profile {
    /// As `--profile` takes it.
    pub name: &'static str,
    /// Lines before the first value.
    head: &'static [&'static str],
    row: fn(&Row) -> String,
    resolutions: &'static [Resolution],
    /// Takes kW as well as kWh.
    power: bool,
    /// Takes the 366 days of a leap year.
    leap_years: bool,
    /// What a person must know or choose in the tool.
    advice: &'static str,
}

const QUARTERS: &[Resolution] = &[Resolution::QuarterHour];
const QUARTERS_AND_HOURS: &[Resolution] = &[Resolution::QuarterHour, Resolution::Hour];

pub static PROFILES: &[Profile] = &[
    Profile {
        name: "tesvolt",
        head: tesvolt::HEAD,
        row: tesvolt::row,
        resolutions: QUARTERS,
        power: false,
        leap_years: false,
        advice: "where the planning tool refuses the file, copy its right column into the tool's own template",
    },
    Profile {
        name: "polysun",
        head: &[],
        row: polysun::row,
        resolutions: QUARTERS_AND_HOURS,
        power: false,
        leap_years: true,
        advice: "",
    },
    Profile {
        name: "sma",
        head: &[],
        row: sma::row,
        resolutions: QUARTERS_AND_HOURS,
        power: true,
        leap_years: true,
        advice: "choose this unit in Sunny Design",
    },
    Profile {
        name: "eless",
        head: &[],
        row: eless::row,
        resolutions: QUARTERS,
        power: true,
        leap_years: true,
        advice: "",
    },
    Profile {
        name: "hottgenroth",
        head: &[],
        row: hottgenroth::row,
        resolutions: QUARTERS_AND_HOURS,
        power: true,
        leap_years: false,
        advice: "in the import dialog choose this unit, a decimal comma and 0 heading rows",
    },
];

/// One interval of a year.
struct Row {
    value: Decimal,
    /// From the beginning of the year to that of the interval.
    seconds: i64,
    /// `2026-10-25 02:15`: its beginning, in the time of 1 January.
    local: String,
}

/// Why a tool does not take a year.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    #[error("there is no profile {0:?}; there are {names}", names = names())]
    Unknown(String),
    #[error("{0} takes kWh and no kW; nothing is turned into the other unasked")]
    Power(&'static str),
    #[error("{0} takes no values of this length")]
    Resolution(&'static str),
    #[error("{0} takes years of 365 days, and {1} has 366")]
    LeapYear(&'static str, i32),
}

/// The names of all, for help and errors.
pub fn names() -> String {
    PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>().join(", ")
}

impl Profile {
    /// The profile of this name.
    pub fn named(name: &str) -> Result<&'static Self, ProfileError> {
        let found = PROFILES.iter().find(|profile| profile.name == name);
        found.ok_or_else(|| ProfileError::Unknown(name.to_owned()))
    }

    /// Whether the tool takes it.
    pub fn check(&self, year: &Year) -> Result<(), ProfileError> {
        if year.measurement == Measurement::Power && !self.power {
            return Err(ProfileError::Power(self.name));
        }
        if !self.resolutions.contains(&year.resolution) {
            return Err(ProfileError::Resolution(self.name));
        }
        if year.is_leap() && !self.leap_years {
            return Err(ProfileError::LeapYear(self.name, year.number));
        }
        Ok(())
    }

    /// Writes a year in which nothing is missing. Lines end as on Windows, where the tools run.
    pub fn write(&self, year: &Year, out: &mut dyn Write) -> io::Result<()> {
        for line in self.head {
            write!(out, "{line}\r\n")?;
        }
        let mut clock = WallClock::new(clock::without_changes(&year.zone, year.begin));
        let mut seconds = 0;
        for value in year.values() {
            let mut local = Vec::new();
            clock.local(clock::after(year.begin, seconds), &mut local)?;
            let local = String::from_utf8_lossy(&local).into_owned();
            write!(out, "{}\r\n", (self.row)(&Row { value, seconds, local }))?;
            seconds += year.resolution.seconds();
        }
        Ok(())
    }

    /// What cannot be seen in the file: which hour a row is, and what to choose in the tool.
    pub fn note(&self, year: &Year) -> io::Result<String> {
        let mut clock = WallClock::new(year.zone.clone());
        let winter = clock.name_of_time(year.begin)?.to_owned();
        let mut note = format!(
            "the first row is 1 January 00:00 {winter}, and the rows count on in {winter} all year"
        );
        let seconds =
            i64::try_from(year.intervals()).unwrap_or_default() * year.resolution.seconds();
        let changes = clock::changes(&year.zone, year.begin, clock::after(year.begin, seconds));
        if let [spring, autumn] = changes[..] {
            let day = |instant: Timestamp| clock::day_name(instant, &year.zone);
            note += &format!(
                ": between {} and {} a clock on the wall shows an hour more",
                day(spring),
                day(autumn)
            );
        }
        if !self.advice.is_empty() {
            note += &format!("; {}", self.advice);
        }
        Ok(note)
    }
}

impl Row {
    fn with_comma(&self) -> String {
        self.value.to_string().replace('.', ",")
    }

    /// `25.10.2026` and `02:15`
    fn german_time(&self) -> (String, &str) {
        let (date, time) = self.local.split_once(' ').unwrap_or((&self.local, ""));
        let parts: Vec<&str> = date.rsplit('-').collect();
        (parts.join("."), time)
    }
}
