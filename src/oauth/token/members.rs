//! The members of a token answer, as far as each can be known without doubt: what stands in front
//! of a fault was meant, and a member that comes twice is known where both say the same.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Name and text of each member, in the order in which they came; repeated ones too. Nothing is
/// copied: most of them are secrets.
pub(super) struct Members<'a>(Vec<(String, &'a RawValue)>);

/// What an answer says under one name.
pub(super) enum Known<T> {
    /// Nothing, or null.
    Absent,
    One(T),
    /// Two different things, or something of another type.
    Doubtful,
}

impl<T> Known<T> {
    pub(super) fn one(self) -> Option<T> {
        if let Self::One(value) = self { Some(value) } else { None }
    }
}

impl<'a> Members<'a> {
    /// The members up to the first fault, and the fault.
    pub(super) fn read(text: &'a str) -> (Self, serde_json::Result<()>) {
        let mut members = Vec::new();
        let mut input = serde_json::Deserializer::from_str(text);
        let fault = input.deserialize_map(Collect(&mut members)).and_then(|()| input.end());
        (Self(members), fault)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.get()))
    }

    pub(super) fn get<T: Deserialize<'a>>(&self, name: &str) -> Known<T> {
        let values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.get());
        let mut values = values.filter(|value| *value != "null");
        let Some(value) = values.next() else { return Known::Absent };
        match serde_json::from_str(value) {
            Ok(one) if values.all(|other| other == value) => Known::One(one),
            _ => Known::Doubtful,
        }
    }
}

struct Collect<'m, 'a>(&'m mut Vec<(String, &'a RawValue)>);

impl<'a> Visitor<'a> for Collect<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Option<String> {
        Members::read(text).0.get("a").one()
    }

    #[test]
    fn a_member_is_known_where_nothing_contradicts_it() {
        for text in [
            r#"{"a":"x"}"#,
            r#"{"a":"x","b":1,"a":"x"}"#,
            r#"{"a":null,"a":"x"}"#,
            r#"{"b":{"a":"y"},"a":"x","c":NaN}"#,
            r#"{"a":"x","#,
            r#"{"a":"x"} and more"#,
        ] {
            assert_eq!(known(text).as_deref(), Some("x"), "{text}");
        }
        for text in ["", "{}", r#"{"a":null}"#, r#"{"a":"x","a":"y"}"#, r#"{"a":5}"#, r#"{"a":"x"#]
        {
            assert_eq!(known(text), None, "{text}");
        }
        assert!(Members::read(r#"{"a":"x"} and more"#).1.is_err());
        assert!(Members::read(r#"{"a":"x","a":"y"}"#).1.is_ok());
    }
}
