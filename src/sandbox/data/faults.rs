//! Misbehaviour of the data APIs, to order.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::fault::Fault;
use super::super::http::{Answer, Request, Travel};
use super::super::service::Service;
use super::super::token;

/// Texts that mean something to a terminal, a spreadsheet, a file system or a page.
const CONTROL: [&str; 6] = [
    "=HYPERLINK(\"https://sandbox.invalid/\",\"click\")",
    "\u{1b}]52;c;c2FuZGJveA==\u{7}\u{1b}[2J",
    "Holz\u{202e}txt.exe",
    "+1+1\r\nrow;two,\"three\"",
    "../../sandbox\0name/<b>&amp;",
    "@SUM(A1)\t\u{9b}31m",
];

/// Numbers that a 64-bit float rounds, or that look unusual.
const BIG: [&str; 4] = [
    "9007199254740993",
    "0.12345678901234567890123456789",
    "123456789012345678901234567890.125",
    "1.5E-7",
];

/// Marks a number in a string, until the text is written.
const MARK: &str = "sandbox-number:";

/// The members in which an endpoint's entries go wrong.
struct Members {
    /// Has another type than documented.
    typed: &'static str,
    missing: &'static str,
    label: &'static str,
    number: Option<&'static str>,
}

/// The answer in place of the provider's.
pub fn instead(service: &Service) -> Option<Answer> {
    if service.has(Fault::DataRateLimit) && !service.data_rate_limited.swap(true, Ordering::Relaxed)
    {
        let answer = super::problem(429, "too many requests").header("Retry-After", "1");
        return Some(answer.note("answered by a fault"));
    }
    service.has(Fault::DataServerError).then(|| token::page(500).note("answered by a fault"))
}

/// How every data answer travels.
pub fn travel(service: &Service) -> Travel {
    let found = service.faults.iter().find_map(|fault| match fault {
        Fault::DataSlow => Some(Travel::Late(Duration::from_secs(5))),
        Fault::DataCut => Some(Travel::Cut),
        Fault::DataStall => Some(Travel::Stall),
        _ => None,
    });
    found.unwrap_or(Travel::AtOnce)
}

/// A good answer, with the ordered faults in its members.
pub fn spoil(service: &Service, endpoint: &str, answer: Answer) -> Answer {
    let ordered = |fault: &Fault| {
        use Fault::*;
        matches!(
            fault,
            DataEndless | DataWrongType | DataExtra | DataMissing | DataBigNumbers | DataControl
        )
    };
    let faults: Vec<Fault> = service.faults.iter().copied().filter(ordered).collect();
    if faults.is_empty() {
        return answer;
    }
    let Ok(mut value) = serde_json::from_slice(&answer.body) else { return answer };
    for fault in faults {
        match fault {
            Fault::DataEndless => endless(&mut value),
            fault => spoil_entries(fault, &members(endpoint), entries(&mut value)),
        }
    }
    if service.has(Fault::DataExtra) && value.is_object() {
        value["sandboxExtra"] = json!({ "unknown": [1, null, { "deep": true }] });
    }
    let text =
        value.to_string().replace(&format!("\"{MARK}"), "").replace(&format!("{MARK}\""), "");
    Answer { body: text.into_bytes(), note: "spoiled by a fault", ..answer }
}

/// The same request for the first page.
pub fn first_page(request: &Request) -> Request {
    Request {
        at: request.at,
        query: request.query.without("page"),
        content_type: request.content_type.clone(),
        body: request.body.clone(),
        ..Request::default()
    }
}

fn members(endpoint: &str) -> Members {
    let of = |typed, missing, label, number| Members { typed, missing, label, number };
    match endpoint {
        "partner" => of("id", "legalName", "name", None),
        "spaces" => of("postcode", "city", "name", None),
        "devices" => of("isMainDevice", "medium", "name", None),
        "device_readings" | "space_readings" => of("value", "unit", "label", Some("value")),
        "customers" | "push" => of("id", "external_id", "name", None),
        "user" => of("email", "company_name", "name", Some("id")),
        "woodlists" => of("protocol_volume", "note", "name", Some("protocol_volume")),
        _ => of(
            "protocol_fm_volume",
            "woodlist_name",
            "storage_location",
            Some("protocol_fm_volume"),
        ),
    }
}

/// The entries of a list, or the one object there is.
fn entries(value: &mut Value) -> Vec<&mut Value> {
    const LISTS: [&str; 4] = ["spaces", "devices", "customers", "entries"];
    let list = LISTS.into_iter().find(|name| value.get(name).is_some_and(Value::is_array));
    let found = match list {
        Some(name) => &mut value[name],
        None => value,
    };
    match found {
        Value::Array(entries) => entries.iter_mut().collect(),
        other => vec![other],
    }
}

fn spoil_entries(fault: Fault, members: &Members, mut entries: Vec<&mut Value>) {
    let middle = entries.len() / 2;
    match fault {
        Fault::DataWrongType => {
            if let Some(entry) = entries.get_mut(middle) {
                let other = match entry[members.typed] {
                    Value::Number(_) => json!("12,5"),
                    Value::Bool(_) => json!("yes"),
                    _ => json!(12345),
                };
                entry[members.typed] = other;
            }
        }
        Fault::DataMissing => {
            if let Some(entry) = entries.first_mut().and_then(|entry| entry.as_object_mut()) {
                entry.remove(members.missing);
            }
        }
        _ => {
            for (i, entry) in entries.into_iter().enumerate() {
                match fault {
                    Fault::DataExtra => {
                        entry["sandboxExtra"] = json!({ "unknown": [1, null, { "deep": true }] });
                        entry["sandboxNull"] = Value::Null;
                    }
                    Fault::DataControl => {
                        entry[members.label] = json!(CONTROL[i % CONTROL.len()]);
                    }
                    Fault::DataBigNumbers => {
                        if let Some(name) = members.number {
                            let number = BIG[i % BIG.len()];
                            entry[name] = json!(format!("{MARK}{number}{MARK}"));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// There is always one more page.
fn endless(value: &mut Value) {
    if value.get("totalNumPages").is_some() {
        value["totalNumPages"] = json!(i32::MAX);
    } else if value.get("count").is_some() {
        value["count"] = json!(i32::MAX);
    }
}
