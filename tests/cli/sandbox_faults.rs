//! The sandbox's faults, end to end: a provider in its own process that misbehaves to order.

use crate::support::program::Program;
use crate::support::sandbox::{Sandbox, connect};

#[track_caller]
fn connected(args: &[&str]) -> (Sandbox, Program) {
    let sandbox = Sandbox::start(args);
    let program = sandbox.client();
    connect(&program, &["zaehlerfreunde"]).0.exits(0);
    (sandbox, program)
}

#[test]
#[cfg_attr(windows, ignore = "there is always a Credential Manager")]
fn the_sandbox_works_without_a_keychain_and_without_being_told() {
    let sandbox = Sandbox::start(&[]);
    let program = sandbox.client().unset("PARTNERLINK_STORE");
    let program = program.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let (outcome, _) = connect(&program, &["zaehlerfreunde"]);
    outcome.exits(0).says(&["stored in      sealed files"]);
    program.run(["token", "refresh", "--force"]).exits(0);
    program.run(["doctor"]).exits(0);
}

#[test]
fn where_the_sandbox_cannot_keep_its_state_that_place_is_named() {
    let program = Program::new();
    let state = program.home().join("state");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("sandbox"), "no folder").unwrap();
    let outcome = program.run(["--sandbox", "connect", "zaehlerfreunde"]).exits(1);
    outcome.says(&["could not write", "providers.json", "set PARTNERLINK_HOME"]);
}

#[test]
fn a_person_who_refuses_ends_it_at_either_provider() {
    let sandbox = Sandbox::start(&["--fault", "deny"]);
    let program = sandbox.client();
    for provider in ["zaehlerfreunde", "timberdata"] {
        let (outcome, page) = connect(&program, &[provider]);
        outcome.exits(1).says(&["access was not granted"]);
        assert!(page.body.contains("Could not connect"), "{}", page.body);
    }
    program.run(["status"]).exits(0).says(&["No account is connected"]);
}

#[test]
fn a_provider_in_trouble_is_exit_3_and_nothing_is_stored() {
    for (fault, why, next) in [("500", "answered 500", 3), ("429", "answered 429", 0)] {
        let sandbox = Sandbox::start(&["--fault", fault]);
        let program = sandbox.client();
        let (outcome, page) = connect(&program, &["zaehlerfreunde"]);
        outcome.exits(3).says(&[why]);
        assert!(page.body.contains("Could not connect"), "{fault}: {}", page.body);
        program.run(["token", "get", "zaehlerfreunde"]).exits(4);
        // Of the rate limit it is the first request alone.
        connect(&program, &["zaehlerfreunde"]).0.exits(next);
    }
}

#[test]
fn a_refresh_token_that_counts_as_reused_needs_a_new_sign_in() {
    let (_sandbox, program) = connected(&["--fault", "reuse"]);
    program.run(["token", "refresh", "--force"]).exits(4).says(&["invalid_grant"]);
    program.run(["token", "get", "zaehlerfreunde"]).exits(0);
}

#[test]
fn a_sandbox_that_is_gone_is_exit_3() {
    let (sandbox, program) = connected(&[]);
    drop(sandbox);
    program.run(["token", "refresh", "--force"]).exits(3).says(&["could not be reached"]);
}

#[test]
fn a_fault_that_does_not_exist_is_answered_with_the_list() {
    Program::new()
        .run(["sandbox", "--fault", "slwo"])
        .exits(2)
        .says(&["'slwo'", "deny, 429, 500, reuse, slow"]);
}
