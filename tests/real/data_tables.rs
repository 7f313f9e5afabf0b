//! Tables read back by pandas, DuckDB and openpyxl: they find what the JSON output says.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::parts::data::Data;
use crate::parts::{self, Part, has};
use crate::support::program::Program;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/read-tables.py");
/// Electricity in both directions.
pub const WITH_FEED_IN: &str = "d0000000-0000-4000-8000-000000000007";
pub const OCTOBER: [&str; 5] = ["--from", "2026-10", "--to", "2026-11", "--gaps=mark"];

/// What a reader found in a file.
#[track_caller]
pub fn read(reader: &str, file: &Path, summed: &str, shown: &[&str]) -> Value {
    let python = env::var_os("PARTNERLINK_TEST_PYTHON").unwrap();
    let mut command = Command::new(python);
    command.arg(SCRIPT).arg(reader).arg(file).arg(summed).args(shown).stdin(Stdio::null());
    parts::program().start(command).finish().exits(0).json()
}

/// Writes a table with the program, and has it read.
#[track_caller]
pub fn found(
    (program, command): (&Program, &[&str]),
    (reader, name): (&str, &str),
    summed: &str,
    shown: &[&str],
) -> Value {
    let file = program.root().join(name);
    let format = if reader == "duckdb-de" { "csv-de" } else { name.rsplit('.').next().unwrap() };
    let to = ["--format", format, "--output", file.to_str().unwrap()];
    program.run([command, &to].concat()).exits(0);
    read(reader, &file, summed, shown)
}

/// How many entries the JSON output has, the sum of a member in thousandths, and how many lack it.
#[track_caller]
pub fn in_json(program: &Program, command: &[&str], list: &str, summed: &str) -> (u64, i64, u64) {
    let told = program.run([command, &["--format", "json"]].concat()).exits(0).json();
    let entries = told[list].as_array().unwrap();
    let sum_of = |entry: &Value| thousandths(&entry[summed].to_string());
    let there = entries.iter().filter(|entry| !entry[summed].is_null());
    let missing = entries.len() - there.clone().count();
    (entries.len() as u64, there.map(sum_of).sum(), missing as u64)
}

/// Nothing is rounded: more than three decimals are an error here.
#[track_caller]
fn thousandths(digits: &str) -> i64 {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(part.len() <= 3, "{digits}");
    format!("{whole}{part:0<3}").parse().unwrap()
}

#[track_caller]
pub fn agrees(found: &Value, json: (u64, i64, u64)) {
    let sum = thousandths(found["sum"].as_str().unwrap());
    let number = |name: &str| found[name].as_u64().unwrap();
    assert_eq!((number("rows"), sum, number("empty")), json);
}

/// Readings of the day on which summer time ends, of each direction: it has 25 hours.
#[track_caller]
pub fn has_100_quarter_hours_when_summer_time_ends(found: &Value, directions: u64) {
    let mut hours = vec!["2026-10-24T22".to_owned(), "2026-10-24T23".to_owned()];
    hours.extend((0..23).map(|hour| format!("2026-10-25T{hour:02}")));
    let readings = hours.iter().map(|hour| found["hours"][hour].as_u64().unwrap());
    let readings: Vec<u64> = readings.collect();
    assert_eq!(readings, [4 * directions; 25]);
    assert_eq!(readings.iter().sum::<u64>(), 100 * directions);
}

#[test]
fn a_month_of_readings_is_the_same_in_pandas_duckdb_and_openpyxl() {
    if !has("readings in pandas, DuckDB and openpyxl", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let command = [&["meter", "readings", "--device", WITH_FEED_IN][..], &OCTOBER].concat();
    let json = in_json(&data.program, &command, "readings", "value");
    assert_eq!(json.0, 2 * 2_980);
    for (reader, name, number, text) in [
        ("pandas", "pandas.csv", "float64", "str"),
        ("duckdb", "duckdb.csv", "DOUBLE", "VARCHAR"),
        ("duckdb-de", "readings-de.csv", "DOUBLE", "VARCHAR"),
        ("openpyxl", "readings.xlsx", "n", "s"),
    ] {
        let reading = (&data.program, &command[..]);
        let found = found(reading, (reader, name), "value", &["deviceId"]);
        agrees(&found, json);
        has_100_quarter_hours_when_summer_time_ends(&found, 2);
        assert_eq!(found["first"]["deviceId"], WITH_FEED_IN, "{reader}");
        assert_eq!(found["columns"]["value"], number, "{reader}");
        assert_eq!(found["columns"]["deviceId"], text, "{reader}");
    }
}

/// Every meter, with gaps: what is missing is empty, and not zero.
#[test]
fn gaps_are_empty_in_pandas_and_duckdb() {
    if !has("gaps in pandas and DuckDB", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let command = [&["meter", "readings", "--all"][..], &OCTOBER].concat();
    let json = in_json(&data.program, &command, "readings", "value");
    assert!(json.2 > 64, "{json:?}");
    let reading = (&data.program, &command[..]);
    agrees(&found(reading, ("pandas", "all.csv"), "value", &[]), json);
    agrees(&found(reading, ("duckdb-de", "all-de.csv"), "value", &[]), json);
}

/// A market location has 11 digits, which a spreadsheet would show as 5.1E+10.
#[test]
fn ids_of_digits_stay_text() {
    /// No column: there is nothing to sum.
    const NOTHING: &str = "";
    const FIELDS: [&str; 4] = ["meter", "devices", "--fields", "id,externalDeviceId,name"];
    if !has("ids in openpyxl and DuckDB", &[Part::Tables]) {
        return;
    }
    let data = Data::of_meters();
    let reading = (&data.program, &FIELDS[..]);
    let shown = ["externalDeviceId"];
    let sheet = found(reading, ("openpyxl", "devices.xlsx"), NOTHING, &shown);
    assert_eq!(sheet["columns"]["externalDeviceId"], "s");
    assert_eq!(sheet["first"]["externalDeviceId"], "50999000001");
    // A file for a spreadsheet that guesses has the digits and nothing else.
    let german = found(reading, ("duckdb-de", "devices.csv"), NOTHING, &shown);
    assert_eq!(german["first"]["externalDeviceId"], "50999000001");
}

#[test]
fn piles_are_the_same_in_pandas_duckdb_and_openpyxl() {
    const PILES: [&str; 2] = ["timber", "aggregations"];
    if !has("piles in pandas, DuckDB and openpyxl", &[Part::Tables]) {
        return;
    }
    let data = Data::of_timber();
    let json = in_json(&data.program, &PILES, "piles", "protocol_fm_volume");
    assert_eq!((json.0, json.2), (340, 0));
    let reading = (&data.program, &PILES[..]);
    for (reader, name, number) in [
        ("pandas", "piles.csv", "24-001-1-1"),
        ("duckdb-de", "piles-de.csv", "24-001-1-1"),
        ("openpyxl", "piles.xlsx", "24-001-1-1"),
    ] {
        let shown = ["full_number", "latitude", "longitude"];
        let found = found(reading, (reader, name), "protocol_fm_volume", &shown);
        agrees(&found, json);
        assert_eq!(found["first"]["full_number"], number);
        assert_eq!(found["first"]["latitude"], "52.957818");
        assert_eq!(found["first"]["longitude"], "10.084805");
    }
}
