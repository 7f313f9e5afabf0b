//! Readings, piles and other lists in every format, one file for each.
//!
//! | file | what it is |
//! |---|---|
//! | `format` | the table of formats: names, endings, and which of them fits what |
//! | `columns`, `reading`, `pile` | entries as rows of cells |
//! | `moment` | days and times among texts, for spreadsheets |
//! | `fields` | whether the entries have what was asked for |
//! | `csv`, `json`, `table`, `xlsx`, `influx`, `homeassistant` | tables and lists |
//! | `typed`, `parquet` | the types of columns, and tables that have them |
//! | `geojson`, `gpkg`, `gpx`, `kml` | places on a map |
//! | `profile` | a year for planning tools, one file for each |
//!
//! Everything is written as it comes; nothing here grows with the number of rows.

mod columns;
mod csv;
mod fields;
mod format;
mod geojson;
mod gpkg;
mod gpx;
mod homeassistant;
mod influx;
mod json;
mod kml;
mod moment;
mod parquet;
mod pile;
pub mod profile;
mod reading;
mod table;
mod typed;
mod xlsx;

pub use columns::List;
pub use format::{Content, FORMATS, Format, FormatError, names};
pub use pile::LIST as PILES;
pub use reading::LIST as READINGS;
pub use xlsx::saved_workbook;

use std::fs::File;
use std::io::{self, Seek as _, Write};

use serde_json::{Map, Value};

use self::fields::Fields;
use crate::clock::{TimeZone, berlin};
use crate::data::pile::Pile;
use crate::data::reading::Reading;
use crate::language::Language;

/// Bytes gathered before they are handed on: fewer, larger writes; more than this gains nothing.
const BUFFER_BYTES: usize = 64 << 10;

/// How a list is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// The zone of every time that is written.
    pub zone: TimeZone,
    /// The members that were asked for, in this order; `None` is each format's own choice.
    pub fields: Option<Vec<String>>,
    /// Somebody reads it on a terminal: columns, and nothing that could move the cursor.
    pub for_person: bool,
    /// Columns of the terminal; `None` leaves every row as long as it is.
    pub width: Option<usize>,
    /// Of headings and words that people read.
    pub language: Language,
    /// The same, if it was asked for and is not just the system's: `csv-de` is German without.
    pub named_language: Option<Language>,
    /// JSON says that this came from the sandbox.
    pub sandbox: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            zone: berlin(),
            fields: None,
            for_person: false,
            width: None,
            language: Language::default(),
            named_language: None,
            sandbox: false,
        }
    }
}

/// One entry of a list.
#[derive(Clone, Copy)]
pub enum Entry<'a> {
    Reading(&'a Reading),
    Pile(&'a Pile),
    /// Any other object: a space, a device, a customer, a wood list.
    Record(&'a Map<String, Value>),
}

/// What a format makes of a list.
trait Rows {
    /// What stands before the first entry.
    fn head(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Appends an entry.
    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()>;

    /// Writes what stands after the last entry.
    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// What a person must know of the file and cannot see in it.
    fn note(&self) -> Option<String> {
        None
    }

    /// The columns that found no room on the terminal.
    fn left_out(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What is to be said of a list that is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// What a person must know of the file and cannot see in it.
    pub note: Option<String>,
    /// The columns that found no room on the terminal.
    pub left_out: Vec<String>,
}

/// A format's rows, or why a list cannot be written so.
type NewRows = Result<Box<dyn Rows>, FormatError>;

/// Writes the entries of a list as they come. Nothing is written before the first one or the end.
pub struct Writer<'w> {
    out: Box<dyn Write + 'w>,
    rows: Box<dyn Rows>,
    buffer: Vec<u8>,
    fields: Fields,
    /// Entries that wait until every field that was asked for was in one of them: a slip of the
    /// finger must not be seen only when half of a list is written.
    held: Option<File>,
    for_person: bool,
    count: usize,
}

impl<'w> Writer<'w> {
    /// Fails where the format cannot hold the list, or the list lacks a field that was asked for.
    pub fn new(
        format: &Format,
        out: Box<dyn Write + 'w>,
        options: &Options,
        list: &List<'_>,
    ) -> Result<Self, FormatError> {
        format.check(list.content)?;
        let rows = (format.rows)(list, options)?;
        let (buffer, fields) = (rows.head(), Fields::new(list, options));
        let for_person = options.for_person;
        Ok(Self { out, rows, buffer, fields, held: None, for_person, count: 0 })
    }

    /// Writes an entry; on a terminal at once. While a field that was asked for was in no entry yet,
    /// they are held back in a temporary file without a name.
    pub fn write(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Reading(reading) = entry {
            reading::check(reading)?;
        }
        self.count += 1;
        self.fields.look(entry);
        self.rows.row(entry, &mut self.buffer)?;
        let is_full = self.buffer.len() >= BUFFER_BYTES;
        if self.fields.are_missing() {
            if is_full {
                self.hold()?;
            }
        } else if is_full || self.for_person {
            self.hand_on()?;
        }
        Ok(())
    }

    fn hold(&mut self) -> io::Result<()> {
        let held = match &mut self.held {
            Some(held) => held,
            none => none.insert(tempfile::tempfile()?),
        };
        held.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if let Some(mut held) = self.held.take() {
            held.rewind()?;
            io::copy(&mut held, &mut self.out)?;
        }
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Entries so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Fails where no entry had a field that was asked for. Nothing was written then.
    pub fn check_fields(&self) -> Result<(), FormatError> {
        self.fields.check()
    }

    /// Writes what is left; without it the output is not whole.
    pub fn finish(mut self) -> io::Result<Remarks> {
        self.hand_on()?;
        self.rows.end(&mut self.out)?;
        self.out.flush()?;
        Ok(Remarks { note: self.rows.note(), left_out: self.rows.left_out() })
    }
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests;
