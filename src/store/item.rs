//! What a store keeps, by name.

use std::fmt;

use crate::account_id::{AccountId, check_name};

/// What an item is; its text form is the name under which every store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// The tokens of one account: `zaehlerfreunde:default`, always with the account's name.
    Account(AccountId),
    /// The client secret of one provider: `client-secret/timberdata`.
    ClientSecret(String),
    /// The key of the sealed files, where the keychain keeps it: `file-key`.
    FileKey,
    /// Written, read and deleted again to find out whether a store works: `probe/`.
    Probe,
}

impl Item {
    const CLIENT_SECRET: &'static str = "client-secret/";
    const FILE_KEY: &'static str = "file-key";
    const PROBE: &'static str = "probe/";

    /// Reads the text form back; `None` for a name that this program did not write.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == Self::FILE_KEY {
            return Some(Self::FileKey);
        }
        if name == Self::PROBE {
            return Some(Self::Probe);
        }
        if let Some(provider) = name.strip_prefix(Self::CLIENT_SECRET) {
            check_name(provider).ok()?;
            return Some(Self::ClientSecret(provider.to_owned()));
        }
        name.parse().ok().map(Self::Account)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "{}:{}", id.provider(), id.name()),
            Self::ClientSecret(provider) => write!(f, "{}{provider}", Self::CLIENT_SECRET),
            Self::FileKey => f.write_str(Self::FILE_KEY),
            Self::Probe => f.write_str(Self::PROBE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_names_come_back() {
        let account = "zaehlerfreunde:muster".parse().unwrap();
        for item in [
            Item::Account(account),
            Item::ClientSecret("timberdata".into()),
            Item::FileKey,
            Item::Probe,
        ] {
            assert_eq!(Item::from_name(&item.to_string()), Some(item));
        }
        assert_eq!(Item::from_name("client-secret/../x"), None);
        assert_eq!(Item::from_name("Someone else's"), None);
    }
}
