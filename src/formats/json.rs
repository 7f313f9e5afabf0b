//! JSON: one object with the list in it, an entry on each line (`json`), or the lines alone
//! (`ndjson`).

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::columns::{Cell, Columns, List, member};
use super::{Entry, NewRows, Options, Rows};
use crate::clock::WallClock;
use crate::data::pile::Pile;
use crate::data::reading::Reading;
use crate::text::{is_plain, write_json};

struct Json {
    /// What stands before the first entry, and nothing where there are only lines.
    head: Vec<u8>,
    /// A reading's members.
    columns: Columns,
    /// The members that were asked for; else all there are.
    fields: Option<Vec<String>>,
    /// What becomes of a pile; else it is written as it came.
    feature: Option<Feature>,
    clock: WallClock,
    first: bool,
}

/// Makes another object of a pile, with the members that were asked for.
type Feature = fn(&Pile, Option<&[String]>) -> Value;

pub(super) fn object(list: &List<'_>, options: &Options) -> NewRows {
    let sandbox = if options.sandbox { "\"sandbox\":true," } else { "" };
    let head = format!("{{\"schema\":1,{sandbox}{}:[", Value::from(list.name));
    rows(list, options, head, None)
}

pub(super) fn lines(list: &List<'_>, options: &Options) -> NewRows {
    rows(list, options, String::new(), None)
}

/// A list after `head`, or lines where that is empty.
pub(super) fn rows(
    list: &List<'_>,
    options: &Options,
    head: String,
    feature: Option<Feature>,
) -> NewRows {
    Ok(Box::new(Json {
        head: head.into_bytes(),
        columns: Columns::new(list, options, list.columns)?,
        fields: options.fields.clone(),
        feature,
        clock: WallClock::new(options.zone.clone()),
        first: true,
    }))
}

impl Rows for Json {
    fn head(&self) -> Vec<u8> {
        self.head.clone()
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let in_list = !self.head.is_empty();
        if in_list {
            out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        }
        self.first = false;
        match (entry, self.feature, &self.fields) {
            (Entry::Reading(reading), ..) => self.reading(reading, out)?,
            (Entry::Pile(pile), Some(feature), fields) => {
                write_json(out, &feature(pile, fields.as_deref()))?;
            }
            (Entry::Pile(Pile(object)) | Entry::Record(object), _, Some(fields)) => {
                write_json(out, &only(object, fields))?;
            }
            (Entry::Pile(Pile(object)) | Entry::Record(object), ..) => write_json(out, object)?,
        }
        if !in_list {
            out.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.head.is_empty() { Ok(()) } else { out.write_all(b"\n]}\n") }
    }
}

impl Json {
    fn reading(&mut self, reading: &Reading, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { columns, clock, .. } = self;
        let cells = columns.cells(Entry::Reading(reading));
        for (index, (name, cell)) in columns.names().zip(cells).enumerate() {
            out.push(if index == 0 { b'{' } else { b',' });
            string(out, name)?;
            out.push(b':');
            match cell {
                Cell::Empty => out.extend_from_slice(b"null"),
                Cell::Number(digits) => out.extend_from_slice(digits.as_bytes()),
                Cell::Text(text) => string(out, &text)?,
                Cell::Time(time) => quoted(out, |out| clock.rfc_3339(time, out))?,
                Cell::Offset(time) => quoted(out, |out| clock.offset(time, out))?,
            }
        }
        // Whoever names fields gets those and no others.
        if let (None, Some(rest)) = (&self.fields, &reading.rest) {
            // Read and written anew, so that it is as harmless to see as everything else.
            let rest: Map<String, Value> =
                serde_json::from_str(&format!("{{{rest}}}")).map_err(io::Error::from)?;
            for (name, value) in &rest {
                out.push(b',');
                string(out, name)?;
                out.push(b':');
                write_json(out, value)?;
            }
        }
        out.push(b'}');
        Ok(())
    }
}

fn string(out: &mut Vec<u8>, text: &str) -> io::Result<()> {
    if !is_plain(text) {
        return write_json(out, &text);
    }
    quoted(out, |out| out.write_all(text.as_bytes()))
}

fn quoted(out: &mut Vec<u8>, text: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    out.push(b'"');
    text(out)?;
    out.push(b'"');
    Ok(())
}

/// The members that were asked for; `null` for what is not there.
pub(super) fn only(record: &Map<String, Value>, fields: &[String]) -> Map<String, Value> {
    let value = |field: &String| member(record, field).cloned().unwrap_or_default();
    fields.iter().map(|field| (field.clone(), value(field))).collect()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
