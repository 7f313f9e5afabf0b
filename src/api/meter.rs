//! Zählerfreunde's endpoints: paths, parameters, and what is documented of the answers.

use serde_json::Value;

use super::client::{ApiClient, ApiError};
use super::list::{Entry, List, segment};
use super::members::{FLAG, LIST, TEXT};
use super::readings::{self, Asked};
use crate::clock::TimeZone;
use crate::data::answer::Answer;
use crate::data::meter::Meter;
use crate::data::pile::text_of;
use crate::data::query::{Query, Source, Window};

/// What the provider calls the number on the meter.
const SERIAL: [&str; 2] = ["Zählernummer", "serialNumber"];

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
    columns: &["name", "category", "addressLineOne", "postcode", "city", "id"],
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
    #[rustfmt::skip]
    columns: &[
        "name", "space", "serial", "malo", "melo", "medium", "status", "latestReadingTime", "id",
    ],
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

/// What [`name`] adds to a device.
pub const NAMES: [&str; 4] = ["space", "serial", "malo", "melo"];

/// Adds what people call a device to what the provider says of it.
pub fn name(device: &mut Entry, space: &Entry) {
    let text = |name: &str| text_of(space.get(name));
    let Meter { serial, malo, melo, .. } = named(device);
    for (name, value) in NAMES.into_iter().zip([text("name"), serial, malo, melo]) {
        if !value.is_empty() && !device.contains_key(name) {
            device.insert(name.to_owned(), value.into());
        }
    }
}

/// The devices of one space.
pub fn devices_path(space: &str) -> String {
    format!("/spaces/{}/devices", segment(space))
}

/// A device of the list with the space that it is in; `None` where it has no id.
pub fn meter(device: &Entry, space: &Entry) -> Option<Meter> {
    let text = |name: &str| text_of(space.get(name));
    let meter = Meter { space: text("name"), space_id: text("id"), ..named(device) };
    Some(meter).filter(|meter| !meter.id.is_empty())
}

/// What a device says of itself.
fn named(device: &Entry) -> Meter {
    let text = |name: &str| text_of(device.get(name));
    let mut meter = Meter {
        id: text("id"),
        name: text("name"),
        medium: text("medium"),
        is_main: device.get("isMainDevice").and_then(Value::as_bool) == Some(true),
        ..Meter::default()
    };
    // The number on the meter stands among what the provider calls meta data.
    let list = |name: &str| device.get(name).and_then(Value::as_array).into_iter().flatten();
    let is_serial = |data: &&Value| SERIAL.contains(&text_of(data.get("label")).as_str());
    if let Some(serial) = list("metaData").find(is_serial) {
        meter.serial = text_of(serial.get("value"));
    }
    meter.directions = list("directions").map(|direction| text_of(Some(direction))).collect();
    meter.directions.retain(|direction| !direction.is_empty());
    let numbers = list("externalDeviceIds").chain(device.get("externalDeviceId"));
    numbers.map(|number| text_of(Some(number))).for_each(|number| {
        if !number.is_empty() {
            meter.take_number(&number);
        }
    });
    meter
}

/// The readings of one window: `GET /devices/{deviceId}/readings` or
/// `GET /spaces/{spaceId}/readings`. The zone is that of times without an offset.
pub fn readings(
    api: &ApiClient,
    source: &Source,
    query: &Query,
    window: Window,
    zone: Option<&TimeZone>,
) -> Result<Answer, ApiError> {
    let path = match source {
        Source::Device(meter) => format!("/devices/{}/readings", segment(&meter.id)),
        Source::Space(meter, _) => format!("/spaces/{}/readings", segment(&meter.space_id)),
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
    let asked = Asked { meter: source.meter(), window, zone };
    let mut answer = readings::read(&url, api.open(&url)?.body, &asked)?;
    if let Some(direction) = query.direction {
        let direction = direction.to_string();
        answer.readings.retain(|reading| reading.labels.direction == direction);
    }
    Ok(answer)
}

/// `POST /devices/readings`; the answer is not documented, and null where it is empty.
pub fn push(api: &ApiClient, devices: &Value) -> Result<Value, ApiError> {
    api.post_json(&api.address("/devices/readings")?, devices)
}
