//! Who and what exists in the sandbox, read from `catalogue.json`: fixed, so that whoever tries
//! things out can rely on it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::calendar;
use crate::clock::Timestamp;

pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a file of this program; the tests read it")]
    serde_json::from_str(include_str!("catalogue.json")).expect("a catalogue")
});

#[derive(Deserialize)]
pub struct Catalogue {
    /// The first one signs in where nobody is there to choose.
    pub people: [Person; 3],
    /// As the meter-data API shows them.
    pub spaces: Vec<Value>,
    /// The last one fell silent.
    pub devices: Vec<Device>,
    /// How consumption is spread: percent on the first of each month, percent on each weekday from
    /// Monday, or weights of the hours.
    pub profiles: BTreeMap<String, Vec<u64>>,
    /// As the meter-data API shows them.
    pub customers: Vec<Value>,
    pub places: Vec<Place>,
    /// By their names.
    pub species: BTreeMap<String, Species>,
    /// What logs are sorted into (Sortiment). `price_percent` is of the price of good saw logs.
    pub assortments: Vec<Value>,
    /// Short names of species, usages and calamities, by their names.
    pub kinds: BTreeMap<String, String>,
    /// Why trees were felled, unless a calamity felled them.
    pub fellings: Vec<String>,
    pub roads: Vec<String>,
    pub list_notes: Vec<String>,
    pub pile_notes: Vec<String>,
    pub buyers: Vec<String>,
    pub forester: Value,
    /// What all log piles have in common.
    pub pile: Value,
    /// The forest owner, as TimberData's user endpoint shows it.
    pub group: Value,
    /// What is counted, from zero.
    pub counts: Value,
}

/// Somebody who does not exist. Example domains (RFC 2606), so that no mail ever arrives.
#[derive(Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
    pub company: String,
    /// Seconds since 1970.
    pub birthday: i64,
}

/// A meter.
#[derive(Deserialize)]
pub struct Device {
    /// The id of its space.
    pub space: String,
    /// The midnight with which its readings begin.
    pub since: Timestamp,
    /// The midnight on which it fell silent.
    pub until: Option<Timestamp>,
    pub gap: Option<Gap>,
    /// What its meter showed in the beginning, in kilowatt-hours or cubic metres.
    pub begin: u64,
    pub flows: Vec<Flow>,
    /// As the meter-data API shows it, but for what changes.
    pub shown: Value,
}

/// When readings are missing, by Berlin's clocks.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Gap {
    /// 0 is Monday.
    Weekly { weekday: usize, from_hour: i64, to_hour: i64 },
    /// A whole day of each month.
    Monthly { day_of_month: i8 },
}

/// One direction of a meter.
#[derive(Deserialize)]
pub struct Flow {
    /// `IN` or `OUT`.
    pub direction: String,
    /// A mean day, in watt-hours or litres.
    pub daily: u64,
    /// A profile of months; in between a straight line.
    pub season: String,
    /// A profile of weekdays.
    pub week: String,
    /// Percent by which the weather moves a day down or up at most.
    pub weather: u64,
    /// A profile of hours on Berlin's clocks; without one it flows while the sun shines.
    pub day: Option<String>,
}

/// A forester's district (Revier), which is what TimberData calls a base area here. The forests
/// exist, the districts do not.
#[derive(Deserialize)]
pub struct Place {
    /// As TimberData's lists show it.
    pub base_area: Value,
    pub district: String,
    pub forest: String,
    /// Degrees, WGS 84, in millionths: a place amid woods, far enough from every border.
    pub latitude: i64,
    pub longitude: i64,
    /// The most frequent first.
    pub species: [String; 3],
}

#[derive(Deserialize)]
pub struct Species {
    pub conifer: bool,
    /// Cents for a solid cubic metre of good saw logs.
    pub price: u64,
}

impl Device {
    /// A text of what the API shows.
    pub fn text(&self, member: &str) -> &str {
        self.shown[member].as_str().unwrap_or_default()
    }

    /// Whether the reading of this moment is missing.
    pub fn is_silent(&self, time: i64) -> bool {
        let day = calendar::berlin_day(time);
        match &self.gap {
            None => false,
            Some(Gap::Weekly { weekday, from_hour, to_hour }) => {
                let hour = calendar::berlin_clock(time) / calendar::HOUR;
                calendar::weekday(day) == *weekday && (*from_hour..*to_hour).contains(&hour)
            }
            Some(Gap::Monthly { day_of_month }) => calendar::date_of(day).day() == *day_of_month,
        }
    }
}

/// A number that looks random, of `seed` and `n` alone (the finish of SplitMix64): chance that
/// comes out the same every time.
pub fn dice(seed: u64, n: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0xd134_2543_de82_ef95)
        .wrapping_add(n)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One of `choices`.
pub fn pick<T>(choices: &[T], seed: u64, n: u64) -> &T {
    &choices[(dice(seed, n) % choices.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_space_has_one_main_meter_of_a_medium() {
        for (i, device) in CATALOGUE.devices.iter().enumerate() {
            assert!(
                CATALOGUE.devices[..i].iter().all(|other| other.text("id") != device.text("id"))
            );
            assert!(CATALOGUE.spaces.iter().any(|space| space["id"] == device.space));
        }
        for space in &CATALOGUE.spaces {
            let devices = || CATALOGUE.devices.iter().filter(|d| space["id"] == d.space);
            assert!(devices().count() > 0);
            for medium in ["ELECTRICITY", "GAS", "WATER", "HEATING"] {
                let main = devices()
                    .filter(|d| d.text("medium") == medium && d.shown["isMainDevice"] == true)
                    .count();
                let any = devices().filter(|d| d.text("medium") == medium).count();
                assert_eq!(main, any.min(1), "{} {medium}", space["name"]);
            }
        }
    }

    #[test]
    fn numbers_of_the_grid_have_their_length() {
        for number in CATALOGUE
            .devices
            .iter()
            .filter_map(|d| d.shown["externalDeviceIds"].as_array())
            .flatten()
        {
            let number = number.as_str().unwrap();
            assert!([11, 33].contains(&number.len()), "{number}");
        }
    }

    #[test]
    fn every_profile_exists_and_has_its_length() {
        for flow in CATALOGUE.devices.iter().flat_map(|device| &device.flows) {
            assert_eq!(CATALOGUE.profiles[&flow.season].len(), 12);
            assert_eq!(CATALOGUE.profiles[&flow.week].len(), 7);
            assert!(flow.day.iter().all(|day| CATALOGUE.profiles[day].len() == 24));
        }
        for name in CATALOGUE.places.iter().flat_map(|place| &place.species) {
            assert!(CATALOGUE.species.contains_key(name));
        }
    }

    #[test]
    fn gaps_follow_berlins_clocks() {
        let midnight = |text: &str| calendar::parse(text).unwrap();
        let hour = calendar::HOUR;
        let weekly = &CATALOGUE.devices[0];
        for begin in ["2026-01-14T00:00:00+01:00", "2026-07-15T00:00:00+02:00"] {
            let begin = midnight(begin);
            assert!(!weekly.is_silent(begin + 10 * hour - 1));
            assert!(weekly.is_silent(begin + 10 * hour) && weekly.is_silent(begin + 14 * hour - 1));
            assert!(!weekly.is_silent(begin + 14 * hour) && !weekly.is_silent(begin + 34 * hour));
        }
        let begin = midnight("2026-07-15T00:00:00+02:00");
        let monthly = &CATALOGUE.devices[8];
        assert!(monthly.is_silent(begin) && monthly.is_silent(begin + 24 * hour - 1));
        assert!(!monthly.is_silent(begin - 1) && !monthly.is_silent(begin + 24 * hour));
    }
}
