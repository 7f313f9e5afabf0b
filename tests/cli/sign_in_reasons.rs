//! Why a sign-in does not work, in the provider's words and in ours, and whose turn it is.

use serde_json::json;

use crate::provider::http::Reply;
use crate::provider::{fresh, identity};
use crate::sign_in_answers::{refused, sign_in};
use crate::support::browser::{Link, get};
use crate::support::{described, described_with};

#[test]
fn the_reason_of_a_denial_is_shown_in_terminal_and_browser() {
    let (program, fake) = described();
    let reason =
        "Service%20not%20found%3A%20https%3A%2F%2Fapi.example.%0D%0Aerror%3A%20gel%C3%B6scht";
    let shown = "Service not found: https://api.example. error: gelöscht";
    for language in ["en", "de"] {
        let mut running = program.spawn(["connect", "fake", "--no-browser"]);
        let link = Link::shown_by(&mut running);
        link.returns(&format!(
            "error=access_denied&error_description={reason}&state={}",
            link.state()
        ));
        let done = link.redirect_uri().join("/done").unwrap();
        let page = get(&done, &format!("Accept-Language: {language}\r\n"));
        assert!(page.body.contains(shown), "{}", page.body);
        running.finish().exits(1).says(&[shown, "ask the provider"]);
    }
    assert!(fake.calls().is_empty());
    // Without one, the likely reason is the person's own no.
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    link.returns_and_looks(&format!("error=access_denied&state={}", link.state()));
    running.finish().exits(1).says(&["access was not granted", "agree on the provider's page"]);
}

#[test]
fn a_client_that_is_refused_is_not_sent_round_in_a_circle() {
    let (program, fake) = described();
    for (status, body, says) in [
        (401, json!({ "error": "access_denied", "error_description": "Unauthorized" }), "native"),
        (401, json!({ "error": "unauthorized" }), "native"),
        (
            403,
            json!({
                "error": "unauthorized_client",
                "error_description": "Client is not authorized to access resource server \"x\".",
            }),
            "a grant of the application for the API",
        ),
    ] {
        let reply = Reply::json(status, &body);
        fake.answers(move |_| reply.clone());
        let outcome = refused(&program, &fake, 2).says(&["client settings", says]);
        outcome.says(&["nothing was stored"]).conceals(&["connect again"]);
    }
}

#[test]
fn an_issuer_that_nobody_described_is_named_with_the_missing_key() {
    let (program, fake) = described_with("issuers = []\ndefault_scope = \"offline_access\"");
    let come_back = |scope: &str, query: &str| {
        let mut running = program.spawn(["connect", "fake", "--no-browser", "--scope", scope]);
        let link = Link::shown_by(&mut running);
        let code = fake.consent(&link);
        link.returns_and_looks(&format!("code={code}&state={}{query}", link.state()));
        running.finish()
    };
    let key = "issuers = [\"https://fake.example/\"]";
    let outcome = come_back("offline_access", "&iss=https://fake.example/").exits(2);
    outcome.says(&["description has no `issuers`", key]).conceals(&["another provider"]);
    assert!(fake.calls().is_empty());
    come_back("openid", "").exits(2).says(&["the ID token names the issuer", key]);
}

#[test]
fn an_id_token_signed_with_the_client_secret_is_checked_with_it() {
    let (program, fake) = described_with("client_authentication = \"basic\"");
    let secret = fresh("client-secret");
    program.canaries.never("client secret", &secret);
    let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", &secret);
    fake.alters(|body| identity::sign(body, "another secret"));
    let outcome = refused(&program, &fake, 6);
    outcome.says(&["not made with this client's secret", "check the client secret"]);
    fake.alters(move |body| identity::sign(body, &secret));
    sign_in(&program, &fake).0.exits(0).says(&[identity::PERSON]);
}

#[test]
fn scopes_in_a_list_or_with_commas_are_the_ones_asked_for() {
    let (program, fake) = described();
    for scope in [json!(["openid", "offline_access"]), json!("offline_access,openid")] {
        fake.alters(move |body| body["scope"] = scope.clone());
        let (outcome, _) = sign_in(&program, &fake);
        outcome.exits(0).conceals(&["did not grant"]).says(&["offline_access openid"]);
    }
    let mut running =
        program.spawn(["connect", "fake", "--no-browser", "--scope", "openid,offline_access"]);
    let link = Link::shown_by(&mut running);
    assert_eq!(link.parameter("scope").unwrap(), "offline_access openid");
    drop(running);
}
