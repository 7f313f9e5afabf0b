//! GeoPackage 1.3 (OGC 12-128r17): log piles as points of a layer, for QGIS and every other GIS. It
//! is a SQLite database, which is made in a temporary folder and copied to where it goes.

use std::fs::File;
use std::io::{self, Write};
use std::iter::once;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tempfile::TempDir;

use super::columns::List;
use super::typed::{Held, Kind, TypedRows};
use super::{Entry, NewRows, Options, Rows};
use crate::data::position::{Degrees, Position};

/// What the layer is called in a GIS.
const LAYER: &str = "polter";
/// WGS 84, as EPSG and the tables below know it.
const WGS_84: i32 = 4326;
/// Clauses 1.1.1 and 1.1.2 of the standard, and annex C; nothing has to survive a crash here.
const TABLES: &str = r#"
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinates'),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinates'),
    ('WGS 84 geodetic', 4326, 'EPSG', 4326,
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
    'longitude and latitude in decimal degrees');
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"#;

struct GeoPackage {
    rows: TypedRows,
    /// Where each of these rows lies.
    points: Vec<Option<Degrees>>,
    /// Made with the first rows, whose types it has to know.
    database: Option<Database>,
    sandbox: bool,
}

struct Database {
    connection: Connection,
    insert: String,
    /// What the points lie between, as south-west and north-east.
    extent: Option<(Degrees, Degrees)>,
    /// Goes with this value.
    folder: TempDir,
}

pub(super) fn layer(list: &List<'_>, options: &Options) -> NewRows {
    let (rows, sandbox) = (TypedRows::new(list, options)?, options.sandbox);
    Ok(Box::new(GeoPackage { rows, points: Vec::new(), database: None, sandbox }))
}

impl Rows for GeoPackage {
    fn row(&mut self, entry: Entry<'_>, _: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Pile(pile) = entry else { return Ok(()) };
        self.points.push(Position::of(pile).map(|position| position.degrees()));
        if self.rows.add(entry)? { self.insert() } else { Ok(()) }
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.insert()?;
        let Some(database) = self.database.take() else { return Ok(()) };
        let folder = database.finish(self.sandbox).map_err(wrong)?;
        io::copy(&mut File::open(folder.path().join(LAYER))?, out)?;
        Ok(())
    }
}

/// What the database says, mostly of a full disk.
fn wrong(error: rusqlite::Error) -> io::Error {
    io::Error::other(format!("the GeoPackage in the folder for temporary files: {error}"))
}

impl GeoPackage {
    /// Writes the rows that are held.
    fn insert(&mut self) -> io::Result<()> {
        self.rows.settle();
        let database = match &mut self.database {
            Some(database) => database,
            None => self.database.insert(Database::new(&self.rows)?),
        };
        database.insert(&self.rows, &self.points).map_err(wrong)?;
        self.rows.clear();
        self.points.clear();
        Ok(())
    }
}

impl Database {
    fn new(rows: &TypedRows) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let [key, geometry] = ["fid", "geom"].map(|name| rows.free_name(name));
        let made = || {
            let connection = Connection::open(folder.path().join(LAYER))?;
            connection.execute_batch(TABLES)?;
            let mut columns = format!("{key} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL");
            columns += &format!(", {geometry} POINT");
            for column in rows.columns() {
                columns += &format!(", {} {}", quoted(&column.name), sql_type(column.kind()));
            }
            connection.execute_batch(&format!("CREATE TABLE {LAYER} ({columns})"))?;
            connection.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) \
                 VALUES (?, 'features', 'Polter', ?)",
                (LAYER, WGS_84),
            )?;
            connection.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'POINT', ?, 0, 0)",
                (LAYER, &geometry, WGS_84),
            )?;
            Ok(connection)
        };
        let connection = made().map_err(wrong)?;
        let places = ", ?".repeat(rows.columns().len() + 1);
        let insert = format!("INSERT INTO {LAYER} VALUES (NULL{places})");
        Ok(Self { connection, insert, extent: None, folder })
    }

    fn insert(&mut self, rows: &TypedRows, points: &[Option<Degrees>]) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(&self.insert)?;
        let columns = rows.columns().iter();
        let mut columns: Vec<_> = columns.map(|column| (column.kind(), column.values())).collect();
        for point in points {
            let geometry = point.map_or(Value::Null, |point| Value::Blob(blob(point)));
            let cells = columns.iter_mut().map(|(kind, values)| {
                values.next().map_or(Value::Null, |held| sql_value(held, *kind))
            });
            statement.execute(params_from_iter(once(geometry).chain(cells)))?;
            if let Some(point) = point {
                let (low, high) = self.extent.unwrap_or((*point, *point));
                self.extent = Some((edge(low, *point, f64::min), edge(high, *point, f64::max)));
            }
        }
        Ok(())
    }

    fn finish(self, sandbox: bool) -> rusqlite::Result<TempDir> {
        if let Some((low, high)) = self.extent {
            self.connection.execute(
                "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?",
                [low.longitude, low.latitude, high.longitude, high.latitude],
            )?;
        }
        let from = if sandbox { "made up: partnerlink's sandbox" } else { "partnerlink" };
        self.connection.execute("UPDATE gpkg_contents SET description = ?", [from])?;
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(self.folder)
    }
}

/// The lower or upper edge of both.
fn edge(one: Degrees, other: Degrees, choice: fn(f64, f64) -> f64) -> Degrees {
    Degrees {
        latitude: choice(one.latitude, other.latitude),
        longitude: choice(one.longitude, other.longitude),
    }
}

/// Clause 2.1.3: a head, and the point as well-known binary (OGC 06-103r4), least byte first.
fn blob(point: Degrees) -> Vec<u8> {
    let mut blob = b"GP\x00\x01".to_vec();
    blob.extend(WGS_84.to_le_bytes());
    blob.extend([1, 1, 0, 0, 0]);
    blob.extend(point.longitude.to_le_bytes());
    blob.extend(point.latitude.to_le_bytes());
    blob
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Table 1 of the standard.
fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Number => "DOUBLE",
        Kind::Whole => "INTEGER",
        Kind::Flag => "BOOLEAN",
        Kind::Time => "DATETIME",
        Kind::Date => "DATE",
    }
}

fn sql_value(held: &Held, kind: Kind) -> Value {
    let value = match kind {
        Kind::Text => held.text().map(|text| Value::Text(text.to_owned())),
        Kind::Number => held.number().map(Value::Real),
        Kind::Whole => held.whole().map(Value::Integer),
        Kind::Flag => held.flag().map(|flag| Value::Integer(flag.into())),
        // To the millisecond, in UTC.
        Kind::Time => held.time().map(|time| Value::Text(format!("{time:.3}"))),
        Kind::Date => held.date().map(|day| Value::Text(day.to_string())),
    };
    value.unwrap_or(Value::Null)
}

#[cfg(test)]
#[path = "gpkg_tests.rs"]
mod tests;
