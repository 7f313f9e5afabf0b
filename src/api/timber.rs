//! TimberData's endpoints: paths and parameters. The paths are the provider's `paths`, because one
//! of them is not confirmed by a page that could be read.

use serde_json::Value;

use super::client::{ApiClient, ApiError};
use super::page::{Entry, List};
use crate::provider::Provider;

/// Who signed in, with groups and address. Any scope will do.
pub fn user(api: &ApiClient, provider: &Provider) -> Result<Entry, ApiError> {
    let path = path_of(provider, "user")?;
    match api.get_json(&api.address(path)?)? {
        Value::Object(object) => Ok(object),
        _ => Err(ApiError::Unusable { path: path.to_owned(), why: "is not an object".into() }),
    }
}

/// A list by its name in `paths`, narrowed by query parameters.
pub fn list<'a>(
    api: &ApiClient,
    provider: &'a Provider,
    name: &'static str,
    parameters: &[(&str, String)],
    jobs: usize,
) -> Result<List<'a>, ApiError> {
    let mut url = api.address(path_of(provider, name)?)?;
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    let unusable = |why: &str| ApiError::Unusable { path: url.path().to_owned(), why: why.into() };
    let paging = provider.paging.as_ref().ok_or_else(|| unusable("has no `paging` described"))?;
    let entries = paging.entries.as_deref().unwrap_or("entries");
    Ok(List { url, paging, entries, jobs })
}

fn path_of<'a>(provider: &'a Provider, name: &str) -> Result<&'a str, ApiError> {
    provider.paths.get(name).map(String::as_str).ok_or_else(|| ApiError::Unusable {
        path: format!("provider.{}.paths.{name}", provider.name),
        why: "is not described".into(),
    })
}
