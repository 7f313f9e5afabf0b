//! Fields that were asked for of entries whose members nobody knows beforehand: one that no entry
//! has is a slip of the finger.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::columns::List;
use super::{Content, Entry, FormatError, Options};
use crate::data::pile::Pile;

/// The fields that no entry has had so far.
pub(super) struct Fields {
    content: Content,
    missing: Vec<String>,
    /// The members that the entries have instead.
    there: BTreeSet<String>,
    /// What is documented: an entry may have it, and need not.
    documented: Vec<String>,
}

impl Fields {
    pub fn new(list: &List<'_>, options: &Options) -> Self {
        let documented = list.columns.iter().chain(list.documented);
        let documented: Vec<String> = documented.map(|&name| name.to_owned()).collect();
        let mut missing = options.fields.clone().unwrap_or_default();
        // Readings have a fixed set, which `Columns` knows.
        missing.retain(|field| list.content != Content::Readings && !documented.contains(field));
        Self { content: list.content, missing, there: BTreeSet::new(), documented }
    }

    pub fn are_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Looks at one more entry.
    pub fn look(&mut self, entry: Entry<'_>) {
        if let (true, Entry::Pile(Pile(object)) | Entry::Record(object)) =
            (self.are_missing(), entry)
        {
            self.missing.retain(|field| !may_have(object, field));
            self.there.extend(object.keys().cloned());
        }
    }

    /// Fails where there were entries, and none of them had one of the fields.
    pub fn check(&self) -> Result<(), FormatError> {
        // Inside of a documented member that no entry has, anything may be.
        let is_wrong = |field: &&String| {
            let first = field.split('.').next().unwrap_or_default();
            self.there.contains(first) || !self.documented.iter().any(|name| name == first)
        };
        match self.missing.iter().find(is_wrong) {
            Some(field) if !self.there.is_empty() => {
                let known: BTreeSet<&String> = self.there.iter().chain(&self.documented).collect();
                let known = known.into_iter().cloned().collect();
                Err(FormatError::NoField { content: self.content, field: field.clone(), known })
            }
            _ => Ok(()),
        }
    }
}

/// Whether the object has the member, or nothing where the member would be.
fn may_have(object: &Map<String, Value>, path: &str) -> bool {
    if object.contains_key(path) {
        return true;
    }
    let Some((first, rest)) = path.split_once('.') else { return false };
    match object.get(first) {
        Some(Value::Object(inner)) => may_have(inner, rest),
        value => value.is_some_and(Value::is_null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::object;

    /// What becomes of these fields at these entries; the list's columns are `id` and `buyer`.
    fn checked(fields: &[&str], entries: &[&str]) -> Result<(), FormatError> {
        let fields = Some(fields.iter().map(|&field| field.to_owned()).collect());
        let list = List::of_records("orders", &["id", "buyer"]);
        let mut fields = Fields::new(&list, &Options { fields, ..Options::default() });
        for entry in entries {
            fields.look(Entry::Record(&object(entry)));
        }
        fields.check()
    }

    #[test]
    fn a_field_that_some_entry_has_or_may_have_is_right() {
        let entries = [r#"{"a":1}"#, r#"{"b":{"c":null},"d":null,"e.f":1}"#];
        let right = ["id", "buyer.city", "a", "b", "b.c", "b.c.x", "d", "d.x", "e.f"];
        assert_eq!(checked(&right, &entries), Ok(()));
        assert_eq!(checked(&["anything"], &[]), Ok(()));
    }

    #[test]
    fn a_field_that_no_entry_has_is_wrong_and_those_that_there_are_are_named() {
        let entries = [r#"{"a":1,"buyer":"x"}"#, r#"{"b":{"c":2}}"#];
        for wrong in ["z", "b.z", "a.z", "buyer.z", ""] {
            let error = checked(&["a", wrong], &entries).unwrap_err();
            let known = ["a", "b", "buyer", "id"].map(str::to_owned).to_vec();
            let (content, field) = (Content::Records, wrong.to_owned());
            assert_eq!(error, FormatError::NoField { content, field, known });
        }
    }
}
