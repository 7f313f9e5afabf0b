//! Log piles (Polter), which TimberData calls aggregations: what lies beside a forest road.

use serde_json::{Value, json};

use super::super::object::object;
use super::calendar::{self, DAY, HOUR, date_text};
use super::dice::{dice, pick};
use super::places::{METRES_PER_DEGREE, Species};
use super::woodlists::{self, WOODLISTS, Woodlist};

/// Enough for four pages of 100. The first 110 lists have two piles, the others one.
pub const PILES: usize = 340;
const SEED: u64 = 0x50_4f;

const BUYERS: [&str; 5] = [
    "Sägewerk Tannenhof",
    "Holzhandel Beispiel",
    "Spanplatten Muster",
    "Furnierwerk Probe",
    "Brennholz Müller & Söhne",
];

/// One pile. Whatever is told of it follows from its index.
#[derive(Clone, Debug)]
pub struct Pile {
    /// From 0.
    pub index: usize,
    pub list: Woodlist,
    classes: Vec<Class>,
}

/// Logs of one kind within a pile.
#[derive(Clone, Debug)]
struct Class {
    species: Species,
    usage: &'static str,
    quality: &'static str,
    thickness: &'static str,
    quantity: u64,
    /// Hundredths of a solid cubic metre.
    volume: u64,
}

pub fn of_woodlist(list: &Woodlist) -> impl Iterator<Item = Pile> {
    (list.index..PILES).step_by(WOODLISTS).map(Pile::at)
}

impl Pile {
    pub fn at(index: usize) -> Self {
        let list = Woodlist::at(index % WOODLISTS);
        let n = |about| dice(SEED + about, index as u64);
        let first = list.place.species[[0, 0, 0, 1, 1, 2][(n(1) % 6) as usize]];
        let classes = (0..1 + n(2) % 3).map(|class| Class::new(first, n(10 + class)));
        Self { classes: classes.collect(), index, list }
    }

    /// Hundredths of a solid cubic metre, measured by the forester.
    pub fn protocol_volume(&self) -> u64 {
        self.classes.iter().map(|class| class.volume).sum()
    }

    /// The same, sold, where it was: a sawmill measures a little more or less.
    pub fn sale_volume(&self) -> Option<u64> {
        let percent = 97 + dice(SEED + 3, self.index as u64) % 6;
        (self.sale_status() >= 2).then(|| self.protocol_volume() * percent / 100)
    }

    pub fn tree_types(&self) -> Vec<&'static str> {
        distinct(self.classes.iter().map(|class| class.species.name()))
    }

    pub fn usages(&self) -> Vec<&'static str> {
        distinct(self.classes.iter().map(|class| class.usage))
    }

    pub fn qualities(&self) -> Vec<&'static str> {
        distinct(self.classes.iter().map(|class| class.quality))
    }

    /// 0 to 3; older piles are further.
    fn sale_status(&self) -> u64 {
        let age = (WOODLISTS - self.list.index) as u64 * 4 / WOODLISTS as u64;
        (age + dice(SEED + 4, self.index as u64) % 2).min(3)
    }

    /// Latitude and longitude. Most lie within five kilometres of the district's middle; some were
    /// never entered, some are 0/0, one has the two swapped.
    pub fn position(&self) -> (Value, Value) {
        let (latitude, longitude) = self.true_position();
        match self.index {
            i if i % 58 == 17 => (Value::Null, Value::Null),
            i if i % 85 == 33 => (json!(0), json!(0)),
            200 => (json!(longitude), json!(latitude)),
            _ => (json!(latitude), json!(longitude)),
        }
    }

    fn true_position(&self) -> (f64, f64) {
        // The piles of one list lie along the same road.
        let away = |about| {
            let list = (dice(SEED + about, self.list.index as u64) % 9_000) as i64 - 4_500;
            let road = (dice(SEED + about, 1_000 + self.index as u64) % 800) as i64 - 400;
            (list + road) * 1_000_000 / METRES_PER_DEGREE
        };
        let latitude = self.list.place.latitude + away(5);
        // A degree of longitude is about five eighths of one of latitude here.
        let longitude = self.list.place.longitude + away(6) * 8 / 5;
        (latitude as f64 / 1e6, longitude as f64 / 1e6)
    }

    /// The pile as its API tells it.
    pub fn json(&self) -> Value {
        let list = &self.list;
        let n = |about| dice(SEED + about, self.index as u64);
        let id = 900_001 + self.index;
        let created = list.reference * DAY + 13 * HOUR + (self.index as i64 * 97) % HOUR;
        let (latitude, longitude) = self.position();
        let (protocol, sale) = (self.protocol_volume(), self.sale_volume());
        let quantity: u64 = self.classes.iter().map(|class| class.quantity).sum();
        let price = self.classes.iter().map(|c| c.volume * c.price()).sum::<u64>() / protocol;
        let sold_on = list.reference + 12 + (n(20) % 30) as i64;
        let buyer = n(21) as usize % BUYERS.len();
        let images: Vec<Value> = (0..n(22) % 3).map(|image| picture(id, image)).collect();
        let conifer = self.classes[0].species.is_conifer();
        object!({
            "id": id,
            "created_at": calendar::text(created),
            "updated_at": calendar::text(created + (n(23) % 30) as i64 * DAY),
            "revision": 1 + n(24) % 5,
            "owner_group": woodlists::owner_group(),
            "creator_account": object!({ "id": 31, "name": "Jonas Beispiel" }),
            "buyer": sale.map(|_| object!({ "id": 501 + buyer, "name": BUYERS[buyer] })),
            "seller_group": woodlists::owner_group(),
            "latitude": latitude,
            "longitude": longitude,
            "storage_location": self.storage_location(),
            "note": pick(&["", "", "", "bitte zuerst abfahren", "am Wendeplatz rechts"], SEED, n(25)),
            "images": images,
            "protocol_quantity": quantity,
            "protocol_fm_volume": decimal(protocol),
            "sale_quantity": sale.map(|_| quantity),
            "sale_fm_volume": sale.map(decimal),
            "sale_status": self.sale_status(),
            "sale_date": sale.map(|_| date_text(sold_on)),
            "sale_net_total": sale.map(|volume| decimal(volume * price / 100)),
            "sale_avg_unit_price": sale.map(|_| decimal(price)),
            "measurement_type": 1 + n(26) % 3,
            "supplier_billing_status": self.sale_status() / 2,
            "contractor_status": n(27) % 3,
            "transport_status": self.sale_status().saturating_sub(1),
            "woodlist_id": list.id(),
            "woodlist_number": list.number(),
            "woodlist_name": list.name(),
            "woodlist_date": date_text(list.reference),
            "sellingunit_number": 1 + n(28) % 4,
            "number": 1 + self.index / WOODLISTS,
            "area": object!({ "id": 2_000 + list.index, "name": list.compartment() }),
            "base_area": woodlists::base_area(list.place),
            "tree_types": self.tree_types(),
            "usages": self.usages(),
            "qualities": self.qualities(),
            "thickness_classes": distinct(self.classes.iter().map(|class| class.thickness)),
            "calamities": list.calamity.into_iter().collect::<Vec<_>>(),
            "avg_length": if conifer { 5.1 } else { decimal(400 + n(29) % 300) },
            "avg_diameter": decimal(1_800 + n(30) % 3_200),
            "bark_reduction_type": n(31) % 3,
            "cut_identifier": if conifer { "4L" } else { "6L" },
            "class_entries": self.classes.iter().map(Class::json).collect::<Vec<_>>(),
        })
    }

    fn storage_location(&self) -> String {
        let road = pick(
            &["Hauptweg", "Rückeweg", "Grenzweg", "Talstraße", "Höhenweg"],
            SEED + 7,
            self.index as u64,
        );
        format!("{}, {road} {}", self.list.place.forest, 1 + dice(SEED + 8, self.index as u64) % 40)
    }
}

impl Class {
    fn new(species: Species, n: u64) -> Self {
        let (usage, quality, thickness) = pick(
            &[
                ("Stammholz", "B", "L2b"),
                ("Stammholz", "B", "L3a"),
                ("Stammholz", "C", "L2a"),
                ("Stammholz", "D", "L4"),
                ("Industrieholz", "IN", "L1b"),
                ("Energieholz", "X", "L1a"),
            ],
            n,
            1,
        );
        let quantity = 12 + dice(n, 2) % 90;
        // A log holds between 0.25 and 0.75 solid cubic metres.
        Self {
            species,
            usage,
            quality,
            thickness,
            quantity,
            volume: quantity * (25 + dice(n, 3) % 51),
        }
    }

    /// Cents for a solid cubic metre.
    fn price(&self) -> u64 {
        let percent = match (self.usage, self.quality) {
            ("Stammholz", "B") => 100,
            ("Stammholz", "C") => 82,
            ("Stammholz", _) => 68,
            ("Industrieholz", _) => 42,
            _ => 33,
        };
        self.species.price() * percent / 100
    }

    fn json(&self) -> Value {
        object!({
            "tree_type": self.species.name(),
            "usage": self.usage,
            "quality": self.quality,
            "thickness_class": self.thickness,
            "quantity": self.quantity,
            "fm_volume": decimal(self.volume),
        })
    }
}

/// A number from its hundredths.
pub fn decimal(hundredths: u64) -> f64 {
    hundredths as f64 / 100.0
}

fn distinct(texts: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn picture(pile: usize, image: u64) -> Value {
    let id = pile as u64 * 10 + image;
    object!({
        "id": id,
        "url": format!("https://sandbox.invalid/pictures/{id}-small.jpg"),
        "original": format!("https://sandbox.invalid/pictures/{id}.jpg"),
    })
}
