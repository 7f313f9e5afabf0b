//! What people take home of their meters: the way from a network operator's file to a planner's, and
//! the meter's name on everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use partnerlink::formats::{Content, FORMATS};

use crate::data_push::{MELO, mscons};
use crate::data_report::inside;
use crate::support::data::{Data, OFFICE};
use crate::support::program::Outcome;

const DAY: [&str; 6] = ["--device", OFFICE, "--from", "2026-10-07", "--to", "2026-10-08"];

/// In thousandths, with a point or a comma.
#[track_caller]
fn thousandths(digits: &str) -> i64 {
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    assert!(part.len() <= 3, "{digits}");
    format!("{whole}{part:0<3}").parse().unwrap()
}

#[test]
fn a_year_of_a_network_operator_becomes_a_planners_file_with_a_command_a_step() {
    let mut data = Data::new();
    // Four times a year of readings, and other tests beside it.
    data.program.patience = Duration::from_secs(120);
    let run = |line: &str| -> Outcome { data.program.run(line.split(' ')).exits(0) };
    // The year 2025 of the office's meter, which has gaps otherwise.
    let (begin, count) = (1_735_686_000, 35_040);
    fs::write(data.program.root().join("lastgang.edi"), mscons(begin, count)).unwrap();
    let known: Vec<i64> = (0..count).map(|n| n % 40 * 1000 + n % 1000).collect();

    run("meter push lastgang.edi").says(&["35040 readings of 1 meter handed in"]);
    let year = format!("meter readings --device {MELO} --year 2025");
    let found = run(&format!("{year} --format csv --fields time,value")).stdout;
    let value = |row: &str| thousandths(row.split_once(',').unwrap().1);
    let found: Vec<i64> = found.lines().skip(1).map(value).collect();
    run(&format!("{year} --profile tesvolt -o tesvolt.csv")).says(&["35040 values in kWh"]);
    let planned = fs::read_to_string(data.program.root().join("tesvolt.csv")).unwrap();
    let value = |row: &str| thousandths(row.split_once(';').unwrap().1);
    let planned: Vec<i64> = planned.split_terminator("\r\n").skip(2).map(value).collect();

    assert!(found == known && planned == known, "{} and {}", found.len(), planned.len());
    let sum = |values: &[i64]| values.iter().sum::<i64>();
    assert_eq!((sum(&found), sum(&planned)), (sum(&known), sum(&known)));
}

/// As people or as file names write it.
fn names_the_office(text: &str) -> bool {
    ["Strom Verwaltung", "Strom\\ Verwaltung", "strom-verwaltung", "strom_verwaltung"]
        .iter()
        .any(|name| text.contains(name))
}

/// What is in a file, as text. Of a workbook it is the first sheet.
fn text_of(file: &Path) -> String {
    let bytes = fs::read(file).unwrap();
    let is_book = bytes.starts_with(b"PK");
    if is_book {
        return inside(&bytes, "xl/worksheets/sheet1.xml");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|it| if it.is_dir() { files_below(&it) } else { vec![it] }).collect()
}

#[test]
fn every_format_of_every_list_of_a_meter_has_its_name() {
    let data = Data::new();
    let root = data.program.root();
    for (command, content) in [("readings", Content::Readings), ("verify", Content::Records)] {
        let fits = FORMATS.iter().filter(|format| format.check(content).is_ok());
        for format in fits {
            let file = root.join(format!("{command}-{}", format.name));
            let to = ["--format", format.name, "-o", file.to_str().unwrap()];
            data.program.run([&["meter", command], &DAY[..], &to].concat()).exits(0);
            assert!(names_the_office(&text_of(&file)), "{command} in {}", format.name);
        }
    }
}

#[test]
fn every_file_of_an_export_has_its_meters_name() {
    let data = Data::new();
    for format in FORMATS.iter().filter(|format| format.check(Content::Readings).is_ok()) {
        let out = data.program.root().join(format.name);
        let month = ["--device", OFFICE, "--month", "2026-09", "--format", format.name];
        let to = ["--out", out.to_str().unwrap()];
        data.program.run([&["meter", "export"], &month[..], &to].concat()).exits(0);
        let is_hidden = |file: &PathBuf| file.file_name().unwrap().as_encoded_bytes()[0] == b'.';
        let files: Vec<PathBuf> =
            files_below(&out).into_iter().filter(|file| !is_hidden(file)).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let name = files[0].strip_prefix(&out).unwrap().to_str().unwrap();
        assert!(names_the_office(name), "{name}");
        assert!(names_the_office(&text_of(&files[0])), "{name}");
    }
}

#[test]
fn every_picture_and_report_of_a_meter_has_its_name() {
    let data = Data::new();
    let plot = [&["meter", "plot"], &DAY[..]].concat();
    for view in ["curve", "heat-map", "duration"] {
        for look in [&[][..], &["--ascii"]] {
            let seen = data.program.run([&plot[..], &["--view", view], look].concat()).exits(0);
            assert!(names_the_office(&seen.stdout), "{view}: {}", seen.stdout);
        }
    }
    let report = ["meter", "report", "--device", OFFICE, "--month", "2026-10"];
    for (command, file) in [
        (&plot[..], "plot.svg"),
        (&plot, "plot.html"),
        (&report, "report.xlsx"),
        (&report, "report.html"),
    ] {
        let path = data.program.root().join(file);
        data.program.run([command, &["-o", path.to_str().unwrap()]].concat()).exits(0);
        assert!(names_the_office(&text_of(&path)), "{file}");
    }
    data.program.run([&plot[..], &["--each", "-o", "each.svg"]].concat()).exits(0);
    let each = files_below(data.program.root()).into_iter().find(|it| {
        let name = it.file_name().unwrap().to_string_lossy();
        name.starts_with("each") && names_the_office(&name)
    });
    assert!(each.is_some());
}
