//! `--jq`: a filter in the language of jq over a JSON answer (crate jaq).

use std::{io, panic, thread};

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data};
use jaq_json::{Val, read};

/// Levels of lists and objects that an answer may have: as many as jq itself takes.
const MAX_DEPTH: usize = 10_000;
/// Bytes of a filter: far more than anybody types.
const MAX_FILTER: usize = 16 << 10;
/// Bytes of all results together, so that a filter without end takes no more memory than this.
const MAX_RESULTS: usize = 64 << 20;
/// Bytes of stack: jaq goes as deep as filter and answer are. Only what is used of it is taken.
const STACK: usize = 512 << 20;

/// Why a filter gives nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum JqError {
    #[error("the filter has more than {} KiB", MAX_FILTER >> 10)]
    TooLong,
    #[error("{0:?} is no filter that jq understands")]
    Syntax(String),
    #[error("the filter gives more than {} MiB", MAX_RESULTS >> 20)]
    TooMuch,
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("there is no memory for it: {0}")]
    NoMemory(#[from] io::Error),
    #[error("the filter failed: {0}")]
    Failed(String),
    /// It would end the process, with an exit code that means something else here.
    #[error("the filter asks for a halt, which is not for filters here")]
    Halt,
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

/// Applies `filter` to one JSON text after another; each result is given to `each`, strings without
/// quotes (as `jq -r`).
///
/// A filter that calls itself without end takes all of the stack, and ends the process: jaq has no
/// limit of its own.
pub fn apply(filter: &str, inputs: &[&[u8]], each: impl FnMut(&str) + Send) -> Result<(), JqError> {
    if filter.len() > MAX_FILTER {
        return Err(JqError::TooLong);
    }
    if inputs.iter().any(|input| depth(input) > MAX_DEPTH) {
        return Err(JqError::TooDeep);
    }
    thread::scope(|scope| {
        let work = || run(filter, inputs, each);
        let running = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        running.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    })
}

/// How many lists and objects stand within each other at most.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn run(filter: &str, inputs: &[&[u8]], mut each: impl FnMut(&str)) -> Result<(), JqError> {
    let more = load::parse(MORE_DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(more);
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let syntax = || JqError::Syntax(filter.to_owned());
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: filter, path: () })
        .map_err(|_| syntax())?;
    let filter = Compiler::default().with_funs(functions).compile(modules).map_err(|_| syntax())?;
    let mut left = MAX_RESULTS;
    for input in inputs {
        let input = read::parse_single(input).map_err(|_| JqError::NotJson)?;
        let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
        for result in filter.id.run((context, input)) {
            let text = match result {
                Ok(Val::TStr(text)) => String::from_utf8_lossy(&text).into_owned(),
                Ok(value) => value.to_string(),
                Err(end) => {
                    let error = end.get_err().map_err(|_| JqError::Halt)?;
                    return Err(JqError::Failed(error.to_string()));
                }
            };
            left = left.checked_sub(text.len() + 1).ok_or(JqError::TooMuch)?;
            each(&text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(filter: &str, input: &str) -> Result<Vec<String>, JqError> {
        let mut all = Vec::new();
        apply(filter, &[input.as_bytes()], |result| all.push(result.to_owned()))?;
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
        assert!(matches!(results("repeat(\"x\" * 1000000)", "1"), Err(JqError::TooMuch)));
        assert!(matches!(results(".spaces[", input), Err(JqError::Syntax(_))));
        assert!(matches!(results(".", "<html>"), Err(JqError::NotJson)));
        assert!(matches!(results(".spaces.x", input), Err(JqError::Failed(_))));
        for halt in ["halt", "1, halt(4)", "halt_error"] {
            assert!(matches!(results(halt, input), Err(JqError::Halt)), "{halt}");
        }
    }

    #[test]
    fn neither_a_deep_answer_nor_a_deep_filter_takes_more_stack_than_there_is() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        for filter in [".", "walk(.)", "def f: if . == [] then 0 else 1 + (.[0] | f) end; f"] {
            assert_eq!(results(filter, &nested(MAX_DEPTH)).unwrap().len(), 1, "{filter}");
        }
        assert!(matches!(results(".", &nested(MAX_DEPTH + 1)), Err(JqError::TooDeep)));
        let text = format!("\"{}\\\"[\"", nested(MAX_DEPTH + 1));
        assert_eq!(results("length", &text).unwrap(), ["20004"]);
        for (before, after) in [("[", "]"), ("(", ")"), ("-", ""), ("1+", ""), (".|", "")] {
            let times = MAX_FILTER / 2 - 1;
            let filter = before.repeat(times) + "1" + &after.repeat(times);
            assert_eq!(results(&filter, "1").unwrap().len(), 1, "{before}");
        }
        assert!(matches!(results(&"[".repeat(100_000), "1"), Err(JqError::TooLong)));
    }
}
