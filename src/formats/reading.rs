//! Readings: the members that can be columns.

use std::borrow::Cow;
use std::io::{self, ErrorKind};

use super::columns::{Cell, List};
use super::typed::Kind;
use super::{Content, FormatError};
use crate::data::query::Resolution;
use crate::data::reading::Reading;

/// What can be asked for, by the provider's names; `time`, `offset`, `status` and the meter's names
/// are ours. `name` is `meter` where that is taken.
#[rustfmt::skip]
pub(super) const MEMBERS: [&str; 18] = [
    "time", "offset", "meter", "name", "space", "malo", "melo", "serial", "measurement", "direction",
    "value", "unit", "status", "medium", "label", "deviceId", "deviceType", "deviceProvider",
];

/// Readings of meters.
pub const LIST: List<'_> = List {
    name: "readings",
    content: Content::Readings,
    // All but the offset, which most formats have in the time, and the number on the meter.
    #[rustfmt::skip]
    columns: &[
        "time", "meter", "space", "malo", "melo", "measurement", "direction", "value", "unit",
        "status", "medium", "label", "deviceId", "deviceType", "deviceProvider",
    ],
    few_columns: &["time", "meter", "direction", "value", "unit", "status"],
    documented: &[],
    resolution: Resolution::QuarterHour,
};

/// The same, in a folder that is called `meter`.
pub const LIST_IN_FOLDERS: List<'_> = List {
    #[rustfmt::skip]
    columns: &[
        "time", "name", "space", "malo", "melo", "measurement", "direction", "value", "unit",
        "status", "medium", "label", "deviceId", "deviceType", "deviceProvider",
    ],
    ..LIST
};

/// The member of this name; `timeStamp` is what the provider calls the time.
pub(super) fn member(name: &str) -> Result<String, FormatError> {
    let name = if name == "timeStamp" { "time" } else { name };
    if MEMBERS.contains(&name) {
        return Ok(name.to_owned());
    }
    let (content, known) = (Content::Readings, MEMBERS.map(str::to_owned).to_vec());
    Err(FormatError::NoField { content, field: name.to_owned(), known })
}

/// A reading's cell in one column.
pub(super) fn cell<'a>(reading: &'a Reading, column: &str) -> Cell<'a> {
    let text = match column {
        "time" => return Cell::Time(reading.time),
        "offset" => return Cell::Offset(reading.time),
        "value" => return reading.value.as_deref().map_or(Cell::Empty, Cell::Number),
        "status" if reading.value.is_some() => "ok",
        "status" => "missing",
        "meter" | "name" => reading.labels.meter.title(),
        "space" => &reading.labels.meter.space,
        "malo" => &reading.labels.meter.malo,
        "melo" => &reading.labels.meter.melo,
        "serial" => &reading.labels.meter.serial,
        name => match reading.labels.get(name) {
            Some(text) => text,
            None => return Cell::Empty,
        },
    };
    Cell::Text(Cow::Borrowed(text))
}

/// The type of a member, whatever a file's readings have.
pub(super) fn kind(member: &str) -> Kind {
    match member {
        "time" => Kind::Time,
        "value" => Kind::Number,
        _ => Kind::Text,
    }
}

/// Refuses a value with anything else than digits and their signs, so that no separator or formula
/// gets in unescaped.
pub(super) fn check(reading: &Reading) -> io::Result<()> {
    let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    let is_wrong = |value: &str| value.is_empty() || !value.bytes().all(fits);
    if reading.value.as_deref().is_some_and(is_wrong) {
        return Err(io::Error::new(ErrorKind::InvalidData, "a reading's value is no number"));
    }
    Ok(())
}
