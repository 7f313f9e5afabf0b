//! A month of readings opened by LibreOffice, as somebody with a German desktop opens it, and what
//! its cells then hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::parts::data::Data;
use crate::parts::{self, Part, has};

const DEVICE: &str = "d0000000-0000-4000-8000-000000000007";
const OCTOBER: [&str; 4] = ["--from", "2026-10", "--to", "2026-11"];
/// Semicolon, quotes, UTF-8, from the first line; German (LCID 1031); dates are recognised.
const GERMAN: &str = "--infilter=CSV:59,34,76,1,,1031,false,true";
/// What the cells hold, and not how they look, with comma and point.
const CELLS: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false";

/// Has a file opened and written again, as the filter says.
#[track_caller]
fn converted(file: &Path, input: Option<&str>, to: &str) -> PathBuf {
    let (folder, program) = (file.parent().unwrap(), parts::program());
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let mut command = Command::new("soffice");
    command.args([&profile, "--headless"]).args(input);
    command.args(["--convert-to", to, "--outdir"]).arg(folder.join("cells")).arg(file);
    program.start(command).finish().exits(0);
    let ending = to.split(':').next().unwrap();
    folder.join("cells").join(file.with_extension(ending).file_name().unwrap())
}

/// Has a file opened, and returns its rows.
#[track_caller]
fn opened(file: &Path, filter: Option<&str>) -> Vec<Vec<String>> {
    let mut rows = csv::Reader::from_path(converted(file, filter, CELLS)).unwrap();
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// How many cells of each type a file has: `date`, `float`, `string`, `time`.
#[track_caller]
fn types(file: &Path, filter: Option<&str>) -> BTreeMap<String, usize> {
    let text = fs::read_to_string(converted(file, filter, "fods")).unwrap();
    let mut types = BTreeMap::new();
    for rest in text.split("<table:table-cell").skip(1) {
        let cell = rest.split('>').next().unwrap();
        let attribute = |name: &str| {
            let (_, value) = cell.split_once(&format!("{name}=\""))?;
            value.split('"').next()
        };
        if let Some(kind) = attribute("office:value-type") {
            let same =
                attribute("table:number-columns-repeated").map_or(1, |it| it.parse().unwrap());
            *types.entry(kind.to_owned()).or_default() += same;
        }
    }
    types
}

/// Pages of what comes out of the printer.
#[track_caller]
fn pages(file: &Path) -> usize {
    let pdf = fs::read(converted(file, None, "pdf")).unwrap();
    let page = b"/Type/Page/";
    pdf.windows(page.len()).filter(|bytes| bytes == page).count()
}

#[test]
fn a_month_of_readings_opens_right_in_libreoffice() {
    if !has("readings in LibreOffice", &[Part::Spreadsheet]) {
        return;
    }
    let data = Data::of_meters();
    let readings = [&["meter", "readings", "--device", DEVICE][..], &OCTOBER].concat();
    let json = data.program.run([&readings[..], &["--format", "json"]].concat()).exits(0).json();
    let known: Vec<(&str, &str, String)> = json["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reading| {
            let text = |name: &str| reading[name].as_str().unwrap();
            let time = text("time");
            (&time[..16], &time[19..], reading["value"].to_string())
        })
        .collect();
    assert_eq!(known.len(), 2 * 2_980, "October has 2,980 quarter hours, in two directions");
    for (name, format, filter) in
        [("october.csv", "csv-de", Some(GERMAN)), ("october.xlsx", "xlsx", None)]
    {
        let file = data.program.root().join(name);
        let to = ["--format", format, "--output", file.to_str().unwrap(), "--language", "en"];
        data.program.run([&readings[..], &to].concat()).exits(0);
        let rows = opened(&file, filter);
        assert_eq!(rows.len(), known.len(), "{name}");
        for (row, (time, offset, value)) in rows.iter().zip(&known) {
            // 2026-10-25 02:15 stands there twice, and the next column tells which is which.
            assert_eq!(row[0][..16], time.replace('T', " "), "{name}");
            let summer = if offset[1..] == *"02:00" { "CEST" } else { "CET" };
            assert_eq!(row[1], summer, "{name}");
            assert_eq!(row[4], "50999000007", "{name}");
            assert_eq!(row[8].parse::<f64>().unwrap(), value.parse::<f64>().unwrap(), "{name}");
        }
        let types = types(&file, filter);
        assert_eq!((types.get("time"), types["date"]), (None, known.len()), "{name}: {types:?}");
    }
    let pages = pages(&data.program.root().join("october.xlsx"));
    assert!((30..=90).contains(&pages), "{pages} pages for a month in two directions");
}

/// Ids and postcodes keep their characters, days and times of lists are dates.
#[test]
fn lists_open_right_in_libreoffice() {
    if !has("lists in LibreOffice", &[Part::Spreadsheet]) {
        return;
    }
    let spaces = Data::of_meters();
    let postcodes = spaces.program.root().join("spaces.csv");
    let to = ["--format", "csv-de", "--output", postcodes.to_str().unwrap()];
    spaces.program.run([&["meter", "spaces"][..], &to].concat()).exits(0);
    let rows = opened(&postcodes, Some(GERMAN));
    assert_eq!((rows[0][3].trim_end(), rows.len()), ("06999", 5));
    let data = Data::of_timber();
    for (name, format, filter) in
        [("piles.csv", "csv-de", Some(GERMAN)), ("piles.xlsx", "xlsx", None)]
    {
        let file = data.program.root().join(name);
        let fields = "full_number,woodlist_number,woodlist_date,created_at,updated_at";
        let to = ["--fields", fields, "--format", format, "--output", file.to_str().unwrap()];
        data.program.run([&["timber", "aggregations"][..], &to].concat()).exits(0);
        let rows = opened(&file, filter);
        assert_eq!((rows[0][0].as_str(), rows[0][1].as_str()), ("24-001-1-1", "24-001"), "{name}");
        assert_eq!(types(&file, filter)["date"], 3 * rows.len(), "{name}");
    }
}

/// LibreOffice calculates every formula anew.
#[test]
fn the_sums_of_a_report_are_the_same_calculated_anew() {
    if !has("a report in LibreOffice", &[Part::Spreadsheet]) {
        return;
    }
    let data = Data::of_meters();
    let october = ["--device", DEVICE, "--month", "2026-10"];
    let readings = [&["meter", "readings", "--format", "json"][..], &october].concat();
    let json = data.program.run(readings).exits(0).json();
    let sum = |direction: &str| {
        let readings = json["readings"].as_array().unwrap().iter();
        let own = readings.filter(|reading| reading["direction"] == direction);
        own.map(|reading| reading["value"].to_string().parse::<f64>().unwrap()).sum::<f64>()
    };
    let file = data.program.root().join("report.xlsx");
    let report = ["meter", "report", "--language", "en", "-o", file.to_str().unwrap()];
    data.program.run([&report[..], &october].concat()).exits(0);
    let rows = opened(&file, None);
    let found = |direction: &str| {
        let row = rows.iter().find(|row| row[3] == direction && !row[6].is_empty()).unwrap();
        row[4].parse::<f64>().unwrap()
    };
    for (direction, word) in [("IN", "consumption"), ("OUT", "feed-in")] {
        assert!((found(word) - sum(direction)).abs() < 1e-6, "{word}: {rows:?}");
    }
}
