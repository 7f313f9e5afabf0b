//! `meter report`: a workbook and a page of a month, as their readers find them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::DeflateDecoder;
use serde_json::{Value, json};

use crate::provider::http::Reply;
use crate::support::data::{Data, OFFICE, connected_to_fake};

const OCTOBER: [&str; 4] = ["meter", "report", "--month", "2026-10"];

/// A file inside of a workbook, which is a ZIP archive.
#[track_caller]
pub fn inside(book: &[u8], name: &str) -> String {
    let number = |at: usize, bytes: usize| {
        book[at..at + bytes].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let end = book.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let (mut at, count) = (number(end + 16, 4), number(end + 10, 2));
    for _ in 0..count {
        let [length, extra, comment] = [28, 30, 32].map(|offset| number(at + offset, 2));
        if book[at + 46..at + 46 + length] == *name.as_bytes() {
            let (packed, header) = (number(at + 20, 4), number(at + 42, 4));
            let begin = header + 30 + number(header + 26, 2) + number(header + 28, 2);
            let mut text = String::new();
            let packed = &book[begin..begin + packed];
            DeflateDecoder::new(packed).read_to_string(&mut text).unwrap();
            return text;
        }
        at += 46 + length + extra + comment;
    }
    panic!("{name} is not in the workbook");
}

/// The cells of a sheet by their names: text, or a number as it is written.
fn cells(sheet: &str) -> BTreeMap<String, String> {
    let cell = |text: &str| {
        let name = text.split_once('"')?.0.to_owned();
        let inner = text.split_once("<v>").or(text.split_once("<t>"))?.1;
        Some((name, inner.split('<').next()?.to_owned()))
    };
    sheet.split("<c r=\"").skip(1).filter_map(cell).collect()
}

fn file(data: &Data, name: &str) -> Vec<u8> {
    fs::read(data.program.root().join(name)).unwrap()
}

/// Thousandths, which every value of the sandbox is a number of.
fn thousandths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<3}").parse().unwrap()
}

#[test]
fn the_sums_of_a_report_are_those_of_the_csv_to_the_digit() {
    let data = Data::new();
    let readings = ["meter", "readings", "--all", "--month", "2026-10", "--format", "csv"];
    let csv = data.program.run(readings).exits(0);
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut rows = csv::Reader::from_reader(csv.data().as_bytes());
    let names = rows.headers().unwrap().clone();
    let place = |name: &str| names.iter().position(|it| it == name).unwrap();
    let [meter, direction, value] = ["meter", "direction", "value"].map(place);
    for row in rows.records().map(Result::unwrap) {
        let key = (row[meter].to_owned(), row[direction].to_owned());
        *sums.entry(key).or_default() += thousandths(&row[value]);
    }
    let args = [&OCTOBER[..], &["--language", "en", "-o", "october.xlsx"]].concat();
    data.program
        .run(args)
        .exits(0)
        .says(&["readings of 11 meters", "missing; 1 meter without any reading"]);
    let overview = cells(&inside(&file(&data, "october.xlsx"), "xl/worksheets/sheet1.xml"));
    let text = |name: String| overview.get(&name).cloned().unwrap_or_default();
    let mut found = BTreeMap::new();
    for row in (7..).take_while(|row| overview.contains_key(&format!("A{row}"))) {
        let direction = match text(format!("D{row}")).as_str() {
            "" => continue,
            "feed-in" => "OUT",
            _ => "IN",
        };
        let sum = thousandths(&text(format!("E{row}")));
        found.insert((text(format!("A{row}")), direction.to_owned()), sum);
    }
    assert_eq!(found, sums);
    assert_eq!(sums.len(), 12);
}

#[test]
fn both_hours_of_the_clock_change_and_every_gap_are_seen() {
    let data = Data::new();
    let args = [&OCTOBER[..], &["--device", OFFICE, "--language", "de", "-o", "o.xlsx"]].concat();
    data.program.run(args).exits(0).says(&["64 intervals are missing", "o.xlsx"]);
    let profile = inside(&file(&data, "o.xlsx"), "xl/worksheets/sheet4.xml");
    let cells = cells(&profile);
    // 25 October 2026, 02:00: the first and the second time.
    let at = |row: u32| (cells[&format!("A{row}")].clone(), cells[&format!("B{row}")].clone());
    let two = 10 + 24 * 96 + 8;
    let (first, second) = (at(two), at(two + 4));
    assert_eq!((first.1.as_str(), second.1.as_str()), ("MESZ", "MEZ"));
    assert_eq!(first.0, second.0);
    let days: f64 = first.0.parse().unwrap();
    assert!((days - (46_320.0 + 2.0 / 24.0)).abs() < 1e-9, "{days}");
    // Energy and power of the first Wednesday, at 10 o'clock: cells without a value.
    let gap = 10 + 6 * 96 + 40;
    for column in ["C", "D"] {
        assert!(!cells.contains_key(&format!("{column}{gap}")), "{column}{gap}");
        assert!(profile.contains(&format!("<c r=\"{column}{gap}\" s=")), "it is marked");
        assert!(cells.contains_key(&format!("{column}{}", gap - 1)));
    }
    let energy: f64 = cells["C10"].parse().unwrap();
    let power: f64 = cells["D10"].parse().unwrap();
    assert!((power - 4.0 * energy).abs() < 1e-9);
    assert!(
        profile.contains("<f>SUM('Lastgang'!C10:C2989)</f>")
            || profile.contains("<f>SUM(Lastgang!C10:C2989)</f>")
    );
    for text in ["orientation=\"landscape\"", "fitToHeight=\"0\"", "paperSize=\"9\""] {
        assert!(profile.contains(text), "{text}");
    }
    let gaps = self::cells(&inside(&file(&data, "o.xlsx"), "xl/worksheets/sheet5.xml"));
    assert_eq!((gaps["A7"].as_str(), gaps["H7"].as_str()), ("Strom Verwaltung", "16"));
}

#[test]
fn a_report_is_a_new_file_and_one_of_two_kinds() {
    let data = Data::new();
    let to = |file: &'static str| [&OCTOBER[..], &["--device", OFFICE, "-o", file]].concat();
    data.program.run(to("o.pdf")).exits(2).says(&["neither .xlsx nor .html"]);
    data.program.run(to("o.html")).exits(0);
    data.program.run(to("o.html")).says(&["is there already", "--force"]);
    data.program.run([&to("o.html")[..], &["--force"]].concat()).exits(0);
    let html = String::from_utf8(file(&data, "o.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
    assert!(!html.contains("http://") && !html.contains("<script"));
}

#[test]
fn one_bad_meter_does_not_stop_a_report_and_is_named() {
    let (data, _front) = Data::behind(|call, honest| {
        if call.path().contains(&format!("/devices/{OFFICE}/")) {
            return Reply::json(404, &json!({ "message": "gone" }));
        }
        honest()
    });
    let args = [&OCTOBER[..], &["--language", "de", "-o", "o.html"]].concat();
    let outcome = data.program.run(args).exits(6);
    outcome.says(&["readings of 10 meters", "1 meter could not be fetched", "Strom Verwaltung"]);
    let html = String::from_utf8(file(&data, "o.html")).unwrap();
    assert!(html.contains("Nicht abgerufen") && html.contains("<li>Strom Verwaltung: "));
}

/// States of a meter: two quarters are missing, one comes twice, and the meter was exchanged.
fn exchanged_meter() -> Value {
    let state = |quarter: u32| {
        let (hour, minute) = (quarter / 4, quarter % 4 * 15);
        json!({
            "deviceId": "d", "measurement": "METER_READING", "unit": "kWh", "direction": "IN",
            "timeStamp": format!("2026-10-06T{hour:02}:{minute:02}:00Z"),
            "value": if quarter < 60 { 12_000 + quarter } else { quarter },
        })
    };
    let quarters = (0..88).filter(|quarter| !(20..22).contains(quarter)).chain([30]);
    quarters.map(state).collect()
}

#[test]
fn report_plot_and_verify_say_the_same_of_one_meter() {
    let (program, fake) = connected_to_fake();
    fake.serves(|call| match call.path() {
        "/api/spaces" => Reply::json(
            200,
            &json!({ "spaces": [{ "id": "s", "name": "Werk" }], "totalNumPages": 1 }),
        ),
        "/api/spaces/s/devices" => Reply::json(
            200,
            &json!({ "devices": [{ "id": "d", "name": "Halle" }], "totalNumPages": 1 }),
        ),
        _ => Reply::json(200, &exchanged_meter()),
    });
    let told = |more: &[&str]| {
        let time = ["--from", "2026-10-06T00:00Z", "--to", "2026-10-06T22:00Z"];
        let what = ["--device", "Halle", "--measurement", "meter-reading", "--account", "fake"];
        let args = [&["meter"], more, &what[..], &time].concat();
        let outcome = program.run(args).exits(0);
        let lines = outcome.stderr.lines().map(|line| line.replace("; o.html", ""));
        let is_meant =
            |line: &String| ["reading", "twice", "falls"].iter().any(|it| line.contains(it));
        lines.filter(is_meant).collect::<Vec<_>>()
    };
    let verified = told(&["verify"]);
    let all = verified.join("\n");
    for text in ["86 readings of 1 meter", "2 intervals are missing", "came twice", "falls"] {
        assert!(all.contains(text), "{text}: {all}");
    }
    assert_eq!(told(&["plot"]), verified);
    assert_eq!(told(&["report", "--language", "de", "-o", "o.html"]), verified);
    assert_eq!(told(&["report", "--language", "de", "-o", "o.xlsx"]).len(), verified.len());
    let read = |name: &str| fs::read(program.root().join(name)).unwrap();
    let html = String::from_utf8(read("o.html")).unwrap();
    let book = inside(&read("o.xlsx"), "xl/worksheets/sheet1.xml");
    for text in [
        "1-mal doppelt mit gleichem Wert, einmal gezählt (zuerst 06.10.2026 09:30 MESZ)",
        "1-mal fällt der Zählerstand: Zählerwechsel oder Überlauf (zuerst 06.10.2026 17:00 MESZ)",
    ] {
        assert!(html.contains(text) && book.contains(text), "{text}");
    }
    assert!(html.contains("Auffälliges: ") && html.contains("<dt>Fehlend</dt><dd>2<"));
}

#[test]
fn a_hostile_name_is_text_in_both_files() {
    const NAME: &str = "=HYPERLINK(\"http://a.example\")<script>";
    let (program, fake) = connected_to_fake();
    fake.serves(|call| match call.path() {
        "/api/spaces" => Reply::json(
            200,
            &json!({ "spaces": [{ "id": "s", "name": "@SUM(A1)" }], "totalNumPages": 1 }),
        ),
        "/api/spaces/s/devices" => Reply::json(
            200,
            &json!({ "devices": [{ "id": "d", "name": NAME }], "totalNumPages": 1 }),
        ),
        _ => Reply::new(200, "", "[]"),
    });
    for name in ["o.xlsx", "o.html"] {
        program.run([&OCTOBER[..], &["--account", "fake", "-o", name]].concat()).exits(0);
    }
    let read = |name: &str| fs::read(Path::new(program.root()).join(name)).unwrap();
    let overview = inside(&read("o.xlsx"), "xl/worksheets/sheet1.xml");
    assert!(!overview.contains("<f>HYPERLINK") && !overview.contains("<f>SUM(A1)"));
    assert!(overview.contains("<is><t>=HYPERLINK("));
    let html = String::from_utf8(read("o.html")).unwrap();
    assert!(!html.contains("<script") && html.contains("=HYPERLINK("));
}
