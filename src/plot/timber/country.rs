//! What a map has besides piles: the borders of the federal states, and names of towns.

use super::projection::Projection;
use crate::data::position::Degrees;
use crate::plot::letters;
use crate::plot::svg::LETTER;

static STATES: &str = include_str!("states.txt");
static TOWNS: &str = include_str!("towns.txt");

/// Degrees in what the lines are written in.
const UNIT: f64 = 1e-3;
/// Names on a map at most: more would hide the piles.
const MOST_TOWNS: usize = 18;
/// Free room around a name, in pixels.
const ROOM: f64 = 6.0;
/// Height of a name, and how far it stands from its dot.
const HIGH: f64 = 14.0;
const BESIDE: f64 = 6.0;

/// A place on the map, from the left and from the top.
type Point = (f64, f64);

/// A town that is named on the map.
pub struct Label {
    pub name: &'static str,
    pub at: Point,
    /// The name stands to the left of its dot.
    pub is_left: bool,
}

/// The parts of the borders that are on the map, as strokes from one point to the next.
pub fn borders(map: &Projection) -> Vec<(Point, Point)> {
    let mut strokes = Vec::new();
    for line in lines_of(STATES) {
        let mut numbers = line.split(' ').map_while(|number| number.parse::<i32>().ok());
        let (mut from, mut longitude, mut latitude) = (None, 0, 0);
        while let (Some(east), Some(north)) = (numbers.next(), numbers.next()) {
            longitude += east;
            latitude += north;
            let [latitude, longitude] = [latitude, longitude].map(|it| f64::from(it) * UNIT);
            let to = map.place(Degrees { latitude, longitude });
            let inside = from.and_then(|from| clipped(from, to, (map.width, map.height)));
            strokes.extend(inside);
            from = Some(to);
        }
    }
    strokes
}

/// The towns whose names have room: the largest first, then those nearest to the middle.
pub fn towns(map: &Projection) -> Vec<Label> {
    let middle = (map.width / 2.0, map.height / 2.0);
    let mut towns: Vec<(u8, &str, Point)> = lines_of(TOWNS).filter_map(town(map)).collect();
    let away = |at: Point| (at.0 - middle.0).hypot(at.1 - middle.1);
    towns.sort_by(|one, other| {
        one.0.cmp(&other.0).then_with(|| away(one.2).total_cmp(&away(other.2)))
    });
    let (mut labels, mut taken) = (Vec::new(), Vec::new());
    for (_, name, at) in towns {
        let wide = letters(name) as f64 * LETTER + BESIDE;
        let place = [false, true].into_iter().find_map(|is_left| {
            let left = if is_left { at.0 - wide } else { at.0 };
            let area = [left - ROOM, at.1 - HIGH, left + wide + ROOM, at.1 + HIGH];
            let is_inside =
                area[0] > 0.0 && area[1] > 0.0 && area[2] < map.width && area[3] < map.height;
            let is_free = is_inside && !taken.iter().any(|other| overlap(&area, other));
            is_free.then_some((is_left, area))
        });
        if let Some((is_left, area)) = place {
            taken.push(area);
            labels.push(Label { name, at, is_left });
        }
        if labels.len() == MOST_TOWNS {
            break;
        }
    }
    labels
}

fn lines_of(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// Reads `latitude longitude rank name`.
fn town(map: &Projection) -> impl Fn(&'static str) -> Option<(u8, &'static str, Point)> {
    |line| {
        let mut parts = line.splitn(4, ' ');
        let mut degrees = || parts.next()?.parse().ok();
        let (latitude, longitude) = (degrees()?, degrees()?);
        let rank = parts.next()?.parse().ok()?;
        let at = map.place(Degrees { latitude, longitude });
        let is_inside = (0.0..=map.width).contains(&at.0) && (0.0..=map.height).contains(&at.1);
        is_inside.then_some((rank, parts.next()?, at))
    }
}

/// Whether two areas share a place; each from the left and top to the right and bottom.
fn overlap(one: &[f64; 4], other: &[f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// The part of a stroke inside of a map of this size (Liang and Barsky).
fn clipped(from: Point, to: Point, size: (f64, f64)) -> Option<(Point, Point)> {
    let way = (to.0 - from.0, to.1 - from.1);
    let (mut begin, mut end) = (0.0_f64, 1.0_f64);
    let edges =
        [(-way.0, from.0), (way.0, size.0 - from.0), (-way.1, from.1), (way.1, size.1 - from.1)];
    for (towards, room) in edges {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            begin = begin.max(room / towards);
        } else {
            end = end.min(room / towards);
        }
    }
    let at = |part: f64| (from.0 + part * way.0, from.1 + part * way.1);
    (begin < end).then(|| (at(begin), at(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(places: &[(f64, f64)]) -> Projection {
        let place = |&(latitude, longitude): &(f64, f64)| Degrees { latitude, longitude };
        let places: Vec<Degrees> = places.iter().map(place).collect();
        Projection::of(&places, 864.0, 640.0).unwrap()
    }

    #[test]
    fn the_whole_country_has_borders_and_names_that_do_not_touch() {
        let map = map(&[(47.4, 6.0), (54.9, 14.9)]);
        let borders = borders(&map);
        assert!(borders.len() > 2000, "{}", borders.len());
        let inside = |(x, y): Point| {
            (-0.01..=map.width + 0.01).contains(&x) && (-0.01..=map.height + 0.01).contains(&y)
        };
        assert!(borders.iter().all(|(from, to)| inside(*from) && inside(*to)));
        let towns = towns(&map);
        assert_eq!(towns.len(), MOST_TOWNS);
        assert!(towns.iter().any(|town| town.name == "Berlin"));
    }

    #[test]
    fn a_forest_district_has_the_nearest_towns_in_their_places() {
        let map = map(&[(51.75, 10.3), (51.86, 10.5)]);
        let towns = towns(&map);
        let goslar = towns.iter().find(|town| town.name.starts_with("Clausthal")).unwrap();
        assert!(!borders(&map).is_empty(), "Harz lies where two states meet");
        assert!(goslar.at.0 > 0.0 && goslar.at.1 > 0.0);
        assert!(towns.iter().all(|town| town.name != "Berlin"));
    }

    #[test]
    fn a_stroke_ends_at_the_edge() {
        let size = (10.0, 10.0);
        assert_eq!(clipped((-5.0, 5.0), (5.0, 5.0), size), Some(((0.0, 5.0), (5.0, 5.0))));
        assert_eq!(clipped((-5.0, 5.0), (15.0, 5.0), size), Some(((0.0, 5.0), (10.0, 5.0))));
        assert_eq!(clipped((-5.0, 15.0), (15.0, 15.0), size), None);
        assert_eq!(clipped((2.0, 2.0), (3.0, 3.0), size), Some(((2.0, 2.0), (3.0, 3.0))));
    }

    #[test]
    fn every_town_can_be_read() {
        let map = map(&[(47.3, 5.5), (55.0, 15.5)]);
        let all = lines_of(TOWNS).count();
        assert_eq!(lines_of(TOWNS).filter_map(town(&map)).count(), all);
        assert!(all > 150);
    }
}
