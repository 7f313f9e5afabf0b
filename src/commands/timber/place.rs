//! Places and distances as they are typed.

use crate::data::position::Degrees;

/// Kilometres of the earth's radius, as a sphere.
const RADIUS: f64 = 6371.0;

/// Between two parallels and two meridians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    south_west: Degrees,
    north_east: Degrees,
}

impl Bounds {
    pub fn has_inside(self, at: Degrees) -> bool {
        let Self { south_west: from, north_east: to } = self;
        (from.longitude..=to.longitude).contains(&at.longitude)
            && (from.latitude..=to.latitude).contains(&at.latitude)
    }
}

/// Kilometres between two places, along a great circle.
pub fn distance(one: Degrees, other: Degrees) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let shrink = one.latitude.to_radians().cos() * other.latitude.to_radians().cos();
    let part = half(one.latitude, other.latitude) + shrink * half(one.longitude, other.longitude);
    2.0 * RADIUS * part.sqrt().clamp(0.0, 1.0).asin()
}

/// Numbers with commas between.
fn numbers<const MANY: usize>(text: &str, form: &str) -> Result<[f64; MANY], String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
    let numbers = numbers.ok().and_then(|numbers| <[f64; MANY]>::try_from(numbers).ok());
    let finite = numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite()));
    finite.ok_or_else(|| format!("write {form}, degrees with a decimal point"))
}

/// Of `--near`.
pub fn place(text: &str) -> Result<Degrees, String> {
    let [latitude, longitude] = numbers(text, "LATITUDE,LONGITUDE, as in 51.8,10.3")?;
    let at = Degrees { latitude, longitude };
    if !at.is_on_globe() {
        return Err("that is not on the globe".to_owned());
    }
    if at.swapped().is_near_germany() {
        return Err(format!("latitude comes first: {longitude},{latitude}"));
    }
    Ok(at)
}

/// Of `--bbox`.
pub fn bounds(text: &str) -> Result<Bounds, String> {
    let [west, south, east, north] = numbers(text, "WEST,SOUTH,EAST,NORTH, as in 9.5,51,11,52.5")?;
    let south_west = Degrees { latitude: south, longitude: west };
    let north_east = Degrees { latitude: north, longitude: east };
    let on_globe = south_west.is_on_globe() && north_east.is_on_globe();
    if !on_globe {
        return Err("that is not on the globe".to_owned());
    }
    if west >= east || south >= north {
        return Err("the order is west, south, east, north".to_owned());
    }
    if south_west.swapped().is_near_germany() {
        return Err(format!("longitude comes first: {south},{west},{north},{east}"));
    }
    Ok(Bounds { south_west, north_east })
}

/// Of `--within`.
pub fn kilometres(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches("km").trim_end();
    let fits = |kilometres: &f64| kilometres.is_finite() && *kilometres >= 0.0;
    let number = number.parse().ok().filter(fits);
    number.ok_or_else(|| "write kilometres, as in 20 or 2.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_another_order_are_refused_with_the_right_one() {
        assert_eq!(place("10.3,51.8").unwrap_err(), "latitude comes first: 51.8,10.3");
        assert_eq!(bounds("51,9,52,10").unwrap_err(), "longitude comes first: 9,51,10,52");
        for bad in
            ["", "9,51,10", "10,51,9,52", "9,52,10,51", "9,51,10,99", "a,b,c,d", "9,51,10,NaN"]
        {
            assert!(bounds(bad).is_err(), "{bad}");
        }
        for bad in ["51.8", "51,8,10,3", "91,10", "x,y"] {
            assert!(place(bad).is_err(), "{bad}");
        }
        assert_eq!((kilometres("20km"), kilometres("2.5")), (Ok(20.0), Ok(2.5)));
        assert!(kilometres("-1").is_err() && kilometres("far").is_err());
    }
}
