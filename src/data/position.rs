//! Where piles lie, and what is doubtful about it.

use serde_json::Value;

use super::pile::Pile;

/// Degrees (WGS 84) with the provider's digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub latitude: String,
    pub longitude: String,
}

/// Why a position is probably wrong. It is written all the same: the person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// 0/0, in the Gulf of Guinea.
    Zero,
    /// In Germany's surroundings if latitude and longitude changed places.
    Swapped,
    /// Outside 47–56 N, 5–16 E.
    Outside,
}

/// How many piles were written, and how well they were placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    pub piles: usize,
    /// Without a position, or with one that is not on the globe: not in gpx, without geometry in
    /// geojson and kml.
    pub missing: usize,
    pub zero: usize,
    pub swapped: usize,
    pub outside: usize,
}

impl Position {
    /// `None` where it is missing or not on the globe.
    pub fn of(pile: &Pile) -> Option<Self> {
        let (latitude, longitude) = pile.position()?;
        if !((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)) {
            return None;
        }
        let digits = |member: &str, degrees: f64| match pile.0.get(member) {
            // GPX and KML know no exponents.
            Some(Value::Number(number)) if !number.as_str().contains(['e', 'E']) => {
                number.as_str().to_owned()
            }
            _ => degrees.to_string(),
        };
        Some(Self {
            latitude: digits("latitude", latitude),
            longitude: digits("longitude", longitude),
        })
    }
}

impl Doubt {
    /// What is doubtful about a latitude and longitude in degrees.
    pub fn of((latitude, longitude): (f64, f64)) -> Option<Self> {
        let around_germany =
            |north, east| (47.0..=56.0).contains(&north) && (5.0..=16.0).contains(&east);
        if around_germany(latitude, longitude) {
            None
        } else if latitude == 0.0 && longitude == 0.0 {
            Some(Self::Zero)
        } else if around_germany(longitude, latitude) {
            Some(Self::Swapped)
        } else {
            Some(Self::Outside)
        }
    }
}

impl Positions {
    /// Counts a pile, and gives its position.
    pub fn count(&mut self, pile: &Pile) -> Option<Position> {
        self.piles += 1;
        let position = Position::of(pile);
        if position.is_none() {
            self.missing += 1;
            return None;
        }
        match pile.position().and_then(Doubt::of) {
            Some(Doubt::Zero) => self.zero += 1,
            Some(Doubt::Swapped) => self.swapped += 1,
            Some(Doubt::Outside) => self.outside += 1,
            None => {}
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_keep_their_digits_and_are_doubted_with_reason() {
        let mut positions = Positions::default();
        let mut at = |latitude: &str, longitude: &str| {
            let json = format!(r#"{{"latitude":{latitude},"longitude":{longitude}}}"#);
            positions
                .count(&Pile(serde_json::from_str(&json).unwrap()))
                .map(|at| (at.latitude, at.longitude))
        };
        let both = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(at("51.30", "9.500000000000000001"), both("51.30", "9.500000000000000001"));
        assert_eq!(at("5.13e1", "9"), both("51.3", "9"));
        assert_eq!(at("9.5", "51.3"), both("9.5", "51.3"));
        assert_eq!(at("0", "0.0"), both("0", "0.0"));
        assert_eq!(at("40", "-3"), both("40", "-3"));
        assert_eq!(at("91", "9"), None);
        assert_eq!(at("null", "9"), None);
        let expected = Positions { piles: 7, missing: 2, zero: 1, swapped: 1, outside: 1 };
        assert_eq!(positions, expected);
    }
}
