//! The lists of the meter-data API, member by member as its OpenAPI description names them.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::object::object;
use super::super::provider::Person;
use super::super::request::Call;
use super::calendar;
use super::catalogue::SPACES;
use super::devices::{self, Device, Medium, Space};
use super::dice::{dice, pick};
use super::problem;

/// The provider's default; the sandbox takes no larger page either.
const PAGE_SIZE: usize = 100;
/// Enough for a second page.
const CUSTOMERS: usize = 130;
/// Where pictures would be, were there any (RFC 2606).
const PICTURES: &str = "https://sandbox.invalid/pictures";
/// Who all spaces and meters belong to.
const OWNER: &str = "auth0|sandbox-anna";

/// `GET /partners/current`
pub fn partner(person: &Person) -> Answer {
    let partner = object!({
        "id": "b0000000-0000-4000-8000-000000000001",
        "name": person.company,
        "legalName": format!("{} GmbH", person.company),
        "logoUrl": format!("{PICTURES}/{}.svg", person.id),
    });
    Answer::json(200, &partner).note("partner")
}

/// `GET /spaces`
pub fn spaces(call: &Call) -> Answer {
    page(call, "spaces", &SPACES.each_ref().map(space))
}

/// `GET /spaces/{id}/devices`, `now` in seconds.
pub fn devices(id: &str, call: &Call, now: i64) -> Answer {
    let Some(space) = devices::space(id) else { return problem(404, "unknown space") };
    let devices: Vec<Value> = devices::devices_of(space).map(|found| device(found, now)).collect();
    page(call, "devices", &devices)
}

/// `GET /customers`
pub fn customers(call: &Call) -> Answer {
    let customers: Vec<Value> = (1..=CUSTOMERS).map(customer).collect();
    page(call, "customers", &customers)
}

/// One page of a list: `page` counts from 0.
fn page(call: &Call, list: &'static str, entries: &[Value]) -> Answer {
    let number = |name, default| match call.query.get(name) {
        None => Some(default),
        Some(text) => text.parse::<i32>().ok().and_then(|number| usize::try_from(number).ok()),
    };
    let Some(page) = number("page", 0) else {
        return problem(422, "page must be a number from 0");
    };
    let size = number("pageSize", PAGE_SIZE).filter(|size| (1..=PAGE_SIZE).contains(size));
    let Some(size) = size else { return problem(422, "pageSize must be a number from 1 to 100") };
    let on_page: Vec<&Value> = entries.iter().skip(page.saturating_mul(size)).take(size).collect();
    let pages = entries.len().div_ceil(size);
    Answer::json(200, &json!({ list: on_page, "totalNumPages": pages })).note("a page of a list")
}

fn space(space: &Space) -> Value {
    let mut value = object!({
        "id": space.id,
        "name": space.name,
        "addressLineOne": space.street,
        "postcode": space.postcode,
        "city": space.city,
        "ownerUserId": OWNER,
        "category": space.category,
        "categoryIcon": space.category.to_lowercase(),
        "associatedUsersId": [OWNER, "auth0|sandbox-mira"],
        "country": "DE",
        "isParticipatingInLttProject": space.parent.is_some(),
    });
    optional(&mut value, "addressLineTwo", space.more_address);
    optional(&mut value, "parentSpaceId", space.parent);
    value
}

fn device(device: &Device, now: i64) -> Value {
    let failed = device.until.is_some_and(|day| calendar::midnight(day) <= now);
    let since = calendar::text(calendar::midnight(device.since));
    let directions: Vec<&str> = device.flows.iter().map(|flow| flow.direction).collect();
    let (provider, provider_name) = device.provider;
    let (kind, kind_description) = device.kind;
    let mut value = object!({
        "id": device.id,
        "name": device.name,
        "status": if failed { "FAILED" } else { "CONNECTED" },
        "latestReadingTime": calendar::text(device.latest(now)),
        "firstReadingTime": since,
        "directions": directions,
        "provider": provider,
        "providerName": provider_name,
        "providerDescription": format!("Zähler über {provider_name}"),
        "providerLogoUrl": format!("{PICTURES}/{}.svg", provider.to_lowercase()),
        "deviceType": kind,
        "deviceTypeDescription": kind_description,
        "deviceTypeImageUrl": format!("{PICTURES}/{}.png", kind.to_lowercase()),
        "deviceTypeIcon": kind.to_lowercase(),
        "isMainDeviceAllowed": true,
        "isMainDevice": device.main,
        "metaData": [object!({ "label": "Zählernummer", "value": serial_number(device) })],
        "createdAt": since,
        "medium": device.medium.key(),
        "imageUrl": format!("{PICTURES}/{}.jpg", device.id),
        "ownerUserId": OWNER,
    });
    optional(&mut value, "externalDeviceId", device.external.first().copied());
    if !device.external.is_empty() {
        value["externalDeviceIds"] = json!(device.external);
    }
    optional(&mut value, "errorMessage", failed.then_some("Seit Tagen kein Signal vom Gateway"));
    if provider == "BLUEMETERING" {
        optional(&mut value, "providerInstructionsPath", Some("/hilfe/blue-metering"));
    }
    value
}

/// As on a name plate (DIN 43863-5): a letter for the medium, a maker, a number.
fn serial_number(device: &Device) -> String {
    let medium = match device.medium {
        Medium::Electricity => 1,
        Medium::Heating => 6,
        Medium::Gas => 7,
        Medium::Water => 8,
    };
    format!("{medium}SBX00{:08}", dice(device.seed(), 0) % 100_000_000)
}

/// Some are without name, some without address.
fn customer(number: usize) -> Value {
    const FIRST: [&str; 12] = [
        "Anke",
        "Bülent",
        "Çiğdem",
        "Dörte",
        "Emil",
        "Friederike",
        "Götz",
        "Hanna",
        "Ivo",
        "Jürgen",
        "Katja",
        "Łukasz",
    ];
    const LAST: [&str; 10] = [
        "Ahrens",
        "Böhm",
        "Celik",
        "Dietz",
        "Eßer",
        "Fröhlich",
        "Groß",
        "Hübner",
        "Jansen",
        "Von der Heide",
    ];
    let seed = number as u64;
    let (first, last) = (pick(&FIRST, seed, 1), pick(&LAST, seed, 2));
    let mut value = object!({
        "id": format!("c0000000-0000-4000-8000-{number:012}"),
        "external_id": format!("K-{:05}", 10_000 + number * 7),
    });
    if !number.is_multiple_of(9) {
        value["name"] = json!(format!("{first} {last}"));
    }
    if !number.is_multiple_of(4) {
        value["email"] = json!(format!("kunde{number}@muster.example"));
    }
    value
}

/// Members that are not required are left out where there is nothing to say.
fn optional(value: &mut Value, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        value[name] = json!(text);
    }
}
