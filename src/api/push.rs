//! Readings to hand in: `POST /devices/readings`, read from a CSV file and checked before anything
//! is sent.

use clap::ValueEnum;
use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Number, Value, json};

/// The heading of the file, of which `status` and `meteringInterval` may be left out, and
/// `externalDeviceId` may stand for `deviceId`.
const COLUMNS: [&str; 7] = [
    "deviceId",
    "externalDeviceId",
    "obisCode",
    "timestamp",
    "value",
    "status",
    "meteringInterval",
];
const STATUS: [&str; 3] = ["REAL", "PRELIMINARY", "SUBSTITUTE"];

/// How a file's or the API's `timestamp` counts. The provider's newer example is in milliseconds,
/// the older one in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimestampUnit {
    /// Seconds
    #[value(name = "s")]
    Seconds,
    /// Milliseconds
    #[value(name = "ms")]
    Milliseconds,
}

/// One row, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    device: Device,
    reading: Value,
}

#[derive(Clone, Debug, PartialEq)]
struct Device {
    /// `deviceId` or `externalDeviceId`
    member: &'static str,
    id: String,
}

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("line {line}: {why}")]
    Row { line: u64, why: String },
    #[error("the heading has {0:?}, which is no column")]
    Column(String),
    #[error("the heading lacks {0}")]
    Missing(&'static str),
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    Unreadable(#[from] csv::Error),
}

/// Reads rows separated by comma or semicolon. `timestamp` is an instant with offset, or a number
/// in `unit`; what is sent counts in `unit` as well.
pub fn read(file: &[u8], unit: TimestampUnit) -> Result<Vec<Row>, PushError> {
    let heading = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = if heading.contains(&b';') { b';' } else { b',' };
    let mut reader =
        ReaderBuilder::new().delimiter(separator).flexible(true).trim(Trim::All).from_reader(file);
    let columns = columns_of(reader.headers()?)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, |position| position.line());
        let cell = |name: &str| {
            let position = columns.iter().position(|column| *column == name)?;
            record.get(position).filter(|text| !text.is_empty())
        };
        let is_blank = record.len() == 1 && record.iter().all(str::is_empty);
        if !is_blank {
            rows.push(row(cell, unit).map_err(|why| PushError::Row { line, why })?);
        }
    }
    Ok(rows)
}

/// The known names of the columns, in the file's order.
fn columns_of(heading: &StringRecord) -> Result<Vec<&'static str>, PushError> {
    if heading.iter().all(str::is_empty) {
        return Err(PushError::Empty);
    }
    let known = |name: &str| {
        let known = COLUMNS.into_iter().find(|column| column.eq_ignore_ascii_case(name));
        known.ok_or_else(|| PushError::Column(name.to_owned()))
    };
    let columns = heading.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    if !columns.contains(&"deviceId") && !columns.contains(&"externalDeviceId") {
        return Err(PushError::Missing("deviceId (or externalDeviceId)"));
    }
    match ["obisCode", "timestamp", "value"].into_iter().find(|name| !columns.contains(name)) {
        Some(missing) => Err(PushError::Missing(missing)),
        None => Ok(columns),
    }
}

fn row<'a>(cell: impl Fn(&str) -> Option<&'a str>, unit: TimestampUnit) -> Result<Row, String> {
    let device = match (cell("deviceId"), cell("externalDeviceId")) {
        (Some(id), None) => Device { member: "deviceId", id: id.to_owned() },
        (None, Some(id)) => Device { member: "externalDeviceId", id: id.to_owned() },
        (Some(_), Some(_)) => return Err("both deviceId and externalDeviceId".into()),
        (None, None) => return Err("no device".into()),
    };
    let required = |name| cell(name).ok_or_else(|| format!("no {name}"));
    let obis = required("obisCode")?;
    if !is_obis_code(obis) {
        return Err(format!("{obis:?} is no OBIS code, such as 1.8.0 or 1-1:1.8.0"));
    }
    let timestamp = timestamp(required("timestamp")?, unit)?;
    let value = required("value")?;
    let value: Number =
        value.parse().map_err(|_| format!("{value:?} is no number (with a point)"))?;
    let mut reading = json!({ "obisCode": obis, "timestamp": timestamp, "value": value });
    if let Some(status) = cell("status") {
        if !STATUS.contains(&status) {
            return Err(format!("{status:?} is no status; there are {}", STATUS.join(", ")));
        }
        reading["status"] = status.into();
    }
    if let Some(interval) = cell("meteringInterval") {
        let seconds: u32 =
            interval.parse().map_err(|_| format!("{interval:?} is no number of seconds"))?;
        reading["meteringInterval"] = seconds.into();
    }
    Ok(Row { device, reading })
}

fn timestamp(text: &str, unit: TimestampUnit) -> Result<i64, String> {
    if let Some(instant) = crate::clock::parse_instant(text) {
        return Ok(match unit {
            TimestampUnit::Seconds => instant.as_second(),
            TimestampUnit::Milliseconds => instant.as_millisecond(),
        });
    }
    let number: i64 = text
        .parse()
        .map_err(|_| format!("{text:?} is neither an instant with offset nor a number"))?;
    // Between 2001 and 2286 seconds have ten digits and milliseconds thirteen.
    let digits = number.unsigned_abs().to_string().len();
    let expected = if unit == TimestampUnit::Seconds { 10 } else { 13 };
    if digits == expected {
        Ok(number)
    } else {
        Err(format!("{text} has not {expected} digits: is --timestamp-unit right?"))
    }
}

/// `C.D.E`, with `A-B:` before it or not; each part a number of up to three digits. Behind it may
/// stand what the metering code of shared electricity adds: `2.9.0 G.03`, `1.9.0 P.01`.
fn is_obis_code(code: &str) -> bool {
    let number =
        |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let (code, addition) = code.split_once(' ').unwrap_or((code, "G.0"));
    let (medium, value) = code.split_once(':').unwrap_or(("0-0", code));
    let addition = addition.strip_prefix("G.").or_else(|| addition.strip_prefix("P."));
    addition.is_some_and(number)
        && medium.split_once('-').is_some_and(|(a, b)| number(a) && number(b))
        && value.split('.').count() == 3
        && value.split('.').all(number)
}

/// The body of one request: rows put together by device, in their order.
pub fn body(rows: &[Row]) -> Value {
    let mut devices: Vec<(&Device, Vec<Value>)> = Vec::new();
    for row in rows {
        let reading = row.reading.clone();
        match devices.iter_mut().find(|(device, _)| **device == row.device) {
            Some((_, readings)) => readings.push(reading),
            None => devices.push((&row.device, vec![reading])),
        }
    }
    let object = |(device, readings): (&Device, Vec<Value>)| {
        let Device { member, id } = device;
        json!({ "readings": readings, *member: id })
    };
    devices.into_iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Row>, PushError> {
        read(text.as_bytes(), TimestampUnit::Milliseconds)
    }

    #[test]
    fn rows_become_one_object_for_each_device() {
        let text = "deviceId;obisCode;timestamp;value;status\n\
                    a;1.8.0;2026-01-01T00:00:00+01:00;12.50;REAL\n\
                    b;1-1:2.8.0;1767222000000;1;\n\
                    a;1.8.0;1767222900000;13;PRELIMINARY\n";
        let sent = body(&rows(text).unwrap()).to_string();
        assert_eq!(
            sent,
            r#"[{"readings":[{"obisCode":"1.8.0","timestamp":1767222000000,"value":12.50,"status":"REAL"},{"obisCode":"1.8.0","timestamp":1767222900000,"value":13,"status":"PRELIMINARY"}],"deviceId":"a"},{"readings":[{"obisCode":"1-1:2.8.0","timestamp":1767222000000,"value":1}],"deviceId":"b"}]"#
        );
    }

    #[test]
    fn every_documented_obis_code_is_one() {
        for code in ["1-1:1.8.0", "1.29.0", "1-1:2.9.0 G.03", "2.9.0 P.01", "8-1:1.0.0"] {
            assert!(is_obis_code(code), "{code}");
        }
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line() {
        let line = |row: &str| {
            rows(&format!("deviceId,obisCode,timestamp,value\n{row}\n")).unwrap_err().to_string()
        };
        assert!(line("a,1.8,1767222000000,1").contains("line 2: \"1.8\" is no OBIS code"));
        assert!(line("a,2.9.0 G,1767222000000,1").contains("is no OBIS code"));
        assert!(line("a,2.9.0 X.03,1767222000000,1").contains("is no OBIS code"));
        assert!(line("a,1.8.0,1767222000,1").contains("--timestamp-unit"));
        assert!(line("a,1.8.0,yesterday,1").contains("neither an instant"));
        assert!(line("a,1.8.0,1767222000000,1e").contains("no number"));
        assert!(line(",1.8.0,1767222000000,1").contains("no device"));
        assert!(matches!(rows("deviceId,obis,timestamp,value\n"), Err(PushError::Column(_))));
        assert!(matches!(rows("deviceId,obisCode,value\n"), Err(PushError::Missing("timestamp"))));
        assert!(matches!(rows(""), Err(PushError::Empty)));
    }
}
