//! The operating system's keychain: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! One item per account; its service attribute is the program's name, its user name the item's
//! name, so that `secret-tool lookup service partnerlink username zaehlerfreunde:default` finds it.
//! Nothing is touched before the first call. Each call runs beside the caller under a deadline
//! ([`deadline`]), speaks to the system's own service ([`platform`]), and cuts a secret into parts
//! where the system takes only short ones ([`parts`]).

mod deadline;
mod parts;
mod platform;

use std::sync::Arc;
use std::time::Duration;

use self::deadline::Deadline;
use self::parts::Entries;
use self::platform::Platform;
use super::{Item, Look, SecretBytes, StoreError, StoreKind, TokenStore};

/// How long to wait for a keychain when nobody is there to unlock it. A healthy one answers in
/// 10 ms, on a badly busy machine in 50.
const UNATTENDED: Duration = Duration::from_secs(3);
/// With a person: time to find the password.
const ATTENDED: Duration = Duration::from_secs(60);

/// How long a call may take, and whom to tell that it does.
#[derive(Clone)]
pub struct Patience {
    /// After this a call fails with [`StoreError::TimedOut`].
    pub deadline: Duration,
    /// Called at most once per [`Keychain`], by the thread that waits, a second into its call:
    /// the keychain most likely waits to be unlocked.
    pub on_wait: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Patience {
    /// Nobody is there: cron, a service, a pipe.
    pub fn unattended() -> Self {
        Self { deadline: UNATTENDED, on_wait: None }
    }

    /// A person is there, and hears from `on_wait` why nothing happens.
    pub fn attended(on_wait: impl Fn() + Send + Sync + 'static) -> Self {
        Self { deadline: ATTENDED, on_wait: Some(Arc::new(on_wait)) }
    }
}

/// The store in the system's keychain.
pub struct Keychain {
    platform: Arc<Platform>,
    deadline: Deadline,
}

impl Keychain {
    /// What `service` gives sets one family of items apart from all others: `partnerlink`, or
    /// `partnerlink-sandbox`, or either with a folder's name behind it. It is not called, and no
    /// connection made, before the first use.
    pub fn new(service: impl FnOnce() -> String + Send + 'static, patience: Patience) -> Self {
        Self { platform: Arc::new(Platform::new(service)), deadline: Deadline::new(patience) }
    }

    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Platform) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let platform = Arc::clone(&self.platform);
        self.deadline.run(move || work(&platform))
    }
}

impl TokenStore for Keychain {
    fn kind(&self) -> StoreKind {
        StoreKind::KEYCHAIN
    }

    fn load(&self, item: &Item) -> Result<Option<SecretBytes>, StoreError> {
        let name = item.to_string();
        self.call(move |platform| parts::load(platform, &name))
    }

    /// After [`StoreError::TimedOut`] it is not known whether the keychain took the new bytes: it
    /// may still do so, until this process ends.
    fn save(&self, item: &Item, bytes: &SecretBytes) -> Result<(), StoreError> {
        let (item, bytes) = (item.clone(), bytes.clone());
        self.call(move |platform| parts::save(platform, &item, &bytes, platform::PART_LIMIT))
    }

    fn delete(&self, item: &Item) -> Result<bool, StoreError> {
        let name = item.to_string();
        self.call(move |platform| parts::delete(platform, &name, platform::PART_LIMIT))
    }

    fn look(&self) -> Result<Look, StoreError> {
        self.call(Platform::look)
    }

    /// That the item can be read says that the service is there and the item unlocked. For an item
    /// that does not exist yet nothing more can be known without writing.
    fn preflight(&self, item: &Item) -> Result<(), StoreError> {
        let name = item.to_string();
        self.call(move |platform| platform.get(&name).map(drop))
    }
}
