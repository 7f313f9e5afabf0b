//! The pictures as files, opened by a real Chromium, light and dark. They stay in PARTNERLINK_SHOTS.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::parts::data::Data;
use crate::parts::{Part, has, shots};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/open-pictures.mjs");
const DEVICE: &str = "d0000000-0000-4000-8000-000000000001";

/// Draws `NAME.svg` and `NAME.html`, opens both, and checks what is true of every picture.
#[track_caller]
fn opened(data: &Data, command: &[&str], name: &str) -> Vec<Value> {
    let draw = |ending: &str| -> PathBuf {
        let file = data.program.root().join(format!("{name}.{ending}"));
        data.program.run([command, &["-o", file.to_str().unwrap()]].concat()).exits(0);
        file
    };
    let mut browser = Command::new("node");
    browser.arg(SCRIPT).args(["svg", "html"].map(draw)).stdin(Stdio::null());
    browser.env("PARTNERLINK_SHOTS", shots(&data.program));
    let seen = data.program.start(browser).finish().exits(0).json();
    let seen = seen.as_array().unwrap().clone();
    assert_eq!(seen.len(), 4);
    for picture in &seen {
        let file = picture["file"].as_str().unwrap();
        assert_eq!(picture["console"].as_array().unwrap().len(), 0, "{picture}");
        let asked = picture["asked"].as_array().unwrap();
        assert!(asked.len() == 1 && asked[0].as_str().unwrap().ends_with(file), "{asked:?}");
        assert!(picture["drawn"].as_u64().unwrap() > 100, "{file} is bare");
        let dark = picture["scheme"] == "dark";
        if file.ends_with(".html") {
            let expected = if dark { "rgb(20, 24, 29)" } else { "rgb(253, 253, 252)" };
            assert_eq!(picture["background"], expected, "{file}");
        }
    }
    seen
}

#[track_caller]
fn shows(picture: &Value, text: &str) {
    let all = picture["text"].as_str().unwrap();
    assert!(all.contains(text), "no {text:?} in {}: {all}", picture["file"]);
}

#[test]
fn a_month_of_readings_in_chromium() {
    if !has("a load curve in Chromium", &[Part::Browser]) {
        return;
    }
    let data = Data::of_meters();
    let range = ["--device", DEVICE, "--from", "2026-10", "--to", "2026-11"];
    let json = ["meter", "readings", "--gaps", "mark", "--format", "json"];
    let told = data.program.run([&json[..], &range].concat()).exits(0).json();
    let readings = told["readings"].as_array().unwrap();
    let sum: f64 = readings.iter().filter_map(|reading| reading["value"].as_f64()).sum();
    let (thousands, rest) = (sum.round() as u64 / 1000, sum.round() as u64 % 1000);
    let gaps = readings.iter().filter(|reading| reading["value"].is_null()).count();

    for picture in opened(&data, &[&["meter", "plot"], &range[..]].concat(), "load") {
        let meter = "Strom Verwaltung · Stadtwerke Muster, Verwaltung";
        assert_eq!(picture["title"], format!("{meter} · electricity, consumption"));
        shows(&picture, &format!("{thousands}\u{202f}{rest:03} kWh"));
        shows(&picture, &format!("{gaps} intervals"));
        for part in ["Load curve", "Heat map", "Duration curve"] {
            shows(&picture, part);
        }
        if picture["file"] == "load.html" {
            let text = picture["text"].as_str().unwrap();
            let day = text.lines().find(|line| line.starts_with("Sun 25 Oct 2026\t")).unwrap();
            assert!(day.ends_with("\t0\t100"), "no gap in 100 quarter hours: {day}");
        }
    }
}

#[test]
fn piles_on_a_map_in_chromium() {
    if !has("piles in Chromium", &[Part::Browser]) {
        return;
    }
    let data = Data::of_timber();
    for picture in opened(&data, &["timber", "plot"], "piles") {
        assert_eq!(picture["title"], "Log piles (Polter), TimberData");
        shows(&picture, "340 piles");
        shows(&picture, "329");
        shows(&picture, "6 piles without a position");
        if picture["file"] == "piles.html" {
            shows(&picture, "24-001-1-1\t3\t62.02\t52.95782\t10.08480");
        }
    }
}
