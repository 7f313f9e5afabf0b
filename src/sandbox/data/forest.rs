//! Wood lists (Holzlisten): what a forester measured on one occasion, made of log piles (Polter),
//! which lie beside a forest road. TimberData calls the piles aggregations.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::calendar::{self, DAY, HOUR};
use super::super::catalogue::{Assortment, CATALOGUE, Place, Species, dice, pick};

/// Enough for three pages of 100.
const LISTS: usize = 230;
/// Enough for four pages of 100. The first 110 lists have two piles, the others one.
const PILES: usize = 340;
/// 8 January 2024. A list is measured every fourth or fifth day.
const FIRST_DAY: i64 = 19_730;
/// Set the lists apart from the piles, which are drawn from the same dice.
const LIST_SEED: u64 = 0x57_4f;
const PILE_SEED: u64 = 0x50_4f;
/// Metres that one degree of latitude measures.
const METRES_PER_DEGREE: i64 = 111_320;

/// All lists and piles, as their API shows them.
pub struct Forest {
    pub lists: Vec<Value>,
    pub piles: Vec<Value>,
}

pub static FOREST: LazyLock<Forest> = LazyLock::new(|| {
    let lists = lists();
    let piles: Vec<Pile> =
        (0..PILES).map(|index| Pile::new(index, &lists[index % LISTS])).collect();
    Forest {
        lists: lists.iter().map(|list| list.shown(&piles)).collect(),
        piles: piles.iter().map(Pile::shown).collect(),
    }
});

struct List {
    /// From 0.
    index: usize,
    place: &'static Place,
    /// When it was measured.
    day: i64,
    calamity: Option<&'static str>,
    /// As foresters write it, from 1 in each year: `26-017`.
    number: String,
    name: String,
    /// The part of the forest, `Abt. 12 a`.
    compartment: String,
}

struct Pile<'a> {
    /// From 0.
    index: usize,
    list: &'a List,
    species: &'static Species,
    classes: Vec<Class>,
    /// 0 to 3; older piles are further, and sold from 2.
    sale_status: u64,
    /// Hundredths of a solid cubic metre (Fm), measured by the forester.
    protocol_volume: u64,
    /// The same, sold, where it was: a sawmill measures a little more or less.
    sale_volume: Option<u64>,
}

/// Logs of one assortment within a pile.
struct Class {
    assortment: &'static Assortment,
    quantity: u64,
    /// Hundredths of a solid cubic metre.
    volume: u64,
}

fn lists() -> Vec<List> {
    let mut lists: Vec<List> = Vec::with_capacity(LISTS);
    let (mut year, mut of_year) = (0, 0);
    for index in 0..LISTS {
        let n = |about| dice(LIST_SEED + about, index as u64);
        let day = FIRST_DAY + (index * 1_000 / LISTS) as i64 + (n(6) % 3) as i64;
        // The forest year is the calendar year, as in most of Germany.
        let this_year = calendar::date_of(day).year();
        of_year = if year == this_year { of_year + 1 } else { 1 };
        year = this_year;
        let place = pick(&CATALOGUE.places, LIST_SEED, index as u64);
        let calamity = match n(1) % 10 {
            0..=2 if CATALOGUE.species(&place.species[0]).conifer => Some("Borkenkäfer"),
            3 => Some("Sturm"),
            4 => Some("Trockenheit"),
            _ => None,
        };
        let felling = pick(&CATALOGUE.fellings, LIST_SEED + 2, index as u64);
        let letter = ["a", "b", "c", "d"][(n(3) >> 32) as usize % 4];
        let compartment = format!("Abt. {} {letter}", 1 + n(3) % 180);
        lists.push(List {
            index,
            place,
            day,
            calamity,
            number: format!("{:02}-{of_year:03}", year % 100),
            name: format!("{} {} {compartment}", place.district, calamity.unwrap_or(felling)),
            compartment,
        });
    }
    lists
}

impl List {
    fn id(&self) -> usize {
        70_001 + self.index
    }

    fn shown(&self, piles: &[Pile]) -> Value {
        let piles: Vec<&Pile> = piles.iter().filter(|pile| pile.list.index == self.index).collect();
        let classes = || piles.iter().flat_map(|pile| &pile.classes);
        let sold: u64 = piles.iter().filter_map(|pile| pile.sale_volume).sum();
        let days = 1 + (dice(LIST_SEED + 5, self.index as u64) % 40) as i64;
        let updated = (self.day + days) * DAY + 9 * HOUR + (self.index as i64 * 631) % (7 * HOUR);
        json!({
            "id": self.id(),
            "owner_group": owner_group(),
            "number": self.number,
            "name": self.name,
            "reference_date": calendar::date_of(self.day).to_string(),
            "created": calendar::text(self.day * DAY + 15 * HOUR),
            "updated": calendar::text(updated),
            "created_by": CATALOGUE.forester,
            "note": pick(&CATALOGUE.list_notes, LIST_SEED + 4, self.index as u64),
            "base_area": base_area(self.place),
            "includes_areas": [self.compartment],
            "includes_wood_types": distinct(piles.iter().map(|pile| &pile.species.name)),
            "includes_usages": distinct(classes().map(|class| &class.assortment.usage)),
            "includes_qualities": distinct(classes().map(|class| &class.assortment.quality)),
            "includes_calamities": Vec::from_iter(self.calamity),
            "protocol_volume": decimal(piles.iter().map(|pile| pile.protocol_volume).sum()),
            "sale_fm_volume": decimal(sold),
        })
    }
}

impl<'a> Pile<'a> {
    fn new(index: usize, list: &'a List) -> Self {
        let n = |about| dice(PILE_SEED + about, index as u64);
        let species = &list.place.species[[0, 0, 0, 1, 1, 2][(n(1) % 6) as usize]];
        let classes: Vec<Class> =
            (0..1 + n(2) % 3).map(|class| Class::new(n(10 + class))).collect();
        let protocol_volume = classes.iter().map(|class| class.volume).sum();
        let age = (LISTS - list.index) as u64 * 4 / LISTS as u64;
        let sale_status = (age + n(4) % 2).min(3);
        Self {
            index,
            list,
            species: CATALOGUE.species(species),
            classes,
            sale_status,
            protocol_volume,
            sale_volume: (sale_status >= 2).then(|| protocol_volume * (97 + n(3) % 6) / 100),
        }
    }

    /// Latitude and longitude. Most lie within five kilometres of the district's middle; some were
    /// never entered, some are 0/0, one has the two swapped.
    fn position(&self) -> (Value, Value) {
        // The piles of one list lie along the same road.
        let away = |about| {
            let list = (dice(PILE_SEED + about, self.list.index as u64) % 9_000) as i64 - 4_500;
            let road = (dice(PILE_SEED + about, 1_000 + self.index as u64) % 800) as i64 - 400;
            (list + road) * 1_000_000 / METRES_PER_DEGREE
        };
        let latitude = (self.list.place.latitude + away(5)) as f64 / 1e6;
        // A degree of longitude is about five eighths of one of latitude here.
        let longitude = (self.list.place.longitude + away(6) * 8 / 5) as f64 / 1e6;
        match self.index {
            i if i % 58 == 17 => (Value::Null, Value::Null),
            i if i % 85 == 33 => (json!(0), json!(0)),
            200 => (json!(longitude), json!(latitude)),
            _ => (json!(latitude), json!(longitude)),
        }
    }

    fn shown(&self) -> Value {
        let mut pile = self.place_and_sale();
        if let (Value::Object(pile), Value::Object(rest)) = (&mut pile, self.list_and_logs()) {
            pile.extend(rest);
        }
        pile
    }

    fn dice(&self, about: u64) -> u64 {
        dice(PILE_SEED + about, self.index as u64)
    }

    fn place_and_sale(&self) -> Value {
        let (list, sale) = (self.list, self.sale_volume);
        let n = |about| self.dice(about);
        let id = 900_001 + self.index;
        let created = list.day * DAY + 13 * HOUR + (self.index as i64 * 97) % HOUR;
        let (latitude, longitude) = self.position();
        let quantity: u64 = self.classes.iter().map(|class| class.quantity).sum();
        let prices = self.classes.iter().map(|class| class.volume * class.price(self.species));
        let price = prices.sum::<u64>() / self.protocol_volume;
        let sold_on = calendar::date_of(list.day + 12 + (n(20) % 30) as i64);
        let buyer = n(21) as usize % CATALOGUE.buyers.len();
        let road = pick(&CATALOGUE.roads, PILE_SEED + 7, self.index as u64);
        let images = (0..n(22) % 3).map(|image| picture(id as u64 * 10 + image));
        json!({
            "id": id,
            "created_at": calendar::text(created),
            "updated_at": calendar::text(created + (n(23) % 30) as i64 * DAY),
            "revision": 1 + n(24) % 5,
            "owner_group": owner_group(),
            "creator_account": {
                "id": CATALOGUE.forester["id"],
                "name": CATALOGUE.forester["name"],
            },
            "buyer": sale.map(|_| json!({ "id": 501 + buyer, "name": CATALOGUE.buyers[buyer] })),
            "seller_group": owner_group(),
            "latitude": latitude,
            "longitude": longitude,
            "storage_location": format!("{}, {road} {}", list.place.forest, 1 + n(8) % 40),
            "note": pick(&CATALOGUE.pile_notes, PILE_SEED, n(25)),
            "images": images.collect::<Vec<_>>(),
            "protocol_quantity": quantity,
            "protocol_fm_volume": decimal(self.protocol_volume),
            "sale_quantity": sale.map(|_| quantity),
            "sale_fm_volume": sale.map(decimal),
            "sale_status": self.sale_status,
            "sale_date": sale.map(|_| sold_on.to_string()),
            "sale_net_total": sale.map(|volume| decimal(volume * price / 100)),
            "sale_avg_unit_price": sale.map(|_| decimal(price)),
            "measurement_type": 1 + n(26) % 3,
        })
    }

    fn list_and_logs(&self) -> Value {
        let list = self.list;
        let n = |about| self.dice(about);
        let assortments = || self.classes.iter().map(|class| class.assortment);
        let thicknesses = assortments().map(|assortment| &assortment.thickness_class);
        let classes = self.classes.iter().map(|class| class.shown(self.species));
        let conifer = self.species.conifer;
        json!({
            "supplier_billing_status": self.sale_status / 2,
            "contractor_status": n(27) % 3,
            "transport_status": self.sale_status.saturating_sub(1),
            "woodlist_id": list.id(),
            "woodlist_number": list.number,
            "woodlist_name": list.name,
            "woodlist_date": calendar::date_of(list.day).to_string(),
            "sellingunit_number": 1 + n(28) % 4,
            "number": 1 + self.index / LISTS,
            "area": { "id": 2_000 + list.index, "name": list.compartment },
            "base_area": base_area(list.place),
            "tree_types": [self.species.name],
            "usages": distinct(assortments().map(|assortment| &assortment.usage)),
            "qualities": distinct(assortments().map(|assortment| &assortment.quality)),
            "thickness_classes": distinct(thicknesses),
            "calamities": Vec::from_iter(list.calamity),
            "avg_length": if conifer { 5.1 } else { decimal(400 + n(29) % 300) },
            "avg_diameter": decimal(1_800 + n(30) % 3_200),
            "bark_reduction_type": n(31) % 3,
            "cut_identifier": if conifer { "4L" } else { "6L" },
            "class_entries": classes.collect::<Vec<_>>(),
        })
    }
}

impl Class {
    fn new(seed: u64) -> Self {
        let quantity = 12 + dice(seed, 2) % 90;
        Self {
            assortment: pick(&CATALOGUE.assortments, seed, 1),
            quantity,
            // A log holds between 0.25 and 0.75 solid cubic metres.
            volume: quantity * (25 + dice(seed, 3) % 51),
        }
    }

    /// Cents for a solid cubic metre.
    fn price(&self, species: &Species) -> u64 {
        species.price * self.assortment.price_percent / 100
    }

    fn shown(&self, species: &Species) -> Value {
        json!({
            "tree_type": species.name,
            "usage": self.assortment.usage,
            "quality": self.assortment.quality,
            "thickness_class": self.assortment.thickness_class,
            "quantity": self.quantity,
            "fm_volume": decimal(self.volume),
        })
    }
}

/// A number from its hundredths.
fn decimal(hundredths: u64) -> f64 {
    hundredths as f64 / 100.0
}

fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    texts.map(String::as_str).collect()
}

fn owner_group() -> Value {
    json!({ "id": CATALOGUE.group["id"], "name": CATALOGUE.group["name"] })
}

fn base_area(place: &Place) -> Value {
    json!({ "id": place.id, "name": format!("Revier {}", place.district) })
}

fn picture(id: u64) -> Value {
    json!({
        "id": id,
        "url": format!("https://sandbox.invalid/pictures/{id}-small.jpg"),
        "original": format!("https://sandbox.invalid/pictures/{id}.jpg"),
    })
}
