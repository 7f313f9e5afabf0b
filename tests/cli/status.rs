//! `status`: what refreshed an account, checks, and the calendar.

use std::fs;

use crate::support::program::Program;
use crate::support::unix::assert_private;
use crate::support::{browser, connected, described_with};

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn what_did_the_last_refresh_is_told() {
    let (program, _fake) = connected();
    let by = |program: &Program| {
        let told = program.run(["status", "--json"]).exits(0).json();
        told["accounts"][0]["refreshed_by"].clone()
    };
    assert_eq!(by(&program), serde_json::Value::Null);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(by(&program), "script");
    let program = program.set("PARTNERLINK_RUN_BY", "systemd");
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(by(&program), "systemd");
    let outcome = program.run(["status"]).exits(0);
    let outcome =
        outcome.says(&["Last refresh without a person: ", " by systemd, exit 0 (1 refreshed)"]);
    let line = outcome.data().to_owned();
    assert_eq!(line.split('\t').next_back(), Some("systemd"));
}

/// An index entry, and a record, of a version that did not know what refreshes.
#[test]
fn an_older_index_is_still_read() {
    let (program, _fake) = connected();
    let entry = program.state().join("accounts/fake.default.json");
    let text = fs::read_to_string(&entry).unwrap();
    assert!(text.contains(",\"refreshed_by\":null"), "{text}");
    fs::write(&entry, text.replace(",\"refreshed_by\":null", "")).unwrap();
    let told = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(told["accounts"][0]["account"], "fake");
}

#[test]
#[cfg_attr(windows, ignore = "the key of sealed files lies in the Credential Manager")]
fn check_exits_4_before_a_sign_in_ends_and_5_where_a_record_cannot_be_read() {
    let (program, fake) = described_with("refresh_token_seconds = 864000");
    browser::connect(&program, &fake, &["fake"]).exits(0);
    let calls = fake.calls().len();
    program.run(["status", "--check"]).exits(0);
    program.run(["status", "--check", "--within", "9d"]).exits(0);
    let soon = ["status", "--within", "11d"];
    program.run(soon).exits(0).says(&["fake: ends soon", "partnerlink connect fake"]);
    program.run([&soon[..], &["--check"]].concat()).exits(4);
    program.run([&soon[..], &["--exit-code"]].concat()).exits(4);
    let told = program.run(["status", "--check", "--json"]).exits(0).json();
    let account = &told["accounts"][0];
    assert_eq!(account["readable"], true);
    assert!(matches!(account["sign_in_days_left"].as_u64(), Some(9 | 10)), "{account}");
    fs::remove_dir_all(program.state().join("tokens")).unwrap();
    let told = program.run(["status", "--check", "--json"]).exits(4).json();
    assert_eq!(told["accounts"][0]["readable"], false);
    assert_eq!(told["accounts"][0]["error"]["code"], "record-missing");
    fs::create_dir_all(program.state().join("tokens")).unwrap();
    // What lies in files is looked at in any case.
    fs::write(program.state().join("tokens/fake.default.sealed"), "x").unwrap();
    program.run(["status"]).exits(5);
    program.run(["status", "--check"]).exits(5);
    assert_eq!(fake.calls().len(), calls, "nobody was asked");
}

/// Wherever the key is: without it nothing is opened, but that nothing is there shows.
#[test]
fn a_record_that_is_gone_is_told_without_the_key() {
    let (program, fake) = described_with("");
    let config = fs::read_to_string(program.home().join("config.toml")).unwrap();
    program.configure(&format!("file_key = \"passphrase\"\n{config}"));
    let program = program.set("PARTNERLINK_PASSPHRASE", "a passphrase");
    browser::connect(&program, &fake, &["fake"]).exits(0);
    let program = program.unset("PARTNERLINK_PASSPHRASE");
    program.run(["status"]).exits(0);
    fs::remove_file(program.state().join("tokens/fake.default.sealed")).unwrap();
    program.run(["status"]).exits(4).says(&["could not read fake"]);
}

#[test]
fn an_account_that_the_index_lost_is_not_called_unconnected() {
    let (program, fake) = connected();
    let entry = program.state().join("accounts/fake.default.json");
    fs::write(&entry, "").unwrap();
    let told = program.run(["status"]).exits(5).says(&["could not show fake", "its entry in the"]);
    assert!(!told.stderr.contains("No account is connected"), "{}", told.told());
    for is_there in [true, false] {
        if !is_there {
            fs::remove_file(&entry).unwrap();
        }
        let told = program.run(["status", "--check", "--json"]).exits(0).json();
        assert_eq!(told["accounts"][0]["account"], "fake", "{told}");
    }
    fs::write(program.state().join("tokens/fake.default.sealed"), "x").unwrap();
    program.run(["status", "--check"]).exits(5).says(&["could not read fake"]);
    fs::remove_dir_all(program.state()).unwrap();
    program.run(["status", "--check"]).exits(0).says(&["No account is connected"]);
    fs::create_dir_all(program.state()).unwrap();
    fs::write(program.state().join("accounts"), "").unwrap();
    program.run(["status"]).exits(5).says(&["could not list the connected accounts"]);
    assert_eq!(fake.calls().len(), 1, "nobody was asked");
}

#[test]
fn what_the_index_lost_is_made_again_by_the_command_that_is_told() {
    let (program, _fake) = connected();
    fs::write(program.state().join("accounts/fake.default.json"), "").unwrap();
    for _ in 0..2 {
        program.run(["status"]).exits(5).says(&["partnerlink store verify fake"]);
        program.run(["store", "verify", "fake"]).exits(0);
        program.run(["status"]).exits(0);
        fs::remove_dir_all(program.state().join("accounts")).unwrap();
    }
}

#[test]
fn the_calendar_is_a_file_of_its_own_and_replaced_only_when_asked() {
    let (program, fake) = described_with("refresh_token_seconds = 864000");
    browser::connect(&program, &fake, &["fake"]).exits(0);
    let file = program.root().join("days.ics");
    let name = file.to_str().unwrap();
    program.run(["status", "--calendar", name]).exits(0).says(&["Calendar: "]);
    let text = fs::read_to_string(&file).unwrap();
    for line in ["UID:fake.default@partnerlink\r\n", "TRIGGER:-P2D\r\n", "BEGIN:VALARM\r\n"] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_private(&file);
    program.run(["status", "--calendar", name]).exits(2).says(&["--force replaces it"]);
    program.run(["status", "--calendar", name, "--force", "--within", "36h"]).exits(0);
    assert!(fs::read_to_string(&file).unwrap().contains("TRIGGER:-PT129600S\r\n"));
    let printed = program.run(["status", "--calendar", "-"]).exits(0).stdout;
    assert!(printed.starts_with("BEGIN:VCALENDAR\r\n") && printed.ends_with("END:VCALENDAR\r\n"));
    program.run(["status", "--calendar", "-", "--json"]).exits(2);
    program.run(["status", "--force"]).exits(2);
}
