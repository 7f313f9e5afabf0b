//! Clocks that are wrong, and refresh tokens that nobody uses for long.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::provider::Provider;
use crate::support::browser::agree;
use crate::support::program::Program;
use crate::support::{connected, described, described_with, has};

const CONNECT: [&str; 3] = ["connect", "fake", "--no-browser"];
const REFRESH: [&str; 3] = ["token", "refresh", "fake"];
const DAY: i64 = 86_400;

/// From now on answers name the time, so many seconds from the true one.
fn tells_the_time(fake: &Provider, off: i64) {
    fake.does(move |_, honest| {
        let off = Duration::from_secs(off.unsigned_abs());
        let now = SystemTime::now() + off;
        honest().with_header(&format!("Date: {}", httpdate::fmt_http_date(now)))
    });
}

/// Every token that is given from now on lives so long.
fn gives(fake: &Provider, seconds: i64) {
    fake.alters(move |body| body["expires_in"] = seconds.into());
}

fn account(program: &Program) -> Value {
    program.run(["status", "--json"]).json()["accounts"][0].clone()
}

/// What one refresh does at this time.
#[track_caller]
fn refreshed(program: &Program, offset: &str) -> String {
    let outcome = program.run_at(offset, REFRESH).exits(0);
    outcome.data().split('\t').nth(1).unwrap().to_owned()
}

#[track_caller]
fn is_close(instant: &Value, seconds_from_now: i64) {
    let instant: jiff::Timestamp = instant.as_str().unwrap().parse().unwrap();
    let off = instant.as_second() - jiff::Timestamp::now().as_second() - seconds_from_now;
    assert!(off.abs() < 60, "{instant} is {off} s off");
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn an_account_from_the_future_is_refreshed_and_put_right() {
    if !has("an_account_from_the_future_is_refreshed_and_put_right", "faketime") {
        return;
    }
    let (program, fake) = described_with("default_scope = \"offline_access\"");
    agree(&fake, program.spawn_at("+3y", CONNECT)).exits(0);
    is_close(&account(&program)["connected_at"], 3 * 365 * DAY);
    program.run(["token", "get", "fake"]).exits(0);
    assert_eq!(fake.count("refresh_token"), 1, "nothing of the future is believed");
    let account = account(&program);
    is_close(&account["connected_at"], 0);
    is_close(&account["access_token_until"], 3600);
    assert_eq!(refreshed(&program, "+0"), "unchanged");
    program.run([&REFRESH[..], &["--force"]].concat()).exits(0);
    assert_eq!(fake.count("refresh_token"), 2);
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn lifetimes_count_by_the_clock_of_the_provider_and_the_difference_is_told_once() {
    let test = "lifetimes_count_by_the_clock_of_the_provider_and_the_difference_is_told_once";
    if !has(test, "faketime") {
        return;
    }
    for (offset, told) in
        [("+2h", "2 h ahead of the provider's"), ("-2h", "h behind the provider's")]
    {
        let (program, fake) = described();
        tells_the_time(&fake, 0);
        // The ID token is of the provider's time as well.
        agree(&fake, program.spawn_at(offset, CONNECT)).exits(0).says(&[told, "set it right"]);
        let account = account(&program);
        is_close(&account["connected_at"], 0);
        is_close(&account["access_token_until"], 3600);
        let force = [&REFRESH[..], &["--force"]].concat();
        program.run_at(offset, &force).exits(0).conceals(&["clock"]);
        program.run(&force).exits(0).conceals(&["clock"]);
        assert_eq!(fake.count("refresh_token"), 2, "--force always refreshes");
        program.run_at(offset, &force).exits(0).says(&[told]);
        assert!(account["clock_ahead"].as_i64().unwrap().abs() > 7000, "{account}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_clock_that_is_behind_hands_out_no_token_that_has_ended() {
    if !has("a_clock_that_is_behind_hands_out_no_token_that_has_ended", "faketime") {
        return;
    }
    let (program, fake) = described();
    tells_the_time(&fake, 0);
    agree(&fake, program.spawn_at("-5h", CONNECT)).exits(0);
    let get = ["token", "get", "fake"];
    let first = program.run_at("-5h", get).exits(0);
    assert_eq!(program.run_at("-270m", get).exits(0).data(), first.data(), "half an hour later");
    assert_ne!(program.run_at("-230m", get).exits(0).data(), first.data(), "after its end");
    assert_eq!(fake.count("refresh_token"), 1);
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_clock_that_was_behind_and_was_set_right_raises_no_alarm() {
    if !has("a_clock_that_was_behind_and_was_set_right_raises_no_alarm", "faketime") {
        return;
    }
    // One that is refreshed, and one that lives as long as its sign-in.
    for refreshable in [true, false] {
        let (program, fake) = described_with("refresh_token_seconds = 2592000");
        fake.alters(move |body| {
            if !refreshable {
                body.as_object_mut().unwrap().remove("refresh_token");
                body["expires_in"] = (360 * DAY).into();
            }
        });
        tells_the_time(&fake, 0);
        agree(&fake, program.spawn_at("-3y", CONNECT)).exits(0).says(&["behind the provider's"]);
        program.run_at("-3y", ["status", "--exit-code"]).exits(0).says(&["set it right"]);
        program.run(["status", "--exit-code"]).exits(0).conceals(&["clock", "sign in again"]);
        program.run(["token", "get", "fake"]).exits(0);
        program.run(["token", "refresh"]).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_clock_that_was_ahead_and_was_set_right_is_not_named_any_more() {
    if !has("a_clock_that_was_ahead_and_was_set_right_is_not_named_any_more", "faketime") {
        return;
    }
    let (program, fake) = described();
    tells_the_time(&fake, 0);
    agree(&fake, program.spawn_at("+2h", CONNECT)).exits(0);
    program.run_at("+2h", ["status"]).exits(0).says(&["2 h ahead of the provider's"]);
    program.run(["status"]).exits(0).conceals(&["clock"]);
}

#[test]
fn a_date_that_cannot_be_is_none() {
    let (program, fake) = connected();
    for date in ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", ""] {
        let line = format!("Date: {date}");
        fake.does(move |_, honest| honest().with_header(&line));
        let outcome = program.run([&REFRESH[..], &["--force"]].concat()).exits(0);
        outcome.conceals(&["clock"]);
        is_close(&account(&program)["access_token_until"], 3600);
    }
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_refresh_token_does_not_rest_until_it_is_dead() {
    if !has("a_refresh_token_does_not_rest_until_it_is_dead", "faketime") {
        return;
    }
    // Nothing is known: once a day, and up to a tenth of it earlier by the name.
    let (program, fake) = described();
    gives(&fake, 30 * DAY);
    agree(&fake, program.spawn(CONNECT)).exits(0);
    assert_eq!(refreshed(&program, "+21h"), "unchanged");
    assert_eq!(refreshed(&program, "+25h"), "refreshed");
    // Fifteen days: every five.
    let (program, fake) = described_with("refresh_token_idle_seconds = 1296000");
    gives(&fake, 30 * DAY);
    agree(&fake, program.spawn(CONNECT)).exits(0);
    assert_eq!(refreshed(&program, "+4d"), "unchanged");
    assert_eq!(refreshed(&program, "+6d"), "refreshed");
    // They begin anew with each refresh.
    assert_eq!(refreshed(&program, "+14d"), "refreshed");
    program.run_at("+16d", ["status", "--exit-code"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_sign_in_that_outlives_its_end_is_no_longer_said_to_end() {
    if !has("a_sign_in_that_outlives_its_end_is_no_longer_said_to_end", "faketime") {
        return;
    }
    let (program, fake) = described_with("refresh_token_seconds = 864000");
    gives(&fake, 30 * DAY);
    agree(&fake, program.spawn(CONNECT)).exits(0);
    program.run_at("+11d", ["status", "--exit-code"]).exits(4);
    assert_eq!(refreshed(&program, "+11d"), "refreshed");
    program.run_at("+11d", ["status", "--exit-code"]).exits(0);
}
