//! What a space and a meter are, and how they are found.

use super::calendar::{self, DAY, HOUR};
use super::catalogue::{DEVICES, SPACES};
use super::load::Flow;

/// A building, flat or site.
#[derive(Debug)]
pub struct Space {
    pub id: &'static str,
    pub name: &'static str,
    pub street: &'static str,
    pub more_address: Option<&'static str>,
    pub postcode: &'static str,
    pub city: &'static str,
    pub category: &'static str,
    pub parent: Option<&'static str>,
}

/// A meter.
#[derive(Debug)]
pub struct Device {
    pub id: &'static str,
    /// Place in [`SPACES`].
    pub space: usize,
    pub name: &'static str,
    /// Readings of the space, in this medium, are those of this meter.
    pub main: bool,
    pub medium: Medium,
    /// Its key and its name.
    pub provider: (&'static str, &'static str),
    /// Its key and its description.
    pub kind: (&'static str, &'static str),
    /// Numbers of the grid operator: MaLo (11 digits) or MeLo (33 characters).
    pub external: &'static [&'static str],
    /// The Berlin day with which its readings begin.
    pub since: i64,
    /// The Berlin day on which it fell silent.
    pub until: Option<i64>,
    pub gap: Gap,
    /// What its meter showed in the beginning, in kilowatt-hours or cubic metres.
    pub begin: u64,
    pub flows: &'static [Flow],
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    Electricity,
    Gas,
    Water,
    Heating,
}

/// When readings are missing, by Berlin's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    None,
    /// On one weekday (0 is Monday), from and to an hour.
    Weekly {
        weekday: usize,
        hours: (i64, i64),
    },
    /// A whole day of each month.
    Monthly {
        date: i64,
    },
}

impl Medium {
    pub const ALL: [Medium; 4] = [Medium::Electricity, Medium::Gas, Medium::Water, Medium::Heating];

    pub fn key(self) -> &'static str {
        match self {
            Medium::Electricity => "ELECTRICITY",
            Medium::Gas => "GAS",
            Medium::Water => "WATER",
            Medium::Heating => "HEATING",
        }
    }

    /// Whether it is counted in kilowatt-hours; cubic metres otherwise.
    pub fn is_energy(self) -> bool {
        matches!(self, Medium::Electricity | Medium::Heating)
    }
}

impl Gap {
    pub fn holds(self, time: i64) -> bool {
        match self {
            Gap::None => false,
            Gap::Weekly { weekday, hours } => {
                let hour = calendar::berlin_clock(time) / HOUR;
                calendar::weekday(calendar::berlin_day(time)) == weekday
                    && (hours.0..hours.1).contains(&hour)
            }
            Gap::Monthly { date } => calendar::date_of(calendar::berlin_day(time)).2 == date,
        }
    }
}

impl Device {
    /// The end of its readings at `now`, both in seconds: nothing comes from the future.
    pub fn end(&self, now: i64) -> i64 {
        self.until.map_or(now, |day| calendar::midnight(day).min(now))
    }

    /// When its last reading begins: with the last whole quarter hour that is not missing.
    pub fn latest(&self, now: i64) -> i64 {
        let mut last = self.end(now).div_euclid(calendar::QUARTER) * calendar::QUARTER;
        loop {
            last -= calendar::QUARTER;
            // No gap is longer than a day and its hour.
            if !self.gap.holds(last) || now - last > 2 * DAY {
                return last;
            }
        }
    }

    /// What its values are drawn from.
    pub fn seed(&self) -> u64 {
        self.id.bytes().fold(17, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
        })
    }
}

pub fn space(id: &str) -> Option<&'static Space> {
    SPACES.iter().find(|space| space.id == id)
}

pub fn device(id: &str) -> Option<&'static Device> {
    DEVICES.iter().find(|device| device.id == id)
}

/// The meters of a space.
pub fn devices_of(space: &Space) -> impl Iterator<Item = &'static Device> {
    DEVICES.iter().filter(|device| SPACES[device.space].id == space.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_space_has_one_main_meter_of_a_medium() {
        for (i, device) in DEVICES.iter().enumerate() {
            assert!(DEVICES[..i].iter().all(|other| other.id != device.id));
            assert_eq!(super::device(device.id).map(|found| found.name), Some(device.name));
        }
        for space in &SPACES {
            assert!(devices_of(space).count() > 0);
            for medium in Medium::ALL {
                let main = devices_of(space).filter(|d| d.main && d.medium == medium).count();
                let any = devices_of(space).filter(|d| d.medium == medium).count();
                assert_eq!(main, any.min(1), "{} {medium:?}", space.name);
            }
        }
    }

    #[test]
    fn numbers_of_the_grid_have_their_length() {
        for number in DEVICES.iter().flat_map(|device| device.external) {
            assert!([11, 33].contains(&number.len()), "{number}");
        }
    }

    #[test]
    fn gaps_follow_berlins_clocks() {
        let weekly = DEVICES[0].gap;
        for date in [(2026, 1, 14), (2026, 7, 15)] {
            let begin = calendar::midnight(calendar::day_of(date.0, date.1, date.2));
            assert!(!weekly.holds(begin + 10 * HOUR - 1));
            assert!(weekly.holds(begin + 10 * HOUR) && weekly.holds(begin + 14 * HOUR - 1));
            assert!(!weekly.holds(begin + 14 * HOUR) && !weekly.holds(begin + 34 * HOUR));
        }
        let begin = calendar::midnight(calendar::day_of(2026, 7, 15));
        let monthly = DEVICES[8].gap;
        assert!(monthly.holds(begin) && monthly.holds(begin + DAY - 1));
        assert!(!monthly.holds(begin - 1) && !monthly.holds(begin + DAY));
    }
}
