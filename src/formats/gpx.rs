//! Way points of GPX 1.1, <https://www.topografix.com/GPX/1/1/>, for a driver's phone. A way point
//! has a position or is none: piles without one that can be right are left out, and counted by the
//! caller.

use std::io::{self, Write};

use super::columns::List;
use super::pile::{PointNames, description};
use super::{Entry, NewRows, Options, Rows};
use crate::data::position::Position;
use crate::language::Language;
use crate::text::xml_escaped;

const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <gpx version=\"1.1\" creator=\"partnerlink\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n";

struct Gpx {
    names: PointNames,
    language: Language,
}

pub(super) fn way_points(_: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(Gpx { names: PointNames::default(), language: options.language }))
}

impl Rows for Gpx {
    fn head(&self) -> Vec<u8> {
        HEAD.to_vec()
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Pile(pile) = entry else { return Ok(()) };
        let Some(Position { latitude, longitude }) = Position::of(pile) else { return Ok(()) };
        write!(out, "<wpt lat=\"{latitude}\" lon=\"{longitude}\">")?;
        let (name, text) = (self.names.of(pile), description(pile, self.language));
        // The order is the schema's.
        for (tag, text) in [("name", name), ("cmt", pile.text("note")), ("desc", text)] {
            if !text.is_empty() {
                write!(out, "<{tag}>{}</{tag}>", xml_escaped(&text))?;
            }
        }
        out.extend_from_slice(b"</wpt>\n");
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"</gpx>\n")
    }
}
