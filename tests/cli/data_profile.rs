//! A year for planning tools: the file that each of them takes, and what is none.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::support::data::{Data, OFFICE, SUN};
use crate::support::program::Program;

const YEAR: [&str; 4] = ["--from", "2025-01", "--to", "2026-01"];

fn readings<'a>(device: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["meter", "readings", "--device", device][..], &YEAR, more].concat()
}

/// In thousandths, which the sandbox's meters have at most; with a point or a comma.
fn thousandths(digits: &str) -> i64 {
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    assert!(part.len() <= 3, "{digits}");
    format!("{whole}{part:0<3}").parse().unwrap()
}

/// The sum of the readings themselves.
fn sum_of_csv(program: &Program) -> i64 {
    let csv = readings(SUN, &["--format", "csv", "--fields", "value,unit"]);
    let table = program.run(csv).exits(0).stdout;
    table.lines().skip(1).map(|row| thousandths(row.split(',').next().unwrap())).sum()
}

/// The lines that tell most, with their numbers: the beginning, midday, around both changes of the
/// clocks, the end.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    let mut shown = String::new();
    for at in [0, 1, 2, 3, 50, 8454, 8455, 8459, 16_000, 28_614, 28_619, 28_623, 35_039, 35_041] {
        if let Some(line) = lines.get(at) {
            writeln!(shown, "{at}: {line}").unwrap();
        }
    }
    shown
}

#[test]
fn each_tool_gets_the_file_that_it_takes_and_the_sum_is_that_of_the_readings() {
    let data = Data::new();
    let sum = sum_of_csv(&data.program);
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden");
    for (tool, head, column) in [
        ("tesvolt", 2, 1),
        ("polysun", 0, 0),
        ("sma", 0, 0),
        ("eless", 0, 2),
        ("hottgenroth", 0, 0),
    ] {
        let file = data.program.root().join(format!("{tool}.csv"));
        let more = ["--profile", tool, "-o", file.to_str().unwrap()];
        let outcome = data.program.run(readings(SUN, &more)).exits(0);
        outcome.says(&["35040 values in kWh", "Photovoltaik Dach OUT of 2025", "CET all year"]);
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{tool}");
        let values: Vec<&str> = text.split_terminator("\r\n").skip(head).collect();
        assert_eq!(values.len(), 35_040, "{tool}");
        let value = |row: &&str| thousandths(row.split(';').nth(column).unwrap());
        assert_eq!(values.iter().map(value).sum::<i64>(), sum, "{tool}");
        let golden = fs::read_to_string(golden.join(format!("profile-{tool}.txt"))).unwrap();
        assert_eq!(shown(&text), golden, "{tool}");
    }
    let printed = data.program.run(readings(SUN, &["--profile", "sma"])).exits(0).stdout;
    assert!(printed == fs::read_to_string(data.program.root().join("sma.csv")).unwrap());
}

#[test]
fn a_gap_stops_a_profile_until_it_is_said_how_to_fill_it() {
    let data = Data::new();
    let profile = readings(OFFICE, &["--profile", "tesvolt", "-o", "a.csv"]);
    let refused = data.program.run(&profile).exits(2);
    refused.says(&["848 of 35040 values are missing", "2025-01-01 10:00", "--gaps interpolate"]);
    assert!(!data.program.root().join("a.csv").exists());
    for fill in ["zero", "previous", "interpolate"] {
        let filled = [&profile[..], &["--force", "--gaps", fill]].concat();
        let outcome = data.program.run(filled).exits(0);
        outcome.says(&["848 of 35040 values are missing", "which adds"]);
        let text = fs::read_to_string(data.program.root().join("a.csv")).unwrap();
        assert_eq!(text.lines().count(), 35_042, "{fill}");
    }
    // Readings themselves are never made up.
    data.program.run(readings(OFFICE, &["--gaps", "zero"])).exits(2).says(&["--profile"]);
}

#[test]
fn what_is_no_year_of_one_meter_in_the_tools_unit_is_refused() {
    let data = Data::new();
    let refused = |args: &str, says: &[&str]| {
        let args = format!("meter readings {args}");
        data.program.run(args.split(' ')).exits(2).says(says);
    };
    let year = "--from 2025-01 --to 2026-01";
    refused(
        &format!("--device {SUN} --from 2025-01 --to 2025-12 --profile sma"),
        &["one calendar year"],
    );
    refused(&format!("--device {SUN} --from 2024-01 --to 2025-01 --profile tesvolt"), &["366"]);
    refused(&format!("--device {SUN} --device {OFFICE} {year} --profile sma"), &["of one"]);
    let power = format!("--device {SUN} {year} --measurement power");
    refused(&format!("{power} --profile polysun"), &["no kW", "--measurement energy"]);
    let both = "d0000000-0000-4000-8000-000000000007";
    refused(&format!("--device {both} {year} --profile eless"), &["--direction in"]);
    let water = "d0000000-0000-4000-8000-000000000008";
    refused(&format!("--device {water} {year} --profile sma"), &["m³"]);
    refused(&format!("--device {SUN} {year} --profile excel"), &["tesvolt", "hottgenroth"]);
    refused(&format!("--device {SUN} {year} --profile sma --format csv"), &["--format"]);
}
