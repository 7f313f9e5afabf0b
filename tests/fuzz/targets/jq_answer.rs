//! An answer under `--jq`: what is JSON to one reader is the same to the other.

use partnerlink::jq::{self, JqError};
use serde_json::Value;

/// Filters as people use them, which all come to an end.
const FILTERS: [&str; 7] = [
    "..",
    "to_entries? // .",
    "[.[]?] | length",
    "paths",
    "try @csv catch .",
    "try (map(tostring) | @tsv) catch .",
    "walk(if type == \"object\" then del(.id) else . end)",
];

pub fn check(input: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(input) {
        let shown = results("[.]", input).expect("JSON is read");
        let [shown] = &shown[..] else { panic!("{} results of one", shown.len()) };
        let again: Value = serde_json::from_str(shown).expect("JSON is shown");
        assert!(is_same(&again[0], &value), "{value} became {shown}");
    }
    // One at a time: they cost more than the answer.
    let filter = FILTERS[input.len() % FILTERS.len()];
    match results(filter, input) {
        Ok(_) | Err(JqError::NotJson | JqError::TooDeep | JqError::Failed(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

fn results(filter: &str, input: &[u8]) -> Result<Vec<String>, JqError> {
    let mut all = Vec::new();
    jq::apply(filter, &[input], |result| all.push(result.to_owned()))?;
    Ok(all)
}

/// Members in any order; numbers by their worth.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value)| other.get(name).is_some_and(|it| is_same(value, it));
            one.len() == other.len() && one.iter().all(same)
        }
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}
