//! Sets of scopes (RFC 6749 §3.3): words whose order means nothing. They are written with blanks
//! between them, and read with commas or as a list as well: providers and people write all three.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// A set of scopes: its words in order, with one blank between them. In one piece, since there may
/// be two for each of ten thousand accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Box<str>);

impl Scope {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|one| one == word)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split_terminator(' ')
    }

    /// With the words of `known` in its spelling: in other letters, in quotes, or parted by other
    /// characters than blanks and commas, all of which a scope of its own could have.
    #[must_use]
    pub fn spelled_as<'a>(&self, known: impl Iterator<Item = &'a str> + Clone) -> Scope {
        let spelling = |word: &str| {
            let mut alike = known.clone().filter(|known| known.eq_ignore_ascii_case(word));
            alike.next().filter(|_| alike.next().is_none()).map(str::to_owned)
        };
        let parted = |word: &str| -> Vec<String> {
            if known.clone().any(|known| known == word) {
                return vec![word.to_owned()];
            }
            let parts = word.split([';', '+', '|', '"', '\'']).filter(|part| !part.is_empty());
            let parts: Option<Vec<String>> = parts.map(spelling).collect();
            parts.unwrap_or_else(|| vec![word.to_owned()])
        };
        self.iter().flat_map(parted).collect()
    }

    /// What is in `self` and not in `other`.
    pub fn without(&self, other: &Scope) -> Scope {
        Self::of(self.iter().filter(|word| !other.contains(word)).collect())
    }

    fn of(words: BTreeSet<&str>) -> Self {
        Self(words.into_iter().collect::<Vec<_>>().join(" ").into())
    }
}

impl FromIterator<String> for Scope {
    fn from_iter<T: IntoIterator<Item = String>>(words: T) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        Self::of(words.iter().map(String::as_str).collect())
    }
}

impl From<&str> for Scope {
    fn from(text: &str) -> Self {
        let parts = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | b',');
        // As it was written here: of ten thousand accounts each is.
        let is_in_order = text.split(' ').is_sorted_by(|one, next| one < next);
        if is_in_order && !text.starts_with(' ') && !text.bytes().any(parts) {
            return Self(text.into());
        }
        let words = text.split([' ', '\t', '\r', '\n', ',']);
        Self::of(words.filter(|word| !word.is_empty()).collect())
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// Reads a text or a list of texts.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Scope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scope, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scope, A::Error> {
        let mut words = String::new();
        while let Some(word) = list.next_element::<String>()? {
            words.push(' ');
            words += &word;
        }
        Ok(words.into())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
        let one = "aggregation aggregation woodlist woodlist";
        assert_eq!(Scope::from("woodlist woodlist").to_string(), "woodlist");
        for text in [one, "aggregation  woodlist", "aggregation woodlist ", "aggregation\nwoodlist"]
        {
            assert_eq!(Scope::from(text), same, "{text:?}");
        }
        assert!([" ", "", ",", "\n"].iter().all(|text| Scope::from(*text) == Scope::default()));
        assert_eq!(Scope::default().iter().count(), 0);
        assert_eq!(serde_json::to_string(&same).unwrap(), r#""aggregation woodlist""#);
        assert!(serde_json::from_str::<Scope>("1").is_err());
        for json in [r#"["woodlist","aggregation"]"#, r#"["aggregation,woodlist"]"#] {
            assert_eq!(serde_json::from_str::<Scope>(json).unwrap(), same, "{json}");
        }
    }
}
