//! Forests of Germany, their foresters' districts, and what grows there. The districts are made up.

/// A forester's district (Revier), which is what TimberData calls a base area here.
#[derive(Debug)]
pub struct Place {
    pub id: u32,
    pub district: &'static str,
    pub forest: &'static str,
    /// Degrees, WGS 84, in millionths: a place amid woods, far enough from every border.
    pub latitude: i64,
    pub longitude: i64,
    /// The species, the most frequent first.
    pub species: [Species; 3],
}

/// Tree species that fill Germany's wood yards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Species {
    Spruce,
    Beech,
    Oak,
    Pine,
    Larch,
}

impl Species {
    pub fn name(self) -> &'static str {
        match self {
            Species::Spruce => "Fichte",
            Species::Beech => "Buche",
            Species::Oak => "Eiche",
            Species::Pine => "Kiefer",
            Species::Larch => "Lärche",
        }
    }

    pub fn is_conifer(self) -> bool {
        matches!(self, Species::Spruce | Species::Pine | Species::Larch)
    }

    /// Cents for a solid cubic metre of saw logs.
    pub fn price(self) -> u64 {
        match self {
            Species::Spruce => 9_800,
            Species::Beech => 8_200,
            Species::Oak => 24_500,
            Species::Pine => 7_400,
            Species::Larch => 11_900,
        }
    }
}

/// Metres that one degree of latitude measures.
pub const METRES_PER_DEGREE: i64 = 111_320;

use Species::{Beech, Larch, Oak, Pine, Spruce};

/// In the order of their ids, which begin at 401.
pub static PLACES: [Place; 12] = [
    place(401, "Clausthal", "Harz", (51_800_000, 10_400_000), [Spruce, Beech, Larch]),
    place(402, "Neuhaus", "Solling", (51_740_000, 9_560_000), [Beech, Spruce, Oak]),
    place(403, "Gahrenberg", "Reinhardswald", (51_470_000, 9_560_000), [Oak, Beech, Spruce]),
    place(404, "Rohrbrunn", "Spessart", (49_900_000, 9_420_000), [Oak, Beech, Pine]),
    place(405, "Ebrach", "Steigerwald", (49_840_000, 10_510_000), [Beech, Oak, Larch]),
    place(406, "Zwiesel", "Bayerischer Wald", (48_990_000, 13_180_000), [Spruce, Beech, Larch]),
    place(407, "Baiersbronn", "Nordschwarzwald", (48_540_000, 8_330_000), [Spruce, Pine, Beech]),
    place(408, "St. Blasien", "Hochschwarzwald", (47_780_000, 8_120_000), [Spruce, Larch, Beech]),
    place(409, "Johanniskreuz", "Pfälzerwald", (49_330_000, 7_840_000), [Pine, Beech, Oak]),
    place(410, "Oberhof", "Thüringer Wald", (50_690_000, 10_720_000), [Spruce, Larch, Beech]),
    place(411, "Groß Schönebeck", "Schorfheide", (52_920_000, 13_560_000), [Pine, Oak, Larch]),
    place(412, "Faßberg", "Lüneburger Heide", (52_920_000, 10_150_000), [Pine, Larch, Spruce]),
];

const fn place(
    id: u32,
    district: &'static str,
    forest: &'static str,
    (latitude, longitude): (i64, i64),
    species: [Species; 3],
) -> Place {
    Place { id, district, forest, latitude, longitude, species }
}
