//! Lists in pages: all of them, several requests at once, in the order of the pages.

use serde_json::{Map, Value};
use url::Url;

use super::client::{ApiClient, ApiError};
use super::members::{self, Members};
use super::ordered;
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

/// One page of a list.
struct Page {
    entries: Vec<Entry>,
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
    let number = |member: &String| answer.get(member)?.as_u64();
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
    /// in order; or the single object.
    pub fn for_each<E: From<ApiError>>(
        &self,
        api: &ApiClient,
        parameters: &[(&str, String)],
        page: Option<u64>,
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut url = api.address(self.path.map_or_else(|| api.path(self.name), Ok)?)?;
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let Some(entries) = self.entries else {
            let object = members::check(object(&url, api.get_json(&url)?)?, self.members);
            let wrong = |why| ApiError::unusable(&url, format!("is wrong: {why}"));
            return each(object.map_err(wrong)?);
        };
        let paging = api.paging()?;
        let entries = paging.entries.as_deref().unwrap_or(entries);
        let read = |number: &u64| self.read(api, &url, paging, entries, *number);
        let first = read(&page.unwrap_or(paging.first))?;
        if page.is_none() {
            check_pages(&url, first.pages)?;
        }
        first.entries.into_iter().try_for_each(&mut each)?;
        let last = if page.is_none() { paging.first + first.pages } else { 0 };
        let rest: Vec<u64> = (paging.first + 1..last).collect();
        ordered::for_each(&rest, api.jobs, read, |_, page| {
            page?.entries.into_iter().try_for_each(&mut each)
        })
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
        let pages = pages_of(&answer, paging).ok_or_else(|| {
            let member = paging.pages.as_ref().or(paging.count.as_ref());
            unusable(format!("has no page count in {}", member.map_or("", String::as_str)))
        })?;
        let Some(Value::Array(list)) = answer.remove(name) else {
            return Err(unusable(format!("has no list named {name}")));
        };
        let entry = |(index, entry)| match entry {
            Value::Object(entry) => members::check(entry, self.members).map_err(|why| {
                unusable(format!("has a wrong entry of {name} (number {index}): {why}"))
            }),
            _ => Err(unusable(format!("has an entry of {name} that is not an object"))),
        };
        let entries = list.into_iter().enumerate().map(entry).collect::<Result<_, _>>()?;
        Ok(Page { entries, pages })
    }
}

fn object(url: &Url, answer: Value) -> Result<Entry, ApiError> {
    match answer {
        Value::Object(object) => Ok(object),
        _ => Err(ApiError::unusable(url, "is not an object")),
    }
}
