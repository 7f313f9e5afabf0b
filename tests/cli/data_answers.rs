//! Data answers that break off, come too often, or are not what was documented.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::provider::http::Reply;
use crate::support::data::{
    Data, OFFICE, connected_to_fake, connected_to_fake_with, data_calls, space_page,
};
use crate::support::spoiled::{self, each_entry, first};

const DAY: [&str; 4] = ["--from", "2026-10-01", "--to", "2026-10-02"];
const SPACES: [&str; 4] = ["meter", "spaces", "--account", "fake"];

fn readings<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["meter", "readings", "--device", OFFICE], &DAY[..], more].concat()
}

#[test]
fn a_broken_chunk_leaves_no_file_and_exit_3() {
    let (data, _front) = Data::behind(|_, honest| honest().cut());
    let before = data.program.files().len();
    for (command, file) in [
        (&["meter", "spaces"][..], "a.csv"),
        (&["timber", "woodlists"], "a.xlsx"),
        (&["timber", "aggregations"], "a.geojson"),
        (&["timber", "plot"], "a.svg"),
        (&readings(&["--format", "csv-de"]), "a.csv"),
        (&readings(&[]), "a.json"),
    ] {
        let outcome = data.program.run([command, &["-o", file]].concat()).exits(3);
        outcome.says(&["the answer broke off"]);
    }
    data.program.run(["api", "zaehlerfreunde", "/spaces"]).exits(3);
    assert_eq!(data.program.files().len(), before, "{:?}", data.program.files());
}

#[test]
fn an_answer_shorter_than_its_length_is_no_answer() {
    let (program, fake) = connected_to_fake();
    let whole = r#"[{"timeStamp":"2026-10-01T00:00:00Z","value":1}]"#;
    fake.serves(move |_| {
        Reply::raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{whole}"))
    });
    let before = program.files().len();
    let args = readings(&["--account", "fake", "-o", "a.csv"]);
    program.run(args).exits(3).says(&["broke off"]);
    let args = ["meter", "export", "--device", "d", "--from", "2026-09", "--to", "2026-10"];
    let args = [&args[..], &["--account", "fake", "--out", "out"]].concat();
    program.run(args).exits(3).says(&["broke off"]);
    // JSON that ends in the middle although everything came.
    fake.serves(move |_| Reply::new(200, "", &whole[..whole.len() - 1]));
    program.run(readings(&["--account", "fake", "-o", "a.csv"])).exits(3);
    assert_eq!(program.files().len(), before, "{:?}", program.files());
}

#[test]
fn an_answer_that_stops_is_given_up_after_half_a_minute() {
    let (mut data, _front) = Data::behind(|_, honest| honest().stalled());
    data.program.patience = Duration::from_secs(50);
    let outcome = data.program.run(readings(&["-o", "a.csv"])).exits(3).says(&["broke off"]);
    assert!((29..45).contains(&outcome.took.as_secs()), "{:?}", outcome.took);
    assert!(!data.program.root().join("a.csv").exists());
    assert!(!data.program.root().join("a.csv.part").exists());
}

#[test]
fn cookies_and_odd_headers_are_of_no_consequence() {
    let (program, fake) = connected_to_fake();
    let odd = "Set-Cookie: a=1\r\nSet-Cookie: a=2; Domain=example.com\r\nX-Odd~: \u{9b}2J\u{202e}\r\n\
               X-Empty:\r\nContent-Type: text/plain; charset=\"x\r\n";
    fake.serves(move |_| Reply::new(200, odd, space_page(2).to_string()));
    let outcome = program.run(SPACES).exits(0);
    assert_eq!((outcome.data().lines().count(), data_calls(&fake).len()), (1, 2));
    assert!(data_calls(&fake).iter().all(|call| call.header("cookie").is_none()));
    let outcome = program.run(["api", "fake", "/spaces", "-i"]).exits(0);
    outcome.conceals(&["\u{9b}", "\u{202e}"]);
    // What is no header at all ends the connection, and is not shown.
    fake.serves(|_| Reply::new(200, "X-Odd: \u{1b}[2J\r\n", "{}"));
    let outcome = program.run(SPACES).conceals(&["\u{1b}"]);
    assert!(matches!(outcome.code, Some(3 | 6)), "{}", outcome.told());
}

#[test]
fn headers_of_100_kib_are_survived() {
    let (program, fake) = connected_to_fake();
    let huge = format!("X-Huge: {}\r\n", "x".repeat(100 * 1024));
    fake.serves(move |_| Reply::new(200, &huge, space_page(1).to_string()));
    let outcome = program.run(SPACES);
    assert!(matches!(outcome.code, Some(0 | 6)), "{}", outcome.told());
}

#[test]
fn other_statuses_are_no_data() {
    let (program, fake) = connected_to_fake();
    for (status, code) in [(204, 6), (205, 6), (304, 6), (400, 6), (404, 6), (418, 6)] {
        fake.serves(move |_| Reply::new(status, "", ""));
        let before = data_calls(&fake).len();
        program.run(SPACES).exits(code);
        assert_eq!(data_calls(&fake).len(), before + 1, "{status}");
    }
    for body in ["", "null", "[]", "{}", "<html>", r#"{"spaces":{}}"#, r#"{"spaces":[1]}"#] {
        fake.serves(move |_| Reply::new(200, "", body));
        program.run(SPACES).exits(6).says(&["the answer of /api/spaces"]);
    }
}

#[test]
fn a_429_is_waited_for_as_long_as_it_says() {
    let too_many = Reply::new(429, "Retry-After: 1\r\n", "");
    let (data, front) = Data::behind(first(too_many));
    let outcome = data.program.run(["meter", "whoami"]).exits(0);
    assert!(outcome.took >= Duration::from_secs(1), "{:?}", outcome.took);
    assert_eq!(front.count("current"), 2);

    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(429, "Retry-After: 3600\r\n", ""));
    let outcome = program.run(SPACES).exits(3).says(&["answered 429"]);
    assert!(outcome.took < Duration::from_secs(5), "{:?}", outcome.took);
    assert_eq!(data_calls(&fake).len(), 1);
}

#[test]
fn a_lasting_500_is_asked_four_times_and_exit_3() {
    let (data, front) = Data::behind(|_, _| Reply::new(500, "", "<h1>Not what you asked for</h1>"));
    let outcome = data.program.run(["meter", "whoami"]).exits(3).says(&["answered 500"]);
    assert!(outcome.took >= Duration::from_millis(3500), "the pauses grow: {:?}", outcome.took);
    assert_eq!(front.count("current"), 4);
}

#[test]
fn a_get_is_repeated_after_a_reset_and_a_post_never() {
    let (program, fake) = connected_to_fake();
    let count = Arc::new(AtomicUsize::new(0));
    fake.serves(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::reset(),
        1 => Reply::new(503, "", ""),
        _ => Reply::json(200, &space_page(1)),
    });
    program.run(SPACES).exits(0);
    assert_eq!(data_calls(&fake).len(), 3);

    let file = program.root().join("readings.csv");
    let rows = "deviceId,obisCode,timestamp,value\nd,1.8.0,2026-10-25T02:15:00+02:00,1\n";
    std::fs::write(&file, rows).unwrap();
    for reply in [
        Reply::reset(),
        Reply::new(429, "Retry-After: 0\r\n", ""),
        Reply::new(500, "", ""),
        Reply::new(503, "Retry-After: 0\r\n", ""),
    ] {
        fake.serves(move |_| reply.clone());
        let before = data_calls(&fake).len();
        program.run(["meter", "push", file.to_str().unwrap(), "--account", "fake"]).exits(3);
        program.run(["api", "fake", "/x", "-X", "POST"]).exits(3);
        assert_eq!(data_calls(&fake).len(), before + 2);
    }
}

#[test]
fn a_provider_that_is_gone_is_exit_3() {
    let data = Data::new();
    let Data { program, sandbox } = data;
    drop(sandbox);
    program.run(["meter", "whoami"]).exits(3).says(&["could not be reached"]);
}

#[test]
fn numbers_keep_their_digits() {
    let (data, _front) = Data::behind(spoiled::big_numbers);
    let exact = [
        "9007199254740993",
        "0.12345678901234567890123456789",
        "123456789012345678901234567890.125",
    ];
    let outcome = data.program.run(readings(&["--format", "csv", "--fields", "value"])).exits(0);
    let unquoted = |line: &'_ str| line.trim_matches('"').to_owned();
    let values: Vec<String> = outcome.data().lines().skip(1).take(3).map(unquoted).collect();
    assert_eq!(values, exact);
    let json = data.program.run(readings(&["--format", "json"])).exits(0);
    let piles = ["timber", "aggregations", "--fields", "protocol_fm_volume", "--format"];
    let piles_csv = data.program.run([&piles[..], &["csv"]].concat()).exits(0);
    let piles_json = data.program.run([&piles[..], &["ndjson"]].concat()).exits(0);
    for number in exact {
        assert!(json.stdout.contains(&format!("\"value\":{number},")), "{number}");
        assert!(piles_csv.stdout.lines().any(|line| unquoted(line) == number), "{number}");
        let line = format!("{{\"protocol_fm_volume\":{number}}}");
        assert!(piles_json.stdout.lines().any(|found| found == line), "{number}");
    }
    let german = data.program.run(readings(&["--format", "csv-de", "--fields", "value"])).exits(0);
    let second = german.data().lines().nth(2).map(|line| unquoted(line.trim_end()));
    assert_eq!(second.as_deref(), Some("0,12345678901234567890123456789"));
}

#[test]
fn unknown_members_are_carried_through_in_json() {
    let (data, _front) = Data::behind(spoiled::extra_members);
    let spaces = data.program.run(["meter", "spaces", "--json"]).exits(0).json();
    assert_eq!(spaces["spaces"][0]["sandboxExtra"]["unknown"][2]["deep"], true);
    let csv = data.program.run(["meter", "spaces", "--format", "csv"]).exits(0);
    assert!(!csv.stdout.contains("sandbox"), "{}", csv.told());
    let outcome = data.program.run(readings(&["--format", "csv"])).exits(0);
    assert_eq!(outcome.data().lines().count(), 97);
}

#[test]
fn a_missing_member_is_empty() {
    let (data, _front) = Data::behind(spoiled::missing_member);
    let outcome = data.program.run(["meter", "spaces", "--format", "csv", "--fields", "id,city"]);
    let first = outcome.exits(0).data().lines().nth(1).unwrap().to_owned();
    assert_eq!(first, "a0000000-0000-4000-8000-000000000001,");
    let outcome = data.program.run(readings(&["--format", "csv", "--fields", "unit,status"]));
    let outcome = outcome.exits(0);
    let lines: Vec<&str> = outcome.data().lines().skip(1).take(2).collect();
    assert_eq!(lines, [",ok", "kWh,ok"]);
}

#[test]
fn a_value_that_is_no_number_is_shown_as_missing_and_said() {
    let (data, _front) = Data::behind(|_, honest| {
        each_entry(honest(), |number, reading| {
            if number == 48 {
                reading["value"] = "12,5".into();
            }
        })
    });
    let outcome = data.program.run(readings(&["-o", "a.csv"])).exits(0);
    outcome.says(&["1 interval is missing", "value is no number: \"12,5\"", "a.csv"]);
    let text = fs::read_to_string(data.program.root().join("a.csv")).unwrap();
    assert_eq!((text.lines().count(), text.matches(",missing,").count()), (97, 1));
}

#[test]
fn a_member_of_another_type_is_named_and_stops_nothing() {
    let lines = "paths = { user = \"/user\", woodlists = \"/lists\", aggregations = \"/piles\" }\n\
                 scopes = { openid = \"name\", offline_access = \"lasting\", woodlist = \"lists\", aggregation = \"piles\" }";
    let scope = ["--scope", "offline_access woodlist aggregation"];
    let (program, fake) = connected_to_fake_with(lines, &scope);
    let good = r#"{"id":"good","number":"good"}"#;
    for (command, list, entry, why) in [
        ("meter spaces", "spaces", r#"{"id":[7]}"#, "id is a list and not text"),
        ("meter devices --space s", "devices", r#"{"isMainDevice":"yes"}"#, "isMainDevice is text"),
        ("meter customers", "customers", r#"{"email":[]}"#, "email is a list and not text"),
        ("meter whoami", "", r#"{"id":"p","name":{}}"#, "name is an object and not text"),
        ("timber user", "", r#"{"groups":"all"}"#, "groups is text and not a list"),
        ("timber woodlists", "entries", r#"{"name":[1]}"#, "name is a list and not text"),
        ("timber aggregations", "entries", r#"{"latitude":"52 N"}"#, "latitude is text and not a"),
    ] {
        let body = match list {
            "" => entry.to_owned(),
            _ => format!(r#"{{"{list}":[{good},{entry}],"totalNumPages":1,"count":2}}"#),
        };
        fake.serves(move |_| Reply::new(200, "", body.as_bytes()));
        let words: Vec<&str> = command.split(' ').chain(["--account", "fake"]).collect();
        let outcome = program.run(words).exits(0).says(&[": 1 with a member", why]);
        assert!(list.is_empty() || outcome.stdout.contains("good"), "{}", outcome.told());
    }
}

#[test]
fn what_is_no_entry_or_came_before_is_left_out_and_counted_once() {
    let (program, fake) = connected_to_fake();
    for (body, lines, told) in [
        (r#"{"spaces":[{"id":"a"},null,7],"totalNumPages":1}"#, 1, "2 left out, for they are no"),
        (
            r#"{"spaces":[{"id":"a"},{"id":"b"}],"totalNumPages":"2"}"#,
            2,
            "2 left out, for they came",
        ),
        ("\u{feff}{\"spaces\":[{\"id\":7}],\"totalNumPages\":1}", 1, ""),
        (r#"{"spaces":null}"#, 0, ""),
    ] {
        fake.serves(move |_| Reply::new(200, "", body.as_bytes()));
        let spaces = ["meter", "spaces", "--account", "fake", "--format", "csv", "--fields", "id"];
        let outcome = program.run(spaces).exits(0).says(&[told]);
        assert_eq!(outcome.data().lines().count(), 1 + lines, "{}", outcome.told());
    }
}
