//! A person at a terminal: pasting the last page's address, and typing a secret that is not shown.

use std::fs;
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

#[track_caller]
fn wait_for(running: &mut Running, is_shown: impl Fn(&str) -> bool) {
    while !is_shown(&running.stdout()) {
        assert!(running.is_running(), "{}", running.stdout());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn a_pasted_address_goes_through_the_same_checks_as_a_callback() {
    if !has("a_pasted_address_goes_through_the_same_checks_as_a_callback", "script") {
        return;
    }
    let (program, fake) = described();
    let mut running = begin(&program, "connect fake --no-browser");
    let link = link_on(&mut running);
    let (uri, state) = (link.redirect_uri(), link.state());
    for (count, wrong) in [
        format!("{uri}?code=x&state=guess\n"),
        format!("https://evil.example/callback/fake?code=x&state={state}\n"),
        "what is this\n".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        type_in(&mut running, wrong);
        wait_for(&mut running, |shown| shown.matches("Still waiting.").count() > count);
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
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn an_address_is_taken_as_people_copy_it_and_however_long_it_is() {
    if !has("an_address_is_taken_as_people_copy_it_and_however_long_it_is", "script") {
        return;
    }
    let (program, fake) = described();
    for (name, dress) in [
        ("scheme", (|uri: &str| uri.replace("http://", "")) as fn(&str) -> String),
        ("query", |uri| uri.split_once('?').unwrap().1.to_owned()),
        ("https", |uri| uri.replace("http://127.0.0.1", "https://localhost")),
        ("lines", |uri| format!("<{}\n   {}>", &uri[..50], &uri[50..])),
        ("long", |uri| format!("{uri}&more={}", "x".repeat(6000))),
    ] {
        let mut running = begin(&program, &format!("connect fake:{name} --no-browser"));
        let link = link_on(&mut running);
        fake.consent_to(&link, "c0de");
        let address = format!("{}?code=c0de&state={}", link.redirect_uri(), link.state());
        type_in(&mut running, &format!("{}\n", dress(&address)));
        let stdin = running.stdin.take();
        let outcome = running.finish().exits(0);
        drop(stdin);
        assert!(outcome.stdout.contains("Connected to Fake"), "{name}: {}", outcome.told());
    }
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn what_one_types_stays_in_sight_and_ctrl_d_leaves_the_browser_alone() {
    if !has("what_one_types_stays_in_sight_and_ctrl_d_leaves_the_browser_alone", "script") {
        return;
    }
    let (program, fake) = described();
    let mut running = begin(&program, "connect fake --no-browser");
    let link = link_on(&mut running);
    type_in(&mut running, "half an addresX\u{7f}s");
    // The progress has gone on and shows it again, mended.
    wait_for(&mut running, |shown| shown.matches("address: half an address").count() > 1);
    type_in(&mut running, "\u{15}\u{4}");
    wait_for(&mut running, |shown| shown.contains("Waiting for your browser"));
    assert_eq!(link.returns_with(&fake.consent(&link)).status, 200);
    let stdin = running.stdin.take();
    running.finish().exits(0);
    drop(stdin);
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn where_only_pasting_can_finish_it_the_end_of_the_input_is_an_error() {
    if !has("where_only_pasting_can_finish_it_the_end_of_the_input_is_an_error", "script") {
        return;
    }
    let (program, _fake) = described_with("redirect_uris = [\"https://partner.example/cb\"]");
    let mut running = begin(&program, "connect fake --no-browser");
    link_on(&mut running);
    type_in(&mut running, "\u{4}");
    let stdin = running.stdin.take();
    let outcome = running.finish().exits(1);
    drop(stdin);
    assert!(outcome.stdout.contains("the input ended before the address"), "{}", outcome.told());
}

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
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
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
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

#[test]
#[cfg_attr(windows, ignore = "its terminal is made by script(1)")]
fn without_a_keychain_the_sealed_files_are_offered_and_the_answer_is_remembered() {
    if !has(
        "without_a_keychain_the_sealed_files_are_offered_and_the_answer_is_remembered",
        "script",
    ) {
        return;
    }
    let (program, fake) = described();
    let program = program.unset("PARTNERLINK_STORE");
    let program = program.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let config = || fs::read_to_string(program.home().join("config.toml")).unwrap();
    let before = config();
    let mut running = begin(&program, "connect fake --no-browser");
    wait_for(&mut running, |shown| shown.contains("[Y/n]"));
    type_in(&mut running, "n\n");
    let outcome = running.finish().exits(5);
    assert!(outcome.stdout.contains("partnerlink store use file"), "{}", outcome.told());
    assert_eq!(config(), before);

    let mut running = begin(&program, "connect fake --no-browser");
    wait_for(&mut running, |shown| shown.contains("[Y/n]"));
    type_in(&mut running, "\n");
    let link = link_on(&mut running);
    assert_eq!(link.returns_with(&fake.consent(&link)).status, 200);
    let outcome = running.finish().exits(0);
    assert!(outcome.stdout.contains("sealed files"), "{}", outcome.told());
    assert_eq!(config(), format!("store = \"file\"\n\n{before}"));
    program.run(["token", "get", "fake"]).exits(0);
    // The next one is not asked, nor is one whom nobody could ask.
    let mut running = begin(&program, "connect fake:other --no-browser");
    link_on(&mut running);
    drop(running);
    program.configure(&before);
    let outcome = program.run(["connect", "fake:third", "--no-browser"]).exits(5);
    outcome.says(&["no keychain service can be reached", "do:  partnerlink store use file\n"]);
}
