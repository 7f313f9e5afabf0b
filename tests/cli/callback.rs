//! The way back from the browser, as seen from outside the program, and the attacks of RFC 9700. The
//! listener alone is tested in `tests/loopback`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::provider::ISSUER;
use crate::support::browser::{Link, get};
use crate::support::program::{Program, Running, Signal};
use crate::support::unix::is_root;
use crate::support::{connected, described, described_with, has, provider_for};

/// A sign-in that waits for its browser.
fn waiting(program: &Program) -> (Running, Link) {
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    (running, link)
}

fn is_open(link: &Link) -> bool {
    TcpStream::connect(("127.0.0.1", link.redirect_uri().port().unwrap())).is_ok()
}

/// No account and no token of any kind is there.
#[track_caller]
fn assert_nothing_stored(program: &Program) {
    for folder in ["tokens", "accounts", "intents"] {
        let files = fs::read_dir(program.state().join(folder)).map_or(0, Iterator::count);
        assert_eq!(files, 0, "files in {folder}");
    }
}

#[test]
fn wrong_callbacks_get_a_400_and_the_right_one_still_succeeds() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let (code, state) = (fake.consent(&link), link.state());
    for query in [
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={}x", state),
        format!("code={code}&state={}", state.to_uppercase()),
        format!("code={code}&state={state}&state={state}"),
        format!("code={code}&code={code}&state={state}"),
        format!("code={code}&error=x&state={state}"),
        format!("code=&state={state}"),
        format!("code=a%00b&state={state}"),
        format!("code=%zz%ff&state={state}"),
        "error=access_denied&state=guess".to_owned(),
        format!("state={state}"),
    ] {
        assert_eq!(link.returns(&query).status, 400, "{query}");
    }
    assert!(fake.calls().is_empty(), "a token request for a wrong callback");
    link.returns_with(&code);
    running.finish().exits(0);
    assert_eq!(fake.count("authorization_code"), 1);
}

#[test]
#[cfg_attr(windows, ignore = "it sends signals")]
fn after_wrong_callbacks_alone_ctrl_c_ends_it_and_nothing_was_exchanged() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let (code, state) = (fake.consent(&link), link.state());
    for query in [
        format!("code={code}"),
        format!("code={code}&state=another"),
        format!("code={code}&error=access_denied&state={state}"),
        format!("code={code}&code={}&state={state}", code.to_uppercase()),
    ] {
        assert_eq!(link.returns(&query).status, 400, "{query}");
    }
    running.signal(Signal::INT);
    running.finish().exits(130);
    assert!(fake.calls().is_empty());
    assert_nothing_stored(&program);
}

#[test]
fn of_many_good_callbacks_one_is_exchanged() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let query = format!("code={}&state={}", fake.consent(&link), link.state());
    thread::scope(|scope| {
        let tabs: Vec<_> = (0..6).map(|_| scope.spawn(|| link.returns(&query).status)).collect();
        assert!(tabs.into_iter().all(|tab| tab.join().unwrap() == 303), "all see the result");
    });
    get(&link.redirect_uri().join("/done").unwrap(), "");
    running.finish().exits(0);
    assert_eq!(fake.count("authorization_code"), 1);
    assert!(!is_open(&link));
}

#[test]
fn a_code_from_another_issuer_is_not_exchanged() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let code = fake.consent(&link);
    let query = format!("code={code}&state={}&iss=https%3A%2F%2Fevil.example%2F", link.state());
    assert_eq!(link.returns_and_looks(&query).status, 200);
    running.finish().exits(6).says(&["another provider", "nothing was stored"]);
    assert!(fake.calls().is_empty());
    assert_nothing_stored(&program);
}

#[test]
fn a_changed_configuration_changes_nothing_for_a_sign_in_under_way() {
    let (program, fake) = described();
    let other = provider_for(&program);
    let (running, link) = waiting(&program);
    program.configure(&other.described());
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    assert_eq!((fake.calls().len(), other.calls().len()), (1, 0));
}

#[test]
fn the_link_asks_for_what_is_configured_and_no_more() {
    let (program, _fake) = described();
    let (_running, link) = waiting(&program);
    let mut names: Vec<String> = link.0.query_pairs().map(|(name, _)| name.into_owned()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "client_id",
            "code_challenge",
            "code_challenge_method",
            "nonce",
            "redirect_uri",
            "response_type",
            "scope",
            "state",
        ]
    );
    assert_eq!(link.parameter("scope").unwrap(), "offline_access openid");
    assert_eq!(link.parameter("code_challenge_method").unwrap(), "S256");
    assert_eq!(link.redirect_uri().host_str(), Some("127.0.0.1"));
}

#[test]
fn another_providers_path_is_a_404_and_the_waiting_goes_on() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let mut elsewhere = link.redirect_uri().join("/callback/other").unwrap();
    elsewhere.set_query(Some(&format!("code=x&state={}", link.state())));
    assert_eq!(get(&elsewhere, "").status, 404);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
}

#[test]
fn a_foreign_code_with_the_right_state_fails_and_nothing_is_stored() {
    let (program, fake) = described();
    let (attacker, mine) = (waiting(&program), waiting(&program));
    mine.1.returns_with(&fake.consent(&attacker.1));
    mine.0.finish().exits(6).says(&["did not accept the grant (invalid_grant"]);
    attacker.0.kill();
    assert_nothing_stored(&program);
}

#[test]
#[cfg_attr(windows, ignore = "what it starts is a script for sh")]
fn the_opened_link_has_no_state_and_binds_the_answer_to_that_browser() {
    let (program, fake) = described_with("bind_browser = true\npkce = false");
    let opened = program.root().join("opened");
    program.script("xdg-open", &format!("printf %s \"$1\" > {}", opened.display()));
    let program = program.set("DISPLAY", ":0");
    let mut running = program.spawn(["connect", "fake"]);
    let link = Link::shown_by(&mut running);
    let start = start_link(&opened);
    assert!(!start.contains(&link.state()), "ps would show the state");
    let page = get(&start.parse().unwrap(), "");
    assert_eq!(page.header("location"), Some(link.0.as_str()));
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();

    let code = fake.consent(&link);
    let query = format!("code={code}&state={}", link.state());
    assert_eq!(link.returns(&query).status, 403, "another browser");
    let mut uri = link.redirect_uri();
    uri.set_query(Some(&query));
    assert_eq!(get(&uri, &format!("Cookie: {cookie}\r\n")).status, 303);
    get(&uri.join("/done").unwrap(), "");
    running.finish().exits(0);
    assert_eq!(get_status_of_used(&start), None, "the port is closed");
}

fn get_status_of_used(start: &str) -> Option<u16> {
    let url: url::Url = start.parse().unwrap();
    TcpStream::connect(("127.0.0.1", url.port()?)).ok().map(|_| get(&url, "").status)
}

#[test]
fn coming_back_without_code_and_error_is_a_refusal() {
    let (program, fake) = described_with("denied_without_error = true");
    let (running, link) = waiting(&program);
    assert_eq!(link.returns(&format!("state={}", link.state())).status, 303);
    let page = get(&link.redirect_uri().join("/done").unwrap(), "Accept-Language: de\r\n");
    assert!(page.body.contains("Der Zugriff wurde nicht erlaubt."), "{}", page.body);
    running.finish().exits(1).says(&["access was not granted"]);
    assert!(fake.calls().is_empty());
    assert_nothing_stored(&program);
}

#[test]
fn a_browser_that_never_comes_ends_in_a_time_out_with_the_port_closed() {
    let (program, fake) = described();
    let mut running = program.spawn(["connect", "fake", "--no-browser", "--timeout", "1s"]);
    let link = Link::shown_by(&mut running);
    assert!(is_open(&link));
    running.finish().exits(1).says(&[
        "was not finished in the browser",
        "--timeout 15m",
        "If the provider's page showed an error, it does not come back",
        link.redirect_uri().as_str(),
    ]);
    assert!(!is_open(&link));
    assert!(fake.calls().is_empty());
    assert_nothing_stored(&program);
}

#[test]
#[cfg_attr(windows, ignore = "it looks into /proc")]
fn the_port_is_open_on_this_machine_alone() {
    let (program, _fake) = described();
    let (_running, link) = waiting(&program);
    let port = format!(":{:04X}", link.redirect_uri().port().unwrap());
    let listening = |table: &str| -> Vec<String> {
        let text = fs::read_to_string(table).unwrap();
        let columns = text.lines().filter_map(|line| {
            let mut columns = line.split_whitespace().skip(1);
            Some((columns.next()?, columns.nth(1)?))
        });
        columns.filter(|(a, s)| a.ends_with(&port) && *s == "0A").map(|(a, _)| a.into()).collect()
    };
    assert_eq!(listening("/proc/net/tcp"), [format!("0100007F{port}")]);
    assert!(listening("/proc/net/tcp6").is_empty());
}

#[test]
fn an_access_token_in_the_callback_is_ignored() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let query = format!("access_token=x&token_type=bearer&state={}", link.state());
    assert_eq!(link.returns(&query).status, 400);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
}

#[test]
fn a_refused_challenge_ends_the_sign_in_without_a_second_try() {
    let (program, fake) = described();
    let (mut running, link) = waiting(&program);
    let state = link.state();
    link.returns_and_looks(&format!("error=invalid_request&error_description=S256&state={state}"));
    let links = |stderr: &str| stderr.matches("response_type=code").count();
    running.wait_for_text("error:");
    let outcome = running.finish().exits(6).says(&["invalid_request: S256"]);
    assert_eq!((links(&outcome.stderr), fake.calls().len()), (1, 0));
}

#[test]
fn a_verifier_is_new_each_time_and_goes_to_the_token_endpoint_alone() {
    let (program, fake) = connected();
    crate::support::browser::connect(&program, &fake, &["fake:b"]).exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
    program.run(["disconnect", "fake", "fake:b"]).exits(0);
    let calls = fake.calls();
    let verifiers: Vec<String> = calls
        .iter()
        .filter(|call| call.body.contains("code_verifier"))
        .inspect(|call| assert_eq!(call.target, "/token"))
        .map(|call| call.parameter("code_verifier"))
        .collect();
    assert_eq!(verifiers.len(), 2);
    assert_ne!(verifiers[0], verifiers[1]);
    assert!(calls.iter().all(|call| !call.target.contains('?')), "nothing in an address");
}

#[test]
fn without_pkce_the_state_alone_still_keeps_strangers_out() {
    let (program, fake) = described_with("pkce = false");
    let (running, link) = waiting(&program);
    assert_eq!(link.parameter("code_challenge"), None);
    assert_eq!(link.returns("code=attackers-code&state=guess").status, 400);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    assert_eq!(fake.last().parameter("code_verifier"), "");
}

#[test]
fn a_named_issuer_is_compared_to_the_character_and_wanted_where_it_is_known() {
    let (program, fake) = described_with("sends_issuer = true");
    let (running, link) = waiting(&program);
    let query = format!("code={}&state={}&iss={ISSUER}", fake.consent(&link), link.state());
    link.returns_and_looks(&query);
    running.finish().exits(0);
    for issuer in ["", "&iss=https://fake.example", "&iss=https://FAKE.example/"] {
        let (running, link) = waiting(&program);
        let query = format!("code={}&state={}{issuer}", fake.consent(&link), link.state());
        link.returns_and_looks(&query);
        running.finish().exits(6);
    }
    assert_eq!(fake.count("authorization_code"), 1);
}

#[test]
fn an_error_from_another_issuer_is_ignored() {
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let query = format!("error=access_denied&state={}&iss=https://evil.example/", link.state());
    assert_eq!(link.returns(&query).status, 400);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
}

#[test]
fn a_callback_that_is_ignored_is_said_once_with_what_to_do_and_without_its_values() {
    let (program, fake) = described();
    let (mut running, link) = waiting(&program);
    let (port, state) = (link.redirect_uri().port().unwrap(), link.state());
    let code = fake.consent(&link);
    let query = format!("code={code}&state={state}");
    let raw = |text: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    };
    let target = format!("{}?{query}", link.redirect_uri().path());
    for _ in 0..2 {
        raw("\u{16}\u{3}\u{1}");
        raw(&format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
        raw(&format!("POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        raw(&format!("GET /cb?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        link.returns(&format!("code={code}"));
        link.returns(&format!("code={code}&state=another"));
        raw(&format!("GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
    }
    let said =
        ["by https", "Write 127.0.0.1", "by POST", "another path", "no state", "another state"];
    for text in said {
        running.wait_for_text(text);
    }
    link.returns_with(&code);
    let outcome = running.finish().exits(0);
    for text in said {
        assert_eq!(outcome.stderr.matches(text).count(), 1, "{text}: {}", outcome.told());
    }
    assert_eq!(outcome.stderr.matches("A browser came back").count(), 6, "{}", outcome.told());
    assert_eq!(outcome.stderr.matches(&state).count(), 1, "in the link alone");
    assert!(!outcome.stderr.contains(&code));
}

/// Comes back as another user of the machine, and says what the browser was shown.
fn returns_as_nobody(url: &str) -> String {
    let curl = ["--reuid=65534", "--clear-groups", "curl", "-s", "-i", url];
    let output = Command::new("setpriv").args(curl).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[cfg_attr(windows, ignore = "it becomes another user")]
fn what_another_user_of_the_machine_brings_is_ignored_and_said() {
    const NAME: &str = "what_another_user_of_the_machine_brings_is_ignored_and_said";
    if !is_root() {
        eprintln!("skipped: {NAME} (only root can become another user)");
        return;
    }
    if !has(NAME, "setpriv") || !has(NAME, "curl") {
        return;
    }
    let (program, fake) = described_with("bind_browser = true\npkce = false");
    let opened = program.root().join("opened");
    program.script("xdg-open", &format!("printf %s \"$1\" > {}", opened.display()));
    let program = program.set("DISPLAY", ":0");
    let mut running = program.spawn(["connect", "fake"]);
    let link = Link::shown_by(&mut running);
    let start = start_link(&opened);
    let refused = returns_as_nobody(&start);
    assert!(refused.contains(" 403 ") && refused.contains("Another user"), "{refused}");
    let mut denial = link.redirect_uri();
    denial.set_query(Some(&format!("error=access_denied&state={}", link.state())));
    assert!(returns_as_nobody(denial.as_str()).contains(" 403 "));
    running.wait_for_text("Another user of this machine");

    // Nothing was used up: this user's own browser goes on.
    let page = get(&start.parse().unwrap(), "");
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let mut uri = link.redirect_uri();
    uri.set_query(Some(&format!("code={}&state={}", fake.consent(&link), link.state())));
    assert_eq!(get(&uri, &format!("Cookie: {cookie}\r\n")).status, 303);
    get(&uri.join("/done").unwrap(), "");
    let outcome = running.finish().exits(0);
    assert_eq!(outcome.stderr.matches("Another user of").count(), 1, "{}", outcome.told());
}

#[test]
#[cfg_attr(windows, ignore = "it sends signals")]
fn a_request_of_another_user_who_is_gone_before_it_is_read_is_not_taken_for_roots() {
    const NAME: &str =
        "a_request_of_another_user_who_is_gone_before_it_is_read_is_not_taken_for_roots";
    if !is_root() {
        eprintln!("skipped: {NAME} (only root can become another user)");
        return;
    }
    if !has(NAME, "setpriv") || !has(NAME, "bash") {
        return;
    }
    let (program, fake) = described();
    let (running, link) = waiting(&program);
    let (uri, state) = (link.redirect_uri(), link.state());
    let port = uri.port().unwrap();
    // Sent while the listener cannot run, so that nobody is there when it looks.
    for _ in 0..5 {
        running.signal(Signal::STOP);
        let request = format!(
            "GET {}?error=access_denied&state={state} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n",
            uri.path()
        );
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; printf '{request}' >&3");
        let bash = ["--reuid=65534", "--clear-groups", "bash", "-c", &script];
        assert!(Command::new("setpriv").args(bash).status().unwrap().success());
        running.signal(Signal::CONT);
        thread::sleep(Duration::from_millis(100));
    }
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
}

/// The address that a browser was started with.
fn start_link(opened: &Path) -> String {
    loop {
        let text = fs::read_to_string(opened).unwrap_or_default();
        if !text.is_empty() {
            return text;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
