//! The environment: the only code that reads it, and the meaning of every variable.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::ValueEnum as _;

use super::{ConfigError, SandboxChoice};
use crate::http::proxy::{Found, Proxies, ProxySetting, Source};
use crate::input;
use crate::language::Language;
use crate::secret::Secret;
use crate::system;
use crate::system::paths::Folders;
use crate::system::process::Surroundings;

/// Every variable of ours begins with this; children never inherit one.
const PREFIX: &str = "PARTNERLINK_";

/// A picture of the environment, taken once at the start.
#[derive(Clone, Default)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_this_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// An environment of these variables alone.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The same with these instead of its own, or beside them.
    pub fn with(mut self, variables: Vec<(String, String)>) -> Self {
        for (name, value) in variables {
            self = self.without(&name);
            self.0.push((name.into(), value.into()));
        }
        self
    }

    /// A variable's text; `None` when unset, empty, or not Unicode.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.to_str().map(str::to_owned)
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    fn get(&self, name: &str) -> Option<&OsString> {
        let found = self.0.iter().find(|(other, _)| is_named(other, name));
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| !is_named(other, name));
        self
    }

    /// The sandbox that `PARTNERLINK_SANDBOX` chooses, or the flag.
    pub(super) fn sandbox(&self, flag: bool) -> Result<Option<SandboxChoice>, ConfigError> {
        match self.text("PARTNERLINK_SANDBOX").as_deref() {
            Some(address) if address.starts_with("http://127.0.0.1:") => {
                Ok(Some(SandboxChoice::At(address.trim_end_matches('/').to_owned())))
            }
            Some("1") => Ok(Some(SandboxChoice::Embedded)),
            None | Some("" | "0") => Ok(flag.then_some(SandboxChoice::Embedded)),
            Some(other) => {
                Err(ConfigError::Variable { name: "PARTNERLINK_SANDBOX", value: other.to_owned() })
            }
        }
    }

    /// What `PARTNERLINK_LANGUAGE` names.
    pub(super) fn named_language(&self) -> Result<Option<Language>, ConfigError> {
        let wrong = |value| ConfigError::Variable { name: "PARTNERLINK_LANGUAGE", value };
        let named = self.text("PARTNERLINK_LANGUAGE");
        named.map(|name| Language::from_str(&name, true).map_err(|_| wrong(name))).transpose()
    }

    /// What is spoken here: the first of POSIX's variables for messages, else the system's setting.
    pub(super) fn language(&self) -> Language {
        let named = self.text("LC_ALL").or_else(|| self.text("LC_MESSAGES"));
        let named = named.or_else(|| self.text("LANG"));
        named
            .or_else(locale_of_system)
            .map_or_else(Language::default, |it| Language::of_locale(&it))
    }

    /// `PARTNERLINK_<PROVIDER>_CLIENT_ID`
    pub fn client_id(&self, provider: &str) -> Option<String> {
        self.text(&client_variable(provider, "CLIENT_ID")).map(|id| input::word(&id))
    }

    /// `PARTNERLINK_<PROVIDER>_CLIENT_SECRET`
    pub fn client_secret(&self, provider: &str) -> Option<Secret> {
        let text = self.text(&client_variable(provider, "CLIENT_SECRET"))?;
        Some(Secret::new(input::word(&text)))
    }

    /// The proxy for https addresses: the variables', else the system's. In capitals or small, the
    /// capitals first; `HTTP_PROXY` is not among them, since nothing goes elsewhere without TLS.
    pub fn proxies(&self) -> Proxies {
        const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let named = NAMES.iter().find_map(|name| Some((*name, self.path(name)?)));
        let exempt = self.text("NO_PROXY").or_else(|| self.text("no_proxy")).unwrap_or_default();
        match (named, system::proxy::SETTINGS) {
            (Some((name, value)), _) => {
                let value = Secret::from(&*value.to_string_lossy());
                Proxies::of(ProxySetting { source: Source::Variable(name), value, exempt })
            }
            (None, Some(settings)) => Proxies::new(move || of_settings(settings, &exempt)),
            (None, None) => Proxies::default(),
        }
    }

    /// `PARTNERLINK_ACCESS_TOKEN`, and the account that `PARTNERLINK_ACCESS_TOKEN_FOR` says it is of.
    pub fn access_token(&self) -> Option<(Secret, Option<String>)> {
        let token = self.text("PARTNERLINK_ACCESS_TOKEN").map(Secret::new)?;
        Some((token, self.text("PARTNERLINK_ACCESS_TOKEN_FOR")))
    }

    pub fn passphrase(&self) -> Option<Secret> {
        self.text("PARTNERLINK_PASSPHRASE").map(Secret::new)
    }

    /// The file with the key of the sealed files that systemd hands to its service.
    pub fn systemd_credential(&self) -> Option<PathBuf> {
        self.credential("partnerlink-key")
    }

    /// What systemd hands to its service by this name.
    pub(super) fn credential(&self, name: &str) -> Option<PathBuf> {
        self.path("CREDENTIALS_DIRECTORY").map(|folder| folder.join(name))
    }

    /// A variable that users of OpenBao and Vault have, by its whole name.
    pub(super) fn vault_variable(&self, name: &str) -> Option<(&'static str, String)> {
        const NAMES: [&str; 8] = [
            "BAO_ADDR",
            "VAULT_ADDR",
            "BAO_TOKEN",
            "VAULT_TOKEN",
            "BAO_NAMESPACE",
            "VAULT_NAMESPACE",
            "BAO_CACERT",
            "VAULT_CACERT",
        ];
        let wanted = |full: &&&str| full.split_once('_').is_some_and(|(_, rest)| rest == name);
        NAMES.iter().filter(wanted).find_map(|full| Some((*full, self.text(full)?)))
    }

    /// Whether a browser could show itself: a display, and not at the far end of an SSH line.
    /// Windows and macOS always have one, unless this is SSH.
    pub fn has_display(&self) -> bool {
        let remote = self.text("SSH_CONNECTION").is_some() || self.text("SSH_TTY").is_some();
        let display = self.text("DISPLAY").is_some() || self.text("WAYLAND_DISPLAY").is_some();
        display || cfg!(any(windows, target_os = "macos")) && !remote
    }

    /// The folders of a run with or without `--sandbox`, whatever the configuration file says.
    pub fn folders(&self, sandbox: bool) -> Option<Folders> {
        let folders = Folders::resolve(self.path("PARTNERLINK_HOME").as_deref()).ok()?;
        let is_sandbox = !matches!(self.sandbox(sandbox), Ok(None));
        Some(if is_sandbox { folders.for_sandbox() } else { folders })
    }

    /// What started this run: a schedule says so in `PARTNERLINK_RUN_BY` (`systemd`, `cron`, …).
    pub fn run_by(&self) -> Option<String> {
        self.text("PARTNERLINK_RUN_BY")
    }

    /// Whether this runs for a machine and not for a person.
    pub fn is_ci(&self) -> bool {
        self.text("CI").is_some()
    }

    /// What a child process finds: the `PATH`, and none of our variables.
    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            path: self.path("PATH").map(PathBuf::into_os_string),
            hidden: self.own_variables().cloned().collect(),
        }
    }

    /// The variables without which a schedule, which inherits none, would look for everything in
    /// other places. None of them is a secret.
    pub fn place_variables(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        ["PARTNERLINK_HOME", "PARTNERLINK_STORE", "PARTNERLINK_KEY_FILE", "XDG_CONFIG_HOME"]
            .into_iter()
            .filter_map(|name| Some((name, self.path(name)?)))
    }

    /// The same for the shared store: where it is, and whom it trusts; never who this machine is
    /// there.
    pub fn vault_places(&self) -> impl Iterator<Item = (&'static str, String)> {
        ["ADDR", "NAMESPACE", "CACERT"].into_iter().filter_map(|name| self.vault_variable(name))
    }

    /// The variables that a child process must not inherit: ours can hold secrets.
    pub fn own_variables(&self) -> impl Iterator<Item = &OsString> {
        let names = self.0.iter().map(|(name, _)| name);
        names.filter(|name| {
            let begin = name.as_encoded_bytes().get(..PREFIX.len());
            begin.is_some_and(|begin| is_same(begin, PREFIX))
        })
    }
}

/// Windows knows no capitals here: the path is `Path` there.
fn is_named(variable: &OsStr, name: &str) -> bool {
    is_same(variable.as_encoded_bytes(), name)
}

fn is_same(bytes: &[u8], name: &str) -> bool {
    if cfg!(windows) {
        bytes.eq_ignore_ascii_case(name.as_bytes())
    } else {
        bytes == name.as_bytes()
    }
}

/// The proxy of the system's settings, less the hosts of `NO_PROXY` as well.
fn of_settings(name: &'static str, exempt: &str) -> Found {
    let system = system::proxy::of_system();
    let exempt = format!("{exempt},{}", system.exempt);
    let used = system.server.map(|server| ProxySetting {
        source: Source::Settings(name),
        value: Secret::new(server),
        exempt: exempt.trim_matches(',').to_owned(),
    });
    Found { used, script: system.script }
}

/// Windows and programs of the Finder have no variables for it.
fn locale_of_system() -> Option<String> {
    #[cfg(any(windows, target_os = "macos"))]
    return sys_locale::get_locale();
    #[cfg(not(any(windows, target_os = "macos")))]
    None
}

/// The name of a provider's variable: `PARTNERLINK_TIMBERDATA_CLIENT_SECRET`.
pub fn client_variable(provider: &str, what: &str) -> String {
    format!("{PREFIX}{}_{what}", provider.to_ascii_uppercase().replace('-', "_"))
}

impl std::fmt::Debug for Environment {
    /// Names only: values can be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_the_provider() {
        assert_eq!(client_variable("my-erp", "CLIENT_ID"), "PARTNERLINK_MY_ERP_CLIENT_ID");
    }

    #[test]
    fn capitals_do_not_matter_to_windows() {
        let environment = Environment::of([("Path", "x"), ("partnerlink_home", "y")]);
        assert_eq!(environment.text("PATH").is_some(), cfg!(windows));
        assert_eq!(environment.own_variables().count(), usize::from(cfg!(windows)));
        let with = environment.with(vec![("PATH".into(), "z".into())]);
        assert_eq!(with.text("PATH").as_deref(), Some("z"));
    }

    #[test]
    fn the_first_variable_that_says_something_decides_the_language() {
        for (variables, language) in [
            (&[("LANG", "de_DE.UTF-8")][..], Language::De),
            (&[("LANG", "de_AT@euro")], Language::De),
            (&[("LC_ALL", ""), ("LC_MESSAGES", "de"), ("LANG", "C")], Language::De),
            (&[("LC_ALL", "C.UTF-8"), ("LANG", "de_DE.UTF-8")], Language::En),
            (&[("LC_MESSAGES", "POSIX"), ("LANG", "de_DE.UTF-8")], Language::En),
            (&[("LANG", "dez_XX")], Language::En),
            (&[("LANG", "fr_FR.UTF-8")], Language::En),
        ] {
            assert_eq!(Environment::of(variables.iter().copied()).language(), language);
        }
    }

    #[test]
    fn a_display_decides_and_a_far_terminal_has_none() {
        let env =
            |names: &[&str]| Environment(names.iter().map(|n| ((*n).into(), "x".into())).collect());
        assert!(!env(&["SSH_CONNECTION"]).has_display());
        assert!(env(&["SSH_CONNECTION", "DISPLAY"]).has_display());
        assert!(env(&["WAYLAND_DISPLAY"]).has_display());
        assert_eq!(env(&[]).has_display(), cfg!(any(windows, target_os = "macos")));
    }
}
