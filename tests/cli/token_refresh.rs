//! `token refresh`: what it reports, in words, in tab-separated lines and in JSON, and its exit
//! codes. What becomes of the tokens is in `refresh_answers`.

use std::time::Duration;

use crate::provider::http::Reply;
use crate::support::browser::connect;
use crate::support::program::Program;
use crate::support::{connected, described, described_with};

#[test]
fn nothing_connected_is_nothing_to_do() {
    let program = Program::new();
    program.run(["token", "refresh"]).exits(0).says(&["nothing to refresh"]);
    let quiet = program.run(["token", "refresh", "--quiet"]).exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let json = program.run(["token", "refresh", "--json"]).exits(0).json();
    assert_eq!(json, serde_json::json!({ "schema": 1, "accounts": [] }));
    program.run(["token", "refresh", "timberdata"]).exits(4).says(&["is not connected"]);
}

#[test]
fn an_access_token_is_renewed_when_it_is_due_and_not_before() {
    let (program, fake) = connected();
    let line = |args: &[&str]| {
        let outcome = program.run([&["token", "refresh"], args].concat()).exits(0);
        outcome.data().split('\t').nth(1).unwrap().to_owned()
    };
    assert_eq!(line(&[]), "unchanged", "an hour of an hour is left");
    assert_eq!(line(&["--within", "30m"]), "unchanged");
    assert_eq!(line(&["--within", "2h"]), "refreshed");
    assert_eq!(line(&["--force"]), "refreshed");
    assert_eq!(fake.count("refresh_token"), 2);
    program.run(["token", "refresh", "--force", "--within", "1h"]).exits(2);
}

#[test]
fn every_account_is_refreshed_and_told_on_a_line_of_its_own() {
    let (program, fake) = described();
    for name in ["fake", "fake:a", "fake:b", "fake:c"] {
        connect(&program, &fake, &[name]).exits(0);
    }
    let outcome = program.run(["token", "refresh", "--force"]).exits(0);
    let mut names: Vec<&str> =
        outcome.data().lines().map(|line| line.split('\t').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["fake", "fake:a", "fake:b", "fake:c"]);
    let quiet = program.run(["token", "refresh", "--force", "--quiet"]).exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""), "cron hears nothing");
    program.run(["token", "refresh", "--force", "--jobs", "1", "fake:b"]).exits(0);
    assert_eq!(fake.count("refresh_token"), 9);
}

#[test]
fn json_lists_each_account_and_the_worst_decides_the_exit_code() {
    let (program, fake) = described();
    for name in ["fake:a", "fake:b", "fake:c", "fake:d"] {
        connect(&program, &fake, &[name]).exits(0);
    }
    let count = std::sync::atomic::AtomicUsize::new(0);
    fake.answers(move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply::new(503, "", ""),
        1 => Reply::error(403, "invalid_grant"),
        2 => Reply::new(200, "", "<html>"),
        _ => Reply::json(200, &serde_json::json!({ "access_token": "t", "token_type": "Bearer" })),
    });
    let outcome = program.run(["token", "refresh", "--force", "--jobs", "1", "--json"]);
    let json = outcome.exits(4).json();
    let accounts = json["accounts"].as_array().unwrap();
    let names: Vec<_> = accounts.iter().map(|account| account["account"].clone()).collect();
    assert_eq!(names, ["fake:a", "fake:b", "fake:c", "fake:d"], "sorted, whatever came first");
    // Which of them met which answer is drawn by lot.
    let with = |result: &str| accounts.iter().find(|account| account["result"] == result).unwrap();
    let exits = ["try-later", "sign-in-needed", "failed", "refreshed"]
        .map(|result| with(result)["error"]["exit"].as_u64());
    assert_eq!(exits, [Some(3), Some(4), Some(6), None]);
    assert_eq!(with("try-later")["error"]["http_status"], 503);
    let refused = with("sign-in-needed");
    let hint = format!("partnerlink connect {}", refused["account"].as_str().unwrap());
    assert_eq!(refused["error"]["hint"], hint);
    assert!(with("refreshed")["access_token_until"].as_str().unwrap().ends_with('Z'));
    for account in accounts {
        let mut members: Vec<&str> =
            account.as_object().unwrap().keys().map(String::as_str).collect();
        members.retain(|member| *member != "error");
        members.sort_unstable();
        assert_eq!(members, ["access_token_until", "account", "result", "warning"]);
    }
}

#[test]
fn errors_are_told_even_when_quiet() {
    let (program, fake) = connected();
    fake.answers(|_| Reply::new(500, "", ""));
    let outcome = program.run(["token", "refresh", "--force", "--quiet"]).exits(3);
    outcome.says(&[
        "error: could not refresh fake",
        "why: the provider answered 500",
        "do:  try again",
    ]);
}

#[test]
fn where_nothing_can_be_refreshed_it_says_so_warns_in_time_and_ends_with_exit_4() {
    let (program, fake) = described_with("refresh = \"none\"");
    let lives = |seconds: i64| {
        fake.alters(move |body| {
            body.as_object_mut().unwrap().remove("refresh_token");
            body["expires_in"] = seconds.into();
        });
        connect(&program, &fake, &["fake"]).exits(0);
    };
    lives(360 * 86_400);
    let outcome = program.run(["token", "refresh"]).exits(0);
    assert!(outcome.stdout.starts_with("fake\tnothing-to-refresh\t20"), "{}", outcome.told());
    assert_eq!(outcome.stderr, "");
    program.run(["status", "--exit-code"]).exits(0);
    program.run(["status", "--exit-code", "--within", "370d"]).exits(4).says(&["ends soon"]);
    lives(1);
    std::thread::sleep(Duration::from_millis(2100));
    let outcome = program.run(["token", "refresh"]).exits(4);
    outcome.says(&["gives access until", "cannot renew it", "partnerlink connect fake"]);
    program.run(["token", "get", "fake"]).exits(4);
    program.run(["status", "--exit-code"]).exits(4).says(&["sign in again"]);
}

#[test]
fn an_account_of_a_provider_that_is_no_longer_described_is_told_and_kept() {
    let (program, fake) = connected();
    program.configure("");
    program.run(["token", "refresh", "--force"]).exits(2).says(&["no provider named \"fake\""]);
    program.configure(&fake.described());
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
fn without_the_index_the_accounts_are_found_in_the_store() {
    let (program, _fake) = connected();
    std::fs::remove_dir_all(program.state().join("accounts")).unwrap();
    let outcome = program.run(["token", "refresh", "--force"]).exits(0);
    assert!(outcome.stdout.starts_with("fake\trefreshed\t"), "{}", outcome.told());
    assert_eq!(program.run(["status"]).exits(0).stdout.lines().count(), 1, "and it is made again");
}
