//! A person at a terminal: pasting the last page's address, and typing a secret that is not shown.

use std::io::Write as _;

use crate::provider::fresh;
use crate::support::browser::Link;
use crate::support::program::{Program, Running};
use crate::support::{described, described_with, has};

/// Waits for the link on a terminal, where a long line stays one line.
fn link_on(running: &mut Running) -> Link {
    while !running.stdout().contains("paste the address") {
        assert!(running.is_running(), "{}", running.stdout());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let shown = running.stdout();
    let line = shown.lines().find(|line| line.contains("response_type=code")).unwrap();
    let start = line.find("http").unwrap();
    let url = line[start..].split(['\u{1b}', '\u{7}', ' ', '\r']).next().unwrap();
    Link(url.parse().unwrap())
}

fn begin(program: &Program, args: &str) -> Running {
    program.start(program.on_a_terminal(args))
}

#[track_caller]
fn type_in(running: &mut Running, text: &str) {
    running.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_pasted_address_goes_through_the_same_checks_as_a_callback() {
    if !has("a_pasted_address_goes_through_the_same_checks_as_a_callback", "script") {
        return;
    }
    let (program, fake) = described();
    let mut running = begin(&program, "connect fake --no-browser");
    let link = link_on(&mut running);
    let (uri, state) = (link.redirect_uri(), link.state());
    for wrong in [
        format!("{uri}?code=x&state=guess\n"),
        format!("https://evil.example/callback/fake?code=x&state={state}\n"),
        "what is this\n".to_owned(),
    ] {
        type_in(&mut running, &wrong);
    }
    while running.stdout().matches("Still waiting.").count() < 3 {
        assert!(running.is_running(), "{}", running.stdout());
    }
    assert!(fake.calls().is_empty());
    // What a person types is shown on their own terminal: this code is used up at once.
    fake.consent_to(&link, "c0de");
    type_in(&mut running, &format!("{uri}?code=c0de&state={state}\n"));
    let stdin = running.stdin.take();
    let outcome = running.finish();
    drop(stdin);
    assert!(outcome.stdout.contains("Connected to Fake"), "{}", outcome.told());
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
fn a_redirect_uri_on_another_machine_is_finished_by_pasting() {
    if !has("a_redirect_uri_on_another_machine_is_finished_by_pasting", "script") {
        return;
    }
    let (program, fake) = described_with("redirect_uris = [\"https://partner.example/cb\"]");
    let mut running = begin(&program, "connect fake --no-browser");
    let link = link_on(&mut running);
    assert_eq!(link.redirect_uri().as_str(), "https://partner.example/cb");
    fake.consent_to(&link, "c0de");
    type_in(
        &mut running,
        &format!("https://partner.example/cb?code=c0de&state={}\n", link.state()),
    );
    let stdin = running.stdin.take();
    running.finish().exits(0);
    drop(stdin);
    assert_eq!(fake.last().parameter("redirect_uri"), "https://partner.example/cb");
    program.run(["token", "get", "fake"]).exits(0);
}

#[test]
fn a_typed_client_secret_is_not_shown() {
    if !has("a_typed_client_secret_is_not_shown", "script") {
        return;
    }
    let (program, fake) = described_with("client_authentication = \"basic\"");
    let secret = fresh("typed");
    program.canaries.never("client secret", &secret);
    let mut running = begin(&program, "connect fake --no-browser");
    while !running.stdout().contains("(not shown): ") {
        assert!(running.is_running(), "{}", running.stdout());
    }
    type_in(&mut running, &format!("{secret}\n"));
    let link = link_on(&mut running);
    let page = link.returns_with(&fake.consent(&link));
    assert_eq!(page.status, 200);
    let stdin = running.stdin.take();
    running.finish().exits(0);
    drop(stdin);
    assert_eq!(fake.last().basic().unwrap().1, secret);
}
