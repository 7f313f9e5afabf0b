//! The names of the formats, and which of them fits what.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Columns for a person; in a pipe the same as `Plain`.
    Table,
    /// Tab-separated, without a heading.
    Plain,
    /// One object, `{"schema":1,…:[…]}`, a line for each entry.
    Json,
    /// A JSON object on each line.
    Ndjson,
    /// RFC 4180 with comma, point and UTF-8; lines end with LF, as pandas, DuckDB and awk expect.
    Csv,
    /// For a German Excel: BOM, semicolon, decimal comma, CRLF, local wall time and offset.
    CsvDe,
    /// One sheet of an Excel workbook.
    Xlsx,
    /// InfluxDB's line protocol.
    Influx,
    /// RFC 7946.
    Geojson,
    /// Way points of GPX 1.1.
    Gpx,
    Kml,
}

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Readings,
    Piles,
    Records,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("there is no format {0:?}; there are {names}", names = names(&Format::ALL))]
    Unknown(String),
    #[error("{format} is no format for {content}; there are {names}", names = names(content.formats()))]
    DoesNotFit { format: Format, content: Content },
    #[error("readings have no field {field:?}; there are {}", .known.join(", "))]
    NoField { field: String, known: Vec<&'static str> },
    #[error("no field is named, so there is nothing to write")]
    NoFields,
}

impl Format {
    pub const ALL: [Self; 11] = [
        Self::Table,
        Self::Plain,
        Self::Json,
        Self::Ndjson,
        Self::Csv,
        Self::CsvDe,
        Self::Xlsx,
        Self::Influx,
        Self::Geojson,
        Self::Gpx,
        Self::Kml,
    ];

    /// As `--format` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::CsvDe => "csv-de",
            Self::Xlsx => "xlsx",
            Self::Influx => "influx",
            Self::Geojson => "geojson",
            Self::Gpx => "gpx",
            Self::Kml => "kml",
        }
    }

    /// The format that a file of this name has, in small or capital letters.
    pub fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "lp" => Some(Self::Influx),
            "jsonl" => Some(Self::Ndjson),
            "txt" | "tsv" => Some(Self::Plain),
            "csv" | "json" | "ndjson" | "xlsx" | "influx" | "geojson" | "gpx" | "kml" => {
                extension.parse().ok()
            }
            _ => None,
        }
    }

    /// The extension of a file in this format, without the point.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Table | Self::Plain => "txt",
            Self::CsvDe => "csv",
            Self::Influx => "lp",
            other => other.name(),
        }
    }

    /// Not text: no terminal should get it.
    pub fn is_binary(self) -> bool {
        self == Self::Xlsx
    }

    pub(super) fn check(self, content: Content) -> Result<(), FormatError> {
        if content.formats().contains(&self) {
            return Ok(());
        }
        Err(FormatError::DoesNotFit { format: self, content })
    }
}

impl Content {
    /// The formats that can hold it.
    pub fn formats(self) -> &'static [Format] {
        let all: &'static [Format] = const { &Format::ALL };
        match self {
            Self::Readings => &all[..8],
            Self::Records => &all[..7],
            Self::Piles => {
                const {
                    &[
                        Format::Table,
                        Format::Plain,
                        Format::Json,
                        Format::Ndjson,
                        Format::Csv,
                        Format::CsvDe,
                        Format::Xlsx,
                        Format::Geojson,
                        Format::Gpx,
                        Format::Kml,
                    ]
                }
            }
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Self, FormatError> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| FormatError::Unknown(name.to_owned()))
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
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

fn names(formats: &[Format]) -> String {
    formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_its_extension() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            let file = format!("Lastgang 10.2026.{}", format.extension().to_uppercase());
            let same = match format {
                Format::CsvDe => Format::Csv,
                Format::Table => Format::Plain,
                other => other,
            };
            assert_eq!(Format::of_file(Path::new(&file)), Some(same));
        }
        assert_eq!(Format::of_file(Path::new("x.csv-de")), None);
        assert_eq!(Format::of_file(Path::new("csv")), None);
        assert_eq!(Format::of_file(Path::new("x.influx")), Some(Format::Influx));
    }

    #[test]
    fn an_error_names_what_there_is() {
        let error = "excel".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("\"excel\"") && error.contains("csv-de, xlsx"), "{error}");
        let error = Format::Gpx.check(Content::Readings).unwrap_err().to_string();
        assert!(error.starts_with("gpx is no format for readings; there are table"), "{error}");
        assert!(!error.contains("kml"), "{error}");
        assert_eq!(Format::Kml.check(Content::Piles), Ok(()));
    }
}
