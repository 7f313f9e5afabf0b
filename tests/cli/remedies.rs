//! What the program prints as a remedy is run here as it was printed, by a shell, and then does what
//! it promises.

use std::process::{Command, Stdio};

use crate::provider::http::Reply;
use crate::provider::identity;
use crate::support::browser::Link;
use crate::support::program::{Outcome, Program};
use crate::support::sandbox::{self, Sandbox};
use crate::support::{connected, described};

/// The sign-in that a text names as the thing to do, up to where the text goes on.
#[track_caller]
fn named(text: &str) -> String {
    let begin = text.find("partnerlink connect").unwrap_or_else(|| panic!("no command in: {text}"));
    let rest = &text[begin..];
    let ends = ["`", "\n", "; ", ", ", ". ", "\r"];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    rest[..end].trim().to_owned()
}

/// Types the sign-in that a text names, with a person at a browser who agrees.
#[track_caller]
fn do_as_told(program: &Program, text: &str) -> Outcome {
    let told = named(text).replacen("partnerlink", env!("CARGO_BIN_EXE_partnerlink"), 1);
    let mut command = Command::new("sh");
    // The tests' own browser follows the link that is printed.
    command.args(["-c", &format!("exec {told} --no-browser")]).stdin(Stdio::null());
    command.env_clear().envs(program.variables()).current_dir(program.root());
    let mut running = program.start(command);
    sandbox::browse(&Link::shown_by(&mut running));
    running.finish()
}

#[test]
#[cfg_attr(windows, ignore = "it runs the commands by sh")]
fn a_refused_refresh_is_mended_by_the_command_that_every_place_names() {
    let (program, fake) = connected();
    let places: [&[&str]; 5] = [
        &["token", "refresh", "--force"],
        &["token", "refresh", "fake"],
        &["status", "--check"],
        &["status"],
        &["doctor"],
    ];
    for place in places {
        fake.answers(|_| Reply::error(403, "invalid_grant"));
        program.run(["token", "refresh", "--force"]).exits(4);
        let told = program.run(place);
        fake.is_honest();
        do_as_told(&program, &(told.stderr.clone() + &told.stdout)).exits(0);
        program.run(["token", "refresh", "--force"]).exits(0);
        program.run(["status", "--check"]).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "it runs the commands by sh")]
fn an_account_that_is_not_connected_is_connected_by_the_command() {
    let (program, _fake) = described();
    for place in [
        &["token", "get", "fake:b"][..],
        &["token", "refresh", "fake:b"],
        &["token", "show", "fake:b"],
        &["api", "fake:b", "/x"],
    ] {
        let told = program.run(place).exits(4);
        do_as_told(&program, &told.stderr).exits(0);
        program.run(["token", "get", "fake:b"]).exits(0);
        program.run(["disconnect", "fake:b"]).exits(0);
    }
}

#[test]
#[cfg_attr(windows, ignore = "it runs the commands by sh")]
fn an_empty_status_begins_with_a_command_that_needs_no_client_id() {
    let program = Program::new();
    let none = program.run(["status"]).exits(0).says(&["No account is connected"]);
    assert_eq!(named(&none.stderr), "partnerlink connect zaehlerfreunde --sandbox");
    let mut begun = program.spawn(["connect", "zaehlerfreunde", "--sandbox", "--no-browser"]);
    assert_eq!(Link::shown_by(&mut begun).parameter("client_id").unwrap(), "sandbox-client");
    begun.kill();
    assert!(none.stderr.contains("\n  partnerlink provider register zaehlerfreunde\n"));
    let letter = program.run(["provider", "register", "zaehlerfreunde"]).exits(0).stdout;
    assert!(letter.contains("127.0.0.1"), "{letter}");

    let (program, _fake) = described();
    let none = program.run(["status"]).exits(0);
    assert_eq!(named(&none.stderr), "partnerlink connect fake");
    do_as_told(&program, &none.stderr).exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "it runs the commands by sh")]
fn at_the_sandbox_the_command_leads_to_the_sandbox() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    let none = program.run(["status"]).exits(0);
    assert!(named(&none.stderr).ends_with("--sandbox"), "{}", none.stderr);
    sandbox::connect(&program, &["timberdata", "--scope", "aggregation"]).0.exits(0);
    let told = program.run(["timber", "woodlists"]).exits(6);
    assert!(named(&told.stderr).ends_with("--scope \"aggregation woodlist\" --sandbox"));
    do_as_told(&program, &told.stderr).exits(0);
    program.run(["timber", "woodlists"]).exits(0);

    let twin = sandbox::connect(&program, &["timberdata:b"]).0.exits(0);
    assert!(named(&twin.stderr).ends_with("timberdata:b --replace --sandbox"), "{}", twin.stderr);
    do_as_told(&program, &twin.stderr).exits(0);
    let told = program.run(["token", "get", "zaehlerfreunde", "--json"]).exits(4).error_json();
    assert_eq!(told["error"]["hint"], "partnerlink connect zaehlerfreunde --sandbox");
    let within = program.run(["status", "--within", "400d"]).exits(0);
    assert!(named(&within.stderr).ends_with("timberdata:b --sandbox"));
}

#[test]
#[cfg_attr(windows, ignore = "it runs the commands by sh")]
fn another_person_gets_an_account_by_the_command() {
    let (program, fake) = connected();
    fake.alters(|body| {
        identity::change(body, "RS256", |claims| {
            claims["sub"] = "person|2".into();
            claims["email"] = "Bert.Meier@stadtwerke.example".into();
        });
    });
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    sandbox::browse(&Link::shown_by(&mut running));
    let told = running.finish().exits(6).says(&["--replace"]);
    assert_eq!(named(&told.stderr), "partnerlink connect fake:bert-meier");
    do_as_told(&program, &told.stderr).exits(0);
    program.run(["token", "get", "fake:bert-meier"]).exits(0);
}
