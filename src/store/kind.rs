//! The kinds of store, one row each.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::file::{FileStore, KeySource};
use super::keychain::Keychain;
use super::vault::VaultStore;
use super::{StoreError, TokenStore};

/// The stores there are; the first is used where nothing else is chosen. One more is a file beside
/// this one, and a row here.
pub static STORES: [StoreRow; 3] = [
    StoreRow {
        kind: StoreKind::KEYCHAIN,
        title: "the system keychain",
        short: "keychain",
        help: "The operating system's keychain",
        needs_session: true,
        writes_later: true,
        open: |settings| Some(settings.keychain.clone()),
    },
    StoreRow {
        kind: StoreKind::FILE,
        title: "sealed files",
        short: "files",
        help: "Sealed files, for servers without one",
        needs_session: false,
        writes_later: false,
        open: |settings| {
            Some(Arc::new(FileStore::open(settings.folder.clone(), settings.key.clone())))
        },
    },
    StoreRow {
        kind: StoreKind::VAULT,
        title: "the shared store",
        short: "shared",
        help: "A Vault or OpenBao, for many machines: partnerlink help shared-store",
        needs_session: false,
        writes_later: false,
        open: |settings| Some(settings.vault.clone()?),
    },
];

/// One kind of store.
pub struct StoreRow {
    pub kind: StoreKind,
    /// In a sentence, after "in".
    pub title: &'static str,
    /// In a narrow column.
    pub short: &'static str,
    /// On the command line, beside its name.
    pub help: &'static str,
    /// Whether it can be reached only while its user is signed in at the desktop.
    pub needs_session: bool,
    /// Whether a save may be told done before it is on the disk, and a crash bring the former
    /// record back. KDE's ksecretd writes 5 s later, KeePassXC when it saves its database.
    pub writes_later: bool,
    /// Touches nothing: what takes time is done by the store's first call. `None` where it is not
    /// set up.
    pub open: fn(&StoreSettings) -> Option<Arc<dyn TokenStore>>,
}

/// What a run has for stores to be opened with.
pub struct StoreSettings {
    pub keychain: Arc<Keychain>,
    /// The folder of the sealed files.
    pub folder: PathBuf,
    /// Where their key is.
    pub key: KeySource,
    /// The shared store, where there is one.
    pub vault: Option<Arc<VaultStore>>,
}

/// Which store, by its name in settings, records and on the command line. A record may name one
/// that only a newer version has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct StoreKind(Cow<'static, str>);

impl StoreKind {
    pub const KEYCHAIN: Self = Self::named("keychain");
    pub const FILE: Self = Self::named("file");
    pub const VAULT: Self = Self::named("vault");

    pub const fn named(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    /// Its row; `None` for one that this version does not have.
    pub fn row(&self) -> Option<&'static StoreRow> {
        STORES.iter().find(|row| row.kind == *self)
    }

    /// For a setting, in which an unknown name is a mistake.
    pub fn deserialize_setting<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Self>, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map(Some).map_err(|_| {
            let names: Vec<String> =
                STORES.iter().map(|row| format!("`{}`", row.kind.name())).collect();
            let names = names.join(" or ");
            D::Error::custom(format_args!("unknown variant `{name}`, expected {names}"))
        })
    }
}

/// One that this version has takes no room of its own in each of ten thousand accounts.
impl From<String> for StoreKind {
    fn from(name: String) -> Self {
        let row = STORES.iter().find(|row| row.kind.name() == name);
        row.map_or(Self(Cow::Owned(name)), |row| row.kind.clone())
    }
}

impl Default for StoreKind {
    fn default() -> Self {
        STORES[0].kind.clone()
    }
}

impl FromStr for StoreKind {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        let row = STORES.iter().find(|row| row.kind.name() == name);
        row.map(|row| row.kind.clone()).ok_or_else(|| StoreError::NoSuchStore(name.to_owned()))
    }
}

/// For people, in a sentence.
impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().map_or(self.name(), |row| row.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_a_newer_version_keeps_its_name() {
        for name in ["file", "keychain", "vault", "cloud"] {
            let kind: StoreKind = serde_json::from_value(name.into()).unwrap();
            assert_eq!((kind.name(), serde_json::to_value(&kind).unwrap()), (name, name.into()));
            assert_eq!(matches!(kind.0, Cow::Borrowed(_)), name != "cloud");
        }
    }
}
