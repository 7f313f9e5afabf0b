//! Log piles (Polter) as the pictures need them: where, how much, which group.

use clap::ValueEnum;

use crate::data::pile::Pile;
use crate::data::position::{Degrees, NoPlace, Position};
use crate::language::{Language, PilePictureTexts, filled};
use crate::plot::colour::COLOURED_GROUPS;
use crate::plot::picture::KeyFigure;

/// What piles are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupedBy {
    SaleStatus,
    TransportStatus,
    ContractorStatus,
    BillingStatus,
    // By number, as it is shown to the forester, with its name.
    WoodList,
    Species,
    // The forest district.
    Area,
}

/// How piles are put together, in words.
struct Grouping {
    /// `sale status`
    words: &'static str,
    /// What the group of those that have none is called.
    none: &'static str,
    /// The provider's name for it.
    member: &'static str,
}

impl GroupedBy {
    fn grouping(self, language: Language) -> Grouping {
        let texts = &language.texts().pile_picture;
        let (words, none, member) = match self {
            Self::SaleStatus => (&texts.sale_status, &texts.no_sale_status, "sale_status"),
            Self::TransportStatus => {
                (&texts.transport_status, &texts.no_transport_status, "transport_status")
            }
            Self::ContractorStatus => {
                (&texts.contractor_status, &texts.no_contractor_status, "contractor_status")
            }
            Self::BillingStatus => {
                (&texts.billing_status, &texts.no_billing_status, "supplier_billing_status")
            }
            Self::WoodList => (&texts.wood_list, &texts.no_wood_list, "woodlist_number"),
            Self::Species => (&texts.species, &texts.no_species, "tree_types"),
            Self::Area => (&texts.area, &texts.no_area, "base_area"),
        };
        Grouping { words, none, member }
    }

    /// What a pile's group is called.
    fn group_of(self, pile: &Pile, language: Language) -> String {
        let Grouping { none, member, .. } = self.grouping(language);
        let mut name = pile.named(member);
        if self == Self::WoodList {
            name = [name, pile.text("woodlist_name")].join(" ").trim().to_owned();
        }
        if name.is_empty() { none.to_owned() } else { name }
    }
}

/// One pile.
#[derive(Clone, Debug, PartialEq)]
pub struct PlottedPile {
    /// Its full number.
    pub number: String,
    /// Where it lies, or why it is on no map.
    pub position: Result<Degrees, NoPlace>,
    /// Solid cubic metres (Fm).
    pub volume: Option<f64>,
    /// Index into [`Piles::groups`].
    pub group: usize,
}

/// Piles with the same status, or of the same wood list.
#[derive(Clone, Debug, PartialEq)]
pub struct PileGroup {
    /// As the provider has it; empty for all groups that have no place of their own.
    pub name: String,
    /// What it is called in a picture: a bare integer means nothing without its member's name.
    pub label: String,
    pub piles: usize,
    /// Fm of those whose volume is known.
    pub volume: f64,
}

/// All piles of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Piles {
    pub language: Language,
    pub title: String,
    pub by: GroupedBy,
    pub piles: Vec<PlottedPile>,
    /// The largest volume first.
    pub groups: Vec<PileGroup>,
}

impl Piles {
    /// The piles of a provider.
    pub fn new(provider: &str, by: GroupedBy, language: Language, piles: &[Pile]) -> Self {
        let mut groups: Vec<PileGroup> = Vec::new();
        let Grouping { words, .. } = by.grouping(language);
        for pile in piles {
            let name = by.group_of(pile, language);
            let place = groups.iter().position(|group| group.name == name).unwrap_or(groups.len());
            if place == groups.len() {
                let bare = name.chars().all(|c| c.is_ascii_digit());
                let label = if bare { format!("{words} {name}") } else { name.clone() };
                groups.push(PileGroup { name, label, piles: 0, volume: 0.0 });
            }
            groups[place].piles += 1;
            groups[place].volume += volume(pile).unwrap_or_default();
        }
        groups.sort_by(|one, other| other.volume.total_cmp(&one.volume));
        let plotted = |pile: &Pile| {
            let name = by.group_of(pile, language);
            let group = groups.iter().position(|group| group.name == name).unwrap_or_default();
            let position = Position::judged(pile).map(|position| position.degrees());
            PlottedPile { number: pile.full_number(), position, volume: volume(pile), group }
        };
        let piles = piles.iter().map(plotted).collect();
        let title = filled(&language.texts().pile_picture.title, &[("provider", provider)]);
        Self { language, title, by, piles, groups }
    }

    pub fn texts(&self) -> &'static PilePictureTexts {
        &self.language.texts().pile_picture
    }

    /// What they are put together by: `sale status`.
    pub fn by_words(&self) -> &'static str {
        self.by.grouping(self.language).words
    }

    /// `1 234.5 Fm`
    pub fn fm(&self, volume: f64) -> String {
        format!("{} Fm", self.language.number(volume, 1))
    }

    /// `1 pile`, `1 234 piles`
    pub fn count(&self, many: usize) -> String {
        self.language.count(many, &self.texts().pile, &self.texts().piles)
    }

    /// `4 more`
    fn more(&self, many: usize) -> String {
        filled(&self.texts().more, &[("count", &self.language.integer(many))])
    }

    /// The groups. Those behind the first `most` are one, where they are several.
    pub fn bars(&self, most: usize) -> Vec<PileGroup> {
        let mut bars = self.groups.clone();
        if bars.len() > most + 1 {
            let rest = bars.split_off(most);
            bars.push(PileGroup {
                name: String::new(),
                label: self.more(rest.len()),
                piles: rest.iter().map(|group| group.piles).sum(),
                volume: rest.iter().map(|group| group.volume).sum(),
            });
        }
        bars
    }

    /// The length of a bar: of all that are put together there is none, it would make those of the
    /// others too short to compare.
    pub fn length(bar: &PileGroup) -> f64 {
        if bar.name.is_empty() { 0.0 } else { bar.volume }
    }

    /// What the colours mean, in their order.
    pub fn legend(&self) -> Vec<String> {
        let coloured = self.groups.iter().take(COLOURED_GROUPS);
        let mut legend: Vec<String> = coloured.map(|group| group.label.clone()).collect();
        let rest = self.groups.len() - legend.len();
        if rest > 0 {
            legend.push(self.more(rest));
        }
        legend
    }

    /// Those that have a place; the largest first, so that small ones lie on top.
    pub fn placed(&self) -> Vec<(Degrees, &PlottedPile)> {
        let mut placed: Vec<_> =
            self.piles.iter().filter_map(|pile| Some((pile.position.ok()?, pile))).collect();
        let volume = |pile: &PlottedPile| pile.volume.unwrap_or_default();
        placed.sort_by(|(_, one), (_, other)| volume(other).total_cmp(&volume(one)));
        placed
    }

    /// How many are not on the map, and why; nothing where all are.
    pub fn not_on_the_map(&self) -> Vec<String> {
        let texts = self.texts();
        let reasons = [
            (NoPlace::Missing, &texts.missing),
            (NoPlace::Words, &texts.words),
            (NoPlace::NoDegrees, &texts.no_degrees),
            (NoPlace::Zero, &texts.zero),
            (NoPlace::Swapped, &texts.swapped),
            (NoPlace::Far, &texts.far),
        ];
        let many = |why| self.piles.iter().filter(|pile| pile.position == Err(why)).count();
        let reasons = reasons.into_iter().map(|(why, words)| (many(why), words));
        let reasons = reasons.filter(|(many, _)| *many > 0);
        reasons.map(|(many, words)| filled(words, &[("piles", &self.count(many))])).collect()
    }

    /// Fm of all piles whose volume is known.
    pub fn volume(&self) -> f64 {
        self.groups.iter().map(|group| group.volume).sum()
    }

    /// Piles whose volume is not known.
    pub fn unknown(&self) -> usize {
        self.piles.iter().filter(|pile| pile.volume.is_none()).count()
    }

    /// Counts and sums.
    pub fn key_figures(&self) -> Vec<KeyFigure> {
        let figure = |name: &'static str, value| KeyFigure { name, value, note: String::new() };
        let (texts, language) = (self.texts(), self.language);
        let mut figures = vec![
            figure(&texts.figure_piles, language.integer(self.piles.len())),
            figure(&texts.volume, self.fm(self.volume())),
            figure(&texts.on_the_map, language.integer(self.placed().len())),
        ];
        let unknown = self.unknown();
        if unknown > 0 {
            figures.push(figure(&texts.volume_unknown, self.count(unknown)));
        }
        figures
    }
}

/// What was sold, else what the forester measured; both are Fm, no other measure is taken.
fn volume(pile: &Pile) -> Option<f64> {
    let read = |member| pile.text(member).parse().ok();
    let fits = |volume: &f64| volume.is_finite() && *volume >= 0.0;
    ["sale_fm_volume", "protocol_fm_volume"].into_iter().find_map(|it| read(it).filter(fits))
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
        let piles = Piles::new("t", GroupedBy::SaleStatus, Language::En, &piles);
        assert_eq!(piles.placed().len(), 1);
        assert_eq!(
            piles.not_on_the_map(),
            [
                "1 pile without a position",
                "1 pile at 0/0",
                "1 pile with latitude and longitude swapped"
            ]
        );
        let names: Vec<&str> = piles.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["1", "3", "no sale status"]);
        assert_eq!((piles.groups[1].piles, piles.groups[1].volume), (2, 10.0));
        assert_eq!(piles.groups[piles.piles[0].group].name, "3");
        assert_eq!(piles.key_figures()[1].value, "31.0 Fm");
    }
}
