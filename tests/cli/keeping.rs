//! What is wrong with an account stays told until somebody mends it: by `token refresh`, by `status`
//! for the monitoring, by `doctor`, in the calendar.

use std::fs;

use crate::provider::Provider;
use crate::provider::http::Reply;
use crate::support::browser::connect;
use crate::support::{connected, has};

const REFRESH: [&str; 3] = ["token", "refresh", "fake"];
const FORCED: [&str; 4] = ["token", "refresh", "fake", "--force"];
const CHECK: [&str; 2] = ["status", "--check"];

fn answers(fake: &Provider, status: u16, code: &'static str) {
    fake.answers(move |_| Reply::error(status, code));
}

#[test]
fn a_refusal_that_is_known_stays_exit_4_until_somebody_connects() {
    let (program, fake) = connected();
    answers(&fake, 403, "invalid_grant");
    program.run(FORCED).exits(4);
    let calls = fake.calls().len();
    for _ in 0..2 {
        let outcome = program.run(REFRESH).exits(4);
        outcome.says(&[
            "no longer accepts",
            "invalid_grant",
            "as of 20",
            "partnerlink connect fake",
        ]);
        program.run(["token", "refresh", "--quiet"]).exits(4);
        program.run(CHECK).exits(4).says(&["fake: sign in again: the provider no longer accepts"]);
        program.run(["doctor"]).exits(4);
        // It stands in the record: the index can be lost.
        fs::remove_dir_all(program.state().join("accounts")).unwrap();
    }
    assert_eq!(fake.calls().len(), calls, "what was refused is not sent again before it is due");
    program.run(REFRESH).exits(4);
    let told = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(told["accounts"][0]["sign_in_days_left"], 0);
    let shown = program.run(["token", "show", "fake"]).exits(0).stdout;
    assert!(shown.contains("sign in again (the provider no longer accepts"), "{shown}");
    // The access token is good until its end.
    program.run(["token", "get", "fake"]).exits(0);
    fake.is_honest();
    connect(&program, &fake, &["fake"]).exits(0);
    program.run(REFRESH).exits(0);
    program.run(CHECK).exits(0);
}

#[test]
fn a_sign_in_that_is_dead_stands_in_the_calendar_today() {
    let (program, fake) = connected();
    program.run(["status", "--calendar", "-"]).exits(0).says(&["No sign-in has a known end"]);
    answers(&fake, 403, "invalid_grant");
    program.run(FORCED).exits(4);
    let today = jiff::Zoned::now().strftime("DTSTART;VALUE=DATE:%Y%m%d").to_string();
    for (language, sentence) in [("en", "is no longer accepted"), ("de", "gilt nicht mehr")] {
        let status = ["--language", language, "status", "--calendar", "-"];
        let calendar = program.run(status).exits(0).stdout.replace("\r\n ", "");
        assert!(calendar.contains(sentence) && calendar.contains(&today), "{calendar}");
    }
}

#[test]
fn tokens_that_are_gone_are_told_until_somebody_ends_the_account() {
    let (program, fake) = connected();
    fs::remove_dir_all(program.state().join("tokens")).unwrap();
    let gone = "its tokens are no longer in sealed files";
    for _ in 0..3 {
        program.run(["token", "refresh", "--quiet"]).exits(4).says(&[gone, "connect fake"]);
        program.run(CHECK).exits(4).says(&[gone]);
        program.run(["token", "get", "fake"]).exits(4).says(&[gone]);
    }
    program.run(["status"]).exits(0).says(&["fake: sign in again: its tokens are no longer in"]);
    program.run(["disconnect", "fake"]).exits(0);
    program.run(["token", "refresh"]).exits(0).says(&["nothing to refresh"]);
    connect(&program, &fake, &["fake"]).exits(0);
    program.run(CHECK).exits(0);
}

#[test]
fn tokens_that_come_back_are_good_again() {
    let (program, _fake) = connected();
    let (tokens, away) = (program.state().join("tokens"), program.root().join("away"));
    fs::rename(&tokens, &away).unwrap();
    program.run(REFRESH).exits(4);
    let _ = fs::remove_dir_all(&tokens);
    fs::rename(&away, &tokens).unwrap();
    program.run(REFRESH).exits(0);
    program.run(CHECK).exits(0);
}

#[test]
fn a_failure_that_lasts_is_shown_until_something_succeeds() {
    let (program, fake) = connected();
    for (code, exit, told) in [
        ("invalid_client", 2, "did not accept the client settings (invalid_client"),
        ("invalid_request", 6, "(invalid_request"),
        ("unsupported_grant_type", 6, "(unsupported_grant_type"),
    ] {
        answers(&fake, 400, code);
        program.run(FORCED).exits(exit);
        // It is not due, and asked for all the same: somebody may have mended it.
        program.run(["token", "refresh", "--quiet"]).exits(exit);
        program.run(CHECK).exits(exit).says(&["fake: refresh fails: ", told]);
        program.run(["status", "--exit-code"]).exits(exit);
        program.run(["status"]).exits(0);
        assert!(program.run(["doctor"]).exits(exit).stdout.contains(told));
        let shown = program.run(["token", "show", "fake"]).exits(0).stdout;
        assert!(shown.contains(told), "{shown}");
        fake.is_honest();
        assert!(program.run(REFRESH).exits(0).stdout.contains("refreshed"));
        program.run(CHECK).exits(0).conceals(&[told]);
        program.run(["doctor"]).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn an_account_that_nothing_keeps_alive_is_not_good() {
    if !has("an_account_that_nothing_keeps_alive_is_not_good", "faketime") {
        return;
    }
    let (program, _fake) = connected();
    program.run_at("+20h", ["status", "--exit-code"]).exits(0);
    let told = "fake: not refreshed: since ";
    program.run_at("+2d", ["status", "--exit-code"]).exits(3).says(&[told, "token refresh fake"]);
    program.run_at("+2d", CHECK).exits(3).says(&[told]);
    let doctor = program.run_at("+2d", ["doctor"]);
    assert!(doctor.stdout.contains("fake: not refreshed"), "{}", doctor.told());
    // By a clock that was set back, nothing that is dated can be believed.
    let misdated = program.run_at("-3d", CHECK).exits(3);
    misdated.says(&["fake: clock was wrong: its dates lie in the future"]);
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_schedule_that_runs_no_more_is_told() {
    if !has("a_schedule_that_runs_no_more_is_told", "faketime") {
        return;
    }
    let (program, _fake) = connected();
    let program = program.set("PARTNERLINK_RUN_BY", "cron");
    program.run(["token", "refresh", "--quiet"]).exits(0);
    program.run(["status"]).exits(0).conceals(&[" ago"]);
    let line = program.run_at("+5d", ["status"]).exits(0);
    line.says(&["! Last refresh without a person: ", "by cron, 5 d ago"]);
    let ahead = program.run_at("-5d", ["status"]).exits(0);
    ahead.says(&["by cron, by a clock that was ahead"]);
}
