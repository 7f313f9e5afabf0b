//! KML 2.2, for Google Earth and other maps: a place mark for each pile, with its members as a
//! table. A pile without a position is a place mark without a point.

use std::io::{self, Write};

use super::columns::{Columns, List};
use super::pile::{description, name};
use super::{Entry, NewRows, Options, Rows};
use crate::data::position::Position;
use crate::text::xml_escaped;

const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>partnerlink</name>\n";

struct Kml(Columns);

pub(super) fn place_marks(list: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(Kml(Columns::new(list, options, list.columns)?)))
}

impl Rows for Kml {
    fn head(&self) -> Vec<u8> {
        HEAD.to_vec()
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Pile(pile) = entry else { return Ok(()) };
        let (name, description) = (xml_escaped(&name(pile)), xml_escaped(&description(pile)));
        write!(out, "<Placemark><name>{name}</name><description>{description}</description>")?;
        out.extend_from_slice(b"<ExtendedData>");
        for (column, cell) in self.0.names().zip(self.0.cells(entry)) {
            if !cell.text().is_empty() {
                let (column, text) = (xml_escaped(column), xml_escaped(cell.text()));
                write!(out, "<Data name=\"{column}\"><value>{text}</value></Data>")?;
            }
        }
        out.extend_from_slice(b"</ExtendedData>");
        if let Some(Position { latitude, longitude }) = Position::of(pile) {
            write!(out, "<Point><coordinates>{longitude},{latitude}</coordinates></Point>")?;
        }
        out.extend_from_slice(b"</Placemark>\n");
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"</Document></kml>\n")
    }
}
