//! From degrees to places on a plain map, and round numbers for its grid and its scale bar.

use super::piles::{Piles, PlottedPile};
use crate::data::position::Degrees;
use crate::language::Language;
use crate::plot::number::{decimals, step};

/// Kilometres of one degree of latitude, on a sphere as large as the earth.
const DEGREE: f64 = 111.195;
/// Kilometres that a map shows at least: a single pile would have no extent, and a map without a
/// town says nothing.
const LEAST: f64 = 20.0;
/// Piles that have room at full size.
const FEW: f64 = 100.0;
/// Free edge on each side, as a part of the map.
const EDGE: f64 = 0.06;
/// Lines of the grid each way, whatever it is asked for.
const MOST_LINES: usize = 100;

/// The piles that have a place, as circles on a map.
pub struct PileMap<'a> {
    pub projection: Projection,
    /// The largest first.
    pub circles: Vec<PileCircle<'a>>,
    /// The largest volume in Fm, and the radius of its circle.
    pub most: f64,
    pub largest: f64,
}

/// One pile on the map: area in proportion to the volume.
pub struct PileCircle<'a> {
    /// From the left and from the top.
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    pub pile: &'a PlottedPile,
}

impl<'a> PileMap<'a> {
    /// A map that is `width` wide, at most `most_high`; where there are few piles, the largest has
    /// the radius `largest`. `None` without piles.
    pub fn of(piles: &'a Piles, width: f64, most_high: f64, largest: f64) -> Option<Self> {
        let placed = piles.placed();
        let positions: Vec<Degrees> = placed.iter().map(|(position, _)| *position).collect();
        let projection = Projection::of(&positions, width, most_high)?;
        // Many piles share the map.
        let largest = largest * (FEW / placed.len() as f64).sqrt().clamp(0.5, 1.0);
        let most = placed.first().and_then(|(_, pile)| pile.volume).unwrap_or_default();
        let circle = |(position, pile): (Degrees, &'a PlottedPile)| {
            let (x, y) = projection.place(position);
            let radius = radius(pile.volume.unwrap_or_default(), most, largest);
            PileCircle { x, y, radius, pile }
        };
        let circles = placed.into_iter().map(circle).collect();
        Some(Self { projection, circles, most, largest })
    }
}

/// The radius of a pile of this volume, where the one of the volume `most` is the `largest`.
pub fn radius(volume: f64, most: f64, largest: f64) -> f64 {
    if most > 0.0 { largest * (volume / most).clamp(0.0, 1.0).sqrt() } else { 0.0 }
}

/// An equirectangular map: degrees of longitude are as long as they are in its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    south: f64,
    west: f64,
    /// Pixels (or dots) of one degree.
    per_latitude: f64,
    per_longitude: f64,
    pub width: f64,
    pub height: f64,
}

/// A line of the grid: its degrees, written, and its place.
pub struct GridLine {
    pub label: String,
    pub at: f64,
}

impl Projection {
    /// A map of these places that is `width` wide, and as high as it has to be, at most `most_high`
    /// and at least a third of it; the rest of the room is more country.
    pub fn of(places: &[Degrees], width: f64, most_high: f64) -> Option<Self> {
        let [south, north] = ends(places.iter().map(|place| place.latitude))?;
        let [west, east] = ends(places.iter().map(|place| place.longitude))?;
        let (middle, centre) = ((south + north) / 2.0, (west + east) / 2.0);
        let shrink = middle.to_radians().cos();
        let least = LEAST / DEGREE;
        let tall = (north - south).max(least) * (1.0 + 2.0 * EDGE);
        let broad = ((east - west) * shrink).max(least) * (1.0 + 2.0 * EDGE);
        let height = (width * tall / broad).clamp(most_high / 3.0, most_high);
        let per_latitude = (width / broad).min(height / tall);
        let per_longitude = per_latitude * shrink;
        let south = middle - height / per_latitude / 2.0;
        let west = centre - width / per_longitude / 2.0;
        Some(Self { south, west, per_latitude, per_longitude, width, height })
    }

    /// From the left and from the top.
    pub fn place(&self, position: Degrees) -> (f64, f64) {
        let x = (position.longitude - self.west) * self.per_longitude;
        (x, self.height - (position.latitude - self.south) * self.per_latitude)
    }

    /// Parallels, `distance` apart at least.
    pub fn parallels(&self, distance: f64, language: Language) -> Vec<GridLine> {
        let label = degrees(language, &language.texts().pile_picture.north);
        let mut lines = lines(self.south, self.height, self.per_latitude, distance, label);
        lines.iter_mut().for_each(|line| line.at = self.height - line.at);
        lines
    }

    /// Meridians, `distance` apart at least.
    pub fn meridians(&self, distance: f64, language: Language) -> Vec<GridLine> {
        let label = degrees(language, &language.texts().pile_picture.east);
        lines(self.west, self.width, self.per_longitude, distance, label)
    }

    /// A round number of kilometres that is at most this long, and how long it is.
    pub fn bar(&self, most: f64, language: Language) -> (String, f64) {
        let per_kilometre = self.per_latitude / DEGREE;
        let longest = most / per_kilometre;
        // The next smaller of 1, 2 and 5.
        let step = step(longest / 2.5);
        let kilometres = if step > longest { step / 2.0 } else { step };
        let label = if kilometres < 1.0 {
            format!("{} m", language.number(kilometres * 1000.0, 0))
        } else {
            format!("{} km", language.number(kilometres, 0))
        };
        (label, kilometres * per_kilometre)
    }
}

/// The lowest and the highest.
fn ends(values: impl Iterator<Item = f64> + Clone) -> Option<[f64; 2]> {
    Some([values.clone().min_by(f64::total_cmp)?, values.max_by(f64::total_cmp)?])
}

/// Degrees in words, with the wind they count to: `50.5° N`.
fn degrees(language: Language, wind: &str) -> impl Fn(f64, usize) -> String {
    move |degree, decimals| format!("{}° {wind}", language.number(degree, decimals))
}

/// Multiples of a round number of degrees from `begin` on, for `length` pixels.
fn lines(
    begin: f64,
    length: f64,
    per_degree: f64,
    distance: f64,
    label: impl Fn(f64, usize) -> String,
) -> Vec<GridLine> {
    let step = step(distance / per_degree);
    let first = (begin / step).ceil();
    let degrees = (0..MOST_LINES).map(|index| (first + index as f64) * step);
    let line = |degree: f64| GridLine {
        label: label(degree, decimals(step)),
        at: (degree - begin) * per_degree,
    };
    degrees.map(line).take_while(|line| line.at <= length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(places: &[(f64, f64)]) -> Projection {
        let place = |&(latitude, longitude): &(f64, f64)| Degrees { latitude, longitude };
        let places: Vec<Degrees> = places.iter().map(place).collect();
        Projection::of(&places, 800.0, 600.0).unwrap()
    }

    fn place(map: &Projection, latitude: f64, longitude: f64) -> (f64, f64) {
        map.place(Degrees { latitude, longitude })
    }

    #[test]
    fn a_kilometre_is_as_long_to_the_east_as_to_the_north() {
        let map = map(&[(50.0, 8.0), (52.0, 11.0)]);
        let from = place(&map, 51.0, 9.0);
        let north = place(&map, 51.0 + 10.0 / DEGREE, 9.0);
        let east = place(&map, 51.0, 9.0 + 10.0 / DEGREE / 51f64.to_radians().cos());
        assert!((from.1 - north.1 - (east.0 - from.0)).abs() < 1e-6);
        let (label, length) = map.bar(150.0, Language::En);
        assert_eq!(label, "50 km");
        assert!((length - (from.1 - north.1) * 5.0).abs() < 1e-6);
    }

    #[test]
    fn every_pile_is_on_the_map_and_away_from_its_edge() {
        let all =
            [vec![(50.0, 8.0)], vec![(47.5, 9.0), (54.5, 9.1)], vec![(50.0, 6.0), (50.1, 15.0)]];
        for placed in all {
            let map = map(&placed);
            let height = map.height;
            assert!((200.0..=600.0).contains(&height));
            for (latitude, longitude) in &placed {
                let (x, y) = place(&map, *latitude, *longitude);
                assert!(
                    (20.0..=780.0).contains(&x) && (10.0..=height - 10.0).contains(&y),
                    "{x} {y}"
                );
            }
            assert!(
                !map.parallels(60.0, Language::En).is_empty()
                    && !map.meridians(100.0, Language::En).is_empty()
            );
        }
        assert_eq!(Projection::of(&[], 800.0, 600.0), None);
    }

    #[test]
    fn four_times_the_volume_is_twice_the_radius() {
        assert_eq!(radius(25.0, 100.0, 20.0), 10.0);
        assert_eq!((radius(100.0, 100.0, 20.0), radius(5.0, 0.0, 20.0)), (20.0, 0.0));
    }

    #[test]
    fn grid_lines_are_at_round_degrees() {
        let map = map(&[(50.0, 8.0), (52.0, 11.0)]);
        let labels: Vec<String> =
            map.parallels(100.0, Language::En).into_iter().map(|line| line.label).collect();
        assert_eq!(labels, ["50.0° N", "50.5° N", "51.0° N", "51.5° N", "52.0° N"]);
    }
}
