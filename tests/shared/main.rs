//! Many machines at one store: the built program from several homes, against the real OpenBao.
//!
//! Everything is on 127.0.0.1 and ends with the test: the server, a cluster of three, a bad wire
//! before it. Vault itself is not here; where it differs from OpenBao, the wire refuses what it lacks.

#![cfg(target_os = "linux")]

mod api;
mod bao;
mod commands;
mod holders;
mod killed;
mod known;
mod meanwhile;
mod moved;
mod node;
mod ports;
mod readers;
mod recipes;
mod rounds;
mod scene;
mod secrets;
mod server;
mod trial;
mod wire;

#[path = "../cli/support/browser.rs"]
#[expect(dead_code, reason = "shared: the tests of the command line use more of it")]
mod browser;
#[path = "../cli/support/canary.rs"]
#[expect(dead_code, reason = "shared: the tests of the command line use more of it")]
mod canary;
#[path = "../cli/support/program.rs"]
#[expect(dead_code, reason = "shared: the tests of the command line use more of it")]
mod program;

#[path = "../endurance/chance.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod chance;
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;

use std::fs::OpenOptions;
use std::io::Write as _;

/// Says that a test was left out, and why, where `tests/run` counts it.
fn left_out(name: &str, why: &str) {
    eprintln!("LEFT OUT: {name}: {why}");
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    if let Some(path) = std::env::var_os("PARTNERLINK_TEST_SKIPPED") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{name}: {why}").unwrap();
    }
}
