//! GeoJSON (RFC 7946): positions are [longitude, latitude], a missing one is `null`.

use serde_json::{Number, Value, json};

use super::columns::List;
use super::pile::{FULL_NUMBER, name};
use super::{NewRows, Options, json};
use crate::data::pile::Pile;
use crate::data::position::Position;

const HEAD: &str = r#"{"type":"FeatureCollection","features":["#;

pub(super) fn features(list: &List<'_>, options: &Options) -> NewRows {
    json::rows(list, options, HEAD.to_owned(), Some(feature))
}

/// A pile on the map, with the properties that were asked for; else all there are.
fn feature(pile: &Pile, fields: Option<&[String]>) -> Value {
    let mut members = pile.0.clone();
    // The label on the map.
    members.entry(FULL_NUMBER).or_insert_with(|| name(pile).into());
    let mut feature = json!({ "type": "Feature" });
    if let Some(id @ (Value::String(_) | Value::Number(_))) = pile.0.get("id") {
        feature["id"] = id.clone();
    }
    feature["geometry"] = Position::of(pile).and_then(point).unwrap_or_default();
    feature["properties"] = match fields {
        Some(fields) => json::only(&members, fields).into(),
        None => members.into(),
    };
    feature
}

fn point(position: Position) -> Option<Value> {
    let longitude: Number = position.longitude.parse().ok()?;
    let latitude: Number = position.latitude.parse().ok()?;
    Some(json!({ "type": "Point", "coordinates": [longitude, latitude] }))
}
