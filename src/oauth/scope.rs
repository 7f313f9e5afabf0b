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

    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(String::as_str)
    }

    /// With the words of `known` in its spelling: in other letters, in quotes, or parted by other
    /// characters than blanks and commas, all of which a scope of its own could have.
    #[must_use]
    pub fn spelled_as<'a>(&self, known: impl Iterator<Item = &'a str> + Clone) -> Scope {
        let spelling = |word: &str| {
            let mut alike = known.clone().filter(|known| known.eq_ignore_ascii_case(word));
            alike.next().filter(|_| alike.next().is_none()).map(str::to_owned)
        };
        let parted = |word: &String| -> Vec<String> {
            if known.clone().any(|known| known == word) {
                return vec![word.clone()];
            }
            let parts = word.split([';', '+', '|', '"', '\'']).filter(|part| !part.is_empty());
            let parts: Option<Vec<String>> = parts.map(spelling).collect();
            parts.unwrap_or_else(|| vec![word.clone()])
        };
        Self(self.0.iter().flat_map(parted).collect())
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
    fn a_known_scope_is_known_in_other_letters_and_between_other_characters() {
        let known = Scope::from("aggregation woodlist a+b");
        for text in [
            "aggregation;woodlist",
            "aggregation+woodlist",
            "woodlist | aggregation",
            "Aggregation WOODLIST",
            "\"aggregation woodlist\"",
        ] {
            let same = Scope::from(text).spelled_as(known.iter());
            assert_eq!(same.to_string(), "aggregation woodlist", "{text}");
        }
        for kept in ["a+b", "other;woodlist", "read+write"] {
            assert_eq!(Scope::from(kept).spelled_as(known.iter()).to_string(), kept);
        }
        let two = Scope::from("read READ");
        assert_eq!(Scope::from("Read").spelled_as(two.iter()).to_string(), "Read", "either");
    }

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
