//! The meter-data API's answers, stated member by member from its OpenAPI description.

use serde_json::Value;

/// What a member is.
pub enum Shape {
    Text,
    /// RFC 3339, in UTC.
    Time,
    OneOf(&'static [&'static str]),
    Number,
    Whole,
    Flag,
    List(&'static Shape),
    Object(&'static [Member]),
}

/// Its name, whether it is always there, what it is. None is ever null.
pub type Member = (&'static str, Presence, Shape);

#[derive(PartialEq)]
pub enum Presence {
    Always,
    Sometimes,
}

use Presence::{Always, Sometimes};
use Shape::*;

const WAYS: Shape = OneOf(&["IN", "OUT"]);
const MEDIA: Shape = OneOf(&["ELECTRICITY", "GAS", "WATER", "HEATING"]);

pub const PARTNER: Shape = Object(&[
    ("id", Always, Text),
    ("name", Always, Text),
    ("legalName", Always, Text),
    ("logoUrl", Always, Text),
]);

pub const SPACES: Shape =
    Object(&[("spaces", Always, List(&SPACE)), ("totalNumPages", Always, Whole)]);
const SPACE: Shape = Object(&[
    ("id", Always, Text),
    ("name", Always, Text),
    ("addressLineOne", Always, Text),
    ("addressLineTwo", Sometimes, Text),
    ("postcode", Always, Text),
    ("city", Always, Text),
    ("country", Always, Text),
    ("ownerUserId", Always, Text),
    ("category", Always, Text),
    ("categoryIcon", Always, Text),
    ("associatedUsersId", Always, List(&Text)),
    ("parentSpaceId", Sometimes, Text),
    ("isParticipatingInLttProject", Always, Flag),
]);

pub const DEVICES: Shape =
    Object(&[("devices", Always, List(&DEVICE)), ("totalNumPages", Always, Whole)]);
const DEVICE: Shape = Object(&[
    ("id", Always, Text),
    ("name", Always, Text),
    ("status", Always, OneOf(&["CONNECTED", "CONNECTING", "FAILED"])),
    ("errorMessage", Sometimes, Text),
    ("createdAt", Always, Time),
    ("firstReadingTime", Always, Time),
    ("latestReadingTime", Always, Time),
    ("directions", Always, List(&WAYS)),
    ("medium", Always, MEDIA),
    ("imageUrl", Always, Text),
    ("ownerUserId", Always, Text),
    ("provider", Always, PROVIDERS),
    ("providerName", Always, Text),
    ("providerDescription", Always, Text),
    ("providerLogoUrl", Always, Text),
    ("providerInstructionsPath", Sometimes, Text),
    ("deviceType", Always, Text),
    ("deviceTypeDescription", Always, Text),
    ("deviceTypeImageUrl", Always, Text),
    ("deviceTypeIcon", Always, Text),
    ("isMainDevice", Always, Flag),
    ("isMainDeviceAllowed", Sometimes, Flag),
    ("metaData", Always, List(&Object(&[("label", Always, Text), ("value", Always, Text)]))),
    ("externalDeviceId", Sometimes, Text),
    ("externalDeviceIds", Sometimes, List(&Text)),
]);
/// Those of the documented keys that the sandbox uses.
const PROVIDERS: Shape = OneOf(&["DISCOVERGY", "BLUEMETERING", "LOBARO", "MSCONS"]);

pub const CUSTOMERS: Shape =
    Object(&[("customers", Always, List(&CUSTOMER)), ("totalNumPages", Always, Whole)]);
const CUSTOMER: Shape = Object(&[
    ("id", Always, Text),
    ("external_id", Always, Text),
    ("email", Sometimes, Text),
    ("name", Sometimes, Text),
]);

pub const READINGS: Shape = List(&Object(&[
    ("deviceId", Always, Text),
    ("timeStamp", Always, Time),
    ("measurement", Always, OneOf(&["POWER", "ENERGY", "METER_READING"])),
    ("value", Always, Number),
    ("unit", Always, Text),
    ("label", Always, Text),
    ("deviceType", Always, Text),
    ("deviceProvider", Always, Text),
    ("medium", Always, MEDIA),
    ("direction", Always, WAYS),
]));

/// Every member of `value` is documented, and every documented one is as it should be.
pub fn check(value: &Value, shape: &Shape, place: &str) {
    let good = match shape {
        Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Time => value.as_str().is_some_and(|text| text.len() == 20 && text.ends_with('Z')),
        OneOf(texts) => value.as_str().is_some_and(|text| texts.contains(&text)),
        Number => value.is_f64(),
        Whole => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Flag => value.is_boolean(),
        List(of) => {
            let entries = value.as_array().unwrap_or_else(|| panic!("{place}: {value}"));
            for (i, entry) in entries.iter().enumerate() {
                check(entry, of, &format!("{place}[{i}]"));
            }
            true
        }
        Object(members) => {
            let object = value.as_object().unwrap_or_else(|| panic!("{place}: {value}"));
            for (name, presence, shape) in *members {
                match object.get(*name) {
                    Some(value) => check(value, shape, &format!("{place}.{name}")),
                    None => assert!(*presence == Sometimes, "{place} lacks {name}"),
                }
            }
            let known = |name: &String| members.iter().any(|(known, ..)| known == name);
            object.keys().all(known)
        }
    };
    assert!(good, "{place}: {value}");
}
