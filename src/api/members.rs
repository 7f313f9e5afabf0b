//! The documented members of an answer's objects. One that is missing or null is empty, one that
//! is not listed here is carried through, and one of another type is carried too, and named.

use serde_json::{Number, Value};

use super::list::Entry;

/// What the providers' pages say of a member's type.
#[derive(Debug)]
pub struct MemberType {
    name: &'static str,
    /// The types of values that fit, as [`type_of`] names them.
    values: &'static [&'static str],
}

pub const TEXT: MemberType = MemberType { name: "text", values: &["text"] };
pub const NUMBER: MemberType = MemberType { name: "a number", values: &["a number"] };
pub const FLAG: MemberType = MemberType { name: "true or false", values: &["true or false"] };
pub const LIST: MemberType = MemberType { name: "a list", values: &["a list"] };
pub const OBJECT: MemberType = MemberType { name: "an object", values: &["an object"] };
/// The page names the member and not its type: anything but a list or an object.
pub const SCALAR: MemberType =
    MemberType { name: "a single value", values: &["text", "a number", "true or false"] };
/// The page shows something that may be a name or an object with a name.
pub const NAMED: MemberType =
    MemberType { name: "a name or an object", values: &["text", "a number", "an object"] };

/// Members by their type, their names with blanks between.
pub type Members<'a> = &'a [(MemberType, &'a str)];

/// Names the first member that is wrong: `name is a list and not text`. A number may come as text,
/// as servers write decimals that must not lose a digit; it becomes the number that it is. And a
/// number where a text is documented, an id as a rule, becomes the text that it is.
pub fn check(entry: &mut Entry, members: Members) -> Result<(), String> {
    let mut wrong = Ok(());
    for (documented, names) in members {
        for name in names.split_whitespace() {
            let Some(value) = entry.get_mut(name) else { continue };
            match documented.name {
                name if name == NUMBER.name => take_number(value),
                name if name == TEXT.name => take_text(value),
                _ => {}
            }
            let found = type_of(value);
            if found != "null" && !documented.values.contains(&found) {
                wrong = wrong.and(Err(format!("{name} is {found} and not {}", documented.name)));
            }
        }
    }
    wrong
}

fn take_text(value: &mut Value) {
    if let Value::Number(number) = &*value {
        *value = Value::String(number.to_string());
    }
}

/// Makes a number of text that is one; of an empty text, nothing.
fn take_number(value: &mut Value) {
    let Value::String(text) = &*value else { return };
    if text.trim().is_empty() {
        *value = Value::Null;
    } else if let Ok(number) = text.trim().parse::<Number>() {
        *value = Value::Number(number);
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
        (TEXT, "name"),
        (NUMBER, "volume"),
        (FLAG, "main"),
        (LIST, "types"),
        (OBJECT, "group"),
        (SCALAR, "id"),
        (NAMED, "area"),
    ];

    fn checked(text: &str) -> Result<(), String> {
        check(&mut serde_json::from_str(text).unwrap(), MEMBERS)
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
    fn a_number_that_comes_as_text_is_a_number_with_its_digits() {
        for (text, expected) in [("\"10.50\"", "10.50"), ("\" 7\"", "7"), ("\"\"", "null")] {
            let mut entry: Entry = serde_json::from_str(&format!("{{\"volume\":{text}}}")).unwrap();
            assert_eq!(check(&mut entry, MEMBERS), Ok(()));
            assert_eq!(entry["volume"].to_string(), expected);
        }
    }

    #[test]
    fn a_number_where_a_text_belongs_is_that_text() {
        for (text, expected) in [("5", "5"), ("7.50", "7.50"), ("\"05\"", "05")] {
            let mut entry: Entry = serde_json::from_str(&format!("{{\"name\":{text}}}")).unwrap();
            assert_eq!(check(&mut entry, MEMBERS), Ok(()));
            assert_eq!(entry["name"], expected);
        }
    }

    #[test]
    fn another_type_is_named() {
        for (text, why) in [
            (r#"{"name":[5],"volume":true}"#, "name is a list and not text"),
            (r#"{"volume":"5 Fm"}"#, "volume is text and not a number"),
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
