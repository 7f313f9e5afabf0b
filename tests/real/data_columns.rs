//! Parquet read back by DuckDB, Polars, pyarrow and pandas: a file, and the folders of an export.

use std::path::Path;

use serde_json::Value;

use super::data_tables::{
    OCTOBER, WITH_FEED_IN, agrees, found, has_100_quarter_hours_when_summer_time_ends, in_json,
    read,
};
use crate::parts::data::Data;
use crate::parts::{Part, has};

/// Each with what it calls an instant in UTC, a float, a text and a day.
const READERS: [(&str, [&str; 4]); 4] = [
    ("duckdb", ["TIMESTAMP WITH TIME ZONE", "DOUBLE", "VARCHAR", "DATE"]),
    ("polars", ["Datetime(time_unit='us', time_zone='UTC')", "Float64", "String", "Date"]),
    ("pyarrow", ["timestamp[us, tz=UTC]", "double", "string", "date32[day]"]),
    ("pandas", ["datetime64[us, UTC]", "float64", "str", "object"]),
];

#[track_caller]
fn has_types(reader: &str, found: &Value, columns: &[(&str, &str)]) {
    for (column, kind) in columns {
        assert_eq!(found["columns"][column], *kind, "{reader}: {column}");
    }
}

#[test]
fn a_month_of_readings_is_the_same_in_every_reader_of_parquet() {
    if !has("Parquet in DuckDB, Polars, pyarrow and pandas", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let command = [&["meter", "readings", "--device", WITH_FEED_IN][..], &OCTOBER].concat();
    let json = in_json(&data.program, &command, "readings", "value");
    for (reader, [time, number, text, _]) in READERS {
        let name = format!("{reader}.parquet");
        let reading = (&data.program, &command[..]);
        let found = found(reading, (reader, &name), "value", &["deviceId", "unit"]);
        agrees(&found, json);
        has_100_quarter_hours_when_summer_time_ends(&found, 2);
        assert_eq!(found["first"]["deviceId"], WITH_FEED_IN, "{reader}");
        let columns = [("time", time), ("value", number), ("deviceId", text), ("malo", text)];
        has_types(reader, &found, &columns);
    }
}

/// Every meter, with gaps: as one table, with the meter and the month from the folders' names.
#[test]
fn the_folders_of_an_export_are_one_table() {
    if !has("an export in DuckDB, Polars, pyarrow and pandas", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let json = in_json(
        &data.program,
        &[&["meter", "readings", "--all"][..], &OCTOBER].concat(),
        "readings",
        "value",
    );
    assert!(json.2 > 64, "{json:?}");
    let out = data.program.root().join("lastgang");
    let export = ["meter", "export", "--all", "--format", "parquet", "--out"];
    data.program
        .run([&export[..], &[out.to_str().unwrap()], &OCTOBER].concat())
        .exits(0)
        .says(&["12 files written"]);
    for (reader, [time, number, text, _]) in READERS {
        let shown = ["meter", "month"];
        let found = read(reader, &out, "value", &shown);
        agrees(&found, json);
        has_types(reader, &found, &[("time", time), ("value", number), ("name", text)]);
        assert_eq!(found["first"]["month"], "2026-10", "{reader}");
        let meter = found["first"]["meter"].as_str().unwrap();
        let folder = out.join(format!("meter={meter}")).join("month=2026-10");
        assert!(folder.join("readings.parquet").is_file(), "{reader}: {meter}");
        assert!(found["columns"]["month"] != "DATE", "{reader}");
    }
}

#[test]
fn piles_and_lists_have_the_types_of_what_is_in_them() {
    if !has("piles in DuckDB, Polars, pyarrow and pandas", &[Part::Tables]) {
        return;
    }
    let data = Data::of_timber();
    let command = ["timber", "aggregations"];
    let json = in_json(&data.program, &command, "piles", "protocol_fm_volume");
    for (reader, [time, number, text, day]) in READERS {
        let file = data.program.root().join(format!("{reader}.parquet"));
        write(&data, &command, &file);
        let found = read(reader, &file, "protocol_fm_volume", &["full_number", "sale_date"]);
        agrees(&found, json);
        assert_eq!(found["first"]["full_number"], "24-001-1-1", "{reader}");
        assert_eq!(found["first"]["sale_date"], "2024-01-25", "{reader}");
        let columns = [
            ("created_at", time),
            ("sale_net_total", number),
            ("buyer", text),
            ("other", text),
            ("sale_date", day),
        ];
        has_types(reader, &found, &columns);
        write(&data, &["timber", "woodlists"], &file);
        let found = read(reader, &file, "", &["name"]);
        has_types(reader, &found, &[("reference_date", day), ("updated", time), ("number", text)]);
    }
}

#[track_caller]
fn write(data: &Data, command: &[&str], file: &Path) {
    let to = ["--force", "-o", file.to_str().unwrap()];
    data.program.run([command, &to].concat()).exits(0);
}
