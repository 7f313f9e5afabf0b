//! The fast way to write readings. All rows of one device differ only in time and value: so a row
//! is made once as a template with holes, and made again only when another device, unit or label
//! comes. No row allocates.

use std::io::{self, ErrorKind, Write};

use super::reading::ReadingWriter;
use super::wall_clock::WallClock;
use crate::api::reading::Reading;
use crate::clock::TimeZone;

/// Bytes gathered before they are handed on: fewer, larger writes; more than this gains nothing.
const BUFFER_BYTES: usize = 64 << 10;

/// What differs from row to row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hole {
    /// RFC 3339.
    Time,
    /// Local wall time, for a spreadsheet.
    LocalTime,
    Offset,
    /// The value with a point; nothing where it is missing.
    Number,
    /// The value with a comma.
    NumberWithComma,
    NumberOrNull,
    /// `ok` or `missing`
    Status,
    /// Nanoseconds since 1970.
    Nanoseconds,
}

/// One row without what differs.
#[derive(Default)]
pub(super) struct Template {
    pub(super) text: Vec<u8>,
    /// Each with the length of the text before it.
    holes: Vec<(usize, Hole)>,
}

impl Template {
    pub(super) fn hole(&mut self, hole: Hole) {
        self.holes.push((self.text.len(), hole));
    }
}

/// How a format makes its template for one reading.
pub(super) type Shape = Box<dyn Fn(&Reading<'_>, &mut Template) -> io::Result<()>>;

/// What stands around the rows.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) before: Vec<u8>,
    pub(super) between: &'static str,
    pub(super) after: &'static str,
    /// Readings without a value leave no row.
    pub(super) skips_missing: bool,
}

pub(super) struct TemplateWriter<'w> {
    out: Box<dyn Write + 'w>,
    buffer: Vec<u8>,
    frame: Frame,
    shape: Shape,
    template: Template,
    /// The reading that the template was made for, but for time and value.
    like: [String; 8],
    clock: WallClock,
    rows: u64,
}

impl<'w> TemplateWriter<'w> {
    pub(super) fn new(
        out: Box<dyn Write + 'w>,
        zone: TimeZone,
        mut frame: Frame,
        shape: Shape,
    ) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4);
        buffer.append(&mut frame.before);
        let (template, like) = (Template::default(), Default::default());
        Self { out, buffer, frame, shape, template, like, clock: WallClock::new(zone), rows: 0 }
    }

    fn make_template(&mut self, reading: &Reading<'_>) -> io::Result<()> {
        self.template.text.clear();
        self.template.holes.clear();
        (self.shape)(reading, &mut self.template)?;
        for (like, text) in self.like.iter_mut().zip(texts(reading)) {
            like.clear();
            like.push_str(text);
        }
        Ok(())
    }

    fn fill(&mut self, hole: Hole, reading: &Reading<'_>) {
        let (out, value) = (&mut self.buffer, reading.value.as_deref());
        match hole {
            Hole::Time => self.clock.rfc_3339(out),
            Hole::LocalTime => self.clock.local(out),
            Hole::Offset => self.clock.offset(out),
            Hole::Number => out.extend_from_slice(value.unwrap_or_default().as_bytes()),
            Hole::NumberWithComma => {
                let digits = value.unwrap_or_default().bytes();
                out.extend(digits.map(|byte| if byte == b'.' { b',' } else { byte }));
            }
            Hole::NumberOrNull => out.extend_from_slice(value.unwrap_or("null").as_bytes()),
            Hole::Status => out.extend_from_slice(status(reading).as_bytes()),
            Hole::Nanoseconds => {
                let digits = reading.time.as_nanosecond().to_string();
                out.extend_from_slice(digits.as_bytes());
            }
        }
    }
}

impl ReadingWriter for TemplateWriter<'_> {
    fn write(&mut self, reading: &Reading<'_>) -> io::Result<()> {
        match &reading.value {
            None if self.frame.skips_missing => return Ok(()),
            Some(value) if !is_number(value) => return Err(no_number()),
            _ => {}
        }
        if self.rows == 0 || !texts(reading).into_iter().eq(&self.like) {
            self.make_template(reading)?;
        }
        self.clock.set(reading.time)?;
        if self.rows > 0 {
            self.buffer.extend_from_slice(self.frame.between.as_bytes());
        }
        let mut written = 0;
        for index in 0..self.template.holes.len() {
            let (end, hole) = self.template.holes[index];
            self.buffer.extend_from_slice(&self.template.text[written..end]);
            self.fill(hole, reading);
            written = end;
        }
        self.buffer.extend_from_slice(&self.template.text[written..]);
        self.rows += 1;
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

/// Of a value that is there or not.
pub(super) fn status(reading: &Reading<'_>) -> &'static str {
    if reading.value.is_some() { "ok" } else { "missing" }
}

/// Nothing else than digits and their signs, so that no separator or formula gets in unescaped.
pub(super) fn is_number(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    !text.is_empty() && text.bytes().all(fits)
}

pub(super) fn no_number() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a reading's value is no number")
}

fn texts<'a>(reading: &'a Reading<'_>) -> [&'a str; 8] {
    [
        &reading.device_id,
        &reading.measurement,
        &reading.unit,
        &reading.label,
        &reading.device_type,
        &reading.device_provider,
        &reading.medium,
        &reading.direction,
    ]
}
