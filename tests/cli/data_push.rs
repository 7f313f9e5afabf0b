//! `meter push`: checked before it is sent, sent once, gone on with after a failure.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::provider::http::Reply;
use crate::support::data::{Data, OFFICE, connected_to_fake, data_calls};
use crate::support::spoiled::first;

const HEAD: &str = "deviceId,obisCode,timestamp,value";

/// A file with `count` quarter hours of the office's meter.
fn rows(count: i64) -> String {
    let line = |n| format!("{OFFICE},1.8.0,{},{n}.125\n", 1_790_000_000_000_i64 + n * 900_000);
    format!("{HEAD}\n{}", (0..count).map(line).collect::<String>())
}

#[test]
fn a_dry_run_checks_everything_and_sends_nothing() {
    let data = Data::new();
    fs::write(data.program.root().join("a.csv"), rows(5)).unwrap();
    let outcome = data.program.run(["meter", "push", "a.csv", "--dry-run"]).exits(0);
    outcome.says(&["5 readings are well formed", "nothing was sent"]);
    assert_eq!((&data.counts()["data"]["push"], data.pushed()), (&json!(0), json!({})));
}

#[test]
fn a_wrong_file_is_refused_by_its_line_before_anything_is_sent() {
    let data = Data::new();
    let path = data.program.root().join("a.csv");
    let good = format!("{OFFICE},1.8.0,1790000000000,1");
    for (line, why) in [
        (format!("{OFFICE},1.8,1790000000000,1"), "OBIS"),
        (format!("{OFFICE},1-1:1.8.0.0,1790000000000,1"), "OBIS"),
        (format!("{OFFICE},consumption,1790000000000,1"), "OBIS"),
        (format!("{OFFICE},1.8.0,1790000000,1"), "--timestamp-unit"),
        (format!("{OFFICE},1.8.0,2026-10-25T02:15:00,1"), "instant with offset"),
        (format!("{OFFICE},1.8.0,1790000000000,many"), "no number"),
        (format!("{OFFICE},1.8.0,1790000000000,"), "no value"),
        (",1.8.0,1790000000000,1".into(), "no device"),
    ] {
        fs::write(&path, format!("{HEAD}\n{good}\n{line}\n")).unwrap();
        let outcome = data.program.run(["meter", "push", "a.csv"]).exits(2);
        outcome.says(&["line 3", why, "nothing was sent"]);
    }
    for (head, why) in [
        ("deviceId,obisCode,timestamp", "value"),
        ("obisCode,timestamp,value", "deviceId"),
        ("deviceId,obisCode,timestamp,value,colour", "colour"),
    ] {
        fs::write(&path, format!("{head}\n{good}\n")).unwrap();
        data.program.run(["meter", "push", "a.csv"]).exits(2).says(&[why]);
    }
    fs::write(&path, "").unwrap();
    data.program.run(["meter", "push", "a.csv"]).exits(2).says(&["empty"]);
    assert_eq!(data.counts()["data"]["push"], 0);
}

#[test]
fn readings_are_handed_in_once_however_often_it_is_run() {
    let data = Data::new();
    fs::write(data.program.root().join("a.csv"), rows(25)).unwrap();
    let push = || data.program.run(["meter", "push", "a.csv", "--chunk", "10"]).exits(0);
    push().says(&["25 readings handed in"]);
    push().says(&["3 of 3 parts"]);
    assert_eq!(data.counts()["data"]["push"], 3);
    let device = &data.pushed()[OFFICE];
    assert_eq!((&device["accepted"], &device["repeated"]), (&json!(25), &json!(0)));
    assert_eq!(device["last"], 1_790_000_000_000_i64 + 24 * 900_000);
}

#[test]
fn a_run_that_broke_off_goes_on_where_it_stopped() {
    let (program, fake) = connected_to_fake();
    fs::write(program.root().join("a.csv"), rows(30)).unwrap();
    let args = ["meter", "push", "a.csv", "--chunk", "10", "--account", "fake"];
    let count = AtomicUsize::new(0);
    fake.serves(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        1 => Reply::new(500, "", ""),
        _ => Reply::new(200, "", ""),
    });
    program.run(args).exits(3);
    program.run(args).exits(0).says(&["an earlier run handed in 1 of 3 parts"]);
    let begins: Vec<Value> = data_calls(&fake)
        .iter()
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap())
        .map(|body| body[0]["readings"][0]["value"].clone())
        .collect();
    // The part that was answered with 500 goes out again, the one before it does not.
    assert_eq!(json!(begins), json!([0.125, 10.125, 10.125, 20.125]));
}

#[test]
fn what_was_refused_is_handed_in_later_and_nothing_twice() {
    let too_many = Reply::new(429, "Retry-After: 1\r\n", "");
    let (data, _front) = Data::behind(first(too_many));
    let push = || data.program.run(["meter", "push", "a.csv", "--chunk", "10"]);
    fs::write(data.program.root().join("a.csv"), rows(30)).unwrap();
    push().exits(3);
    push().exits(0);
    let device = &data.pushed()[OFFICE];
    assert_eq!((&device["accepted"], &device["repeated"]), (&json!(30), &json!(0)));
}

#[test]
fn timestamps_are_sent_in_the_unit_that_was_named() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(204, "", ""));
    let text = format!("{HEAD}\nd,1-1:1.8.0,2026-10-25T02:15:00+02:00,12345.6780\n");
    fs::write(program.root().join("a.csv"), &text).unwrap();
    for (unit, time) in [("s", 1_792_887_300_i64), ("ms", 1_792_887_300_000)] {
        fs::write(program.root().join("a.csv"), format!("{text}e,1.8.0,{time},1\n")).unwrap();
        let args = ["meter", "push", "a.csv", "--account", "fake", "--timestamp-unit", unit];
        program.run(args).exits(0);
        let call = data_calls(&fake).pop().unwrap();
        assert_eq!((call.method.as_str(), call.path()), ("POST", "/api/devices/readings"));
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!((&body[0]["deviceId"], &body[1]["deviceId"]), (&json!("d"), &json!("e")));
        for device in 0..2 {
            assert_eq!(body[device]["readings"][0]["timestamp"], time);
        }
        assert!(call.body.contains("\"value\":12345.6780"), "digits are kept: {}", call.body);
    }
}
