//! Machines that hold a claim for longer than they may, that are copies of each other, and whose
//! clocks are wrong.

use std::process::Command;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::bao::{Bao, Duty};
use crate::left_out;
use crate::provider::http::Call;
use crate::scene::{ACCOUNT, Scene};
use crate::wire::{Manner, Wire};

fn is_claim(call: &Call) -> bool {
    call.path().contains("/data/grant/") && call.body.contains("\"claim\":{")
}

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
            if is_claim(call) {
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
