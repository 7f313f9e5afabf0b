//! The fast way to write readings. All rows of one device differ only in time and value: so a row
//! is made once as a template with holes, and another only when another device, unit or direction
//! comes. No row allocates.

use std::io::{self, ErrorKind, Write};

use super::reading::ReadingWriter;
use crate::clock::{TimeZone, WallClock};
use crate::data::reading::Reading;

/// Bytes gathered before they are handed on: fewer, larger writes; more than this gains nothing.
const BUFFER_BYTES: usize = 64 << 10;
/// Templates that are kept: consumption and feed-in may take turns, in several measurements.
const MOST_TEMPLATES: usize = 8;

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
    /// The texts of the readings that it fits.
    like: [String; 9],
}

impl Template {
    pub(super) fn hole(&mut self, hole: Hole) {
        self.holes.push((self.text.len(), hole));
    }

    fn fits(&self, reading: &Reading<'_>) -> bool {
        texts(reading).into_iter().eq(&self.like)
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
    templates: Vec<Template>,
    /// The template used last.
    current: usize,
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
        let (templates, clock) = (Vec::new(), WallClock::new(zone));
        Self { out, buffer, frame, shape, templates, current: 0, clock, rows: 0 }
    }

    /// Makes the template of this reading the current one.
    fn find_template(&mut self, reading: &Reading<'_>) -> io::Result<()> {
        if let Some(at) = self.templates.iter().position(|template| template.fits(reading)) {
            self.current = at;
            return Ok(());
        }
        let like = texts(reading).map(str::to_owned);
        let mut template = Template { like, ..Template::default() };
        (self.shape)(reading, &mut template)?;
        if self.templates.len() < MOST_TEMPLATES {
            self.current = self.templates.len();
            self.templates.push(template);
        } else {
            self.current = (self.current + 1) % MOST_TEMPLATES;
            self.templates[self.current] = template;
        }
        Ok(())
    }
}

impl ReadingWriter for TemplateWriter<'_> {
    fn write(&mut self, reading: &Reading<'_>) -> io::Result<()> {
        match &reading.value {
            None if self.frame.skips_missing => return Ok(()),
            Some(value) if !is_number(value) => return Err(no_number()),
            _ => {}
        }
        if !self.templates.get(self.current).is_some_and(|template| template.fits(reading)) {
            self.find_template(reading)?;
        }
        self.clock.set(reading.time)?;
        let buffer = &mut self.buffer;
        if self.rows > 0 {
            buffer.extend_from_slice(self.frame.between.as_bytes());
        }
        let Template { text, holes, .. } = &self.templates[self.current];
        let mut written = 0;
        for &(end, hole) in holes {
            buffer.extend_from_slice(&text[written..end]);
            fill(buffer, hole, &self.clock, reading);
            written = end;
        }
        buffer.extend_from_slice(&text[written..]);
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

/// Writes what belongs into a hole.
fn fill(out: &mut Vec<u8>, hole: Hole, clock: &WallClock, reading: &Reading<'_>) {
    let value = reading.value.as_deref();
    match hole {
        Hole::Time => clock.rfc_3339(out),
        Hole::LocalTime => clock.local(out),
        Hole::Offset => clock.offset(out),
        Hole::Number => out.extend_from_slice(value.unwrap_or_default().as_bytes()),
        Hole::NumberWithComma => {
            let digits = value.unwrap_or_default().bytes();
            out.extend(digits.map(|byte| if byte == b'.' { b',' } else { byte }));
        }
        Hole::NumberOrNull => out.extend_from_slice(value.unwrap_or("null").as_bytes()),
        Hole::Status => out.extend_from_slice(status(reading).as_bytes()),
        Hole::Nanoseconds => {
            out.extend_from_slice(reading.time.as_nanosecond().to_string().as_bytes());
        }
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

fn texts<'a>(reading: &'a Reading<'_>) -> [&'a str; 9] {
    [
        &reading.device_id,
        &reading.measurement,
        &reading.unit,
        &reading.label,
        &reading.device_type,
        &reading.device_provider,
        &reading.medium,
        &reading.direction,
        &reading.rest,
    ]
}
