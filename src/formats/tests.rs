use super::testing::{object, reading};
use super::*;

fn written(format: &str, options: &Options) -> String {
    let mut out = Vec::new();
    let format = Format::named(format).unwrap();
    let list = List::of_records("spaces", &["id", "address.city"]);
    let mut writer = Writer::new(format, Box::new(&mut out), options, &list).unwrap();
    let first = r#"{"id":"=1","extra":1.10,"address":{"city":"Kör\u001bn","zip":"01067"}}"#;
    writer.write(Entry::Record(&object(first))).unwrap();
    writer.write(Entry::Record(&object(r#"{"id":"b"}"#))).unwrap();
    writer.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn rows_have_the_columns_and_json_has_everything() {
    let plain = Options::default();
    assert_eq!(written("plain", &plain), "=1\tKör?n\nb\t\n");
    assert_eq!(written("csv", &plain), "id,address.city\n'=1,Kör\u{1b}n\nb,\n");
    assert_eq!(
        written("json", &plain),
        "{\"schema\":1,\"spaces\":[\n{\"id\":\"=1\",\"extra\":1.10,\
         \"address\":{\"city\":\"Kör\\u001bn\",\"zip\":\"01067\"}},\n{\"id\":\"b\"}\n]}\n"
    );
    let fields = Some(vec!["address.zip".to_owned()]);
    let chosen = Options { fields, sandbox: true, ..Options::default() };
    assert_eq!(written("ndjson", &chosen), "{\"address.zip\":\"01067\"}\n{\"address.zip\":null}\n");
    assert_eq!(written("csv-de", &chosen), "\u{feff}address.zip\r\n\"01067\t\"\r\n\"\"\r\n");
    assert!(written("json", &chosen).starts_with("{\"schema\":1,\"sandbox\":true,"));
}

#[test]
fn a_list_without_places_has_no_map() {
    let (geojson, options) = (Format::named("geojson").unwrap(), Options::default());
    let list = List::of_records("x", &["id"]);
    let error = Writer::new(geojson, Box::new(io::sink()), &options, &list).err();
    assert!(error.unwrap().to_string().starts_with("geojson is no format for this list"));
}

#[test]
fn nothing_is_a_whole_file_in_every_format() {
    for format in Content::Piles.formats() {
        let mut out = Vec::new();
        let options = Options::default();
        let writer = Writer::new(format, Box::new(&mut out), &options, &PILES).unwrap();
        writer.finish().unwrap();
        let text = String::from_utf8_lossy(&out).into_owned();
        match format.name {
            "geojson" | "json" => assert!(serde_json::from_str::<Value>(&text).is_ok()),
            "gpx" => assert!(text.ends_with("</gpx>\n")),
            "kml" => assert!(text.ends_with("</kml>\n")),
            _ => {}
        }
    }
    let influx = Format::named("influx").unwrap();
    assert!(Writer::new(influx, Box::new(io::sink()), &Options::default(), &PILES).is_err());
}

/// What programs read; the others are for people.
const MACHINES: [&str; 8] =
    ["table", "plain", "csv", "json", "ndjson", "geojson", "influx", "parquet"];

#[test]
fn what_programs_read_never_changes_with_the_language() {
    let mut gap = reading();
    gap.value = None;
    let pile = Pile(object(r#"{"number":1,"latitude":51.5,"longitude":10.25,"note":"Weg"}"#));
    let entries = [Entry::Reading(&reading()), Entry::Reading(&gap), Entry::Pile(&pile)];
    for format in FORMATS.iter().filter(|format| MACHINES.contains(&format.name)) {
        for (list, content) in [(&READINGS, Content::Readings), (&PILES, Content::Piles)] {
            if format.check(content).is_err() {
                continue;
            }
            let written = |language| {
                let options =
                    Options { language, named_language: Some(language), ..Options::default() };
                let mut out = Vec::new();
                let mut writer = Writer::new(format, Box::new(&mut out), &options, list).unwrap();
                for entry in entries {
                    if matches!(entry, Entry::Pile(_)) == (content == Content::Piles) {
                        writer.write(entry).unwrap();
                    }
                }
                writer.finish().unwrap();
                out
            };
            let (german, english) = (written(Language::De), written(Language::En));
            assert!(!german.is_empty() && german == english, "{}", format.name);
        }
    }
}

#[test]
fn a_german_table_is_german_unless_english_is_asked_for_by_name() {
    let heading = |language, named_language| {
        let options = Options { language, named_language, ..Options::default() };
        let text = super::testing::written("csv-de", &options, &[reading()]);
        let lines: Vec<String> = text.lines().take(2).map(str::to_owned).collect();
        lines.join("\n")
    };
    for german in [heading(Language::En, None), heading(Language::De, Some(Language::De))] {
        assert!(german.contains("\u{feff}Zeit;Zeitzone;Zähler;"), "{german}");
        assert!(german.contains(";Energie;Bezug;0,1230;kWh;ok;Strom;"), "{german}");
    }
    let english = heading(Language::En, Some(Language::En));
    assert!(english.contains("\u{feff}Time;Time zone;Meter;"), "{english}");
    assert!(english.contains(";energy;consumption;0,1230;kWh;ok;electricity;"), "{english}");
}
