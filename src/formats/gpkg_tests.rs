use rusqlite::{Connection, types::Value};

use crate::data::pile::Pile;
use crate::formats::testing::object;
use crate::formats::{Entry, Format, Options, PILES, Writer};

/// The database that these piles become, in a folder that goes with it.
fn database(options: &Options, piles: &[&str]) -> (Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("polter.gpkg");
    let out = Box::new(std::fs::File::create(&path).unwrap());
    let mut writer = Writer::new(Format::named("gpkg").unwrap(), out, options, &PILES).unwrap();
    for pile in piles {
        writer.write(Entry::Pile(&Pile(object(pile)))).unwrap();
    }
    writer.finish().unwrap();
    (Connection::open(path).unwrap(), folder)
}

fn one(database: &Connection, question: &str) -> Value {
    database.query_row(question, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_pile_is_a_point_and_one_without_a_right_place_has_none() {
    let (database, _folder) = database(
        &Options::default(),
        &[
            r#"{"id":7,"number":"7","latitude":51.5,"longitude":"9.25","sale_net_total":"12.50",
            "woodlist_date":"2026-10-25","created_at":"2026-10-25T02:15:00+02:00",
            "storage_location":"Weg <ü>"}"#,
            r#"{"id":8,"latitude":0,"longitude":0}"#,
            r#"{"id":9,"latitude":52.5,"longitude":9,"note":"x"}"#,
        ],
    );
    let mut blob = b"GP\x00\x01\xe6\x10\x00\x00\x01\x01\x00\x00\x00".to_vec();
    blob.extend(9.25_f64.to_le_bytes().into_iter().chain(51.5_f64.to_le_bytes()));
    assert_eq!(one(&database, "SELECT geom FROM polter WHERE id = 7"), Value::Blob(blob));
    assert_eq!(one(&database, "SELECT geom FROM polter WHERE id = 8"), Value::Null);
    let text = |text: &str| Value::Text(text.to_owned());
    for (column, kind, value) in [
        ("full_number", "TEXT", text("7")),
        ("storage_location", "TEXT", text("Weg <ü>")),
        ("id", "INTEGER", Value::Integer(7)),
        ("sale_net_total", "DOUBLE", Value::Real(12.5)),
        ("woodlist_date", "DATE", text("2026-10-25")),
        ("created_at", "DATETIME", text("2026-10-25T00:15:00.000Z")),
        ("note", "TEXT", Value::Null),
    ] {
        let of_column =
            format!("SELECT type FROM pragma_table_info('polter') WHERE name = '{column}'");
        assert_eq!(one(&database, &of_column), text(kind), "{column}");
        let first = format!("SELECT {column} FROM polter WHERE fid = 1");
        assert_eq!(one(&database, &first), value, "{column}");
    }
    let extent = "SELECT min_x || ' ' || min_y || ' ' || max_x || ' ' || max_y FROM gpkg_contents";
    assert_eq!(one(&database, extent), text("9.0 51.5 9.25 52.5"));
}

#[test]
fn it_is_a_whole_layer_also_without_piles_and_with_names_like_its_own() {
    let fields = ["GEOM", "fid", "a \"b\"", "A \"B\""].map(str::to_owned).to_vec();
    let options = Options { fields: Some(fields), ..Options::default() };
    let (database, _folder) = database(&options, &[]);
    let names = "SELECT group_concat(name, ',') FROM pragma_table_info('polter')";
    assert_eq!(one(&database, names), Value::Text("fid_,geom_,GEOM,fid,a \"b\",other".to_owned()));
    let geometry = "SELECT column_name FROM gpkg_geometry_columns";
    assert_eq!(one(&database, geometry), Value::Text("geom_".to_owned()));
    assert_eq!(one(&database, "SELECT count(*) FROM polter"), Value::Integer(0));
    assert_eq!(
        one(&database, "SELECT application_id FROM pragma_application_id"),
        Value::Integer(0x4750_4B47)
    );
}
