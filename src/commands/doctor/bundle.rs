//! The report for support, in one file that its owner can read before sending it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::configuration::version;
use super::redact::{Redactor, shortened, without_quotations};
use crate::clock::Clock as _;
use crate::config::Environment;
use crate::context::Context;
use crate::error::Error;
use crate::http::surroundings::proxy_variables;
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::report::Report;

const WHAT: &str = "could not write the report";
/// Values in the configuration that say nothing about anybody.
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

/// Begins before anything is looked at: a name that cannot be used is told at once.
pub fn begin(path: &Path, force: bool) -> Result<Bundle, Error> {
    let file = OutputFile::create(path, force).map_err(|error| Error::new(WHAT, &error))?;
    let as_json = path.extension().is_some_and(|end| end == "json");
    Ok(Bundle { file, as_json, place: path.display().to_string() })
}

impl Bundle {
    pub fn write(mut self, context: &Context, report: &Report) -> Result<(), Error> {
        let redactor = redactor(context);
        let made = context.clock.now().strftime("%Y-%m-%d %H:%M UTC").to_string();
        let broken = report.findings.iter().any(|f| f.name == "config" && f.mark == Mark::Bad);
        let (mut config, variables) = (configuration(context), variables(context));
        if broken {
            // What stands where a harmless value belongs need not be one.
            config.iter_mut().for_each(|(_, value)| "…".clone_into(value));
        }
        let mut report_for_others = Report::new(&context.output);
        report_for_others.findings = report.findings.clone();
        for finding in &mut report_for_others.findings {
            // What these quote is from a file or a variable.
            if matches!(finding.name, "config" | "provider") {
                finding.text = without_quotations(&finding.text);
            }
        }
        let text = if self.as_json || context.output.json {
            let mut object = json!({ "schema": 1, "made": made, "version": version() });
            object["report"] = report_for_others.object();
            let config = config.into_iter().map(|(name, value)| (name, Value::String(value)));
            object["config"] = Value::Object(config.collect());
            object["variables"] = json!(variables);
            redactor.value(&mut object);
            serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
        } else {
            let config: String =
                config.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
            redactor.text(&format!(
                "{}, {made}\n\n{}\nConfiguration\n{config}\nVariables that are set\n{}\n",
                version(),
                report_for_others.text(),
                variables.join("\n"),
            ))
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

/// `provider.zaehlerfreunde.client_id`, `abcd…` and so on; nothing of a file that cannot be read.
fn configuration(context: &Context) -> Vec<(String, String)> {
    fn walk(path: &str, table: &toml::Table, lines: &mut Vec<(String, String)>) {
        for (key, value) in table {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let value = match value {
                toml::Value::Table(table) => {
                    walk(&path, table, lines);
                    continue;
                }
                toml::Value::String(text) if HARMLESS.contains(&key.as_str()) => without_user(text),
                toml::Value::String(id) if key == "client_id" => shortened(id),
                toml::Value::Array(list) if HARMLESS.contains(&key.as_str()) => {
                    let texts = list.iter().filter_map(toml::Value::as_str).map(without_user);
                    texts.collect::<Vec<_>>().join(", ")
                }
                toml::Value::Boolean(yes) => yes.to_string(),
                toml::Value::Integer(number) if key.ends_with("_seconds") => number.to_string(),
                _ => "…".to_owned(),
            };
            lines.push((path, value));
        }
    }

    let mut lines = Vec::new();
    if context.settings.file_exists {
        let text = fs::read_to_string(context.settings.folders.config_file()).unwrap_or_default();
        match text.parse::<toml::Table>() {
            Ok(table) => walk("", &table, &mut lines),
            Err(_) => lines.push(("config.toml".into(), "cannot be read, and is left out".into())),
        }
    }
    lines
}

/// An address without its user, password and query.
fn without_user(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else { return text.to_owned() };
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
    let others = others.chain(proxy_variables(set)).map(str::to_owned);
    ours.chain(others).collect()
}

/// Whatever is known to be private on this machine.
fn redactor(context: &Context) -> Redactor {
    let mut redactor = Redactor::default();
    let environment = &context.settings.environment;
    for account in context.index.all() {
        for private in [account.who, account.subject].into_iter().flatten() {
            redactor.hide(&private, "…");
        }
        redactor.hide(&account.client_id, &shortened(&account.client_id));
    }
    for provider in super::machine::providers(context) {
        let id = provider.client_id.unwrap_or_default();
        redactor.hide(&id, &shortened(&id));
    }
    let home = crate::system::paths::home().unwrap_or_default();
    let user = home.file_name().map(|name| name.to_string_lossy().into_owned());
    redactor.hide(&home.to_string_lossy(), "~");
    let names =
        ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| environment.text(name));
    // `root` is nobody's name, and is in other words of the report; `home` of a test's, too.
    for name in names.chain(user).filter(|name| name != "root" && name != "home") {
        redactor.hide(&name, "USER");
    }
    if let Some(browser) = context.named_browser() {
        redactor.hide(browser.split_whitespace().next().unwrap_or_default(), "BROWSER");
        redactor.hide(&browser, "BROWSER");
    }
    if let Some(proxy) = &context.settings.network.proxy {
        let place = proxy.place();
        redactor.hide(place.split(':').next().unwrap_or_default(), "PROXY");
        redactor.hide(&place, "PROXY");
    }
    if let Some(file) = &context.settings.network.ca_file {
        redactor.hide(&file.to_string_lossy(), "CA-FILE");
    }
    hide_variables(environment, &mut redactor);
    redactor
}

fn hide_variables(environment: &Environment, redactor: &mut Redactor) {
    let ours = environment.own_variables().map(|name| name.to_string_lossy().into_owned());
    let files = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(str::to_owned);
    for name in ours.chain(files).filter(|name| name != "PARTNERLINK_STORE") {
        if let Some(value) = environment.text(&name) {
            redactor.hide(&value, &format!("${name}"));
        }
    }
}
