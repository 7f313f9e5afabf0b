//! `kill -9` of machines while they refresh: what is lost is what section 4 of the design says, and
//! nothing else.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use partnerlink::flow::intent::Left;

use crate::api::until;
use crate::bao::Bao;
use crate::provider::http::{Call, Reply};
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::trial::{Event, Fault, Plan};

const REFRESH: [&str; 3] = ["token", "refresh", ACCOUNT];

#[test]
fn machines_that_die_at_random_lose_nothing_without_an_overlap_that_was_in_the_journal() {
    let faults = &[Fault::LostAnswers, Fault::KilledRuns];
    let plan = Plan { machines: 8, nodes: 1, overlap: 0, faults, events: &[] };
    let Some(mut trial) = plan.begin("killed at random") else { return };
    trial.rounds(15);
    // Chance may miss the moment that it is all about.
    for _ in 0..30 {
        if trial.endangered == 0 {
            trial.round();
        }
    }
    assert!(trial.endangered > 0, "none was killed between its claim and its journal");
}

/// Within an overlap.
fn nothing_is_lost(test: &str, machines: usize, nodes: usize) {
    let faults = &[Fault::LostAnswers, Fault::KilledRuns, Fault::WrongClocks];
    let events: &[Event] =
        &[Event::DeadLeader, Event::RevokedSecret, Event::SealedLeader, Event::PausedHolder];
    // Nobody takes over from a leader that is alone.
    let events = if nodes == 1 { &events[1..] } else { events };
    let plan = Plan { machines, nodes, overlap: 60, faults, events };
    if let Some(mut trial) = plan.begin(test) {
        // At three nodes one would have to wait for the last of them.
        trial.rounds(4);
    }
}

#[test]
fn eight_machines_at_one_node_lose_nothing_whatever_goes_wrong() {
    nothing_is_lost("eight machines, one node", 8, 1);
}

#[test]
fn eight_machines_at_three_nodes_lose_nothing_whatever_goes_wrong() {
    nothing_is_lost("eight machines, three nodes", 8, 3);
}

#[test]
fn twenty_machines_at_one_node_lose_nothing_whatever_goes_wrong() {
    nothing_is_lost("twenty machines, one node", 20, 1);
}

#[test]
fn twenty_machines_at_three_nodes_lose_nothing_whatever_goes_wrong() {
    nothing_is_lost("twenty machines, three nodes", 20, 3);
}

/// A scene in which a machine was killed when the provider had its answer ready: the token is spent.
fn spent_and_unheard(test: &str, overlap: u64) -> Option<(Scene, Machine)> {
    let scene = Scene::new(Bao::alone(test)?, overlap);
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let machine = scene.machine(crate::bao::Duty::Refresher);
    let (spent, is_spent) = mpsc::channel();
    scene.provider.does(move |_, honest| {
        let _answer = honest();
        spent.send(()).unwrap();
        Reply::raw("")
    });
    let run = machine.spawn(REFRESH);
    is_spent.recv().unwrap();
    run.kill();
    scene.provider.is_honest();
    assert!(Left::read(&machine.intent(ACCOUNT)).is_some_and(|left| !left.has_journal()));
    Some((scene, machine))
}

#[test]
fn a_spent_token_is_taken_over_within_the_overlap_by_another_machine() {
    let Some((scene, _dead)) = spent_and_unheard("taken over", 60) else { return };
    let another = scene.machine(crate::bao::Duty::Refresher);
    let outcome = another.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    // Not before the dead one's request can be over.
    let range = Duration::from_secs(24)..Duration::from_secs(45);
    assert!(range.contains(&outcome.took), "{:?}", outcome.took);
    let counts = scene.provider.counts();
    assert_eq!((counts.refreshed, counts.in_overlap, counts.refused), (2, 1, 0));
}

#[test]
fn a_spent_token_is_taken_over_at_once_by_the_machine_that_spent_it() {
    let Some((scene, dead)) = spent_and_unheard("taken over at once", 60) else { return };
    let outcome = dead.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
}

#[test]
fn a_spent_token_without_an_overlap_is_lost_and_that_is_said() {
    let Some((scene, dead)) = spent_and_unheard("lost", 0) else { return };
    dead.run(REFRESH).exits(4).says(&["interrupted"]);
    assert_eq!(scene.stored("grant", ACCOUNT)["record"]["state"], "sign-in-needed");
    let refused = scene.provider.counts().refused;
    for machine in scene.machines(2) {
        machine.run(REFRESH).exits(4);
    }
    assert_eq!(scene.provider.counts().refused, refused, "each of them would ask in vain");
    dead.run([&REFRESH[..], &["--force"]].concat()).exits(4);
    assert_eq!(scene.provider.counts().refused, refused + 1, "unless somebody insists");
}

#[test]
fn new_tokens_in_the_journal_of_a_machine_that_died_are_kept() {
    let Some(bao) = Bao::alone("in the journal") else { return };
    let scene = Arc::new(Scene::new(bao, 0));
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let machine = scene.machine(crate::bao::Duty::Refresher);
    let sealing = Arc::downgrade(&scene);
    scene.provider.does(move |_: &Call, honest| {
        sealing.upgrade().unwrap().bao.seal();
        honest()
    });
    let run = machine.spawn(REFRESH);
    until("the new tokens are in the journal", || {
        Left::read(&machine.intent(ACCOUNT)).filter(Left::has_journal).map(drop)
    });
    run.kill();
    scene.provider.is_honest();
    scene.bao.unseal(0);
    let outcome = machine.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    scene.refreshed_exactly(1);
    assert!(!machine.intent(ACCOUNT).exists());
}
