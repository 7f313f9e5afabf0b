//! `token get` and `exec`: a valid token for scripts, in every format, without a browser.

use std::process::Command;

use crate::provider::fresh;
use crate::provider::http::Reply;
use crate::support::data::{connected_to_fake, space_page};
use crate::support::program::Program;
use crate::support::{browser, connected, described, described_with, has, provider_for};

#[test]
fn a_token_that_lives_long_enough_is_handed_out_without_asking_anybody() {
    let (program, fake) = connected();
    let first = program.run(["token", "get", "fake"]).exits(0);
    assert_eq!((first.stdout.lines().count(), first.stderr.as_str()), (1, ""));
    let second = program.run(["token", "get", "fake", "--min-ttl", "59m"]).exits(0);
    assert_eq!(first.data(), second.data());
    assert_eq!(fake.calls().len(), 1, "the sign-in alone");
}

#[test]
#[cfg_attr(windows, ignore = "it runs strace")]
fn a_cached_token_opens_no_socket_and_starts_no_thread() {
    let name = "a_cached_token_opens_no_socket_and_starts_no_thread";
    if !has(name, "strace") {
        return;
    }
    let (program, _fake) = connected();
    let trace = program.root().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=socket,connect,clone,clone3,fork,vfork,execve,openat", "-o"]);
    command.arg(&trace).arg(env!("CARGO_BIN_EXE_partnerlink")).args(["token", "get", "fake"]);
    command.env_clear();
    command.envs(program.variables());
    let output = command.output().unwrap();
    let trace = std::fs::read_to_string(trace).unwrap_or_default();
    if trace.is_empty() {
        return crate::support::skipped(name, "strace may not trace here");
    }
    assert!(output.status.success(), "{trace}");
    assert!(trace.contains("execve("), "{trace}");
    for call in ["socket(", "connect(", "clone(", "clone3(", "fork("] {
        assert!(!trace.contains(call), "{call}: {trace}");
    }
    assert!(!trace.contains("/etc/ssl"), "no roots are loaded: {trace}");
}

#[test]
fn a_token_that_ends_too_soon_is_refreshed() {
    let (program, fake) = connected();
    let first = program.run(["token", "get", "fake"]).exits(0);
    let second = program.run(["token", "get", "fake", "--min-ttl", "60m"]).exits(0);
    assert_ne!(first.data(), second.data());
    assert_eq!(fake.count("refresh_token"), 1);
}

#[test]
fn more_life_than_the_provider_gives_is_an_error_and_spends_nothing() {
    let (program, fake) = connected();
    for args in [&["token", "get", "fake"][..], &["exec", "fake", "--var", "T"]] {
        let args = [args, &["--min-ttl", "2h"]].concat();
        let args = if args[0] == "exec" { [&args[..], &["--", "true"]].concat() } else { args };
        let outcome = program.run(args).exits(2);
        outcome.says(&["tokens live 1 h, and --min-ttl asks for 2 h", "--min-ttl 1800s"]);
    }
    assert_eq!(fake.count("refresh_token"), 0);
    program.run(["token", "get", "fake", "--min-ttl", "1800s"]).exits(0);
    // A provider that has come to give less: it is asked once, and then it is known.
    fake.alters(|body| body["expires_in"] = 600.into());
    for _ in 0..3 {
        program.run(["token", "get", "fake", "--min-ttl", "60m"]).exits(2).says(&["live 10 min"]);
        assert_eq!(fake.count("refresh_token"), 1);
    }
    // Nobody asked for a minute where tokens live for less.
    fake.alters(|body| body["expires_in"] = 40.into());
    program.run(["token", "refresh", "--force"]).exits(0);
    program.run(["token", "get", "fake"]).exits(0);
    assert_eq!(fake.count("refresh_token"), 2);
}

#[test]
fn what_stands_in_its_way_has_its_exit_code() {
    let (program, fake) = connected();
    let get = ["token", "get", "fake", "--min-ttl", "60m", "--json"];
    for (reply, code, name) in [
        (Reply::new(503, "", ""), 3, "try-later"),
        (Reply::error(403, "invalid_grant"), 4, "sign-in-needed"),
        (Reply::error(401, "invalid_client"), 2, "client-settings"),
        (Reply::new(200, "", "<html>"), 6, "bad-answer"),
    ] {
        fake.answers(move |_| reply.clone());
        let outcome = program.run(get).exits(code);
        let error = &outcome.error_json()["error"];
        assert_eq!((&error["code"], &error["exit"]), (&name.into(), &code.into()));
        assert_eq!(error["account"], "fake");
        assert_eq!(outcome.stdout, "");
    }
    // What is still good stays good for whoever needs no more.
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn an_account_that_is_not_connected_is_exit_4_and_no_browser_opens() {
    let (program, fake) = described();
    let mark = program.root().join("opened");
    program.script("xdg-open", &format!(": > {}", mark.display()));
    let program = program.set("DISPLAY", ":0");
    let outcome = program.run(["token", "get", "fake"]).exits(4);
    outcome.says(&["this account is not connected", "do:  partnerlink connect fake"]);
    assert!(!mark.exists() && fake.calls().is_empty());
    program.run(["token", "get", "no such"]).exits(2).says(&["PROVIDER or PROVIDER:NAME"]);
    program.run(["token", "get", "fake", "--min-ttl", "3w"]).exits(2).says(&["no unit of time"]);
}

/// A program whose access token has every character that a token can have.
fn with_every_character() -> (Program, String) {
    let (program, fake) = described();
    let every: String = (0x21..=0x7e_u8).map(char::from).collect();
    let token = every + &fresh("token");
    let given = token.clone();
    fake.alters(move |body| body["access_token"] = given.clone().into());
    browser::connect(&program, &fake, &["fake"]).exits(0);
    (program, token)
}

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn the_format_for_a_shell_survives_it() {
    let (program, token) = with_every_character();
    let line = program.run(["token", "get", "fake", "--format", "env"]).exits(0).stdout;
    let script = format!("{line}printf %s \"$ACCESS_TOKEN\"");
    let output = Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), token);
}

#[test]
fn every_format_is_one_line_and_means_the_same() {
    let (program, token) = with_every_character();
    let get = |format: &str| {
        let outcome = program.run(["token", "get", "fake", "--format", format]).exits(0);
        assert_eq!(outcome.stdout.matches('\n').count(), 1, "{}", outcome.told());
        outcome.data().to_owned()
    };
    assert_eq!(get("bare"), token);
    assert_eq!(get("header"), format!("Authorization: Bearer {token}"));
    let curl = get("curl");
    let quoted = curl.strip_prefix("header = ").unwrap();
    assert_eq!(
        serde_json::from_str::<String>(quoted).unwrap(),
        format!("Authorization: Bearer {token}")
    );
    let json: serde_json::Value = serde_json::from_str(&get("json")).unwrap();
    assert_eq!((&json["schema"], json["access_token"].as_str()), (&1.into(), Some(&*token)));
    assert_eq!((&json["token_type"], &json["account"]), (&"Bearer".into(), &"fake".into()));
    assert!(json["expires_at"].as_str().unwrap().ends_with('Z'));
}

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn curl_understands_the_format_for_curl() {
    if !has("curl_understands_the_format_for_curl", "curl") {
        return;
    }
    let (program, token) = with_every_character();
    let fake = provider_for(&program);
    fake.answers(|_| Reply::new(200, "", "data"));
    let script = format!(
        "{} token get fake --format curl | curl -s --config - {}/data",
        env!("CARGO_BIN_EXE_partnerlink"),
        fake.base()
    );
    let output = Command::new("/bin/sh")
        .args(["-c", &script])
        .env_clear()
        .envs(program.variables())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "data");
    assert_eq!(fake.last().header("authorization"), Some(&*format!("Bearer {token}")));
}

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn exec_hands_over_token_streams_and_exit_code() {
    let (program, _fake) = connected();
    let token = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    let script = "printf %s \"$TOKEN\"; cat; echo talk >&2; exit 42";
    let args = ["exec", "fake", "--var", "TOKEN", "--", "sh", "-c", script];
    let outcome = program.run_with_input(args, "input").exits(42);
    assert_eq!(outcome.stdout, format!("{token}input"));
    assert_eq!(outcome.stderr, "talk\n");
    program.run(["exec", "fake", "--", "/nowhere/program"]).exits(1).says(&["could not run"]);
    program.run(["exec", "fake", "--var", "1X", "--", "true"]).exits(2);
    program.run(["exec", "fake:other", "--", "true"]).exits(4);
}

/// A program to which the environment gives an access token for this account.
fn given(program: Program, account: &str) -> Program {
    program.canaries.access_token(GIVEN);
    program.set("PARTNERLINK_ACCESS_TOKEN", GIVEN).set("PARTNERLINK_ACCESS_TOKEN_FOR", account)
}

const GIVEN: &str = "given.by-the-environment-Xo1";

#[test]
#[cfg_attr(windows, ignore = "it runs sh")]
fn a_token_of_the_environment_wins_and_is_said_once() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::json(200, &space_page(1)));
    let saved = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    let program = given(program, "Fake");
    let outcome = program.run(["token", "get", "fake"]).exits(0);
    assert_eq!(outcome.data(), GIVEN);
    assert_eq!(outcome.stderr.matches("access token of PARTNERLINK_ACCESS_TOKEN").count(), 1);
    let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(0);
    outcome.says(&["access token of PARTNERLINK_ACCESS_TOKEN for fake"]);
    assert_eq!(fake.last().header("authorization"), Some(&*format!("Bearer {GIVEN}")));
    let printed = program.run(["exec", "fake", "--", "sh", "-c", "echo $ACCESS_TOKEN"]).exits(0);
    assert_eq!(printed.data(), GIVEN);
    // It is nobody else's.
    let program = given(program, "fake:other");
    assert_eq!(program.run(["token", "get", "fake"]).exits(0).data(), saved);
    fake.refreshed_exactly(0);
}

#[test]
fn with_a_token_of_the_environment_nothing_is_stored_locked_or_refreshed() {
    let (program, fake) = described_with("");
    let lines = fake.described_as("fake", &format!("api_base = \"{}/api\"", fake.base()));
    program.configure(&lines);
    let program = given(program, "fake:ci");
    fake.serves(|_| Reply::json(200, &space_page(1)));
    program.run(["token", "get", "fake:ci"]).exits(0);
    program.run(["api", "fake:ci", "/spaces"]).exits(0);
    // Refused once, it is not asked for another one.
    fake.serves(|_| Reply::error(401, "invalid_token"));
    let before = fake.calls().len();
    let outcome = program.run(["api", "fake:ci", "/spaces"]).exits(4);
    outcome.says(&["does not accept the access token of PARTNERLINK_ACCESS_TOKEN", "unset"]);
    assert_eq!((fake.calls().len() - before, fake.count("token")), (1, 0));
    assert!(!program.state().exists(), "{:?}", program.files());
}

#[test]
fn a_token_of_the_environment_says_whose_it_is() {
    let (program, _fake) = connected();
    let program = given(program, "fake").unset("PARTNERLINK_ACCESS_TOKEN_FOR");
    let outcome = program.run(["token", "get", "fake"]).exits(2);
    outcome.says(&["does not say which account", "PARTNERLINK_ACCESS_TOKEN_FOR"]);
}
