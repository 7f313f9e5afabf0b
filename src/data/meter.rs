//! A meter by every name that people, market partners and the provider have for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::names::Names;

/// Digits of a MaLo (Marktlokation): whom the energy is sold to.
const MALO_DIGITS: usize = 11;
/// Characters of a MeLo (Messlokation): where it is measured; the first two are the country.
const MELO_CHARACTERS: usize = 33;

/// What is known of a meter. Text stays as the provider sent it; what is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meter {
    pub id: String,
    pub name: String,
    /// The name of the building, flat or site.
    pub space: String,
    pub space_id: String,
    /// Zählernummer, as it stands on the meter.
    pub serial: String,
    pub malo: String,
    pub melo: String,
    /// `ELECTRICITY`, `GAS`, `WATER`, `HEATING`
    pub medium: String,
    /// `IN`, `OUT`: those that it has readings of, as far as the list of devices tells.
    pub directions: Vec<String>,
    /// Whether the readings of its space are its readings, for its medium.
    pub is_main: bool,
}

/// A building, flat or site that meters are in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Space {
    pub id: String,
    pub name: String,
}

impl Space {
    /// Everything that it can be asked for by.
    pub fn names(&self) -> Names<'_> {
        Names { name: &self.name, place: "", numbers: vec![&self.id] }
    }
}

impl Meter {
    /// A meter of which nothing but its id is known.
    #[must_use]
    pub fn of_id(id: &str) -> Arc<Self> {
        Arc::new(Self { id: id.to_owned(), ..Self::default() })
    }

    /// What a person calls it: its name, else what is on it, else its id.
    pub fn title(&self) -> &str {
        let names = [&self.name, &self.serial, &self.melo, &self.malo, &self.id, &self.space];
        names.into_iter().find(|name| !name.is_empty()).map_or("", String::as_str)
    }

    /// Everything that it can be asked for by.
    pub fn names(&self) -> Names<'_> {
        let numbers = [&self.serial, &self.malo, &self.melo, &self.id].map(String::as_str).to_vec();
        Names { name: &self.name, place: &self.space, numbers }
    }

    /// All that tells it from others, in a line for people.
    pub fn in_full(&self) -> String {
        let parts = [
            ("in", &self.space),
            ("serial", &self.serial),
            ("MaLo", &self.malo),
            ("MeLo", &self.melo),
            ("id", &self.id),
        ];
        let known = parts.into_iter().filter(|(_, value)| !value.is_empty());
        let known: Vec<String> = known.map(|(name, value)| format!("{name} {value}")).collect();
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        format!("{name}: {}", known.join(", "))
    }

    /// Keeps one of the numbers that others have for the meter, as what it looks like; the first of
    /// a kind is the one that counts.
    pub fn take_number(&mut self, number: &str) {
        let place = if is_malo(number) {
            &mut self.malo
        } else if is_melo(number) {
            &mut self.melo
        } else {
            &mut self.serial
        };
        if place.is_empty() {
            number.clone_into(place);
        }
    }
}

fn is_malo(text: &str) -> bool {
    text.len() == MALO_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_melo(text: &str) -> bool {
    text.len() == MELO_CHARACTERS
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_for_what_it_looks_like() {
        let mut meter = Meter::default();
        for number in ["50999000001", "DE0099990699900000000000000000001", "1SBX008", "50999000002"]
        {
            meter.take_number(number);
        }
        assert_eq!(meter.malo, "50999000001");
        assert_eq!(meter.melo, "DE0099990699900000000000000000001");
        assert_eq!(meter.serial, "1SBX008");
    }

    #[test]
    fn a_meter_without_a_name_is_called_by_what_is_on_it() {
        let mut meter = Meter { id: "d1".into(), ..Meter::default() };
        assert_eq!(meter.title(), "d1");
        meter.serial = "1SBX".into();
        assert_eq!(meter.title(), "1SBX");
        meter.name = "Halle".into();
        assert_eq!(meter.title(), "Halle");
    }
}
