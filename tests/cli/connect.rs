//! `connect`: both built-in providers against the sandbox, a third one that only TOML describes,
//! and how the providers' requests look on the wire.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::provider::identity::PERSON;
use crate::provider::{CLIENT_ID, Provider, fresh};
use crate::support::browser::{Link, connect};
use crate::support::program::Program;
use crate::support::sandbox::{self, Sandbox};
use crate::support::{connected, described, described_with, provider_for};

#[test]
fn zaehlerfreunde_connects_refreshes_and_disconnects() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    let (outcome, page) = sandbox::connect(&program, &["zaehlerfreunde"]);
    outcome.exits(0).says(&["Connected to Zählerfreunde (sandbox) as ", "refreshed when needed"]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Connected to Zählerfreunde"), "{}", page.body);

    let first = program.run(["token", "get", "zaehlerfreunde"]).exits(0);
    let line = program.run(["token", "refresh", "--force"]).exits(0);
    assert!(line.stdout.starts_with("zaehlerfreunde\trefreshed\t20"), "{}", line.stdout);
    let second = program.run(["token", "get", "zaehlerfreunde"]).exits(0);
    assert_ne!(first.data(), second.data());
    program.run(["disconnect", "zaehlerfreunde"]).exits(0).says(&["revoked at the provider"]);
    program
        .run(["token", "get", "zaehlerfreunde"])
        .exits(4)
        .says(&["this account is not connected"]);
}

#[test]
fn timberdata_is_asked_for_both_scopes_unless_others_are_named() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    let (outcome, page) = sandbox::connect(&program, &["timberdata"]);
    outcome.exits(0).says(&["scope          aggregation woodlist", "then connect again"]);
    assert_eq!(page.status, 200);
    for (account, scope) in [("timberdata:less", "aggregation"), ("timberdata:none", "")] {
        sandbox::connect(&program, &[account, "--scope", scope]).0.exits(0);
        let shown = program.run(["token", "show", account, "--json"]).exits(0).json();
        assert_eq!(shown["account"]["scope"], scope);
        program.run(["disconnect", account]).exits(0);
    }
    let status = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(status["accounts"][0]["scope"], "aggregation woodlist");
    assert_eq!(status["accounts"][0]["refreshable"], false);
    // Nothing to refresh is no failure while the token lasts.
    let line = program.run(["token", "refresh"]).exits(0);
    assert!(line.stdout.starts_with("timberdata\tnothing-to-refresh\t"), "{}", line.stdout);
}

#[test]
fn accounts_of_one_provider_stand_side_by_side() {
    let (program, fake) = connected();
    connect(&program, &fake, &["fake:muster"]).exits(0);
    let tokens = ["fake", "fake:muster"]
        .map(|account| program.run(["token", "get", account]).exits(0).data().to_owned());
    assert_ne!(tokens[0], tokens[1]);
    let status = program.run(["status"]).exits(0);
    let names: Vec<&str> = status.data().lines().filter_map(|l| l.split('\t').next()).collect();
    assert_eq!(names, ["fake", "fake:muster"]);
    program.run(["disconnect", "fake"]).exits(0);
    program.run(["token", "get", "fake:muster"]).exits(0);
    program.run(["token", "get", "fake"]).exits(4);
}

#[test]
fn a_third_provider_is_described_by_toml_alone() {
    let (program, fake) = described();
    let outcome = connect(&program, &fake, &["fake"]).exits(0);
    assert_eq!(outcome.stdout, "", "talk belongs on stderr");
    outcome.says(&[&format!("Connected to Fake as {PERSON}"), "next           partnerlink"]);
    let names = program.run(["provider", "list", "--json"]).exits(0).json();
    assert_eq!(names["providers"][3]["name"], "fake");
}

#[test]
fn json_is_one_object_with_its_schema_and_no_secret() {
    let (program, fake) = described();
    let object = connect(&program, &fake, &["fake", "--json"]).exits(0).json();
    assert_eq!((&object["schema"], &object["account"]["account"]), (&1.into(), &"fake".into()));
    assert_eq!(object["account"]["state"], "connected");
    assert_eq!(object.get("sandbox"), None);
}

#[test]
fn the_sandbox_is_named_on_every_line_and_kept_apart() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    let (outcome, _) = sandbox::connect(&program, &["zaehlerfreunde"]);
    for line in outcome.exits(0).stderr.lines().filter(|line| !line.is_empty()) {
        assert!(line.starts_with("[sandbox] "), "{line}");
    }
    assert_eq!(program.run(["status", "--json"]).json()["sandbox"], true);
    let failure = program.run(["token", "get", "timberdata"]).exits(4);
    assert!(
        failure.stderr.lines().all(|line| line.starts_with("[sandbox] ")),
        "{}",
        failure.told()
    );
    let real = program.unset("PARTNERLINK_SANDBOX");
    assert_eq!(real.run(["status"]).exits(0).stdout, "");
}

#[test]
#[cfg_attr(windows, ignore = "there is always something that opens a link")]
fn without_browser_or_terminal_the_embedded_sandbox_agrees_by_itself() {
    let _ports = Sandbox::start(&[]);
    let program = Program::new();
    let outcome = program.run(["connect", "zaehlerfreunde", "--sandbox"]).exits(0);
    outcome.says(&["neither browser nor terminal", "Connected to Zählerfreunde (sandbox)"]);
    program.run(["token", "refresh", "--force", "--sandbox"]).exits(0);
}

#[test]
fn without_a_client_id_exit_2_tells_how_to_get_one() {
    let program = Program::new();
    let uris =
        [17861, 17862, 17863].map(|p| format!("http://127.0.0.1:{p}/callback/zaehlerfreunde"));
    let expected: Vec<&str> = uris.iter().map(String::as_str).collect();
    let outcome = program.run(["connect", "zaehlerfreunde"]).exits(2).says(&expected);
    outcome.says(&[
        "support@zaehlerfreunde.com",
        "PARTNERLINK_ZAEHLERFREUNDE_CLIENT_ID",
        "--sandbox",
    ]);
    let error = program.run(["connect", "timberdata", "--json"]).exits(2).error_json();
    assert_eq!(error["error"]["account"], "timberdata");
    assert_eq!(error["error"]["exit"], 2);
}

#[test]
fn a_client_id_comes_from_flag_before_variable_before_file() {
    let (program, fake) = described();
    let id_of = |program: &Program, args: &[&str]| {
        connect(program, &fake, args);
        fake.last().parameter("client_id")
    };
    fake.alters(|body| drop(body.as_object_mut().unwrap().remove("id_token")));
    assert_eq!(id_of(&program, &["fake", "--scope", "offline_access"]), CLIENT_ID);
    let program = program.set("PARTNERLINK_FAKE_CLIENT_ID", "of-variable");
    assert_eq!(id_of(&program, &["fake:b", "--scope", "x"]), "of-variable");
    assert_eq!(id_of(&program, &["fake:c", "--scope", "x", "--client-id", "of-flag"]), "of-flag");
    // What a refresh token was issued to stays its client, whatever is configured later.
    program.run(["token", "refresh", "fake:c", "--force"]).exits(0);
    assert_eq!(fake.last().parameter("client_id"), "of-flag");
}

#[test]
fn connecting_again_keeps_scope_client_id_and_store() {
    let (program, fake) = described();
    let first = ["fake", "--scope", "offline_access openid email", "--client-id", "of-flag"];
    connect(&program, &fake, &first).exits(0);
    let shown = |program: &Program| {
        let shown = program.run(["status", "--json"]).exits(0).json()["accounts"][0].clone();
        ["asked", "client_id", "store"].map(|name| shown[name].as_str().unwrap().to_owned())
    };
    let was = shown(&program);
    assert_eq!(was, ["email offline_access openid", "of-flag", "file"]);
    // Less was granted this once, another client ID and store are configured.
    fake.alters(|body| body["scope"] = "offline_access openid".into());
    let program = program.set("PARTNERLINK_FAKE_CLIENT_ID", "of-variable");
    let program = program.set("PARTNERLINK_STORE", "keychain");
    let outcome = connect(&program, &fake, &["fake"]).exits(0);
    let outcome = outcome.says(&["keeps the client ID \"of-flag\"", "--client-id of-variable"]);
    outcome.conceals(&["changed"]);
    assert_eq!(shown(&program), was);
    connect(&program, &fake, &["fake"]).exits(0);
    assert_eq!(shown(&program), was);
}

#[test]
fn what_flags_change_at_a_connected_account_is_said() {
    let (program, fake) = connected();
    let args = ["fake", "--scope", "offline_access", "--client-id", "another"];
    let outcome = connect(&program, &fake, &args).exits(0);
    outcome.says(&[
        "The scope changed from \"offline_access openid\" to \"offline_access\".",
        "The client ID changed from \"partner-client\" to \"another\".",
    ]);
    assert_eq!(fake.last().parameter("client_id"), "another");
}

/// A built-in provider as it is, but for addresses and client ID.
fn at(fake: &Provider, name: &str) -> String {
    let base = fake.base();
    let uri = format!("http://127.0.0.1:{}/callback/{name}", crate::provider::free_ports()[0]);
    format!(
        "[provider.{name}]\nclient_id = \"id of ours\"\nauthorize_url = \"{base}/authorize\"\n\
         token_url = \"{base}/token\"\nredirect_uris = [{uri:?}]\n"
    )
}

#[test]
fn timberdata_gets_a_form_with_its_secret_and_nothing_secret_in_the_address() {
    let program = Program::new();
    let fake = provider_for(&program);
    program.configure(&at(&fake, "timberdata"));
    let secret = fresh("s&cr et=~");
    program.canaries.never("client secret", &secret);
    let program = program.set("PARTNERLINK_TIMBERDATA_CLIENT_SECRET", &secret);

    let mut running = program.spawn(["connect", "timberdata", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    assert_eq!(link.parameter("code_challenge"), None, "PKCE is not known to be supported");
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);

    let call = fake.last();
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/token"));
    assert_eq!(call.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(call.header("authorization"), None);
    assert_eq!(call.parameter("client_id"), "id of ours");
    assert_eq!(call.parameter("client_secret"), secret);
    let as_in_an_address = encoded(&secret);
    assert!(call.body.contains(&format!("client_secret={as_in_an_address}")), "{as_in_an_address}");
    assert_eq!(call.parameter("redirect_uri"), link.parameter("redirect_uri").unwrap());
    assert_eq!(call.header("referer"), None);
}

/// A blank is `%20` and `~` is itself: the same for whoever decodes forms and whoever decodes
/// addresses.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[test]
fn a_client_proves_itself_in_the_way_that_is_described() {
    for (lines, in_header, in_body) in [
        ("client_authentication = \"basic\"", true, false),
        (
            "client_authentication = \"client_secret_basic\"\nbasic_encoding = \"plain\"",
            true,
            false,
        ),
        ("client_authentication = \"client_secret_post\"", false, true),
        ("client_authentication = \"post\"\nrequest_format = \"json\"", false, true),
    ] {
        let (program, fake) = described_with(lines);
        let secret = fresh("client se~cret+");
        program.canaries.never("client secret", &secret);
        let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", &secret);
        connect(&program, &fake, &["fake"]).exits(0);
        program.run(["token", "refresh", "fake", "--force"]).exits(0);
        program.run(["disconnect", "fake"]).exits(0);
        assert_eq!(fake.calls().len(), 3);
        let shown = if lines.contains("plain") { secret.clone() } else { encoded(&secret) };
        for call in fake.calls() {
            let header = call.basic().map(|(_, secret)| secret);
            assert_eq!(header, in_header.then(|| shown.clone()), "{lines}");
            let body = call.parameters.get("client_secret");
            assert_eq!(body, in_body.then_some(&secret), "{lines}");
        }
    }
}

#[test]
fn further_parameters_go_with_code_and_refresh_token_and_no_reserved_one() {
    let (program, fake) = described_with(
        "token_parameters = { resource = \"https://api.example/a b\" }\n\
         refresh_parameters = { audience = \"https://api.example\" }",
    );
    connect(&program, &fake, &["fake"]).exits(0);
    let parameters = |name| (fake.last().parameter(name), fake.last().parameters.len());
    assert_eq!(parameters("resource"), ("https://api.example/a b".into(), 6));
    program.run(["token", "refresh", "fake", "--force"]).exits(0);
    assert_eq!(parameters("audience"), ("https://api.example".into(), 4));
    for line in ["token_parameters = { code = \"x\" }", "refresh_parameters = { scope = \"x\" }"] {
        let (program, _fake) = described_with(line);
        program.run(["connect", "fake"]).exits(2).says(&["is set by partnerlink itself"]);
    }
}

#[test]
fn zaehlerfreunde_gets_json_and_its_audience() {
    let program = Program::new();
    let fake = provider_for(&program);
    program.configure(&at(&fake, "zaehlerfreunde"));
    let args = ["connect", "zaehlerfreunde", "--no-browser", "--scope", "offline_access"];
    let mut running = program.spawn(args);
    let link = Link::shown_by(&mut running);
    assert_eq!(link.parameter("audience").unwrap(), "https://api.prod.zaehlerfreunde.com");
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    let call = fake.last();
    assert_eq!(call.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
    assert_eq!(call.header("authorization"), None);
}

#[test]
fn an_unknown_scope_or_provider_is_refused_with_a_suggestion() {
    let program = Program::with_config("[provider.timberdata]\nclient_id = \"x\"\n");
    let outcome = program.run(["connect", "timberdata", "--scope", "woodlists"]).exits(2);
    outcome.says(&["has no scope \"woodlists\"", "did you mean --scope woodlist?"]);
    let outcome = program.run(["connect", "timberdata", "--scope", "agregation;woodlist"]).exits(2);
    outcome.says(&["agregation;woodlist"]);
    let twice = ["connect", "timberdata", "--scope", "agregation", "--scope", "woodlist"];
    program.run(twice).exits(2).says(&["--scope \"aggregation woodlist\"?"]);
    program.run(["connect", "timberdate"]).exits(2).says(&["did you mean timberdata?"]);
    program.run(["connect", "Timber Data"]).exits(2);
}

#[test]
fn a_redirect_uri_elsewhere_means_pasting_and_so_a_terminal() {
    let (program, _fake) = described_with("redirect_uris = [\"https://partner.example/cb\"]");
    program.run(["connect", "fake"]).exits(2).says(&["must be pasted", "run this in a terminal"]);
    let args = ["connect", "fake", "--no-browser"];
    program.run(args).exits(1).says(&["paste its address"]);
    program.run([&args[..], &["--no-input"]].concat()).exits(2).says(&["without --no-input"]);
}

#[test]
fn without_a_terminal_the_last_pages_address_comes_by_standard_input() {
    let elsewhere = "redirect_uris = [\"https://partner.example/cb\"]";
    for (program, fake) in [described(), described_with(elsewhere)] {
        let mut command = program.command(["connect", "fake", "--no-browser"]);
        command.stdin(Stdio::piped());
        let mut running = program.start(command);
        let link = Link::shown_by(&mut running);
        let (code, uri) = (fake.consent(&link), link.redirect_uri());
        let mut stdin = running.stdin.take().unwrap();
        writeln!(stdin, "{uri}?code={code}&state={}", link.state()).unwrap();
        running.finish().exits(0).says(&["standard input", "Connected to Fake"]);
        drop(stdin);
    }
}

#[test]
#[cfg_attr(windows, ignore = "there is always something that opens a link")]
fn with_no_input_and_nobody_to_open_the_link_it_fails_at_once() {
    let (program, _fake) = described();
    let outcome = program.run(["connect", "fake", "--no-input"]).exits(2);
    assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
    let outcome = outcome.says(&["nobody can be asked", "no display", "--no-browser"]);
    outcome.says(&["--browser CMD"]);
}
