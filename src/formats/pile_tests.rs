use serde_json::Value;

use super::*;
use crate::formats::testing::object;
use crate::formats::{Entry, Format, Options, Writer};

const PILE: &str = r#"{"id":7,"woodlist_number":"12","sellingunit_number":3,"number":"7",
    "latitude":51.30,"longitude":9.4999999999999999,"tree_types":["Fichte","Kiefer"],
    "qualities":["B"],"protocol_fm_volume":42.50,"sale_fm_volume":null,"storage_location":"Weg <1>",
    "woodlist_name":"Harz","bark_reduction_type":1,"sale_status":3,
    "note":"=1+1","buyer":{"id":1,"name":"Säge & Co"},"unknown":{"x":1.10}}"#;

fn written(format: &str, options: &Options) -> String {
    let mut out = Vec::new();
    let format = Format::named(format).unwrap();
    let mut writer = Writer::new(format, Box::new(&mut out), options, &LIST).unwrap();
    writer.write(Entry::Pile(&Pile(object(PILE)))).unwrap();
    writer
        .write(Entry::Pile(&Pile(object(r#"{"id":"b","latitude":null,"longitude":9}"#))))
        .unwrap();
    writer.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_map_has_every_member_and_null_where_no_place_is_known() {
    let text = written("geojson", &Options::default());
    let map: Value = serde_json::from_str(&text).unwrap();
    let first = &map["features"][0];
    assert_eq!(
        first["geometry"].to_string(),
        r#"{"type":"Point","coordinates":[9.4999999999999999,51.30]}"#
    );
    assert_eq!(first["properties"]["unknown"]["x"].to_string(), "1.10");
    assert_eq!(first["properties"]["full_number"], "12-3-7");
    assert_eq!(first["id"], 7);
    assert_eq!(map["features"][1]["geometry"], Value::Null);
    let fields = Some(vec!["note".to_owned()]);
    let text = written("geojson", &Options { fields, ..Options::default() });
    assert!(text.contains(r#""properties":{"note":"=1+1"}"#), "{text}");
}

#[test]
fn a_driver_gets_way_points() {
    let text = written("gpx", &Options::default());
    let point = "<wpt lat=\"51.30\" lon=\"9.4999999999999999\"><name>12-3-7</name><cmt>=1+1</cmt>\
                 <desc>Fichte Kiefer, B · 42.50 Fm measured, bark reduction 1 · status 3 · \
                 wood list 12 Harz · Weg &lt;1&gt;</desc></wpt>\n</gpx>\n";
    assert!(text.ends_with(point), "{text}");
}

#[test]
fn numbers_have_their_names_in_what_a_driver_reads() {
    let mut pile = Pile(object(PILE));
    let name = |number: &str, name: &str| [(number.to_owned(), name.to_owned())].into();
    pile.name_values(
        &[("sale_status", name("3", "frei")), ("bark_reduction_type", name("1", "o. R."))].into(),
    );
    assert_eq!(
        description(&pile, Language::De),
        "Fichte Kiefer, B · 42,50 Fm gemessen, o. R. · Status frei · Holzliste 12 Harz · Weg <1>"
    );
    assert_eq!(description(&Pile(object("{}")), Language::De), "");
}

#[test]
fn way_points_have_names_of_their_own() {
    let mut names = PointNames::default();
    let mut name = |pile: &str| names.of(&Pile(object(pile)));
    let of_the_list = [101, 102].map(|id| format!(r#"{{"id":{id},"woodlist_number":"26-001"}}"#));
    assert_eq!(of_the_list.each_ref().map(|it| name(it)), ["26-001 (101)", "26-001 (102)"]);
    let pile = |id: &str| format!(r#"{{"woodlist_number":"26-001","number":"7","id":{id}}}"#);
    assert_eq!(name(&pile("1")), "26-001-7");
    assert_eq!(
        ["2", "2", "null"].map(|id| name(&pile(id))),
        ["26-001-7 (2)", "26-001-7 (3)", "26-001-7 (4)"]
    );
    assert_eq!(name("{}"), "");
}

#[test]
fn places_are_coloured_by_status_and_one_without_a_point_is_none() {
    let text = written("kml", &Options::default());
    assert!(text.contains("<Point><coordinates>9.4999999999999999,51.30</coordinates></Point>"));
    assert!(text.contains("<Data name=\"buyer\"><value>Säge &amp; Co</value></Data>"));
    assert!(text.contains("<Style id=\"s0\">") && text.contains("<styleUrl>#s0</styleUrl>"));
    assert!(text.contains("<Folder><name>status 3</name>"));
    assert_eq!(text.matches("<Placemark>").count(), 1);
}

#[test]
fn rows_have_the_number_in_full_and_nothing_runs() {
    let fields = ["full_number", "latitude", "note", "buyer.id"].map(str::to_owned).to_vec();
    let options = Options { fields: Some(fields), ..Options::default() };
    let text = written("csv-de", &options);
    assert_eq!(
        text,
        "\u{feff}Polternummer;Breitengrad;Bemerkung;buyer.id\r\n\"12-3-7\t\";51,30;'=1+1;1\r\n;;;\r\n"
    );
    let text = written("csv", &Options::default());
    assert!(text.starts_with("full_number,id,woodlist_id,"));
    let text = written("plain", &Options::default());
    assert!(text.starts_with("12-3-7\tFichte Kiefer\tB\t42.50\t\t3\tWeg <1>\t51.30\t"), "{text}");
}

#[test]
fn json_carries_everything_as_it_came() {
    let text = written("json", &Options::default());
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["schema"], 1);
    assert_eq!(all["piles"][0], Value::Object(object(PILE)));
}
