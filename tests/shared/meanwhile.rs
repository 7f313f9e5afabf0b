//! What becomes of a grant while its machine waits for the provider, and answers of the store that
//! come too late.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bao::{Bao, Duty};
use crate::provider::http::{Call, Reply};
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::wire::{KeptBack, Manner, Wire, writes_a_grant};

const GRANT: &str = "grant/fake/one";
/// Longer than a machine waits for an answer of the store before it asks again.
const TOO_LATE: Duration = Duration::from_secs(6);

/// An expired account, and a machine during whose request somebody else writes the grant: with so
/// many generations more. The provider answers so, or honestly.
fn written_meanwhile(
    test: &str,
    more: u64,
    answer: Option<Reply>,
) -> Option<(Arc<Scene>, Machine)> {
    let scene = Arc::new(Scene::new(Bao::alone(test)?, 0));
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let machine = scene.machine(Duty::Refresher);
    let writing = Arc::downgrade(&scene);
    scene.provider.does(move |_: &Call, honest| {
        let scene = writing.upgrade().unwrap();
        let (mut theirs, version) = scene.bao.record(GRANT).unwrap();
        theirs["generation"] = json!(theirs["generation"].as_u64().unwrap() + more);
        (theirs["nonce"], theirs["claim"]) = (json!("00"), Value::Null);
        theirs["record"]["access_token"] = json!("theirs");
        assert!(scene.bao.put(GRANT, &theirs, version));
        answer.clone().unwrap_or_else(honest)
    });
    Some((scene, machine))
}

fn generations(scene: &Scene) -> [u64; 2] {
    ["grant", "access"].map(|kind| scene.stored(kind, ACCOUNT)["generation"].as_u64().unwrap())
}

#[test]
fn tokens_that_another_machine_saved_meanwhile_count() {
    let Some((scene, machine)) = written_meanwhile("saved by another", 1, None) else { return };
    assert_eq!(machine.get(ACCOUNT).exits(0).data(), "theirs");
    assert_eq!(scene.token(ACCOUNT), "theirs");
}

#[test]
fn a_grant_that_was_written_without_new_tokens_takes_those_that_come() {
    let Some((scene, machine)) = written_meanwhile("written by hand", 0, None) else { return };
    let [before, _] = generations(&scene);
    let token = machine.get(ACCOUNT).exits(0).stdout;
    assert!(token != "theirs\n" && token.trim_end() == scene.token(ACCOUNT));
    assert_eq!(generations(&scene), [before + 1; 2]);
}

#[test]
fn a_failure_is_not_shown_over_what_another_machine_saved() {
    let refused = Some(Reply::error(401, "invalid_client"));
    let Some((scene, machine)) = written_meanwhile("saved, and refused", 1, refused) else {
        return;
    };
    machine.run(["token", "refresh", ACCOUNT]).exits(2);
    for kind in ["grant", "access"] {
        assert!(scene.stored(kind, ACCOUNT)["record"]["failure"].is_null(), "{kind}");
    }
}

/// A machine whose write of a grant, in which no claim is any more, is answered too late.
fn answered_late(test: &str) -> Option<(Scene, Machine, KeptBack)> {
    let bao = Bao::alone(test)?;
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Refresher);
    let write = wire.keeps_back(|call| writes_a_grant(call, false));
    Some((scene, machine, write))
}

#[test]
fn a_save_that_is_answered_too_late_is_known_by_its_mark() {
    let Some((scene, machine, save)) = answered_late("a late answer") else { return };
    let [before, _] = generations(&scene);
    let run = machine.spawn(["token", "get", ACCOUNT]);
    save.wait();
    thread::sleep(TOO_LATE);
    drop(save);
    assert_eq!(run.finish().exits(0).data(), scene.token(ACCOUNT));
    assert_eq!(generations(&scene), [before + 1; 2]);
    scene.refreshed_exactly(1);
}

#[test]
fn a_failure_whose_write_is_answered_too_late_is_shown_to_readers() {
    let Some((scene, machine, write)) = answered_late("a late failure") else { return };
    scene.provider.answers(|_| Reply::error(401, "invalid_client"));
    let run = machine.spawn(["token", "refresh", ACCOUNT]);
    write.wait();
    thread::sleep(TOO_LATE);
    drop(write);
    run.finish().exits(2);
    for kind in ["grant", "access"] {
        assert_eq!(scene.stored(kind, ACCOUNT)["record"]["failure"]["kind"], "settings", "{kind}");
    }
}

/// The refusal cannot be written down, so that the claim stays: whose it is, its machine knows.
#[test]
fn a_claim_that_could_not_be_taken_back_is_known_as_ones_own() {
    let Some(bao) = Bao::alone("a claim that stays") else { return };
    let scene = Arc::new(Scene::new(bao, 0));
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine(Duty::Refresher);
    let policy = "sys/policies/acl/refresher";
    let before = scene.bao.insist("GET", policy, &Value::Null)["data"]["policy"].clone();
    let refusing = Arc::downgrade(&scene);
    scene.provider.does(move |_: &Call, _| {
        let reads = "path \"partnerlink/*\" { capabilities = [\"read\", \"list\"] }";
        refusing.upgrade().unwrap().bao.insist("PUT", policy, &json!({ "policy": reads }));
        Reply::error(400, "invalid_grant")
    });
    let refresh = || machine.run(["token", "refresh", ACCOUNT, "--force"]);
    refresh().exits(4).says(&["sign-in"]);
    scene.bao.insist("PUT", policy, &json!({ "policy": before }));
    assert!(machine.intent(ACCOUNT).exists());
    scene.provider.is_honest();
    let outcome = refresh().exits(0);
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
    scene.refreshed_exactly(1);
}
