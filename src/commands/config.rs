use std::convert::Infallible;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::account_id::folded;
use crate::config::edit::{Draft, quoted};
use crate::config::{ConfigError, Settings};
use crate::context::Context;
use crate::error::{Error, Exit, Explain, Failed};
use crate::provider::ProviderError;
use crate::provider::registry::nearest;
use crate::store::vault;
use crate::terminal::{Mark, facts};
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink config get store
  partnerlink config get provider.zaehlerfreunde.client_id
  partnerlink config set store file
  partnerlink config set provider.timberdata.default_scope \"aggregation woodlist\"
  partnerlink config set provider.timberdata.sale_status.3 verkauft

Keys: store, file_key, key_file, browser, ca_file, notify, language, provider.NAME.FIELD
[vault] is written by hand: partnerlink help shared-store";

/// The settings that are not about one provider.
const KEYS: [&str; 7] =
    ["store", "file_key", "key_file", "browser", "ca_file", "notify", "language"];

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print where the configuration file is, or would be
    #[command(after_help = "Examples:\n  partnerlink config path")]
    Path,
    /// Show the settings that flags, environment and file add up to
    #[command(after_help = "Examples:\n  partnerlink config show --json")]
    Show,
    /// Print one setting as it works: the file's value, or the default
    #[command(after_help = EXAMPLES)]
    Get {
        #[arg(value_name = "KEY", value_parser = key)]
        setting: String,
    },
    /// Write one setting into the configuration file; your own lines and comments stay
    #[command(after_help = EXAMPLES)]
    Set {
        #[arg(value_name = "KEY", value_parser = key)]
        setting: String,
        value: String,
    },
}

/// A key, its provider's name however it is written.
fn key(text: &str) -> Result<String, Infallible> {
    let mut words: Vec<String> = text.split('.').map(str::to_owned).collect();
    if let [first, name, _, ..] = &mut words[..]
        && first == "provider"
    {
        *name = folded(name);
    }
    Ok(words.join("."))
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        let path = context.settings.folders.config_file();
        match self {
            Self::Get { setting } => get(context, &setting)?,
            Self::Set { setting, value } => set(context, &setting, &value)?,
            Self::Path => context.output.data(&path.display().to_string())?,
            Self::Show => show(context)?,
        }
        Ok(0)
    }
}

fn show(context: &Context) -> Result<(), Error> {
    let settings = &context.settings;
    let path = settings.folders.config_file();
    let state = context.folders.state();
    if context.output.json {
        let mut object = values(settings);
        object["config_file"] = json!(path);
        object["config_file_exists"] = json!(settings.file_exists);
        object["state_folder"] = json!(state);
        object["shared_store"] = json!(settings.vault.as_ref().map(shared));
        object["proxy"] = json!(proxy(settings));
        return context.output.json(&object);
    }
    let file = if settings.file_exists { "" } else { " (not there: defaults)" };
    let ca_file = settings.network.ca_file.as_ref().map(|path| path.display().to_string());
    let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    context.output.data(&facts(&[
        ("config file", format!("{}{file}", path.display())),
        ("state folder", state.display().to_string()),
        ("store", settings.store.to_string()),
        ("shared store", or(settings.vault.as_ref().map(shared), "none")),
        ("key file", format!("{} (file store only)", settings.key_file.display())),
        ("browser", or(context.named_browser(), "the system's")),
        ("proxy", or(proxy(settings), "none")),
        ("CA file", or(ca_file, "none but the system's")),
        ("notify", or(settings.notify.clone(), "nobody")),
        ("language", format!("{} (files and pictures for others)", settings.language().name())),
    ]))
}

/// The settings that are not about one provider, by their keys.
fn values(settings: &Settings) -> Value {
    json!({
        "store": settings.store,
        "file_key": settings.file_key,
        "key_file": settings.key_file,
        "browser": settings.browser,
        "ca_file": settings.network.ca_file,
        "notify": settings.notify,
        "language": settings.language(),
    })
}

/// Where the shared store is.
fn shared(vault: &vault::Settings) -> String {
    let addresses: Vec<&str> = vault.addresses.iter().map(|address| address.as_str()).collect();
    format!("{}, mount {}", addresses.join(" "), vault.mount)
}

/// Host and port of the proxy; what else its variable says may be a password.
fn proxy(settings: &Settings) -> Option<String> {
    let proxy = settings.network.proxy();
    proxy.map(|proxy| format!("{} ({})", proxy.place(), proxy.source.name()))
}

fn get(context: &Context, key: &str) -> Result<(), Failed> {
    let what = format!("could not get {key}");
    let value = match key.split('.').collect::<Vec<_>>()[..] {
        ["provider", name, field] => {
            let registry = &context.settings.registry;
            registry.value(name, field).map_err(|error| Error::new(&what, &error))?
        }
        ["provider", name, field, entry] => {
            let registry = &context.settings.registry;
            let table = registry.value(name, field).map_err(|error| Error::new(&what, &error))?;
            table.get(entry).cloned().unwrap_or_default()
        }
        [key] if KEYS.contains(&key) => values(&context.settings)[key].take(),
        _ => return Err(unknown(&what, key).into()),
    };
    let output = &context.output;
    if output.json {
        return Ok(output.json(&json!({ "key": key, "value": value }))?);
    }
    match &value {
        Value::Null => {
            output.say(Mark::Note, format_args!("{key} is not set"));
            Err(Failed::Told(Exit::Refused))
        }
        Value::Array(items) => {
            Ok(output.data(&items.iter().map(|item| line(item) + "\n").collect::<String>())?)
        }
        value => Ok(output.data(&line(value))?),
    }
}

fn line(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), printable)
}

fn set(context: &Context, key: &str, value: &str) -> Result<(), Failed> {
    let what = format!("could not set {key}");
    let keys: Vec<&str> = key.split('.').collect();
    match keys[..] {
        [.., "client_secret"] => {
            let name = if let ["provider", name, _] = keys[..] { name } else { "timberdata" };
            let hint = format!(
                "give it with `partnerlink provider setup {name} --client-secret-stdin`; have it \
                 replaced by the provider: it was in a command line"
            );
            return Err(
                Error::usage(what, "a secret is not kept in the configuration", hint).into()
            );
        }
        ["provider", _, _] | ["provider", _, _, _] if keys.iter().all(|word| is_bare(word)) => {}
        [key] if KEYS.contains(&key) => {}
        _ => return Err(unknown(&what, key).into()),
    }
    let explain = |error: &dyn Explain| Error::new(&what, error);
    let refused = |error: &dyn Explain| {
        explain(error).with_hint("give it another value; nothing was written")
    };
    let draft =
        Draft::open(context.settings.folders.config_file()).map_err(|error| explain(&error))?;
    // A text, unless the setting wants something else: a number, a list, true.
    let draft = draft
        .with(&keys, &quoted(value), "")
        .or_else(|error| draft.with(&keys, value, "").map_err(|_| error))
        .map_err(|error| match error {
            ConfigError::Syntax { nearest: None, .. } | ConfigError::Notify { .. } => {
                refused(&error)
            }
            error => explain(&error),
        })?;
    if let ["provider", name, ..] = keys[..] {
        let registry = draft.registry().map_err(|error| explain(&error))?;
        match registry.get(name) {
            // A provider of one's own is described field by field.
            Ok(_) | Err(ProviderError::Missing { .. } | ProviderError::NotCompleted { .. }) => {}
            Err(error) => return Err(refused(&error).into()),
        }
    }
    let changed = draft.is_changed();
    if changed {
        draft.save().map_err(|error| explain(&error))?;
    }
    if context.output.json {
        context.output.json(&json!({ "key": key, "changed": changed }))?;
    }
    let text = if changed { "is set" } else { "is set like that already" };
    context.output.say(Mark::Good, format_args!("{key} {text}"));
    Ok(())
}

fn is_bare(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn unknown(what: &str, key: &str) -> Error {
    let hint = match nearest(key, KEYS.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("there are: {}, provider.NAME.FIELD", KEYS.join(", ")),
    };
    Error::usage(what, "there is no such setting", hint)
}
