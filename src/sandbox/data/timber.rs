//! TimberData's endpoints. `page` begins at 1: its pages do not say, and 0 is refused so that a
//! client which counts from there hears of it.

use serde_json::{Value, json};

use super::super::catalogue::CATALOGUE;
use super::super::http::Answer;
use super::forest::FOREST;
use super::{Question, number, problem};

/// Documented.
const PER_PAGE_AT_MOST: usize = 100;
/// The real default is not known; a small one shows clients that rely on it.
const PER_PAGE: usize = 20;

/// `GET /inventory/v4/user`
pub fn user(question: &Question) -> Result<Answer, Answer> {
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
    Ok(Answer::json(200, &user).note("user"))
}

/// `GET /inventory/v4/inventory/woodlist/summaries`
pub fn woodlists(question: &Question) -> Result<Answer, Answer> {
    let query = &question.request.query;
    let year = number(query, "business_year", 0, 0..=9999)?;
    let area = number(query, "base_area_id", 0, 0..=u32::MAX as usize)?;
    let searched = query.get("search").map(str::to_lowercase);
    let mut lists: Vec<&Value> = FOREST.lists.iter().collect();
    lists.retain(|list| {
        let date = list["reference_date"].as_str().unwrap_or_default();
        let texts = ["number", "name", "note"].map(|name| list[name].as_str().unwrap_or_default());
        (year == 0 || date.starts_with(&format!("{year}-")))
            && (area == 0 || list["base_area"]["id"] == area)
            && searched
                .as_ref()
                .is_none_or(|searched| texts.join(" ").to_lowercase().contains(searched))
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
    page(question, &lists)
}

/// `GET /inventory/v4/inventory/aggregation/summaries`
pub fn aggregations(question: &Question) -> Result<Answer, Answer> {
    page(question, &FOREST.piles.iter().collect::<Vec<_>>())
}

fn page(question: &Question, entries: &[&Value]) -> Result<Answer, Answer> {
    let query = &question.request.query;
    let page = number(query, "page", 1, 1..=u32::MAX as usize)?;
    let size = number(query, "per_page", PER_PAGE, 1..=PER_PAGE_AT_MOST)?;
    let begin = (page - 1).saturating_mul(size).min(entries.len());
    let end = (begin + size).min(entries.len());
    let on_page = &entries[begin..end];
    Ok(Answer::json(200, &json!({ "count": entries.len(), "entries": on_page }))
        .note("a page of a list"))
}
