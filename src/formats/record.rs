//! Any list of JSON objects: spaces, devices, customers, wood lists.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::cell::{self, Cell, Rows, member};
use super::json::JsonRecords;
use super::{Content, Format, FormatError, Options};

/// Writes objects as they come.
pub trait RecordWriter {
    fn write(&mut self, record: &Map<String, Value>) -> io::Result<()>;

    /// Writes what is left; without it the output is not whole.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A writer of objects. `name` is the list's name in JSON; `columns` are the members that a row
/// shows unless fields were asked for (`address.city` reaches inside). JSON has every member.
pub fn records<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
    name: &str,
    columns: &[&str],
) -> Result<Box<dyn RecordWriter + 'w>, FormatError> {
    format.check(Content::Records)?;
    let columns = columns_of(options, columns)?;
    Ok(match format {
        Format::Json | Format::Ndjson => Box::new(JsonRecords::new(format, out, options, name)),
        _ => {
            let names: Vec<&str> = columns.iter().map(String::as_str).collect();
            let rows = cell::rows(format, out, options, &names);
            Box::new(RecordRows { rows, columns })
        }
    })
}

/// The fields that were asked for, else these.
pub(super) fn columns_of(options: &Options, columns: &[&str]) -> Result<Vec<String>, FormatError> {
    let own = || columns.iter().map(|&column| column.to_owned()).collect();
    let chosen: Vec<String> = options.fields.clone().unwrap_or_else(own);
    if chosen.is_empty() { Err(FormatError::NoFields) } else { Ok(chosen) }
}

struct RecordRows<'w> {
    rows: Box<dyn Rows + 'w>,
    columns: Vec<String>,
}

impl RecordWriter for RecordRows<'_> {
    fn write(&mut self, record: &Map<String, Value>) -> io::Result<()> {
        let cells: Vec<Cell<'_>> =
            self.columns.iter().map(|column| Cell::of(member(record, column))).collect();
        self.rows.row(&cells)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.rows.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::{Shared, object};

    fn written(format: Format, options: &Options) -> String {
        let out = Shared::default();
        let mut writer =
            records(format, Box::new(out.clone()), options, "spaces", &["id", "address.city"])
                .unwrap();
        let first = r#"{"id":"=1","extra":1.10,"address":{"city":"Kör\u001bn","zip":"01067"}}"#;
        writer.write(&object(first)).unwrap();
        writer.write(&object(r#"{"id":"b"}"#)).unwrap();
        writer.finish().unwrap();
        out.text()
    }

    #[test]
    fn rows_have_the_columns_and_json_has_everything() {
        let plain = Options::default();
        assert_eq!(written(Format::Plain, &plain), "=1\tKör?n\nb\t\n");
        assert_eq!(written(Format::Csv, &plain), "id,address.city\n'=1,Kör\u{1b}n\nb,\n");
        assert_eq!(
            written(Format::Json, &plain),
            "{\"schema\":1,\"spaces\":[\n{\"id\":\"=1\",\"extra\":1.10,\
             \"address\":{\"city\":\"Kör\\u001bn\",\"zip\":\"01067\"}},\n{\"id\":\"b\"}\n]}\n"
        );
        let fields = Some(vec!["address.zip".to_owned()]);
        let chosen = Options { fields, sandbox: true, ..Options::default() };
        assert_eq!(
            written(Format::Ndjson, &chosen),
            "{\"address.zip\":\"01067\"}\n{\"address.zip\":null}\n"
        );
        assert_eq!(written(Format::CsvDe, &chosen), "\u{feff}address.zip\r\n'01067\r\n\"\"\r\n");
        assert!(written(Format::Json, &chosen).starts_with("{\"schema\":1,\"sandbox\":true,"));
    }

    #[test]
    fn a_list_without_places_has_no_map() {
        let out = Box::new(Shared::default());
        let error = records(Format::Geojson, out, &Options::default(), "x", &["id"]).err();
        assert!(error.unwrap().to_string().starts_with("geojson is no format for this list"));
    }
}
