//! Accounts that one machine takes out of the store, or into it, or that end.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::bao::{Bao, Duty};
use crate::browser::agree;
use crate::provider::fresh;
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

/// Former versions hold tokens that work on, and nobody but the admin's policy destroys them.
#[test]
fn who_takes_an_account_out_is_told_what_that_leaves_behind() {
    let Some(bao) = Bao::alone("a move out by a refresher") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Refresher);
    machine.get(ACCOUNT).exits(0);
    let lost = "lost to every other machine";
    let to = |store: &str, more: &[&str]| {
        machine.run([&["store", "migrate", "--to", store], more].concat()).exits(0)
    };
    to("file", &["--dry-run"]).says(&[lost]);
    let version = scene.bao.record("grant/fake/one").unwrap().1 + 1;
    let versions: Vec<String> = (1..=version).map(|number| number.to_string()).collect();
    let destroy = format!(
        "bao kv destroy -mount=partnerlink -versions={} grant/fake/one",
        versions.join(",")
    );
    to("file", &[]).says(&[lost, "store migrate --to vault", &destroy]);
    to("vault", &[]).conceals(&[lost]);
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

/// From files into the store: over a tombstone, whose count goes on, or where it is already.
#[test]
fn an_account_that_moves_in_counts_on_and_takes_no_others_place() {
    let Some(bao) = Bao::alone("a move into the store") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let (machine, reader) = (scene.machine(Duty::Admin), scene.machine(Duty::Reader));
    let (mut before, token) = (scene.stored("grant", ACCOUNT), scene.token(ACCOUNT));
    let to = |store: &str| machine.run(["store", "migrate", "--to", store, ACCOUNT]);
    let generation = |kind: &str| scene.stored(kind, ACCOUNT)["generation"].as_u64().unwrap();
    let first = generation("grant");
    to("file").exits(0);
    assert_eq!(generation("grant"), first + 1);
    let plan = || machine.run(["store", "migrate", "--to", "vault", ACCOUNT, "--dry-run"]).stdout;
    assert!(plan().contains("\twould-move\t"), "{}", plan());
    to("vault").exits(0);
    assert_eq!((generation("grant"), scene.token(ACCOUNT)), (first + 2, token.clone()));
    assert_eq!(reader.get(ACCOUNT).exits(0).data(), token);
    // As if the answer to the write had been lost.
    to("file").exits(0);
    let (_, version) = scene.bao.record("grant/fake/one").unwrap();
    before["generation"] = json!(first + 9);
    assert!(scene.bao.put("grant/fake/one", &before, version));
    to("vault").exits(0);
    assert_eq!((generation("grant"), generation("access")), (first + 9, first + 9));
    // Another machine has put one of this name there meanwhile: neither takes the other's place.
    to("file").exits(0);
    scene.connect(&[ACCOUNT]);
    let theirs = scene.token(ACCOUNT);
    assert!(plan().contains("\ttaken\t"), "{}", plan());
    to("vault").exits(2).says(&["with another sign-in"]);
    assert_eq!((scene.token(ACCOUNT), machine.get(ACCOUNT).exits(0).data()), (theirs, &*token));
}

/// The secret goes with the last account of its provider, and is deleted by nobody else.
#[test]
fn a_client_secret_that_moved_in_is_there_for_every_machine() {
    let Some(bao) = Bao::alone("a client secret") else { return };
    let scene = Scene::new(bao, 0);
    let machines = [Duty::Admin, Duty::Refresher].map(|duty| scene.machine(duty));
    let secret = fresh("client-secret");
    for machine in &machines {
        let config = fs::read_to_string(machine.home().join("config.toml")).unwrap();
        let wants = "rotation_overlap_seconds = 0\nclient_authentication = \"basic\"";
        machine.configure(&config.replace("rotation_overlap_seconds = 0", wants));
        machine.canaries.never("client secret", &secret);
    }
    let [desk, machine] = machines;
    let mut command = desk.command(["connect", ACCOUNT, "--no-browser", "--client-secret-stdin"]);
    command.stdin(Stdio::piped());
    let mut running = desk.start(command);
    running.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    agree(&scene.provider, running).exits(0);
    machine.run(["token", "refresh", ACCOUNT, "--force"]).exits(0);
    assert_eq!(scene.provider.last().basic().unwrap().1, secret);
    desk.run(["store", "migrate", "--to", "file", ACCOUNT]).exits(0);
    desk.run(["token", "refresh", ACCOUNT, "--force"]).exits(0);
    assert_eq!(scene.provider.last().basic().unwrap().1, secret);
    let shared = scene.bao.record("client/fake").unwrap().0;
    assert!(shared["value"].is_object() || shared["value"].is_string(), "it is not ours alone");
}

#[test]
fn a_client_secret_that_may_not_be_kept_is_refused_before_the_browser() {
    let Some(bao) = Bao::alone("a client secret of a refresher") else { return };
    let scene = Scene::new(bao, 0);
    let [desk, machine] = [Duty::Admin, Duty::Refresher].map(|duty| scene.machine(duty));
    let secret = fresh("client-secret");
    for machine in [&desk, &machine] {
        let config = fs::read_to_string(machine.home().join("config.toml")).unwrap();
        let wants = "rotation_overlap_seconds = 0\nclient_authentication = \"basic\"";
        machine.configure(&config.replace("rotation_overlap_seconds = 0", wants));
    }
    let connect = ["connect", ACCOUNT, "--no-browser", "--client-secret-stdin"];
    let refused = machine.run_with_input(connect, &secret).exits(5);
    refused
        .says(&[
            "create and update on partnerlink/data/client/fake",
            "partnerlink store policy admin",
        ])
        .conceals(&["/authorize"]);
    // One that is there already has to be kept by nobody.
    for machine in [&desk, &machine] {
        let mut command = machine.command(connect);
        command.stdin(Stdio::piped());
        let mut running = machine.start(command);
        running.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
        agree(&scene.provider, running).exits(0);
    }
}

#[test]
fn a_second_sign_in_takes_the_place_of_the_first() {
    let Some(bao) = Bao::alone("a second sign-in") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let (first, token) = (scene.stored("grant", ACCOUNT), scene.token(ACCOUNT));
    scene.connect(&[ACCOUNT]);
    let second = scene.stored("grant", ACCOUNT);
    assert_ne!(scene.token(ACCOUNT), token);
    let generation = |stored: &Value| stored["generation"].as_u64().unwrap();
    assert_eq!(generation(&second), generation(&first) + 1);
    let reader = scene.machine(Duty::Reader);
    assert_eq!(reader.get(ACCOUNT).exits(0).data(), scene.token(ACCOUNT));
}

/// Its versions are there, and what is in them is not.
#[test]
fn an_account_that_was_deleted_by_hand_ends_all_the_same() {
    let Some(bao) = Bao::alone("deleted by hand") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Admin);
    machine.get(ACCOUNT).exits(0);
    scene.bao.insist("DELETE", "partnerlink/data/grant/fake/one", &Value::Null);
    machine.get(ACCOUNT).exits(5).says(&["was deleted by hand"]);
    // What cannot be read cannot be revoked.
    machine.run(["disconnect", ACCOUNT]).exits(3).says(&["deleted here"]);
    assert_buried(&scene, "deleted by ");
    // One that was never there leaves nothing.
    machine.run(["disconnect", "fake:other"]).exits(0);
    assert!(scene.bao.record("grant/fake/other").is_none());
}

/// A tombstone stands in its place, for those that only read as well, and the versions that held
/// its tokens are destroyed.
fn assert_buried(scene: &Scene, why: &str) {
    let (grant, version) = scene.bao.record("grant/fake/one").unwrap();
    let (access, access_version) = scene.bao.record("access/fake/one").unwrap();
    assert!(grant["record"].is_null() && access["record"].is_null(), "{grant} {access}");
    assert!(grant["ended"].as_str().unwrap().starts_with(why), "{grant}");
    assert_eq!(grant["generation"], access["generation"]);
    for (folder, version) in [("grant", version), ("access", access_version)] {
        for number in 1..version {
            let path = format!("partnerlink/data/{folder}/fake/one?version={number}");
            let former = scene.bao.call("GET", &path, &Value::Null);
            let there = !former.body["data"]["data"].is_null();
            assert!(!there, "version {number} of {folder} is still there");
        }
    }
}
