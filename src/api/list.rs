//! Lists in pages: all of them, several requests at once, in the order of the pages.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value};
use url::Url;

use super::client::{ApiClient, ApiError};
use super::members::{self, Members};
use super::ordered;
use crate::data::answer::Odd;
use crate::data::pile::text_of;
use crate::provider::Paging;

/// Most pages that one list may have: a `next` without end is a fault, not data.
pub const MAX_PAGES: u64 = 10_000;

/// A list, or a single object, as the provider's pages document it.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// What it is called in JSON.
    pub name: &'a str,
    /// Below the provider's API base; `None` is what the provider's `paths` have under its name.
    pub path: Option<&'a str>,
    /// The member of an answer that holds the entries, unless the provider's paging names it;
    /// `None` for a single object.
    pub entries: Option<&'a str>,
    /// The members that a row shows unless others were asked for; `address.city` reaches inside.
    pub columns: &'a [&'a str],
    /// What is documented of an entry.
    pub members: Members<'a>,
}

/// One object of a list, with its members in the provider's order.
pub type Entry = Map<String, Value>;

/// What a list has that it should not have. It stops nothing else of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Entries that are no objects: left out.
    pub unread: Odd,
    /// Entries with a member that is not what it should be: they are carried as they are.
    pub odd: Odd,
    /// Entries that came before, as when a list grows while its pages are read: left out.
    pub twice: Odd,
}

impl Faults {
    /// Those of a later list as well.
    pub fn merge(&mut self, other: &Self) {
        self.unread.merge(&other.unread);
        self.odd.merge(&other.odd);
        self.twice.merge(&other.twice);
    }

    /// What a person must know of a list of this name, a line for each kind.
    pub fn lines(&self, list: &str) -> Vec<String> {
        let kinds = [
            (&self.unread, "left out, for they are no objects"),
            (&self.odd, "with a member that is not what it should be, shown as they are"),
            (&self.twice, "left out, for they came before"),
        ];
        let found = kinds.into_iter().filter(|(odd, _)| odd.count > 0);
        let line = |(odd, what): (&Odd, &str)| {
            let first = odd.first.as_deref().unwrap_or_default();
            format!("of the entries of {list}: {} {what} (first: {first})", odd.count)
        };
        found.map(line).collect()
    }
}

/// Gives on the entries that are none of the faults.
struct Sorter<'a> {
    list: &'a List<'a>,
    seen: HashSet<u64>,
    faults: Faults,
}

impl Sorter<'_> {
    fn take(&mut self, entry: Value) -> Option<Entry> {
        let Value::Object(mut entry) = entry else {
            self.faults.unread.add(|| entry.to_string().chars().take(40).collect());
            return None;
        };
        if let Err(why) = members::check(&mut entry, self.list.members) {
            self.faults.odd.add(|| why);
        }
        let id = text_of(entry.get("id"));
        if !id.is_empty() && !self.is_new(&entry, &id) {
            self.faults.twice.add(|| format!("id {id}"));
            return None;
        }
        Some(entry)
    }

    /// Of a list that is not documented nobody knows whether its ids are of one entry alone, so
    /// only one that is wholly the same is the same.
    fn is_new(&mut self, entry: &Entry, id: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        match self.list.members {
            [] => entry.hash(&mut hasher),
            _ => id.hash(&mut hasher),
        }
        self.seen.insert(hasher.finish())
    }
}

/// One page of a list.
struct Page {
    entries: Vec<Value>,
    /// How many pages there are in all.
    pages: u64,
}

/// An id as one segment of a path, whatever is in it.
pub fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Where a page is.
pub fn page_url(list: &Url, paging: &Paging, number: u64) -> Url {
    let mut url = list.clone();
    url.query_pairs_mut()
        .append_pair(&paging.page, &number.to_string())
        .append_pair(&paging.size, &paging.max_size.to_string());
    url
}

/// How many pages there are, as an answer's members say; `None` where they do not.
pub fn pages_of(answer: &Entry, paging: &Paging) -> Option<u64> {
    let number = |member: &String| match answer.get(member)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    };
    match (&paging.pages, &paging.count) {
        (Some(pages), _) => number(pages),
        (None, Some(count)) => Some(number(count)?.div_ceil(paging.max_size)),
        (None, None) => Some(1),
    }
}

/// Refuses a list that no provider can mean.
pub fn check_pages(list: &Url, pages: u64) -> Result<(), ApiError> {
    if pages > MAX_PAGES {
        return Err(ApiError::unusable(list, format!("has {pages} pages, which cannot be")));
    }
    Ok(())
}

impl<'a> List<'a> {
    /// The names of the members that are documented of an entry.
    pub fn documented(&self) -> Vec<&'a str> {
        self.members.iter().flat_map(|(_, names)| names.split_whitespace()).collect()
    }

    /// Gives `each` the entries of one page, by its number as the provider counts, or of all pages
    /// in order; or the single object. Says what of them is not as it should be.
    pub fn for_each<E: From<ApiError>>(
        &self,
        api: &ApiClient,
        parameters: &[(&str, String)],
        page: Option<u64>,
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<Faults, E> {
        let mut url = api.address(self.path.map_or_else(|| api.path(self.name), Ok)?)?;
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let mut sorter = Sorter { list: self, seen: HashSet::new(), faults: Faults::default() };
        let Some(entries) = self.entries else {
            let object = object(&url, api.get_json(&url)?)?;
            sorter.take(object.into()).map_or(Ok(()), each)?;
            return Ok(sorter.faults);
        };
        let paging = api.paging()?;
        let entries = paging.entries.as_deref().unwrap_or(entries);
        let read = |number: &u64| self.read(api, &url, paging, entries, *number);
        let first = read(&page.unwrap_or(paging.first))?;
        if page.is_none() {
            check_pages(&url, first.pages)?;
        }
        let mut all = |entries: Vec<Value>| {
            entries.into_iter().filter_map(|entry| sorter.take(entry)).try_for_each(&mut each)
        };
        all(first.entries)?;
        let last = if page.is_none() { paging.first + first.pages } else { 0 };
        let rest: Vec<u64> = (paging.first + 1..last).collect();
        ordered::for_each(&rest, api.jobs, read, |_, page| all(page?.entries))?;
        Ok(sorter.faults)
    }

    fn read(
        &self,
        api: &ApiClient,
        url: &Url,
        paging: &Paging,
        name: &str,
        number: u64,
    ) -> Result<Page, ApiError> {
        let unusable = |why: String| ApiError::unusable(url, why);
        let mut answer = object(url, api.get_json(&page_url(url, paging, number))?)?;
        let pages = pages_of(&answer, paging);
        let entries = match answer.remove(name) {
            Some(Value::Array(entries)) => entries,
            Some(Value::Null) => Vec::new(),
            _ => return Err(unusable(format!("has no list named {name}"))),
        };
        // Of nothing there are no more pages, whether or not that is said.
        let pages = pages.or_else(|| entries.is_empty().then_some(1)).ok_or_else(|| {
            let member = paging.pages.as_ref().or(paging.count.as_ref());
            unusable(format!("has no page count in {}", member.map_or("", String::as_str)))
        })?;
        Ok(Page { entries, pages })
    }
}

fn object(url: &Url, answer: Value) -> Result<Entry, ApiError> {
    match answer {
        Value::Object(object) => Ok(object),
        _ => Err(ApiError::unusable(url, "is not an object")),
    }
}
