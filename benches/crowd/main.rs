//! Many accounts on many machines, at a provider that allows so many token requests a second:
//! simulated, with the program's own pacer and a clock that is only counted.
//!
//! ```text
//! cargo bench --bench crowd
//! ```
//!
//! The provider has a bucket of one second's requests and refuses what comes while it is empty
//! (429, Retry-After 1). The machines share a store with a claim for each account, and each has an
//! order of its own. Seconds are those of the simulation. What is not described has to be found out
//! first, which has no goal for the few seconds that a single machine needs.

mod machines;

use std::process::ExitCode;
use std::time::Duration;

use self::machines::{Outcome, Plan, simulate};

/// What may be taken at most, in terms of the least time, and refusals an account.
const MOST_TIME: f64 = 1.1;
const MOST_REFUSED: f64 = 0.05;

fn main() -> ExitCode {
    // cargo says --bench; whoever runs all targets as tests does not want to wait for this.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing measured: cargo bench --bench crowd");
        return ExitCode::SUCCESS;
    }
    println!(
        "{:<58} {:>9} {:>9} {:>8} {:>9} {:>6}",
        "accounts, machines, requests a second, way, description",
        "seconds",
        "of least",
        "refused",
        "conflicts",
        "twice"
    );
    let mut is_good = true;
    for (accounts, machines, rate) in
        [(200, 1, 25), (1_000, 1, 25), (1_000, 1, 100), (10_000, 4, 100), (100_000, 50, 100)]
    {
        for way in [50, 200] {
            for described in [true, false] {
                let way = Duration::from_millis(way);
                let plan = Plan { accounts, machines, rate, way, described };
                is_good &= told(&plan, &simulate(&plan));
            }
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one line; whether it is as good as it has to be.
fn told(plan: &Plan, outcome: &Outcome) -> bool {
    let Plan { accounts, machines, rate, way, described } = plan;
    let description = if *described { "described" } else { "found out" };
    let what = format!(
        "{accounts} accounts, {machines} machines, {rate}/s, {} ms, {description}",
        way.as_millis()
    );
    let least = *accounts as f64 / f64::from(*rate) + way.as_secs_f64();
    let time = outcome.seconds / least;
    let refused = outcome.refused as f64 / *accounts as f64;
    let has_goal = *described || *machines > 1;
    let is_fast = time <= MOST_TIME && refused < MOST_REFUSED;
    let is_good = outcome.twice == 0 && (is_fast || !has_goal);
    println!(
        "{what:<58} {:>9.1} {time:>9.3} {refused:>8.4} {:>9} {:>6}{}",
        outcome.seconds,
        outcome.conflicts,
        outcome.twice,
        if is_good { "" } else { "  MISSED" }
    );
    is_good
}
