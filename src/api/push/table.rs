//! Readings from a table: CSV as programs, and as a German Excel, write it.

use std::borrow::Cow;

use csv::{ByteRecord, Reader, ReaderBuilder};
use encoding_rs::WINDOWS_1252;

use super::decimal::Decimals;
use super::text::{Lines, Text};
use super::{
    Device, File, Options, PushError, Reading, Series, Status, TimestampUnit, is_obis_code,
};
use crate::clock::{Shift, Timestamp, parse_instant, parse_local};
use crate::input;

const PLACE: &str = "line";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Device,
    External,
    Obis,
    Timestamp,
    Offset,
    Value,
    Status,
    Interval,
}

/// The columns by the provider's names, and what German tables call them; in any case of letters.
const COLUMNS: [(Column, &str, &[&str]); 8] = [
    (Column::Device, "deviceId", &["geräte-id", "device id"]),
    (
        Column::External,
        "externalDeviceId",
        &["melo", "malo", "messlokation", "marktlokation", "zählpunkt"],
    ),
    (Column::Obis, "obisCode", &["obis", "obis-code", "obis-kennzahl"]),
    (Column::Timestamp, "timestamp", &["time", "zeit", "zeitstempel", "zeitpunkt"]),
    (
        Column::Offset,
        "offset",
        &["utc-offset", "zeitverschiebung", "sommer/winter", "sommerzeit", "zeitzone", "time zone"],
    ),
    (Column::Value, "value", &["wert", "messwert", "zählerstand"]),
    (Column::Status, "status", &[]),
    (Column::Interval, "meteringInterval", &["intervall"]),
];
const STATUS: [Status; 3] = [Status::Real, Status::Preliminary, Status::Substitute];

/// One file's way of writing, as far as it is known yet.
struct Style<'o> {
    options: &'o Options,
    columns: Vec<Column>,
    decimals: Decimals,
    letters: Letters,
}

/// Which line showed how the file writes what is not ASCII.
#[derive(Default)]
struct Letters {
    utf_8: Option<u64>,
    windows_1252: Option<(u64, String)>,
}

pub fn read(text: &mut Text, options: &Options) -> Result<File, PushError> {
    let separator = separator_of(&text.head).ok_or(PushError::Empty)?;
    // Rows that are too long or too short are refused here, by their line.
    let mut builder = ReaderBuilder::new();
    let mut rows = builder
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(Lines::new(text));
    let decimals = Decimals::new(separator == b',', options.decimal);
    let (columns, letters) = (Vec::new(), Letters::default());
    let mut style = Style { options, columns, decimals, letters };
    let mut file = File::new(PLACE);
    let mut record = ByteRecord::new();
    while next(&mut rows, &mut record)? {
        // The reader stands behind the row's line break; those before it may have been empty lines.
        let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        let behind = rows.position().line() - within as u64;
        // The last cell takes the end of the file with it.
        if record.as_slice().ends_with(b"\n") {
            let why = "a quotation mark opens a cell, and none closes it".into();
            return Err(PushError::At { place: PLACE, number: behind, why });
        }
        let line = behind - 1;
        let refused = |why| PushError::At { place: PLACE, number: line, why };
        let cells = style.letters.cells(&record, line).map_err(refused)?;
        let is_blank = cells.iter().all(|cell| cell.is_empty());
        if is_blank || (style.columns.is_empty() && is_separator_line(&cells)) {
            continue;
        }
        if style.columns.is_empty() {
            style.columns = columns_of(&cells, line, options)?;
            continue;
        }
        let cells = style.of_heading(&cells).map_err(refused)?;
        style.row(&mut file, cells, line).map_err(refused)?;
    }
    if let Some((number, why)) = style.decimals.doubt() {
        return Err(PushError::At { place: PLACE, number, why });
    }
    match (&style.letters.windows_1252, style.columns.is_empty()) {
        (_, true) => return Err(PushError::Empty),
        (Some((line, cell)), _) => file.notes.push(format!(
            "the file is not UTF-8 and was read as Windows-1252: line {line} has {cell:?}"
        )),
        _ => {}
    }
    if file.readings.is_empty() && file.left_out == 0 {
        Err(PushError::NoReadings)
    } else {
        Ok(file)
    }
}

fn next(rows: &mut Reader<Lines<&mut Text>>, record: &mut ByteRecord) -> Result<bool, PushError> {
    rows.read_byte_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => PushError::Unreadable(error),
        kind => PushError::NoText(format!("is no table: {kind:?}")),
    })
}

/// The separator that the first line names (`sep=;`) or uses; nothing where there is no line.
fn separator_of(head: &[u8]) -> Option<u8> {
    let line = head.trim_ascii_start().split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let bare = line.trim_ascii().strip_prefix(b"\"").unwrap_or(line);
    let named = bare.get(..4).filter(|begin| begin.eq_ignore_ascii_case(b"sep="));
    if let Some(separator) = named.and_then(|_| bare.get(4))
        && matches!(separator, b',' | b';' | b'\t' | b'|' | b':')
    {
        return Some(*separator);
    }
    let uses = |separator: &u8| line.contains(separator);
    let used = [b'\t', b';', b','].into_iter().find(uses).unwrap_or(b',');
    (!line.is_empty()).then_some(used)
}

/// The line is one cell that the separator ends, and may be in quotes.
fn is_separator_line(cells: &[Cow<str>]) -> bool {
    let begins = |cell: &str| cell.get(..4).is_some_and(|sep| sep.eq_ignore_ascii_case("sep="));
    cells.first().is_some_and(|cell| begins(cell)) && cells[1..].iter().all(|cell| cell.is_empty())
}

/// The columns in the file's order; empty ones at the end are Excel's.
fn columns_of(cells: &[Cow<str>], line: u64, options: &Options) -> Result<Vec<Column>, PushError> {
    let length = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let mut columns: Vec<Column> = Vec::new();
    for cell in &cells[..length] {
        let known = COLUMNS.iter().find(|(_, name, german)| {
            let cell = cell.to_lowercase();
            name.to_lowercase() == cell || german.contains(&cell.as_str())
        });
        let Some((column, name, _)) = known else {
            let columns = COLUMNS.map(|(_, name, _)| name).join(", ");
            return Err(PushError::Column { line, name: cell.to_string(), columns });
        };
        if let Some(before) = columns.iter().position(|known| known == column) {
            let [first, second] = [&cells[before], cell].map(ToString::to_string);
            return Err(PushError::Twice { line, name, first, second });
        }
        columns.push(*column);
    }
    let lacks = |column: &Column| !columns.contains(column);
    let missing = [
        (lacks(&Column::Device) && lacks(&Column::External), "deviceId (or externalDeviceId)"),
        (lacks(&Column::Obis) && options.obis.is_none(), "obisCode (or say --obis)"),
        (lacks(&Column::Timestamp), "timestamp"),
        (lacks(&Column::Value), "value"),
    ];
    match missing.into_iter().find(|(is_missing, _)| *is_missing) {
        Some((_, name)) => Err(PushError::Missing { line, name }),
        None => Ok(columns),
    }
}

impl Letters {
    /// The cells of a row as text, without blanks around them.
    fn cells<'r>(&mut self, row: &'r ByteRecord, line: u64) -> Result<Vec<Cow<'r, str>>, String> {
        row.iter().map(|cell| self.text(cell, line)).collect()
    }

    fn text<'r>(&mut self, cell: &'r [u8], line: u64) -> Result<Cow<'r, str>, String> {
        let text = match str::from_utf8(cell) {
            Ok(text) => {
                if self.utf_8.is_none() && !text.is_ascii() {
                    self.utf_8 = Some(line);
                }
                Cow::Borrowed(text)
            }
            Err(_) => Cow::Owned(WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned()),
        };
        if let (Cow::Owned(text), None) = (&text, &self.windows_1252) {
            self.windows_1252 = Some((line, text.clone()));
        }
        if let (Some(utf_8), Some((other, cell))) = (self.utf_8, &self.windows_1252) {
            return Err(format!(
                "the encoding changes: UTF-8 in line {utf_8}, but not in line {other} ({cell:?}); \
                 save the file as UTF-8"
            ));
        }
        let is_plain = text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        if is_plain {
            return Ok(text);
        }
        let word = input::word(&text);
        if word.contains('\0') {
            return Err("a zero byte: this is no text".into());
        }
        match word.find(char::is_control) {
            Some(_) => Err(format!("{word:?} has a line break or another control character")),
            None => Ok(Cow::Owned(word)),
        }
    }
}

impl Style<'_> {
    /// The cells below the heading; more are only Excel's empty ones.
    fn of_heading<'c, 'r>(&self, cells: &'c [Cow<'r, str>]) -> Result<&'c [Cow<'r, str>], String> {
        let (wanted, found) = (self.columns.len(), cells.len());
        let more = cells.get(wanted..).unwrap_or_default();
        if found < wanted || more.iter().any(|cell| !cell.is_empty()) {
            return Err(format!(
                "{found} cells where the heading has {wanted}; a decimal comma or a separator within \
                 a cell wants quotes around it"
            ));
        }
        Ok(&cells[..wanted])
    }

    fn row(&mut self, file: &mut File, cells: &[Cow<str>], line: u64) -> Result<(), String> {
        let columns = &self.columns;
        let cell = |wanted: Column| {
            let position = columns.iter().position(|column| *column == wanted)?;
            cells.get(position).map(AsRef::as_ref).filter(|text| !text.is_empty())
        };
        let wanted = self.options.obis.as_deref();
        let required = |column, name: &str| cell(column).ok_or_else(|| format!("no {name}"));
        let obis = match wanted.filter(|_| !columns.contains(&Column::Obis)) {
            Some(obis) => obis,
            None => required(Column::Obis, "obisCode")?,
        };
        if !is_obis_code(obis) {
            return Err(format!("{obis:?} is no OBIS code, such as 1.8.0 or 1-1:1.8.0"));
        }
        let device = device(cell(Column::Device), cell(Column::External))?;
        let series = Series { device, obis: obis.to_owned() };
        let shift = cell(Column::Offset).map(|text| {
            Shift::parse(text).ok_or_else(|| format!("{text:?} is no offset, such as +02:00"))
        });
        let time = required(Column::Timestamp, "timestamp")?;
        let time = instant(time, shift.transpose()?, self.options)?;
        let value = self.decimals.read(required(Column::Value, "value")?, line)?;
        let status = cell(Column::Status).map(status).transpose()?;
        let interval = cell(Column::Interval).map(interval).transpose()?;
        if !series.is_wanted(wanted) {
            file.left_out += 1;
            return Ok(());
        }
        let series = file.number_of(series);
        file.readings.push(Reading { series, time, value, status, interval, place: line });
        Ok(())
    }
}

fn device(id: Option<&str>, external: Option<&str>) -> Result<Device, String> {
    let (member, id) = match (id, external) {
        (Some(id), None) => ("deviceId", id),
        (None, Some(id)) => ("externalDeviceId", id),
        (Some(_), Some(_)) => return Err("both deviceId and externalDeviceId".into()),
        (None, None) => return Err("no device".into()),
    };
    // 50999000001 becomes 5,0999E+10, and nobody knows the number any more.
    if id.contains("E+") && id.bytes().all(|b| b.is_ascii_digit() || b"E+.,".contains(&b)) {
        return Err(format!(
            "{id:?} was a number that a spreadsheet shortened; make the column text"
        ));
    }
    Ok(Device { member, id: id.to_owned() })
}

fn status(text: &str) -> Result<Status, String> {
    let found = STATUS.into_iter().find(|status| status.name().eq_ignore_ascii_case(text));
    let known = || STATUS.map(Status::name).join(", ");
    found.ok_or_else(|| format!("{text:?} is no status; there are {}", known()))
}

fn interval(text: &str) -> Result<u32, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.ok_or_else(|| format!("{text:?} is no number of seconds, such as 900"))
}

fn instant(text: &str, shift: Option<Shift>, options: &Options) -> Result<Timestamp, String> {
    if let Some(instant) = parse_instant(text) {
        return Ok(instant);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse_local(text, &options.zone, shift).map_err(|why| format!("{text:?} {why}"));
    }
    // Between 2001 and 2286 seconds have ten digits and milliseconds thirteen.
    let (digits, to_milliseconds) = match options.unit {
        TimestampUnit::Seconds => (10, 1000),
        TimestampUnit::Milliseconds => (13, 1),
    };
    let number = text.parse::<i64>().ok().filter(|_| text.len() == digits);
    let instant =
        number.and_then(|number| Timestamp::from_millisecond(number * to_milliseconds).ok());
    instant.ok_or_else(|| format!("{text} has not {digits} digits: is --timestamp-unit right?"))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
