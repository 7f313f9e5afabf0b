//! Starting, and nothing else.

use std::process::Command;
use std::time::Duration;

use crate::measure::{Cost, Rounds, Until};
use crate::table::{self, Title};
use crate::{Bench, PROGRAM, Result, process};

const GOAL: f64 = 2.0;

pub fn run(_: &Bench) -> Result<()> {
    let rounds = Rounds::run(
        Until { rounds: 500, time: Duration::from_secs(8) },
        &mut [&mut || process::cost(Command::new(PROGRAM).arg("--version")), &mut || {
            process::cost(&mut Command::new("/bin/true"))
        }],
    )?;
    let title = |ours| Title { ours, theirs: "/bin/true" };
    table::ratio(title("start (--version), wall"), rounds.ratio(0, 1, Cost::wall), Some(GOAL));
    table::ratio(title("start (--version), processor"), rounds.ratio(0, 1, Cost::cpu), Some(GOAL));
    Ok(())
}
