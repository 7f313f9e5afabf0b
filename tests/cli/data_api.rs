//! `api ACCOUNT PATH`: the raw call.

use std::fs;

use serde_json::{Value, json};

use crate::provider::http::{Call, Reply};
use crate::support::data::{
    Data, connected_to_fake, connected_to_fake_with, data_calls, space_page,
};

/// The request that these arguments lead to.
#[track_caller]
fn request(args: &[&str]) -> Call {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::json(200, &json!({ "done": true })));
    fs::write(program.root().join("body.json"), "{\"as\":  \"it is\"}").unwrap();
    let outcome = program.run([&["api", "fake"], args].concat()).exits(0);
    assert_eq!(outcome.json(), json!({ "done": true }));
    let mut calls = data_calls(&fake);
    assert_eq!(calls.len(), 1);
    calls.pop().unwrap()
}

#[test]
fn a_path_alone_is_a_get() {
    for path in ["/x/y?a=1", "x/y?a=1"] {
        let call = request(&[path]);
        assert_eq!((call.method.as_str(), call.target.as_str()), ("GET", "/api/x/y?a=1"));
        assert_eq!((call.header("accept"), call.body.as_str()), (Some("application/json"), ""));
    }
}

#[test]
fn fields_make_a_body_or_a_query() {
    let call = request(&["/x", "-f", "name=a=b", "-F", "count:=5", "-F", "ids:=[\"a\"]"]);
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body, json!({ "name": "a=b", "count": 5, "ids": ["a"] }));
    let shape = (call.method.as_str(), call.target.as_str(), call.header("content-type"));
    assert_eq!(shape, ("POST", "/api/x", Some("application/json")));

    let call = request(&["/x?z=0", "-X", "get", "-f", "name=a&b", "-F", "count:=5"]);
    assert_eq!((call.method.as_str(), call.body.as_str()), ("GET", ""));
    let mut query: Vec<&str> = call.target.split(['?', '&']).skip(1).collect();
    query.sort_unstable();
    assert_eq!(query, ["count=5", "name=a%26b", "z=0"]);
    assert_eq!(request(&["/x", "-X", "DELETE"]).method, "DELETE");
}

#[test]
fn a_file_is_sent_as_it_is() {
    let call = request(&["/x", "--input", "body.json", "-X", "PUT", "-H", "Content-Type: text/x"]);
    assert_eq!((call.method.as_str(), call.body.as_str()), ("PUT", "{\"as\":  \"it is\"}"));
    assert_eq!(call.header("content-type"), Some("text/x"));
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(200, "", ""));
    program.run_with_input(["api", "fake", "/x", "--input", "-"], "typed").exits(0);
    assert_eq!(data_calls(&fake)[0].body, "typed");
    program.run(["api", "fake", "/x", "--input", "nowhere"]).says(&["nowhere"]);
    program.run(["api", "fake", "/x", "--input", "-", "-f", "a=b"]).exits(2);
    assert_eq!(data_calls(&fake).len(), 1);
}

#[test]
fn headers_are_added_but_not_our_own() {
    let call = request(&["/x", "-H", "X-More: yes: no", "-H", "Accept: text/csv"]);
    assert_eq!(call.header("x-more"), Some("yes: no"));
    assert_eq!(call.header("accept"), Some("text/csv"));
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(200, "", ""));
    for own in
        ["Authorization: x", "AUTHORIZATION : x", "Host: x", "Content-Length: 1", "Cookie: a=b"]
    {
        program.run(["api", "fake", "/x", "-H", own]).exits(2).says(&["set by partnerlink itself"]);
    }
    for bad in ["no colon", "a b: c", "X: a\r\nAuthorization: b", ": x"] {
        program.run(["api", "fake", "/x", "-H", bad]).exits(2);
    }
    for bad in [["-f", "no-sign"], ["-F", "a:=nonsense"], ["-F", "a=1"], ["-X", "A B"]] {
        program.run([&["api", "fake", "/x"], &bad[..]].concat()).exits(2);
    }
    assert!(data_calls(&fake).is_empty());
}

#[test]
fn include_shows_the_head_and_jq_picks() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(200, "X-Seen: \u{9b}31m\r\n", "{\"a\":[1,{\"b\":\"c\"}]}"));
    let outcome = program.run(["api", "fake", "/x", "-i"]).exits(0).conceals(&["\u{9b}"]);
    let (head, body) = outcome.stdout.split_once("\n\n").unwrap();
    assert!(head.starts_with("HTTP 200\n") && head.contains("\nx-seen: "), "{head}");
    assert_eq!(body.trim_end(), "{\"a\":[1,{\"b\":\"c\"}]}");
    let picked = program.run(["api", "fake", "/x", "--jq", ".a[1].b, (.a | length)"]).exits(0);
    assert_eq!(picked.stdout, "c\n2\n");
    program.run(["api", "fake", "/x", "--jq", ".["]).exits(2).says(&["--jq"]);
}

#[test]
fn what_jq_cannot_read_or_cannot_do_is_an_error_in_words() {
    let (program, fake) = connected_to_fake();
    let apply = |body: String, filter: &str| {
        fake.serves(move |_| Reply::new(200, "", &body));
        program.run(["api", "fake", "/x", "--jq", filter, "--json"])
    };
    for text in ["<html>no</html>", "", "{\"a\":", "[1] [2]"] {
        let error = &apply(text.to_owned(), ".").exits(6).error_json()["error"];
        assert_eq!(error["code"], "not-json", "{text}");
        assert!(error["message"].as_str().unwrap().contains("the answer is not JSON"), "{error}");
    }
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    apply(nested(100_000), ".").exits(6).says(&["deeper than 10000 levels", "without --jq"]);
    let whole = apply(nested(10_000), ".").exits(0);
    assert_eq!(whole.stdout.trim_end(), nested(10_000));
    for filter in [nested(60_000), "1".to_owned() + &"-1".repeat(50_000), ".|".repeat(50_000) + "."]
    {
        apply("1".into(), &filter).exits(2).says(&["more than 16 KiB"]);
    }
    fake.serves(move |_| Reply::new(200, "", nested(100_000)));
    assert_eq!(program.run(["api", "fake", "/x"]).exits(0).stdout.len(), 200_001);
    program.run(["api", "fake", "/x", "--paginate"]).exits(6).says(&["/x"]);
}

#[test]
fn every_page_is_one_line_by_either_providers_way() {
    let data = Data::new();
    let path = "/inventory/v4/inventory/woodlist/summaries";
    for (account, path, list, pages, entries) in [
        ("timberdata", path, "entries", 3, 230),
        ("zaehlerfreunde", "/customers", "customers", 2, 130),
        ("zaehlerfreunde", "/spaces", "spaces", 1, 5),
    ] {
        let outcome = data.program.run(["api", account, path, "--paginate"]).exits(0);
        let lists: Vec<usize> = outcome
            .data()
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).unwrap()[list].as_array().unwrap().len()
            })
            .collect();
        assert_eq!((lists.len(), lists.iter().sum::<usize>()), (pages, entries), "{path}");
    }
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::json(200, &space_page(2)));
    program.run(["api", "fake", "/spaces", "--paginate", "-f", "a=b"]).exits(0);
    let targets: Vec<String> = data_calls(&fake).into_iter().map(|call| call.target).collect();
    let expected = [0, 1].map(|page| format!("/api/spaces?a=b&page={page}&pageSize=100"));
    assert_eq!(targets, expected);
}

#[test]
fn a_refusal_is_shown_and_explained() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::json(422, &json!({ "message": "medium\u{1b}[2J is wrong" })));
    let outcome = program.run(["api", "fake", "/x"]).exits(6).conceals(&["\u{1b}"]);
    outcome.says(&["status 422", "is wrong"]);
    fake.serves(|_| Reply::new(404, "", "nothing here"));
    let outcome = program.run(["api", "fake", "/x"]).exits(6).says(&["knows no such thing"]);
    assert_eq!(outcome.data(), "nothing here");
    program.run(["api", "other", "/x"]).exits(2);
}

#[test]
fn a_header_that_cannot_be_sent_is_refused_at_once() {
    let data = Data::new();
    for header in ["nocolon", "two words: x", ": x", "x: a\nb: c", "Authorization: Bearer x"] {
        let outcome = data.program.run(["api", "zaehlerfreunde", "/spaces", "-H", header]);
        outcome.exits(2).says(&["header"]);
    }
}

#[test]
fn a_list_needs_no_more_than_its_description() {
    let lines = "lists = { orders = { path = \"/{branch}/orders\", \
                 columns = [\"id\", \"customer.name\"] } }";
    let (program, fake) = connected_to_fake_with(lines, &[]);
    fake.serves(|call| {
        let id = if call.target.contains("page=0") { 1.50 } else { 2.0 };
        let order = json!({ "id": id, "customer": { "name": "Muster" } });
        Reply::json(200, &json!({ "orders": [order], "totalNumPages": 2 }))
    });
    let list = ["data", "fake", "orders", "-f", "branch=a/b", "-f", "year=2026", "--format", "csv"];
    let outcome = program.run(list).exits(0);
    assert_eq!(outcome.data(), "id,customer.name\n1.5,Muster\n2.0,Muster");
    let calls = data_calls(&fake);
    assert!(
        calls[0].target.starts_with("/api/a%2Fb/orders?year=2026&page=0"),
        "{}",
        calls[0].target
    );
    assert_eq!(calls.len(), 2);
    program.run(["data", "fake", "bills"]).exits(2).says(&["there are orders", "lists.bills"]);
}

#[test]
fn json_that_windows_wrote_is_handed_in_as_json() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(200, "", ""));
    let text = "{\"ort\":\"Lüneburg\"}";
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let files = [format!("\u{feff}{text}").into_bytes(), utf16(&format!("\u{feff}{text}"))];
    for bytes in files {
        program.run_with_input(["api", "fake", "/x", "--input", "-"], bytes).exits(0);
        assert_eq!(data_calls(&fake).last().unwrap().body, text);
    }
}
