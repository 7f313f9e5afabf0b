//! Log piles: their columns, and what a map says of them.

use std::borrow::Cow;

use super::Content;
use super::columns::{Cell, List, member};
use crate::data::pile::Pile;

/// The pile's number in full, put together here.
pub(super) const FULL_NUMBER: &str = "full_number";

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
    if number.is_empty() { cell(pile, "id").text().to_owned() } else { number }
}

/// What a driver wants to know, in a line: `Fichte, B, 42.50 Fm, Hauptweg km 2`. Of the two volumes
/// the sold one if there is one; they are never mixed.
pub(super) fn description(pile: &Pile) -> String {
    let volume = ["sale_fm_volume", "protocol_fm_volume"].map(|member| cell(pile, member));
    let volume = volume.iter().map(Cell::text).find(|digits| !digits.is_empty());
    let volume = volume.map(|digits| format!("{digits} Fm")).unwrap_or_default();
    let text = |member| cell(pile, member).text().to_owned();
    let parts = [text("tree_types"), text("qualities"), volume, text("storage_location")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "pile_tests.rs"]
mod tests;
