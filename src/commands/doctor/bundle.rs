//! The report for support, in one file that its owner can read before sending it. Nothing private is
//! put in: findings as they are for others, the names of settings and variables, and only values
//! that say nothing about anybody.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use toml::Table;

use super::configuration::version;
use crate::clock::Clock as _;
use crate::context::Context;
use crate::error::Error;
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::report::Findings;

const WHAT: &str = "could not write the report";
/// Settings whose values say nothing about anybody.
const HARMLESS: [&str; 15] = [
    "store",
    "file_key",
    "refresh",
    "refresh_scope",
    "request_format",
    "client_authentication",
    "basic_encoding",
    "default_scope",
    "audience",
    "authorize_url",
    "token_url",
    "revocation_url",
    "api_base",
    "issuers",
    "redirect_uris",
];

pub fn create(path: &Path, force: bool) -> Result<OutputFile, Error> {
    OutputFile::create(path, force).map_err(|error| Error::new(WHAT, &error))
}

pub fn write(
    mut file: OutputFile,
    path: &Path,
    context: &Context,
    findings: &Findings,
) -> Result<(), Error> {
    let made = context.clock.now().strftime("%Y-%m-%d %H:%M UTC").to_string();
    let settings = settings(context, findings);
    // Their names only: values can be secrets. Those of others are in the findings.
    let variables = context.settings.environment.own_variables();
    let variables: Vec<_> = variables.map(|name| name.to_string_lossy()).collect();
    let (version, findings) = (version(), findings.for_others());
    let text = if context.output.json || path.extension().is_some_and(|end| end == "json") {
        let object = json!({
            "schema": 1,
            "made": made,
            "version": version,
            "report": findings.object(),
            "config": settings,
            "variables": variables,
        });
        format!("{object:#}\n")
    } else {
        let lines = settings.iter().map(|(name, value)| format!("{name} = {value}\n"));
        format!(
            "{version}, {made}\n\n{}\nConfiguration\n{}\nVariables that are set\n{}\n",
            findings.text(),
            lines.collect::<String>(),
            variables.join("\n"),
        )
    };
    file.write_all(text.as_bytes()).map_err(|error| Error::io(WHAT, &error))?;
    file.finish().map_err(|error| Error::new(WHAT, &error))?;
    let text = format!(
        "{} has the lines above, the versions, the configuration without its private values, and \
         the names of variables. It has no token, no secret and no e-mail address, but the names \
         of your accounts and of this machine's programs: read it before you send it.",
        path.display()
    );
    context.output.say(Mark::Good, text);
    Ok(())
}

/// `provider.zaehlerfreunde.refresh` and so on; nothing of a file that cannot be read.
fn settings(context: &Context, findings: &Findings) -> Map<String, Value> {
    let text = fs::read_to_string(context.settings.folders.config_file()).unwrap_or_default();
    // In a broken file a secret may stand where a harmless value belongs.
    let mut bad = findings.list.iter().filter(|finding| finding.mark == Mark::Bad);
    let is_broken = bad.any(|finding| ["config", "provider"].contains(&finding.name));
    let mut settings = Map::new();
    add(&mut settings, "", &json!(text.parse::<Table>().unwrap_or_default()));
    if is_broken {
        settings.values_mut().for_each(|value| *value = "…".into());
    }
    settings
}

fn add(settings: &mut Map<String, Value>, above: &str, table: &Value) {
    for (key, value) in table.as_object().into_iter().flatten() {
        let name = format!("{above}{key}");
        let is_harmless = match value {
            Value::Object(_) => {
                add(settings, &format!("{name}."), value);
                continue;
            }
            Value::Bool(_) => true,
            Value::Number(_) => key.ends_with("_seconds"),
            // The query of an address may name somebody.
            _ => HARMLESS.contains(&key.as_str()) && !value.to_string().contains('?'),
        };
        settings.insert(name, if is_harmless { value.clone() } else { "…".into() });
    }
}
