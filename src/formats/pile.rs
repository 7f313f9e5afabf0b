//! Log piles: as rows, and as places on a map.

use std::io::{self, BufWriter, Write};

use super::cell::{self, Cell, Rows, member};
use super::json::JsonRecords;
use super::record::{RecordWriter, columns_of};
use super::{Content, Format, FormatError, Options, Position, Positions, geojson, gpx, kml};
use crate::data::pile::Pile;

/// The pile's number in full, put together here.
pub(super) const FULL_NUMBER: &str = "full_number";
/// What a forwarder's driver and a buyer look for, and what fits on a terminal.
const FOR_TABLE: [&str; 9] = [
    FULL_NUMBER,
    "tree_types",
    "qualities",
    "protocol_fm_volume",
    "sale_fm_volume",
    "sale_status",
    "storage_location",
    "latitude",
    "longitude",
];
/// Every documented member that fits in a cell.
#[rustfmt::skip]
const FOR_FILE: [&str; 42] = [
    FULL_NUMBER, "id", "woodlist_id", "woodlist_number", "woodlist_name", "woodlist_date",
    "sellingunit_number", "number", "storage_location", "latitude", "longitude", "area", "base_area",
    "tree_types", "usages", "qualities", "thickness_classes", "calamities", "avg_length",
    "avg_diameter", "bark_reduction_type", "measurement_type", "protocol_quantity",
    "protocol_fm_volume", "sale_quantity", "sale_fm_volume", "sale_status", "sale_date",
    "sale_net_total", "sale_avg_unit_price", "supplier_billing_status", "contractor_status",
    "transport_status", "buyer", "seller_group", "owner_group", "creator_account",
    "cut_identifier", "note", "created_at", "updated_at", "revision",
];

/// Writes piles as they come.
pub trait PileWriter {
    fn write(&mut self, pile: &Pile) -> io::Result<()>;

    /// Writes what is left, and tells how the piles were placed.
    fn finish(self: Box<Self>) -> io::Result<Positions>;
}

/// A writer of piles.
pub fn piles<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
) -> Result<Box<dyn PileWriter + 'w>, FormatError> {
    format.check(Content::Piles)?;
    let own: &[&str] = match format {
        Format::Table | Format::Plain => &FOR_TABLE,
        _ => &FOR_FILE,
    };
    let columns = columns_of(options, own)?;
    let fields = options.fields.clone();
    let places: Box<dyn Places + 'w> = match format {
        Format::Geojson => Box::new(geojson::Places::new(BufWriter::new(out), fields)),
        Format::Gpx => Box::new(gpx::Places::new(BufWriter::new(out))),
        Format::Kml => Box::new(kml::Places::new(BufWriter::new(out), columns)),
        Format::Json | Format::Ndjson => {
            Box::new(Members(JsonRecords::new(format, out, options, "piles")))
        }
        _ => {
            let names: Vec<&str> = columns.iter().map(String::as_str).collect();
            let rows = cell::rows(format, out, options, &names);
            Box::new(PileRows { rows, columns })
        }
    };
    Ok(Box::new(Counted { places, positions: Positions::default() }))
}

/// A format of piles.
pub(super) trait Places {
    fn place(&mut self, pile: &Pile, position: Option<&Position>) -> io::Result<()>;

    fn finish(self: Box<Self>) -> io::Result<()>;
}

struct Counted<'w> {
    places: Box<dyn Places + 'w>,
    positions: Positions,
}

impl PileWriter for Counted<'_> {
    fn write(&mut self, pile: &Pile) -> io::Result<()> {
        let position = self.positions.count(pile);
        self.places.place(pile, position.as_ref())
    }

    fn finish(self: Box<Self>) -> io::Result<Positions> {
        self.places.finish()?;
        Ok(self.positions)
    }
}

struct Members<'w>(JsonRecords<'w>);

impl Places for Members<'_> {
    fn place(&mut self, pile: &Pile, _: Option<&Position>) -> io::Result<()> {
        self.0.write(&pile.0)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Box::new(self.0).finish()
    }
}

struct PileRows<'w> {
    rows: Box<dyn Rows + 'w>,
    columns: Vec<String>,
}

impl Places for PileRows<'_> {
    fn place(&mut self, pile: &Pile, _: Option<&Position>) -> io::Result<()> {
        let cells: Vec<Cell<'_>> = self.columns.iter().map(|column| of(pile, column)).collect();
        self.rows.row(&cells)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.rows.finish()
    }
}

/// A pile's cell in one column.
pub(super) fn of<'a>(pile: &'a Pile, column: &str) -> Cell<'a> {
    match member(&pile.0, column) {
        None if column == FULL_NUMBER => Cell::Text(pile.full_number().into()),
        value => Cell::of(value),
    }
}

/// What a map shows as the pile's name: its full number, else its id.
pub(super) fn name(pile: &Pile) -> String {
    let number = pile.full_number();
    if number.is_empty() { of(pile, "id").text().to_owned() } else { number }
}

/// What a driver wants to know, in a line: `Fichte, B, 42.50 Fm, Hauptweg km 2`. Of the two volumes
/// the sold one if there is one; they are never mixed.
pub(super) fn description(pile: &Pile) -> String {
    let volume = ["sale_fm_volume", "protocol_fm_volume"].map(|member| of(pile, member));
    let volume = volume.iter().map(Cell::text).find(|digits| !digits.is_empty());
    let volume = volume.map(|digits| format!("{digits} Fm")).unwrap_or_default();
    let text = |member| of(pile, member).text().to_owned();
    let parts = [text("tree_types"), text("qualities"), volume, text("storage_location")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "pile_tests.rs"]
mod tests;
