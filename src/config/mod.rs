//! Settings: flags over environment over configuration file.

pub mod edit;
mod elsewhere;
mod environment;
mod vault;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use environment::{Environment, client_variable};

use crate::http::network::Network;
use crate::input::{self, NotText};
use crate::language::Language;
use crate::provider::Description;
use crate::provider::registry::{Registry, nearest};
use crate::store::{self, StoreKind};
use crate::system::held::{self, BRIEFLY};
use crate::system::owner::Others;
use crate::system::paths::{Folders, PathError};
use crate::system::process;

/// Largest configuration file that is read, in bytes: hundreds of providers fit.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// `config.toml` as a person writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(default, deserialize_with = "StoreKind::deserialize_setting")]
    store: Option<StoreKind>,
    file_key: Option<FileKey>,
    key_file: Option<PathBuf>,
    browser: Option<String>,
    ca_file: Option<PathBuf>,
    notify: Option<String>,
    language: Option<Language>,
    vault: Option<vault::Table>,
    /// Read for its errors: the registry lays what is written over the built-in descriptions.
    #[serde(default)]
    #[expect(dead_code, reason = "checked by being read")]
    provider: BTreeMap<String, Description>,
    #[serde(skip)]
    registry: Registry,
}

/// What opens the sealed files of the file store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FileKey {
    /// A file of its own (`key_file`, made at the first use)
    KeyFile,
    /// An item in the keychain
    Keychain,
    /// The systemd credential `partnerlink-key`
    Systemd,
    /// A passphrase (`PARTNERLINK_PASSPHRASE`)
    Passphrase,
}

/// Windows always has a keychain, and a key in it is no file that a backup takes along.
impl Default for FileKey {
    fn default() -> Self {
        if cfg!(windows) { Self::Keychain } else { Self::KeyFile }
    }
}

impl FileKey {
    /// As the configuration file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyFile => "key-file",
            Self::Keychain => "keychain",
            Self::Systemd => "systemd",
            Self::Passphrase => "passphrase",
        }
    }
}

/// Where the sandbox's providers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxChoice {
    /// Inside this process
    Embedded,
    /// A `partnerlink sandbox` that somebody started, by its base address
    At(String),
}

/// Everything that was decided before the command runs.
#[derive(Debug)]
pub struct Settings {
    pub folders: Folders,
    /// Whether the configuration file exists.
    pub file_exists: bool,
    pub store: StoreKind,
    /// What says so: a variable, the configuration file, or nothing.
    pub store_from: &'static str,
    pub file_key: FileKey,
    pub key_file: PathBuf,
    /// The shared store, where one is described or chosen.
    pub vault: Option<store::vault::Settings>,
    /// The program that opens addresses, from flag, environment or file; not yet `$BROWSER`.
    pub browser: Option<String>,
    pub network: Network,
    /// Whether a flag or a variable names `network.ca_file`, and not the configuration file.
    pub ca_file_given: bool,
    /// The program that `token refresh` tells when an account needs a sign-in.
    pub notify: Option<String>,
    /// The language of what other people read, where flag, variable or file name it.
    pub named_language: Option<Language>,
    /// The providers, with what the configuration file says of them.
    pub registry: Registry,
    pub sandbox: Option<SandboxChoice>,
    /// Whether nothing may be asked, whoever is there.
    pub no_input: bool,
    pub environment: Environment,
}

/// What flags of every command can say about settings.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub sandbox: bool,
    pub no_input: bool,
    pub browser: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub language: Option<Language>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(transparent)]
    Folders(#[from] PathError),
    #[error("{}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} {others}: who writes it decides where tokens go", .path.display())]
    Others { path: PathBuf, others: Others },
    #[error("{} is larger than 1 MiB", .0.display())]
    TooLarge(PathBuf),
    #[error("{} {why}", .path.display())]
    NotText { path: PathBuf, why: NotText },
    #[error("{}, line {line}: {message}", .path.display())]
    Syntax { path: PathBuf, line: usize, message: String, nearest: Option<String> },
    #[error("{} contains a secret", .0.display())]
    SecretInFile(PathBuf),
    #[error("[vault] {why}")]
    Vault { why: String, hint: String },
    #[error("{}: the command in `notify` cannot be run: {why}", .path.display())]
    Notify { path: PathBuf, why: String },
    #[error("the variable {name} is {value:?}")]
    Variable { name: &'static str, value: String },
    #[error("{} is written in a way that leaves no place for `{line}`", .path.display())]
    NoPlace { path: PathBuf, line: String },
    #[error("{} was changed by somebody else meanwhile; nothing was written", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("{} could not be written: {source}", .path.display())]
    NotWritten { path: PathBuf, source: std::io::Error },
}

impl Settings {
    /// Reads environment and configuration file. A missing file is an empty one.
    pub fn load(flags: Flags, environment: Environment) -> Result<Self, ConfigError> {
        let root = environment.path("PARTNERLINK_HOME");
        let folders = Folders::resolve(root.as_deref())?;
        let path = folders.config_file();
        let text = read(&path)?;
        let file = parse(text.as_deref().unwrap_or_default(), &path)?;
        Self::of(flags, environment, folders, file, text.is_some())
    }

    /// The same for `doctor`: where something cannot be understood, why, and the settings without
    /// it. Without a home folder they point to one that does not exist.
    pub fn load_anyway(flags: Flags, mut environment: Environment) -> (Self, Option<ConfigError>) {
        let (mut reads_file, mut first) = (true, None);
        loop {
            let loaded = match reads_file {
                true => Self::load(flags.clone(), environment.clone()),
                false => Self::without_file(flags.clone(), environment.clone()),
            };
            let error = match loaded {
                Ok(settings) => return (settings, first),
                Err(error) => error,
            };
            match error {
                ConfigError::Variable { name, .. } => environment = environment.without(name),
                _ => reads_file = false,
            }
            first = first.or(Some(error));
        }
    }

    /// Fails for a variable at most.
    fn without_file(flags: Flags, environment: Environment) -> Result<Self, ConfigError> {
        let root = environment.path("PARTNERLINK_HOME");
        let folders = Folders::resolve(root.as_deref()).unwrap_or_else(|_| Folders::nowhere());
        let exists = matches!(folders.config_file().try_exists(), Ok(true));
        Self::of(flags, environment, folders, ConfigFile::default(), exists)
    }

    fn of(
        flags: Flags,
        environment: Environment,
        folders: Folders,
        file: ConfigFile,
        file_exists: bool,
    ) -> Result<Self, ConfigError> {
        let sandbox = environment.sandbox(flags.sandbox)?;
        let wrong = |value| ConfigError::Variable { name: "PARTNERLINK_STORE", value };
        let store = environment
            .text("PARTNERLINK_STORE")
            .map(|value| value.parse().map_err(|_| wrong(value)))
            .transpose()?;
        let store_from = match (&store, &file.store) {
            (Some(_), _) => "PARTNERLINK_STORE",
            (None, Some(_)) => "the configuration file",
            (None, None) => "by default",
        };
        let named_language = flags.language.or(environment.named_language()?).or(file.language);
        let path = folders.config_file();
        let ca_file = flags.ca_file.or_else(|| environment.path("PARTNERLINK_CA_FILE"));
        // In the file a path is relative to the file: a working folder decides nothing.
        let beside = |name: PathBuf| path.parent().unwrap_or(Path::new("")).join(name);
        let key_file = environment.path("PARTNERLINK_KEY_FILE").or(file.key_file.map(&beside));
        let ca_file_given = ca_file.is_some();
        let ca_file = ca_file.or(file.ca_file.map(&beside));
        let network = Network { proxies: environment.proxies(), ca_file, ca_file_only: false };
        let store = store.or(file.store);
        // The sandbox is for every machine, and of those Windows alone always has a keychain.
        let usual = if cfg!(windows) { StoreKind::KEYCHAIN } else { StoreKind::FILE };
        let store = match &sandbox {
            Some(_) => store.filter(|kind| *kind != StoreKind::VAULT).unwrap_or(usual),
            None => store.unwrap_or_default(),
        };
        let vault = file.vault.or_else(|| (store == StoreKind::VAULT).then(Default::default));
        let vault = vault.filter(|_| sandbox.is_none());
        let vault =
            vault.map(|table| table.settings(&environment, &network, beside)).transpose()?;
        Ok(Self {
            store,
            vault,
            store_from,
            file_key: file.file_key.unwrap_or_default(),
            key_file: key_file.unwrap_or_else(|| folders.default_key_file()),
            browser: flags.browser.or(environment.text("PARTNERLINK_BROWSER")).or(file.browser),
            notify: file.notify,
            named_language,
            file_exists,
            network,
            ca_file_given,
            no_input: flags.no_input,
            folders,
            registry: file.registry,
            sandbox,
            environment,
        })
    }

    /// The language of what other people read: the one that is named, else the system's.
    pub fn language(&self) -> Language {
        self.named_language.unwrap_or_else(|| self.environment.language())
    }

    /// Where the key of the sealed files is, for people.
    pub fn key_place(&self) -> String {
        match self.file_key {
            FileKey::KeyFile => self.key_file.display().to_string(),
            FileKey::Keychain => "the system keychain".into(),
            FileKey::Systemd => "the systemd credential partnerlink-key".into(),
            FileKey::Passphrase => "PARTNERLINK_PASSPHRASE".into(),
        }
    }

    /// What another user's configuration file comes to, with the variables of here; `None` where it
    /// cannot be read or used.
    pub fn of_home(home: &Path, environment: Environment) -> Option<Self> {
        let folders = Folders::of_home(home);
        let path = folders.config_file();
        let file = parse(&read_anybodys(&path).ok()??.0, &path).ok()?;
        Self::of(Flags::default(), environment, folders, file, true).ok()
    }

    /// The shared store, where that is where new accounts go.
    pub fn shared(&self) -> Option<&store::vault::Settings> {
        self.vault.as_ref().filter(|_| self.store == StoreKind::VAULT)
    }
}

/// The file's text, if nobody else decides what it says.
fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match read_anybodys(path)? {
        Some((_, Some(others))) => Err(ConfigError::Others { path: path.to_owned(), others }),
        found => Ok(found.map(|(text, _)| text)),
    }
}

/// The file's text, and who else decides what it says.
fn read_anybodys(path: &Path) -> Result<Option<(String, Option<Others>)>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(unreadable)?,
    };
    // To open a pipe would wait for whoever writes into it.
    if !metadata.is_file() {
        return Err(unreadable(io::Error::other("it is no ordinary file")));
    }
    let mut bytes = Vec::new();
    let file = held::while_held(path, BRIEFLY, || File::open(path)).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ConfigError::TooLarge(path.to_owned()));
    }
    let text =
        input::decode(bytes).map_err(|why| ConfigError::NotText { path: path.to_owned(), why })?;
    Ok(Some((text, Others::of(&metadata))))
}

fn parse(text: &str, path: &Path) -> Result<ConfigFile, ConfigError> {
    let mut file: ConfigFile =
        toml::from_str(text).map_err(|error| syntax_error(&error, text, path))?;
    file.registry = Registry::new(text);
    if let Some(Err(why)) = file.notify.as_deref().map(process::check) {
        return Err(ConfigError::Notify { path: path.to_owned(), why });
    }
    Ok(file)
}

/// Gives a TOML error its line, and an unknown field the field that was probably meant.
fn syntax_error(error: &toml::de::Error, text: &str, path: &Path) -> ConfigError {
    let span = error.span().unwrap_or_default();
    let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
    let message = error.message();
    let secrets = ["client_secret", "secret_id", "token", "password"];
    if secrets.iter().any(|name| message.starts_with(&format!("unknown field `{name}`"))) {
        return ConfigError::SecretInFile(path.to_owned());
    }
    // serde words it: unknown field `x`, expected one of `a`, `b`
    let mut quoted = message.split('`').skip(1).step_by(2);
    let nearest = match quoted.next() {
        Some(word) if message.starts_with("unknown") => nearest(word, quoted).map(str::to_owned),
        _ => None,
    };
    let message = message.split(", expected").next().unwrap_or(message).to_owned();
    ConfigError::Syntax { path: path.to_owned(), line, message, nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> ConfigError {
        parse(text, Path::new("config.toml")).expect_err("an error")
    }

    #[test]
    fn an_unknown_field_is_refused_with_line_and_suggestion() {
        let error = failure("store = \"file\"\n\n[provider.zaehlerfreunde]\nclientid = \"x\"\n");
        let ConfigError::Syntax { line, message, nearest, .. } = error else { panic!("{error}") };
        assert_eq!((line, message.as_str()), (4, "unknown field `clientid`"));
        assert_eq!(nearest.as_deref(), Some("client_id"));
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_line() {
        let error = failure("\nstore = \"kechain\"\n");
        let ConfigError::Syntax { line, nearest, .. } = error else { panic!("{error}") };
        assert_eq!((line, nearest.as_deref()), (2, Some("keychain")));
        assert!(matches!(failure("store ="), ConfigError::Syntax { line: 1, .. }));
    }

    #[test]
    fn a_secret_in_the_file_is_refused_without_quoting_it() {
        let error = failure("[provider.timberdata]\nclient_secret = \"hunter2\"\n");
        assert!(matches!(error, ConfigError::SecretInFile(_)));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
