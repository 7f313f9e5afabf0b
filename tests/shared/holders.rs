//! Machines that hold a claim for longer than they may, that are copies of each other, and whose
//! clocks are wrong.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::bao::{Bao, Duty};
use crate::left_out;
use crate::scene::{ACCOUNT, Scene};
use crate::wire::{Manner, Wire, writes_a_grant};

#[test]
fn a_machine_that_slept_between_its_claim_and_its_request_sends_nothing() {
    let Some(bao) = Bao::alone("a machine that sleeps") else { return };
    let wire = Wire::to(bao.nodes[0].plain, Manner::default());
    let mut scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let others = scene.machines(2);
    scene.addresses = vec![wire.address()];
    let sleeper = scene.machine(Duty::Refresher);
    scene.expire(ACCOUNT);

    // It is stopped while the answer to its claim is on the way.
    let pid = Arc::new(AtomicI32::new(0));
    let (stopped, is_stopped) = mpsc::channel();
    let (known, stopped) = (Arc::clone(&pid), Mutex::new(stopped));
    wire.behaves(Manner {
        then: Some(Arc::new(move |call| {
            if writes_a_grant(call, true) {
                let pid = Pid::from_raw(known.load(Ordering::SeqCst)).unwrap();
                kill_process(pid, Signal::STOP).unwrap();
                let _ = stopped.lock().unwrap().send(());
            }
        })),
        ..Manner::default()
    });
    let run = sleeper.spawn(["token", "get", ACCOUNT]);
    // It signs in before it claims anything.
    pid.store(run.pid() as i32, Ordering::SeqCst);
    is_stopped.recv().unwrap();
    wire.behaves(Manner::default());

    let outcome = others[0].get(ACCOUNT).exits(0);
    assert!(outcome.took > Duration::from_secs(24), "taken over after {:?}", outcome.took);
    scene.refreshed_exactly(1);
    run.signal(Signal::CONT);
    assert_eq!(run.finish().exits(0).data(), scene.token(ACCOUNT));
    scene.refreshed_exactly(1);
}

#[test]
fn copies_of_a_machine_are_machines_of_their_own() {
    let Some(bao) = Bao::alone("copies of a machine") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machines = scene.machines(8);
    machines[0].get(ACCOUNT).exits(0);
    machines[1..].iter().for_each(|machine| machine.becomes_a_copy_of(&machines[0]));
    for round in 1..=10 {
        scene.expire(ACCOUNT);
        let runs: Vec<_> =
            machines.iter().map(|machine| machine.spawn(["token", "get", ACCOUNT])).collect();
        for run in runs {
            assert_eq!(run.finish().exits(0).data(), scene.token(ACCOUNT));
        }
        scene.refreshed_exactly(round);
    }
}

#[test]
fn machines_whose_clocks_are_an_hour_off_refresh_once_for_each_expiry() {
    let test = "clocks an hour off";
    let Some(bao) = Bao::alone(test) else { return };
    if Command::new("faketime").arg("--version").output().is_err() {
        return left_out(test, "no faketime");
    }
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machines = scene.machines(6);
    let clocks = ["-1h", "+1h", "+0h"];
    for round in 1..=10 {
        scene.expire(ACCOUNT);
        let runs: Vec<_> = machines
            .iter()
            .zip(clocks.iter().cycle())
            .map(|(machine, clock)| machine.spawn_at(clock, ["token", "get", ACCOUNT]))
            .collect();
        for run in runs {
            assert_eq!(run.finish().exits(0).data(), scene.token(ACCOUNT));
        }
        scene.refreshed_exactly(round);
        // And nobody thinks it is due again.
        for (machine, clock) in machines.iter().zip(clocks) {
            machine.run_at(clock, ["token", "refresh"]).exits(0);
        }
        scene.refreshed_exactly(round);
    }
}

/// Somebody took the token over from somebody else, and died too. Since when it may be spent, nobody
/// knows: the provider may forgive it no more.
#[test]
fn an_overlap_does_not_begin_anew_with_each_holder() {
    let Some(bao) = Bao::alone("two dead holders") else { return };
    let scene = Scene::new(bao, 60);
    let accounts = [("fake:first", false), ("fake:second", true)];
    scene.connect(&accounts.map(|(account, _)| account));
    for (account, doubtful) in accounts {
        scene.claimed_by("a dead one", account, doubtful);
    }
    let machine = scene.machine(Duty::Refresher);
    thread::sleep(Duration::from_secs(29));
    let refresh = |account| machine.run(["token", "refresh", account, "--force"]);
    refresh("fake:first").exits(0);
    scene.refreshed_exactly(1);
    refresh("fake:second").exits(7).says(&["a dead one"]);
    scene.refreshed_exactly(1);
}

/// Others wait for the claim, and not for a slow provider; but what it forgives now it may not forgive
/// when they come.
#[test]
fn a_provider_that_forgives_is_asked_again_by_the_same_machine() {
    let Some(bao) = Bao::alone("a slow provider that forgives") else { return };
    let scene = Scene::new(bao, 60);
    scene.connect(&[ACCOUNT]);
    scene.expire(ACCOUNT);
    let machine = scene.machine(Duty::Refresher);
    let is_first = AtomicBool::new(true);
    scene.provider.does(move |_, honest| {
        let answer = honest();
        if is_first.swap(false, Ordering::SeqCst) {
            thread::sleep(Duration::from_secs(12));
        }
        answer
    });
    let outcome = machine.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    assert_eq!(scene.provider.count("refresh_token"), 2);
}
