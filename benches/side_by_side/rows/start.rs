//! Starting, and the answer to a TAB, between two strokes of a key.

use std::process::Command;
use std::time::Duration;

use crate::measure::{Cost, Rounds, Until};
use crate::room::Room;
use crate::table::{self, Title};
use crate::{Bench, PROGRAM, Result, process};

const GOAL: f64 = 2.0;
const TAB_GOAL: f64 = 12.0;

pub fn run(bench: &Bench) -> Result<()> {
    let rounds = Rounds::run(
        Until { rounds: 500, time: Duration::from_secs(8) },
        &mut [&mut || process::cost(Command::new(PROGRAM).arg("--version")), &mut || {
            process::cost(&mut Command::new("/bin/true"))
        }],
    )?;
    let title = |ours| Title { ours, theirs: "/bin/true" };
    table::ratio(title("start (--version), wall"), rounds.ratio(0, 1, Cost::wall), Some(GOAL));
    table::ratio(title("start (--version), processor"), rounds.ratio(0, 1, Cost::cpu), Some(GOAL));
    let room = Room::with_accounts(&bench.server, 100)?;
    let tab = ["completions", "bash", "--", "partnerlink", "token", "get", ""];
    let rounds = Rounds::run(
        Until { rounds: 300, time: Duration::from_secs(8) },
        &mut [&mut || process::cost(&mut room.program(&tab)), &mut || {
            process::cost(&mut room.program(&["--version"]))
        }],
    )?;
    let title = Title { ours: "TAB, 100 accounts, wall", theirs: "its own --version" };
    table::ratio(title, rounds.ratio(0, 1, Cost::wall), Some(TAB_GOAL));
    Ok(())
}
