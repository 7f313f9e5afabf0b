//! `kill -9` of machines while they refresh: what is lost is what section 4 of the design says, and
//! nothing else.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::flow::intent::Left;

use crate::api::until;
use crate::bao::Bao;
use crate::chance::Chance;
use crate::provider::http::{Call, Reply};
use crate::scene::{ACCOUNT, Machine, Scene};

const MACHINES: usize = 3;
const ROUNDS: usize = 40;
/// How long the provider takes, half of it with the old token spent and the answer not yet sent.
const SLOW: Duration = Duration::from_millis(100);
/// Of a hundred runs.
const KILLED: usize = 30;
const REFRESH: [&str; 3] = ["token", "refresh", ACCOUNT];

fn left(machine: &Machine) -> Option<Left> {
    Left::read(&machine.intent())
}

/// How many sign-ins were lost in all rounds.
fn lost_to_chance(overlap: u64) -> Option<usize> {
    let bao = Bao::alone("killed at random")?;
    let scene = Scene::new(bao, overlap);
    scene.connect(&[ACCOUNT]);
    scene.provider.does(|_, honest| {
        thread::sleep(SLOW / 2);
        let reply = honest();
        thread::sleep(SLOW / 2);
        reply
    });
    let machines = scene.machines(MACHINES);
    scene.expire(ACCOUNT);
    let usual = machines[0].run(REFRESH).exits(0).took;
    let mut chance = Chance::new("killed machines");
    let (begun, mut lost, mut killed, mut hit) = (Instant::now(), 0, 0, 0);
    for round in 0.. {
        // Chance may miss the moment that it is all about.
        if round >= ROUNDS && (hit > 0 || round >= 3 * ROUNDS) {
            break;
        }
        scene.expire(ACCOUNT);
        let plan: Vec<Option<Duration>> = (0..MACHINES)
            .map(|_| (chance.below(100) < KILLED).then(|| usual / 2 + chance.part_of(usual)))
            .collect();
        let run = |(machine, moment): (&Machine, &Option<Duration>)| {
            let mut without_journal = false;
            if let Some(moment) = moment {
                let run = machine.spawn(REFRESH);
                thread::sleep(*moment);
                run.kill();
                without_journal = left(machine).is_some_and(|left| !left.has_journal());
            }
            // The next cron job of a machine that was killed is the one that helps.
            let outcome = machine.run(REFRESH);
            (outcome, without_journal)
        };
        let outcomes: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> =
                machines.iter().zip(&plan).map(|one| scope.spawn(move || run(one))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        killed += plan.iter().flatten().count();
        let may_be_lost = outcomes.iter().any(|(_, without_journal)| *without_journal);
        hit += usize::from(may_be_lost);
        let mut is_lost = false;
        for (outcome, _) in &outcomes {
            match outcome.code {
                Some(0) => {}
                Some(4) => is_lost = true,
                _ => panic!("{}", outcome.told()),
            }
        }
        if is_lost {
            assert!(may_be_lost, "lost, and no machine died between the claim and its journal");
            lost += 1;
            scene.connect(&[ACCOUNT]);
        }
        let token = machines[0].get(ACCOUNT).exits(0);
        assert_eq!(token.data(), scene.token(ACCOUNT));
    }
    let (took, counts) = (begun.elapsed(), scene.provider.counts());
    eprintln!(
        "overlap {overlap}: {killed} killed, {hit} at the worst moment, {lost} lost, {took:?}"
    );
    eprintln!("{counts:?}");
    assert!(hit > 0, "none was killed between its claim and its journal");
    Some(lost)
}

#[test]
fn machines_that_die_at_random_lose_nothing_with_an_overlap() {
    assert!(lost_to_chance(60).is_none_or(|lost| lost == 0));
}

#[test]
fn machines_that_die_at_random_lose_nothing_without_one_that_was_in_the_journal() {
    // How many were lost is chance: each is looked at.
    let _ = lost_to_chance(0);
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
    assert!(left(&machine).is_some_and(|left| !left.has_journal()));
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
        left(&machine).filter(Left::has_journal).map(drop)
    });
    run.kill();
    scene.provider.is_honest();
    scene.bao.unseal(0);
    let outcome = machine.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    scene.refreshed_exactly(1);
    assert!(!machine.intent().exists());
}
