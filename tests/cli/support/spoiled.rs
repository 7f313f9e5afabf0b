//! Data of the sandbox, with something wrong in it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::provider::http::{Call, Reply};

/// Texts that mean something to a terminal, a spreadsheet, a file system or a page.
const CONTROLS: [&str; 6] = [
    "=HYPERLINK(\"https://sandbox.invalid/\",\"click\")",
    "\u{1b}]52;c;c2FuZGJveA==\u{7}\u{1b}[2J",
    "Holz\u{202e}txt.exe",
    "+1+1\r\nrow;two,\"three\"",
    "../../sandbox\0name/<b>&amp;",
    "@SUM(A1)\t\u{9b}31m",
];

/// Numbers that a 64-bit float rounds, or that look unusual.
const BIG_NUMBERS: [&str; 4] = [
    "9007199254740993",
    "0.12345678901234567890123456789",
    "123456789012345678901234567890.125",
    "1.5E-7",
];

/// The first request gets this, all others what they asked for.
pub fn first(reply: Reply) -> impl Fn(&Call, &dyn Fn() -> Reply) -> Reply {
    let was_given = AtomicBool::new(false);
    move |_, honest| match was_given.swap(true, Ordering::SeqCst) {
        true => honest(),
        false => reply.clone(),
    }
}

/// 401 until another token comes than the one of the first request.
pub fn old_token_refused() -> impl Fn(&Call, &dyn Fn() -> Reply) -> Reply {
    let old = OnceLock::new();
    move |call, honest| {
        let token = call.header("authorization").unwrap().to_owned();
        match *old.get_or_init(|| token.clone()) == token {
            true => Reply::error(401, "invalid_token"),
            false => honest(),
        }
    }
}

/// Labels and names hold terminal escapes, formulas, other directions.
pub fn controls(call: &Call, honest: &dyn Fn() -> Reply) -> Reply {
    let name = match call.path().rsplit('/').next().unwrap() {
        "readings" => "label",
        "summaries" if call.path().contains("aggregation") => "storage_location",
        _ => "name",
    };
    each_entry(honest(), |number, entry| entry[name] = json!(CONTROLS[number % CONTROLS.len()]))
}

/// Values are beyond 2^53 or have many decimals.
pub fn big_numbers(call: &Call, honest: &dyn Fn() -> Reply) -> Reply {
    let name = if call.path().ends_with("readings") { "value" } else { "protocol_fm_volume" };
    each_entry(honest(), |number, entry| {
        let text = BIG_NUMBERS[number % BIG_NUMBERS.len()];
        entry[name] = serde_json::from_str(text).unwrap();
    })
}

/// Members that nobody documented come along.
pub fn extra_members(_: &Call, honest: &dyn Fn() -> Reply) -> Reply {
    let extra = json!({ "unknown": [1, null, { "deep": true }] });
    let reply = each_entry(honest(), |_, entry| {
        entry["sandboxExtra"] = extra.clone();
        entry["sandboxNull"] = Value::Null;
    });
    reply.altered(|whole| {
        if whole.is_object() {
            whole["sandboxExtra"] = extra.clone();
        }
    })
}

/// The first entry lacks a member.
pub fn missing_member(call: &Call, honest: &dyn Fn() -> Reply) -> Reply {
    let name = if call.path().ends_with("readings") { "unit" } else { "city" };
    each_entry(honest(), |number, entry| {
        if number == 0 {
            entry.as_object_mut().unwrap().remove(name);
        }
    })
}

/// There is always one more page.
pub fn endless_pages(_: &Call, honest: &dyn Fn() -> Reply) -> Reply {
    honest().altered(|whole| {
        for name in ["totalNumPages", "count"] {
            if whole.get(name).is_some() {
                whole[name] = json!(i32::MAX);
            }
        }
    })
}

/// Changes the entries of a list one by one, or the one object there is.
pub fn each_entry(reply: Reply, mut change: impl FnMut(usize, &mut Value)) -> Reply {
    reply.altered(|whole| {
        let lists = ["spaces", "devices", "customers", "entries"];
        let list = lists.into_iter().find(|name| whole.get(name).is_some_and(Value::is_array));
        let found = match list {
            Some(name) => &mut whole[name],
            None => whole,
        };
        match found {
            Value::Array(entries) => {
                entries.iter_mut().enumerate().for_each(|(number, entry)| change(number, entry));
            }
            one => change(0, one),
        }
    })
}
