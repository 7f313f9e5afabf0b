//! `meter push`: checked before it is sent, each reading sent once, gone on with after a failure.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::provider::Provider;
use crate::provider::http::{Call, Reply};
use crate::support::browser;
use crate::support::data::{Data, OFFICE, connected_to_fake, data_calls};
use crate::support::program::Program;
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
    outcome.says(&["5 readings of 1 meter, 2026-09-21 ", "well formed; nothing was sent"]);
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
        (format!("{OFFICE},1.8.0,2026-10-25T02:15:00,1"), "twice"),
        (format!("{OFFICE},1.8.0,1790000000000,12345,678"), "5 cells where the heading has 4"),
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
    push().says(&["25 readings of 1 meter handed in, 2026-09-21 "]);
    push().says(&["nothing to send", "25 readings of 1 meter were handed in before"]);
    assert_eq!(data.counts()["data"]["push"], 3);
    let device = &data.pushed()[OFFICE];
    assert_eq!((&device["accepted"], &device["repeated"]), (&json!(25), &json!(0)));
    assert_eq!(device["last"], 1_790_000_000_000_i64 + 24 * 900_000);
}

/// What was sent to the fake provider: of each request the values, in order.
fn sent(fake: &Provider) -> Vec<Vec<Value>> {
    let values = |call: Call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let devices = body.as_array().unwrap().iter();
        let readings = devices.flat_map(|device| device["readings"].as_array().unwrap().clone());
        readings.map(|reading| reading["value"].clone()).collect()
    };
    data_calls(fake).into_iter().map(values).collect()
}

#[test]
fn a_run_that_broke_off_goes_on_where_it_stopped() {
    let (program, fake) = connected_to_fake();
    fs::write(program.root().join("a.csv"), rows(6)).unwrap();
    let args = ["meter", "push", "a.csv", "--chunk", "2", "--account", "fake"];
    let count = AtomicUsize::new(0);
    fake.serves(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        1 => Reply::new(500, "", ""),
        _ => Reply::new(200, "", ""),
    });
    let broken = program.run(args).exits(3);
    broken.says(&["lines 4 to 5 of the file", "2 readings of 1 meter handed in"]);
    let again = program.run(args).exits(0);
    // Nobody knows what a server did that answers 500.
    again.says(&["broke off while 2 readings were on their way", "2 were handed in before"]);
    let expected = [[0.125, 1.125], [2.125, 3.125], [2.125, 3.125], [4.125, 5.125]];
    assert_eq!(json!(sent(&fake)), json!(expected));
}

#[test]
fn a_corrected_file_sends_only_what_is_new() {
    let (program, fake) = connected_to_fake();
    let path = program.root().join("a.csv");
    fake.serves(|call| match call.body.contains("gone") {
        true => Reply::json(422, &json!({ "message": "unknown device gone" })),
        false => Reply::json(200, &json!({})),
    });
    let args = ["meter", "push", "a.csv", "--chunk", "2", "--account", "fake"];
    let wrong =
        rows(6).replace(&format!("{OFFICE},1.8.0,1790004500000"), "gone,1.8.0,1790004500000");
    fs::write(&path, wrong).unwrap();
    program.run(args).exits(6).says(&["unknown device gone", "lines 6 to 7", "4 readings"]);
    fs::write(&path, rows(6)).unwrap();
    program
        .run(args)
        .exits(0)
        .says(&["2 readings of 1 meter handed in", "4 were handed in before"]);
    assert_eq!(json!(sent(&fake).pop()), json!([4.125, 5.125]));
    // Another value for an instant is a correction; the same number in other digits is none.
    fs::write(&path, rows(6).replace(",0.125", ",7.5").replace(",1.125", ",1.1250")).unwrap();
    let corrected = program.run(args).exits(0);
    corrected.says(&["1 reading was handed in before with another value (line 2)"]);
    assert_eq!(json!(sent(&fake).pop()), json!([7.5]));
    assert_eq!(sent(&fake).len(), 5);
}

#[test]
fn the_other_unit_another_register_and_another_account_are_something_else() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(204, "", ""));
    let text = format!("{HEAD}\nd,1-1:1.8.0,2026-10-25T02:15:00+02:00,1\n");
    fs::write(program.root().join("a.csv"), &text).unwrap();
    let push = |more: &[&str]| {
        program.run([&["meter", "push", "a.csv", "--account", "fake"], more].concat()).exits(0)
    };
    push(&[]);
    push(&["--timestamp-unit", "s"]).says(&["1 reading of 1 meter handed in"]);
    push(&["--timestamp-unit", "s"]).says(&["nothing to send"]);
    fs::write(program.root().join("a.csv"), text.replace("1-1:1.8.0", "1.8.0")).unwrap();
    push(&[]).says(&["nothing to send"]);
    fs::write(program.root().join("a.csv"), text.replace("1-1:1.8.0", "2.8.0")).unwrap();
    push(&[]).says(&["1 reading of 1 meter handed in"]);
    assert_eq!(data_calls(&fake).len(), 3);
    // Who connects anew begins anew.
    program.run(["disconnect", "fake", "--no-revoke"]).exits(0);
    browser::connect(&program, &fake, &["fake"]).exits(0);
    push(&[]).says(&["1 reading of 1 meter handed in"]);
}

#[test]
fn what_is_refused_within_a_success_is_named_and_not_handed_in() {
    let (program, fake) = connected_to_fake();
    fs::write(program.root().join("a.csv"), rows(4)).unwrap();
    let args = ["meter", "push", "a.csv", "--chunk", "2", "--account", "fake"];
    let refused = json!({ "accepted": 1, "rejected": [{ "deviceId": OFFICE,
        "timestamp": 1_790_000_900_000_i64, "message": "out of range" }] });
    fake.serves(move |call| match call.body.contains("1790000900000") {
        true => Reply::json(200, &refused),
        false => Reply::json(200, &json!({ "status": "ok" })),
    });
    let told = program.run(args).exits(6);
    told.says(&["line 3 was refused: out of range", "3 readings of 1 meter handed in"]);
    let json = program.run([&args[..], &["--json"]].concat()).exits(6).json();
    assert_eq!((&json["handed_in"], &json["before"]), (&json!(0), &json!(3)));
    assert_eq!(json["refused"], json!([{ "line": 3, "why": "out of range" }]));
    assert_eq!(json!(sent(&fake).pop()), json!([1.125]));
}

#[test]
fn what_cannot_be_placed_in_the_file_counts_against_the_whole_request() {
    let (program, fake) = connected_to_fake();
    fs::write(program.root().join("a.csv"), rows(4)).unwrap();
    let args = ["meter", "push", "a.csv", "--chunk", "2", "--account", "fake"];
    fake.serves(|call| match call.body.contains("1790000000000") {
        true => Reply::json(200, &json!({ "accepted": 1, "rejected": 1 })),
        false => Reply::json(200, &json!({})),
    });
    let told = program.run(args).exits(6);
    told.says(&["lines 2 to 3", "does not say which", "\"rejected\":1", "2 readings of 1 meter"]);
    fake.serves(|_| Reply::new(200, "", ""));
    program
        .run(args)
        .exits(0)
        .says(&["2 readings of 1 meter handed in", "2 were handed in before"]);
}

#[test]
fn one_instant_with_two_values_is_refused_by_both_lines() {
    let data = Data::new();
    let text = rows(3) + &format!("{OFFICE},1-1:1.8.0,1790000900000,9\n");
    fs::write(data.program.root().join("a.csv"), text).unwrap();
    let outcome = data.program.run(["meter", "push", "a.csv", "--dry-run"]).exits(2);
    outcome.says(&["line 5", "line 3", "1.125 there, 9 here"]);
}

#[test]
fn what_is_no_table_is_refused_and_said_what_it_is() {
    let program = Program::new();
    let path = program.root().join("a.csv");
    let refused =
        |why: &[&str]| program.run(["meter", "push", "a.csv", "--dry-run"]).exits(2).says(why);
    for (bytes, why) in [
        (&b"PK\x03\x04...."[..], "workbook"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"deviceId,obisCode,timestamp,value\n\0\0\0\n", "zero byte"),
        (b"deviceId,obisCode,timestamp,value\n", "no readings"),
        (b"\xff\xfeab\xff", "UTF-16"),
    ] {
        fs::write(&path, bytes).unwrap();
        refused(&["a.csv", why]);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused(&["it is a folder"]);
}

#[test]
fn a_german_table_is_understood_to_the_letter() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::new(204, "", ""));
    let text = "sep=;\r\nMeLo;OBIS;Zeit;Offset;Wert;;\r\nZähler-1;1.8.0;25.10.2026 02:15;\
                Sommerzeit;1.234,5;;\r\nZähler-1;1.8.0;25.10.2026 02:15:00;Winterzeit;1.235,0;;\r\n\
                ;;;;;;\r\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    fs::write(program.root().join("a.csv"), latin).unwrap();
    let outcome = program.run(["meter", "push", "a.csv", "--account", "fake"]).exits(0);
    outcome.says(&["Windows-1252", "line 3", "2 readings of 1 meter handed in"]);
    let expected = json!([{ "readings": [
        { "obisCode": "1.8.0", "timestamp": 1_792_887_300_000_i64, "value": 1234.5 },
        { "obisCode": "1.8.0", "timestamp": 1_792_890_900_000_i64, "value": 1235.0 },
    ], "externalDeviceId": "Zähler-1" }]);
    let body: Value = serde_json::from_str(&data_calls(&fake)[0].body).unwrap();
    assert_eq!(body.to_string(), expected.to_string());
}

#[test]
fn what_was_exported_for_a_german_excel_can_be_handed_in() {
    let data = Data::new();
    let day = ["--device", OFFICE, "--from", "2026-10-25", "--to", "2026-10-26"];
    let table = ["--measurement", "energy", "--fields", "time,offset,deviceId,value"];
    let to = ["--language", "de", "--format", "csv-de", "-o", "a.csv"];
    data.program.run([&["meter", "readings"], &day[..], &table, &to].concat()).exits(0);
    let pushed = data.program.run(["meter", "push", "a.csv", "--obis", "1.29.0"]).exits(0);
    pushed.says(&["100 readings of 1 meter handed in, 2026-10-25 00:00 to 2026-10-25 23:45"]);
}

/// The MeLo of the office's meter.
pub const MELO: &str = "DE0099990699900000000000000000001";

/// An MSCONS file with quarter hours of the office from this Unix second on.
pub fn mscons(begin: i64, count: i64) -> String {
    let time = |second: i64| {
        let text = jiff::Timestamp::from_second(second).unwrap().strftime("%Y%m%d%H%M").to_string();
        text + "?+00:303"
    };
    let value = |n: i64| {
        let (from, to) = (time(begin + n * 900), time(begin + (n + 1) * 900));
        format!("QTY+220:{}.{:03}'\nDTM+163:{from}'\nDTM+164:{to}'\n", n % 40, n % 1000)
    };
    let values: String = (0..count).map(value).collect();
    let segments = 10 + 3 * count;
    format!(
        "UNA:+.? '\nUNB+UNOC:3+9904545000007:500+9911694000002:500+251010:0553+R1++TL'\n\
         UNH+1+MSCONS:D:04B:UN:2.4c'\nBGM+Z48+K1+9'\nDTM+137:202601020553?+00:303'\n\
         RFF+Z13:13025'\nUNS+D'\nNAD+DP'\nLOC+172+{MELO}'\nLIN+1'\nPIA+5+1-1?:1.29.0:SRW'\n\
         {values}UNT+{segments}+1'\nUNZ+1+R1'\n"
    )
}

#[test]
fn an_mscons_file_goes_in_and_is_found_again() {
    let data = Data::new();
    // The whole year 2025, in whose weeks the office's meter has gaps otherwise.
    let (begin, count) = (1_735_686_000, 35_040);
    fs::write(data.program.root().join("lastgang.edi"), mscons(begin, count)).unwrap();
    let push = || data.program.run(["meter", "push", "lastgang.edi", "--chunk", "3000"]).exits(0);
    let expected = "35040 readings of 1 meter handed in, 2025-01-01 00:00 to 2025-12-31 23:45";
    push().says(&[expected]);
    push().says(&["nothing to send"]);
    let args = ["--device", OFFICE, "--measurement", "energy", "--from", "2025-01-01"];
    let more = ["--to", "2026-01-01", "--format", "csv", "--fields", "time,value"];
    let read = data.program.run([&["meter", "readings"], &args[..], &more].concat()).exits(0);
    let thousandths = |line: &str| {
        let value: f64 = line.split_once(',').unwrap().1.parse().unwrap();
        (value * 1000.0).round() as i64
    };
    let values: Vec<i64> = read.data().lines().skip(1).map(thousandths).collect();
    let expected: Vec<i64> = (0..count).map(|n| n % 40 * 1000 + n % 1000).collect();
    assert_eq!(values, expected);
}

#[test]
fn an_mscons_file_that_is_cut_off_is_refused_by_its_segment() {
    let data = Data::new();
    let good = mscons(1_735_686_000, 4);
    let path = data.program.root().join("a.csv");
    for (bad, why) in [
        (good.replace("UNZ+1+R1'\n", ""), "segment 23: the file ends without UNZ"),
        (good.replacen("QTY+220:2", "QTY+187:2", 1), "segment 17: QTY: 187 is a forecast"),
        (good.replace("UNT+22", "UNT+25"), "segment 23: UNT: segments"),
    ] {
        fs::write(&path, bad).unwrap();
        data.program.run(["meter", "push", "a.csv"]).exits(2).says(&[why, "nothing was sent"]);
    }
    assert_eq!(data.counts()["data"]["push"], 0);
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
