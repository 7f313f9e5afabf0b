//! The table of formats. One more format is one row here, and one file that makes its rows.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use super::columns::List;
use super::{
    NewRows, Options, csv, geojson, gpkg, gpx, homeassistant, influx, json, kml, parquet, reading,
    table, xlsx,
};
use crate::text::wrapped;

/// A format: its name, and what is known of it.
#[derive(Debug)]
pub struct Format {
    /// As `--format` takes it.
    pub name: &'static str,
    /// Of files, without the point; the first one is given to new files.
    endings: &'static [&'static str],
    /// Not text: no terminal should get it.
    pub binary: bool,
    /// An export of it is a folder for each meter and month (`meter=…/month=…`), which databases read
    /// as two columns more.
    pub in_folders: bool,
    fits: &'static [Content],
    pub(super) rows: fn(&List<'_>, &Options) -> NewRows,
    /// What it is good for, in the words of the topic `formats`.
    help: &'static str,
}

const ANY: &[Content] = &[Content::Readings, Content::Piles, Content::Records];
const READINGS: &[Content] = &[Content::Readings];
const PILES: &[Content] = &[Content::Piles];

/// Where two formats have one ending, the first is meant.
#[rustfmt::skip]
pub static FORMATS: &[Format] = &[
    Format { name: "table", endings: &[], binary: false, in_folders: false, fits: ANY, rows: table::table,
        help: "Columns for a person" },
    Format { name: "plain", endings: &["txt", "tsv"], binary: false, in_folders: false, fits: ANY, rows: table::plain,
        help: "Tab-separated, without a heading: cut, awk, while read" },
    Format { name: "json", endings: &["json"], binary: false, in_folders: false, fits: ANY, rows: json::object,
        help: "One object with \"schema\": 1 and all entries" },
    Format { name: "ndjson", endings: &["ndjson", "jsonl"], binary: false, in_folders: false, fits: ANY, rows: json::lines,
        help: "One object a line: jq, DuckDB" },
    // RFC 4180; lines end with LF, as pandas, DuckDB and awk expect.
    Format { name: "csv", endings: &["csv"], binary: false, in_folders: false, fits: ANY, rows: csv::plain,
        help: "Comma, decimal point, UTF-8, times with offset: pandas, DuckDB" },
    // With a BOM and CRLF.
    Format { name: "csv-de", endings: &["csv"], binary: false, in_folders: false, fits: ANY, rows: csv::german,
        help: "For a German Excel: semicolon, decimal comma, local time, and summer or winter time (MESZ, MEZ) beside it. Ask for it by name: its files end as those of csv" },
    Format { name: "xlsx", endings: &["xlsx"], binary: true, in_folders: false, fits: ANY, rows: xlsx::sheet,
        help: "Excel, LibreOffice: days and times are dates, ids are text; prints on A4" },
    Format { name: "parquet", endings: &["parquet"], binary: true, in_folders: true, fits: ANY, rows: parquet::rows,
        help: "DuckDB, Polars, pandas, R: columns with types, times in UTC, a fiftieth of csv" },
    Format { name: "influx", endings: &["lp", "influx"], binary: false, in_folders: false, fits: READINGS, rows: influx::points,
        help: "InfluxDB's line protocol" },
    Format { name: "homeassistant", endings: &["csv"], binary: false, in_folders: false, fits: READINGS, rows: homeassistant::statistics,
        help: "Home Assistant's import of statistics: whole hours, UTC. Ask for it by name" },
    // RFC 7946.
    Format { name: "geojson", endings: &["geojson"], binary: false, in_folders: false, fits: PILES, rows: geojson::features,
        help: "QGIS and other maps; longitude before latitude" },
    // GeoPackage 1.3.
    Format { name: "gpkg", endings: &["gpkg"], binary: true, in_folders: false, fits: PILES, rows: gpkg::layer,
        help: "GeoPackage, a layer with typed columns: QGIS, ArcGIS" },
    // GPX 1.1.
    Format { name: "gpx", endings: &["gpx"], binary: false, in_folders: false, fits: PILES, rows: gpx::way_points,
        help: "Way points for a driver's phone" },
    // KML 2.2.
    Format { name: "kml", endings: &["kml"], binary: false, in_folders: false, fits: PILES, rows: kml::place_marks,
        help: "Google Earth" },
];

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Readings,
    Piles,
    Records,
}

/// Why something cannot be written as it was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("there is no format {0:?}; there are {all}", all = names(FORMATS.iter()))]
    Unknown(String),
    #[error("{format} is no format for {content}; there are {}", names(content.formats()))]
    DoesNotFit { format: &'static str, content: Content },
    #[error("there is no field {field:?} in {content}; there are {}", .known.join(", "))]
    NoField { content: Content, field: String, known: Vec<String> },
    #[error("{0} has columns of its own: leave --fields out")]
    Fixed(&'static str),
    #[error("{0} wants hours: use --resolution 15min or --resolution hour")]
    TooCoarse(&'static str),
}

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Result<&'static Self, FormatError> {
        let found = FORMATS.iter().find(|format| format.name == name);
        found.ok_or_else(|| FormatError::Unknown(name.to_owned()))
    }

    /// The format that a file of this name has, in small or capital letters.
    pub fn of_file(path: &Path) -> Option<&'static Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
    }

    /// The ending of a new file in this format, without the point.
    pub fn ending(&self) -> &'static str {
        self.endings.first().copied().unwrap_or("txt")
    }

    /// What an export's files list, and how: a folder that is called `meter` would hide a column of
    /// that name, and pandas refuses both.
    pub fn of_export(&self, mut options: Options) -> (List<'static>, Options) {
        if !self.in_folders {
            return (reading::LIST, options);
        }
        for field in options.fields.iter_mut().flatten().filter(|field| *field == "meter") {
            "name".clone_into(field);
        }
        (reading::LIST_IN_FOLDERS, options)
    }

    /// A line of help, or more: name, what it is good for, endings.
    pub fn explained(&self) -> String {
        let endings: Vec<String> = self.endings.iter().map(|ending| format!(".{ending}")).collect();
        let endings =
            if endings.is_empty() { String::new() } else { format!(" ({})", endings.join(", ")) };
        let text = format!("{}{endings}", self.help);
        format!("  {:<14}{}\n", self.name, wrapped(&text, Some(63), &" ".repeat(16)))
    }

    /// Whether it can hold this.
    pub fn check(&self, content: Content) -> Result<(), FormatError> {
        if self.fits.contains(&content) {
            return Ok(());
        }
        Err(FormatError::DoesNotFit { format: self.name, content })
    }
}

impl Content {
    /// The formats that can hold it.
    pub fn formats(self) -> impl Iterator<Item = &'static Format> {
        FORMATS.iter().filter(move |format| format.fits.contains(&self))
    }
}

impl Display for Content {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Readings => "readings",
            Self::Piles => "piles",
            Self::Records => "this list",
        })
    }
}

/// The names of formats, for help and errors.
pub fn names(formats: impl Iterator<Item = &'static Format>) -> String {
    formats.map(|format| format.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(name: &str) -> Option<&'static str> {
        Format::of_file(Path::new(name)).map(|format| format.name)
    }

    #[test]
    fn every_format_is_found_by_its_name_and_its_ending() {
        for format in FORMATS {
            assert_eq!(Format::named(format.name).unwrap().name, format.name);
            let file = format!("Lastgang 10.2026.{}", format.ending().to_uppercase());
            let same = match format.name {
                "csv-de" | "homeassistant" => "csv",
                "table" => "plain",
                other => other,
            };
            assert_eq!(of_file(&file), Some(same));
        }
        assert_eq!(["x.csv-de", "csv", "x.table"].map(of_file), [None; 3]);
        assert_eq!(of_file("x.influx"), Some("influx"));
    }

    #[test]
    fn an_error_names_what_there_is() {
        let error = Format::named("excel").unwrap_err().to_string();
        assert!(error.contains("\"excel\"") && error.contains("csv-de, xlsx"), "{error}");
        let check = |name, content| Format::named(name).unwrap().check(content);
        let error = check("gpx", Content::Readings).unwrap_err().to_string();
        assert!(error.starts_with("gpx is no format for readings; there are table"), "{error}");
        assert!(!error.contains("kml"), "{error}");
        assert_eq!(check("kml", Content::Piles), Ok(()));
    }
}
