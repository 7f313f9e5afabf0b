//! The ways of a client secret into the program: stdin, a file, a variable; never the
//! configuration, never the command line.

use std::io::Write as _;
use std::process::Stdio;

use crate::provider::http::Reply;
use crate::provider::{Provider, fresh};
use crate::support::browser::Link;
use crate::support::program::{Outcome, Program};
use crate::support::provider_for;

/// A provider that wants a secret, and a secret.
fn with_secret() -> (Program, Provider, String) {
    let program = Program::new();
    let fake = provider_for(&program);
    program.configure(&fake.described_as("fake", "client_authentication = \"basic\""));
    let secret = fresh("client-secret");
    program.canaries.never("client secret", &secret);
    (program, fake, secret)
}

#[track_caller]
fn connect(program: &Program, fake: &Provider, args: &[&str], input: &str) -> Outcome {
    let mut command = program.command([&["connect", "fake", "--no-browser"], args].concat());
    command.stdin(Stdio::piped());
    let mut running = program.start(command);
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish()
}

#[track_caller]
fn assert_shown(fake: &Provider, secret: &str) {
    assert_eq!(fake.last().basic().unwrap().1, secret);
}

#[test]
fn from_stdin_it_is_kept_in_the_store_for_refreshes() {
    let (program, fake, secret) = with_secret();
    connect(&program, &fake, &["--client-secret-stdin"], &format!("{secret}\r\n")).exits(0);
    assert_shown(&fake, &secret);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_shown(&fake, &secret);
    // And the next sign-in needs none.
    connect(&program, &fake, &[], "").exits(0);
    program.run(["disconnect", "fake"]).exits(0);
    assert_eq!((fake.last().path(), &*fake.last().basic().unwrap().1), ("/revoke", &*secret));
}

#[test]
fn one_that_is_gone_from_the_store_after_the_wait_is_kept_again() {
    let (program, fake, secret) = with_secret();
    connect(&program, &fake, &["--client-secret-stdin"], &secret).exits(0);
    let mut running = program.start(program.command(["connect", "fake", "--no-browser"]));
    let link = Link::shown_by(&mut running);
    // As if the last other account that needs it had moved, and the secret with it.
    let folder = program.state().join("tokens");
    let of_a_secret = |name: &str| name.contains("client-secret");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let gone: Vec<_> =
        files.filter(|path| of_a_secret(&path.file_name().unwrap().to_string_lossy())).collect();
    assert_eq!(gone.len(), 1, "{gone:?}");
    std::fs::remove_file(&gone[0]).unwrap();
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_shown(&fake, &secret);
}

#[test]
fn from_a_file_it_is_kept_in_the_store_for_refreshes() {
    let (mut program, fake, secret) = with_secret();
    let file = program.secret_file("secret.txt", &format!("{secret}\n"));
    let args = ["--client-secret-file", file.to_str().unwrap()];
    connect(&program, &fake, &args, "").exits(0);
    std::fs::remove_file(file).unwrap();
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_shown(&fake, &secret);
}

#[test]
fn from_a_file_made_on_windows_it_is_the_secret_alone() {
    let (mut program, fake, secret) = with_secret();
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let files = [
        format!("\u{feff}{secret}\r\n").into_bytes(),
        utf16(&format!("\u{feff}{secret}\r\n")),
        format!("  {secret} \t\r\n\r\n").into_bytes(),
        format!("{secret}\u{a0}\n").into_bytes(),
        format!("\u{200b}{secret}\u{200b}").into_bytes(),
        format!("\"{secret}\"\n").into_bytes(),
        format!("'{secret}'").into_bytes(),
    ];
    for (number, bytes) in files.iter().enumerate() {
        let file = program.secret_file(&format!("{number}.txt"), "");
        std::fs::write(&file, bytes).unwrap();
        let args = ["--client-secret-file", file.to_str().unwrap()];
        connect(&program, &fake, &args, "").exits(0);
        assert_shown(&fake, &secret);
    }
    let stdin = format!("\u{feff}{secret} \r\n");
    connect(&program, &fake, &["--client-secret-stdin"], &stdin).exits(0);
    assert_shown(&fake, &secret);
    for (text, why) in [
        (format!("CLIENT_SECRET={secret}\n").into_bytes(), "begins with NAME="),
        (format!("# mine\n{secret}\n").into_bytes(), "has several lines"),
        (b"gehe\xefm".to_vec(), "is not UTF-8"),
        (b"\xef\xbb\xbf \r\n".to_vec(), "is empty"),
    ] {
        let outcome = program.run_with_input(["connect", "fake", "--client-secret-stdin"], text);
        outcome.exits(2).says(&["the client secret", why]);
    }
}

#[test]
fn from_a_variable_it_is_used_and_not_kept() {
    let (program, fake, secret) = with_secret();
    let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", &secret);
    connect(&program, &fake, &[], "").exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_shown(&fake, &secret);
    let program = program.unset("PARTNERLINK_FAKE_CLIENT_SECRET");
    let outcome = program.run(["token", "refresh", "--force"]).exits(2);
    outcome.says(&["it wants a client secret", "PARTNERLINK_FAKE_CLIENT_SECRET"]);
    // Whoever watches the account learns of it too.
    program.run(["status", "--check"]).exits(2).says(&["fake: refresh fails: ", "client secret"]);
}

#[test]
fn without_one_and_without_a_terminal_exit_2_names_the_ways() {
    let (program, _fake, _) = with_secret();
    for args in [&["connect", "fake"][..], &["connect", "fake", "--no-input"]] {
        let outcome = program.run(args).exits(2);
        outcome.says(&[
            "wants a client secret",
            "--client-secret-stdin",
            "--client-secret-file",
            "PARTNERLINK_FAKE_CLIENT_SECRET",
        ]);
    }
    let empty = program.run_with_input(["connect", "fake", "--client-secret-stdin"], "\n");
    empty.exits(2).says(&["the client secret is empty"]);
    let missing = program.run(["connect", "fake", "--client-secret-file", "/nowhere/secret"]);
    assert_ne!(missing.code, Some(0));
    missing.says(&["/nowhere/secret"]);
}

#[test]
fn in_the_configuration_it_is_refused_and_not_quoted() {
    let (mut program, fake, secret) = with_secret();
    let line = format!("client_secret = \"{secret}\"");
    let text = fake.described_as("fake", &line);
    program.secret_file("partnerlink/config.toml", &text);
    for args in [&["status"][..], &["connect", "fake", "--verbose"], &["config", "show"]] {
        let outcome = program.run(args).exits(2);
        outcome.says(&["contains a secret", "--client-secret-stdin"]);
    }
}

#[test]
fn a_wrong_one_exits_2_and_is_not_kept() {
    let (program, fake, secret) = with_secret();
    let mut command = program.command(["connect", "fake", "--no-browser", "--client-secret-stdin"]);
    command.stdin(Stdio::piped());
    let mut running = program.start(command);
    running.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    fake.answers(|_| Reply::error(401, "invalid_client"));
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(2).says(&["client settings (invalid_client", "check the client ID"]);
    program.run(["connect", "fake"]).exits(2).says(&["wants a client secret"]);
}
