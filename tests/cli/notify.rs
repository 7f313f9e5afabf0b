//! `token refresh --notify`: a person hears of each thing once, and hears of it for certain.

use std::fs;

use serde_json::Value;

use crate::provider::Provider;
use crate::provider::http::Reply;
use crate::support::browser::connect;
use crate::support::program::{Outcome, Program};
use crate::support::{connected, described_with, has};

/// A program that writes down what it is told, and with which of our variables.
fn with_a_listener(program: Program) -> Program {
    program.script(
        "tell-me",
        r#"env | grep -e PARTNERLINK_ -e CREDENTIALS_ >>"$HOME/leaked"
[ ! -e "$HOME/deaf" ] || { echo "nobody listens" >&2; exit 9; }
cat >>"$HOME/told"; echo "$*" >>"$HOME/arguments""#,
    );
    program
}

fn told(program: &Program) -> Vec<Value> {
    let text = fs::read_to_string(program.root().join("home/told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn refresh(program: &Program) -> Outcome {
    program.run(["token", "refresh", "--force", "--quiet", "--notify", "tell-me 'a b' $HOME"])
}

fn refuse(fake: &Provider) {
    fake.answers(|_| Reply::error(400, "invalid_grant"));
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_person_hears_once_that_a_sign_in_is_needed_and_again_after_the_next_sign_in() {
    let (program, fake) = connected();
    let program = with_a_listener(program).set("CREDENTIALS_DIRECTORY", "/run/credentials/x");
    refresh(&program).exits(0);
    assert_eq!(told(&program).len(), 0, "all is well");
    fake.answers(|_| Reply::new(503, "", ""));
    refresh(&program).exits(3);
    assert_eq!(told(&program).len(), 0, "later is not never");
    refuse(&fake);
    for _ in 0..3 {
        refresh(&program).exits(4);
    }
    let [message] = &told(&program)[..] else { panic!("{:?}", told(&program)) };
    assert_eq!((&message["schema"], &message["event"]), (&1.into(), &"sign-in-needed".into()));
    assert_eq!((&message["account"], &message["provider"]), (&"fake".into(), &"fake".into()));
    assert_eq!(message["who"], crate::provider::identity::PERSON);
    assert_eq!(message["do"], "partnerlink connect fake");
    assert!(message["why"].as_str().unwrap().contains("no longer accepts"), "{message}");
    assert!(message["since"].as_str().unwrap().ends_with('Z'), "{message}");
    let arguments = fs::read_to_string(program.root().join("home/arguments")).unwrap();
    assert_eq!(arguments, "a b $HOME\n", "words, and no shell");

    fake.is_honest();
    connect(&program, &fake, &["fake"]).exits(0);
    refresh(&program).exits(0);
    refuse(&fake);
    refresh(&program).exits(4);
    assert_eq!(told(&program).len(), 2);
    let leaked = fs::read_to_string(program.root().join("home/leaked")).unwrap();
    assert_eq!(leaked, "");
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_person_hears_of_an_account_whose_tokens_are_gone() {
    let (program, _fake) = connected();
    let program = with_a_listener(program);
    fs::remove_file(program.state().join("tokens/fake.default.sealed")).unwrap();
    refresh(&program).exits(4);
    let [message] = &told(&program)[..] else { panic!("{:?}", told(&program)) };
    assert_eq!(
        (&message["account"], &message["event"]),
        (&"fake".into(), &"sign-in-needed".into())
    );
    // Nobody has to hear of one that never was.
    program.run(["token", "refresh", "other", "--notify", "tell-me"]).exits(2);
    assert_eq!(told(&program).len(), 1);
}

/// What a person was told of, and what to do.
fn events(program: &Program) -> Vec<String> {
    told(program).iter().map(|message| message["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_person_hears_of_everything_that_needs_one() {
    let (program, fake) = connected();
    let program = with_a_listener(program);
    // Settings that somebody has changed.
    fake.answers(|_| Reply::error(401, "invalid_client"));
    for _ in 0..2 {
        refresh(&program).exits(2);
    }
    assert_eq!(events(&program), ["refresh-fails"]);
    fake.is_honest();
    refresh(&program).exits(0);
    // A store that cannot be read.
    let key = program.home().join("tokens.key");
    let away = program.root().join("away");
    fs::rename(&key, &away).unwrap();
    for _ in 0..2 {
        refresh(&program).exits(5);
    }
    assert_eq!(events(&program)[1..], ["store-unreadable"]);
    fs::rename(&away, &key).unwrap();
    refresh(&program).exits(0);
    let message = told(&program).pop().unwrap();
    assert!(message["last_good"].is_string() && message["do"].is_string(), "{message}");
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_person_hears_when_nothing_succeeds_for_a_day() {
    if !has("a_person_hears_when_nothing_succeeds_for_a_day", "faketime") {
        return;
    }
    let (program, fake) = connected();
    let program = with_a_listener(program);
    fake.answers(|_| Reply::new(503, "", ""));
    let refresh_at = |offset| {
        let args = ["token", "refresh", "--quiet", "--notify", "tell-me"];
        program.run_at(offset, args).exits(3);
        events(&program)
    };
    assert_eq!(refresh_at("+20h").len(), 0);
    assert_eq!(refresh_at("+25h"), ["not-refreshed"]);
    assert_eq!(refresh_at("+26h"), ["not-refreshed"]);
}

#[test]
#[cfg_attr(windows, ignore = "faketime sets the clock of Linux programs alone")]
fn a_quiet_run_warns_once_a_day() {
    if !has("a_quiet_run_warns_once_a_day", "faketime") {
        return;
    }
    let (program, fake) = described_with("refresh = \"none\"");
    fake.alters(|body| {
        body.as_object_mut().unwrap().remove("refresh_token");
        body["expires_in"] = (360 * 86_400).into();
    });
    connect(&program, &fake, &["fake"]).exits(0);
    let warns = |offset: &str, args: &[&str]| {
        let outcome = program.run_at(offset, [&["token", "refresh"], args].concat()).exits(0);
        outcome.stderr.contains("the sign-in ends")
    };
    let hours = [8160, 8161, 8170, 8182, 8184, 8185];
    let quiet = hours.map(|hour| warns(&format!("+{hour}h"), &["--quiet"]));
    assert_eq!(quiet, [true, false, false, false, true, false]);
    assert!(warns("+8186h", &[]), "whoever looks sees it");
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn who_could_not_be_told_is_told_at_the_next_run() {
    let (program, fake) = connected();
    let program = with_a_listener(program);
    let deaf = program.root().join("home/deaf");
    fs::write(&deaf, "").unwrap();
    refuse(&fake);
    refresh(&program).exits(4).says(&["fake: --notify did not work: nobody listens"]);
    refresh(&program).exits(4).says(&["nobody listens"]);
    assert_eq!(told(&program).len(), 0);
    fs::remove_file(&deaf).unwrap();
    refresh(&program).exits(4).conceals(&["--notify did not"]);
    refresh(&program).exits(4);
    assert_eq!(told(&program).len(), 1);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn each_account_is_told_by_itself() {
    let (program, fake) = connected();
    let program = with_a_listener(program);
    connect(&program, &fake, &["fake:b"]).exits(0);
    refuse(&fake);
    refresh(&program).exits(4);
    refresh(&program).exits(4);
    let accounts: Vec<Value> = told(&program).iter().map(|m| m["account"].clone()).collect();
    assert_eq!(accounts, ["fake:b", "fake"]);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn the_coming_end_of_a_sign_in_is_told_once() {
    let (program, fake) = described_with("refresh = \"none\"");
    let program = with_a_listener(program);
    fake.alters(|body| {
        body.as_object_mut().unwrap().remove("refresh_token");
        body["expires_in"] = 8.into();
    });
    connect(&program, &fake, &["fake"]).exits(0);
    refresh(&program).exits(0);
    assert_eq!(told(&program).len(), 0);
    // In the last quarter of its life, and after its end.
    let mut code = Some(0);
    while code == Some(0) {
        code = refresh(&program).code;
    }
    refresh(&program).exits(4);
    let [ends, needed] = &told(&program)[..] else { panic!("{:?}", told(&program)) };
    assert_eq!(
        (&ends["event"], &needed["event"]),
        (&"sign-in-ends".into(), &"sign-in-needed".into())
    );
    assert!(ends["sign_in_by"].is_string() && ends["since"].is_null(), "{ends}");
    assert!(needed["since"].is_string(), "{needed}");
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn the_configuration_names_a_listener_too_and_a_wrong_one_is_refused() {
    let (program, fake) = connected();
    let program = with_a_listener(program);
    let describe = |line: &str| {
        program.configure(&format!("{line}\n{}", fake.described_as("fake", "")));
    };
    describe("notify = \"tell-me\"");
    refuse(&fake);
    program.run(["token", "refresh", "--force"]).exits(4);
    assert_eq!(told(&program).len(), 1);
    for wrong in ["./tell-me", "bin/tell-me", "", " "] {
        describe(&format!("notify = {wrong:?}"));
        program.run(["token", "refresh"]).exits(2).says(&["notify"]);
    }
    describe("");
    program.run(["token", "refresh", "--notify", "bin/tell-me"]).exits(2).says(&["working folder"]);
    // The working folder is the root of the test: `bin/tell-me` would have been there.
    assert_eq!(told(&program).len(), 1);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn a_listener_that_is_missing_or_hangs_keeps_nobody_from_refreshing() {
    let (program, fake) = connected();
    let notify = |command: &str| program.run(["token", "refresh", "--force", "--notify", command]);
    notify("no-such-program").exits(0).conceals(&["--notify"]);
    refuse(&fake);
    let warning = "fake: --notify did not work: there is no program no-such-program in PATH";
    notify("no-such-program").exits(4).says(&[warning]);
    notify("/etc/passwd").exits(4).says(&["could not be started"]);
}
