//! KML 2.2, for Google Earth and other maps: a place mark for each pile, with its members as a
//! table. A pile without a position is a place mark without a point.

use std::io::{self, Write};

use super::Position;
use super::pile::{description, name, of};
use super::xml::Xml;
use crate::data::pile::Pile;

const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>partnerlink</name>\n";

pub(super) struct Places<W> {
    out: W,
    columns: Vec<String>,
    begun: bool,
}

impl<W: Write> Places<W> {
    pub(super) fn new(out: W, columns: Vec<String>) -> Self {
        Self { out, columns, begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.out.write_all(BEGIN.as_bytes())?;
        }
        self.begun = true;
        Ok(())
    }
}

impl<W: Write> super::pile::Places for Places<W> {
    fn place(&mut self, pile: &Pile, position: Option<&Position>) -> io::Result<()> {
        self.begin()?;
        let (name, description) = (name(pile), description(pile));
        write!(self.out, "<Placemark><name>{}</name>", Xml(&name))?;
        write!(self.out, "<description>{}</description><ExtendedData>", Xml(&description))?;
        for column in &self.columns {
            let cell = of(pile, column);
            if !cell.text().is_empty() {
                let (column, text) = (Xml(column), Xml(cell.text()));
                write!(self.out, "<Data name=\"{column}\"><value>{text}</value></Data>")?;
            }
        }
        self.out.write_all(b"</ExtendedData>")?;
        if let Some(Position { latitude, longitude }) = position {
            write!(self.out, "<Point><coordinates>{longitude},{latitude}</coordinates></Point>")?;
        }
        self.out.write_all(b"</Placemark>\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(b"</Document></kml>\n")?;
        self.out.flush()
    }
}
