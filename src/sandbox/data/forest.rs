//! Wood lists (Holzlisten): what a forester measured on one occasion, made of log piles (Polter),
//! which lie beside a forest road. TimberData calls the piles aggregations.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::calendar::{self, DAY, HOUR, date_of};
use super::super::catalogue::{CATALOGUE, Place, dice, pick};

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
    let piles: Vec<Value> = (0..PILES).map(|index| pile(index, &lists[index % LISTS])).collect();
    Forest { lists: lists.iter().map(|list| list.shown(&piles)).collect(), piles }
});

struct List {
    /// From 0.
    index: usize,
    id: usize,
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

fn lists() -> Vec<List> {
    let (mut year, mut of_year) = (0, 0);
    let list = |index: usize| {
        let n = |about| dice(LIST_SEED + about, index as u64);
        let day = FIRST_DAY + (index * 1_000 / LISTS) as i64 + (n(6) % 3) as i64;
        // The forest year is the calendar year, as in most of Germany.
        let this_year = date_of(day).year();
        of_year = if year == this_year { of_year + 1 } else { 1 };
        year = this_year;
        let place = pick(&CATALOGUE.places, LIST_SEED, index as u64);
        let calamity = match n(1) % 10 {
            0..=2 if CATALOGUE.species[&place.species[0]].conifer => Some("Borkenkäfer"),
            3 => Some("Sturm"),
            4 => Some("Trockenheit"),
            _ => None,
        };
        let felling = pick(&CATALOGUE.fellings, LIST_SEED + 2, index as u64);
        let letter = ["a", "b", "c", "d"][(n(3) >> 32) as usize % 4];
        let compartment = format!("Abt. {} {letter}", 1 + n(3) % 180);
        List {
            index,
            id: 70_001 + index,
            place,
            day,
            calamity,
            number: format!("{:02}-{of_year:03}", year % 100),
            name: format!("{} {} {compartment}", place.district, calamity.unwrap_or(felling)),
            compartment,
        }
    };
    (0..LISTS).map(list).collect()
}

impl List {
    /// As its API shows it, with the sums of its piles, which are among `piles`.
    fn shown(&self, piles: &[Value]) -> Value {
        let own = || piles.iter().skip(self.index).step_by(LISTS);
        let classes = || own().filter_map(|pile| pile["class_entries"].as_array()).flatten();
        let sum = |member: &str| {
            let volume: f64 = own().filter_map(|pile| pile[member].as_f64()).sum();
            decimal((volume * 100.0).round() as u64)
        };
        let days = 1 + (dice(LIST_SEED + 5, self.index as u64) % 40) as i64;
        let updated = (self.day + days) * DAY + 9 * HOUR + (self.index as i64 * 631) % (7 * HOUR);
        json!({
            "id": self.id,
            "owner_group": CATALOGUE.pile["owner_group"],
            "number": self.number,
            "name": self.name,
            "reference_date": date_of(self.day),
            "created": calendar::text(self.day * DAY + 15 * HOUR),
            "updated": calendar::text(updated),
            "created_by": CATALOGUE.forester,
            "note": pick(&CATALOGUE.list_notes, LIST_SEED + 4, self.index as u64),
            "base_area": self.place.base_area,
            "includes_areas": [self.compartment],
            "includes_wood_types": distinct(classes(), "tree_type"),
            "includes_usages": distinct(classes(), "usage"),
            "includes_qualities": distinct(classes(), "quality"),
            "includes_calamities": Vec::from_iter(self.calamity),
            "protocol_volume": sum("protocol_fm_volume"),
            "sale_fm_volume": sum("sale_fm_volume"),
        })
    }
}

/// A pile as its API shows it: the catalogue's, with what differs. Volumes are in hundredths of a
/// solid cubic metre (Fm), prices in cents.
fn pile(index: usize, list: &List) -> Value {
    let n = |about| dice(PILE_SEED + about, index as u64);
    let wood = &list.place.species[[0, 0, 0, 1, 1, 2][(n(1) % 6) as usize]];
    let species = &CATALOGUE.species[wood];
    let class = |class| class_entry(n(10 + class), wood, species.price);
    let (classes, sums): (Vec<Value>, Vec<[u64; 3]>) = (0..1 + n(2) % 3).map(class).unzip();
    let [quantity, volume, worth] = [0, 1, 2].map(|of| sums.iter().map(|sum| sum[of]).sum::<u64>());
    let price = worth / volume;
    // Older piles are further, and sold from 2.
    let age = (LISTS - list.index) as u64 * 4 / LISTS as u64;
    let sale_status = (age + n(4) % 2).min(3);
    let created = list.day * DAY + 13 * HOUR + (index as i64 * 97) % HOUR;
    let road = pick(&CATALOGUE.roads, PILE_SEED + 7, index as u64);
    let (latitude, longitude) = position(index, list);
    // A sawmill measures a little more or less than the forester.
    let sold = (sale_status >= 2).then(|| volume * (97 + n(3) % 6) / 100);
    let buyer = n(21) as usize % CATALOGUE.buyers.len();
    let own = json!({
        "id": 900_001 + index,
        "created_at": calendar::text(created),
        "updated_at": calendar::text(created + (n(23) % 30) as i64 * DAY),
        "latitude": latitude,
        "longitude": longitude,
        "storage_location": format!("{}, {road} {}", list.place.forest, 1 + n(8) % 40),
        "note": pick(&CATALOGUE.pile_notes, PILE_SEED, n(25)),
        "revision": 1 + n(24) % 5,
        "measurement_type": 1 + n(26) % 3,
        "contractor_status": n(27) % 3,
        "sellingunit_number": 1 + n(28) % 4,
        "bark_reduction_type": n(31) % 3,
        "protocol_quantity": quantity,
        "protocol_fm_volume": decimal(volume),
        "sale_status": sale_status,
        "supplier_billing_status": sale_status / 2,
        "transport_status": sale_status.saturating_sub(1),
        "woodlist_id": list.id,
        "woodlist_number": list.number,
        "woodlist_name": list.name,
        "woodlist_date": date_of(list.day),
        "number": 1 + index / LISTS,
        "area": { "id": 2_000 + list.index, "name": list.compartment },
        "base_area": list.place.base_area,
        "tree_types": kinds(distinct(&classes, "tree_type")),
        "usages": kinds(distinct(&classes, "usage")),
        "qualities": kinds(distinct(&classes, "quality")),
        "thickness_classes": kinds(distinct(&classes, "thickness_class")),
        "calamities": kinds(list.calamity),
        "avg_length": if species.conifer { 5.1 } else { decimal(400 + n(29) % 300) },
        "avg_diameter": decimal(1_800 + n(30) % 3_200),
        "cut_identifier": if species.conifer { "4L" } else { "6L" },
        "class_entries": classes,
        "buyer": sold.map(|_| json!({ "id": 501 + buyer, "name": CATALOGUE.buyers[buyer] })),
        "sale_quantity": sold.map(|_| quantity),
        "sale_fm_volume": sold.map(decimal),
        "sale_date": sold.map(|_| date_of(list.day + 12 + (n(20) % 30) as i64)),
        "sale_net_total": sold.map(|sold| decimal(sold * price / 100)),
        "sale_avg_unit_price": sold.map(|_| decimal(price)),
    });
    let mut pile = CATALOGUE.pile.clone();
    for (name, value) in own.as_object().into_iter().flatten() {
        pile[name] = value.clone();
    }
    pile
}

/// The logs of one quality and thickness in a pile; their number, volume and worth.
fn class_entry(seed: u64, wood: &str, price: u64) -> (Value, [u64; 3]) {
    let assortment = pick(&CATALOGUE.assortments, seed, 1);
    let logs = 12 + dice(seed, 2) % 90;
    // A log holds between 0.25 and 0.75 solid cubic metres.
    let volume = logs * (25 + dice(seed, 3) % 51);
    let percent = assortment["price_percent"].as_u64().unwrap_or(100);
    let entry = json!({
        "tree_type": wood,
        "usage": assortment["usage"],
        "quality": assortment["quality"],
        "thickness_class": assortment["thickness_class"],
        "quantity": logs,
        "fm_volume": decimal(volume),
    });
    (entry, [logs, volume, volume * (price * percent / 100)])
}

/// Latitude and longitude. Most piles lie within five kilometres of the district's middle; some were
/// never entered, some are 0/0, one has the two swapped.
fn position(index: usize, list: &List) -> (Value, Value) {
    // The piles of one list lie along the same road.
    let away = |about| {
        let list = (dice(PILE_SEED + about, list.index as u64) % 9_000) as i64 - 4_500;
        let road = (dice(PILE_SEED + about, 1_000 + index as u64) % 800) as i64 - 400;
        (list + road) * 1_000_000 / METRES_PER_DEGREE
    };
    let latitude = json!((list.place.latitude + away(5)) as f64 / 1e6);
    // A degree of longitude is about five eighths of one of latitude here.
    let longitude = json!((list.place.longitude + away(6) * 8 / 5) as f64 / 1e6);
    match index {
        i if i % 58 == 17 => (Value::Null, Value::Null),
        i if i % 85 == 33 => (json!(0), json!(0)),
        200 => (longitude, latitude),
        _ => (latitude, longitude),
    }
}

/// A number from its hundredths.
fn decimal(hundredths: u64) -> f64 {
    hundredths as f64 / 100.0
}

fn distinct<'a>(classes: impl IntoIterator<Item = &'a Value>, member: &str) -> BTreeSet<&'a str> {
    classes.into_iter().filter_map(|class| class[member].as_str()).collect()
}

/// As the API shows species, usages and the like. What has no short name is short already (`B`).
fn kinds<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    let kind = |name| {
        let place = CATALOGUE.kinds.keys().position(|known| known == name);
        let short = CATALOGUE.kinds.get(name).map_or(name, String::as_str);
        json!({ "id": place.map_or(100, |place| place + 1), "name": name, "short_name": short })
    };
    names.into_iter().map(kind).collect()
}
