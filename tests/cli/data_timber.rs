//! `timber …` against the sandbox: each command once.

use std::fs;

use serde_json::{Value, json};

use crate::data_meter::is_self_contained;
use crate::provider::http::Reply;
use crate::support::data::{Data, connected_to_fake, connected_to_fake_with, data_calls};
use crate::support::spoiled;

#[test]
fn the_user_is_who_signed_in() {
    let data = Data::new();
    let user = data.program.run(["timber", "user", "--json"]).exits(0).json();
    assert_eq!((&user["schema"], &user["user"][0]["name"]), (&json!(1), &json!("Anna Muster")));
    let csv = data.program.run(["timber", "user", "--format", "csv"]).exits(0);
    assert!(csv.data().starts_with("id,name,email,company_name,address.city\n30,Anna Muster,"));
}

#[test]
fn wood_lists_are_narrowed_and_sorted_by_the_provider() {
    let data = Data::new();
    let list = |more: &[&str]| {
        let args = ["timber", "woodlists", "--format", "ndjson"];
        let outcome = data.program.run([&args[..], more].concat()).exits(0);
        let parse = |line| serde_json::from_str::<Value>(line).unwrap();
        outcome.stdout.lines().map(parse).collect::<Vec<_>>()
    };
    let all = list(&[]);
    let year = list(&["--business-year", "2026"]);
    assert!(!year.is_empty() && year.len() < all.len());
    let found = list(&["--search", "Borkenkäfer"]);
    assert!(!found.is_empty() && found.len() < all.len());
    assert!(found.iter().all(|entry| entry.to_string().contains("Borkenkäfer")));
    let base = all[0]["base_area"]["id"].to_string();
    let area = list(&["--base-area", &base]);
    assert!(!area.is_empty() && area.len() < all.len());
    assert!(area.iter().all(|entry| entry["base_area"] == all[0]["base_area"]));
    let numbers = |more: &[&str]| -> Vec<String> {
        list(more).iter().map(|entry| entry["number"].as_str().unwrap().to_owned()).collect()
    };
    let (up, mut down) =
        (numbers(&["--sort", "number"]), numbers(&["--sort", "number", "--descending"]));
    assert_ne!(up, down);
    down.reverse();
    assert!(up.is_sorted() && up == down);
    data.program.run(["timber", "woodlists", "--format", "geojson"]).exits(2);
}

#[test]
fn piles_are_where_they_are_in_every_format() {
    let data = Data::new();
    let run = |format| data.program.run(["timber", "aggregations", "--format", format]).exits(0);
    let csv = run("csv").says(&[
        "6 of 340 piles have no position",
        "4 of 340 piles lie at 0/0",
        "1 of 340 piles has latitude and longitude swapped",
    ]);
    assert_eq!(csv.data().lines().count(), 341);
    assert!(csv.data().starts_with("full_number,id,woodlist_id,"));
    let german = run("csv-de").stdout;
    assert!(
        german.starts_with("\u{feff}Polternummer;ID;") && german.contains(";52,957818;10,084805;")
    );

    let map = run("geojson").json();
    let features = map["features"].as_array().unwrap();
    assert_eq!((&map["type"], features.len()), (&json!("FeatureCollection"), 340));
    assert_eq!(features[0]["geometry"]["coordinates"], json!([10.084805, 52.957818]), "lon, lat");
    assert_eq!(features[0]["properties"]["protocol_fm_volume"], 62.02);
    assert_eq!(features.iter().filter(|pile| pile["geometry"].is_null()).count(), 11);

    let gpx = run("gpx").stdout;
    assert!(gpx.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\""));
    assert_eq!(gpx.matches("<wpt lat=").count(), 329);
    assert!(gpx.contains("<wpt lat=\"52.957818\" lon=\"10.084805\"><name>24-001-1-1</name>"));
    is_xml(&gpx);
    let kml = run("kml").stdout;
    assert!(kml.contains("<coordinates>10.084805,52.957818"), "lon, lat");
    assert_eq!(kml.matches("<Placemark>").count(), 329);
    is_xml(&kml);
    assert_eq!(run("json").json()["piles"].as_array().unwrap().len(), 340);
    assert_eq!(run("ndjson").data().lines().count(), 340);
    assert_eq!(run("plain").data().lines().count(), 340);
    data.program.run(["timber", "aggregations", "--format", "influx"]).exits(2);
    for file in ["a.geojson", "a.gpx", "a.kml", "a.xlsx", "a.csv"] {
        data.program.run(["timber", "aggregations", "-o", file]).exits(0);
        assert!(fs::metadata(data.program.root().join(file)).unwrap().len() > 10_000, "{file}");
    }
}

#[test]
fn piles_are_narrowed_by_what_they_belong_to_and_where_they_lie() {
    let data = Data::new();
    let list = |more: &[&str]| {
        let args = ["timber", "aggregations", "--format", "ndjson"];
        let outcome = data.program.run([&args[..], more].concat()).exits(0);
        let parse = |line| serde_json::from_str::<Value>(line).unwrap();
        (outcome.stdout.lines().map(parse).collect::<Vec<_>>(), outcome.stderr)
    };
    let (piles, said) = list(&["--wood-list", "24-001", "--wood-list", "70002"]);
    assert_eq!(piles.len(), 4);
    assert!(said.contains("4 of 340 piles are asked for"), "{said}");
    let (piles, _) = list(&["--near", "51.8,10.4", "--within", "8", "--status", "3"]);
    assert!(!piles.is_empty() && piles.iter().all(|pile| pile["sale_status"] == 3));
    assert!(piles.iter().all(|pile| pile["base_area"]["name"] == "Revier Clausthal"));
    let (both, _) = list(&["--bbox", "10,51,11,52", "--area", "revier clausthal"]);
    assert!(both.len() > piles.len());
    let (recent, _) = list(&["--since", "2026-10-01"]);
    assert!(recent.iter().all(|pile| pile["updated_at"].as_str().unwrap() >= "2026-09-30T22"));
    assert!(!recent.is_empty() && recent.len() < 340);
    let (none, said) = list(&["--status", "9"]);
    assert!(none.is_empty() && said.contains("0 of 340 piles"), "{said}");
    let fails = |more: &[&str]| {
        data.program.run([&["timber", "aggregations", "-o", "a.gpx"], more].concat()).exits(2)
    };
    fails(&["--wood-list", "24-01"])
        .says(&["no pile has --wood-list", "there are 24-010 Johanniskreuz"]);
    fails(&["--wood-list", "harz abt"]).says(&["no pile has --wood-list"]);
    fails(&["--wood-list", "endnutzung abt. 3"])
        .says(&["there are 24-010 Johanniskreuz Endnutzung"]);
    fails(&["--near", "51.8,10.4", "--within", "-5"]).says(&["write kilometres"]);
    fails(&["--area", "Revier Clausdal"]).says(&["did you mean Revier Clausthal?"]);
    fails(&["--near", "10.4,51.8", "--within", "8"]).says(&["latitude comes first: 51.8,10.4"]);
    fails(&["--bbox", "51,9,52,10"]).says(&["longitude comes first: 9,51,10,52"]);
    fails(&["--near", "51.8,10.4"]);
    fails(&["--since", "gestern"]).says(&["is no time for --since"]);
    assert!(!data.program.root().join("a.gpx").exists(), "nothing is written before it is right");
}

#[test]
fn names_for_the_provider_s_numbers_stand_beside_them() {
    let data = Data::new();
    let set = |key: &str, name: &str| {
        let key = format!("provider.timberdata.{key}");
        data.program.run(["config", "set", &key, name]).exits(0);
        assert_eq!(data.program.run(["config", "get", &key]).exits(0).data().trim(), name);
    };
    set("sale_status.3", "verkauft");
    set("bark_reduction_type.0", "o. R.");
    let run = |more: &[&str]| {
        let args = ["timber", "aggregations", "--status", "Verkauft", "--language", "de"];
        data.program.run([&args[..], more].concat()).exits(0).stdout
    };
    let json: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    let pile = &json["piles"][0];
    assert_eq!((&pile["sale_status"], &pile["sale_status_name"]), (&json!(3), &json!("verkauft")));
    assert!(run(&["--format", "csv"]).contains(",sale_status,sale_status_name,"));
    assert!(run(&["--format", "plain"]).contains("\tverkauft\t"));
    assert!(run(&["--format", "csv-de"]).contains(";Verkaufsstatus;Verkaufsstatus, Name;"));
    let gpx = run(&["--format", "gpx", "--short-names"]);
    assert!(
        gpx.contains("<desc>FI, C D X · 62,02 Fm verkauft, o. R. · Status verkauft · "),
        "{gpx}"
    );
    assert!(run(&["--format", "kml"]).contains("<Folder><name>Status verkauft</name>"));
    let fields = ["--format", "csv", "--fields", "sale_status_name,tree_types"];
    assert!(run(&fields).starts_with("sale_status_name,tree_types\nverkauft,Fichte\n"));
    let short = [&fields[..], &["--short-names"]].concat();
    assert!(run(&short).starts_with("sale_status_name,tree_types\nverkauft,FI\n"));
}

#[test]
fn controls_in_the_data_leave_xml_and_geojson_well_formed() {
    let (data, _front) = Data::behind(spoiled::controls);
    let run = |format| data.program.run(["timber", "aggregations", "--format", format]).exits(0);
    for format in ["gpx", "kml"] {
        let text = run(format).stdout;
        is_xml(&text);
        assert!(!text.contains(['\u{1b}', '\u{7}', '\0']), "no XML 1.0 has these");
        assert!(!text.contains("<b>"));
    }
    assert_eq!(run("geojson").json()["features"].as_array().unwrap().len(), 340);
    data.program.run(["timber", "plot", "-o", "a.html"]).exits(0).says(&["340 piles; a.html"]);
    let html = fs::read_to_string(data.program.root().join("a.html")).unwrap();
    assert!(!html.contains("name/<b>"));
}

#[test]
fn piles_are_drawn_here_and_nothing_is_loaded() {
    let data = Data::new();
    for view in ["map", "bars"] {
        let outcome = data.program.run(["timber", "plot", "--view", view]).exits(0);
        assert!(outcome.data().lines().count() > 5, "{}", outcome.told());
        assert!(outcome.stdout.contains("340 piles"), "{}", outcome.told());
    }
    for by in ["transport-status", "contractor-status", "billing-status", "wood-list"] {
        data.program.run(["timber", "plot", "--by", by, "--view", "bars"]).exits(0);
    }
    for file in ["piles.svg", "piles.html"] {
        data.program.run(["timber", "plot", "-o", file]).exits(0);
        let text = fs::read_to_string(data.program.root().join(file)).unwrap();
        is_self_contained(&text);
        assert!(text.contains("<svg") && text.len() > 5000, "{file}");
    }
}

#[test]
fn a_404_explains_that_the_path_of_piles_is_not_confirmed() {
    let lines = "paths = { aggregations = \"/piles\" }\n\
                 scopes = { openid = \"name\", offline_access = \"lasting\", aggregation = \"piles\" }";
    let (program, fake) = connected_to_fake_with(lines, &["--scope", "offline_access aggregation"]);
    fake.serves(|_| Reply::new(404, "", ""));
    let outcome = program.run(["timber", "aggregations", "--account", "fake"]).exits(6);
    outcome.says(&["/api/piles", "not confirmed", "provider.timberdata.paths.aggregations"]);
    assert_eq!(data_calls(&fake).len(), 1);
}

#[test]
fn another_provider_without_these_paths_is_told_so() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(200, "", "{}"));
    program
        .run(["timber", "user", "--account", "fake"])
        .exits(6)
        .says(&["provider.fake.paths.user"]);
}

/// Every element that is opened is closed, in order; no stray ampersand.
#[track_caller]
fn is_xml(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').expect("a closed tag");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.starts_with('?') && !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap());
        }
        for entity in content.split('&').skip(1) {
            assert!(entity.split_once(';').is_some_and(|(name, _)| name.len() < 8), "&{entity}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
