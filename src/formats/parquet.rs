//! Apache Parquet: columns with types, for DuckDB, Polars, pandas and R.
//!
//! Times are instants in UTC, to the microsecond. Numbers are 64-bit floats, which keep the 15 digits
//! that a meter may show and which every reader adds up; a decimal type would have to know the scale
//! before the first value, and is slow or unknown in pandas. A sum of floats differs after the
//! twelfth digit: rounded, or by DuckDB's `fsum`, it is that of the csv.
//!
//! Floats stand there plain and are packed: split into their bytes they need three times as much, and
//! as a dictionary more in a file of one month. A year of quarter hours is 75 kB.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::iter::repeat_n;
use std::mem;
use std::sync::Arc;

use parquet::basic::{
    Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel,
};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::columns::List;
use super::typed::{Column, Held, Kind, TypedRows};
use super::{Entry, NewRows, Options, Rows};
use crate::clock;

const COMPRESSION: i32 = 9;
/// Pages are packed one by one: the larger, the better. In rows, more than a group has.
const PAGE_ROWS: usize = 1 << 20;

struct Parquet {
    rows: TypedRows,
    /// Made with the first rows, whose types it has to know. What is written is taken out of it.
    file: Option<SerializedFileWriter<Vec<u8>>>,
    /// `schema`, `list`, `sandbox`, each with our name before it.
    facts: Vec<KeyValue>,
    units: BTreeSet<String>,
}

pub(super) fn rows(list: &List<'_>, options: &Options) -> NewRows {
    let mut facts = vec![fact("schema", "1"), fact("list", list.name)];
    if options.sandbox {
        facts.push(fact("sandbox", "true"));
    }
    let (rows, units) = (TypedRows::new(list, options)?, BTreeSet::new());
    Ok(Box::new(Parquet { rows, file: None, facts, units }))
}

fn fact(name: &str, text: &str) -> KeyValue {
    KeyValue::new(format!("partnerlink.{name}"), text.to_owned())
}

impl Rows for Parquet {
    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        if let Entry::Reading(reading) = entry
            && !self.units.contains(&reading.labels.unit)
        {
            self.units.insert(reading.labels.unit.clone());
        }
        if self.rows.add(entry)? {
            out.append(&mut self.write_group().map_err(io::Error::other)?);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut rest = self.write_group().map_err(io::Error::other)?;
        rest.append(&mut self.write_end().map_err(io::Error::other)?);
        out.write_all(&rest)
    }
}

impl Parquet {
    /// Writes the rows that are held, and gives the bytes that come of it.
    fn write_group(&mut self) -> Result<Vec<u8>, ParquetError> {
        let Self { rows, file, .. } = self;
        rows.settle();
        let file = match file {
            Some(file) => file,
            None => file.insert(new_file(rows.columns())?),
        };
        if !rows.is_empty() {
            let mut group = file.next_row_group()?;
            for column in rows.columns() {
                let Some(mut writer) = group.next_column()? else { break };
                write_column(&mut writer, column)?;
                writer.close()?;
            }
            group.close()?;
            rows.clear();
        }
        file.flush()?;
        Ok(mem::take(file.inner_mut()))
    }

    fn write_end(&mut self) -> Result<Vec<u8>, ParquetError> {
        let Some(file) = &mut self.file else { return Ok(Vec::new()) };
        let units: Vec<&str> = self.units.iter().map(String::as_str).collect();
        if !units.is_empty() {
            self.facts.push(fact("unit", &units.join(",")));
        }
        self.facts.drain(..).for_each(|fact| file.append_key_value_metadata(fact));
        file.finish()?;
        Ok(mem::take(file.inner_mut()))
    }
}

fn new_file(columns: &[Column]) -> Result<SerializedFileWriter<Vec<u8>>, ParquetError> {
    let fields = columns.iter().map(|column| Ok(Arc::new(field(column)?)));
    let fields = fields.collect::<Result<_, ParquetError>>()?;
    let schema = Type::group_type_builder("partnerlink").with_fields(fields).build()?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(COMPRESSION)?))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    for column in columns {
        let encoding = match column.kind() {
            // Equal steps need next to nothing.
            Kind::Time => Encoding::DELTA_BINARY_PACKED,
            Kind::Number => Encoding::PLAIN,
            _ => continue,
        };
        let path = || column.name.as_str().into();
        properties = properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_encoding(path(), encoding);
    }
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let utc = LogicalType::timestamp(true, TimeUnit::MICROS);
    let (physical, logical) = match column.kind() {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Whole => (Physical::INT64, None),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Time => (Physical::INT64, Some(utc)),
        Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

fn write_column(to: &mut SerializedColumnWriter, column: &Column) -> Result<(), ParquetError> {
    match column.kind() {
        Kind::Text => write::<ByteArrayType>(to, column, |held| held.text().map(ByteArray::from)),
        Kind::Number => write::<DoubleType>(to, column, Held::number),
        Kind::Whole => write::<Int64Type>(to, column, Held::whole),
        Kind::Flag => write::<BoolType>(to, column, Held::flag),
        Kind::Time => write::<Int64Type>(to, column, |held| Some(held.time()?.as_microsecond())),
        Kind::Date => write::<Int32Type>(to, column, |held| held.date().map(clock::day_number)),
    }
}

fn write<T: DataType>(
    to: &mut SerializedColumnWriter,
    column: &Column,
    value: impl Fn(&Held) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for (held, count) in column.runs() {
        let value = value(held);
        levels.extend(repeat_n(i16::from(value.is_some()), count));
        values.extend(value.into_iter().flat_map(|value| repeat_n(value, count)));
    }
    to.typed::<T>().write_batch(&values, Some(&levels), None).map(drop)
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
