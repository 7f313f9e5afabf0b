//! Which program this is, its configuration file, and what it says of the providers.

use std::fs;

use crate::config::{ConfigError, client_variable};
use crate::context::Context;
use crate::error::{Error, Exit, Explain as _};
use crate::terminal::report::Finding;

pub fn check(context: &Context, fault: Option<&ConfigError>) -> Vec<Finding> {
    let mut found: Vec<Finding> = fault.map(broken).into_iter().collect();
    found.push(Finding::good("version", version()));
    if fault.is_none() {
        found.push(file(context));
    }
    found.extend(providers(context));
    found
}

/// `partnerlink 0.1.0 on Debian GNU/Linux 13 (trixie), linux x86_64`
pub fn version() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
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
        _ => "it cannot be used".to_owned(),
    };
    let text = format!("{error}; what follows goes without it");
    Finding::bad("config", text, error.meaning().hint, Exit::Usage).publicly(public)
}

fn unusable(name: &str, error: Error) -> Finding {
    Finding::bad("provider", error.why, error.hint, error.exit)
        .publicly(format!("{name} cannot be used"))
}

fn file(context: &Context) -> Finding {
    let path = context.settings.folders.config_file();
    #[cfg(unix)]
    if let Ok(meta) = path.metadata() {
        use std::os::unix::fs::MetadataExt as _;
        // Who can write it decides where tokens go.
        if meta.mode() & 0o002 != 0 {
            let mode = meta.mode() & 0o7777;
            let text = format!("others can write to {} (mode {mode:04o})", path.display());
            return Finding::warn("config", text, format!("chmod o-w '{}'", path.display()))
                .publicly(format!("others can write to it (mode {mode:04o})"));
        }
    }
    let state =
        if context.settings.file_exists { "is valid" } else { "is not there, and need not be" };
    Finding::good("config", format!("{} {state}", path.display())).publicly(format!("it {state}"))
}

fn providers(context: &Context) -> Vec<Finding> {
    let registry = match context.registry() {
        Ok(registry) => registry,
        Err(error) => return vec![unusable("one", error)],
    };
    let one = |name: &String| match context.provider(name) {
        Err(error) => unusable(name, error),
        Ok(provider) if provider.client_id.is_some() => {
            let variable = client_variable(name, "CLIENT_ID");
            let place = match context.settings.environment.client_id(name) {
                Some(_) if context.settings.sandbox.is_none() => format!(" ({variable})"),
                _ => String::new(),
            };
            Finding::good("provider", format!("{name} has a client ID{place}"))
        }
        Ok(_) => Finding::warn(
            "provider",
            format!("{name} has no client ID yet"),
            format!("partnerlink provider register {name}"),
        ),
    };
    registry.names().iter().map(one).collect()
}
