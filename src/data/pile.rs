//! One log pile (Polter), as TimberData's API answers it.

use serde_json::{Map, Value};

/// A pile's members as the provider sent them: numbers keep their digits (`arbitrary_precision`),
/// members that are not documented are carried through.
#[derive(Clone, Debug, PartialEq)]
pub struct Pile(pub Map<String, Value>);

impl Pile {
    /// A member's text for a table or a CSV cell: strings as they are, numbers with their digits,
    /// `{id, name}` as its name, lists joined by a blank, absent and null empty.
    pub fn text(&self, member: &str) -> String {
        text_of(self.0.get(member))
    }

    /// Latitude and longitude in degrees (WGS 84), where both are there.
    pub fn position(&self) -> Option<(f64, f64)> {
        let degrees = |member: &str| self.0.get(member)?.as_f64();
        Some((degrees("latitude")?, degrees("longitude")?))
    }

    /// Wood list, selling unit and aggregation number together, as the forester reads it.
    pub fn full_number(&self) -> String {
        let parts = ["woodlist_number", "sellingunit_number", "number"].map(|part| self.text(part));
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    }
}

/// A member as text, see [`Pile::text`].
pub fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(object)) => text_of(object.get("name").or_else(|| object.get("id"))),
        Some(Value::Array(list)) => {
            list.iter().map(|entry| text_of(Some(entry))).collect::<Vec<_>>().join(" ")
        }
        Some(other) => other.to_string(),
    }
}
