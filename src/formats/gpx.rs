//! Way points of GPX 1.1, <https://www.topografix.com/GPX/1/1/>, for a driver's phone. A way point
//! has a position or is none: piles without one are left out, and counted by the caller.

use std::io::{self, Write};

use super::Position;
use super::pile::{description, name, of};
use super::xml::Xml;
use crate::data::pile::Pile;

const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <gpx version=\"1.1\" creator=\"partnerlink\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n";

pub(super) struct Places<W> {
    out: W,
    begun: bool,
}

impl<W: Write> Places<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, begun: false }
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
        let Some(Position { latitude, longitude }) = position else { return Ok(()) };
        self.begin()?;
        write!(self.out, "<wpt lat=\"{latitude}\" lon=\"{longitude}\">")?;
        // The order is the schema's.
        let parts = [
            ("name", name(pile)),
            ("cmt", of(pile, "note").text().to_owned()),
            ("desc", description(pile)),
        ];
        for (tag, text) in parts.iter().filter(|(_, text)| !text.is_empty()) {
            write!(self.out, "<{tag}>{}</{tag}>", Xml(text))?;
        }
        self.out.write_all(b"</wpt>\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(b"</gpx>\n")?;
        self.out.flush()
    }
}
