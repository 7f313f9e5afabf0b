//! Zählerfreunde's endpoints: paths and parameters.

use serde_json::Value;
use url::Url;

use super::client::{ApiClient, ApiError};
use super::members::{Kind, Members};
use super::page::{Entry, List, object};
use super::readings::Readings;
use crate::data::query::{Query, Source, Window};
use crate::provider::Paging;

const PARTNER: Members = &[(Kind::Text, &["id", "name"])];
const SPACE: Members = &[
    (
        Kind::Text,
        &[
            "id",
            "name",
            "addressLineOne",
            "addressLineTwo",
            "postcode",
            "city",
            "ownerUserId",
            "category",
            "categoryIcon",
            "country",
            "parentSpaceId",
        ],
    ),
    (Kind::List, &["associatedUsersId"]),
    (Kind::Flag, &["isParticipatingInLttProject"]),
];
const DEVICE: Members = &[
    (
        Kind::Text,
        &[
            "id",
            "name",
            "status",
            "latestReadingTime",
            "firstReadingTime",
            "provider",
            "providerName",
            "deviceType",
            "createdAt",
            "errorMessage",
            "medium",
            "ownerUserId",
            "externalDeviceId",
        ],
    ),
    (Kind::List, &["directions", "metaData", "externalDeviceIds"]),
    (Kind::Flag, &["isMainDevice", "isMainDeviceAllowed"]),
];
const CUSTOMER: Members = &[(Kind::Text, &["id", "external_id", "email", "name"])];

/// `GET /partners/current`: who am I.
pub fn whoami(api: &ApiClient) -> Result<Entry, ApiError> {
    object(api, &api.address("/partners/current")?, PARTNER)
}

/// `GET /spaces`
pub fn spaces<'a>(api: &ApiClient, paging: &'a Paging, jobs: usize) -> Result<List<'a>, ApiError> {
    Ok(List { url: api.address("/spaces")?, paging, entries: "spaces", members: SPACE, jobs })
}

/// `GET /spaces/{spaceId}/devices`
pub fn devices<'a>(
    api: &ApiClient,
    paging: &'a Paging,
    space: &str,
    jobs: usize,
) -> Result<List<'a>, ApiError> {
    let url = api.address(&format!("/spaces/{}/devices", segment(space)))?;
    Ok(List { url, paging, entries: "devices", members: DEVICE, jobs })
}

/// `GET /customers`
pub fn customers<'a>(
    api: &ApiClient,
    paging: &'a Paging,
    jobs: usize,
) -> Result<List<'a>, ApiError> {
    Ok(List {
        url: api.address("/customers")?,
        paging,
        entries: "customers",
        members: CUSTOMER,
        jobs,
    })
}

/// The readings of one window: `GET /devices/{deviceId}/readings` or
/// `GET /spaces/{spaceId}/readings`.
pub fn readings(
    api: &ApiClient,
    source: &Source,
    query: &Query,
    window: Window,
) -> Result<Readings, ApiError> {
    let url = readings_url(api, source, query, window)?;
    let body = api.get(&url)?;
    Readings::read(body, window.from, window.to).map_err(|error| match error {
        super::object_stream::StreamError::BrokeOff(error) => ApiError::BrokeOff(error),
        error => ApiError::Unusable { path: url.path().to_owned(), why: error.to_string() },
    })
}

fn readings_url(
    api: &ApiClient,
    source: &Source,
    query: &Query,
    window: Window,
) -> Result<Url, ApiError> {
    let path = match source {
        Source::Device(id) => format!("/devices/{}/readings", segment(id)),
        Source::Space(id, _) => format!("/spaces/{}/readings", segment(id)),
    };
    let mut url = api.address(&path)?;
    url.query_pairs_mut()
        .append_pair("startTime", &window.from.to_string())
        .append_pair("endTime", &window.to.to_string())
        .append_pair("resolution", &query.resolution.to_string())
        .append_pair("measurement", &query.measurement.to_string());
    if let Source::Space(_, medium) = source {
        url.query_pairs_mut().append_pair("medium", &medium.to_string());
    }
    Ok(url)
}

/// `POST /devices/readings`
pub fn push(api: &ApiClient, devices: &Value) -> Result<(), ApiError> {
    let url = api.address("/devices/readings")?;
    api.post_json(&url, devices.to_string().into_bytes()).map(drop)
}

/// An id as one segment of a path, whatever is in it.
fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}
