//! Secret IDs that end, and what the server's audit device hears.

use crate::bao::{Bao, Duty};
use crate::canary::Place;
use crate::scene::{ACCOUNT, Scene};

#[test]
fn a_machine_whose_secret_id_is_taken_back_stops_and_the_others_go_on() {
    let Some(bao) = Bao::alone("a secret ID that is taken back") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machines = scene.machines(3);
    for round in 1..=6 {
        scene.expire(ACCOUNT);
        if round == 3 {
            scene.bao.revoke(&machines[0].login);
        }
        let is_refused = |number: usize| number == 0 && (3..5).contains(&round);
        if round == 5 {
            machines[0].use_secret_id(&scene.bao.login(Duty::Refresher).secret_id);
        }
        let runs: Vec<_> =
            machines.iter().map(|machine| machine.spawn(["token", "get", ACCOUNT])).collect();
        for (number, run) in runs.into_iter().enumerate() {
            let outcome = run.finish();
            match is_refused(number) {
                true => drop(outcome.exits(5).says(&["invalid role or secret ID"])),
                false => assert_eq!(outcome.exits(0).data(), scene.token(ACCOUNT)),
            }
        }
        scene.refreshed_exactly(round);
    }
}

/// The worst moment: the refresh token is spent, and the store takes nothing more from this machine.
#[test]
fn a_secret_id_that_is_taken_back_during_a_refresh_loses_nothing() {
    let Some(bao) = Bao::alone("taken back during a refresh") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machine = scene.machine_with_a_journal(Duty::Refresher);
    let outcome = machine.get(ACCOUNT).exits(0);
    assert_eq!(outcome.data(), scene.token(ACCOUNT));
    scene.refreshed_exactly(1);
}

#[test]
fn no_token_is_in_the_audit_log_or_in_any_output() {
    let Some(bao) = Bao::alone("the audit log") else { return };
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let machines = scene.machines(2);
    let reader = scene.machine(Duty::Reader);
    for _ in 0..3 {
        scene.expire(ACCOUNT);
        for machine in &machines {
            // Each output goes by the canaries, and each file when the machine ends.
            machine.run(["token", "refresh", "--verbose"]).exits(0);
            machine.run(["status", "--verbose"]).exits(0);
        }
        reader.run(["token", "get", ACCOUNT, "--verbose"]).exits(0);
        reader.run(["doctor", "--verbose"]);
    }
    machines[0].run(["doctor", "--verbose"]);
    let audit = scene.bao.audit();
    assert!(audit.len() > 10_000, "the audit device wrote {} bytes", audit.len());
    assert!(machines[0].canaries.count() > 10);
    machines[0].canaries.look(Place::File, "the audit log", &audit);
}

/// The secret ID goes to whom the named authority vouches for, whatever else the system trusts.
#[test]
fn a_named_authority_is_the_only_one_that_the_store_is_trusted_by() {
    let Some(bao) = Bao::alone("a named authority") else { return };
    let another = Bao::alone("another authority").unwrap();
    let scene = Scene::new(bao, 0);
    scene.connect(&[ACCOUNT]);
    let authority = scene.bao.authority();
    let machine = scene.machine(Duty::Refresher).with("SSL_CERT_FILE", &authority);
    let config = std::fs::read_to_string(machine.home().join("config.toml")).unwrap();
    let named = format!("ca_file = {authority:?}");
    machine.configure(&config.replace(&named, &format!("ca_file = {:?}", another.authority())));
    machine.get(ACCOUNT).exits(2).says(&["certificate", "ca_file = "]);
    machine.configure(&config.replace(&named, "ca_file = \"not-there.pem\""));
    machine.get(ACCOUNT).exits(2).says(&["not-there.pem cannot be read", "ca_file = "]);
    machine.configure(&config.replace(&named, ""));
    machine.get(ACCOUNT).exits(0);
}
