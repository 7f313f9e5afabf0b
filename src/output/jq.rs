//! `--jq`: a filter in the language of jq over a JSON answer (crate jaq).

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

#[derive(Debug, thiserror::Error)]
pub enum JqError {
    #[error("{0:?} is no filter that jq understands")]
    Syntax(String),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the filter failed: {0}")]
    Failed(String),
}

/// Applies `filter` to the JSON text in `input`; each result is given to `each`, strings without
/// quotes (as `jq -r`).
pub fn apply(filter: &str, input: &[u8], mut each: impl FnMut(&str)) -> Result<(), JqError> {
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let syntax = || JqError::Syntax(filter.to_owned());
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: filter, path: () })
        .map_err(|_| syntax())?;
    let filter = Compiler::default().with_funs(functions).compile(modules).map_err(|_| syntax())?;
    let input = read::parse_single(input).map_err(|_| JqError::NotJson)?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    for result in filter.id.run((context, input)).map(unwrap_valr) {
        match result {
            Ok(Val::TStr(text)) => each(&String::from_utf8_lossy(&text)),
            Ok(value) => each(&value.to_string()),
            Err(error) => return Err(JqError::Failed(error.to_string())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(filter: &str, input: &str) -> Result<Vec<String>, JqError> {
        let mut all = Vec::new();
        apply(filter, input.as_bytes(), |result| all.push(result.to_owned()))?;
        Ok(all)
    }

    #[test]
    fn filters_as_jq_users_write_them() {
        let input = r#"{"spaces":[{"id":"a","n":1.50},{"id":"b","n":12345678901234567890}]}"#;
        assert_eq!(results(".spaces[].id", input).unwrap(), ["a", "b"]);
        assert_eq!(results(".spaces | length", input).unwrap(), ["2"]);
        assert_eq!(
            results(".spaces[] | select(.id==\"b\") | .n", input).unwrap(),
            ["12345678901234567890"]
        );
        assert!(matches!(results(".spaces[", input), Err(JqError::Syntax(_))));
        assert!(matches!(results(".", "<html>"), Err(JqError::NotJson)));
        assert!(matches!(results(".spaces.x", input), Err(JqError::Failed(_))));
    }
}
