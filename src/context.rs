//! The only place that builds the real adapters: stores, HTTP, browser, clock, sandbox. Each is
//! made when a command first needs it, because each costs milliseconds.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::account_id::AccountId;
use crate::accounts::Index;
use crate::clock::SystemClock;
use crate::config::{FileKey, SandboxChoice, Settings, client_variable};
use crate::error::Error;
use crate::flow::{World, moving};
use crate::http::HttpClient;
use crate::provider::Provider;
use crate::provider::registry::Registry;
use crate::sandbox::{self, Sandbox};
use crate::secret::Secret;
use crate::store::file::{FileStore, KeySource};
use crate::store::keychain::{Keychain, Patience};
use crate::store::{Item, SecretBytes, StoreError, StoreKind, Stores, TokenStore};
use crate::system::browser::{Browser, BrowserError, NamedBrowser, SystemBrowser};
use crate::system::paths::Folders;
use crate::terminal::{Output, stderr_is_terminal, stdin_is_terminal};

/// The name under which the keychain shows our items.
const SERVICE: &str = "partnerlink";
const SANDBOX_SERVICE: &str = "partnerlink-sandbox";
/// The systemd credential that holds the key of the sealed files.
const SYSTEMD_CREDENTIAL: &str = "partnerlink-key";

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
    keychain: OnceLock<Arc<Keychain>>,
    file: OnceLock<FileStore>,
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
        Self {
            run_by,
            index: Index::new(folders.accounts()),
            http: HttpClient::new(settings.network.clone()),
            settings,
            output,
            interactive,
            clock: SystemClock,
            folders,
            sandbox: OnceLock::new(),
            keychain: OnceLock::new(),
            file: OnceLock::new(),
        }
    }

    /// The flows' view of the world, with one of the stores.
    pub fn world<'a>(&'a self, store: &'a dyn TokenStore) -> World<'a> {
        World {
            store,
            stores: self,
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

    /// The store that an account is in: what the index says, else the configured one.
    pub fn store_of(&self, account: &AccountId) -> &dyn TokenStore {
        let home = moving::home_of(&self.folders, &self.index, account);
        self.store(home.unwrap_or(self.settings.store))
    }

    /// The store of sealed files, for what only it can be asked.
    pub fn sealed_files(&self) -> &FileStore {
        self.file.get_or_init(|| self.file_store_with(self.settings.file_key))
    }

    /// The same of the keychain.
    pub fn keychain(&self) -> &Arc<Keychain> {
        self.keychain.get_or_init(|| {
            let service = if self.settings.sandbox.is_some() { SANDBOX_SERVICE } else { SERVICE };
            let patience = if self.interactive {
                Patience::attended(|| {
                    log::warn!("the keychain waits to be unlocked: look for its window")
                })
            } else {
                Patience::unattended()
            };
            Arc::new(Keychain::new(service.to_owned(), patience))
        })
    }

    /// The sealed files as this key opens them.
    pub fn file_store_with(&self, key: FileKey) -> FileStore {
        let environment = &self.settings.environment;
        let key = match key {
            FileKey::KeyFile => KeySource::KeyFile(self.settings.key_file.clone()),
            FileKey::Keychain => KeySource::Keychain(self.keychain().clone()),
            FileKey::Systemd => KeySource::Credential(
                environment.systemd_credential(SYSTEMD_CREDENTIAL).unwrap_or_else(|| {
                    PathBuf::from("$CREDENTIALS_DIRECTORY").join(SYSTEMD_CREDENTIAL)
                }),
            ),
            FileKey::Passphrase => {
                KeySource::Passphrase(environment.passphrase().unwrap_or_else(|| Secret::from("")))
            }
        };
        FileStore::open(self.folders.tokens(), key)
    }

    /// The providers, pointed at the sandbox where that was asked for.
    pub fn registry(&self) -> Result<Registry, Error> {
        Ok(match &self.settings.sandbox {
            None => self.settings.registry(None),
            Some(SandboxChoice::At(base)) => {
                self.settings.registry(Some(&sandbox::provider_overrides(base)))
            }
            Some(SandboxChoice::Embedded) => {
                let base = self.embedded_sandbox()?.base_url();
                self.settings.registry(Some(&sandbox::provider_overrides(base)))
            }
        })
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
            provider.title += " (sandbox)";
        } else if let Some(id) = self.settings.environment.client_id(name) {
            provider.client_id = Some(id);
        }
        Ok(provider)
    }

    /// The client secret of a provider that wants one: from the environment, else from the store.
    pub fn client_secret(
        &self,
        provider: &Provider,
        store: &dyn TokenStore,
    ) -> Result<Option<Secret>, StoreError> {
        if !provider.needs_secret() {
            return Ok(None);
        }
        if self.settings.sandbox.is_some() {
            return Ok(Some(sandbox::TIMBERDATA_SECRET.into()));
        }
        if let Some(secret) = self.settings.environment.client_secret(&provider.name) {
            return Ok(Some(secret));
        }
        self.kept_client_secret(provider, store)
    }

    /// The client secret that is in a store, whatever the environment says.
    pub fn kept_client_secret(
        &self,
        provider: &Provider,
        store: &dyn TokenStore,
    ) -> Result<Option<Secret>, StoreError> {
        let bytes = store.load(&Item::ClientSecret(provider.name.clone()))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes.expose().clone()).ok()).map(Secret::new))
    }

    /// The same where nothing can be done without it.
    pub fn required_client_secret(
        &self,
        provider: &Provider,
        store: &dyn TokenStore,
    ) -> Result<Option<Secret>, Error> {
        let what = || format!("could not sign requests to {}", provider.title);
        let secret =
            self.client_secret(provider, store).map_err(|error| Error::new(what(), &error))?;
        if provider.needs_secret() && secret.is_none() {
            return Err(Error::usage(
                what(),
                "it wants a client secret, and none is stored",
                format!(
                    "set {}, or connect again",
                    client_variable(&provider.name, "CLIENT_SECRET")
                ),
            ));
        }
        Ok(secret)
    }

    /// Keeps a client secret for later refreshes.
    pub fn keep_client_secret(
        &self,
        provider: &Provider,
        secret: &Secret,
        store: &dyn TokenStore,
    ) -> Result<(), StoreError> {
        let item = Item::ClientSecret(provider.name.clone());
        store.save(&item, &SecretBytes::new(secret.expose().clone().into_bytes()))
    }

    /// The program that a person named for opening addresses, if any.
    pub fn named_browser(&self) -> Option<String> {
        self.settings.browser.clone().or_else(|| self.settings.environment.text("BROWSER"))
    }

    /// A browser: the named program, else the system's.
    pub fn browser(&self) -> Box<dyn Browser> {
        let hidden = self.settings.environment.own_variables().cloned().collect();
        match self.named_browser() {
            // $BROWSER may list several, as xdg-open reads it: the first is the preferred one.
            Some(command) => Box::new(NamedBrowser { command, hidden }),
            None => Box::new(SystemBrowser { hidden }),
        }
    }
}

impl Stores for Context {
    /// Nothing is opened before its first use.
    fn store(&self, kind: StoreKind) -> &dyn TokenStore {
        match kind {
            StoreKind::File => self.sealed_files(),
            StoreKind::Keychain | StoreKind::Memory => self.keychain().as_ref(),
        }
    }
}

/// A browser that says yes, for the sandbox where nobody can.
pub fn sandbox_browser() -> Box<dyn Browser> {
    struct Approval;

    impl Browser for Approval {
        fn open(&self, url: &url::Url) -> Result<(), BrowserError> {
            sandbox::approve(url.as_str()).map_err(BrowserError::Failed)
        }
    }

    Box::new(Approval)
}

/// A folder that only this user can look into, and that is gone when this is dropped.
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub fn create(purpose: &str) -> Result<Self, Error> {
        let name = format!("partnerlink-{purpose}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        crate::system::files::create_private_folder(&path).map_err(|error| {
            Error::io(format!("could not create a folder for the {purpose}"), &error)
        })?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What stays behind is sealed, and of the sandbox.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts the embedded providers over the state they keep between runs.
pub fn start_sandbox(folders: &Folders, mut options: sandbox::Options) -> Result<Sandbox, Error> {
    let start = || -> io::Result<Sandbox> {
        let file = folders.sandbox_file();
        crate::system::files::create_private_folder(file.parent().unwrap_or(Path::new(".")))?;
        options.state_file = Some(file);
        sandbox::start(options)
    };
    start().map_err(|error| Error::io("could not start the sandbox", &error))
}
