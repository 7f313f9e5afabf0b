//! The calendar of `status --calendar`, read by icalendar.

use std::env;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::parts::data::Data;
use crate::parts::{self, Part, has};
use crate::support::program::Program;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/read-calendar.py");

#[track_caller]
fn entries(program: &Program, arguments: &[&str]) -> Vec<Value> {
    let file = program.root().join("days.ics");
    let name = file.to_str().unwrap();
    let status = ["status", "--force", "--calendar", name];
    program.run([&status[..], arguments].concat()).exits(0);
    let mut command = Command::new(env::var_os("PARTNERLINK_TEST_PYTHON").unwrap());
    command.arg(SCRIPT).arg(&file).stdin(Stdio::null());
    let told = parts::program().start(command).finish().exits(0).json();
    told["entries"].as_array().unwrap().clone()
}

#[test]
fn every_sign_in_with_an_end_is_a_day_with_an_alarm() {
    if !has("the calendar read by icalendar", &[Part::Tables]) {
        return;
    }
    for mut data in [Data::of_meters(), Data::of_timber()] {
        data.program = data.program.set("TZ", "UTC");
        is_read_as_told(&data.program);
    }
}

#[track_caller]
fn is_read_as_told(program: &Program) {
    let told = program.run(["status", "--json"]).exits(0).json();
    let accounts = told["accounts"].as_array().unwrap();
    let first = entries(program, &[]);
    assert_eq!(first.len(), accounts.len());
    for (entry, account) in first.iter().zip(accounts) {
        let name = account["account"].as_str().unwrap();
        let end = account["sign_in_by"].as_str().unwrap();
        assert_eq!(entry["day"].as_str(), Some(&end[..10]));
        assert_eq!(entry["uid"], format!("{}.default@partnerlink", name));
        assert_eq!(entry["summary"], format!("{name}: sign in again"));
        let description = entry["description"].as_str().unwrap();
        let command = format!("partnerlink connect {name}");
        assert!(description.lines().any(|line| line == command), "{description:?}");
        assert!(description.contains(", run:\n"), "{description:?}");
        assert!(entry["alarm"].as_f64().unwrap() >= 86_400.0, "{entry}");
    }
    let again = entries(program, &["--within", "14d"]);
    for (entry, before) in again.iter().zip(&first) {
        assert_eq!((&entry["uid"], &entry["sequence"]), (&before["uid"], &before["sequence"]));
        assert_eq!(entry["alarm"], 14.0 * 86_400.0);
    }
}
