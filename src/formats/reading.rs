//! Readings: their columns, and the way from a format to its writer.

use std::borrow::Cow;
use std::io::{self, Write};

use super::cell::{self, Cell, Rows};
use super::template::{is_number, no_number, status};
use super::{Content, Format, FormatError, Options, csv, influx, json, table};
use crate::clock::WallClock;
use crate::data::reading::Reading;

/// Writes readings as they come.
pub trait ReadingWriter {
    fn write(&mut self, reading: &Reading<'_>) -> io::Result<()>;

    /// Writes what is left; without it the output is not whole.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A writer of readings. Nothing is written before the first reading or the end.
pub fn readings<'w>(
    format: Format,
    out: Box<dyn Write + 'w>,
    options: &Options,
) -> Result<Box<dyn ReadingWriter + 'w>, FormatError> {
    format.check(Content::Readings)?;
    let columns = Column::chosen(format, options)?;
    Ok(match format {
        Format::Csv | Format::CsvDe => Box::new(csv::readings(format, out, options, columns)),
        Format::Json | Format::Ndjson => Box::new(json::readings(format, out, options, columns)),
        Format::Influx => Box::new(influx::readings(out, options, columns)),
        Format::Table if !options.for_person => {
            Box::new(table::plain_readings(out, options, columns))
        }
        Format::Plain => Box::new(table::plain_readings(out, options, columns)),
        _ => {
            let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
            let clock = WallClock::new(options.zone.clone());
            let rows = cell::rows(format, out, options, &names);
            Box::new(Cells { rows, columns, clock, for_excel: format == Format::Xlsx })
        }
    })
}

/// A member of a reading, by the provider's name for it; `time`, `offset` and `status` are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    DeviceId,
    Time,
    Offset,
    Measurement,
    Value,
    Unit,
    Status,
    Label,
    DeviceType,
    DeviceProvider,
    Medium,
    Direction,
}

impl Column {
    const ALL: [Self; 12] = [
        Self::DeviceId,
        Self::Time,
        Self::Offset,
        Self::Measurement,
        Self::Value,
        Self::Unit,
        Self::Status,
        Self::Label,
        Self::DeviceType,
        Self::DeviceProvider,
        Self::Medium,
        Self::Direction,
    ];
    /// What fits on a terminal.
    const FOR_TABLE: [Self; 7] = [
        Self::DeviceId,
        Self::Time,
        Self::Measurement,
        Self::Value,
        Self::Unit,
        Self::Direction,
        Self::Status,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DeviceId => "deviceId",
            Self::Time => "time",
            Self::Offset => "offset",
            Self::Measurement => "measurement",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Status => "status",
            Self::Label => "label",
            Self::DeviceType => "deviceType",
            Self::DeviceProvider => "deviceProvider",
            Self::Medium => "medium",
            Self::Direction => "direction",
        }
    }

    /// The text of those that are text.
    pub(super) fn text<'a>(self, reading: &'a Reading<'_>) -> &'a str {
        match self {
            Self::DeviceId => &reading.device_id,
            Self::Measurement => &reading.measurement,
            Self::Unit => &reading.unit,
            Self::Label => &reading.label,
            Self::DeviceType => &reading.device_type,
            Self::DeviceProvider => &reading.device_provider,
            Self::Medium => &reading.medium,
            Self::Direction => &reading.direction,
            Self::Time | Self::Offset | Self::Value | Self::Status => "",
        }
    }

    /// What was asked for, or the format's own choice. Local time never goes without its offset.
    fn chosen(format: Format, options: &Options) -> Result<Vec<Self>, FormatError> {
        let with_offset = matches!(format, Format::CsvDe | Format::Xlsx);
        let mut columns = match &options.fields {
            Some(fields) => {
                fields.iter().map(|name| Self::named(name)).collect::<Result<_, _>>()?
            }
            None if matches!(format, Format::Table | Format::Plain) => Self::FOR_TABLE.to_vec(),
            None => Self::ALL.into_iter().filter(|column| *column != Self::Offset).collect(),
        };
        if columns.is_empty() {
            return Err(FormatError::NoFields);
        }
        let time = columns.iter().position(|column| *column == Self::Time);
        if let Some(at) = time.filter(|_| with_offset && !columns.contains(&Self::Offset)) {
            columns.insert(at + 1, Self::Offset);
        }
        Ok(columns)
    }

    fn named(name: &str) -> Result<Self, FormatError> {
        let name = if name == "timeStamp" { "time" } else { name };
        Self::ALL.into_iter().find(|column| column.name() == name).ok_or_else(|| {
            FormatError::NoField {
                field: name.to_owned(),
                known: Self::ALL.map(Self::name).to_vec(),
            }
        })
    }
}

/// Readings as rows of cells: for a person, and for Excel.
struct Cells<'w> {
    rows: Box<dyn Rows + 'w>,
    columns: Vec<Column>,
    clock: WallClock,
    for_excel: bool,
}

impl ReadingWriter for Cells<'_> {
    fn write(&mut self, reading: &Reading<'_>) -> io::Result<()> {
        if reading.value.as_deref().is_some_and(|value| !is_number(value)) {
            return Err(no_number());
        }
        self.clock.set(reading.time)?;
        let cells: Vec<Cell<'_>> =
            self.columns.iter().map(|column| self.cell(*column, reading)).collect();
        self.rows.row(&cells)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.rows.finish()
    }
}

impl Cells<'_> {
    fn cell<'a>(&self, column: Column, reading: &'a Reading<'_>) -> Cell<'a> {
        match column {
            Column::Value => match &reading.value {
                Some(digits) => Cell::Number(Cow::Borrowed(digits)),
                None => Cell::Empty,
            },
            Column::Status => Cell::Text(Cow::Borrowed(status(reading))),
            Column::Offset => self.written(WallClock::offset),
            Column::Time if self.for_excel => Cell::Day(self.clock.spreadsheet_days()),
            Column::Time => self.written(|clock, out| {
                clock.local(out);
                out.push(b' ');
                clock.offset(out);
            }),
            text => Cell::Text(Cow::Borrowed(text.text(reading))),
        }
    }

    fn written(&self, write: impl Fn(&WallClock, &mut Vec<u8>)) -> Cell<'static> {
        let mut text = Vec::new();
        write(&self.clock, &mut text);
        Cell::Text(Cow::Owned(String::from_utf8_lossy(&text).into_owned()))
    }
}
