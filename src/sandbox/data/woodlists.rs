//! Wood lists (Holzlisten): what a forester measured on one occasion, made of log piles.

use serde_json::Value;

use super::super::object::object;
use super::calendar::{self, DAY, HOUR, date_text};
use super::dice::{dice, pick};
use super::piles::{self, Pile};
use super::places::{PLACES, Place};

/// Enough for three pages of 100.
pub const WOODLISTS: usize = 230;
/// Sets the lists apart from the piles, which are drawn from the same dice.
const SEED: u64 = 0x57_4f;

/// One list, without what is only shown.
#[derive(Clone, Debug)]
pub struct Woodlist {
    /// From 0.
    pub index: usize,
    pub place: &'static Place,
    /// When it was measured, as a day.
    pub reference: i64,
    pub calamity: Option<&'static str>,
    /// From 1 in each year.
    pub number: usize,
}

impl Woodlist {
    /// The list of that index, which always is the same one. A list is measured every fourth or
    /// fifth day, beginning in January 2024.
    pub fn at(index: usize) -> Self {
        let reference = reference(index);
        let (year, ..) = calendar::date_of(reference);
        let before =
            (0..index).rev().take_while(|i| calendar::date_of(self::reference(*i)).0 == year);
        let place = &PLACES[(dice(SEED, index as u64) % PLACES.len() as u64) as usize];
        let calamity = match dice(SEED + 1, index as u64) % 10 {
            0..=2 if place.species[0].is_conifer() => Some("Borkenkäfer"),
            3 => Some("Sturm"),
            4 => Some("Trockenheit"),
            _ => None,
        };
        Self { index, place, reference, calamity, number: before.count() + 1 }
    }

    pub fn all() -> Vec<Self> {
        (0..WOODLISTS).map(Self::at).collect()
    }

    pub fn id(&self) -> usize {
        70_001 + self.index
    }

    /// As foresters write it: `26-017`.
    pub fn number(&self) -> String {
        format!("{:02}-{:03}", self.business_year() % 100, self.number)
    }

    pub fn name(&self) -> String {
        let what = match self.calamity {
            Some(calamity) => calamity,
            None => pick(
                &["Durchforstung", "Endnutzung", "Verkehrssicherung"],
                SEED + 2,
                self.index as u64,
            ),
        };
        format!("{} {what} {}", self.place.district, self.compartment())
    }

    /// The part of the forest, `Abt. 12 a`.
    pub fn compartment(&self) -> String {
        let n = dice(SEED + 3, self.index as u64);
        format!("Abt. {} {}", 1 + n % 180, ["a", "b", "c", "d"][(n >> 32) as usize % 4])
    }

    /// The forest year is the calendar year, as in most of Germany.
    pub fn business_year(&self) -> i64 {
        calendar::date_of(self.reference).0
    }

    pub fn note(&self) -> &'static str {
        const NOTES: [&str; 5] = ["", "", "Abfuhr nur bei Frost", "Zufahrt über Forsthaus", "PEFC"];
        pick(&NOTES, SEED + 4, self.index as u64)
    }

    /// In seconds.
    pub fn updated(&self) -> i64 {
        let days = 1 + (dice(SEED + 5, self.index as u64) % 40) as i64;
        (self.reference + days) * DAY + 9 * HOUR + (self.index as i64 * 631) % (7 * HOUR)
    }

    /// The list as its API tells it, with what its piles sum up to.
    pub fn json(&self, totals: Totals) -> Value {
        let piles: Vec<Pile> = piles::of_woodlist(self).collect();
        let distinct = |texts: Vec<&'static str>| {
            let mut texts = texts;
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        object!({
            "id": self.id(),
            "owner_group": owner_group(),
            "number": self.number(),
            "name": self.name(),
            "reference_date": date_text(self.reference),
            "created": calendar::text(self.reference * DAY + 15 * HOUR),
            "updated": calendar::text(self.updated()),
            "created_by": object!({ "id": 31, "name": "Jonas Beispiel", "email": "jonas@forst-beispiel.example" }),
            "note": self.note(),
            "base_area": base_area(self.place),
            "includes_areas": [self.compartment()],
            "includes_wood_types": distinct(piles.iter().flat_map(Pile::tree_types).collect()),
            "includes_usages": distinct(piles.iter().flat_map(Pile::usages).collect()),
            "includes_qualities": distinct(piles.iter().flat_map(Pile::qualities).collect()),
            "includes_calamities": self.calamity.into_iter().collect::<Vec<_>>(),
            "protocol_volume": piles::decimal(totals.protocol),
            "sale_fm_volume": piles::decimal(totals.sale),
        })
    }

    pub fn totals(&self) -> Totals {
        piles::of_woodlist(self).fold(Totals::default(), |sum, pile| Totals {
            protocol: sum.protocol + pile.protocol_volume(),
            sale: sum.sale + pile.sale_volume().unwrap_or_default(),
        })
    }
}

/// Hundredths of a solid cubic metre (Fm).
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub protocol: u64,
    pub sale: u64,
}

pub fn owner_group() -> Value {
    object!({ "id": 12, "name": "Forstbetrieb Beispiel" })
}

pub fn base_area(place: &Place) -> Value {
    object!({ "id": place.id, "name": format!("Revier {}", place.district) })
}

fn reference(index: usize) -> i64 {
    let day = index * 1_000 / WOODLISTS + (dice(SEED + 6, index as u64) % 3) as usize;
    calendar::day_of(2024, 1, 8) + day as i64
}
