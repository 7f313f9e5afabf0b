//! The program beside others that do the same work, in one run, as ratios.
//!
//! ```text
//! cargo bench --bench side_by_side              the whole table, in about seven minutes
//! cargo bench --bench side_by_side -- get 200   the groups whose names contain "get" or "200"
//! ```
//!
//! A ratio is the median over rounds in which every contestant ran once, in rotating order, so
//! that whatever else the machine does hits all of them alike. Ours stands above, theirs below:
//! less than 1 is faster than they are. What is missing on the machine is named, and left out.

mod load;
mod measure;
mod peers;
mod process;
#[path = "../../tests/provider/mod.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod provider;
mod room;
mod rows;
mod server;
mod table;

use std::error::Error;
use std::process::ExitCode;

use crate::peers::{Missing, Peers};
use crate::provider::Provider;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The program as it is released, not the library in this process.
const PROGRAM: &str = env!("CARGO_BIN_EXE_partnerlink");

/// What every group of rows works with.
struct Bench {
    server: Provider,
    peers: Peers,
}

/// A group of rows: its name for the filter, and what measures and prints them.
type Group = (&'static str, fn(&Bench) -> Result<()>);

const GROUPS: [Group; 15] = [
    ("start", rows::start::run),
    ("get-file", rows::get::from_files),
    ("get-keychain", rows::get::from_keychain),
    ("connect", rows::connect::run),
    ("refresh", rows::refresh::run),
    ("200-accounts", rows::accounts::two_hundred),
    ("1000-accounts", rows::accounts::one_thousand),
    ("10000-accounts", rows::accounts::ten_thousand),
    ("far-provider", rows::accounts::far_provider),
    ("pace-described", rows::pace::described),
    ("pace-found-out", rows::pace::found_out),
    ("50-pages", rows::data::pages),
    ("100-device-years", rows::data::device_years),
    ("10-device-years", rows::data::few_device_years),
    ("size", rows::size::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some(rows::connect::PLAYS_BROWSER) => rows::connect::play(arguments.get(1)),
        Some(rows::get::IN_SESSION) => rows::get::in_session(),
        // cargo says --bench; whoever runs all targets as tests does not want to wait for this.
        _ if !arguments.iter().any(|argument| argument == "--bench") => {
            println!("nothing measured: cargo bench --bench side_by_side");
            Ok(())
        }
        _ => side_by_side(arguments.iter().filter(|argument| !argument.starts_with('-')).collect()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("side_by_side: {error}");
            ExitCode::FAILURE
        }
    }
}

fn side_by_side(filters: Vec<&String>) -> Result<()> {
    let bench = Bench { server: server::tokens(), peers: Peers::default() };
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|f| name.contains(&***f));
    if !GROUPS.iter().any(|(name, _)| wanted(name)) {
        let names = GROUPS.map(|(name, _)| name).join(", ");
        return Err(format!("no group is called that; there are: {names}").into());
    }
    table::head();
    let mut failed = 0;
    for (name, run) in GROUPS.into_iter().filter(|(name, _)| wanted(name)) {
        if let Err(error) = run(&bench) {
            table::left_out(name, &error.to_string());
            failed += usize::from(!error.is::<Missing>());
        }
    }
    match bench.server.counts().refused {
        0 if failed == 0 => Ok(()),
        0 => Err(format!("{failed} of the groups could not be measured").into()),
        n => Err(format!("{n} refresh tokens were spent twice or never handed out").into()),
    }
}
