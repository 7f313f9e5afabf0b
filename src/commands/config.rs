use clap::Subcommand;
use serde_json::{Value, json};

use crate::config::edit::{Draft, quoted};
use crate::config::{ConfigError, Settings};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::provider::ProviderError;
use crate::provider::registry::{LookupError, nearest};
use crate::terminal::Mark;
use crate::text::printable;

const EXAMPLES: &str = "\
Examples:
  partnerlink config get store
  partnerlink config get provider.zaehlerfreunde.client_id
  partnerlink config set store file
  partnerlink config set provider.timberdata.default_scope \"aggregation woodlist\"

Keys: store, file_key, key_file, browser, ca_file, notify, provider.NAME.FIELD";

/// The settings that are not about one provider.
const KEYS: [&str; 6] = ["store", "file_key", "key_file", "browser", "ca_file", "notify"];

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
        #[arg(value_name = "KEY")]
        setting: String,
    },
    /// Write one setting into the configuration file; your own lines and comments stay
    #[command(after_help = EXAMPLES)]
    Set {
        #[arg(value_name = "KEY")]
        setting: String,
        value: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        let path = context.settings.folders.config_file();
        match self {
            Self::Get { setting } => get(context, &setting)?,
            Self::Set { setting, value } => set(context, &setting, &value)?,
            Self::Path => context.output.data(&path.display().to_string())?,
            Self::Show => {
                let settings = &context.settings;
                let file = if settings.file_exists { "" } else { " (not there: defaults)" };
                if context.output.json {
                    context.output.json(&json!({
                        "config_file": path,
                        "config_file_exists": settings.file_exists,
                        "state_folder": context.folders.state(),
                        "store": settings.store,
                        "file_key": settings.file_key,
                        "key_file": settings.key_file,
                        "browser": settings.browser,
                        "ca_file": settings.network.ca_file,
                        "proxy": proxy(settings),
                        "notify": settings.notify,
                    }))?;
                } else {
                    context.output.data(&format!(
                        "config file   {}{file}\nstate folder  {}\nstore         {}\nkey file      {} (file store only)\nbrowser       {}\nproxy         {}\nCA file       {}\nnotify        {}",
                        path.display(),
                        context.folders.state().display(),
                        settings.store,
                        settings.key_file.display(),
                        context.named_browser().as_deref().unwrap_or("the system's"),
                        proxy(settings).as_deref().unwrap_or("none"),
                        settings.network.ca_file.as_deref().map_or_else(
                            || "none but the system's".to_owned(),
                            |path| path.display().to_string()
                        ),
                        settings.notify.as_deref().unwrap_or("nobody"),
                    ))?;
                }
            }
        }
        Ok(0)
    }
}

/// Host and port of the proxy; what else its variable says may be a password.
fn proxy(settings: &Settings) -> Option<String> {
    settings.network.proxy.as_ref().map(|proxy| format!("{} ({})", proxy.place(), proxy.variable))
}

fn get(context: &Context, key: &str) -> Result<(), Failed> {
    let what = format!("could not get {key}");
    let value = match key.split('.').collect::<Vec<_>>()[..] {
        ["provider", name, field] => {
            let registry = &context.settings.registry;
            registry.value(name, field).map_err(|error| Error::new(&what, &error))?
        }
        [key] if KEYS.contains(&key) => effective(&context.settings, key),
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

fn effective(settings: &Settings, key: &str) -> Value {
    match key {
        "store" => json!(settings.store),
        "file_key" => json!(settings.file_key),
        "key_file" => json!(settings.key_file),
        "browser" => json!(settings.browser),
        "notify" => json!(settings.notify),
        _ => json!(settings.network.ca_file),
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
            let hint = "give it with `partnerlink provider setup NAME --client-secret-stdin`; have it \
                        replaced by the provider: it was in a command line";
            return Err(
                Error::usage(what, "a secret is not kept in the configuration", hint).into()
            );
        }
        ["provider", name, field] if [name, field].iter().all(|word| is_bare(word)) => {}
        [key] if KEYS.contains(&key) => {}
        _ => return Err(unknown(&what, key).into()),
    }
    let explain = |error: &dyn crate::error::Explain| Error::new(&what, error);
    let refused = |error: &dyn crate::error::Explain| {
        explain(error).with_hint("give it another value; nothing was written")
    };
    let mut draft =
        Draft::open(context.settings.folders.config_file()).map_err(|error| explain(&error))?;
    // A text, unless the setting wants something else: a number, a list, true.
    draft = with(&draft, &keys, &quoted(value))
        .or_else(|error| with(&draft, &keys, value).map_err(|_| error))
        .map_err(|error| match error {
            ConfigError::Syntax { nearest: None, .. } | ConfigError::Notify { .. } => {
                refused(&error)
            }
            error => explain(&error),
        })?;
    if let ["provider", name, _] = keys[..] {
        let registry = draft.registry().map_err(|error| explain(&error))?;
        match registry.get(name) {
            // A provider of one's own is described field by field.
            Ok(_) | Err(LookupError::Invalid(ProviderError::Missing { .. })) => {}
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

fn with(draft: &Draft, keys: &[&str], literal: &str) -> Result<Draft, ConfigError> {
    let mut draft = draft.clone();
    draft.set(keys, literal, "")?;
    Ok(draft)
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
