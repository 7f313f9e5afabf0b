//! From degrees to places on a plain map, and round numbers for its grid and its scale bar.

use super::piles::Spot;
use crate::plot::number;

/// Kilometres of one degree of latitude, on a sphere as large as the earth.
const DEGREE: f64 = 111.195;
/// Kilometres that a map shows at least: a single pile would have no extent.
const LEAST: f64 = 2.0;
/// Piles that have room at full size.
const FEW: f64 = 100.0;
/// Free edge on each side, as a part of the map.
const EDGE: f64 = 0.06;

/// Lines of the grid each way, whatever it is asked for.
const MOST_LINES: usize = 100;

/// An equirectangular map: degrees of longitude are as long as they are in its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    south: f64,
    west: f64,
    /// Pixels (or dots) of one degree.
    per_latitude: f64,
    per_longitude: f64,
    height: f64,
}

/// A line of the grid: its degrees, written, and its place.
pub struct GridLine {
    pub label: String,
    pub at: f64,
}

impl Projection {
    /// A map of these piles that is `width` wide, and as high as it has to be, at most `most_high`
    /// and at least a third of it; the rest of the room is more country. `None` without piles.
    pub fn of(placed: &[(f64, f64, &Spot)], width: f64, most_high: f64) -> Option<(Self, f64)> {
        let first = placed.first()?;
        let start = (first.0, first.0, first.1, first.1);
        let (south, north, west, east) =
            placed.iter().fold(start, |(south, north, west, east), (latitude, longitude, _)| {
                (
                    south.min(*latitude),
                    north.max(*latitude),
                    west.min(*longitude),
                    east.max(*longitude),
                )
            });
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
        Some((Self { south, west, per_latitude, per_longitude, height }, height))
    }

    /// From the left and from the top.
    pub fn place(&self, latitude: f64, longitude: f64) -> (f64, f64) {
        let x = (longitude - self.west) * self.per_longitude;
        (x, self.height - (latitude - self.south) * self.per_latitude)
    }

    /// Parallels, `distance` apart at least.
    pub fn parallels(&self, distance: f64) -> Vec<GridLine> {
        let mut lines = lines(self.south, self.height, self.per_latitude, distance, 'N');
        lines.iter_mut().for_each(|line| line.at = self.height - line.at);
        lines
    }

    /// Meridians, `distance` apart at least, on a map this wide.
    pub fn meridians(&self, width: f64, distance: f64) -> Vec<GridLine> {
        lines(self.west, width, self.per_longitude, distance, 'E')
    }

    /// A round number of kilometres that is at most this long, and how long it is.
    pub fn bar(&self, most: f64) -> (String, f64) {
        let per_kilometre = self.per_latitude / DEGREE;
        let longest = most / per_kilometre;
        // The next smaller of 1, 2 and 5.
        let step = number::step(longest / 2.5);
        let kilometres = if step > longest { step / 2.0 } else { step };
        let label = if kilometres < 1.0 {
            format!("{} m", number::number(kilometres * 1000.0, 0))
        } else {
            format!("{} km", number::number(kilometres, 0))
        };
        (label, kilometres * per_kilometre)
    }
}

/// Multiples of a round number of degrees from `begin` on, for `length` pixels.
fn lines(begin: f64, length: f64, per_degree: f64, distance: f64, wind: char) -> Vec<GridLine> {
    let step = number::step(distance / per_degree);
    let decimals = number::decimals(step);
    let mut lines = Vec::new();
    let mut index = (begin / step).ceil();
    while (index * step - begin) * per_degree <= length && lines.len() < MOST_LINES {
        let degree = index * step;
        let label = format!("{}° {wind}", number::number(degree, decimals));
        lines.push(GridLine { label, at: (degree - begin) * per_degree });
        index += 1.0;
    }
    lines
}

/// How large the largest of `many` piles may be where few may have `few`: they share the map.
pub fn largest(many: usize, few: f64) -> f64 {
    few * (FEW / many.max(1) as f64).sqrt().clamp(0.5, 1.0)
}

/// Area in proportion to the volume: the radius of a pile where the largest has `largest`.
pub fn radius(volume: f64, most: f64, largest: f64) -> f64 {
    if most > 0.0 { largest * (volume / most).clamp(0.0, 1.0).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::piles::Place;
    use super::*;

    fn spot() -> Spot {
        Spot { number: String::new(), place: Place::Unknown, volume: None, group: 0 }
    }

    #[test]
    fn a_kilometre_is_as_long_to_the_east_as_to_the_north() {
        let spot = spot();
        let placed = [(50.0, 8.0, &spot), (52.0, 11.0, &spot)];
        let (map, _) = Projection::of(&placed, 800.0, 600.0).unwrap();
        let from = map.place(51.0, 9.0);
        let north = map.place(51.0 + 10.0 / DEGREE, 9.0);
        let east = map.place(51.0, 9.0 + 10.0 / DEGREE / 51f64.to_radians().cos());
        assert!((from.1 - north.1 - (east.0 - from.0)).abs() < 1e-6);
        let (label, length) = map.bar(150.0);
        assert_eq!(label, "50 km");
        assert!((length - (from.1 - north.1) * 5.0).abs() < 1e-6);
    }

    #[test]
    fn every_pile_is_on_the_map_and_away_from_its_edge() {
        let spot = spot();
        for placed in [
            vec![(50.0, 8.0, &spot)],
            vec![(47.5, 9.0, &spot), (54.5, 9.1, &spot)],
            vec![(50.0, 6.0, &spot), (50.1, 15.0, &spot)],
        ] {
            let (map, height) = Projection::of(&placed, 800.0, 600.0).unwrap();
            assert!((200.0..=600.0).contains(&height));
            for (latitude, longitude, _) in &placed {
                let (x, y) = map.place(*latitude, *longitude);
                assert!(
                    (20.0..=780.0).contains(&x) && (10.0..=height - 10.0).contains(&y),
                    "{x} {y}"
                );
            }
            assert!(!map.parallels(60.0).is_empty() && !map.meridians(800.0, 100.0).is_empty());
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
        let spot = spot();
        let placed = [(50.0, 8.0, &spot), (52.0, 11.0, &spot)];
        let (map, _) = Projection::of(&placed, 800.0, 600.0).unwrap();
        let labels: Vec<String> = map.parallels(100.0).into_iter().map(|line| line.label).collect();
        assert_eq!(labels, ["50.0° N", "50.5° N", "51.0° N", "51.5° N", "52.0° N"]);
    }
}
