//! KML 2.2, for Google Earth and other maps: a folder for each status, so that it can be switched
//! off, with a place mark for each pile, coloured by status, and its members as a table. A pile
//! without a position that can be right is left out, and counted by the caller.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::iter;

use super::columns::{Columns, List};
use super::pile::{PointNames, description};
use super::{Entry, NewRows, Options, Rows};
use crate::data::position::Position;
use crate::language::Language;
use crate::text::xml_escaped;

/// What Okabe and Ito chose for eyes with any colour vision, as KML writes colours: alpha, blue,
/// green, red. From the seventh status on all are grey.
const COLOURS: [&str; 7] =
    ["ff009fe6", "ffe9b456", "ff739e00", "ffb27200", "ff005ed5", "ffa779cc", "ff999999"];

struct Kml {
    columns: Columns,
    names: PointNames,
    language: Language,
    /// By status, held back: a folder is written in one piece.
    folders: BTreeMap<String, Folder>,
}

#[derive(Default)]
struct Folder {
    /// The number of its style.
    style: usize,
    place_marks: Vec<u8>,
}

pub(super) fn place_marks(list: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(Kml {
        columns: Columns::new(list, options, list.columns)?,
        names: PointNames::default(),
        language: options.language,
        folders: BTreeMap::new(),
    }))
}

impl Rows for Kml {
    fn head(&self) -> Vec<u8> {
        let title = &self.language.texts().pile.title;
        let document = "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>";
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}<name>{title}</name>\n")
            .into_bytes()
    }

    fn row(&mut self, entry: Entry<'_>, _: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Pile(pile) = entry else { return Ok(()) };
        let Some(Position { latitude, longitude }) = Position::of(pile) else { return Ok(()) };
        let name = xml_escaped(&self.names.of(pile));
        let description = xml_escaped(&description(pile, self.language));
        let Self { columns, folders, .. } = self;
        let new = Folder { style: folders.len(), ..Folder::default() };
        let folder = folders.entry(pile.named("sale_status")).or_insert(new);
        let (style, out) = (folder.style, &mut folder.place_marks);
        write!(out, "<Placemark><name>{name}</name><description>{description}</description>")?;
        write!(out, "<styleUrl>#s{style}</styleUrl><ExtendedData>")?;
        for (column, cell) in columns.names().zip(columns.cells(entry)) {
            if !cell.text().is_empty() {
                let (column, text) = (xml_escaped(column), xml_escaped(cell.text()));
                write!(out, "<Data name=\"{column}\"><value>{text}</value></Data>")?;
            }
        }
        let point = format!("<Point><coordinates>{longitude},{latitude}</coordinates></Point>");
        writeln!(out, "</ExtendedData>{point}</Placemark>")
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let grey = COLOURS[COLOURS.len() - 1];
        let colours = COLOURS.iter().copied().chain(iter::repeat(grey));
        for (Folder { style, .. }, colour) in self.folders.values().zip(colours) {
            let icon = format!("<IconStyle><color>{colour}</color></IconStyle>");
            writeln!(out, "<Style id=\"s{style}\">{icon}</Style>")?;
        }
        let word = &self.language.texts().pile.status;
        for (status, Folder { place_marks, .. }) in &self.folders {
            let status = if status.is_empty() { "–" } else { status };
            writeln!(out, "<Folder><name>{word} {}</name>", xml_escaped(status))?;
            out.write_all(place_marks)?;
            out.write_all(b"</Folder>\n")?;
        }
        out.write_all(b"</Document></kml>\n")
    }
}
