//! Readings: the members that can be columns.

use std::borrow::Cow;
use std::io::{self, ErrorKind};

use super::columns::{Cell, List};
use super::{Content, FormatError};
use crate::data::reading::Reading;

/// A member of a reading, by the provider's name for it; `time`, `offset` and `status` are ours.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) cell: for<'r> fn(&'r Reading<'_>) -> Cell<'r>,
}

pub(super) static MEMBERS: [Member; 12] = [
    Member { name: "deviceId", cell: |reading| text(&reading.device_id) },
    Member { name: "time", cell: |reading| Cell::Time(reading.time) },
    Member { name: "offset", cell: |reading| Cell::Offset(reading.time) },
    Member { name: "measurement", cell: |reading| text(&reading.measurement) },
    Member { name: "value", cell: value },
    Member { name: "unit", cell: |reading| text(&reading.unit) },
    Member { name: "status", cell: status },
    Member { name: "label", cell: |reading| text(&reading.label) },
    Member { name: "deviceType", cell: |reading| text(&reading.device_type) },
    Member { name: "deviceProvider", cell: |reading| text(&reading.device_provider) },
    Member { name: "medium", cell: |reading| text(&reading.medium) },
    Member { name: "direction", cell: |reading| text(&reading.direction) },
];

/// Readings of meters.
pub const LIST: List<'_> = List {
    name: "readings",
    content: Content::Readings,
    // All but the offset, which most formats have in the time.
    #[rustfmt::skip]
    columns: &[
        "deviceId", "time", "measurement", "value", "unit", "status", "label", "deviceType",
        "deviceProvider", "medium", "direction",
    ],
    few_columns: &["deviceId", "time", "measurement", "value", "unit", "direction", "status"],
};

impl Member {
    /// `timeStamp` is what the provider calls the time.
    pub(super) fn named(name: &str) -> Result<&'static Self, FormatError> {
        let name = if name == "timeStamp" { "time" } else { name };
        MEMBERS.iter().find(|member| member.name == name).ok_or_else(|| FormatError::NoField {
            field: name.to_owned(),
            known: MEMBERS.iter().map(|member| member.name).collect(),
        })
    }
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

fn value<'r>(reading: &'r Reading<'_>) -> Cell<'r> {
    reading.value.as_deref().map_or(Cell::Empty, Cell::Number)
}

fn status<'r>(reading: &'r Reading<'_>) -> Cell<'r> {
    text(if reading.value.is_some() { "ok" } else { "missing" })
}

/// Refuses a value with anything else than digits and their signs, so that no separator or formula
/// gets in unescaped.
pub(super) fn check(reading: &Reading<'_>) -> io::Result<()> {
    let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    match &reading.value {
        Some(value) if value.is_empty() || !value.bytes().all(fits) => {
            Err(io::Error::new(ErrorKind::InvalidData, "a reading's value is no number"))
        }
        _ => Ok(()),
    }
}
