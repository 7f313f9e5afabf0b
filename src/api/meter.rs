//! Zählerfreunde's endpoints: paths, parameters, and what is documented of the answers.

use serde_json::Value;

use super::client::{ApiClient, ApiError};
use super::list::{List, segment};
use super::members::{FLAG, LIST, TEXT};
use super::readings;
use crate::data::query::{Query, Source, Window};
use crate::data::reading::Reading;

/// Who am I.
pub const PARTNER: List = List {
    name: "partner",
    path: Some("/partners/current"),
    entries: None,
    columns: &["id", "name"],
    members: &[(TEXT, "id name")],
};

pub const SPACES: List = List {
    name: "spaces",
    path: Some("/spaces"),
    entries: Some("spaces"),
    columns: &["id", "name", "category", "addressLineOne", "postcode", "city"],
    members: &[
        (
            TEXT,
            "id name addressLineOne addressLineTwo postcode city ownerUserId category \
             categoryIcon country parentSpaceId",
        ),
        (LIST, "associatedUsersId"),
        (FLAG, "isParticipatingInLttProject"),
    ],
};

/// Without its path, which [`devices_path`] makes.
pub const DEVICES: List = List {
    name: "devices",
    path: None,
    entries: Some("devices"),
    columns: &["id", "name", "medium", "deviceType", "status", "isMainDevice", "latestReadingTime"],
    members: &[
        (
            TEXT,
            "id name status latestReadingTime firstReadingTime provider providerName deviceType \
             createdAt errorMessage medium ownerUserId externalDeviceId",
        ),
        (LIST, "directions metaData externalDeviceIds"),
        (FLAG, "isMainDevice isMainDeviceAllowed"),
    ],
};

pub const CUSTOMERS: List = List {
    name: "customers",
    path: Some("/customers"),
    entries: Some("customers"),
    columns: &["id", "external_id", "name", "email"],
    members: &[(TEXT, "id external_id email name")],
};

/// The devices of one space.
pub fn devices_path(space: &str) -> String {
    format!("/spaces/{}/devices", segment(space))
}

/// The readings of one window: `GET /devices/{deviceId}/readings` or
/// `GET /spaces/{spaceId}/readings`.
pub fn readings(
    api: &ApiClient,
    source: &Source,
    query: &Query,
    window: Window,
) -> Result<Vec<Reading>, ApiError> {
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
    readings::read(&url, api.open(&url)?.body, window)
}

/// `POST /devices/readings`
pub fn push(api: &ApiClient, devices: &Value) -> Result<(), ApiError> {
    api.post_json(&api.address("/devices/readings")?, devices)
}
