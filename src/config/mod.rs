//! Settings: flags over environment over configuration file.

pub mod edit;
mod elsewhere;
mod environment;
mod file;
mod vault;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use environment::{Environment, client_variable};

use self::file::{ConfigFile, parse, read, read_anybodys};
use crate::http::network::Network;
use crate::input::NotText;
use crate::language::Language;
use crate::provider::registry::Registry;
use crate::store::{self, StoreKind};
use crate::system::owner::Others;
use crate::system::paths::{Folders, PathError};

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
    Syntax {
        path: PathBuf,
        line: usize,
        message: String,
        nearest: Option<String>,
        /// It is about a backslash: in double quotes it begins an escape.
        is_escape: bool,
    },
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
