//! The lists of both data APIs, and who asks for them: the meter-data API's member by member as its
//! OpenAPI description names them, TimberData's as far as they are known.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::calendar::{self, DAY, QUARTER};
use super::super::catalogue::{CATALOGUE, Device};
use super::super::http::Answer;
use super::forest::FOREST;
use super::{Question, number, problem, readings};

/// Of both providers: the default of one, documented of the other.
const PER_PAGE_AT_MOST: usize = 100;
/// TimberData's real default is not known; a small one shows clients that rely on it.
const TIMBER_PER_PAGE: usize = 20;

/// `GET /partners/current`
pub fn partner(question: &Question) -> Result<String, Answer> {
    let person = question.person;
    let partner = json!({
        "id": "b0000000-0000-4000-8000-000000000001",
        "name": person.company,
        "legalName": format!("{} GmbH", person.company),
        "logoUrl": format!("https://sandbox.invalid/pictures/{}.svg", person.id),
    });
    Ok(partner.to_string())
}

/// `GET /spaces`
pub fn spaces(question: &Question) -> Result<String, Answer> {
    meter_page(question, "spaces", &CATALOGUE.spaces)
}

/// `GET /spaces/{id}/devices`
pub fn devices(question: &Question) -> Result<String, Answer> {
    let devices = super::devices(question)?.into_iter();
    let devices: Vec<Value> = devices.map(|device| shown(device, question.request.at)).collect();
    meter_page(question, "devices", &devices)
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

/// `GET /customers`
pub fn customers(question: &Question) -> Result<String, Answer> {
    meter_page(question, "customers", &CATALOGUE.customers)
}

/// `GET /inventory/v4/user`
pub fn user(question: &Question) -> Result<String, Answer> {
    let person = question.person;
    let place = CATALOGUE.people.iter().position(|one| one.id == person.id);
    let user = json!({
        "id": 30 + place.unwrap_or_default(),
        "name": person.name,
        "email": person.email,
        "company_name": person.company,
        "birthday": person.birthday,
        "business_account": true,
        "groups": [CATALOGUE.group],
        "address": CATALOGUE.group["address"],
    });
    Ok(user.to_string())
}

/// `GET /inventory/v4/inventory/woodlist/summaries`
pub fn woodlists(question: &Question) -> Result<String, Answer> {
    let query = &question.request.query;
    let year = number(query, "business_year", 0, 0..=9999)?;
    let area = number(query, "base_area_id", 0, 0..=u32::MAX as usize)?;
    let searched = query.get("search").unwrap_or_default().to_lowercase();
    let text = |list: &Value, name: &str| list[name].as_str().unwrap_or_default().to_lowercase();
    let mut lists: Vec<&Value> = FOREST.lists.iter().collect();
    lists.retain(|list| {
        let texts = ["number", "name", "note"].map(|name| text(list, name));
        (year == 0 || text(list, "reference_date").starts_with(&format!("{year}-")))
            && (area == 0 || list["base_area"]["id"] == area)
            && texts.join(" ").contains(&searched)
    });
    let member = match query.get("sort_field").unwrap_or("number") {
        "updated_at" => "updated",
        field @ ("number" | "name" | "reference_date" | "protocol_volume" | "sale_fm_volume") => {
            field
        }
        _ => return Err(problem(422, "sort_field is unknown")),
    };
    lists.sort_by_key(|list| {
        let hundredths = list[member].as_f64().unwrap_or_default() * 100.0;
        (list[member].as_str(), hundredths.round() as i64)
    });
    match query.get("sort_order") {
        None | Some("asc") => {}
        Some("desc") => lists.reverse(),
        Some(_) => return Err(problem(422, "sort_order must be asc or desc")),
    }
    timber_page(question, &lists)
}

/// `GET /inventory/v4/inventory/aggregation/summaries`
pub fn aggregations(question: &Question) -> Result<String, Answer> {
    timber_page(question, &FOREST.piles)
}

/// Counts its pages from 0.
fn meter_page(question: &Question, list: &str, entries: &[Value]) -> Result<String, Answer> {
    let size = number(&question.request.query, "pageSize", PER_PAGE_AT_MOST, 1..=PER_PAGE_AT_MOST)?;
    let on_page = page(question, entries, 0, size)?;
    Ok(json!({ list: on_page, "totalNumPages": entries.len().div_ceil(size) }).to_string())
}

/// Counts its pages from 1: they do not say, and 0 is refused so that a client which counts from
/// there hears of it.
fn timber_page<T: Serialize>(question: &Question, entries: &[T]) -> Result<String, Answer> {
    let size = number(&question.request.query, "per_page", TIMBER_PER_PAGE, 1..=PER_PAGE_AT_MOST)?;
    let on_page = page(question, entries, 1, size)?;
    Ok(json!({ "count": entries.len(), "entries": on_page }).to_string())
}

fn page<'a, T>(
    question: &Question,
    entries: &'a [T],
    first: usize,
    size: usize,
) -> Result<Vec<&'a T>, Answer> {
    let page = number(&question.request.query, "page", first, first..=i32::MAX as usize)? - first;
    Ok(entries.iter().skip(page * size).take(size).collect())
}
