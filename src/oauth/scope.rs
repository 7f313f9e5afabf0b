//! Sets of scopes (RFC 6749 §3.3): blank-separated words whose order means nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of scopes, written with one blank between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Scope(BTreeSet<String>);

impl Scope {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What is in `self` and not in `other`.
    pub fn without(&self, other: &Scope) -> Scope {
        Self(self.0.difference(&other.0).cloned().collect())
    }
}

impl FromIterator<String> for Scope {
    fn from_iter<T: IntoIterator<Item = String>>(words: T) -> Self {
        Self(words.into_iter().collect())
    }
}

impl From<&str> for Scope {
    fn from(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(str::to_owned).collect())
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, word) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        Ok(())
    }
}
