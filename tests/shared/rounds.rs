//! Machines that all find an expired token at once: one of them refreshes it, round for round, and
//! whatever happens to the store meanwhile.

use serde_json::json;

use crate::bao::{Bao, Duty};
use crate::scene::Scene;
use crate::trial::{ACCOUNTS, Event, Fault, Plan, Trial, expire, words};
use crate::wire::{Manner, Wire};

/// At one node, and nothing goes wrong.
const UNDISTURBED: Plan = Plan { machines: 8, nodes: 1, overlap: 0, faults: &[], events: &[] };

#[test]
fn eight_machines_refresh_once_for_each_expiry() {
    let Some(mut trial) = UNDISTURBED.begin("forty rounds") else { return };
    trial.rounds(40);
}

#[test]
fn eight_machines_refresh_once_for_each_expiry_with_an_overlap_too() {
    let plan = Plan { overlap: 60, ..UNDISTURBED };
    let Some(mut trial) = plan.begin("forty rounds with an overlap") else { return };
    trial.rounds(40);
}

#[test]
fn a_leader_that_dies_in_the_middle_costs_time_and_nothing_else() {
    let plan = Plan { nodes: 3, events: &[Event::DeadLeader], ..UNDISTURBED };
    let Some(mut trial) = plan.begin("the leader dies") else { return };
    trial.rounds(4);
}

#[test]
fn answers_of_the_store_that_are_lost_cost_time_and_nothing_else() {
    let plan = Plan { faults: &[Fault::LostAnswers], ..UNDISTURBED };
    let Some(mut trial) = plan.begin("lost answers") else { return };
    trial.rounds(20);
}

#[test]
fn a_store_that_is_sealed_for_five_seconds_is_waited_for() {
    let plan = Plan { events: &[Event::SealedLeader], ..UNDISTURBED };
    let Some(mut trial) = plan.begin("sealed for five seconds") else { return };
    trial.rounds(3);
}

/// What all these tests are about would be seen: at a store that writes whatever it is told, tokens
/// are spent twice.
#[test]
fn without_check_and_set_sign_ins_are_lost() {
    let Some(bao) = Bao::alone("no check-and-set") else { return };
    bao.insist("POST", "partnerlink/config", &json!({ "cas_required": false }));
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    scene.connect(&ACCOUNTS);
    let machines = scene.machines(8);
    wire.behaves(Manner { forgets_check_and_set: true, ..Manner::default() });
    for _ in 0..10 {
        expire(&scene);
        let runs: Vec<_> = (0..).zip(&machines).map(|(n, it)| it.spawn(words(n))).collect();
        runs.into_iter().for_each(|run| drop(run.finish()));
        if scene.provider.counts().reused > 0 {
            return;
        }
    }
    panic!("no token was spent twice");
}

/// And who would choose such a store hears of it.
#[test]
fn a_store_without_check_and_set_is_not_chosen() {
    let Some(bao) = Bao::alone("no check-and-set to choose") else { return };
    bao.insist("POST", "partnerlink/config", &json!({ "cas_required": false }));
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    let machine = scene.machine(Duty::Refresher);
    machine.run(["store", "use", "vault"]).exits(0);
    wire.behaves(Manner { forgets_check_and_set: true, ..Manner::default() });
    machine.run(["store", "use", "vault"]).exits(5).says(&["reading it back gave something else"]);
}

/// Vault has no `detailed-metadata`.
#[test]
fn a_store_that_lists_no_versions_is_read_all_the_same() {
    let Some(bao) = Bao::alone("no detailed-metadata") else { return };
    let refuses = Some("/detailed-metadata/");
    let wire = Wire::to(bao.nodes[0].plain, Manner { refuses, ..Manner::default() });
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    scene.connect(&ACCOUNTS);
    let mut trial = Trial::of(UNDISTURBED, scene);
    trial.rounds(5);
    for duty in [Duty::Refresher, Duty::Reader] {
        let status = trial.scene.machine(duty).run(["status", "--check"]).exits(0);
        assert!(
            ACCOUNTS.iter().all(|account| status.stdout.contains(account)),
            "{}",
            status.told()
        );
    }
    assert!(wire.passed().iter().any(|passed| passed.call.path().contains("detailed-metadata")));
}

/// What knows nothing of the store says nothing of what is in it.
#[test]
fn a_404_of_something_on_the_way_is_no_word_of_the_store() {
    let Some(bao) = Bao::alone("something on the way") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    scene.connect(&ACCOUNTS);
    // Signed in already, so that the first thing it asks for is an account.
    let machine = scene.machine(Duty::Refresher).with_the_token_of(&scene.bao);
    machine.get(ACCOUNTS[0]).exits(0);
    wire.behaves(Manner { is_something_else: true, ..Manner::default() });
    machine.get(ACCOUNTS[0]).exits(3).says(&["is not the store"]);
    machine.run(["token", "refresh"]).exits(3);
    machine.run(["disconnect", ACCOUNTS[0]]).exits(3);
    wire.behaves(Manner::default());
    assert_eq!(machine.get(ACCOUNTS[0]).exits(0).data(), scene.token(ACCOUNTS[0]));
    let status = machine.run(["status"]).exits(0);
    assert!(status.stdout.contains(ACCOUNTS[0]), "{}", status.told());
}
