//! The sandbox's faults, end to end: a provider in its own process that misbehaves to order.

use crate::support::browser::{Link, get};
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
fn callbacks_that_cannot_be_trusted_are_not_exchanged() {
    for fault in ["no-state", "wrong-state", "code-and-error", "repeated-code"] {
        let sandbox = Sandbox::start(&["--fault", fault]);
        let program = sandbox.client();
        let mut running = program.spawn(["connect", "zaehlerfreunde", "--no-browser"]);
        let link = Link::shown_by(&mut running);
        let back = get(&link.0, "").header("location").unwrap().parse().unwrap();
        assert_eq!(get(&back, "").status, 400, "{fault}");
        running.signal(rustix::process::Signal::INT);
        running.finish().exits(130);
        assert!(!sandbox.running.stderr().contains("oauth/token"), "{}", sandbox.running.stderr());
    }
    let sandbox = Sandbox::start(&["--fault", "other-issuer"]);
    connect(&sandbox.client(), &["zaehlerfreunde"]).0.exits(6).says(&["another provider"]);
}

#[test]
fn answers_that_cannot_be_used_have_their_exit_codes() {
    for (fault, code) in [
        ("500", 3),
        ("garbage", 6),
        ("deep", 6),
        ("huge", 6),
        ("redirect", 6),
        ("invalid-client", 2),
        ("escapes", 6),
        ("broken-access-token", 6),
        ("wrong-nonce", 6),
        ("alg-none", 6),
        ("no-id-token", 6),
    ] {
        let sandbox = Sandbox::start(&["--fault", fault]);
        let program = sandbox.client();
        let (outcome, page) = connect(&program, &["zaehlerfreunde"]);
        let outcome = outcome.exits(code);
        assert!(!outcome.stderr.contains('\u{1b}'), "{fault}");
        assert!(page.body.contains("Could not connect"), "{fault}: {}", page.body);
        program.run(["token", "get", "zaehlerfreunde"]).exits(4);
    }
}

#[test]
fn a_refresh_token_that_counts_as_reused_needs_a_new_sign_in() {
    let (_sandbox, program) = connected(&["--fault", "reuse"]);
    program.run(["token", "refresh", "--force"]).exits(4).says(&["invalid_grant"]);
    program.run(["token", "get", "zaehlerfreunde"]).exits(0);
}

#[test]
fn a_rate_limit_is_waited_for_and_a_lasting_one_is_exit_3() {
    let sandbox = Sandbox::start(&["--fault", "429-forever"]);
    connect(&sandbox.client(), &["zaehlerfreunde"]).0.exits(3).says(&["answered 429"]);
}

#[test]
fn without_rotation_the_one_refresh_token_goes_on_working() {
    for fault in ["no-rotation", "null-refresh-token"] {
        let (_sandbox, program) = connected(&["--fault", fault]);
        for _ in 0..3 {
            program.run(["token", "refresh", "--force"]).exits(0);
        }
    }
}

/// Connects, and loses the answer to a refresh that the provider has carried out.
fn with_a_lost_answer(overlap: &str) -> (Sandbox, Program) {
    let (sandbox, program) = connected(&["--overlap", overlap]);
    let (address, _faulty) = sandbox.twin(&["--overlap", overlap, "--fault", "lost-answer"]);
    let program = program.set("PARTNERLINK_SANDBOX", address);
    program.run(["token", "refresh", "--force"]).exits(3);
    let program = program.set("PARTNERLINK_SANDBOX", &sandbox.address);
    (sandbox, program)
}

#[test]
fn c17_c18_a_provider_with_an_overlap_forgives_a_lost_answer() {
    let (_sandbox, program) = with_a_lost_answer("60s");
    program.run(["token", "refresh", "--force"]).exits(0);
    program.run(["token", "refresh", "--force"]).exits(0);
}

#[test]
fn d3_without_an_overlap_the_sign_in_is_lost_and_the_reason_is_told() {
    let (_sandbox, program) = with_a_lost_answer("0s");
    let outcome = program.run(["token", "refresh", "--force"]).exits(4);
    outcome.says(&["An earlier refresh was interrupted", "partnerlink connect zaehlerfreunde"]);
}

#[test]
fn a_sandbox_that_is_gone_is_exit_3() {
    let (sandbox, program) = connected(&[]);
    drop(sandbox);
    program.run(["token", "refresh", "--force"]).exits(3).says(&["could not be reached"]);
}

#[test]
fn a_fault_that_does_not_exist_is_answered_with_the_list() {
    Program::new().run(["sandbox", "--fault", "slwo"]).exits(2).says(&["slow, drip"]);
}
