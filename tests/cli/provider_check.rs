//! `provider check`: at which step the way to a provider ends, and that nothing is spent on it.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::provider::http::Reply;
use crate::provider::{Provider, free_ports};
use crate::support::program::{Outcome, Program};
use crate::support::proxy::{Manner, Proxy};
use crate::support::sandbox::Sandbox;
use crate::support::tls::{self, Certificate};
use crate::support::{described_with, provider_for};

const CHECK: [&str; 4] = ["provider", "check", "fake", "--json"];

/// What was found out about one endpoint.
#[track_caller]
fn finding(outcome: &Outcome, name: &str) -> Value {
    let report = outcome.json();
    let mut found = report["findings"].as_array().unwrap().iter().filter(|f| f["name"] == name);
    found.next().unwrap_or_else(|| panic!("no {name} in {}", outcome.told())).clone()
}

#[track_caller]
fn says(finding: &Value, state: &str, words: &[&str]) {
    assert_eq!(finding["state"], state, "{finding}");
    for word in words {
        assert!(finding.to_string().contains(word), "no {word:?} in {finding}");
    }
}

/// A provider whose data is at the fake too.
fn with_data() -> (Program, Provider) {
    let program = Program::new();
    let fake = provider_for(&program);
    let api = format!("api_base = \"{}/api\"", fake.base());
    program.configure(&fake.described_as("fake", &api));
    (program, fake)
}

#[test]
fn a_provider_that_answers_is_reached_and_spends_nothing() {
    let (program, fake) = with_data();
    fake.answers(|call| match call.path() {
        "/token" => Reply::error(405, "invalid_request"),
        "/api" => Reply::error(401, "invalid_token"),
        _ => Reply::new(302, "Location: /login\r\n", ""),
    });
    let outcome = program.run(CHECK).exits(0);
    assert_eq!(outcome.json()["provider"], "fake");
    for (name, status) in [("authorize", 302), ("token", 405), ("api", 401)] {
        let found = finding(&outcome, name);
        says(&found, "good", &[&fake.port.to_string()]);
        assert_eq!(found["http_status"], status);
    }
    for call in fake.calls() {
        assert_eq!(call.method, "GET");
        assert!(!call.target.contains('?') && call.body.is_empty(), "{call:?}");
        for header in ["authorization", "cookie"] {
            assert_eq!(call.header(header), None);
        }
    }
    assert_eq!(fake.calls().len(), 3, "no redirect was followed, nothing repeated");
    let outcome = program.run(["provider", "check", "fake"]).exits(0);
    assert!(outcome.stdout.contains("✓ token"), "{}", outcome.told());
    outcome.says(&["can be reached"]);
}

#[test]
fn both_providers_of_the_sandbox_are_reached() {
    let sandbox = Sandbox::start(&[]);
    for provider in ["zaehlerfreunde", "timberdata"] {
        let outcome = sandbox.client().run(["provider", "check", provider, "--json"]).exits(0);
        assert_eq!(finding(&outcome, "token")["http_status"], 405);
    }
    sandbox.client().run(["provider", "check", "timberdatta"]).exits(2).says(&["did you mean"]);
}

#[test]
fn a_dead_port_and_an_unknown_name_are_told_apart() {
    let port = free_ports()[0];
    let (program, _fake) = described_with(&format!("token_url = \"http://127.0.0.1:{port}/t\""));
    let outcome = program.run(CHECK).exits(3);
    says(&finding(&outcome, "token"), "bad", &["no connection", "refused", "firewall"]);
    says(&finding(&outcome, "authorize"), "good", &[]);

    let (program, _fake) = described_with("token_url = \"https://no-such-host.invalid/t\"");
    let outcome = program.run(CHECK).exits(3);
    says(&finding(&outcome, "token"), "bad", &["DNS", "HTTPS_PROXY"]);
}

#[test]
fn a_dead_proxy_is_named_without_its_password() {
    let port = free_ports()[0];
    let (program, _fake) = described_with("token_url = \"https://token.example/t\"");
    program.canaries.never("proxy password", "hunter2-of-the-proxy");
    let program =
        program.set("HTTPS_PROXY", format!("http://anna:hunter2-of-the-proxy@127.0.0.1:{port}"));
    let outcome = program.run(CHECK).exits(3);
    let found = finding(&outcome, "token");
    says(&found, "bad", &["check the proxy in HTTPS_PROXY"]);
    assert_eq!(found["proxy"], format!("127.0.0.1:{port}"));
    assert_eq!(finding(&outcome, "authorize")["proxy"], Value::Null, "this machine needs none");
}

fn proxy_that_says(answer: &'static str) -> String {
    format!("http://127.0.0.1:{}", Proxy::start(Manner::Answers(answer)).port)
}

#[test]
fn a_proxy_that_refuses_is_told_apart_from_the_provider() {
    let (program, _fake) = described_with("token_url = \"https://token.example/t\"");
    let wants = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let program = program.set("HTTPS_PROXY", proxy_that_says(wants));
    let outcome = program.run(CHECK).exits(2);
    says(&finding(&outcome, "token"), "bad", &["(407)", "USER:PASSWORD"]);
    let refuses = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let outcome = program.set("HTTPS_PROXY", proxy_that_says(refuses)).run(CHECK).exits(3);
    let found = finding(&outcome, "token");
    says(
        &found,
        "bad",
        &["through the proxy 127.0.0.1", "does not connect to it", "in HTTPS_PROXY"],
    );
}

#[test]
#[cfg_attr(windows, ignore = "wine gives other reasons for a bad certificate (tests/real/wine.md)")]
fn a_bad_certificate_is_told_in_plain_words() {
    for (certificate, words) in [
        (Certificate::Expired, ["certificate ended", "clock"]),
        (Certificate::OtherHost, ["is for another name", "portal or proxy"]),
        (Certificate::NotYet, ["valid from 2090-01-01, and it is 20", "timedatectl"]),
        (Certificate::Authority, ["certificate of an authority as its own", "cannot help"]),
        (Certificate::SelfSigned, ["issuer that this machine does not know", "--ca-file"]),
    ] {
        let program = Program::new();
        let (fake, authority) = tls::start(&program, certificate);
        program.configure(&fake.described());
        let program = program.set("SSL_CERT_FILE", authority);
        let outcome = program.run(CHECK).exits(3);
        says(&finding(&outcome, "token"), "bad", &words);
        assert!(fake.calls().is_empty(), "{certificate:?}");
    }
    let program = Program::new();
    let (fake, authority) = tls::start(&program, Certificate::Good);
    program.configure(&fake.described());
    // The system's roots do not know this authority, as they do not know a company's proxy.
    let outcome = program.run(CHECK);
    says(&finding(&outcome, "token"), "bad", &["issuer that this machine", "--ca-file"]);
    let with_authority = [&CHECK[..], &["--ca-file", authority.to_str().unwrap()]].concat();
    program.run(with_authority).exits(0);
    let outcome = program.set("SSL_CERT_FILE", &authority).run(CHECK).exits(0);
    says(&finding(&outcome, "token"), "good", &[]);
}

#[test]
fn no_tls_at_all_is_a_failure_of_tls() {
    let program = Program::new();
    let fake = provider_for(&program);
    let token = format!("token_url = \"https://127.0.0.1:{}/token\"", fake.port);
    program.configure(&fake.described_as("fake", &token));
    fake.answers(|_| Reply::new(400, "", ""));
    let outcome = program.run(CHECK).exits(3);
    says(&finding(&outcome, "token"), "bad", &["TLS failed"]);
}

#[test]
fn a_tls_version_that_is_too_old_is_told_in_plain_words() {
    let program = Program::new();
    let (fake, _) = tls::too_old(&program);
    let token = format!("token_url = \"{}/token\"", fake.base());
    let (program, _fake) = described_with(&token);
    let outcome = program.run(CHECK).exits(3);
    says(&finding(&outcome, "token"), "bad", &["TLS failed", "safe today"]);
}

#[test]
fn a_clock_that_differs_from_the_providers_is_told_and_is_no_failure() {
    let (program, fake) = with_data();
    let date = |back: u64| httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(back));
    let dated = move |back| Reply::new(400, &format!("Date: {}\r\n", date(back)), "");
    fake.answers(move |_| dated(0));
    let outcome = program.run(CHECK).exits(0);
    assert!(!outcome.stdout.contains("\"clock\""), "{}", outcome.told());
    fake.answers(move |_| dated(3 * 3600));
    let outcome = program.run(CHECK).exits(0);
    let found = finding(&outcome, "clock");
    let sets_the_clock = if cfg!(windows) { "w32tm" } else { "timedatectl" };
    says(&found, "warning", &["3 hours ahead of", sets_the_clock]);
    assert!((10_790..10_830).contains(&found["seconds_ahead"].as_i64().unwrap()), "{found}");
}

#[test]
fn a_token_address_where_nothing_is_is_refused() {
    let (program, fake) = with_data();
    fake.answers(|call| match call.path() {
        "/token" => Reply::new(404, "", ""),
        _ => Reply::new(400, "", ""),
    });
    let outcome = program.run(CHECK).exits(6);
    says(&finding(&outcome, "token"), "bad", &["nothing is at /token", "token_url"]);
    // A server that routes by method has nothing for a GET, and takes the POST.
    fake.answers(|call| match call.method.as_str() {
        "POST" => Reply::error(400, "invalid_request"),
        _ => Reply::new(404, "", ""),
    });
    let outcome = program.run(CHECK).exits(0);
    says(&finding(&outcome, "token"), "good", &["400"]);
    let post = fake.calls().into_iter().find(|call| call.method == "POST").unwrap();
    assert!(post.body.is_empty() && post.header("authorization").is_none(), "{post:?}");
}

#[test]
fn trouble_at_the_provider_is_for_later() {
    let (program, fake) = with_data();
    for status in [429, 500, 503] {
        fake.answers(move |_| Reply::error(status, "server_error"));
        let outcome = program.run(CHECK).exits(3);
        says(&finding(&outcome, "api"), "bad", &["trouble at the provider", &status.to_string()]);
    }
    fake.answers(|_| Reply::reset());
    let outcome = program.run(CHECK).exits(3);
    says(&finding(&outcome, "token"), "bad", &["broke"]);
}

#[test]
fn a_portal_that_answers_in_the_providers_place_is_seen() {
    let (program, fake) = with_data();
    fake.answers(|_| Reply::new(200, "Content-Type: text/html\r\n", "<h1>Hotel Wi-Fi</h1>"));
    let outcome = program.run(CHECK).exits(6);
    says(&finding(&outcome, "authorize"), "good", &[]);
    says(&finding(&outcome, "token"), "bad", &["a web page came", "portal"]);

    fake.answers(|_| Reply::new(302, "Location: http://portal.example/in?u=1\r\n", ""));
    let outcome = program.run(CHECK).exits(6);
    says(&finding(&outcome, "token"), "bad", &["portal.example", "not followed"]);
    says(&finding(&outcome, "authorize"), "warning", &["portal.example"]);
    assert_eq!(finding(&outcome, "token")["redirect_to"], "portal.example");
    assert_eq!(fake.calls().len(), 6, "one request each time for each endpoint");
}
