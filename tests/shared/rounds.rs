//! Machines that all find an expired token at once: one of them refreshes it, round for round, and
//! whatever happens to the store meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bao::{Bao, Duty};
use crate::program::Running;
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::wire::{Manner, Wire};

const ACCOUNTS: [&str; 2] = [ACCOUNT, "fake:two"];
const MACHINES: usize = 8;

/// A scene with both accounts connected, and machines that know of them.
fn scene(bao: Bao, overlap: u64) -> (Scene, Vec<Machine>) {
    let scene = Scene::new(bao, overlap);
    scene.connect(&ACCOUNTS);
    let machines = scene.machines(MACHINES);
    (scene, machines)
}

/// One half of the machines wants the tokens, the other half is cron.
fn start(machines: &[Machine]) -> Vec<Running> {
    let start = |(number, machine): (usize, &Machine)| match number % 4 {
        0 => machine.spawn(["token", "get", ACCOUNTS[0]]),
        1 => machine.spawn(["token", "get", ACCOUNTS[1]]),
        _ => machine.spawn(["token", "refresh"]),
    };
    machines.iter().enumerate().map(start).collect()
}

/// All ended well, and with the tokens that count.
#[track_caller]
fn end(scene: &Scene, runs: Vec<Running>) {
    let outcomes: Vec<_> = runs.into_iter().map(|run| run.finish().exits(0)).collect();
    for (number, outcome) in outcomes.iter().enumerate().filter(|(number, _)| number % 4 < 2) {
        assert_eq!(outcome.data(), scene.token(ACCOUNTS[number % 4]), "{}", outcome.told());
    }
}

fn expire(scene: &Scene) {
    ACCOUNTS.iter().for_each(|account| scene.expire(account));
}

/// Rounds without anything in between.
fn rounds(scene: &Scene, machines: &[Machine], count: usize) {
    let begun = Instant::now();
    for round in 1..=count {
        expire(scene);
        end(scene, start(machines));
        scene.refreshed_exactly(round * ACCOUNTS.len());
    }
    eprintln!("{count} rounds of {} machines: {:?}", machines.len(), begun.elapsed());
}

#[test]
fn eight_machines_refresh_once_for_each_expiry() {
    let Some(bao) = Bao::alone("forty rounds") else { return };
    let (scene, machines) = scene(bao, 0);
    rounds(&scene, &machines, 40);
}

#[test]
fn eight_machines_refresh_once_for_each_expiry_with_an_overlap_too() {
    let Some(bao) = Bao::alone("forty rounds with an overlap") else { return };
    let (scene, machines) = scene(bao, 60);
    rounds(&scene, &machines, 40);
}

#[test]
fn twenty_machines_refresh_once_for_each_expiry_at_three_nodes() {
    let Some(bao) = Bao::three("twenty machines at three nodes") else { return };
    let (scene, mut machines) = scene(bao, 0);
    machines.extend(scene.machines(20 - MACHINES));
    rounds(&scene, &machines, 5);
}

#[test]
fn a_leader_that_dies_in_the_middle_costs_time_and_nothing_else() {
    let Some(bao) = Bao::three("the leader dies") else { return };
    let (mut scene, machines) = scene(bao, 0);
    for (round, moment) in [0, 40, 120].into_iter().enumerate() {
        expire(&scene);
        let runs = start(&machines);
        thread::sleep(Duration::from_millis(moment));
        let killed = scene.bao.kill_leader();
        end(&scene, runs);
        scene.refreshed_exactly((round + 1) * ACCOUNTS.len());
        scene.bao.start(killed);
    }
}

#[test]
fn answers_of_the_store_that_are_lost_cost_time_and_nothing_else() {
    let Some(bao) = Bao::alone("lost answers") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.addresses = vec![wire.address()];
    scene.connect(&ACCOUNTS);
    let machines = scene.machines(MACHINES);
    wire.behaves(Manner { loses: 15, ..Manner::default() });
    rounds(&scene, &machines, 20);
    let passed = wire.passed();
    let lost = passed.iter().filter(|passed| passed.lost).count();
    eprintln!("{lost} of {} answers were lost", passed.len());
    assert!(lost * 10 > passed.len(), "too few were lost");
}

#[test]
fn a_store_that_is_sealed_for_five_seconds_is_waited_for() {
    let Some(bao) = Bao::alone("sealed for five seconds") else { return };
    let (scene, machines) = scene(bao, 0);
    for (round, moment) in [0, 60].into_iter().enumerate() {
        expire(&scene);
        let runs = start(&machines);
        thread::sleep(Duration::from_millis(moment));
        scene.bao.seal();
        thread::sleep(Duration::from_secs(5));
        scene.bao.unseal(0);
        end(&scene, runs);
        scene.refreshed_exactly((round + 1) * ACCOUNTS.len());
    }
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
    let machines = scene.machines(MACHINES);
    wire.behaves(Manner { forgets_check_and_set: true, ..Manner::default() });
    for _ in 0..10 {
        expire(&scene);
        start(&machines).into_iter().for_each(|run| drop(run.finish()));
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
    let machines = scene.machines(MACHINES);
    rounds(&scene, &machines, 5);
    for duty in [Duty::Refresher, Duty::Reader] {
        let status = scene.machine(duty).run(["status", "--check"]).exits(0);
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
