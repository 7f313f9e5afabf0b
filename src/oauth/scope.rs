//! Sets of scopes (RFC 6749 §3.3): words whose order means nothing. They are written with blanks
//! between them, and read with commas or as a list as well: providers and people write all three.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of scopes, written with one blank between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "String")]
pub struct Scope(BTreeSet<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<String>),
}

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
        let words = text.split([' ', '\t', '\r', '\n', ',']).filter(|word| !word.is_empty());
        Self(words.map(str::to_owned).collect())
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Written> for Scope {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) => text.into(),
            Written::List(words) => words.join(" ").into(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_commas_and_lists_mean_the_same() {
        let same = Scope::from("aggregation woodlist");
        assert_eq!(same.to_string(), "aggregation woodlist");
        for text in ["aggregation,woodlist", " woodlist, aggregation,", "woodlist\taggregation"] {
            assert_eq!(Scope::from(text), same, "{text}");
        }
        for json in [r#"["woodlist","aggregation"]"#, r#"["aggregation,woodlist"]"#] {
            assert_eq!(serde_json::from_str::<Scope>(json).unwrap(), same, "{json}");
        }
    }
}
