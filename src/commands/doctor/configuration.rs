//! Which program this is, its configuration file, and what it says of the providers.

use std::fs;

use crate::config::{ConfigError, client_variable};
use crate::context::Context;
use crate::error::{Error, Exit, Explain as _};
use crate::flow::origins;
use crate::provider::Provider;
use crate::system::paths::PathError;
use crate::terminal::report::Finding;

/// Every provider, or why it cannot be used.
pub fn providers(context: &Context) -> Vec<Result<Provider, Error>> {
    match context.registry() {
        Ok(registry) => registry.names().iter().map(|name| context.provider(name)).collect(),
        Err(error) => vec![Err(error)],
    }
}

pub fn check(
    context: &Context,
    fault: Option<&ConfigError>,
    providers: &[Result<Provider, Error>],
) -> Vec<Finding> {
    let version = Finding::good("version", version());
    let mut found = match fault {
        Some(error) => vec![broken(error), version],
        None => vec![version, file(context)],
    };
    found.extend(providers.iter().map(|provider| registered(context, provider)));
    found.extend(moved(context, providers));
    found
}

/// `partnerlink 0.1.0 on Debian GNU/Linux 13 (trixie), linux x86_64`
pub fn version() -> String {
    // To Windows it would be a file on whatever drive this is: that of wine's host, or anybody's.
    let release = if cfg!(windows) { "" } else { "/etc/os-release" };
    let release = fs::read_to_string(release).unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or("this system", |name| name.trim_matches(['"', '\'']));
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("partnerlink {} on {name}, {os} {arch}", env!("CARGO_PKG_VERSION"))
}

fn broken(error: &ConfigError) -> Finding {
    let public = match error {
        ConfigError::Syntax { line, .. } => format!("line {line} of the file is wrong"),
        ConfigError::Variable { name, .. } => format!("the variable {name} is wrong"),
        ConfigError::Others { others, .. } => format!("the file {others}"),
        ConfigError::Folders(PathError::Others { others, .. }) => format!("a folder {others}"),
        ConfigError::NotText { why, .. } => format!("the file {why}"),
        _ => "it cannot be used".to_owned(),
    };
    let text = format!("{error}; what follows goes without it");
    let meaning = error.meaning();
    Finding::bad("config", text, meaning.hint, meaning.exit).publicly(public)
}

fn file(context: &Context) -> Finding {
    let path = context.settings.folders.config_file();
    let state =
        if context.settings.file_exists { "is valid" } else { "is not there, and need not be" };
    Finding::good("config", format!("{} {state}", path.display())).publicly(format!("it {state}"))
}

/// The accounts that were connected with other addresses than those that are configured now.
fn moved(context: &Context, providers: &[Result<Provider, Error>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for account in context.index.all() {
        let its = |provider: &&Provider| provider.name == account.account.provider();
        let Some(provider) = providers.iter().flatten().find(its) else { continue };
        found.extend(origins::changes(&account, provider).map(|change| {
            let text = format!("{}: {change}; nothing is sent there", account.account);
            let remedy = format!(
                "correct the configuration; if it is right: partnerlink connect {}",
                account.account
            );
            Finding::bad("provider", text, remedy, Exit::Usage)
                .publicly("an address is not the one that an account was connected with")
        }));
    }
    found
}

fn registered(context: &Context, provider: &Result<Provider, Error>) -> Finding {
    let provider = match provider {
        Ok(provider) => provider,
        Err(Error { what, why, hint, exit, .. }) => {
            return Finding::bad("provider", why, hint, *exit).publicly(what);
        }
    };
    let name = &provider.name;
    if provider.client_id.is_none() {
        let remedy = format!("partnerlink provider register {name}");
        return Finding::warn("provider", format!("{name} has no client ID yet"), remedy);
    }
    let settings = &context.settings;
    let by_variable = settings.sandbox.is_none() && settings.environment.client_id(name).is_some();
    let by = by_variable.then(|| format!(" ({})", client_variable(name, "CLIENT_ID")));
    let by = by.unwrap_or_default();
    Finding::good("provider", format!("{name} has a client ID{by}"))
}
