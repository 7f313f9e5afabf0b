//! What the tests stand on: the program, a provider that does as told, a scripted browser.

pub mod browser;
pub mod canary;
pub mod data;
pub mod program;
pub mod proxy;
pub mod sandbox;
pub mod spoiled;
pub mod tls;
pub mod unix;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use program::{Program, set_mode};

use crate::provider::Provider;

/// A provider whose secrets must not be seen in what this program prints and writes.
pub fn provider_for(program: &Program) -> Provider {
    Provider::start(program.canaries.hears())
}

/// A program that is connected to a fake provider as `fake`, its token good for an hour.
pub fn connected() -> (Program, Provider) {
    let (program, fake) = described();
    browser::connect(&program, &fake, &["fake"]).exits(0);
    (program, fake)
}

/// A program that knows a fake provider and is not connected yet.
pub fn described() -> (Program, Provider) {
    let program = Program::new();
    let fake = provider_for(&program);
    program.configure(&fake.described());
    (program, fake)
}

/// The same, with these lines in the provider's description.
pub fn described_with(lines: &str) -> (Program, Provider) {
    let program = Program::new();
    let fake = provider_for(&program);
    program.configure(&fake.described_as("fake", lines));
    (program, fake)
}

/// Whether a program that a test cannot do without is there; else says that the test is left out.
pub fn has(test: &str, program: &str) -> bool {
    let there = ["/usr/bin", "/bin", "/usr/local/bin"]
        .iter()
        .any(|folder| Path::new(folder).join(program).exists());
    if !there {
        skipped(test, &format!("{program} is not installed"));
    }
    there
}

/// Says in the log of the tests, and in the list of skipped ones, what was not tested and why.
pub fn skipped(test: &str, reason: &str) {
    println!("SKIPPED {test}: {reason}");
    if let Some(list) = std::env::var_os("PARTNERLINK_TEST_SKIPPED") {
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{test}: {reason}").unwrap();
    }
}

/// The program as started by a user who is not root, whose folder has this mode. `None` says that
/// the test is left out.
pub fn by_an_ordinary_user(
    test: &str,
    program: &Program,
    args: &[&str],
    mode: u32,
) -> Option<Command> {
    set_mode(program.root(), 0o755);
    set_mode(&program.home(), mode);
    if !unix::is_root() {
        return Some(program.command(args));
    }
    if !has(test, "setpriv") {
        return None;
    }
    unix::chown(program.home(), Some(65534), Some(65534)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
    command.arg(env!("CARGO_BIN_EXE_partnerlink")).args(args);
    command.env_clear().envs(program.variables()).current_dir(program.root());
    Some(command)
}
