//! `kill -9` at random moments of a refresh, for an hour: how many sign-ins that costs, at a provider
//! whose refresh tokens work once, and whose overlap of old and new is a minute, or none.
//!
//! ```text
//! cargo bench --bench endurance -- --seconds 3600 --overlap 0
//! ```
//!
//! Many homes are worked on side by side, for after a kill in the middle of a request the program
//! leaves the provider in peace for two seconds. In each a run is killed at a random moment of its
//! usual length, as it is on a machine that does all this, sometimes the next one as well, and then
//! one runs to its end. A sign-in is lost when that one says so. Whatever else it says, a record that is torn, an index that disagrees, a
//! file that is left over: each is a fault, and the exit code is 1. So it is when a sign-in is lost
//! within the overlap, or one that the journal had.
//!
//! `PARTNERLINK_TEST_PROGRAM` names another build of the program than the one that cargo made for
//! this, and `PARTNERLINK_TEST_SEED` repeats what is left to chance. With `TMPDIR` in memory (`/dev/shm`) it is
//! faster: a kill takes nothing from the disk.

mod bound;
#[path = "../../tests/cli/support/canary.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod canary;
#[path = "../../tests/endurance/chance.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod chance;
mod home;
#[path = "../../tests/cli/support/program.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod program;
#[path = "../../tests/provider/mod.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod provider;
#[path = "../../tests/endurance/providers.rs"]
#[expect(dead_code, unused_imports, reason = "shared: the tests use more of it")]
mod providers;
#[path = "../../tests/endurance/seat.rs"]
#[expect(dead_code, reason = "shared: the tests use more of it")]
mod seat;
mod tally;

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser as _;

use crate::chance::Chance;
use crate::home::{Home, Usual};
use crate::tally::Tally;

#[derive(clap::Parser)]
struct Args {
    /// How long to go on
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How many kills are enough
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    kills: u64,
    /// Seconds that a spent refresh token goes on working
    #[arg(long, default_value_t = 0)]
    overlap: u64,
    /// Homes that are worked on side by side
    #[arg(long, default_value_t = 48)]
    homes: usize,
    /// cargo says it; whoever runs all targets as tests does not want to wait for this
    #[arg(long, hide = true)]
    bench: bool,
}

/// A line is printed as often as this.
const TOLD: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("nothing measured: cargo bench --bench endurance");
        return ExitCode::SUCCESS;
    }
    let overlap = Duration::from_secs(args.overlap);
    let mut chance = Chance::new("endurance");
    println!("{} homes, overlap {overlap:?}, {}", args.homes, program::path().display());
    let provider = providers::strict();
    provider.overlap(overlap);
    provider.keeps_no_calls();
    let usual = Usual::measure(&provider);

    let tally = Mutex::new(Tally::new(overlap));
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let goes_on = || Instant::now() < end && tally.lock().unwrap().kills < args.kills;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..args.homes)
            .map(|_| {
                let mut chance = chance.branch();
                let (provider, tally, goes_on, usual) = (&provider, &tally, &goes_on, &usual);
                scope.spawn(move || {
                    while goes_on() {
                        let mut home = Home::new(provider, usual);
                        for _ in 0..home::ROUNDS {
                            if goes_on() {
                                let round = home.round(&mut chance);
                                tally.lock().unwrap().add(&round);
                            }
                        }
                        home.leave();
                    }
                })
            })
            .collect();
        let mut told = Instant::now();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::sleep(Duration::from_millis(200));
            if told.elapsed() >= TOLD {
                told = Instant::now();
                println!(
                    "{}, a run {:?}",
                    tally.lock().unwrap().line(provider.counts()),
                    usual.now()
                );
            }
        }
    });
    let tally = tally.into_inner().unwrap();
    println!("{}\n{}", tally.line(provider.counts()), tally.verdict());
    if tally.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
