//! JSON: one object with the list in it, an entry on each line (`json`), or the lines alone
//! (`ndjson`).

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value};

use super::cell::member;
use super::reading::Column;
use super::record::RecordWriter;
use super::template::{Frame, Hole, Shape, TemplateWriter};
use super::{Format, Options};
use crate::text::printable;

const BUFFER_BYTES: usize = 64 << 10;

/// serde_json's compact form, in which every character that could move a cursor or turn the reading
/// direction is written as `\u…`: harmless to see, and the same to a program.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_harmful(*c)) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            write!(out, "\\u{:04x}", u32::from(c))?;
            written = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}

/// What [`printable`] would not let through.
pub(super) fn is_harmful(c: char) -> bool {
    let plain = c.is_ascii_graphic() || c == ' ' || c == '?' || c.is_alphabetic();
    !plain && printable(c.encode_utf8(&mut [0; 4])) == "?"
}

/// A value on one line.
pub(super) fn write_value(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Visible)).map_err(io::Error::from)
}

/// What stands around the entries of the list `name`.
fn frame(format: Format, options: &Options, name: &str) -> Frame {
    if format == Format::Ndjson {
        return Frame::default();
    }
    let sandbox = if options.sandbox { "\"sandbox\":true," } else { "" };
    let before = format!("{{\"schema\":1,{sandbox}{}:[", Value::from(name)).into_bytes();
    Frame { before, between: ",", after: "\n]}\n", skips_missing: false }
}

/// Line ends before and after an entry.
fn line_ends(format: Format) -> (&'static [u8], &'static [u8]) {
    if format == Format::Ndjson { (b"", b"\n") } else { (b"\n", b"") }
}

pub(super) fn readings<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
    columns: Vec<Column>,
) -> TemplateWriter<'w> {
    let (begin, end) = line_ends(format);
    // Whoever names fields gets those and no others.
    let with_rest = options.fields.is_none();
    let shape: Shape = Box::new(move |reading, row| {
        row.text.extend_from_slice(begin);
        for (index, column) in columns.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            write!(row.text, "{before}\"{}\":", column.name())?;
            let hole = match column {
                Column::Time => Hole::Time,
                Column::Offset => Hole::Offset,
                Column::Status => Hole::Status,
                Column::Value => {
                    row.hole(Hole::NumberOrNull);
                    continue;
                }
                text => {
                    write_value(&mut row.text, &text.text(reading))?;
                    continue;
                }
            };
            row.text.push(b'"');
            row.hole(hole);
            row.text.push(b'"');
        }
        if with_rest && !reading.rest.is_empty() {
            // Read and written anew, so that it is as harmless to see as everything else.
            let rest: Map<String, Value> =
                serde_json::from_str(&format!("{{{}}}", reading.rest)).map_err(io::Error::from)?;
            for (name, value) in &rest {
                row.text.push(b',');
                write_value(&mut row.text, name)?;
                row.text.push(b':');
                write_value(&mut row.text, value)?;
            }
        }
        row.text.push(b'}');
        row.text.extend_from_slice(end);
        Ok(())
    });
    TemplateWriter::new(out, options.zone.clone(), frame(format, options, "readings"), shape)
}

/// Any list, its members as the provider sent them.
pub(super) struct JsonRecords<'w> {
    out: Box<dyn Write + 'w>,
    buffer: Vec<u8>,
    frame: Frame,
    line_ends: (&'static [u8], &'static [u8]),
    fields: Option<Vec<String>>,
    first: bool,
}

impl<'w> JsonRecords<'w> {
    pub(super) fn new(
        format: Format,
        out: Box<dyn Write + 'w>,
        options: &Options,
        name: &str,
    ) -> Self {
        let mut frame = frame(format, options, name);
        let buffer = std::mem::take(&mut frame.before);
        let (line_ends, fields) = (line_ends(format), options.fields.clone());
        Self { out, buffer, frame, line_ends, fields, first: true }
    }
}

impl RecordWriter for JsonRecords<'_> {
    fn write(&mut self, record: &Map<String, Value>) -> io::Result<()> {
        if !self.first {
            self.buffer.extend_from_slice(self.frame.between.as_bytes());
        }
        self.first = false;
        self.buffer.extend_from_slice(self.line_ends.0);
        match &self.fields {
            Some(fields) => write_value(&mut self.buffer, &only(record, fields))?,
            None => write_value(&mut self.buffer, record)?,
        }
        self.buffer.extend_from_slice(self.line_ends.1);
        if self.buffer.len() >= BUFFER_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.buffer.extend_from_slice(self.frame.after.as_bytes());
        self.out.write_all(&self.buffer)?;
        self.out.flush()
    }
}

/// The members that were asked for; `null` for what is not there.
pub(super) fn only(record: &Map<String, Value>, fields: &[String]) -> Map<String, Value> {
    let value = |field: &String| member(record, field).cloned().unwrap_or_default();
    fields.iter().map(|field| (field.clone(), value(field))).collect()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
