//! The only place that builds the real adapters: stores, HTTP, browser, clock, sandbox. None of them
//! does anything before its first use, because each costs milliseconds.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;

use crate::accounts::Index;
use crate::clock::SystemClock;
use crate::config::{ConfigError, Environment, FileKey, Flags, SandboxChoice, Settings};
use crate::error::Error;
use crate::flow::World;
use crate::http::HttpClient;
use crate::oauth::is_loopback;
use crate::provider::Provider;
use crate::provider::registry::Registry;
use crate::sandbox::{self, Sandbox};
use crate::secret::Secret;
use crate::store::file::{FileStore, KeySource};
use crate::store::keychain::{Keychain, Patience};
use crate::store::vault::VaultStore;
use crate::store::{StoreSettings, Stores};
use crate::system::FileError;
use crate::system::browser::{Browser, BrowserError, SystemBrowser};
use crate::system::files::is_full;
use crate::system::paths::{Folders, mark};
use crate::terminal::{Output, stderr_is_terminal, stdin_is_terminal};

/// The name under which the keychain shows our items; with that of its folder where
/// `PARTNERLINK_HOME` names one.
const SERVICE: &str = "partnerlink";
const SANDBOX_SERVICE: &str = "partnerlink-sandbox";

/// What a command works with.
pub struct Context {
    pub settings: Settings,
    pub output: Output,
    /// Whether a person can be asked.
    pub interactive: bool,
    pub clock: SystemClock,
    pub index: Index,
    pub folders: Folders,
    /// What started this run: a schedule by its name, `terminal`, or `script`.
    run_by: String,
    http: HttpClient,
    sandbox: OnceLock<Sandbox>,
    /// Where the key of the sealed files is, if it is in the keychain.
    user_keychain: Arc<Keychain>,
    vault: Option<Arc<VaultStore>>,
    stores: Stores,
}

impl Context {
    pub fn new(settings: Settings, output: Output, interactive: bool) -> Self {
        let folders = match settings.sandbox {
            Some(_) => settings.folders.for_sandbox(),
            None => settings.folders.clone(),
        };
        let run_by = settings.environment.run_by().unwrap_or_else(|| {
            let attended = stdin_is_terminal() || stderr_is_terminal();
            if attended { "terminal" } else { "script" }.to_owned()
        });
        let program = if settings.sandbox.is_some() { SANDBOX_SERVICE } else { SERVICE };
        let user_keychain = Arc::new(keychain(move || program.to_owned(), interactive));
        let keychain = match settings.folders.root() {
            None => Arc::clone(&user_keychain),
            Some(root) => {
                let root = root.to_owned();
                Arc::new(keychain(move || format!("{program} {}", mark(&root)), interactive))
            }
        };
        let index = Index::new(folders.accounts());
        let vault = settings.vault.clone();
        let vault = vault.map(|vault| Arc::new(VaultStore::open(vault, index.clone())));
        let around = StoreSettings {
            key: key_source(&settings, settings.file_key, &user_keychain),
            keychain,
            folder: folders.tokens(),
            vault: vault.clone(),
        };
        // Several machines do it: which one is worth to be known.
        let run_by = match &settings.vault {
            Some(vault) => format!("{run_by} on {}", vault.host),
            None => run_by,
        };
        Self {
            run_by,
            index,
            http: HttpClient::new(settings.network.clone()).in_step_with(folders.paces()),
            stores: Stores::open(&around, &settings.store, Box::new(given_secrets(&settings))),
            settings,
            output,
            interactive,
            clock: SystemClock,
            folders,
            sandbox: OnceLock::new(),
            user_keychain,
            vault,
        }
    }

    /// For trying something out at a sandbox that runs: sealed files in this folder, and nothing
    /// of the person's.
    pub fn at_sandbox(
        sandbox: &Sandbox,
        folder: &Path,
        output: Output,
    ) -> Result<Self, ConfigError> {
        let environment = Environment::of([
            ("PARTNERLINK_HOME", &*folder.to_string_lossy()),
            ("PARTNERLINK_SANDBOX", sandbox.base_url()),
            ("PARTNERLINK_STORE", "file"),
        ]);
        Ok(Self::new(Settings::load(Flags::default(), environment)?, output, false))
    }

    /// The flows' view of the world.
    pub fn world(&self) -> World<'_> {
        World {
            stores: &self.stores,
            index: &self.index,
            http: &self.http,
            clock: &self.clock,
            folders: &self.folders,
            run_by: &self.run_by,
        }
    }

    /// What looks at the network as it is.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The shared store itself, for what no other store has: a server with its policies.
    pub fn vault(&self) -> Option<&VaultStore> {
        self.vault.as_deref()
    }

    /// The sealed files as this key opens them.
    pub fn sealed_files(&self, key: FileKey) -> FileStore {
        FileStore::open(self.folders.tokens(), key_source(&self.settings, key, &self.user_keychain))
    }

    /// The providers, pointed at the sandbox where that was asked for.
    pub fn registry(&self) -> Result<Registry, Error> {
        let base = match &self.settings.sandbox {
            None => return Ok(self.settings.registry.clone()),
            Some(SandboxChoice::At(base)) => base,
            Some(SandboxChoice::Embedded) => self.embedded_sandbox()?.base_url(),
        };
        Ok(Registry::new(&sandbox::provider_overrides(base)))
    }

    fn embedded_sandbox(&self) -> Result<&Sandbox, Error> {
        if let Some(running) = self.sandbox.get() {
            return Ok(running);
        }
        let started = start_sandbox(&self.folders, sandbox::Options::default())?;
        Ok(self.sandbox.get_or_init(|| started))
    }

    /// One provider, with the client ID from the environment where it is set.
    pub fn provider(&self, name: &str) -> Result<Provider, Error> {
        let mut provider = self
            .registry()?
            .get(name)
            .map_err(|error| Error::new(format!("could not use the provider {name}"), &error))?;
        if self.settings.sandbox.is_some() {
            // One that the sandbox does not play keeps its own addresses: nothing goes there.
            if !is_loopback(&provider.token_url) {
                return Err(Error::usage(
                    format!("could not use the provider {name}"),
                    "the sandbox does not play it",
                    "leave out --sandbox; in the sandbox are zaehlerfreunde, zaehlerfreunde-partner and timberdata",
                ));
            }
            provider.title += " (sandbox)";
            provider.is_sandbox = true;
        } else if let Some(id) = self.settings.environment.client_id(name) {
            provider.described.client_id = Some(id);
        }
        Ok(provider)
    }

    /// The program that a person named for opening addresses, if any.
    pub fn named_browser(&self) -> Option<String> {
        self.settings.browser.clone().or_else(|| self.settings.environment.text("BROWSER"))
    }

    /// A browser: the named program, else the system's.
    pub fn browser(&self) -> Box<dyn Browser> {
        let around = self.settings.environment.surroundings();
        Box::new(SystemBrowser { named: self.named_browser(), around })
    }
}

fn keychain(service: impl FnOnce() -> String + Send + 'static, interactive: bool) -> Keychain {
    let tell = || log::warn!("the keychain waits to be unlocked: look for its window");
    let patience = if interactive { Patience::attended(tell) } else { Patience::unattended() };
    Keychain::new(service, patience)
}

fn key_source(settings: &Settings, key: FileKey, keychain: &Arc<Keychain>) -> KeySource {
    let environment = &settings.environment;
    match key {
        FileKey::KeyFile => KeySource::KeyFile(settings.key_file.clone()),
        FileKey::Keychain => {
            let lock = settings.folders.of_this_user().key_lock();
            KeySource::Keychain { store: keychain.clone(), lock }
        }
        FileKey::Systemd => KeySource::Credential(
            environment
                .systemd_credential()
                .unwrap_or_else(|| "$CREDENTIALS_DIRECTORY/partnerlink-key".into()),
        ),
        FileKey::Passphrase => {
            KeySource::Passphrase(environment.passphrase().unwrap_or_else(|| Secret::from("")))
        }
    }
}

/// The client secrets that are not in a store.
fn given_secrets(settings: &Settings) -> impl Fn(&str) -> Option<Secret> + use<> {
    let is_sandbox = settings.sandbox.is_some();
    let environment = settings.environment.clone();
    move |provider| match is_sandbox {
        true => Some(sandbox::TIMBERDATA_SECRET.into()),
        false => environment.client_secret(provider),
    }
}

/// A browser that says yes, for the sandbox where nobody can.
pub struct SandboxBrowser;

impl Browser for SandboxBrowser {
    fn open(&self, url: &url::Url) -> Result<(), BrowserError> {
        sandbox::approve(url.as_str()).map_err(BrowserError::Failed)
    }
}

/// A folder that only this user can look into, and that is gone when this is dropped. What stays
/// behind if the process is killed is sealed, and of the sandbox.
pub fn temporary_folder(purpose: &str) -> Result<TempDir, Error> {
    let prefix = format!("partnerlink-{purpose}-");
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder
        .prefix(&prefix)
        .tempdir()
        .map_err(|error| Error::io(format!("could not create a folder for the {purpose}"), &error))
}

/// Starts the embedded providers over the state they keep between runs.
pub fn start_sandbox(folders: &Folders, mut options: sandbox::Options) -> Result<Sandbox, Error> {
    const WHAT: &str = "could not start the sandbox";
    options.state_file = Some(folders.sandbox_file());
    sandbox::start(options).map_err(|error| {
        let file = error.get_ref().and_then(|source| source.downcast_ref::<FileError>());
        match file {
            Some(file @ FileError::Io { source, .. }) if !is_full(source) => Error::new(WHAT, file)
                .with_hint("set PARTNERLINK_HOME to a folder that you can write"),
            Some(file) => Error::new(WHAT, file),
            None => Error::io(WHAT, &error),
        }
    })
}
