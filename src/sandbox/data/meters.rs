//! The lists of the meter-data API, member by member as its OpenAPI description names them.

use serde_json::{Value, json};

use super::super::calendar::{self, DAY, QUARTER};
use super::super::catalogue::{CATALOGUE, Device, dice, pick};
use super::super::http::Answer;
use super::{Question, number, problem};

/// The provider's default; the sandbox takes no larger page either.
const PAGE_SIZE: usize = 100;
/// Enough for a second page.
const CUSTOMERS: usize = 130;
/// Where pictures would be, were there any (RFC 2606).
const PICTURES: &str = "https://sandbox.invalid/pictures";

/// `GET /partners/current`
pub fn partner(question: &Question) -> Result<Answer, Answer> {
    let person = question.person;
    let partner = json!({
        "id": "b0000000-0000-4000-8000-000000000001",
        "name": person.company,
        "legalName": format!("{} GmbH", person.company),
        "logoUrl": format!("{PICTURES}/{}.svg", person.id),
    });
    Ok(Answer::json(200, &partner).note("partner"))
}

/// `GET /spaces`
pub fn spaces(question: &Question) -> Result<Answer, Answer> {
    page(question, "spaces", &CATALOGUE.spaces)
}

/// `GET /spaces/{id}/devices`
pub fn devices(question: &Question) -> Result<Answer, Answer> {
    if !CATALOGUE.has_space(question.id) {
        return Err(problem(404, "unknown space"));
    }
    let devices =
        CATALOGUE.devices_of(question.id).map(|device| shown(device, question.request.at));
    page(question, "devices", &devices.collect::<Vec<Value>>())
}

/// `GET /customers`
pub fn customers(question: &Question) -> Result<Answer, Answer> {
    page(question, "customers", &(1..=CUSTOMERS).map(customer).collect::<Vec<Value>>())
}

/// One page of a list: `page` counts from 0.
fn page(question: &Question, list: &str, entries: &[Value]) -> Result<Answer, Answer> {
    let page = number(&question.request.query, "page", 0, 0..=i32::MAX as usize)?;
    let size = number(&question.request.query, "pageSize", PAGE_SIZE, 1..=PAGE_SIZE)?;
    let on_page: Vec<&Value> = entries.iter().skip(page * size).take(size).collect();
    let pages = entries.len().div_ceil(size);
    Ok(Answer::json(200, &json!({ list: on_page, "totalNumPages": pages }))
        .note("a page of a list"))
}

/// Members that are not required are left out where there is nothing to say.
fn shown(device: &Device, now: i64) -> Value {
    let failed = device.until.is_some_and(|until| until.as_second() <= now);
    let (provider, kind) = (&device.provider, &device.kind);
    let provider_name = &CATALOGUE.providers[provider];
    let directions: Vec<&str> = device.flows.iter().map(|flow| &*flow.direction).collect();
    let mut value = json!({
        "id": device.id,
        "name": device.name,
        "status": if failed { "FAILED" } else { "CONNECTED" },
        "latestReadingTime": calendar::text(latest(device, now)),
        "firstReadingTime": device.since,
        "directions": directions,
        "provider": provider,
        "providerName": provider_name,
        "providerDescription": format!("Zähler über {provider_name}"),
        "providerLogoUrl": format!("{PICTURES}/{}.svg", provider.to_lowercase()),
        "deviceType": kind,
        "deviceTypeDescription": CATALOGUE.kinds[kind],
        "deviceTypeImageUrl": format!("{PICTURES}/{}.png", kind.to_lowercase()),
        "deviceTypeIcon": kind.to_lowercase(),
        "isMainDeviceAllowed": true,
        "isMainDevice": device.main,
        "metaData": [{ "label": "Zählernummer", "value": serial_number(device) }],
        "createdAt": device.since,
        "medium": device.medium,
        "imageUrl": format!("{PICTURES}/{}.jpg", device.id),
        "ownerUserId": "auth0|sandbox-anna",
    });
    if let Some(first) = device.external.first() {
        value["externalDeviceId"] = json!(first);
        value["externalDeviceIds"] = json!(device.external);
    }
    if failed {
        value["errorMessage"] = json!("Seit Tagen kein Signal vom Gateway");
    }
    if provider == "BLUEMETERING" {
        value["providerInstructionsPath"] = json!("/hilfe/blue-metering");
    }
    value
}

/// When its last reading begins: with the last whole quarter hour that is not missing.
fn latest(device: &Device, now: i64) -> i64 {
    let end = super::readings::end(device, now).div_euclid(QUARTER) * QUARTER;
    let missing = |time: i64| device.gap.as_ref().is_some_and(|gap| gap.holds(time));
    // No gap is longer than a day and its hour.
    let mut before = (1..2 * DAY / QUARTER).map(|quarters| end - quarters * QUARTER);
    before.find(|time| !missing(*time)).unwrap_or(end)
}

/// As on a name plate (DIN 43863-5): a letter for the medium, a maker, a number.
fn serial_number(device: &Device) -> String {
    let medium = match &*device.medium {
        "ELECTRICITY" => 1,
        "HEATING" => 6,
        "GAS" => 7,
        _ => 8,
    };
    format!("{medium}SBX00{:08}", dice(device.seed(), 0) % 100_000_000)
}

/// Some are without name, some without address.
fn customer(number: usize) -> Value {
    let [first, last] = &CATALOGUE.customer_names;
    let seed = number as u64;
    let mut value = json!({
        "id": format!("c0000000-0000-4000-8000-{number:012}"),
        "external_id": format!("K-{:05}", 10_000 + number * 7),
    });
    if !number.is_multiple_of(9) {
        value["name"] = json!(format!("{} {}", pick(first, seed, 1), pick(last, seed, 2)));
    }
    if !number.is_multiple_of(4) {
        value["email"] = json!(format!("kunde{number}@muster.example"));
    }
    value
}
