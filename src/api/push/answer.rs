//! What a provider says in an answer of success: perhaps that it refused some of it.
//!
//! No provider documents such answers, so nothing depends on one shape: members whose names speak
//! of errors are complaints, and which readings they mean is told by the ids, times and numbers in
//! them. What cannot be placed counts against the whole request, for nobody may believe that
//! something was handed in that was not.

use serde_json::{Map, Value};

use super::request::Request;
use crate::clock::parse_instant;

/// Parts of names of members that hold what was refused.
const COMPLAINTS: [&str; 9] =
    ["error", "reject", "fail", "invalid", "refus", "notaccepted", "unknown", "ignored", "skipped"];
/// Names of members that say how much was taken.
const TAKEN: [&str; 7] =
    ["accepted", "stored", "inserted", "saved", "created", "imported", "written"];
/// Names of members that say how much of it the provider had before.
const KEPT: [&str; 5] = ["updated", "replaced", "unchanged", "duplicates", "existing"];
/// What a status may say that is no success.
const BAD: [&str; 6] = ["error", "failed", "failure", "rejected", "invalid", "partial"];
/// What says only that all is well.
const WELL: [&str; 6] = ["ok", "success", "successful", "accepted", "created", "done"];
/// Members that say why.
const REASONS: [&str; 7] = ["message", "reason", "error", "description", "detail", "title", "code"];
/// Levels of an answer that are looked into.
const DEPTH: usize = 5;
/// Characters of the provider's words that are shown.
const SHORT: usize = 200;

/// One reading that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its number in the request.
    pub reading: usize,
    pub why: String,
}

/// What of a request was refused although it was answered with success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing; with what the provider says beside that, if anything.
    Nothing(Option<String>),
    These(Vec<Refusal>),
    /// Some or all of it; the provider's words.
    Unknown(String),
}

/// One thing that the provider has against the request, and the objects that it stands in.
struct Complaint<'a> {
    item: &'a Value,
    within: Vec<&'a Map<String, Value>>,
}

impl Refused {
    /// Reads an answer, which is null where it was empty.
    pub fn of(answer: &Value, request: &Request) -> Self {
        let mut complaints = Vec::new();
        collect(answer, &mut Vec::new(), &mut complaints);
        let short = || shortened(&answer.to_string());
        if complaints.is_empty() {
            return match taken(answer).filter(|taken| *taken < request.readings.len() as u64) {
                Some(_) => Self::Unknown(short()),
                None => Self::Nothing((!is_well(answer)).then(short)),
            };
        }
        let mut refusals: Vec<Refusal> = Vec::new();
        for complaint in &complaints {
            let why = complaint.reason();
            let meant = complaint.readings(request);
            if meant.is_empty() {
                return Self::Unknown(short());
            }
            refusals.extend(meant.into_iter().map(|reading| Refusal { reading, why: why.clone() }));
        }
        refusals.sort_by_key(|refusal| refusal.reading);
        refusals.dedup_by_key(|refusal| refusal.reading);
        Self::These(refusals)
    }
}

fn is_complaint(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    COMPLAINTS.iter().any(|part| name.to_ascii_lowercase().contains(part))
}

/// Whether a member says that there is nothing: `"errors": []`, `"rejected": 0`.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(members) => members.values().all(is_nothing),
    }
}

/// `"success": false`, `"status": "failed"`, `"status": 422`
fn is_bad(members: &Map<String, Value>) -> bool {
    members.iter().any(|(name, value)| match (name.to_ascii_lowercase().as_str(), value) {
        ("success" | "ok" | "successful" | "valid", Value::Bool(good)) => !good,
        ("status" | "state" | "result" | "code", Value::String(text)) => {
            BAD.iter().any(|bad| text.to_ascii_lowercase().starts_with(bad))
        }
        ("status" | "statuscode" | "code", Value::Number(number)) => {
            number.as_u64().is_some_and(|status| (400..600).contains(&status))
        }
        _ => false,
    })
}

fn collect<'a>(
    value: &'a Value,
    within: &mut Vec<&'a Map<String, Value>>,
    found: &mut Vec<Complaint<'a>>,
) {
    match value {
        Value::Array(items) if within.len() < DEPTH => {
            items.iter().for_each(|item| collect(item, within, found));
        }
        Value::Object(members) if within.len() < DEPTH => {
            let before = found.len();
            within.push(members);
            for (name, member) in members {
                match member {
                    _ if is_nothing(member) => {}
                    Value::Array(items) if is_complaint(name) => {
                        let complaint = |item| Complaint { item, within: within.clone() };
                        found.extend(items.iter().filter(|item| !is_nothing(item)).map(complaint));
                    }
                    _ if is_complaint(name) => {
                        found.push(Complaint { item: member, within: within.clone() });
                    }
                    _ => collect(member, within, found),
                }
            }
            within.pop();
            if found.len() == before && is_bad(members) {
                found.push(Complaint { item: value, within: within.clone() });
            }
        }
        _ => {}
    }
}

impl Complaint<'_> {
    /// The provider's words, in short.
    fn reason(&self) -> String {
        let said = |members: &Map<String, Value>| {
            REASONS.iter().find_map(|name| members.get(*name)?.as_str().map(str::to_owned))
        };
        let words = match self.item {
            Value::String(text) => Some(text.clone()),
            Value::Object(members) => said(members),
            _ => None,
        };
        let words = words.or_else(|| self.within.last().and_then(|members| said(members)));
        shortened(&words.unwrap_or_else(|| self.item.to_string()))
    }

    /// The readings that are meant; none where nothing tells.
    fn readings(&self, request: &Request) -> Vec<usize> {
        let mut hints = Hints::default();
        hints.take(self.item, DEPTH);
        for members in &self.within {
            members.iter().filter(|(_, v)| v.is_string() || v.is_number()).for_each(|(name, v)| {
                hints.member(name, v, 0);
            });
        }
        hints.readings(request)
    }
}

/// What in a complaint can tell which readings are meant.
#[derive(Default)]
struct Hints {
    words: Vec<String>,
    /// From `"index": 3`.
    index: Option<usize>,
    /// From `[0].readings[3].value`.
    path: Vec<usize>,
}

impl Hints {
    fn take(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(members) if depth > 0 => {
                members.iter().for_each(|(name, value)| self.member(name, value, depth - 1));
            }
            Value::Array(items) if depth > 0 => {
                items.iter().for_each(|item| self.take(item, depth - 1));
            }
            Value::String(text) => self.text(text),
            Value::Number(number) => self.words.push(number.to_string()),
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &Value, depth: usize) {
        let name = name.to_ascii_lowercase();
        match value.as_u64() {
            Some(number) if name == "index" || name == "readingindex" => {
                self.index = usize::try_from(number).ok();
            }
            Some(number) if name == "deviceindex" => {
                self.path.insert(0, usize::try_from(number).unwrap_or(usize::MAX));
            }
            _ => self.take(value, depth),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, path)) = text.split_once('[') {
            let parts =
                path.split('[').filter_map(|part| part.split_once(']')?.0.parse::<usize>().ok());
            self.path.extend(parts);
        }
        self.words.push(text.to_owned());
        let of_a_word = |c: char| c.is_alphanumeric() || "-_.:+".contains(c);
        let words = text.split(|c| !of_a_word(c)).map(|word| word.trim_matches(['.', ':']));
        self.words.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    }

    fn readings(&self, request: &Request) -> Vec<usize> {
        if let [device, reading] = self.path[..] {
            let numbers = request.devices.get(device).map(|(_, numbers)| numbers);
            return numbers.and_then(|numbers| numbers.get(reading)).copied().into_iter().collect();
        }
        let named = |text: &str| self.words.iter().any(|word| word == text);
        let devices: Vec<&(_, Vec<usize>)> =
            request.devices.iter().filter(|(device, _)| named(&device.id)).collect();
        if let Some(index) = self.index.or(self.path.first().copied()) {
            let only = match (devices.as_slice(), request.devices.as_slice()) {
                ([only], _) => only,
                ([], [only]) => only,
                _ => return Vec::new(),
            };
            return only.1.get(index).copied().into_iter().collect();
        }
        let times: Vec<_> = self.words.iter().filter_map(|word| parse_instant(word)).collect();
        let is_then = |number: &usize| {
            let reading = request.readings[*number];
            named(&request.time_of(reading).to_string()) || times.contains(&reading.time)
        };
        let all: Vec<usize> = match devices.is_empty() {
            true => (0..request.readings.len()).collect(),
            false => devices.iter().flat_map(|(_, numbers)| numbers).copied().collect(),
        };
        let then: Vec<usize> = all.iter().copied().filter(is_then).collect();
        let narrowed = if then.is_empty() && !devices.is_empty() { all } else { then };
        let of_register =
            |number: &usize| named(&request.file.series_of(request.readings[*number]).obis);
        match narrowed.iter().copied().filter(of_register).collect::<Vec<_>>() {
            none if none.is_empty() => narrowed,
            some => some,
        }
    }
}

/// How many readings the provider has, where the answer says it.
fn taken(answer: &Value) -> Option<u64> {
    let members = answer.as_object()?;
    let counts = |names: &'static [&str]| {
        let is_one =
            |name: &str| names.contains(&name.to_ascii_lowercase().trim_end_matches("readings"));
        members.iter().filter_map(move |(name, value)| value.as_u64().filter(|_| is_one(name)))
    };
    let kept = counts(&KEPT).fold(0, u64::saturating_add);
    counts(&TAKEN).min().map(|new| new.saturating_add(kept))
}

/// Whether an answer says no more than that all is well.
fn is_well(answer: &Value) -> bool {
    match answer {
        Value::Null | Value::Bool(true) | Value::Number(_) => true,
        Value::Bool(false) => false,
        Value::String(text) => {
            text.is_empty()
                || WELL.contains(&text.to_ascii_lowercase().trim_end_matches(['.', '!']))
        }
        Value::Array(items) => items.iter().all(is_well),
        Value::Object(members) => {
            members.iter().all(|(name, value)| is_well(value) || is_nothing(value) || name == "id")
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
