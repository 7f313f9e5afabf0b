//! Accounts that one machine takes out of the store, or into it, or that end.

use serde_json::{Value, json};

use crate::bao::{Bao, Duty};
use crate::scene::{ACCOUNT, Scene};
use crate::wire::{Manner, Wire, writes_a_grant};

/// The machine slept on its claim, and another one went on: its tokens are the ones that count.
#[test]
fn a_move_out_does_not_bury_tokens_that_came_meanwhile() {
    let Some(bao) = Bao::alone("a move that slept") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Admin);
    let claim = wire.keeps_back(|call| writes_a_grant(call, true));
    let run = machine.spawn(["store", "migrate", "--to", "file", ACCOUNT]);
    claim.wait();
    let (mut later, version) = scene.bao.record("grant/fake/one").unwrap();
    later["generation"] = json!(later["generation"].as_u64().unwrap() + 1);
    later["claim"] = json!(null);
    later["record"]["access_token"] = json!("a later one");
    assert!(scene.bao.put("grant/fake/one", &later, version));
    drop(claim);
    run.finish();
    assert_eq!(scene.token(ACCOUNT), "a later one");
}

/// The new tokens are in the journal alone when the account is moved.
#[test]
fn a_move_takes_tokens_along_that_were_not_saved_yet() {
    let Some(bao) = Bao::alone("a move with a journal") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine_with_a_journal(Duty::Admin);
    machine.run(["store", "migrate", "--to", "file", ACCOUNT]).exits(0);
    assert_buried(&scene, "taken out by ");
    machine.run(["token", "refresh", ACCOUNT, "--force"]).exits(0);
    scene.refreshed_exactly(2);
}

#[test]
fn an_account_that_is_disconnected_ends_for_every_machine() {
    let Some(bao) = Bao::alone("a disconnect") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let (admin, reader) = (scene.machine(Duty::Admin), scene.machine(Duty::Reader));
    let generation = || scene.stored("grant", ACCOUNT)["generation"].as_u64().unwrap();
    let first = generation();
    reader.get(ACCOUNT).exits(0);
    admin.run(["disconnect", ACCOUNT]).exits(0);
    assert_buried(&scene, "disconnected by ");
    assert_eq!(generation(), first + 1);
    reader.get(ACCOUNT).exits(4);
    admin.run(["disconnect", ACCOUNT]).exits(0);
    assert_eq!(generation(), first + 1, "there is no second end");
    // A new sign-in takes its place, and counts on.
    scene.connect(&[ACCOUNT]);
    assert_eq!(generation(), first + 2);
    assert_eq!(reader.get(ACCOUNT).exits(0).data(), scene.token(ACCOUNT));
}

/// A tombstone stands in its place, for those that only read as well, and the versions that held
/// its tokens are destroyed.
fn assert_buried(scene: &Scene, why: &str) {
    let (grant, version) = scene.bao.record("grant/fake/one").unwrap();
    let access = scene.stored("access", ACCOUNT);
    assert!(grant["record"].is_null() && access["record"].is_null(), "{grant} {access}");
    assert!(grant["ended"].as_str().unwrap().starts_with(why), "{grant}");
    assert_eq!(grant["generation"], access["generation"]);
    for number in 1..version {
        let path = format!("partnerlink/data/grant/fake/one?version={number}");
        let former = scene.bao.call("GET", &path, &Value::Null);
        assert!(former.body["data"]["data"].is_null(), "version {number} is still there");
    }
}
