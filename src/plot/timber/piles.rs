//! Log piles (Polter) as the pictures need them: where, how much, which group.

use crate::data::pile::Pile;
use crate::plot::number::{count, number, order};
use crate::plot::page::Fact;

/// Where German piles lie, in degrees (WGS 84). A position outside is a mistake, mostly 0/0 or
/// latitude and longitude swapped, and would make the rest of the map a dot.
const LATITUDES: std::ops::RangeInclusive<f64> = 47.0..=56.0;
const LONGITUDES: std::ops::RangeInclusive<f64> = 5.0..=16.0;

/// What piles are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    SaleStatus,
    TransportStatus,
    ContractorStatus,
    BillingStatus,
    /// By number, as it is shown to the forester, with its name.
    WoodList,
}

impl By {
    /// The provider's member.
    fn member(self) -> &'static str {
        match self {
            Self::SaleStatus => "sale_status",
            Self::TransportStatus => "transport_status",
            Self::ContractorStatus => "contractor_status",
            Self::BillingStatus => "supplier_billing_status",
            Self::WoodList => "woodlist_number",
        }
    }

    /// In words: `sale status`.
    pub fn words(self) -> &'static str {
        match self {
            Self::SaleStatus => "sale status",
            Self::TransportStatus => "transport status",
            Self::ContractorStatus => "contractor status",
            Self::BillingStatus => "billing status",
            Self::WoodList => "wood list",
        }
    }
}

/// One pile.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Its full number.
    pub number: String,
    /// Latitude and longitude in degrees.
    pub place: Place,
    /// Solid cubic metres (Fm).
    pub volume: Option<f64>,
    /// Index into [`Piles::groups`].
    pub group: usize,
}

/// Where a pile is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    At(f64, f64),
    /// A position that is not in Germany.
    Elsewhere,
    Unknown,
}

/// Piles with the same status, or of the same wood list.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub piles: usize,
    /// Fm of those whose volume is known.
    pub volume: f64,
}

/// All piles of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Piles {
    pub title: String,
    pub by: By,
    pub spots: Vec<Spot>,
    /// The largest volume first.
    pub groups: Vec<Group>,
}

impl Piles {
    pub fn new<'a>(title: &str, by: By, piles: impl IntoIterator<Item = &'a Pile>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut spots: Vec<Spot> =
            piles.into_iter().map(|pile| spot(pile, by, &mut groups)).collect();
        let order = order(&groups.iter().map(|group| -group.volume).collect::<Vec<f64>>());
        for spot in &mut spots {
            spot.group = order.iter().position(|old| *old == spot.group).unwrap_or_default();
        }
        let groups = order.iter().map(|old| groups[*old].clone()).collect();
        Self { title: title.to_owned(), by, spots, groups }
    }

    /// Latitude, longitude and the pile, of those that have a place; the largest first, so that
    /// small ones lie on top.
    pub fn placed(&self) -> Vec<(f64, f64, &Spot)> {
        let placed: Vec<(f64, f64, &Spot)> = self
            .spots
            .iter()
            .filter_map(|spot| match spot.place {
                Place::At(latitude, longitude) => Some((latitude, longitude, spot)),
                _ => None,
            })
            .collect();
        let falling: Vec<f64> =
            placed.iter().map(|(_, _, spot)| -spot.volume.unwrap_or_default()).collect();
        order(&falling).into_iter().map(|place| placed[place]).collect()
    }

    /// How many are not on the map, and why; nothing where all are.
    pub fn not_on_the_map(&self) -> Vec<String> {
        let many = |place: Place| self.spots.iter().filter(|spot| spot.place == place).count();
        let reasons = [
            (many(Place::Unknown), "without a position"),
            (many(Place::Elsewhere), "with a position outside 47–56° N, 5–16° E"),
        ];
        let words =
            |(many, why): &(usize, &str)| format!("{} {why}", count(*many, "pile", "piles"));
        reasons.iter().filter(|(many, _)| *many > 0).map(words).collect()
    }

    /// Fm of all piles whose volume is known.
    pub fn volume(&self) -> f64 {
        self.groups.iter().map(|group| group.volume).sum()
    }

    /// Piles whose volume is not known.
    pub fn unknown(&self) -> usize {
        self.spots.iter().filter(|spot| spot.volume.is_none()).count()
    }

    /// Counts and sums.
    pub fn facts(&self) -> Vec<Fact> {
        let fact = |name, value| Fact { name, value, note: String::new() };
        let unknown = self.unknown();
        let mut facts = vec![
            fact("piles", number(self.spots.len() as f64, 0)),
            fact("volume", fm(self.volume())),
            fact("on the map", number(self.placed().len() as f64, 0)),
        ];
        if unknown > 0 {
            facts.push(fact("volume unknown", count(unknown, "pile", "piles")));
        }
        facts
    }
}

/// `1,234.5 Fm`
pub fn fm(volume: f64) -> String {
    format!("{} Fm", number(volume, 1))
}

fn spot(pile: &Pile, by: By, groups: &mut Vec<Group>) -> Spot {
    let volume = volume(pile);
    let name = group_name(pile, by);
    let group = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
        groups.push(Group { name, piles: 0, volume: 0.0 });
        groups.len() - 1
    });
    groups[group].piles += 1;
    groups[group].volume += volume.unwrap_or_default();
    let place = match pile.position() {
        Some((latitude, longitude))
            if LATITUDES.contains(&latitude) && LONGITUDES.contains(&longitude) =>
        {
            Place::At(latitude, longitude)
        }
        Some(_) => Place::Elsewhere,
        None => Place::Unknown,
    };
    Spot { number: pile.full_number(), place, volume, group }
}

/// What was sold, else what the forester measured; both are Fm, no other measure is taken.
fn volume(pile: &Pile) -> Option<f64> {
    let read = |member: &str| pile.text(member).parse().ok();
    let fits = |volume: &f64| volume.is_finite() && *volume >= 0.0;
    read("sale_fm_volume").filter(fits).or_else(|| read("protocol_fm_volume").filter(fits))
}

fn group_name(pile: &Pile, by: By) -> String {
    let mut name = pile.text(by.member());
    if by == By::WoodList {
        name = [name, pile.text("woodlist_name")].join(" ").trim().to_owned();
    }
    if name.is_empty() { format!("no {}", by.words()) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pile(value: Value) -> Pile {
        match value {
            Value::Object(members) => Pile(members),
            _ => panic!("not an object"),
        }
    }

    #[test]
    fn sold_volume_counts_before_the_measured_one_and_nothing_else_does() {
        let cases = [
            (json!({ "sale_fm_volume": 12.5, "protocol_fm_volume": 13 }), Some(12.5)),
            (json!({ "sale_fm_volume": null, "protocol_fm_volume": 13 }), Some(13.0)),
            (json!({ "protocol_fm_volume": "7.25" }), Some(7.25)),
            (json!({ "sale_quantity": 40, "protocol_quantity": 41 }), None),
            (json!({ "sale_fm_volume": -1 }), None),
        ];
        for (members, volume) in cases {
            assert_eq!(super::volume(&pile(members)), volume);
        }
    }

    #[test]
    fn what_is_not_on_the_map_is_counted() {
        let piles = [
            json!({ "latitude": 50.1, "longitude": 8.2, "sale_status": 3, "sale_fm_volume": 5 }),
            json!({ "latitude": 8.2, "longitude": 50.1, "sale_status": 3, "sale_fm_volume": 5 }),
            json!({ "latitude": 0, "longitude": 0, "sale_status": 1, "sale_fm_volume": 20 }),
            json!({ "latitude": null, "longitude": 8, "protocol_fm_volume": 1 }),
        ]
        .map(pile);
        let piles = Piles::new("t", By::SaleStatus, &piles);
        assert_eq!(piles.placed().len(), 1);
        assert_eq!(
            piles.not_on_the_map(),
            ["1 pile without a position", "2 piles with a position outside 47–56° N, 5–16° E"]
        );
        let names: Vec<&str> = piles.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["1", "3", "no sale status"]);
        assert_eq!((piles.groups[1].piles, piles.groups[1].volume), (2, 10.0));
        assert_eq!(piles.groups[piles.spots[0].group].name, "3");
        assert_eq!(piles.facts()[1].value, "31.0 Fm");
    }
}
