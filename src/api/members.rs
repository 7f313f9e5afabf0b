//! The documented members of an answer's objects. One that is missing or null is empty, one that
//! is not listed here is carried through, and one of another type is an error that names it.

use std::fmt;

use serde_json::Value;

use super::list::Entry;

/// What the providers' pages say of a member's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberType {
    Text,
    Number,
    Flag,
    List,
    Object,
    /// The page names the member and not its type: anything but a list or an object.
    Scalar,
    /// The page shows something that may be a name or an object with a name.
    Named,
}

/// Members by their type, their names with blanks between.
pub type Members<'a> = &'a [(MemberType, &'a str)];

/// Says which member is wrong: `name is a number and not text`.
pub fn check(entry: &Entry, members: Members) -> Result<(), String> {
    for (documented, names) in members {
        for name in names.split_whitespace() {
            if let Some(value) = entry.get(name).filter(|value| !documented.fits(value)) {
                return Err(format!("{name} is {} and not {documented}", type_of(value)));
            }
        }
    }
    Ok(())
}

impl MemberType {
    fn fits(self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(_) => matches!(self, Self::Text | Self::Scalar | Self::Named),
            Value::Number(_) => matches!(self, Self::Number | Self::Scalar | Self::Named),
            Value::Bool(_) => matches!(self, Self::Flag | Self::Scalar),
            Value::Array(_) => self == Self::List,
            Value::Object(_) => matches!(self, Self::Object | Self::Named),
        }
    }
}

impl fmt::Display for MemberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Scalar => "a single value",
            Self::Named => "a name or an object",
        })
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: Members = &[
        (MemberType::Text, "name"),
        (MemberType::Number, "volume"),
        (MemberType::Flag, "main"),
        (MemberType::List, "types"),
        (MemberType::Object, "group"),
        (MemberType::Scalar, "id"),
        (MemberType::Named, "area"),
    ];

    fn checked(text: &str) -> Result<(), String> {
        check(&serde_json::from_str(text).unwrap(), MEMBERS)
    }

    #[test]
    fn what_is_missing_null_or_not_documented_is_fine() {
        for text in [
            "{}",
            r#"{"name":null,"volume":null,"types":null,"id":null}"#,
            r#"{"name":"x","volume":1.5,"main":true,"types":[],"group":{},"id":7,"more":[{}]}"#,
            r#"{"id":"7","area":"Nord"}"#,
            r#"{"area":{"name":"Nord"}}"#,
        ] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn another_type_is_named() {
        for (text, why) in [
            (r#"{"name":5}"#, "name is a number and not text"),
            (r#"{"volume":"5"}"#, "volume is text and not a number"),
            (r#"{"main":1}"#, "main is a number and not true or false"),
            (r#"{"types":{}}"#, "types is an object and not a list"),
            (r#"{"group":"x"}"#, "group is text and not an object"),
            (r#"{"id":[1]}"#, "id is a list and not a single value"),
            (r#"{"area":[]}"#, "area is a list and not a name or an object"),
        ] {
            assert_eq!(checked(text), Err(why.to_owned()));
        }
    }
}
