//! Machines that only read: they see no refresh token, and never ask for a new one.

use serde_json::json;

use crate::bao::{Bao, Duty};
use crate::provider::Provider;
use crate::scene::{ACCOUNT, Scene};
use crate::wire::{Manner, Wire, writes_a_grant};

#[test]
fn readers_get_what_refreshers_fetch_and_ask_nobody_for_tokens() {
    let Some(bao) = Bao::alone("readers") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let refreshers = scene.machines(3);
    let nobody = Provider::start(|_, _| ());
    let readers: Vec<_> = (0..3).map(|_| scene.machine_that_asks(Duty::Reader, &nobody)).collect();
    for round in 1..=10 {
        scene.expire(ACCOUNT);
        let waiting: Vec<_> =
            readers.iter().map(|reader| reader.spawn(["token", "get", ACCOUNT])).collect();
        let refreshing: Vec<_> =
            refreshers.iter().map(|machine| machine.spawn(["token", "refresh"])).collect();
        for run in refreshing {
            run.finish().exits(0);
        }
        for run in waiting {
            assert_eq!(run.finish().exits(0).data(), scene.token(ACCOUNT));
        }
        scene.refreshed_exactly(round);
        let seen = scene.stored("access", ACCOUNT);
        assert!(seen["record"]["refresh_token"].is_null(), "readers see the refresh token");
        assert_eq!(seen["record"]["access_token"], scene.token(ACCOUNT).as_str());
    }
    let reader = &readers[0];
    reader.run(["token", "refresh", ACCOUNT, "--force"]).exits(2).says(&["only reads"]);
    reader.run(["disconnect", ACCOUNT]).exits(2);
    reader.run(["status"]).exits(0);
    assert_eq!(nobody.calls().len(), 0);
}

/// The server has the last word: a reader that says it refreshes is refused.
#[test]
fn a_reader_that_is_configured_to_refresh_is_refused_by_the_server() {
    let Some(bao) = Bao::alone("a reader that would refresh") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let reader = scene.machine(Duty::Reader);
    let config = std::fs::read_to_string(reader.home().join("config.toml")).unwrap();
    reader.configure(&config.replace("access = \"read\"", "access = \"refresh\""));
    reader.run(["token", "refresh", ACCOUNT]).exits(5).says(&["policy"]);
    // One that sees the grant is stopped before a person is sent to the browser.
    let sees = "path \"partnerlink/*\" { capabilities = [\"read\", \"list\"] }";
    scene.bao.insist("PUT", "sys/policies/acl/reader", &json!({ "policy": sees }));
    let outcome = reader.run(["connect", ACCOUNT, "--no-browser"]).exits(5);
    outcome.says(&["this machine may: list, read", "create and update on partnerlink/data/"]);
    scene.refreshed_exactly(0);
}

#[test]
fn a_reader_whose_token_nobody_refreshes_says_so() {
    let Some(bao) = Bao::alone("nobody refreshes") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let reader = scene.machine(Duty::Reader);
    reader.get(ACCOUNT).exits(3).says(&["no machine has refreshed it"]);
    scene.refreshed_exactly(0);
}

/// A machine is slow between saving its token and showing it, and others went on meanwhile.
#[test]
fn a_token_that_is_shown_late_does_not_replace_a_later_one() {
    let Some(bao) = Bao::alone("shown late") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Refresher);
    scene.expire(ACCOUNT);

    // Its answer to the save waits until the later token is there.
    let save = wire.keeps_back(|call| writes_a_grant(call, false));
    let run = machine.spawn(["token", "refresh", ACCOUNT]);
    save.wait();
    for _ in 0..2 {
        let (mut later, version) = scene.bao.record("access/fake/one").unwrap();
        later["generation"] = json!(later["generation"].as_u64().unwrap() + 1);
        later["record"]["access_token"] = json!("a later one");
        assert!(scene.bao.put("access/fake/one", &later, version));
    }
    drop(save);
    run.finish().exits(0);
    scene.refreshed_exactly(1);
    assert_eq!(scene.stored("access", ACCOUNT)["record"]["access_token"], "a later one");
}
