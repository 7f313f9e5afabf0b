//! A provider from its issuer alone: `provider add`, and `provider check` of three lines of TOML.

use std::fs;

use serde_json::{Value, json};

use crate::provider::http::{Call, Reply};
use crate::provider::{Provider, fresh};
use crate::support::browser::connect;
use crate::support::program::{Outcome, Program};
use crate::support::provider_for;

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

fn config(program: &Program) -> String {
    fs::read_to_string(program.home().join("config.toml")).unwrap_or_default()
}

/// What the fake says of itself.
fn metadata(fake: &Provider) -> Value {
    let base = fake.base();
    json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "revocation_endpoint": format!("{base}/revoke"),
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["offline_access", "orders"],
    })
}

/// A fake that has this at one of its paths, and is honest at the others.
fn says_at(fake: &Provider, path: &'static str, document: Value) {
    fake.does(move |call: &Call, honest| match call.path() {
        "/token" | "/revoke" => honest(),
        at if at == path => Reply::json(200, &document),
        _ => Reply::new(404, "", ""),
    });
}

fn says(fake: &Provider, change: impl FnOnce(&mut Value)) {
    let mut document = metadata(fake);
    change(&mut document);
    says_at(fake, OAUTH, document);
}

fn add(program: &Program, fake: &Provider, more: &[&str]) -> Outcome {
    let base = fake.base();
    let args = ["provider", "add", "erp", "--issuer", &base, "--client-id", "partner-client"];
    program.run([&args[..], more].concat())
}

#[test]
fn an_issuer_and_a_client_id_are_enough_to_sign_in_refresh_and_disconnect() {
    let program = Program::new();
    let fake = provider_for(&program);
    says(&fake, |_| ());
    let outcome = add(&program, &fake, &[]).exits(0);
    outcome.says(&["erp is described", "http://127.0.0.1:17867/callback/erp", "connect erp"]);
    let asked = fake.calls().len();
    connect(&program, &fake, &["erp"]).exits(0);
    program.run(["token", "refresh", "erp", "--force"]).exits(0);
    program.run(["disconnect", "erp"]).exits(0);
    fake.refreshed_exactly(1);
    let later: Vec<Call> = fake.calls().split_off(asked);
    assert!(later.iter().all(|call| !call.path().contains("well-known")), "asked again");
    assert_eq!(fake.count("revoke"), 1);
}

#[test]
fn three_lines_of_toml_are_enough() {
    let program = Program::new();
    let fake = provider_for(&program);
    says(&fake, |_| ());
    let lines = format!(
        "# mine\n[provider.erp]\nissuer = \"{}\"\nclient_id = \"partner-client\"\n\
         default_scope = \"orders offline_access\" # as agreed\n",
        fake.base()
    );
    program.configure(&lines);
    for command in [&["connect", "erp"][..], &["provider", "show", "erp"]] {
        program.run(command).exits(2).says(&["issuer", "partnerlink provider check erp"]);
    }
    program.run(["provider", "list"]).exits(0).says(&["partnerlink provider check erp"]);
    assert_eq!(fake.calls().len(), 0, "only who is told to ask asks");
    let outcome = program.run(["provider", "check", "erp", "--json"]).exits(0);
    assert!(outcome.json()["written"].as_array().unwrap().contains(&"token_url".into()));
    assert!(config(&program).starts_with(&lines), "{}", config(&program));
    assert!(config(&program).contains(OAUTH), "it says where the lines are from");
    connect(&program, &fake, &["erp"]).exits(0);
    let again = config(&program);
    program.run(["provider", "check", "erp"]).exits(0).says(&["can be reached"]);
    assert_eq!(config(&program), again);
}

#[test]
fn both_places_are_looked_at_and_a_slash_is_followed() {
    for path in [OAUTH, OPENID] {
        let program = Program::new();
        let fake = provider_for(&program);
        says_at(&fake, path, metadata(&fake));
        add(&program, &fake, &[]).exits(0);
    }
    let program = Program::new();
    let fake = provider_for(&program);
    let document = metadata(&fake);
    fake.answers(move |call| match call.path() {
        OAUTH => Reply::new(301, &format!("Location: {OAUTH}/\r\n"), ""),
        path if path.strip_suffix('/') == Some(OAUTH) => Reply::json(200, &document),
        _ => Reply::new(404, "", ""),
    });
    add(&program, &fake, &[]).exits(0);
}

#[test]
fn a_redirect_to_somebody_else_is_not_followed() {
    let program = Program::new();
    let (fake, other) = (provider_for(&program), provider_for(&program));
    says_at(&other, OAUTH, metadata(&fake));
    let to = format!("Location: {}{OAUTH}\r\n", other.base());
    fake.answers(move |_| Reply::new(302, &to, ""));
    add(&program, &fake, &[]).exits(6).says(&["does not describe itself"]);
    assert_eq!(other.calls().len(), 0);
    assert_eq!(config(&program), "");
}

#[test]
fn what_is_not_the_issuers_own_is_refused_and_nothing_is_written() {
    let program = Program::new();
    let fake = provider_for(&program);
    for (member, value, code, words) in [
        ("issuer", json!(format!("{}/", fake.base())), 6, "a slash at its end"),
        ("issuer", json!("https://other.example"), 6, "is about the issuer"),
        ("token_endpoint", json!("http://p.example/token"), 2, "https://"),
        ("authorization_endpoint", json!("javascript:alert(1)"), 2, "https://"),
        ("revocation_endpoint", json!("https://u:p@p.example/"), 2, "user name"),
        ("token_endpoint", Value::Null, 2, "names no token_endpoint"),
        ("response_types_supported", json!(["token"]), 2, "authorization code flow"),
    ] {
        says(&fake, |document| document[member] = value);
        add(&program, &fake, &[]).exits(code).says(&[words]);
        assert_eq!(config(&program), "", "{member}");
    }
    fake.answers(|_| Reply::new(503, "", ""));
    add(&program, &fake, &[]).exits(3).says(&["503"]);
    fake.answers(|_| Reply::new(200, "Content-Type: text/html\r\n", "<h1>Shop</h1>"));
    add(&program, &fake, &[]).exits(6).says(&["not an authorization server's metadata"]);
    assert_eq!(config(&program), "");
}

#[test]
fn what_is_written_is_held_against_what_the_issuer_says() {
    let program = Program::new();
    let fake = provider_for(&program);
    says(&fake, |_| ());
    add(&program, &fake, &[]).exits(0);
    let good = config(&program);
    program.configure(&good.replace("/token\"", "/elsewhere\""));
    let outcome = program.run(["provider", "check", "erp", "--json"]).exits(6);
    let told = outcome.json()["findings"][0].to_string();
    for word in ["issuer", "token_url", "/elsewhere", "/token"] {
        assert!(told.contains(word), "no {word} in {told}");
    }
    assert!(config(&program).contains("/elsewhere"), "nothing is changed behind a person's back");
    add(&program, &fake, &[]).exits(6).says(&["token_url is", "/elsewhere"]);
}

#[test]
fn a_client_secret_goes_the_way_that_the_provider_takes() {
    let program = Program::new();
    let fake = provider_for(&program);
    let secret = fresh("secret");
    program.canaries.never("client secret", &secret);
    says(&fake, |document| {
        document["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic"]);
    });
    let base = fake.base();
    let args = ["provider", "add", "erp", "--issuer", &base, "--client-id", "partner-client"];
    let args = [&args[..], &["--client-secret-stdin"]].concat();
    program.run_with_input(&args, format!("{secret}\n")).exits(0);
    assert!(config(&program).contains("client_authentication = \"basic\""));
    connect(&program, &fake, &["erp"]).exits(0);
    assert_eq!(fake.last().basic(), Some(("partner-client".to_owned(), secret)));
    // A public client where only secrets are listed: it is told, since it may be right.
    let program = Program::new();
    add(&program, &fake, &[]).exits(0).says(&["no way for clients without a secret"]);
}

/// A fake that lists both ways, and takes the client only as this says; with what `add` made of it.
fn adds_with_secret(takes: fn(&Call, &str) -> bool) -> (Program, Provider, Outcome) {
    let program = Program::new();
    let fake = provider_for(&program);
    let secret = format!("{}%+ü", fresh("secret"));
    program.canaries.never("client secret", &secret);
    let mut document = metadata(&fake);
    document["token_endpoint_auth_methods_supported"] =
        json!(["client_secret_basic", "client_secret_post"]);
    let input = format!("{secret}\n");
    fake.does(move |call: &Call, honest| match call.path() {
        "/token" if takes(call, &secret) => honest(),
        "/token" => Reply::error(401, "invalid_client"),
        OAUTH => Reply::json(200, &document),
        _ => honest(),
    });
    let base = fake.base();
    let args = ["provider", "add", "erp", "--issuer", &base, "--client-id", "partner-client"];
    let outcome = program.run_with_input([&args[..], &["--client-secret-stdin"]].concat(), input);
    (program, fake, outcome)
}

/// Metadata lists what a server can do, and each client is registered for one of it.
#[test]
fn the_way_that_the_client_is_registered_for_is_found_before_the_sign_in() {
    type Takes = fn(&Call, &str) -> bool;
    let by_post: Takes = |call, secret| call.parameter("client_secret") == secret;
    let encoded: Takes = |call, _| call.basic().is_some_and(|(_, it)| it.ends_with("%25%2B%C3%BC"));
    let plain: Takes = |call, secret| call.basic().is_some_and(|(_, it)| it == secret);
    let basic = "client_authentication = \"basic\"";
    for (takes, lines) in [
        (by_post, &["client_authentication = \"post\""][..]),
        (encoded, &[basic]),
        (plain, &[basic, "basic_encoding = \"plain\""]),
    ] {
        let (program, fake, outcome) = adds_with_secret(takes);
        outcome.exits(0);
        let text = config(&program);
        assert!(lines.iter().all(|line| text.contains(line)), "no {lines:?} in {text}");
        assert_eq!(text.contains("basic_encoding"), lines.len() == 2, "{text}");
        connect(&program, &fake, &["erp"]).exits(0);
    }
}

#[test]
fn a_client_secret_that_is_refused_in_each_way_is_refused_here_and_nothing_is_kept() {
    let (program, fake, outcome) = adds_with_secret(|_, _| false);
    outcome.exits(2).says(&["could not add erp", "invalid_client", "check the client ID"]);
    assert_eq!(fake.calls().iter().filter(|call| call.path() == "/token").count(), 3);
    assert_eq!(config(&program), "");
    assert!(!program.state().join("tokens").exists(), "the secret is not kept");
}

#[test]
fn own_scopes_data_and_redirect_uris_are_taken_and_the_rest_is_refused() {
    let program = Program::new();
    let fake = provider_for(&program);
    says(&fake, |_| ());
    let more = ["--scope", "orders", "--api-base", "https://api.erp.example/v1"];
    let uri = ["--redirect-uri", "http://127.0.0.1:18123/cb"];
    let outcome = add(&program, &fake, &[&more[..], &uri, &["--json"]].concat()).exits(0);
    assert_eq!(outcome.json()["redirect_uris"], json!(["http://127.0.0.1:18123/cb"]));
    let text = config(&program);
    assert!(
        text.contains("default_scope = \"orders\"") && text.contains("https://api.erp.example/v1")
    );
    assert_eq!(add(&program, &fake, &[]).exits(0).stdout, "");
    assert_eq!(config(&program), text, "the same again changes nothing");

    let refused = |args: &[&str]| program.run([&["provider", "add"], args].concat()).exits(2);
    let issuer = ["--issuer", "https://p.example", "--client-id", "x"];
    refused(&[&["timberdata"][..], &issuer].concat()).says(&["built in", "provider setup"]);
    refused(&[&["Erp!"][..], &issuer].concat()).says(&["a-z"]);
    refused(&["erp", "--issuer", "http://p.example", "--client-id", "x"]).says(&["https://"]);
    refused(&[&["erp"][..], &issuer, &["--sandbox"]].concat()).says(&["leave out --sandbox"]);
}
