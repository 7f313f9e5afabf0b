//! The report for support, in one file that its owner can read before sending it. Nothing private is
//! put in: findings as they are for others, the names of settings and variables, and only values
//! that say nothing about anybody.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use toml::{Table, Value as Setting};
use url::Url;

use super::configuration::version;
use crate::clock::Clock as _;
use crate::context::Context;
use crate::error::Error;
use crate::http::surroundings::proxy_variables;
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::report::Findings;

const WHAT: &str = "could not write the report";
/// Settings whose values say nothing about anybody.
const HARMLESS: [&str; 14] = [
    "store",
    "file_key",
    "refresh",
    "refresh_scope",
    "request_format",
    "client_authentication",
    "default_scope",
    "audience",
    "authorize_url",
    "token_url",
    "revocation_url",
    "api_base",
    "issuers",
    "redirect_uris",
];
/// Variables that others read too, and that change what we do.
const OTHERS: [&str; 10] = [
    "BROWSER",
    "CI",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "INVOCATION_ID",
    "SSH_CONNECTION",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
];

pub struct Bundle {
    file: OutputFile,
    as_json: bool,
    place: String,
}

impl Bundle {
    /// Creates the file before anything is checked, so that an unusable name is reported at once.
    pub fn begin(path: &Path, force: bool) -> Result<Self, Error> {
        let file = OutputFile::create(path, force).map_err(|error| Error::new(WHAT, &error))?;
        let as_json = path.extension().is_some_and(|end| end == "json");
        Ok(Self { file, as_json, place: path.display().to_string() })
    }

    pub fn write(mut self, context: &Context, findings: &Findings) -> Result<(), Error> {
        let made = context.clock.now().strftime("%Y-%m-%d %H:%M UTC").to_string();
        let (findings, variables) = (findings.for_others(), variables(context));
        let mut settings = settings(context);
        if findings.list.iter().any(|f| f.name == "config" && f.mark == Mark::Bad) {
            // In a broken file a secret may stand where a harmless value belongs.
            settings.values_mut().for_each(|value| *value = "…".into());
        }
        let text = if self.as_json || context.output.json {
            let object = json!({
                "schema": 1,
                "made": made,
                "version": version(),
                "report": findings.object(),
                "config": settings,
                "variables": variables,
            });
            format!("{object:#}\n")
        } else {
            let line = |(name, value): (&String, &Value)| {
                format!("{name} = {}\n", value.as_str().unwrap_or_default())
            };
            format!(
                "{}, {made}\n\n{}\nConfiguration\n{}\nVariables that are set\n{}\n",
                version(),
                findings.text(),
                settings.iter().map(line).collect::<String>(),
                variables.join("\n"),
            )
        };
        self.file.write_all(text.as_bytes()).map_err(|error| Error::io(WHAT, &error))?;
        self.file.finish().map_err(|error| Error::new(WHAT, &error))?;
        context.output.say(
            Mark::Good,
            format_args!(
                "{} has the lines above, the versions, the configuration without its private values, and \
                 the names of variables. It has no token, no secret and no e-mail address, but the names \
                 of your accounts and of this machine's programs: read it before you send it.",
                self.place
            ),
        );
        Ok(())
    }
}

/// `provider.zaehlerfreunde.store` and so on; nothing of a file that cannot be read.
fn settings(context: &Context) -> Map<String, Value> {
    let mut settings = Map::new();
    if context.settings.file_exists {
        let text = fs::read_to_string(context.settings.folders.config_file()).unwrap_or_default();
        match text.parse::<Table>() {
            Ok(table) => add(&mut settings, "", &table),
            Err(_) => {
                settings.insert("config.toml".into(), "cannot be read, and is left out".into());
            }
        }
    }
    settings
}

fn add(settings: &mut Map<String, Value>, above: &str, table: &Table) {
    for (key, value) in table {
        let is_harmless = HARMLESS.contains(&key.as_str());
        let told = match value {
            Setting::Table(table) => {
                add(settings, &format!("{above}{key}."), table);
                continue;
            }
            Setting::String(text) if is_harmless => without_user(text),
            Setting::Array(list) if is_harmless => {
                let texts = list.iter().filter_map(Setting::as_str).map(without_user);
                texts.collect::<Vec<_>>().join(", ")
            }
            Setting::Boolean(yes) => yes.to_string(),
            Setting::Integer(number) if key.ends_with("_seconds") => number.to_string(),
            _ => "…".to_owned(),
        };
        settings.insert(format!("{above}{key}"), told.into());
    }
}

/// An address without its user, password and query.
fn without_user(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.to_string()
}

/// Names only: values can be secrets.
fn variables(context: &Context) -> Vec<String> {
    let environment = &context.settings.environment;
    let set = |name: &str| environment.text(name);
    let others = OTHERS.into_iter().filter(|name| set(name).is_some());
    let ours = environment.own_variables().map(|name| name.to_string_lossy().into_owned());
    ours.chain(others.chain(proxy_variables(set)).map(str::to_owned)).collect()
}
