//! `disconnect`: the tokens are gone here in every case, and the exit code says whether
//! they are gone at the provider.

use crate::provider::http::Reply;
use crate::support::program::Program;
use crate::support::{browser, connected, described_with, provider_for};

#[track_caller]
fn assert_deleted(program: &Program) {
    program.run(["token", "get", "fake"]).exits(4);
    let tokens = std::fs::read_dir(program.state().join("tokens")).unwrap();
    let names: Vec<_> = tokens.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("fake")), "{names:?}");
}

#[test]
fn the_refresh_token_is_revoked_and_then_deleted() {
    let (program, fake) = connected();
    let token = fake.refresh_token();
    program.run(["disconnect", "fake"]).exits(0).says(&["revoked at the provider, deleted here"]);
    let call = fake.last();
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/revoke"));
    assert_eq!(call.parameter("token"), token);
    assert_eq!(call.parameter("token_type_hint"), "refresh_token");
    assert_deleted(&program);
    // Nothing left to do is no failure.
    program.run(["disconnect", "fake"]).exits(0).says(&["was not connected"]);
}

#[test]
fn without_confirmation_it_is_deleted_all_the_same_and_exit_3_says_so() {
    for reply in [
        Reply::new(503, "Retry-After: 1\r\n", ""),
        Reply::error(400, "unsupported_token_type"),
        Reply::new(302, "Location: /\r\n", ""),
        Reply::reset(),
    ] {
        let (program, fake) = connected();
        fake.answers(move |_| reply.clone());
        let outcome = program.run(["disconnect", "fake"]).exits(3);
        let outcome = outcome.says(&["fake: deleted here", "could not confirm", "account at Fake"]);
        outcome.conceals(&["nothing was lost"]);
        assert_deleted(&program);
    }
    let (program, fake) = connected();
    fake.answers(|_| Reply::error(400, "unsupported_token_type"));
    program.run(["disconnect", "fake"]).exits(3).says(&["answered 400 (a description"]);
}

/// Some servers take the secret by a form at their token endpoint, and here by Basic alone.
#[test]
fn where_a_form_does_not_prove_the_client_basic_does() {
    let (program, fake) = described_with("client_authentication = \"post\"");
    let program = program.set("PARTNERLINK_FAKE_CLIENT_SECRET", "only for tests");
    fake.does(|call, honest| match (call.path(), call.basic()) {
        ("/revoke", None) => Reply::error(401, "invalid_client"),
        _ => honest(),
    });
    browser::connect(&program, &fake, &["fake"]).exits(0);
    program.run(["disconnect", "fake"]).exits(0).says(&["revoked at the provider, deleted here"]);
    let proof = ("partner-client".to_owned(), "only%20for%20tests".to_owned());
    assert_eq!(fake.last().basic(), Some(proof));
    assert_deleted(&program);
}

#[test]
fn without_a_refresh_token_the_access_token_is_revoked() {
    let (program, fake) = described_with("");
    fake.alters(|body| drop(body.as_object_mut().unwrap().remove("refresh_token")));
    browser::connect(&program, &fake, &["fake"]).exits(0);
    let token = program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    program.run(["disconnect", "fake"]).exits(0).says(&["revoked at the provider, deleted here"]);
    let call = fake.last();
    assert_eq!((call.path(), call.parameter("token")), ("/revoke", token));
    assert_eq!(call.parameter("token_type_hint"), "access_token");
    assert_deleted(&program);
}

#[test]
fn where_nothing_can_be_revoked_it_says_how_long_the_token_stays_valid() {
    let (program, _fake) = described_with("");
    let fake = provider_for(&program);
    // As TimberData: no refresh token, no revocation endpoint.
    let text = fake.described_as("fake", "refresh = \"none\"\naccess_token_seconds = 31104000");
    let text: String = text
        .lines()
        .filter(|l| !l.starts_with("revocation"))
        .fold(String::new(), |text, line| text + line + "\n");
    program.configure(&text);
    fake.alters(|body| {
        let members = body.as_object_mut().unwrap();
        members.remove("refresh_token");
        members.remove("expires_in");
    });
    browser::connect(&program, &fake, &["fake"]).exits(0);
    let outcome = program.run(["disconnect", "fake"]).exits(0);
    outcome.says(&["Fake cannot take a token back", "stay valid until 20"]);
    assert_eq!(fake.calls().len(), 1, "nobody was asked");
    assert_deleted(&program);
}

#[test]
fn it_is_revoked_only_where_the_configuration_says() {
    let (program, fake) = connected();
    let moved = fake.described_as("fake", &format!("revocation_url = \"{}/gone\"", fake.base()));
    program.configure(&moved);
    fake.answers(|_| Reply::new(200, "", ""));
    program.run(["disconnect", "fake"]).exits(0);
    assert_eq!(fake.last().path(), "/gone");
}

#[test]
fn with_no_revoke_the_provider_hears_nothing() {
    let (program, fake) = connected();
    let outcome = program.run(["disconnect", "fake", "--no-revoke", "--json"]).exits(0);
    assert_eq!(outcome.json()["result"], "deleted");
    assert_eq!(fake.calls().len(), 1);
    assert_deleted(&program);
}

#[test]
fn one_of_several_that_fails_does_not_keep_the_others() {
    let (program, fake) = connected();
    browser::connect(&program, &fake, &["fake:b"]).exits(0);
    let refused = fake.refresh_token();
    fake.answers(move |call| match call.parameter("token") == refused {
        true => Reply::new(503, "", ""),
        false => Reply::new(200, "", ""),
    });
    let outcome = program.run(["disconnect", "fake:b", "nosuch", "fake"]).exits(3);
    outcome.says(&["fake:b: deleted here", "nosuch", "fake: revoked at the provider"]);
    program.run(["status"]).exits(0).says(&["No account is connected"]);
}
