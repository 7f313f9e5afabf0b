use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

use crate::data::pile::Pile;
use crate::data::reading::Reading;
use crate::formats::testing::{self, object, reading};
use crate::formats::{Entry, Format, List, Options, PILES, Writer};

/// What the library's own reader finds in a file.
struct Found {
    /// Each column with its type.
    columns: Vec<(String, String)>,
    rows: Vec<BTreeMap<String, Field>>,
    groups: usize,
    facts: BTreeMap<String, String>,
}

fn read(bytes: &[u8]) -> Found {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let reader = SerializedFileReader::<File>::new(file).unwrap();
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let column = |column: &parquet::schema::types::ColumnDescPtr| {
        let logical = column.logical_type_ref().map(|it| format!("{it:?}")).unwrap_or_default();
        (column.name().to_owned(), format!("{} {logical}", column.physical_type()))
    };
    let facts = metadata.file_metadata().key_value_metadata().unwrap().iter();
    Found {
        columns: schema.columns().iter().map(column).collect(),
        rows: reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap().get_column_iter().map(|(n, f)| (n.clone(), f.clone())).collect()
            })
            .collect(),
        groups: metadata.num_row_groups(),
        facts: facts.map(|it| (it.key.clone(), it.value.clone().unwrap_or_default())).collect(),
    }
}

fn of_readings(options: &Options, rows: &[Reading]) -> Found {
    read(&testing::bytes("parquet", options, rows))
}

fn of_objects(list: &List<'_>, options: &Options, objects: &[&str]) -> Found {
    let mut out = Vec::new();
    let format = Format::named("parquet").unwrap();
    let mut writer = Writer::new(format, Box::new(&mut out), options, list).unwrap();
    for text in objects {
        let object = object(text);
        if list.name == PILES.name {
            writer.write(Entry::Pile(&Pile(object))).unwrap();
        } else {
            writer.write(Entry::Record(&object)).unwrap();
        }
    }
    writer.finish().unwrap();
    read(&out)
}

impl Found {
    fn kind(&self, column: &str) -> &str {
        let found = self.columns.iter().find(|(name, _)| name == column);
        found
            .unwrap_or_else(|| panic!("{column} in {:?}", self.columns))
            .1
            .split(['(', ' '])
            .next()
            .unwrap()
    }

    fn cell(&self, row: usize, column: &str) -> String {
        match &self.rows[row][column] {
            Field::Str(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

#[test]
fn readings_have_an_instant_a_number_and_text() {
    let mut gap = reading();
    gap.value = None;
    let odd = Reading { value: Some("1e400".into()), rest: Some(r#""q":[1]"#.into()), ..reading() };
    let found =
        of_readings(&Options { sandbox: true, ..Options::default() }, &[reading(), gap, odd]);
    let (_, time) = &found.columns[0];
    assert!(time.starts_with("INT64 Timestamp") && time.contains("u_t_c: true"), "{time}");
    assert!(time.contains("MICROS"), "{time}");
    assert_eq!(found.rows[0]["time"], Field::TimestampMicros(1_792_887_300_000_000));
    assert_eq!(found.rows[0]["value"], Field::Double(0.123));
    assert_eq!(found.cell(0, "malo"), "50999000001");
    assert_eq!(found.rows[0]["melo"], Field::Null);
    assert_eq!((&found.rows[1]["value"], &*found.cell(1, "status")), (&Field::Null, "missing"));
    // What the type cannot hold is not lost, and neither is what nobody documented.
    assert_eq!(found.rows[2]["value"], Field::Null);
    assert_eq!(found.cell(2, "other"), r#"{"value":1e400,"q":[1]}"#);
    for (fact, text) in
        [("schema", "1"), ("list", "readings"), ("unit", "kWh"), ("sandbox", "true")]
    {
        assert_eq!(found.facts[&format!("partnerlink.{fact}")], text);
    }
}

#[test]
fn columns_of_readings_have_their_types_also_where_there_is_nothing() {
    let found = of_readings(&Options::default(), &[]);
    assert_eq!((found.rows.len(), found.groups), (0, 0));
    assert_eq!(
        ["time", "value", "malo"].map(|it| found.kind(it)),
        ["INT64", "DOUBLE", "BYTE_ARRAY"]
    );
    let fields = ["value", "time", "value", "timeStamp"].map(str::to_owned).to_vec();
    let found = of_readings(&Options { fields: Some(fields), ..Options::default() }, &[reading()]);
    let names: Vec<&str> = found.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["value", "time", "other"]);
}

#[test]
fn what_nobody_documents_has_the_type_that_all_its_values_have() {
    let columns = ["id", "n", "flag", "at", "day", "mixed", "none", "o.x", "other"];
    let list = List::of_records("orders", &columns);
    let found = of_objects(
        &list,
        &Options::default(),
        &[
            r#"{"id":7,"n":1,"flag":true,"at":"2026-10-25T02:15:00+02:00","day":"2026-10-25","mixed":1,
            "o":{"x":1.5}}"#,
            r#"{"id":9007199254740993,"n":2,"flag":false,"at":null,"day":"","mixed":"a","more":true}"#,
        ],
    );
    assert_eq!(found.kind("id"), "INT64");
    assert_eq!(found.rows[1]["id"], Field::Long(9_007_199_254_740_993));
    // A number that is whole by chance has the type that it has in the next file.
    assert_eq!(["n", "o.x"].map(|it| found.kind(it)), ["DOUBLE"; 2]);
    assert_eq!(found.rows[1]["flag"], Field::Bool(false));
    assert_eq!(found.rows[0]["at"], Field::TimestampMicros(1_792_887_300_000_000));
    assert_eq!(found.rows[0]["day"], Field::Date(20_751));
    assert_eq!(found.rows[1]["day"], Field::Null);
    assert_eq!(["mixed", "none"].map(|it| found.kind(it)), ["BYTE_ARRAY"; 2]);
    assert_eq!(found.cell(0, "mixed"), "1");
    assert_eq!(found.cell(0, "other_"), r#"{"o":{"x":1.5}}"#);
    assert_eq!(found.cell(1, "other_"), r#"{"more":true}"#);
}

#[test]
fn a_later_value_of_another_type_stands_beside_its_column() {
    let list = List::of_records("orders", &["n"]);
    let mut rows = vec![r#"{"n":1}"#; 122_880];
    rows.push(r#"{"n":"x"}"#);
    let found = of_objects(&list, &Options::default(), &rows);
    assert_eq!((found.groups, found.rows.len()), (2, 122_881));
    assert_eq!(found.rows[122_880]["n"], Field::Null);
    assert_eq!(found.cell(122_880, "other"), r#"{"n":"x"}"#);
}

#[test]
fn what_is_held_is_bounded_also_where_texts_are_long() {
    let list = List::of_records("orders", &["note"]);
    let long = [b'a', b'b']
        .map(|c| format!(r#"{{"note":"{}"}}"#, char::from(c).to_string().repeat(1 << 20)));
    let rows: Vec<&str> = long.iter().map(String::as_str).cycle().take(40).collect();
    let found = of_objects(&list, &Options::default(), &rows);
    assert_eq!((found.groups, found.rows.len()), (3, 40));
}

#[test]
fn a_pile_keeps_whole_what_its_cells_cannot_hold() {
    let found = of_objects(
        &PILES,
        &Options::default(),
        &[r#"{"id":7,"woodlist_number":"12","number":7,"sale_net_total":100,"sale_fm_volume":null,
            "buyer":{"id":1,"name":"Säge & Co"},"tree_types":["Fichte","Kiefer"],"images":[],
            "protocol_fm_volume":"viel","protocol_quantity":"42.50"}"#],
    );
    assert_eq!(["id", "number"].map(|it| found.kind(it)), ["INT64"; 2]);
    assert_eq!(["sale_net_total", "sale_fm_volume"].map(|it| found.kind(it)), ["DOUBLE"; 2]);
    // Also where it comes as text.
    assert_eq!(found.rows[0]["protocol_quantity"], Field::Double(42.5));
    assert_eq!(found.cell(0, "buyer"), "Säge & Co");
    assert_eq!(found.cell(0, "tree_types"), "Fichte Kiefer");
    assert_eq!(
        found.cell(0, "other"),
        r#"{"tree_types":["Fichte","Kiefer"],"protocol_fm_volume":"viel","buyer":{"id":1,"name":"Säge & Co"}}"#
    );
}
