//! Every `meter` call against Prism, which knows nothing but the provider's OpenAPI file: the file
//! allows each request, and what it describes as the answer is understood.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::parts::data::Data;
use crate::parts::prism::{Prism, openapi_file};
use crate::parts::{Part, has, skip};

const SPACE: &str = "a0000000-0000-4000-8000-000000000001";
const DEVICE: &str = "d0000000-0000-4000-8000-000000000001";
/// The file has types and no examples: Prism would say that there are -2147483648 pages, and that
/// a time is "string".
const EXAMPLES: [(&str, &str, &str); 7] = [
    ("Spaces", "totalNumPages", "1"),
    ("Devices", "totalNumPages", "1"),
    ("Customers", "totalNumPages", "1"),
    ("Space", "id", SPACE),
    ("Device", "id", DEVICE),
    ("DeviceReading", "timeStamp", "\"2026-10-25T00:15:00Z\""),
    ("DeviceReading", "value", "12.345"),
];
const DAY: [&str; 4] = ["--from", "2026-10-25", "--to", "2026-10-26"];

/// A home whose meters are at Prism. `None` when a part is missing, which was said.
fn stage(name: &str) -> Option<(Data, Prism)> {
    if !has(name, &[Part::Prism]) {
        return None;
    }
    let Some(file) = openapi_file() else {
        skip(name, "ZAEHLERFREUNDE_OPENAPI names no OpenAPI file");
        return None;
    };
    let data = Data::of_meters();
    let prism = Prism::start(&with_examples(&data, file));
    let prism = prism.inspect_err(|why| skip(name, &format!("Prism cannot start: {why}"))).ok()?;
    data.ask_for_meters_at(&prism.url);
    Some((data, prism))
}

/// A copy of the file that has [`EXAMPLES`], and is otherwise the same.
fn with_examples(data: &Data, file: PathBuf) -> PathBuf {
    let mut text = fs::read_to_string(file).unwrap();
    for (schema, property, example) in EXAMPLES {
        let schema_begins = text.find(&format!("\n    {schema}:\n")).unwrap();
        let heading = format!("\n        {property}:\n");
        let begins = schema_begins + text[schema_begins..].find(&heading).unwrap();
        text.insert_str(begins + heading.len(), &format!("          example: {example}\n"));
    }
    let copy = data.program.root().join("openapi.yaml");
    fs::write(&copy, text).unwrap();
    copy
}

/// Runs a `meter` command that asks `requests` times, all of which the file allows.
#[track_caller]
fn allowed((data, prism): &(Data, Prism), requests: usize, arguments: &[&str]) -> String {
    let (before, none) = prism.judged(0);
    let outcome = data.program.run([&["meter"], arguments].concat()).exits(0);
    assert_eq!(prism.judged(before + requests), (before + requests, none), "{}", outcome.told());
    outcome.stdout
}

#[test]
fn lists_are_asked_for_as_the_openapi_file_says() {
    let Some(stage) = stage("lists at Prism") else { return };
    let first = |requests, command: &str, member: &str| {
        let told = allowed(&stage, requests, &[command, "--format", "json"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        told[member][0].clone()
    };
    assert_eq!(first(1, "whoami", "partner")["name"], "string");
    assert_eq!(first(1, "spaces", "spaces")["id"], SPACE);
    assert_eq!(first(2, "devices", "devices")["id"], DEVICE);
    assert_eq!(first(1, "customers", "customers")["email"], "string");
    let of_space = allowed(&stage, 2, &["devices", "--space", SPACE, "--fields", "id,medium"]);
    assert_eq!(of_space, format!("{DEVICE}\tELECTRICITY\n"), "the spaces, and the one's devices");
}

#[test]
fn readings_are_asked_for_as_the_openapi_file_says() {
    let Some(stage) = stage("readings at Prism") else { return };
    // What the meters are called is known from here on.
    allowed(&stage, 2, &["devices"]);
    let readings = |requests, arguments: &[&str]| {
        let fields = ["--fields", "time,value", "--format", "csv"];
        let told = allowed(&stage, requests, &[&["readings"], arguments, &DAY, &fields].concat());
        assert_eq!(told, "time,value\n2026-10-25T02:15:00+02:00,12.345\n");
    };
    for resolution in ["15min", "hour", "day"] {
        for measurement in ["power", "energy", "meter-reading"] {
            let what = ["--resolution", resolution, "--measurement", measurement];
            readings(1, &[&["--device", DEVICE], &what[..]].concat());
        }
    }
    for medium in ["electricity", "gas", "water", "heating"] {
        readings(1, &["--space", SPACE, "--medium", medium]);
    }
    // The spaces, the meters of the one, the readings of its one meter.
    readings(3, &["--all"]);
}

#[test]
fn readings_are_handed_in_as_the_openapi_file_says() {
    let Some(stage) = stage("handing in at Prism") else { return };
    let rows = [
        ("deviceId,obisCode,timestamp,value,status,meteringInterval\n", DEVICE),
        ("externalDeviceId,obisCode,timestamp,value,status,meteringInterval\n", "50999000001"),
    ];
    for (number, (heading, device)) in rows.into_iter().enumerate() {
        let file = stage.0.program.root().join(format!("push-{number}.csv"));
        let text = format!(
            "{heading}{device},1-1:1.8.0,2026-10-25T02:15:00+02:00,12345.678,REAL,900\n\
             {device},2.9.0 G.03,2026-10-25T02:15:00+01:00,0.5,SUBSTITUTE,\n\
             {device},7-1:3.1.0,1792888200000,1,,\n"
        );
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        allowed(&stage, 1, &["push", file]);
        // Two parts for three readings, in seconds.
        if number == 0 {
            let text = fs::read_to_string(file).unwrap().replace("1792888200000", "1792888200");
            fs::write(file, text).unwrap();
            allowed(&stage, 2, &["push", file, "--timestamp-unit", "s", "--chunk", "2"]);
        }
    }
}

/// What passes above passes an examination, and not an open door.
#[test]
fn what_the_openapi_file_forbids_is_refused_and_explained() {
    let Some((data, prism)) = stage("a refusal by Prism") else { return };
    let outcome = data
        .program
        .run([&["meter", "readings", "--json", "--device", "no-uuid-1"], &DAY[..]].concat())
        .exits(6);
    assert_eq!(outcome.error_json()["error"]["http_status"], json!(422), "{}", outcome.told());
    // The spaces and their devices, where it is not listed.
    assert_eq!(prism.judged(3), (2, 1));
}
