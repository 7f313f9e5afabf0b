//! GeoJSON (RFC 7946): positions are [longitude, latitude], a missing one is `null`.

use std::io::{self, Write};

use serde_json::{Number, Value, json};

use super::columns::List;
use super::json::only;
use super::pile::{FULL_NUMBER, name};
use super::{Entry, NewRows, Options, Rows};
use crate::data::position::Position;
use crate::text::write_json;

struct Geojson {
    /// The properties that were asked for; else all there are.
    fields: Option<Vec<String>>,
    first: bool,
}

pub(super) fn features(_: &List<'_>, options: &Options) -> NewRows {
    Ok(Box::new(Geojson { fields: options.fields.clone(), first: true }))
}

impl Rows for Geojson {
    fn head(&self) -> Vec<u8> {
        br#"{"type":"FeatureCollection","features":["#.to_vec()
    }

    fn row(&mut self, entry: Entry<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Entry::Pile(pile) = entry else { return Ok(()) };
        out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        let mut members = pile.0.clone();
        // The label on the map.
        members.entry(FULL_NUMBER).or_insert_with(|| name(pile).into());
        let properties = match &self.fields {
            Some(fields) => only(&members, fields),
            None => members,
        };
        let mut feature = json!({ "type": "Feature" });
        if let Some(id @ (Value::String(_) | Value::Number(_))) = pile.0.get("id") {
            feature["id"] = id.clone();
        }
        feature["geometry"] = Position::of(pile).and_then(point).unwrap_or_default();
        feature["properties"] = properties.into();
        write_json(out, &feature)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]}\n")
    }
}

fn point(position: Position) -> Option<Value> {
    let longitude: Number = position.longitude.parse().ok()?;
    let latitude: Number = position.latitude.parse().ok()?;
    Some(json!({ "type": "Point", "coordinates": [longitude, latitude] }))
}
