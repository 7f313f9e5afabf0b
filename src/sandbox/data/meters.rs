//! The lists of the meter-data API, member by member as its OpenAPI description names them.

use serde_json::{Value, json};

use super::super::calendar::{self, DAY, QUARTER};
use super::super::catalogue::{CATALOGUE, Device};
use super::super::http::Answer;
use super::{Question, number, problem, readings};

/// The provider's default; the sandbox takes no larger page either.
const PAGE_SIZE: usize = 100;

/// `GET /partners/current`
pub fn partner(question: &Question) -> Result<Answer, Answer> {
    let person = question.person;
    let partner = json!({
        "id": "b0000000-0000-4000-8000-000000000001",
        "name": person.company,
        "legalName": format!("{} GmbH", person.company),
        "logoUrl": format!("https://sandbox.invalid/pictures/{}.svg", person.id),
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
    let devices = CATALOGUE.devices_of(question.id);
    let devices: Vec<Value> = devices.map(|device| shown(device, question.request.at)).collect();
    page(question, "devices", &devices)
}

/// `GET /customers`
pub fn customers(question: &Question) -> Result<Answer, Answer> {
    page(question, "customers", &CATALOGUE.customers)
}

/// One page of a list: `page` counts from 0.
fn page(question: &Question, list: &str, entries: &[Value]) -> Result<Answer, Answer> {
    let page = number(&question.request.query, "page", 0, 0..=i32::MAX as usize)?;
    let size = number(&question.request.query, "pageSize", PAGE_SIZE, 1..=PAGE_SIZE)?;
    let on_page: Vec<&Value> = entries.iter().skip(page * size).take(size).collect();
    let pages = entries.len().div_ceil(size);
    let answer = json!({ list: on_page, "totalNumPages": pages });
    Ok(Answer::json(200, &answer).note("a page of a list"))
}

fn shown(device: &Device, now: i64) -> Value {
    let mut value = device.shown.clone();
    value["latestReadingTime"] = json!(calendar::text(latest(device, now)));
    value["status"] = json!("CONNECTED");
    if device.until.is_some_and(|until| until.as_second() <= now) {
        value["status"] = json!("FAILED");
        value["errorMessage"] = json!("Seit Tagen kein Signal vom Gateway");
    }
    value
}

/// When its last reading begins: with the last whole quarter hour that is not missing.
fn latest(device: &Device, now: i64) -> i64 {
    let end = readings::end(device, now).div_euclid(QUARTER) * QUARTER;
    // No gap is longer than a day and its hour.
    let mut before = (1..2 * DAY / QUARTER).map(|quarters| end - quarters * QUARTER);
    before.find(|time| !device.is_silent(*time)).unwrap_or(end)
}
