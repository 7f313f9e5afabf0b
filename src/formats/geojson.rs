//! GeoJSON (RFC 7946): positions are [longitude, latitude], a missing one is `null`.

use std::io::{self, Write};

use serde_json::{Number, Value, json};

use super::Position;
use super::json::{only, write_value};
use super::pile::{FULL_NUMBER, name};
use crate::data::pile::Pile;

pub(super) struct Places<W> {
    out: W,
    /// The properties that were asked for; else all there are.
    fields: Option<Vec<String>>,
    first: bool,
}

impl<W: Write> Places<W> {
    pub(super) fn new(out: W, fields: Option<Vec<String>>) -> Self {
        Self { out, fields, first: true }
    }

    fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(br#"{"type":"FeatureCollection","features":["#)
    }
}

impl<W: Write> super::pile::Places for Places<W> {
    fn place(&mut self, pile: &Pile, position: Option<&Position>) -> io::Result<()> {
        if self.first {
            self.begin()?;
        }
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
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
        feature["geometry"] = position.and_then(point).unwrap_or_default();
        feature["properties"] = properties.into();
        write_value(&mut self.out, &feature)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.first {
            self.begin()?;
        }
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()
    }
}

fn point(position: &Position) -> Option<Value> {
    let longitude: Number = position.longitude.parse().ok()?;
    let latitude: Number = position.latitude.parse().ok()?;
    Some(json!({ "type": "Point", "coordinates": [longitude, latitude] }))
}
