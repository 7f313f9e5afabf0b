use super::*;
use crate::data::reading::{Labels, Reading};
use crate::formats::testing::{labels, object, reading, written};
use crate::formats::{Format, READINGS, Writer};

fn records(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(text.trim_start_matches(BOM).as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

fn labelled(label: &str) -> Reading {
    Reading { labels: Labels { label: label.to_owned(), ..labels() }.into(), ..reading() }
}

#[test]
fn a_program_reads_rfc_4180() {
    let mut gap = labelled("a,\"b\"\nc");
    gap.value = None;
    gap.time = "2026-10-25T01:15:00Z".parse().unwrap();
    let text = written("csv", &Options::default(), &[reading(), gap]);
    assert_eq!(
        text,
        "time,meter,space,malo,melo,measurement,direction,value,unit,status,medium,label,deviceId,deviceType,deviceProvider\n\
         2026-10-25T02:15:00+02:00,Halle Süd,Werk 1,50999000001,,ENERGY,IN,0.1230,kWh,ok,ELECTRICITY,Halle 1,DE0001,SMART_METER,MSB\n\
         2026-10-25T02:15:00+01:00,Halle Süd,Werk 1,50999000001,,ENERGY,IN,,kWh,missing,ELECTRICITY,\"a,\"\"b\"\"\nc\",DE0001,SMART_METER,MSB\n"
    );
    assert_eq!(records(&text, b',')[2][11], "a,\"b\"\nc");
}

#[test]
fn a_german_excel_reads_its_own() {
    let fields = ["time", "value", "unit"].map(str::to_owned).to_vec();
    let options = Options { fields: Some(fields), ..Options::default() };
    let mut negative = reading();
    negative.value = Some("-12345678901234567890.10".into());
    let text = written("csv-de", &options, &[reading(), negative]);
    assert_eq!(
        text,
        "\u{feff}Zeit;Zeitzone;Wert;Einheit\r\n2026-10-25 02:15;MESZ;0,1230;kWh\r\n\
         2026-10-25 02:15;MESZ;-12345678901234567890,10;kWh\r\n"
    );
}

#[test]
fn no_text_is_a_formula_when_read_again() {
    let harmful = [
        "=1+1",
        "+1",
        "-a",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "\"=1",
        "\"\u{a0} =1",
        "\u{feff}=1",
        "a;=1",
        "a,\"=1\"",
        "a\n=1",
        "a\t@x",
        "=cmd|' /C calc'!A1",
        "a\";=1+1;\"",
    ];
    for (format, separator) in [("csv", b','), ("csv-de", b';')] {
        for text in harmful {
            let file = written(format, &Options::default(), &[labelled(text)]);
            let rows = records(&file, separator);
            let label = rows[1].iter().rev().nth(3).unwrap();
            assert_eq!(label.replace('\'', ""), text.replace('\'', ""), "{format} {text:?}");
            // Neither as it was written, nor cut at any separator that a spreadsheet may think of.
            for cell in label.split(['\t', '\r', '\n', ',', ';']) {
                let cell = cell
                    .trim_start_matches(|c: char| c == '"' || c == '\u{feff}' || c.is_whitespace());
                let first = cell.chars().next().unwrap_or('x');
                assert!(!"=+-@＝＋－＠".contains(first), "{format} {text:?} {label:?}");
            }
        }
    }
}

#[test]
fn ids_keep_every_character_in_a_spreadsheet_and_no_mark_is_seen() {
    let labels = |label: &str| {
        let file = written("csv-de", &Options::default(), &[labelled(label)]);
        let row = file.lines().nth(1).unwrap().to_owned();
        row.split(';').nth(12).unwrap().to_owned()
    };
    // Excel and LibreOffice keep these as they are; the others are text by the tab.
    for kept in ["50999000001", "24-001-1-1", "24-001", "DE0001", "-12,5", "2026-10-25"] {
        assert_eq!(labels(kept), kept);
    }
    for changed in ["01067", "3-4", "1/2", "1E5", "12:30", "1.10", "509990000011"] {
        assert_eq!(labels(changed), format!("\"{changed}\t\""));
    }
    let german = written("csv-de", &Options::default(), &[reading()]);
    assert!(german.contains(";Werk 1;50999000001;;Energie;Bezug;0,1230;"), "{german}");
    assert!(written("csv", &Options::default(), &[reading()]).contains(",Werk 1,50999000001,,"));
}

/// What a spreadsheet takes for a time of day tells nothing.
#[test]
fn a_german_reads_summer_and_winter_time_and_local_times_of_lists() {
    let options = Options::default();
    let winter = Reading { time: "2026-10-25T01:15:00Z".parse().unwrap(), ..reading() };
    let text = written("csv-de", &options, &[reading(), winter]);
    assert!(text.contains("\n2026-10-25 02:15;MESZ;") && text.contains("\n2026-10-25 02:15;MEZ;"));
    let list = List::of_records("x", &["at", "day"]);
    let mut out = Vec::new();
    let german = Format::named("csv-de").unwrap();
    let mut writer = Writer::new(german, Box::new(&mut out), &options, &list).unwrap();
    let record = object(r#"{"at":"2026-01-08T13:00:00Z","day":"2026-01-08"}"#);
    writer.write(Entry::Record(&record)).unwrap();
    writer.finish().unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.ends_with("\r\n2026-01-08 14:00;2026-01-08\r\n"), "{text}");
}

#[test]
fn rows_that_excel_does_not_read_are_told() {
    let list = List::of_records("x", &["x"]);
    let (options, record) = (Options::default(), object("{}"));
    let columns = Columns::new(&list, &options, list.columns).unwrap();
    let mut csv = Csv { rows: EXCEL_ROWS - 1, ..rows(columns, &options, true, b';') };
    let mut out = Vec::new();
    csv.row(Entry::Record(&record), &mut out).unwrap();
    assert_eq!(csv.note(), None);
    csv.row(Entry::Record(&record), &mut out).unwrap();
    let note = csv.note().unwrap();
    assert!(note.contains("1048576 rows") && note.contains("the last 1 of this file"), "{note}");
}

#[test]
fn a_row_of_one_empty_cell_is_no_empty_line() {
    let mut gap = reading();
    gap.value = None;
    let options = Options { fields: Some(vec!["value".into()]), ..Options::default() };
    let text = written("csv", &options, &[reading(), gap]);
    assert_eq!(text, "value\n\"0.1230\"\n\"\"\n");
    assert_eq!(records(&text, b',').len(), 3);
}

#[test]
fn what_is_no_number_is_refused() {
    for value in ["1,5", "=1", "", "1\n"] {
        let mut odd = reading();
        odd.value = Some(value.into());
        for format in ["csv", "csv-de", "json", "influx", "plain"] {
            let (out, options) = (Box::new(Vec::new()), Options::default());
            let named = Format::named(format).unwrap();
            let mut writer = Writer::new(named, out, &options, &READINGS).unwrap();
            assert!(writer.write(Entry::Reading(&odd)).is_err(), "{format} {value:?}");
        }
    }
}

#[test]
fn fields_are_known_by_name() {
    let failed = |fields: &[&str]| {
        let fields = Some(fields.iter().map(|&field| field.to_owned()).collect());
        let options = Options { fields, ..Options::default() };
        let out = Box::new(Vec::new());
        let csv = Format::named("csv").unwrap();
        Writer::new(csv, out, &options, &READINGS).err().unwrap().to_string()
    };
    assert!(
        failed(&["valeu"]).starts_with("there is no field \"valeu\" in readings; there are time,")
    );
}

/// Every quarter hour of a Berlin day has a line of its own, also where the clock is changed.
#[test]
fn days_of_92_and_100_quarters_are_whole() {
    for (begin, quarters, twice) in [
        ("2026-03-28T23:00:00Z", 92, "2026-03-29T03:15:00+02:00"),
        ("2026-10-24T22:00:00Z", 100, "2026-10-25T02:15:00+01:00"),
    ] {
        let begin: crate::clock::Timestamp = begin.parse().unwrap();
        let rows: Vec<Reading> = (0..quarters)
            .map(|quarter| Reading { time: crate::clock::after(begin, quarter * 900), ..reading() })
            .collect();
        let text = written("csv", &Options::default(), &rows);
        let times: Vec<&str> =
            text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        let day = &times[0][..10];
        assert!(times.iter().all(|time| time.starts_with(day)) && times.contains(&twice));
        assert!(times[0].contains("T00:00:00") && times[times.len() - 1].contains("T23:45:00"));
        let different: std::collections::BTreeSet<&&str> = times.iter().collect();
        assert_eq!(different.len(), times.len());
        let german = written("csv-de", &Options::default(), &rows);
        let wall = |offset| german.matches(&format!("\n{day} 02:15;{offset};")).count();
        let expected = if quarters == 100 { [1, 1] } else { [0, 0] };
        assert_eq!(["MESZ", "MEZ"].map(wall), expected);
    }
}
