//! A provider's lists as its description has them: where they are, and how they are paged.

use serde::Deserialize;

/// How the provider's lists are paged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The query parameter that names the page.
    pub page: String,
    /// The number of the first page.
    pub first: u64,
    /// The query parameter that says how many entries a page has.
    pub size: String,
    /// The most entries a page can have.
    pub max_size: u64,
    /// The member that says how many pages there are.
    pub pages: Option<String>,
    /// The member that says how many entries there are in all.
    pub count: Option<String>,
    /// The member that holds a page's entries, where it has the same name in every list.
    pub entries: Option<String>,
}

/// A list of the provider's data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedList {
    /// Below `api_base`. What stands in braces, as in `/spaces/{space}/devices`, is asked for.
    pub path: String,
    /// The member of an answer that holds the entries; the list's own name unless said otherwise.
    pub entries: Option<String>,
    /// The members that a row shows; `address.city` reaches inside.
    pub columns: Vec<String>,
    /// The scope without which the list is not given.
    pub scope: Option<String>,
}
