//! The names of the words, in sections as in the files.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Every word of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Headings, by the column's name in machine formats.
    pub columns: BTreeMap<String, String>,
}
