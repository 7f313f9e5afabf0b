//! Which account: `PROVIDER` or `PROVIDER:NAME`, as people type it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name an account has when the person gave none.
const DEFAULT_NAME: &str = "default";
/// Longest provider or account name, in bytes: both are part of file names and keychain labels.
const MAX_NAME_BYTES: usize = 64;

/// One connected account at one provider. Written `zaehlerfreunde`, or `zaehlerfreunde:muster`
/// where several accounts exist. Both parts consist of `a-z 0-9 - _`, so that they are safe in
/// file names on every system and in the Windows credential name, where a dot would be ambiguous.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId {
    /// Both parts with a blank between them, which no part has and which comes before everything
    /// that they have: ten thousand are sorted by provider and name with one comparison each time.
    parts: Box<str>,
    /// Where the blank is.
    blank: u8,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AccountIdError {
    #[error("the provider's name is missing")]
    NoProvider,
    #[error("the account name after the colon is missing")]
    NoName,
    #[error("{0:?} is longer than {MAX_NAME_BYTES} bytes")]
    TooLong(String),
    #[error(
        "{0:?} has characters other than a-z, 0-9, - and _, or does not begin with a letter or digit"
    )]
    BadCharacter(String),
}

impl AccountId {
    fn of(provider: &str, name: &str) -> Result<Self, AccountIdError> {
        check_name(provider)?;
        check_name(name)?;
        let parts = [provider, " ", name].concat().into();
        // Not longer than `MAX_NAME_BYTES`.
        Ok(Self { parts, blank: provider.len() as u8 })
    }

    pub fn provider(&self) -> &str {
        &self.parts[..usize::from(self.blank)]
    }

    pub fn name(&self) -> &str {
        &self.parts[usize::from(self.blank) + 1..]
    }

    /// A file name stem that no other account shares: `zaehlerfreunde.default`.
    pub fn file_stem(&self) -> String {
        self.parts.replace(' ', ".")
    }

    /// The reverse of [`AccountId::file_stem`]; `None` for a name this program did not write.
    pub fn from_file_stem(stem: &str) -> Option<Self> {
        let (provider, name) = stem.split_once('.')?;
        Self::of(provider, name).ok()
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (provider, name) = text.split_once(':').unwrap_or((text, DEFAULT_NAME));
        if provider.is_empty() {
            return Err(AccountIdError::NoProvider);
        }
        if name.is_empty() {
            return Err(AccountIdError::NoName);
        }
        Self::of(provider, name)
    }
}

/// A provider's name as people write it, `Zählerfreunde`, in the letters that names here have.
pub fn folded(provider: &str) -> String {
    let mut folded = String::new();
    for letter in provider.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            // The dots of a letter that comes in two characters, as macOS hands on file names.
            '\u{308}' => folded.push('e'),
            other => folded.push(other),
        }
    }
    folded
}

/// An account name for somebody, made of how they call themselves: `anna-meier` for
/// `Anna.Meier@werk.example`.
pub fn name_for(who: &str) -> String {
    let local = who.split('@').next().unwrap_or_default();
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = folded(local).chars().map(letter).take(MAX_NAME_BYTES / 2).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "second".to_owned() } else { name.to_owned() }
}

/// Refuses what is not safe in a file name on every system.
pub fn check_name(name: &str) -> Result<(), AccountIdError> {
    if name.len() > MAX_NAME_BYTES {
        return Err(AccountIdError::TooLong(name.to_owned()));
    }
    let safe = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !starts_well || !name.bytes().all(safe) {
        return Err(AccountIdError::BadCharacter(name.to_owned()));
    }
    Ok(())
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.provider())?;
        if self.name() != DEFAULT_NAME {
            write!(f, ":{}", self.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_alone_is_its_default_account() {
        let id: AccountId = "timberdata".parse().unwrap();
        assert_eq!((id.provider(), id.name()), ("timberdata", "default"));
        assert_eq!(id, "timberdata:default".parse().unwrap());
        assert_eq!(id.to_string(), "timberdata");
    }

    #[test]
    fn accounts_are_sorted_by_provider_and_then_by_name() {
        let sorted = ["a:b", "a:b-c", "a:b0", "a:b_c", "a", "a-b:c", "a0:b", "a_b:c", "ab:a"];
        let mut ids: Vec<AccountId> = sorted.iter().map(|id| id.parse().unwrap()).collect();
        ids.reverse();
        ids.sort();
        assert_eq!(ids.iter().map(ToString::to_string).collect::<Vec<_>>(), sorted);
        ids.sort_by(|a, b| (a.provider(), a.name()).cmp(&(b.provider(), b.name())));
        assert_eq!(ids.iter().map(ToString::to_string).collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn a_provider_is_understood_however_its_name_is_written() {
        for text in ["zählerfreunde", "Zaehlerfreunde", "ZählerFreunde", "ZA\u{308}HLERFREUNDE"] {
            assert_eq!(folded(text), "zaehlerfreunde");
        }
        assert_eq!(folded("Größe_1"), "groesse_1");
    }

    #[test]
    fn anybody_has_a_name_that_an_account_can_have() {
        for (who, name) in [
            ("Anna.Meier@werk.example", "anna-meier"),
            ("Jörg Groß", "joerg-gross"),
            ("auth0|68f", "auth0-68f"),
            ("@", "second"),
            ("Ω", "second"),
        ] {
            assert_eq!(name_for(who), name);
            assert_eq!(check_name(name), Ok(()));
        }
    }

    #[test]
    fn file_stems_come_back() {
        let id: AccountId = "zaehlerfreunde:stadtwerke-muster".parse().unwrap();
        assert_eq!(AccountId::from_file_stem(&id.file_stem()), Some(id));
        assert_eq!(AccountId::from_file_stem("no-dot"), None);
    }

    #[test]
    fn unsafe_names_are_refused() {
        for bad in
            ["", ":x", "x:", "a/b", "../x", "x:..", "A", "x:ä", "x:a b", "-x", "x:con.txt", "x:a:b"]
        {
            assert!(bad.parse::<AccountId>().is_err(), "{bad:?}");
        }
        assert!("x".repeat(65).parse::<AccountId>().is_err());
    }
}
