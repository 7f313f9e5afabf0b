//! Tokens that are bound to a key of the account (RFC 9449), at a provider that checks each proof.

use std::sync::Mutex;

use crate::provider::http::Reply;
use crate::provider::{Provider, dpop};
use crate::sign_in_answers::refused;
use crate::support::browser::{Link, connect};
use crate::support::described_with;
use crate::support::program::Program;

fn bound() -> (Program, Provider) {
    let (program, fake) = described();
    fake.binds_tokens();
    (program, fake)
}

fn described() -> (Program, Provider) {
    let (program, fake) = described_with("dpop = true");
    let config =
        fake.described_as("fake", &format!("dpop = true\napi_base = \"{}/api\"", fake.base()));
    program.configure(&config);
    (program, fake)
}

#[test]
fn every_token_request_proves_the_key_that_the_sign_in_began_with() {
    let (program, fake) = bound();
    let mut running = program.spawn(["connect", "fake", "--no-browser"]);
    let link = Link::shown_by(&mut running);
    link.returns_with(&fake.consent(&link));
    running.finish().exits(0);
    for _ in 0..2 {
        program.run(["token", "refresh", "fake", "--force"]).exits(0);
    }
    fake.refreshed_exactly(2);
    let proofs: Vec<_> = fake.calls().iter().map(|call| dpop::check(call, None).unwrap()).collect();
    // Each run asks once without the nonce, which spends nothing.
    assert_eq!(proofs.iter().filter(|proof| proof.nonce.is_none()).count(), 3);
    assert_eq!(proofs.len(), 6);
    let key = link.parameter("dpop_jkt").unwrap();
    assert!(proofs.iter().all(|proof| proof.jkt == key), "{proofs:?}");

    connect(&program, &fake, &["fake:other"]).exits(0);
    assert_ne!(dpop::check(&fake.last(), None).unwrap().jkt, key, "a key for each account");
    program.run(["disconnect", "fake"]).exits(0).says(&["revoked at the provider"]);
}

#[test]
fn a_data_request_shows_token_and_key_and_answers_a_nonce_once() {
    let (program, fake) = bound();
    connect(&program, &fake, &["fake"]).exits(0);
    let keys = Mutex::new(Vec::new());
    fake.does(move |call, honest| {
        let Some(token) = call.header("authorization") else { return honest() };
        let token = token.strip_prefix("DPoP ").unwrap();
        let proof = dpop::check(call, Some(token)).unwrap();
        keys.lock().unwrap().push(proof.jkt);
        match proof.nonce.as_deref() {
            Some("for data") => Reply::new(200, "", "{\"good\":true}"),
            _ => dpop::asks_for_nonce(401, "for data"),
        }
    });
    let before = fake.calls().len();
    let outcome = program.run(["api", "fake", "/spaces?a=b"]).exits(0);
    assert_eq!(outcome.data(), "{\"good\":true}");
    assert_eq!(fake.calls().len() - before, 2, "and no refresh");
    program.run(["api", "fake", "/x", "-X", "POST", "-f", "a=b"]).exits(0);
    let forged = program.run(["api", "fake", "/x", "-H", "DPoP: forged"]).exits(2);
    forged.says(&["set by partnerlink itself"]);
}

#[test]
#[cfg_attr(windows, ignore = "true is a program of Unix")]
fn a_bound_token_is_handed_out_only_with_the_word_that_it_needs_its_key() {
    let (program, fake) = bound();
    connect(&program, &fake, &["fake"]).exits(0);
    for format in ["header", "curl"] {
        let outcome = program.run(["token", "get", "fake", "--format", format]).exits(2);
        let outcome = outcome.says(&["only together with its key", "partnerlink api fake"]);
        assert_eq!(outcome.stdout, "");
    }
    program.run(["token", "get", "fake"]).exits(0).says(&["only together with its key"]);
    let outcome = program.run(["token", "get", "fake", "--format", "json"]).exits(0);
    assert_eq!(outcome.json()["token_type"], "DPoP");
    program.run(["exec", "fake", "--", "true"]).exits(0).says(&["only together with its key"]);
}

#[test]
fn a_bearer_token_is_refused_where_a_bound_one_was_asked_for() {
    let (program, fake) = described();
    refused(&program, &fake, 6)
        .says(&["has a token type other than DPoP (\"Bearer\")", "tokens of the type DPoP"]);
}

#[test]
fn a_sign_in_stays_what_it_was_made_as() {
    let (program, fake) = described_with("");
    connect(&program, &fake, &["fake"]).exits(0);
    program.configure(&fake.described_as("fake", "dpop = true"));
    program.run(["token", "refresh", "fake", "--force"]).exits(0);
    assert_eq!(fake.last().header("dpop"), None);

    let (program, fake) = bound();
    connect(&program, &fake, &["fake"]).exits(0);
    program.configure(&fake.described());
    program.run(["token", "refresh", "fake", "--force"]).exits(0);
    assert!(dpop::check(&fake.last(), None).is_ok());
}
