//! TimberData's endpoints. `page` begins at 1: its pages do not say, and 0 is refused so that a
//! client which counts from there hears of it.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::object::object;
use super::super::provider::{PEOPLE, Person};
use super::super::request::Call;
use super::calendar;
use super::piles::{PILES, Pile};
use super::problem;
use super::woodlists::{Totals, Woodlist};

/// Documented.
const PER_PAGE_AT_MOST: usize = 100;
/// The real default is not known; a small one shows clients that rely on it.
const PER_PAGE: usize = 20;

/// `GET /inventory/v4/user`
pub fn user(person: &Person) -> Answer {
    let number = PEOPLE.iter().position(|one| one.id == person.id).unwrap_or_default();
    let user = object!({
        "id": 30 + number,
        "name": person.name,
        "email": person.email,
        "company_name": person.company,
        // 17 May 1984 and the following years.
        "birthday": calendar::day_of(1984 + number as i64, 5, 17) * calendar::DAY,
        "business_account": true,
        "groups": [object!({
            "id": 12,
            "name": "Forstbetrieb Beispiel",
            "short_name": "FBB",
            "slug": "forstbetrieb-beispiel",
            "number": "4711",
            "role": 2,
            "roles": [2, 5],
            "tax_rate": 5.5,
            "conversion_factor": 0.7,
            "contact_email": "kontakt@forst-beispiel.example",
            "address": address(),
        })],
        "address": address(),
    });
    Answer::json(200, &user).note("user")
}

fn address() -> Value {
    object!({
        "street": "Am Forsthaus 1",
        "postal_code": "06999",
        "city": "Musterstadt",
        "country": "DE",
        "lat": 51.81,
        "lng": 10.34,
    })
}

/// `GET /inventory/v4/inventory/woodlist/summaries`
pub fn woodlists(call: &Call) -> Answer {
    let mut found: Vec<(Woodlist, Totals)> = match chosen(call) {
        Ok(chosen) => chosen.into_iter().map(|list| (list.clone(), list.totals())).collect(),
        Err(answer) => return answer,
    };
    let key: fn(&Woodlist, &Totals) -> (String, i64) = match call.query.get("sort_field") {
        None | Some("number") => |list, _| (list.number(), 0),
        Some("name") => |list, _| (list.name(), 0),
        Some("reference_date") => |list, _| (String::new(), list.reference),
        Some("updated_at") => |list, _| (String::new(), list.updated()),
        Some("protocol_volume") => |_, totals| (String::new(), totals.protocol.cast_signed()),
        Some("sale_fm_volume") => |_, totals| (String::new(), totals.sale.cast_signed()),
        Some(_) => return problem(422, "sort_field is unknown"),
    };
    found.sort_by_key(|(list, totals)| key(list, totals));
    match call.query.get("sort_order") {
        None | Some("asc") => {}
        Some("desc") => found.reverse(),
        Some(_) => return problem(422, "sort_order must be asc or desc"),
    }
    page(call, found.len(), |i| found[i].0.json(found[i].1))
}

/// `GET /inventory/v4/inventory/aggregation/summaries`
pub fn aggregations(call: &Call) -> Answer {
    page(call, PILES, |i| Pile::at(i).json())
}

/// The lists that pass the filters.
fn chosen(call: &Call) -> Result<Vec<Woodlist>, Answer> {
    let number = |name| match call.query.get(name) {
        None => Ok(None),
        Some(text) => match text.parse::<u32>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(problem(422, &format!("{name} must be a number"))),
        },
    };
    let (year, area) = (number("business_year")?, number("base_area_id")?);
    let searched = call.query.get("search").map(str::to_lowercase);
    let mut lists = Woodlist::all();
    lists.retain(|list| {
        let text = || format!("{} {} {}", list.number(), list.name(), list.note()).to_lowercase();
        year.is_none_or(|year| list.business_year() == i64::from(year))
            && area.is_none_or(|area| list.place.id == area)
            && searched.as_ref().is_none_or(|searched| text().contains(searched))
    });
    Ok(lists)
}

/// `entry` makes the i-th of `count` entries; only those of the page are made.
fn page(call: &Call, count: usize, entry: impl Fn(usize) -> Value) -> Answer {
    let number = |name, default| match call.query.get(name) {
        None => Some(default),
        Some(text) => text.parse::<usize>().ok().filter(|number| *number > 0),
    };
    let Some(page) = number("page", 1) else { return problem(422, "page must be a number from 1") };
    let size = number("per_page", PER_PAGE).filter(|size| *size <= PER_PAGE_AT_MOST);
    let Some(size) = size else { return problem(422, "per_page must be a number from 1 to 100") };
    let begin = (page - 1).saturating_mul(size).min(count);
    let end = begin.saturating_add(size).min(count);
    let entries: Vec<Value> = (begin..end).map(entry).collect();
    Answer::json(200, &object!({ "count": count, "entries": entries })).note("a page of a list")
}
