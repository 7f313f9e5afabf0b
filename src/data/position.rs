//! Where piles lie, and which positions cannot be right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pile::Pile;

/// The surroundings of Germany: 47–56 N, 5–16 E.
const NORTH: (f64, f64) = (47.0, 56.0);
const EAST: (f64, f64) = (5.0, 16.0);

/// Degrees (WGS 84) that can be right, with the provider's digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub latitude: String,
    pub longitude: String,
}

/// A place in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees {
    pub latitude: f64,
    pub longitude: f64,
}

/// Why a pile is on no map: where it seems to lie, nobody should be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoPlace {
    /// Nothing was entered.
    Missing,
    /// Text that is no number.
    Words,
    /// Not on the globe: metres of Gauß-Krüger or UTM, mostly. They are not converted: zone and
    /// datum would be guessed, and a wrong guess is off by more than a forest road.
    NoDegrees,
    /// 0/0, in the Gulf of Guinea.
    Zero,
    /// In Germany's surroundings if latitude and longitude changed places.
    Swapped,
    /// Outside 47–56 N, 5–16 E.
    Far,
}

/// How many piles were counted, and those of them that are on no map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    pub piles: usize,
    pub lost: BTreeMap<NoPlace, Lost>,
}

/// Piles that are on no map for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub piles: usize,
    /// What the first of them has instead, latitude and longitude.
    pub example: String,
}

impl Position {
    /// `None` where it is missing or cannot be right.
    pub fn of(pile: &Pile) -> Option<Self> {
        Self::judged(pile).ok()
    }

    /// The position, or why there is none.
    pub fn judged(pile: &Pile) -> Result<Self, NoPlace> {
        let [latitude, longitude] = ["latitude", "longitude"].map(|member| pile.0.get(member));
        let at = Degrees { latitude: degrees(latitude)?, longitude: degrees(longitude)? };
        if let Some(why) = judged(at) {
            return Err(why);
        }
        Ok(Self { latitude: digits(latitude), longitude: digits(longitude) })
    }

    pub fn degrees(&self) -> Degrees {
        let number = |text: &str| text.parse().unwrap_or_default();
        Degrees { latitude: number(&self.latitude), longitude: number(&self.longitude) }
    }
}

impl Degrees {
    pub fn is_on_globe(self) -> bool {
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }

    /// In Germany or its surroundings.
    pub fn is_near_germany(self) -> bool {
        let Self { latitude, longitude } = self;
        (NORTH.0..=NORTH.1).contains(&latitude) && (EAST.0..=EAST.1).contains(&longitude)
    }

    /// With latitude and longitude in each other's place.
    pub fn swapped(self) -> Self {
        Self { latitude: self.longitude, longitude: self.latitude }
    }
}

fn degrees(value: Option<&Value>) -> Result<f64, NoPlace> {
    match value {
        None | Some(Value::Null) => Err(NoPlace::Missing),
        Some(Value::String(text)) if text.trim().is_empty() => Err(NoPlace::Missing),
        Some(Value::String(text)) => text.trim().parse().map_err(|_| NoPlace::Words),
        Some(value) => value.as_f64().ok_or(NoPlace::Words),
    }
}

/// GPX and KML know no exponents.
fn digits(value: Option<&Value>) -> String {
    let text = match value {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    if is_plain { text } else { degrees(value).map_or(text, |number| number.to_string()) }
}

fn judged(at: Degrees) -> Option<NoPlace> {
    if at.is_near_germany() {
        None
    } else if !at.is_on_globe() {
        // Swapped degrees are on the globe: nobody's longitude here is above 90.
        Some(NoPlace::NoDegrees)
    } else if (at.latitude, at.longitude) == (0.0, 0.0) {
        Some(NoPlace::Zero)
    } else if at.swapped().is_near_germany() {
        Some(NoPlace::Swapped)
    } else {
        Some(NoPlace::Far)
    }
}

impl Positions {
    /// Counts a pile.
    pub fn count(&mut self, pile: &Pile) {
        self.piles += 1;
        if let Err(why) = Position::judged(pile) {
            let both = || format!("{} / {}", pile.text("latitude"), pile.text("longitude"));
            let lost = self.lost.entry(why).or_insert_with(|| Lost { piles: 0, example: both() });
            lost.piles += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pile(latitude: &str, longitude: &str) -> Pile {
        let json = format!(r#"{{"latitude":{latitude},"longitude":{longitude}}}"#);
        Pile(serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn positions_keep_their_digits_and_a_number_may_come_as_text() {
        for (latitude, longitude, expected) in [
            ("51.30", "9.500000000000000001", ("51.30", "9.500000000000000001")),
            ("5.13e1", "9", ("51.3", "9")),
            (r#""51.300000""#, r#"" 9.5 ""#, ("51.300000", "9.5")),
        ] {
            let position = Position::of(&pile(latitude, longitude)).unwrap();
            assert_eq!((&*position.latitude, &*position.longitude), expected);
        }
        let position = Position::of(&pile("51.5", "\"9.25\"")).unwrap();
        assert_eq!(position.degrees(), Degrees { latitude: 51.5, longitude: 9.25 });
    }

    #[test]
    fn a_place_that_cannot_be_right_is_none_and_each_kind_is_told_from_the_others() {
        for (latitude, longitude, why) in [
            ("null", "9", NoPlace::Missing),
            ("51", "\" \"", NoPlace::Missing),
            ("\"51° 18'\"", "9", NoPlace::Words),
            ("true", "9", NoPlace::Words),
            ("5684321.5", "3512345.2", NoPlace::NoDegrees),
            ("3512345.2", "5684321.5", NoPlace::NoDegrees),
            ("\"5684321\"", "32512345", NoPlace::NoDegrees),
            ("91", "9", NoPlace::NoDegrees),
            ("\"NaN\"", "9", NoPlace::NoDegrees),
            ("0", "0.0", NoPlace::Zero),
            ("9.5", "51.3", NoPlace::Swapped),
            ("40", "-3", NoPlace::Far),
            ("51", "0", NoPlace::Far),
            ("51", "99", NoPlace::Far),
        ] {
            assert_eq!(Position::judged(&pile(latitude, longitude)), Err(why), "{latitude}");
        }
    }

    #[test]
    fn those_without_a_place_are_counted_with_an_example() {
        let mut positions = Positions::default();
        let metres = ["5684321.5", "5684400.5"].map(|north| pile(north, "3512345.2"));
        [pile("51", "9"), pile("0", "0")].iter().chain(&metres).for_each(|it| positions.count(it));
        let lost = |piles, example: &str| Lost { piles, example: example.to_owned() };
        let expected = [
            (NoPlace::NoDegrees, lost(2, "5684321.5 / 3512345.2")),
            (NoPlace::Zero, lost(1, "0 / 0")),
        ];
        assert_eq!(positions, Positions { piles: 4, lost: expected.into() });
    }
}
