//! Piles in GeoJSON, GeoPackage, GPX and KML, read by GDAL: each lies where the JSON output says.

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

/// Of all layers.
fn feature_count(told: &str) -> u32 {
    let counts = told.lines().filter_map(|line| line.strip_prefix("Feature Count: "));
    counts.map(|count| count.parse::<u32>().unwrap()).sum()
}

/// The extent of every layer that has something in it.
#[track_caller]
fn lies_in_germany(told: &str) {
    let mut seen = 0;
    for line in told.lines().filter_map(|line| line.strip_prefix("Extent: ")) {
        let numbers = line.split(['(', ')', ',', ' ', '-']).filter(|part| !part.is_empty());
        let edges: Vec<f64> = numbers.map(|number| number.parse().unwrap()).collect();
        let [west, south, east, north] = edges[..] else { panic!("{line}") };
        assert!(5.8 <= west && east <= 15.1 && 47.2 <= south && north <= 55.1, "{line}");
        seen += 1;
    }
    assert!(seen > 0, "{told}");
}

/// KML has the piles by their status.
fn in_order(positions: impl Iterator<Item = Option<(f64, f64)>>) -> Vec<Option<(f64, f64)>> {
    let mut positions: Vec<_> = positions.collect();
    positions.sort_by(|a, b| a.partial_cmp(b).unwrap());
    positions
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
    for (format, name) in
        [("geojson", "full_number"), ("gpkg", "full_number"), ("kml", "Name"), ("gpx", "name")]
    {
        let file = write(format);
        let found = features(&ogrinfo(&file, &[]), name);
        let positions = found.iter().map(|feature| feature.position);
        // A way point without a position is none.
        let is_shown =
            |position: &Option<_>| position.is_some() || ["geojson", "gpkg"].contains(&format);
        let expected = expected.iter().copied().filter(is_shown);
        assert_eq!(in_order(positions), in_order(expected), "{format}");
        assert!(found.iter().all(|feature| !feature.name.is_empty()), "{format}");

        // Near Faßberg, as its wood list's name says, which lies at 52.9 N 10.2 E.
        let first = found.iter().find(|feature| feature.name == "24-001-1-1").unwrap();
        let (longitude, latitude) = first.position.unwrap();
        assert!((latitude - 52.9).abs() < 0.1 && (longitude - 10.17).abs() < 0.2, "{first:?}");
        // Six have no position, four lie at 0/0, and one is swapped.
        let around_germany = ogrinfo(&file, &["-so", "-spat", "5", "47", "16", "56"]);
        assert_eq!(feature_count(&around_germany), 329, "{format}");
        assert!(around_germany.contains("WGS 84"), "{format}");
        lies_in_germany(&ogrinfo(&file, &["-so"]));
    }
    let told = ogrinfo(&data.program.root().join("piles.gpkg"), &["-where", "fid = 1"]);
    for line in [
        "Layer name: polter",
        "Geometry: Point",
        "  id (Integer64) = 900001",
        "  protocol_fm_volume (Real) = 62.02",
        "  sale_date (Date) = 2024/01/25",
        "  created_at (DateTime) = 2024/01/08 13:00:00+00",
        "  buyer (String) = Brennholz Müller & Söhne",
    ] {
        assert!(told.lines().any(|told| told == line), "{line} in {told}");
    }
}

/// Longitude and latitude, where both are there and can be right.
fn position(pile: &Value) -> Option<(f64, f64)> {
    let (longitude, latitude) = (pile["longitude"].as_f64()?, pile["latitude"].as_f64()?);
    let around_germany = (5.0..=16.0).contains(&longitude) && (47.0..=56.0).contains(&latitude);
    around_germany.then_some((longitude, latitude))
}
