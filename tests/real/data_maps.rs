//! Piles in GeoJSON, GPX and KML, read by GDAL: each lies where the JSON output says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::parts::data::Data;
use crate::parts::{self, Part, has};

/// One feature as `ogrinfo` tells it: its name and, if it has one, its longitude and latitude.
#[derive(Debug, PartialEq)]
struct Feature {
    name: String,
    position: Option<(f64, f64)>,
}

/// What GDAL finds in a file. It says so on stderr if it doubts anything.
#[track_caller]
fn ogrinfo(file: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("ogrinfo");
    command.args(["-ro", "-al"]).args(arguments).arg(file).stdin(Stdio::null());
    let outcome = parts::program().start(command).finish().exits(0);
    assert_eq!(outcome.stderr, "", "{}", file.display());
    outcome.stdout
}

fn features(told: &str, name: &str) -> Vec<Feature> {
    let mark = format!("\n  {name} (String) = ");
    let one = |told: &str| {
        let after = |mark: &str| told.split_once(mark)?.1.lines().next();
        let point = after("\n  POINT (").and_then(|point| point.strip_suffix(')'));
        let position = point.and_then(|point| point.split_once(' '));
        let position = position.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
        Feature { name: after(&mark).unwrap_or_default().to_owned(), position }
    };
    told.split("\nOGRFeature(").skip(1).map(one).collect()
}

#[track_caller]
fn feature_count(told: &str) -> &str {
    told.split_once("\nFeature Count: ").unwrap().1.lines().next().unwrap()
}

#[test]
fn gdal_finds_every_pile_at_its_place() {
    if !has("piles in GDAL", &[Part::Maps]) {
        return;
    }
    let data = Data::of_timber();
    let piles = ["timber", "aggregations"];
    let told = data.program.run([&piles[..], &["--format", "json"]].concat()).exits(0).json();
    let expected: Vec<Option<(f64, f64)>> =
        told["piles"].as_array().unwrap().iter().map(position).collect();
    assert_eq!(expected.len(), 340);
    let write = |format: &str| -> PathBuf {
        let file = data.program.root().join(format!("piles.{format}"));
        data.program.run([&piles[..], &["-o", file.to_str().unwrap()]].concat()).exits(0);
        file
    };
    for (format, name) in [("geojson", "full_number"), ("kml", "Name"), ("gpx", "name")] {
        let file = write(format);
        let found = features(&ogrinfo(&file, &[]), name);
        let positions: Vec<_> = found.iter().map(|feature| feature.position).collect();
        // A way point without a position is none.
        let is_shown = |position: &Option<(f64, f64)>| format != "gpx" || position.is_some();
        let expected: Vec<_> = expected.iter().copied().filter(is_shown).collect();
        assert_eq!(positions, expected, "{format}");
        assert!(found.iter().all(|feature| !feature.name.is_empty()), "{format}");

        // Near Faßberg, as its wood list's name says, which lies at 52.9 N 10.2 E.
        let first = &found[0];
        let (longitude, latitude) = first.position.unwrap();
        assert_eq!(first.name, "24-001-1-1");
        assert!((latitude - 52.9).abs() < 0.1 && (longitude - 10.17).abs() < 0.2, "{first:?}");
        // Six have no position, four lie at 0/0, and one is swapped.
        let around_germany = ogrinfo(&file, &["-so", "-spat", "5", "47", "16", "56"]);
        assert_eq!(feature_count(&around_germany), "329", "{format}");
        assert!(around_germany.contains("WGS 84"), "{format}");
    }
}

fn position(pile: &Value) -> Option<(f64, f64)> {
    Some((pile["longitude"].as_f64()?, pile["latitude"].as_f64()?))
}
