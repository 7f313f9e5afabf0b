//! Log piles: their columns, and what a map says of them.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Content;
use super::columns::{Cell, List, member};
use crate::data::pile::{Pile, name_member};
use crate::data::query::Resolution;
use crate::language::Language;

/// The pile's number in full, put together here.
pub(super) const FULL_NUMBER: &str = "full_number";

/// What is measured or paid: numbers with a fraction, also where it is zero.
#[rustfmt::skip]
pub(super) const MEASURES: &[&str] = &[
    "latitude", "longitude", "avg_length", "avg_diameter", "protocol_quantity",
    "protocol_fm_volume", "sale_quantity", "sale_fm_volume", "sale_net_total",
    "sale_avg_unit_price",
];

/// Log piles.
pub const LIST: List<'_> = List {
    name: "piles",
    content: Content::Piles,
    // Every documented member that fits in a cell.
    #[rustfmt::skip]
    columns: &[
        FULL_NUMBER, "id", "woodlist_id", "woodlist_number", "woodlist_name", "woodlist_date",
        "sellingunit_number", "number", "storage_location", "latitude", "longitude", "area",
        "base_area", "tree_types", "usages", "qualities", "thickness_classes", "calamities",
        "avg_length", "avg_diameter", "bark_reduction_type", "measurement_type",
        "protocol_quantity", "protocol_fm_volume", "sale_quantity", "sale_fm_volume",
        "sale_status", "sale_date", "sale_net_total", "sale_avg_unit_price",
        "supplier_billing_status", "contractor_status", "transport_status", "buyer",
        "seller_group", "owner_group", "creator_account", "cut_identifier", "note", "created_at",
        "updated_at", "revision",
    ],
    // What a forwarder's driver and a buyer look for.
    #[rustfmt::skip]
    few_columns: &[
        FULL_NUMBER, "tree_types", "qualities", "protocol_fm_volume", "sale_fm_volume",
        "sale_status", "storage_location", "latitude", "longitude",
    ],
    // Those that fit in no cell.
    documented: &["images", "class_entries"],
    resolution: Resolution::QuarterHour,
};

/// A pile's cell in one column.
pub(super) fn cell<'a>(pile: &'a Pile, column: &str) -> Cell<'a> {
    match member(&pile.0, column) {
        None if column == FULL_NUMBER => Cell::Text(Cow::Owned(pile.full_number())),
        value => Cell::of(value),
    }
}

/// What a map shows as the pile's name: its full number, else its id.
pub(super) fn name(pile: &Pile) -> String {
    let number = pile.full_number();
    if number.is_empty() { pile.text("id") } else { number }
}

/// Names of way points, each given once: a phone keeps one favourite of a name. A pile without a
/// number of its own shares that of its wood list, and has its id behind it.
#[derive(Default)]
pub(super) struct PointNames(HashSet<String>);

impl PointNames {
    pub fn of(&mut self, pile: &Pile) -> String {
        let (number, id) = (pile.full_number(), pile.text("id"));
        let name = name(pile);
        let with_id = format!("{number} ({id})");
        let lacks_own = pile.text("number").is_empty() && !number.is_empty() && !id.is_empty();
        let first = if lacks_own { with_id.clone() } else { name.clone() };
        if first.is_empty() {
            return first;
        }
        let more = (2..).map(|nth| format!("{name} ({nth})"));
        let candidates = [first].into_iter().chain((!id.is_empty()).then_some(with_id)).chain(more);
        let free = candidates.into_iter().find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

/// What a driver and a buyer want to know, in a line: `Fichte, B · 42,50 Fm gemessen, Rindenabzug 1
/// · Status 3 · Holzliste 26-001 Harz · Hauptweg km 2`. Of the two volumes the sold one if there is
/// one; they are never mixed.
pub(super) fn description(pile: &Pile, language: Language) -> String {
    let words = &language.texts().pile;
    let labelled = |label: &str, text: String| match text.is_empty() {
        true => text,
        false => format!("{label} {text}"),
    };
    let joined = |parts: &[String], between: &str| {
        let there: Vec<&str> =
            parts.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        there.join(between)
    };
    let bark = match pile.text(&name_member("bark_reduction_type")) {
        name if name.is_empty() => labelled(&words.bark, pile.text("bark_reduction_type")),
        name => name,
    };
    let volumes = [("sale_fm_volume", &words.sold), ("protocol_fm_volume", &words.measured)];
    let volume = volumes.into_iter().find_map(|(member, word)| {
        let digits = Some(pile.text(member)).filter(|digits| !digits.is_empty())?;
        let digits = if language == Language::De { digits.replacen('.', ",", 1) } else { digits };
        Some(joined(&[format!("{digits} Fm {word}"), bark.clone()], ", "))
    });
    let wood_list = ["woodlist_number", "woodlist_name"].map(|member| pile.text(member));
    let parts = [
        joined(&[pile.text("tree_types"), pile.text("qualities")], ", "),
        volume.unwrap_or_default(),
        labelled(&words.status, pile.named("sale_status")),
        labelled(&words.wood_list, joined(&wood_list, " ")),
        pile.text("storage_location"),
    ];
    joined(&parts, " · ")
}

#[cfg(test)]
#[path = "pile_tests.rs"]
mod tests;
