//! The client credentials grant: no browser, nothing to rotate, asked for again when it ends.

use serde_json::{Value, json};

use crate::provider::http::{Call, Reply};
use crate::provider::{Provider, fresh};
use crate::support::program::Program;
use crate::support::provider_for;
use crate::support::sandbox::Sandbox;

const PARTNER: &str = "zaehlerfreunde-partner";

/// A provider that gives a token for a client ID and secret, described by these lines.
fn described(lines: &str) -> (Program, Provider, String) {
    let program = Program::new();
    let (fake, secret) = (provider_for(&program), fresh("secret"));
    program.canaries.never("client secret", &secret);
    let base = fake.base();
    program.configure(&format!(
        "[provider.fake]\nclient_id = \"us\"\ngrant = \"client_credentials\"\n\
         token_url = \"{base}/token\"\napi_base = \"{base}/api\"\n{lines}"
    ));
    let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", &secret);
    (program, fake, secret)
}

/// Answers each token request with another token.
fn gives(fake: &Provider, member: &'static str, more: Value) {
    let count = std::sync::atomic::AtomicU64::new(0);
    fake.answers(move |call| match call.path() {
        "/token" => {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mut body = more.clone();
            body[member] = json!(format!("token-{number}"));
            Reply::json(200, &body)
        }
        _ => Reply::json(200, &json!({ "token": call.header("authorization") })),
    });
}

fn token_calls(fake: &Provider) -> Vec<Call> {
    fake.calls().into_iter().filter(|call| call.path() == "/token").collect()
}

#[test]
fn the_partners_own_token_works_without_a_browser() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client();
    program.run(["connect", PARTNER]).exits(0).says(&["refreshed when needed"]);
    let status = program.run(["status", "--json"]).exits(0).json();
    assert!(status.to_string().contains("Stadtwerke Muster"), "{status}");
    let spaces = program.run(["meter", "spaces", "--account", PARTNER, "--json"]).exits(0);
    assert!(spaces.stdout.contains("Heizwerk Nord"), "{}", spaces.told());
    let first = program.run(["token", "get", PARTNER]).exits(0).stdout;
    assert_eq!(program.run(["token", "get", PARTNER]).exits(0).stdout, first, "it is kept");
    program.run(["token", "refresh", PARTNER, "--force"]).exits(0);
    assert_ne!(program.run(["token", "get", PARTNER]).exits(0).stdout, first);
    program.run(["provider", "check", PARTNER]).exits(0);
    program.run(["disconnect", PARTNER]).exits(0);
    program.run(["token", "get", PARTNER]).exits(4);
}

#[test]
fn the_standard_form_needs_no_names() {
    let (program, fake, secret) =
        described("client_authentication = \"basic\"\ndefault_scope = \"orders\"\n");
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    program.run(["connect", "fake"]).exits(0);
    let call = fake.last();
    assert_eq!(call.basic(), Some(("us".to_owned(), secret)));
    assert_eq!(call.parameter("grant_type"), "client_credentials");
    assert_eq!(call.parameter("scope"), "orders");
}

#[test]
fn a_providers_own_names_are_data_of_its_description() {
    let (program, fake, secret) = described(
        "client_authentication = \"post\"\nrequest_format = \"json\"\ntoken_type_optional = true\n\
         [provider.fake.member_names]\ngrant_type = \"\"\nclient_id = \"clientId\"\n\
         client_secret = \"clientSecret\"\naccess_token = \"accessToken\"\n",
    );
    gives(&fake, "accessToken", json!({}));
    program.run(["connect", "fake"]).exits(0);
    let body: Value = serde_json::from_slice(fake.last().body.as_ref()).unwrap();
    assert_eq!(body, json!({ "clientId": "us", "clientSecret": secret }));
    let answer = program.run(["api", "fake", "/x"]).exits(0).json();
    assert_eq!(answer["token"], "Bearer token-0");
}

#[test]
fn it_is_asked_for_again_when_it_ends_and_only_then() {
    let (program, fake, _) = described("client_authentication = \"post\"\n");
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    program.run(["connect", "fake"]).exits(0);
    program.run(["token", "get", "fake"]).exits(0);
    program.run(["token", "refresh", "fake"]).exits(0);
    assert_eq!(token_calls(&fake).len(), 1);
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 1 }));
    program.run(["connect", "fake"]).exits(0);
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    program.run(["token", "get", "fake"]).exits(0);
    assert_eq!(token_calls(&fake).len(), 3);
    assert!(token_calls(&fake).iter().all(|call| call.parameter("refresh_token").is_empty()));
}

#[test]
fn what_is_known_of_it_is_that_of_the_newest_token() {
    let (program, fake, _) =
        described("client_authentication = \"post\"\ndefault_scope = \"a b\"\n");
    let known = || program.run(["status", "--json"]).exits(0).json()["accounts"][0].clone();
    let refresh = || program.run(["token", "refresh", "fake", "--force"]);
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    program.run(["connect", "fake"]).exits(0);
    let first = known();
    fake.answers(|_| Reply::error(401, "invalid_client"));
    refresh().exits(2);
    assert_eq!(known()["failure"]["kind"], "settings");
    let date = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    let date = format!("Date: {}", httpdate::fmt_http_date(date));
    let body = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 60,
                       "scope": "a" });
    fake.answers(move |_| Reply::json(200, &body).with_header(&date));
    refresh().exits(0);
    let second = known();
    assert_eq!((&second["failure"], &second["scope"]), (&Value::Null, &json!("a")));
    assert_eq!(second["refreshed_by"], "script");
    let ahead = second["clock_ahead"].as_i64().unwrap();
    assert!((7190..7300).contains(&ahead), "{ahead}");
    for date in ["refreshed_at", "refresh_by", "access_token_until"] {
        assert!(second[date].is_string() && second[date] != first[date], "{date}: {second}");
    }
}

#[test]
fn a_refused_secret_is_a_matter_of_the_settings_and_trouble_is_for_later() {
    let (program, fake, _) = described("client_authentication = \"post\"\n");
    fake.answers(|_| Reply::error(401, "unauthorized"));
    program.run(["connect", "fake"]).exits(2).says(&["client"]);
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    program.run(["connect", "fake"]).exits(0);
    let kept = program.run(["token", "get", "fake"]).exits(0).stdout;
    fake.answers(|_| Reply::error(401, "invalid_client"));
    program.run(["token", "refresh", "fake", "--force"]).exits(2).says(&["client secret"]);
    for trouble in [Reply::new(503, "", ""), Reply::reset()] {
        fake.answers(move |_| trouble.clone());
        program.run(["token", "refresh", "fake", "--force"]).exits(3).says(&["nothing was lost"]);
    }
    assert_eq!(program.run(["token", "get", "fake"]).exits(0).stdout, kept);
}

/// Nothing was spent; but what comes again and again is not a matter of time.
#[test]
fn an_answer_that_is_too_large_is_no_trouble_that_passes() {
    let (program, fake, _) = described("client_authentication = \"post\"\n");
    gives(&fake, "access_token", json!({ "token_type": "Bearer", "expires_in": 3600 }));
    program.run(["connect", "fake"]).exits(0);
    let large = "x".repeat(2 << 20);
    fake.answers(move |_| Reply::new(200, "", &large));
    program.run(["token", "refresh", "fake", "--force"]).exits(6).says(&["more than"]);
    let known = program.run(["status", "--json"]).exits(0).json();
    assert_eq!(known["accounts"][0]["failure"]["kind"], "answer");
}

#[test]
fn without_a_way_for_the_secret_it_is_refused_when_the_file_is_read() {
    let (program, ..) = described("");
    program.run(["connect", "fake"]).exits(2).says(&["wants client_authentication"]);
    let (program, ..) = described("client_authentication = \"post\"\n");
    program.run(["provider", "register", "fake", "--language", "en"]).exits(0);
    let text = "[provider.fake.member_names]\ncode = \"c\"\n";
    let program = Program::with_config(&text.replace("fake", "zaehlerfreunde"));
    program.run(["provider", "show", "zaehlerfreunde"]).exits(2).says(&["member_names"]);
}
