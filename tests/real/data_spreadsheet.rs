//! A month of readings opened by LibreOffice, as somebody with a German desktop opens it, and what
//! its cells then hold.

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

/// Has a file opened, and returns its rows.
#[track_caller]
fn opened(file: &Path, filter: Option<&str>) -> Vec<Vec<String>> {
    let (folder, program) = (file.parent().unwrap(), parts::program());
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let mut command = Command::new("soffice");
    command.args([&profile, "--headless"]).args(filter);
    command.args(["--convert-to", CELLS, "--outdir"]).arg(folder.join("cells")).arg(file);
    program.start(command).finish().exits(0);
    let cells: PathBuf = folder.join("cells").join(file.with_extension("csv").file_name().unwrap());
    let mut rows = csv::Reader::from_path(cells).unwrap();
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
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
        let to = ["--format", format, "--output", file.to_str().unwrap()];
        data.program.run([&readings[..], &to].concat()).exits(0);
        let rows = opened(&file, filter);
        assert_eq!(rows.len(), known.len(), "{name}");
        for (row, (time, offset, value)) in rows.iter().zip(&known) {
            assert_eq!(row[0], DEVICE, "{name}");
            // 2026-10-25 02:15 stands there twice, and the offset tells which is which.
            assert_eq!(row[1][..16], time.replace('T', " "), "{name}");
            assert_eq!(row[2].trim_start_matches('+')[..5], offset[1..], "{name}");
            assert_eq!(row[4].parse::<f64>().unwrap(), value.parse::<f64>().unwrap(), "{name}");
        }
    }
}
