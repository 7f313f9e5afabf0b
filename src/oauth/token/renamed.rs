//! Token endpoints that are no RFC 6749 by the names of their members alone.

use std::collections::BTreeMap;

use super::Answer;
use super::members::Members;
use crate::oauth::error::decoded;
use crate::secret::Secret;

/// The answer with RFC 6749's names. `names`: what each is called at this provider. One that cannot
/// be read stays as it is, and whoever reads it says why.
pub fn renamed(mut answer: Answer, names: &BTreeMap<String, String>) -> Answer {
    let text = decoded(answer.body.expose()).into_owned();
    let (members, Ok(())) = Members::read(&text) else { return answer };
    let standard = |own: &str| {
        let found = names.iter().find(|(_, name)| *name == own && !own.is_empty());
        found.map(|(name, _)| name)
    };
    // Room at once: what is outgrown is not wiped, and may hold a token.
    let mut json = String::with_capacity(2 * text.len() + 1024);
    for (own, value) in members.iter() {
        json.push(if json.is_empty() { '{' } else { ',' });
        let name = standard(own).map_or(own, String::as_str);
        json += &serde_json::Value::from(name).to_string();
        json.push(':');
        json += value;
    }
    if !json.is_empty() {
        json.push('}');
        answer.body = Secret::new(json.into_bytes());
    }
    drop(Secret::new(text));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed_text(body: &str) -> String {
        let body = Secret::new(body.as_bytes().to_vec());
        let answer = Answer { status: 200, retry_after: None, date: None, body };
        let names = [("access_token", "accessToken"), ("grant_type", "")];
        let names = names.map(|(name, own)| (name.to_owned(), own.to_owned()));
        let answer = renamed(answer, &names.into());
        String::from_utf8(answer.body.expose().clone()).unwrap()
    }

    #[test]
    fn own_names_become_those_of_the_rfc_and_everything_else_stays() {
        for (before, after) in [
            (
                r#"{"accessToken": "a\"b", "x": [1, {"accessToken": 2}]}"#,
                r#"{"access_token":"a\"b","x":[1, {"accessToken": 2}]}"#,
            ),
            (r#"{"error": "no", "": 1}"#, r#"{"error":"no","":1}"#),
            // What came twice is still seen to have come twice.
            (
                r#"{"accessToken":"a","accessToken":"b"}"#,
                r#"{"access_token":"a","access_token":"b"}"#,
            ),
        ] {
            assert_eq!(renamed_text(before), after);
        }
        for body in ["", "{}", "<html>", r#"{"accessToken":"#, "[1]"] {
            assert_eq!(renamed_text(body), body, "told by whoever reads it");
        }
    }
}
