//! `--jq`: a filter in the language of jq over a JSON answer (crate jaq).

use jaq_core::load::{self, Arena, File, Loader};
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

/// What jq has beside jaq's own definitions: rows of tables.
const MORE_DEFINITIONS: &str = r#"
def row(f; $name; $separator):
  if isarray then
    map(if isstring then f
        elif . == null then ""
        elif isnumber or isboolean then tostring
        else error("a value in the row cannot be formatted with @\($name)") end)
    | join($separator)
  else error("only a list can be formatted with @\($name)") end;
def @csv: row("\"" + (split("\"") | join("\"\"")) + "\""; "csv"; ",");
def @tsv: row(
  split("\\") | join("\\\\") | split("\t") | join("\\t")
  | split("\n") | join("\\n") | split("\r") | join("\\r"); "tsv"; "\t");
"#;

/// Applies `filter` to the JSON text in `input`; each result is given to `each`, strings without
/// quotes (as `jq -r`).
pub fn apply(filter: &str, input: &[u8], mut each: impl FnMut(&str)) -> Result<(), JqError> {
    let more = load::parse(MORE_DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(more);
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
        let row = r#"["a\"b,c",1.50,null,true,"x\ty\\"]"#;
        assert_eq!(results("@csv", row).unwrap(), ["\"a\"\"b,c\",1.50,,true,\"x\ty\\\""]);
        assert_eq!(results("@tsv", row).unwrap(), ["a\"b,c\t1.50\t\ttrue\tx\\ty\\\\"]);
        assert!(matches!(results("@csv", "[[1]]"), Err(JqError::Failed(_))));
        assert!(matches!(results("@csv", "1"), Err(JqError::Failed(_))));
        assert!(matches!(results(".spaces[", input), Err(JqError::Syntax(_))));
        assert!(matches!(results(".", "<html>"), Err(JqError::NotJson)));
        assert!(matches!(results(".spaces.x", input), Err(JqError::Failed(_))));
    }
}
