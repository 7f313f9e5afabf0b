//! Every kind of client that Auth0 hands out: the same command, no flag.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use crate::provider::http::Reply;
use crate::provider::tenants::Tenant;
use crate::provider::{ISSUER, Provider, free_ports, identity};
use crate::support::browser::{Link, get};
use crate::support::program::{Outcome, Program};
use crate::support::provider_for;

/// A program whose Zählerfreunde are this tenant.
fn customer_of(tenant: Tenant) -> (Program, Provider) {
    let program = Program::new();
    let fake = provider_for(&program);
    let (base, id) = (fake.base(), tenant.client_id());
    let uri = format!("http://127.0.0.1:{}/callback/zaehlerfreunde", free_ports()[0]);
    let dpop = tenant == Tenant::DpopRequired;
    program.configure(&format!(
        "[provider.zaehlerfreunde]\ndpop = {dpop}\nclient_id = {id:?}\nauthorize_url = \"{base}/authorize\"\n\
         token_url = \"{base}/token\"\nrevocation_url = \"{base}/revoke\"\napi_base = {base:?}\n\
         issuers = [{ISSUER:?}]\nredirect_uris = [{uri:?}]\n"
    ));
    tenant.is_played_by(&fake);
    (program, fake)
}

/// A browser opens the link, and goes where the provider sends it.
#[track_caller]
fn sign_in(program: &Program, args: &[&str]) -> Outcome {
    let mut running = program.spawn([&["connect"], args, &["--no-browser"]].concat());
    let link = Link::shown_by(&mut running);
    let page = get(&link, "");
    let back = page.header("location").unwrap_or_else(|| panic!("an error page: {}", page.body));
    get(&back.parse().unwrap(), "");
    get(&link.redirect_uri().join("/done").unwrap(), "");
    running.finish()
}

#[test]
fn every_kind_of_client_connects_refreshes_and_is_revoked() {
    for tenant in Tenant::ALL {
        let (program, fake) = customer_of(tenant);
        let who = if tenant.has_openid() { identity::PERSON } else { Tenant::COMPANY };
        let outcome = sign_in(&program, &["zaehlerfreunde"]).exits(0);
        outcome.says(&[&format!("Connected to Zählerfreunde as {who}"), "refreshed when needed"]);
        let entry = &program.run(["status", "--json"]).exits(0).json()["accounts"][0];
        assert_eq!(entry["who"], who, "{tenant:?}");

        program.run(["token", "refresh", "--force"]).exits(0);
        fake.refreshed_exactly(1);
        let token = fake.refresh_token();
        program.run(["disconnect", "zaehlerfreunde"]).exits(0).says(&["revoked at the provider"]);
        assert_eq!(fake.last().parameter("token"), token, "{tenant:?}");
    }
}

#[test]
fn what_was_not_granted_is_told_once_and_the_provider_is_asked_once() {
    let (program, fake) = customer_of(Tenant::Strict);
    let outcome = sign_in(&program, &["zaehlerfreunde"]).exits(0);
    outcome.says(&["did not grant: email openid profile"]);
    assert_eq!(fake.count("current"), 1);
    program.run(["token", "refresh", "--force"]).exits(0);
    assert_eq!(fake.count("current"), 1, "after the exchange alone");
}

#[test]
fn the_same_person_under_two_names_is_told() {
    for tenant in Tenant::ALL {
        let (program, _fake) = customer_of(tenant);
        sign_in(&program, &["zaehlerfreunde"]).exits(0).conceals(&["connected already"]);
        let outcome = sign_in(&program, &["zaehlerfreunde:kunde-b"]).exits(0);
        outcome.says(&["connected already, as zaehlerfreunde", "still signed in as", "sign out"]);
        sign_in(&program, &["zaehlerfreunde"]).exits(0).says(&["already"]);
        program.run(["disconnect", "zaehlerfreunde:kunde-b"]).exits(0);
        sign_in(&program, &["zaehlerfreunde"]).exits(0).conceals(&["connected already"]);
    }
}

/// A strict client whose data endpoint gives this answer.
fn strict_with(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Program, Provider) {
    let (program, fake) = customer_of(Tenant::Strict);
    fake.does(move |call, honest| match call.path() {
        "/partners/current" => reply(),
        "/token" => honest().altered(|body| {
            body.as_object_mut().unwrap().remove("id_token");
            body["scope"] = "offline_access".into();
        }),
        _ => honest(),
    });
    (program, fake)
}

#[test]
fn another_company_under_the_same_name_needs_replace() {
    let id = Arc::new(AtomicU64::new(7));
    let now = Arc::clone(&id);
    let (program, _fake) = strict_with(move || {
        let id = now.load(Ordering::SeqCst);
        Reply::json(200, &json!({ "id": id, "name": format!("Company {id}") }))
    });
    sign_in(&program, &["zaehlerfreunde"]).exits(0).says(&["as Company 7"]);
    id.store(8, Ordering::SeqCst);
    let outcome = sign_in(&program, &["zaehlerfreunde"]).exits(6);
    outcome.says(&["connected as Company 7, and now Company 8", "revoked at the provider"]);
    sign_in(&program, &["zaehlerfreunde", "--replace"]).exits(0).says(&["as Company 8"]);
}

#[test]
fn whoever_cannot_be_named_is_connected_all_the_same() {
    for (reply, why) in [
        (Reply::error(403, "forbidden"), "/partners/current answered 403 (a description"),
        (Reply::new(200, "", "<html>"), "is not JSON"),
        (Reply::json(200, &json!({ "name": "Anna" })), "has no \"id\""),
        (Reply::reset(), "broke"),
    ] {
        let (program, fake) = strict_with(move || reply.clone());
        let outcome = sign_in(&program, &["zaehlerfreunde"]).exits(0);
        outcome.says(&["who signed in is not known", why, "Connected to Zählerfreunde"]);
        assert_eq!(fake.count("current"), 1, "{why}");
    }
}
