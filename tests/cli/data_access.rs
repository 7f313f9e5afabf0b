//! The bearer token of a data request: where it travels, what a 401 and a 403 lead to (RFC 6750).

use serde_json::json;

use crate::provider::http::Reply;
use crate::support::data::{Data, OFFICE, connected_to_fake, data_calls, space_page};
use crate::support::sandbox::{self, Sandbox};
use crate::support::spoiled::old_token_refused;

#[test]
fn the_token_is_in_one_header_and_in_nothing_else() {
    let (program, fake) = connected_to_fake();
    let token = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    fake.serves(|call| match call.path() {
        "/api/spaces" => Reply::json(200, &space_page(2)),
        _ => Reply::new(200, "", "[]"),
    });
    let file = program.root().join("readings.csv");
    let rows = "deviceId,obisCode,timestamp,value\nd,1.8.0,2026-10-25T02:15:00+02:00,1\n";
    std::fs::write(&file, rows).unwrap();
    let range = ["--from", "2026-10-01", "--to", "2026-10-02", "--account", "fake"];
    program.run(["meter", "spaces", "--account", "fake"]).exits(0);
    program.run([&["meter", "readings", "--device", "d"], &range[..]].concat()).exits(0);
    program.run(["meter", "push", file.to_str().unwrap(), "--account", "fake"]).exits(0);
    program.run(["api", "fake", "/spaces", "-f", "a=b", "-X", "PUT"]).exits(0);

    let calls = data_calls(&fake);
    let methods: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
    // Readings ask what the meters are called first.
    assert_eq!(methods, [&["GET"; 6][..], &["POST", "PUT"]].concat());
    for call in calls {
        let carriers: Vec<_> =
            call.headers.iter().filter(|(_, value)| value.contains(&token)).collect();
        assert_eq!(carriers, [&("authorization".to_owned(), format!("Bearer {token}"))]);
        assert!(!call.target.contains(&token) && !call.body.contains(&token), "{}", call.target);
        assert!(!call.target.contains("access_token"), "{}", call.target);
    }
}

#[test]
fn a_lasting_401_costs_one_refresh_and_two_calls() {
    let (program, fake) = connected_to_fake();
    fake.serves(|_| Reply::error(401, "invalid_token"));
    let before = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(4);
    outcome.says(&["not even a new one", "partnerlink connect fake"]);
    assert_eq!(fake.count("refresh_token"), 1);
    let tokens: Vec<String> =
        data_calls(&fake).iter().map(|call| call.header("authorization").unwrap().into()).collect();
    assert_eq!(tokens.len(), 2, "{}", tokens.len());
    assert!(tokens[0].ends_with(&before) && tokens[0] != tokens[1], "the second one is new");
}

#[test]
fn the_same_at_the_sandbox_and_without_a_refresh_at_timberdata() {
    let (data, front) = Data::behind(|_, _| Reply::error(401, "invalid_token"));
    data.program.run(["meter", "spaces"]).exits(4).says(&["partnerlink connect zaehlerfreunde"]);
    assert_eq!((front.count("spaces"), front.count("refresh_token")), (2, 1));
    data.program.run(["timber", "user"]).exits(4).says(&["partnerlink connect timberdata"]);
    assert_eq!((front.count("user"), front.count("refresh_token")), (1, 1));
}

#[test]
fn after_one_refresh_the_call_succeeds() {
    let (data, front) = Data::behind(old_token_refused());
    let outcome = data.program.run(["meter", "whoami"]).exits(0);
    assert!(outcome.data().ends_with("Stadtwerke Muster"), "{}", outcome.told());
    assert_eq!((front.count("current"), front.count("refresh_token")), (2, 1));
    // The new token was kept.
    data.program.run(["meter", "whoami"]).exits(0);
    assert_eq!((front.count("current"), front.count("refresh_token")), (3, 1));
}

#[test]
fn many_requests_at_once_with_an_old_token_refresh_it_once() {
    let (data, _front) = Data::behind(old_token_refused());
    let range = ["--all", "--from", "2026-10-01", "--to", "2026-10-02", "--jobs", "8"];
    let outcome = data.program.run([&["meter", "readings"], &range[..]].concat()).exits(0);
    assert!(outcome.data().lines().count() > 900, "{}", outcome.told());
    let (data, front) = Data::behind(old_token_refused());
    let days = ["--from", "2026-10-01", "--to", "2026-10-09", "--window", "1", "--jobs", "8"];
    let args = [&["meter", "readings", "--device", OFFICE], &days[..]].concat();
    data.program.run(args).exits(0);
    assert_eq!(front.count("refresh_token"), 1);
}

#[test]
fn a_403_is_told_with_its_scope_and_refreshes_nothing() {
    let (program, fake) = connected_to_fake();
    let header = "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"meter:read\"\r\n";
    fake.serves(move |_| Reply::new(403, header, "{}"));
    let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(6);
    outcome.says(&["lacks the scope meter:read", "do:  partnerlink connect fake --scope \""]);
    assert_eq!((fake.count("refresh_token"), data_calls(&fake).len()), (0, 1));
    // A 403 that names no scope still tells what the provider said, harmlessly.
    fake.serves(|_| Reply::error(403, "not\u{1b}[2Jyours"));
    let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(6);
    outcome.says(&["a description from the provider"]).conceals(&["\u{1b}"]);
    fake.serves(|_| Reply::new(403, "", "<html><title>Gesperrt</title><p>x</p></html>"));
    let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(6);
    outcome.says(&["access: Gesperrt", "do:  ask the provider", ": partnerlink connect fake\n"]);
}

#[test]
fn the_providers_reason_is_shown_in_its_own_letters() {
    let (program, fake) = connected_to_fake();
    let problem = "Content-Type: application/problem+json\r\n";
    let challenge = "WWW-Authenticate: Bearer error=\"invalid_token\", \
                     error_description=\"Das Konto ist gesperrt\"\r\n";
    for (status, headers, body, code, says) in [
        (
            400,
            problem,
            r#"{"title":"Bad Request","detail":"höchstens 7 Tage\u001b[2J"}"#,
            6,
            "höchstens 7 Tage?[2J",
        ),
        (
            422,
            problem,
            r#"{"title":"Ungültig","errors":{"from":["zu früh"]}}"#,
            6,
            "Ungültig: from: zu früh",
        ),
        (403, "", r#"{"error":{"message":"Vertrag fehlt"}}"#, 6, "Vertrag fehlt"),
        (404, "", r#"{"message":"kein solcher Zähler"}"#, 6, "kein solcher Zähler"),
        (401, challenge, "", 4, "Das Konto ist gesperrt"),
        (
            429,
            "Retry-After: 3600\r\n",
            r#"{"message":"Kontingent verbraucht"}"#,
            3,
            "Kontingent verbraucht",
        ),
    ] {
        fake.serves(move |_| Reply::new(status, headers, body));
        let outcome = program.run(["meter", "spaces", "--account", "fake"]).exits(code);
        outcome.says(&[says]).conceals(&["\u{1b}"]);
    }
    // One that quotes the token which it refuses: the token is looked for in all that is printed.
    fake.serves(|call| {
        let token = call.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
        let header = format!("WWW-Authenticate: Bearer error_description=\"old: {token}\"\r\n");
        Reply::new(401, &header, format!("{{\"error_description\":\"expired: {token}\"}}"))
    });
    program.run(["meter", "spaces", "--account", "fake"]).exits(4).says(&["expired: …"]);
    program.run(["api", "fake", "/spaces", "-i"]).exits(4).says(&["expired: …"]);
    // A server that still writes Latin-1.
    fake.serves(|_| Reply::new(400, "", b"{\"detail\":\"h\xf6chstens 7\"}"));
    program.run(["meter", "spaces", "--account", "fake"]).exits(6).says(&["höchstens 7"]);
}

#[test]
fn a_missing_scope_is_told_before_anything_is_asked() {
    let data = Data::with(&["--scope", ""]);
    for (command, scope) in [
        (["timber", "woodlists"], "woodlist"),
        (["timber", "aggregations"], "aggregation"),
        (["timber", "plot"], "aggregation"),
    ] {
        let why = format!("connected without \"{scope}\"");
        let how = format!("partnerlink connect timberdata --scope {scope} --sandbox");
        data.program.run(command).exits(6).says(&[&why, &how]);
    }
    let counts = data.counts();
    let asked = [&counts["data"]["woodlists"], &counts["data"]["aggregations"]];
    assert_eq!(asked, [&json!(0); 2]);
    data.program.run(["timber", "user"]).exits(0);
}

#[test]
fn a_token_that_is_no_b64token_never_gets_into_a_header() {
    for broken in ["two words", "line\r\nX-More: yes", "tab\there", "ümlaut"] {
        let (program, fake) = connected_to_fake();
        fake.answers(move |call| match call.path() {
            "/token" => Reply::json(
                200,
                &json!({ "access_token": broken, "token_type": "Bearer", "expires_in": 3600 }),
            ),
            _ => Reply::error(401, "invalid_token"),
        });
        program.run(["meter", "spaces", "--account", "fake"]).exits(6);
        assert_eq!(data_calls(&fake).len(), 1, "{broken:?}");
        assert!(data_calls(&fake)[0].header("x-more").is_none());
    }
}

#[test]
fn the_only_account_is_meant_also_where_it_has_a_name() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    program.run(["meter", "spaces"]).exits(4).says(&["partnerlink connect zaehlerfreunde"]);
    sandbox::connect(&program, &["zaehlerfreunde:muster"]).0.exits(0);
    program.run(["meter", "spaces"]).exits(0);
    // One that is named is meant, and no other.
    let failure = program.run(["token", "get", "zaehlerfreunde"]).exits(4);
    failure.says(&["not connected; connected there: zaehlerfreunde:muster"]);

    sandbox::connect(&program, &["zaehlerfreunde:stadtwerke"]).0.exits(0);
    let failure = program.run(["meter", "spaces"]).exits(2);
    failure.says(&["zaehlerfreunde:muster, zaehlerfreunde:stadtwerke", "--account"]);
    program.run(["meter", "spaces", "--account", "zaehlerfreunde:stadtwerke"]).exits(0);
    // The account without a name is the provider's usual one.
    sandbox::connect(&program, &["zaehlerfreunde"]).0.exits(0);
    program.run(["meter", "spaces"]).exits(0);
}

#[test]
fn a_provider_is_understood_however_its_name_is_written() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    sandbox::connect(&program, &["Zählerfreunde:muster"]).0.exits(0);
    for account in ["zählerfreunde:muster", "Zaehlerfreunde:muster", "ZählerFreunde:muster"] {
        program.run(["token", "get", account]).exits(0);
        program.run(["meter", "spaces", "--account", account]).exits(0);
    }
    program.run(["provider", "show", "Zählerfreunde"]).exits(0);
    program.run(["config", "set", "provider.Zählerfreunde.client_id", "x"]).exits(0);
    program.run(["config", "get", "provider.zaehlerfreunde.client_id"]).exits(0).says(&[]);
    program.run(["disconnect", "Zählerfreunde:muster"]).exits(0);
}
