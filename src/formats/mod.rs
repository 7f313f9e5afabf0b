//! Readings, piles and other lists in every format, one file for each.
//!
//! | file | what it is |
//! |---|---|
//! | `format` | the names of the formats, and which of them fits what |
//! | `reading` | readings: columns, and the way to a writer |
//! | `pile`, `position`, `record` | piles with their positions, and any other list |
//! | `template` | the fast way: a row of readings is one template with holes |
//! | `csv`, `json`, `influx` | formats of text, filled from templates or cells |
//! | `cell`, `table`, `xlsx`, `zip` | formats of cells |
//! | `geojson`, `gpx`, `kml`, `xml` | places on a map |
//!
//! Everything is written as it comes; nothing here grows with the number of rows.

mod cell;
mod csv;
mod format;
mod geojson;
mod gpx;
mod influx;
mod json;
mod kml;
mod pile;
mod position;
mod reading;
mod record;
mod table;
mod template;
mod xlsx;
mod xml;
mod zip;

pub use format::{Content, Format, FormatError};
pub use pile::{PileWriter, piles};
pub use position::{Doubt, Position, Positions};
pub use reading::{ReadingWriter, readings};
pub use record::{RecordWriter, records};

use crate::clock::{TimeZone, berlin};

/// How a list is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// The zone of every time that is written.
    pub zone: TimeZone,
    /// The members that were asked for, in this order; `None` is each format's own choice.
    pub fields: Option<Vec<String>>,
    /// Somebody reads it on a terminal: columns, and nothing that could move the cursor.
    pub for_person: bool,
    /// Text as the provider sent it, dangerous or not; a person's terminal is spared all the same.
    pub raw: bool,
    /// JSON says that this came from the sandbox.
    pub sandbox: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { zone: berlin(), fields: None, for_person: false, raw: false, sandbox: false }
    }
}

#[cfg(test)]
pub(crate) mod testing;
