//! Lists in pages: all of them, several requests at once, in the order of the pages.

use serde_json::{Map, Value};
use url::Url;

use super::client::{ApiClient, ApiError};
use super::members::{self, Members};
use super::ordered;
use crate::provider::Paging;

/// Most pages that one list may have: a `next` without end is a fault, not data.
pub const MAX_PAGES: u64 = 10_000;

/// A list at `url`, whose entries stand in the member `entries` of each answer.
pub struct List<'a> {
    pub url: Url,
    pub paging: &'a Paging,
    pub entries: &'a str,
    /// What is documented of an entry.
    pub members: Members,
    /// Requests at once.
    pub jobs: usize,
}

/// One object of a list, with its members in the provider's order.
pub type Entry = Map<String, Value>;

/// One object at an address, with its documented members checked.
pub fn object(api: &ApiClient, url: &Url, members: Members) -> Result<Entry, ApiError> {
    let unusable = |why| ApiError::Unusable { path: url.path().to_owned(), why };
    match api.get_json(url)? {
        Value::Object(object) => match members::check(&object, members) {
            Ok(()) => Ok(object),
            Err(why) => Err(unusable(format!("is wrong: {why}"))),
        },
        _ => Err(unusable("is not an object".into())),
    }
}

impl List<'_> {
    /// One page, by its number as the provider counts.
    pub fn page(&self, api: &ApiClient, number: u64) -> Result<Vec<Entry>, ApiError> {
        self.read(api, number).map(|(entries, _)| entries)
    }

    /// Every entry of every page, in order, given to `each`.
    pub fn for_each<E: From<ApiError> + Send>(
        &self,
        api: &ApiClient,
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let (entries, pages) = self.read(api, self.paging.first)?;
        if pages > MAX_PAGES {
            return Err(self.unusable(format!("has {pages} pages, which cannot be")).into());
        }
        entries.into_iter().try_for_each(&mut each)?;
        let rest: Vec<u64> = (self.paging.first + 1..self.paging.first + pages).collect();
        ordered::for_each(
            &rest,
            self.jobs,
            |number| self.page(api, *number),
            |entries| entries?.into_iter().try_for_each(&mut each),
        )
    }

    /// One page's entries, and how many pages there are in all.
    fn read(&self, api: &ApiClient, number: u64) -> Result<(Vec<Entry>, u64), ApiError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair(&self.paging.page, &number.to_string())
            .append_pair(&self.paging.size, &self.paging.max_size.to_string());
        let Value::Object(mut answer) = api.get_json(&url)? else {
            return Err(self.unusable("is not an object"));
        };
        let pages = self.pages(&answer)?;
        let Some(Value::Array(list)) = answer.remove(self.entries) else {
            return Err(self.unusable(format!("has no list named {}", self.entries)));
        };
        let entries = list.into_iter().enumerate().map(|(index, entry)| {
            let Value::Object(entry) = entry else {
                return Err(self
                    .unusable(format!("has an entry of {} that is not an object", self.entries)));
            };
            members::check(&entry, self.members).map_err(|why| {
                let entries = self.entries;
                self.unusable(format!("has a wrong entry of {entries} (number {index}): {why}"))
            })?;
            Ok(entry)
        });
        Ok((entries.collect::<Result<_, _>>()?, pages))
    }

    fn pages(&self, answer: &Entry) -> Result<u64, ApiError> {
        let number = |member: &String| {
            answer
                .get(member)
                .and_then(Value::as_u64)
                .ok_or_else(|| self.unusable(format!("has no page count in {member}")))
        };
        match (&self.paging.pages, &self.paging.count) {
            (Some(pages), _) => number(pages),
            (None, Some(count)) => Ok(number(count)?.div_ceil(self.paging.max_size)),
            (None, None) => Ok(1),
        }
    }

    fn unusable(&self, why: impl Into<String>) -> ApiError {
        ApiError::Unusable { path: self.url.path().to_owned(), why: why.into() }
    }
}
