//! One log pile (Polter), as TimberData's API answers it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The members whose values are numbers that the provider's pages do not explain.
pub const NUMBERED: [&str; 6] = [
    "sale_status",
    "transport_status",
    "contractor_status",
    "supplier_billing_status",
    "measurement_type",
    "bark_reduction_type",
];

/// What people call these numbers: by the member, by the number as it comes.
pub type ValueNames = BTreeMap<&'static str, BTreeMap<String, String>>;

/// The members that are lists of `{id, name, short_name}`.
const KINDS_OF_WOOD: [&str; 5] =
    ["tree_types", "usages", "qualities", "thickness_classes", "calamities"];

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

    /// Gives the numbers that have a name a member more: `sale_status_name`.
    pub fn name_values(&mut self, names: &ValueNames) {
        for (member, names) in names {
            if let Some(name) = names.get(&self.text(member)) {
                self.0.insert(name_member(member), name.as_str().into());
            }
        }
    }

    /// What people call a number, else the number.
    pub fn named(&self, member: &str) -> String {
        let name = self.text(&name_member(member));
        if name.is_empty() { self.text(member) } else { name }
    }

    /// Leaves of species, usages and the like their short names alone (`FI`), where they have one.
    pub fn shorten(&mut self) {
        for member in KINDS_OF_WOOD {
            let Some(Value::Array(kinds)) = self.0.get_mut(member) else { continue };
            for kind in kinds {
                let short = kind.get("short_name").filter(|short| short.is_string()).cloned();
                *kind = short.unwrap_or_else(|| kind.take());
            }
        }
    }

    /// Wood list, selling unit and aggregation number together, as the forester reads it.
    pub fn full_number(&self) -> String {
        let parts = ["woodlist_number", "sellingunit_number", "number"].map(|part| self.text(part));
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    }
}

/// The member that has a number's name.
pub fn name_member(member: &str) -> String {
    format!("{member}_name")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pile(json: &str) -> Pile {
        Pile(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_number_with_a_name_keeps_its_number() {
        let names: ValueNames =
            [("sale_status", [("3".to_owned(), "verkauft".to_owned())].into())].into();
        let mut sold = pile(r#"{"sale_status":3}"#);
        sold.name_values(&names);
        assert_eq!(sold, pile(r#"{"sale_status":3,"sale_status_name":"verkauft"}"#));
        assert_eq!(sold.named("sale_status"), "verkauft");
        let mut other = pile(r#"{"sale_status":4}"#);
        other.name_values(&names);
        assert_eq!((other.0.len(), &*other.named("sale_status")), (1, "4"));
    }

    #[test]
    fn short_names_stand_for_kinds_that_have_one() {
        let mut short = pile(
            r#"{"tree_types":[{"id":1,"name":"Fichte","short_name":"FI"},{"name":"Eibe"},"Tanne"],
                "buyer":{"name":"Säge","short_name":"S"},"usages":null}"#,
        );
        short.shorten();
        assert_eq!(short.text("tree_types"), "FI Eibe Tanne");
        assert_eq!(short.text("buyer"), "Säge");
    }
}
