//! The built program at its hardest: many processes at once, killed at every step, on full and
//! read-only disks, beside a keychain that hangs.
//!
//! The processes talk to `tests/provider` in this one, whose counts say exactly what it saw, and which
//! misbehaves to the tenth of a second.

#![cfg(target_os = "linux")]

mod bench;
#[path = "../../benches/endurance/bound.rs"]
mod bound;
mod busy;
#[expect(dead_code, reason = "shared: the bench of kills uses more of it")]
mod chance;
mod confidence;
mod crowd;
mod damage;
mod disk;
mod flows;
mod garbage;
mod journal;
mod keychain;
mod killed;
mod lock;
mod mixture;
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared: each of the test programs uses a part of it")]
mod provider;
mod providers;
mod seat;
mod signals;
mod strace;

#[path = "../cli/support/canary.rs"]
#[expect(dead_code, reason = "shared: the tests of the command line use more of it")]
mod canary;
#[path = "../store/memory.rs"]
#[expect(dead_code, reason = "shared: other tests use more of it")]
mod memory;
#[path = "../cli/support/program.rs"]
#[expect(dead_code, reason = "shared: the tests of the command line use more of it")]
mod program;

use std::fs::OpenOptions;
use std::io::Write as _;

/// The account of most tests.
const ACCOUNT: &str = "zaehlerfreunde";

/// Says that a test was left out, and why, where `tests/run` counts it.
fn left_out(name: &str, why: &str) {
    eprintln!("LEFT OUT: {name}: {why}");
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    if let Some(path) = std::env::var_os("PARTNERLINK_TEST_SKIPPED") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{name}: {why}").unwrap();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
