//! Readings, piles and other lists in every format, one file for each.
//!
//! | file | what it is |
//! |---|---|
//! | `format` | the names of the formats, and which of them fits what |
//! | `reading` | readings: columns, and the way to a writer |
//! | `pile`, `position`, `record` | piles with their positions, and any other list |
//! | `template`, `wall_clock` | the fast way: a row of readings is one template with holes |
//! | `csv`, `json`, `influx` | formats of text, filled from templates or cells |
//! | `cell`, `table`, `xlsx`, `zip` | formats of cells |
//! | `geojson`, `gpx`, `kml`, `xml` | places on a map |
//! | `file`, `file_name` | a file that has its name only when it is whole |
//!
//! Everything is written as it comes; nothing here grows with the number of rows.

mod cell;
mod csv;
pub mod file;
pub mod file_name;
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
mod wall_clock;
mod xlsx;
mod xml;
mod zip;

pub use file::{FileError, OutputFile};
pub use file_name::safe_file_name;
pub use format::{Content, Format, FormatError};
pub use pile::{PileWriter, piles};
pub use position::{Doubt, Position, Positions};
pub use reading::{ReadingWriter, readings};
pub use record::{RecordWriter, records};

use crate::clock::TimeZone;

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

/// Germany's time. Where the system has no list of zones (a bare container), the rule that holds
/// since 1996 is as good.
pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin")
        .or_else(|_| TimeZone::posix(BERLIN_SINCE_1996))
        .unwrap_or(TimeZone::UTC)
}

const BERLIN_SINCE_1996: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn without_a_list_of_zones_berlin_is_the_same() {
        let rule = TimeZone::posix(BERLIN_SINCE_1996).unwrap();
        let begin: Timestamp = "1996-01-01T00:00:00Z".parse().unwrap();
        let changes = |zone: &TimeZone| {
            let changes = zone.following(begin).take(200);
            changes.map(|change| (change.timestamp(), change.offset())).collect::<Vec<_>>()
        };
        assert_eq!(rule.to_offset(begin), berlin().to_offset(begin));
        assert_eq!(changes(&rule), changes(&berlin()));
    }
}
