//! What a provider can answer to the exchange of the code. When the answer fails a check,
//! nothing is stored, and browser and terminal say so.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::provider::http::Reply;
use crate::provider::{Provider, identity};
use crate::support::browser::{Link, Page, connect};
use crate::support::program::{Outcome, Program};
use crate::support::{connected, described, described_with, provider_for};

/// A sign-in to which the provider has an answer of its own; what terminal and browser said.
#[track_caller]
pub fn sign_in(program: &Program, fake: &Provider) -> (Outcome, Page) {
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    let query = format!("code={}&state={}", fake.consent(&link), link.state());
    let page = link.returns_and_looks(&query);
    (running.finish(), page)
}

#[track_caller]
pub fn refused(program: &Program, fake: &Provider, code: i32) -> Outcome {
    let (outcome, page) = sign_in(program, fake);
    assert!(page.body.contains("Could not connect to Fake"), "the browser hears: {}", page.body);
    program.run(["token", "get", "fake"]).exits(4);
    outcome.exits(code)
}

#[test]
fn errors_of_the_exchange_have_their_exit_codes() {
    let (program, fake) = described();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let huge = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(8 * 1024 * 1024));
    for (reply, code, says) in [
        (Reply::error(403, "invalid_grant"), 6, "invalid_grant"),
        (Reply::error(200, "invalid_scope"), 6, "invalid_scope"),
        (Reply::error(401, "invalid_client"), 2, "client settings"),
        (Reply::error(400, "invalid_request"), 6, "invalid_request"),
        (Reply::new(500, "", "<h1>trouble"), 3, "answered 500"),
        (Reply::new(429, "Retry-After: 1\r\n", ""), 3, "answered 429"),
        (Reply::new(200, "", "<html>"), 6, "is not a JSON token answer (a page for people)"),
        (Reply::new(404, "", "<h1>Not found"), 2, "there is no token endpoint at the address"),
        (Reply::new(403, "", "<h1>Blocked"), 6, "neither a token answer nor an error"),
        (Reply::new(200, "", deep), 6, "is not a JSON token answer"),
        (Reply::new(200, "", huge), 6, "more than 1048576 bytes"),
        (Reply::new(302, "Location: /elsewhere\r\n", ""), 6, "is a redirect"),
        (Reply::new(307, "Location: /elsewhere\r\n", ""), 6, "is a redirect"),
        (Reply::reset(), 3, "broke"),
    ] {
        fake.answers(move |_| reply.clone());
        refused(&program, &fake, code).says(&[says]).conceals(&["<h1>"]);
    }
}

#[test]
fn a_missing_refresh_token_is_said_clearly() {
    let (program, fake) = described();
    fake.alters(|body| drop(body.as_object_mut().unwrap().remove("refresh_token")));
    let (outcome, _) = sign_in(&program, &fake);
    outcome.exits(0).says(&["no refresh token although it was asked for", "sign in again at"]);
    program.run(["token", "get", "fake"]).exits(0);
    let failure = program.run(["token", "get", "fake", "--min-ttl", "2h"]).exits(4);
    failure.says(&["the provider gave no refresh token, and access ends"]);
    let status = program.run(["status", "--json"]).json();
    assert_eq!(status["accounts"][0]["refreshable"], false);
}

#[test]
fn an_access_token_that_comes_expired_is_told() {
    let (program, fake) = described();
    fake.alters(|body| body["expires_in"] = (-1).into());
    sign_in(&program, &fake).0.exits(0).says(&["came already expired"]);
}

#[test]
fn a_narrowed_scope_is_told_and_shown() {
    let (program, fake) = described();
    fake.alters(|body| body["scope"] = "openid".into());
    let (outcome, _) = sign_in(&program, &fake);
    outcome.exits(0).says(&["did not grant: offline_access", "scope          openid"]);
    assert!(
        program.run(["token", "show", "fake"]).exits(0).stdout.contains("scope          openid\n")
    );
}

fn seconds(shift: i64) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!(i64::try_from(now).unwrap() + shift)
}

#[test]
fn an_id_token_that_fails_a_check_stores_nothing() {
    let (program, fake) = described();
    for (algorithm, member, value, says) in [
        ("RS256", "iss", json!("https://evil.example/"), "issuer"),
        ("RS256", "iss", json!("https://fake.example"), "issuer"),
        ("RS256", "aud", json!("somebody-else"), "another client (aud: somebody-else)"),
        ("RS256", "aud", json!(["partner-client", "somebody-else"]), "another client"),
        ("RS256", "azp", json!("somebody-else"), "another client"),
        ("RS256", "exp", seconds(-3600), "expired"),
        ("RS256", "iat", seconds(3600), "not issued just now"),
        ("RS256", "nonce", json!("another"), "another sign-in"),
        ("RS256", "nonce", json!(null), "another sign-in"),
        ("RS256", "sub", json!(null), "cannot be read"),
        ("none", "email", json!("a@b"), "unsafe algorithm"),
        ("HS256", "email", json!("a@b"), "there is no client secret here"),
    ] {
        fake.alters(move |body| {
            identity::change(body, algorithm, |claims| claims[member] = value.clone());
        });
        refused(&program, &fake, 6).says(&[says]);
    }
    // Without a scope in the answer `openid` is granted, as it was asked for.
    for scope in [Value::Null, json!("offline_access openid")] {
        fake.alters(move |body| {
            body.as_object_mut().unwrap().remove("id_token");
            body["scope"] = scope.clone();
        });
        refused(&program, &fake, 6).says(&["did not say who signed in"]);
    }
    fake.is_honest();
    sign_in(&program, &fake).0.exits(0);
}

#[test]
fn a_grant_that_is_not_kept_is_revoked_and_the_message_says_so() {
    let (program, fake) = described();
    let spoils: [fn(&mut Value); 2] = [
        |body| identity::change(body, "RS256", |claims| claims["aud"] = "somebody-else".into()),
        |body| body["token_type"] = "mac".into(),
    ];
    for spoil in spoils {
        fake.alters(spoil);
        refused(&program, &fake, 6).says(&["the new sign-in was revoked at the provider"]);
        let call = fake.last();
        assert_eq!(call.path(), "/revoke");
        assert_eq!(call.parameter("token"), fake.refresh_token());
        assert_eq!(call.parameter("token_type_hint"), "refresh_token");
    }
    fake.does(|call, honest| match call.path() {
        "/revoke" => Reply::new(503, "", ""),
        _ => honest().altered(|body| drop(body.as_object_mut().unwrap().remove("id_token"))),
    });
    let outcome = refused(&program, &fake, 6);
    outcome.says(&["could not be confirmed (the provider answered 503)", "in your account at"]);
}

#[test]
fn a_grant_that_cannot_be_saved_is_revoked() {
    let (program, fake) = described();
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    let tokens = program.state().join("tokens");
    std::fs::remove_dir_all(&tokens).unwrap();
    std::fs::write(&tokens, "no folder").unwrap();
    link.returns_with(&fake.consent(&link));
    running.finish().exits(5).says(&["the new sign-in was revoked at the provider"]);
    assert_eq!(fake.last().parameter("token"), fake.refresh_token());
}

#[test]
fn where_nothing_can_be_revoked_a_refused_sign_in_says_that() {
    let program = Program::new();
    let fake = provider_for(&program);
    let described = fake.described();
    let lines = described.lines().filter(|line| !line.starts_with("revocation_url"));
    program.configure(&lines.map(|line| format!("{line}\n")).collect::<String>());
    fake.alters(|body| drop(body.as_object_mut().unwrap().remove("id_token")));
    refused(&program, &fake, 6).says(&["has no way to revoke the new sign-in"]);
    assert_eq!(fake.count("revoke"), 0);
}

#[test]
fn another_person_needs_replace_and_the_first_one_stays() {
    let (program, fake) = connected();
    let first = program.run(["token", "get", "fake"]).exits(0);
    fake.alters(|body| {
        identity::change(body, "RS256", |claims| {
            claims["sub"] = "person|2".into();
            claims["email"] = "bert@stadtwerke.example".into();
        });
    });
    let (outcome, page) = sign_in(&program, &fake);
    outcome.exits(6).says(&[identity::PERSON, "bert@stadtwerke.example", "--replace"]);
    assert!(page.body.contains("Could not connect"), "{}", page.body);
    assert_eq!(fake.last().parameter("token"), fake.refresh_token(), "given back");
    assert_eq!(program.run(["token", "get", "fake"]).exits(0).data(), first.data());
    let outcome = connect(&program, &fake, &["fake", "--replace"]).exits(0);
    outcome.says(&["as bert@stadtwerke.example"]);
}

#[test]
fn a_refresh_about_another_person_is_refused() {
    let (program, fake) = connected();
    let token = || program.run(["token", "get", "fake"]).exits(0).data().to_owned();
    let before = token();
    for (member, value) in [("sub", "person|2"), ("iss", "https://other.example/")] {
        fake.alters(move |body| {
            body["id_token"] = identity::token("").into();
            body["refresh_token"] = Value::Null;
            identity::change(body, "RS256", |claims| claims[member] = value.into());
        });
        program.run(["token", "refresh", "--force"]).exits(6);
        assert_eq!(token(), before, "{member}");
    }
    fake.alters(|body| body["id_token"] = identity::token("no nonce is needed").into());
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_ne!(token(), before);
}

#[test]
fn nothing_of_another_persons_tokens_is_kept() {
    let (program, fake) = connected();
    let before = fake.refresh_token();
    fake.alters(|body| {
        body["id_token"] = identity::token("").into();
        identity::change(body, "RS256", |claims| claims["sub"] = "person|2".into());
    });
    program.run(["token", "refresh", "--force"]).exits(6);
    // With the other person's refresh token the next answer would be about them, and need not say so.
    program.run(["token", "refresh", "--force"]).exits(4);
    assert_eq!(fake.last().parameter("refresh_token"), before);
}

#[test]
fn tokens_are_opaque_and_of_any_length() {
    let (program, fake) = described();
    let parts = "a.b.c.d.e".to_owned();
    for token in ["x".to_owned(), parts, "t".repeat(16 * 1024), "'\"$`\\!~".to_owned()] {
        let given = token.clone();
        fake.alters(move |body| body["access_token"] = given.clone().into());
        connect(&program, &fake, &["fake"]).exits(0);
        assert_eq!(program.run(["token", "get", "fake"]).exits(0).data(), token);
    }
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    fake.answers(|_| Reply::json(200, &json!({ "access_token": "y", "token_type": "bearer" })));
    link.returns_with("c");
    running.finish().exits(6).says(&["did not say who signed in"]);
    assert!(fake.calls().iter().any(|call| call.parameter("code") == "c"), "a code of one byte");
}

#[test]
fn an_access_token_with_a_line_break_is_refused() {
    let (program, fake) = described();
    fake.alters(|body| body["access_token"] = "token\r\nX-Evil: 1".into());
    refused(&program, &fake, 6);
}

#[test]
fn unknown_members_are_ignored_and_bearer_has_any_case() {
    let (program, fake) = described();
    fake.alters(|body| {
        for i in 0..100 {
            body[format!("unknown{i}")] = json!([{ "deep": i }]);
        }
        body["token_type"] = "bEARER".into();
    });
    sign_in(&program, &fake).0.exits(0);
}

#[test]
fn a_missing_token_type_is_accepted_only_where_it_is_known() {
    let take = |body: &mut Value| drop(body.as_object_mut().unwrap().remove("token_type"));
    let (program, fake) = described();
    fake.alters(take);
    refused(&program, &fake, 6).says(&["has no token_type", "token_type_optional = true"]);
    let (program, fake) = described_with("token_type_optional = true");
    fake.alters(take);
    sign_in(&program, &fake).0.exits(0);
}

#[test]
fn a_providers_text_cannot_move_the_cursor_or_forge_a_line() {
    let (program, fake) = described();
    let description = "gone\u{1b}[2J\r\nerror: all is well\u{202e}\u{9b}\0";
    fake.answers(move |_| {
        Reply::json(
            403,
            &json!({ "error": "invalid_grant\u{1b}", "error_description": description }),
        )
    });
    let outcome = refused(&program, &fake, 6);
    assert!(outcome.stderr.contains("invalid_grant?: gone?[2J error"), "{}", outcome.told());
    assert!(!outcome.stderr.contains('\u{1b}') && !outcome.stderr.contains('\u{202e}'));
    let forged = |line: &&str| line.starts_with("error: all is well");
    assert_eq!(outcome.stderr.lines().find(forged), None);

    fake.is_honest();
    fake.alters(|body| {
        identity::change(body, "RS256", |claims| claims["email"] = "a\u{1b}]0;x\u{7}\n<b>".into());
    });
    let (outcome, page) = sign_in(&program, &fake);
    assert!(!outcome.exits(0).stderr.contains('\u{1b}'));
    assert!(!page.body.contains("<b>"), "{}", page.body);
}
