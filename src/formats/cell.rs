//! Cells of lists: what JSON becomes in a row, and where rows go.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use serde_json::{Map, Value};

use super::csv::CsvRows;
use super::table::{PlainRows, TableRows};
use super::xlsx::XlsxRows;
use super::{Format, Options};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    /// Digits as they came.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// Wall time as days since 1899-12-30, for spreadsheets only.
    Day(f64),
}

/// Takes rows, each with as many cells as there are columns.
pub(super) trait Rows {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The rows of a format that is made of cells; every other one is written elsewhere.
pub(super) fn rows<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
    names: &[&str],
) -> Box<dyn Rows + 'w> {
    match format {
        Format::Csv | Format::CsvDe => Box::new(CsvRows::new(format, out, options, names)),
        Format::Xlsx => Box::new(XlsxRows::new(out, names)),
        Format::Table if options.for_person => Box::new(TableRows::new(out, names)),
        _ => Box::new(PlainRows::new(BufWriter::new(out), options)),
    }
}

impl<'a> Cell<'a> {
    /// A member: text and numbers as they are, `{id, name}` as its name, lists joined by a blank,
    /// what is absent or null empty.
    pub(super) fn of(value: Option<&'a Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Empty,
            Some(Value::Bool(truth)) => Self::Text(truth.to_string().into()),
            Some(Value::Number(number)) => Self::Number(number.as_str().into()),
            Some(Value::String(text)) => Self::Text(text.into()),
            Some(Value::Object(object)) => {
                Self::of(object.get("name").or_else(|| object.get("id")))
            }
            Some(Value::Array(list)) => {
                let cells: Vec<Cell<'_>> = list.iter().map(|entry| Self::of(Some(entry))).collect();
                let texts: Vec<&str> = cells.iter().map(Cell::text).collect();
                if texts.is_empty() { Self::Empty } else { Self::Text(texts.join(" ").into()) }
            }
        }
    }

    /// Without the difference between numbers and text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Text(text) => text,
            Self::Empty | Self::Day(_) => "",
        }
    }
}

/// A member by its name, or by the names on the way to it: `address.city`.
pub(super) fn member<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    object.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        member(object.get(first)?.as_object()?, rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::object;

    #[test]
    fn members_become_cells_and_keep_their_digits() {
        let all = object(
            r#"{"n":12345678901234567890.10,"t":"x","b":true,"z":null,"o":{"id":7,"name":"Forst"},
                "i":{"id":7.50},"l":["a",1.0,{"name":"c"}],"e":[],"a":{"city":"Ulm"},"a.b":1}"#,
        );
        let text = |path: &str| Cell::of(member(&all, path)).text().to_owned();
        assert_eq!(Cell::of(member(&all, "n")), Cell::Number("12345678901234567890.10".into()));
        assert_eq!(["t", "b", "o", "l"].map(text), ["x", "true", "Forst", "a 1.0 c"]);
        assert_eq!(Cell::of(member(&all, "i")), Cell::Number("7.50".into()));
        assert_eq!(["z", "e", "missing", "a.zip", "t.x"].map(text), [""; 5]);
        assert_eq!(["a.city", "a.b"].map(text), ["Ulm", "1"]);
    }
}
