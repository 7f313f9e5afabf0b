//! What came of all kills, and what that means.

use std::fs;
use std::time::{Duration, Instant};

use crate::bound;
use crate::home::Round;
use crate::provider::grants::Counts;

/// Faults that are printed; the others are only counted.
const SHOWN: u64 = 20;
/// From so long on an overlap forgives every kill: the next run waits two seconds of it.
const FORGIVES: Duration = Duration::from_secs(30);

pub struct Tally {
    overlap: Duration,
    begun: Instant,
    pub kills: u64,
    /// Of these, those that left the note of a request.
    in_request: u64,
    /// Of these, those that left the new tokens in the journal.
    kept: u64,
    lost: u64,
    faults: u64,
}

impl Tally {
    pub fn new(overlap: Duration) -> Self {
        let (kills, in_request, kept, lost, faults) = Default::default();
        Self { overlap, begun: Instant::now(), kills, in_request, kept, lost, faults }
    }

    pub fn add(&mut self, round: &Round) {
        self.kills += round.kills;
        self.in_request += u64::from(round.in_request);
        self.kept += u64::from(round.kept);
        self.lost += u64::from(round.lost);
        let allowed = self.overlap < FORGIVES && !round.kept;
        let early =
            (round.lost && !allowed).then_some("a sign-in was lost that need not have been");
        for fault in round.faults.iter().map(String::as_str).chain(early) {
            self.faults += 1;
            if self.faults <= SHOWN {
                println!("FAULT after {} kills: {fault}", self.kills);
            }
        }
    }

    pub fn line(&self, counts: Counts) -> String {
        let Self { kills, in_request, kept, lost, faults, .. } = self;
        let seconds = self.begun.elapsed().as_secs();
        let Counts { refreshed, in_overlap, reused, .. } = counts;
        format!(
            "{seconds:>5} s: {refreshed} refreshes ({in_overlap} in the overlap, {reused} tokens \
             twice), {kills} kills ({in_request} in a request, {kept} kept by the journal), {lost} \
             lost, {faults} faults; {}",
            own_size()
        )
    }

    pub fn verdict(&self) -> String {
        let Self { kills, lost, in_request, .. } = self;
        let of = |trials: u64| {
            let share = *lost as f64 / trials.max(1) as f64 * 100.0;
            let most = bound::upper(*lost, trials) * 100.0;
            format!("{lost} of {trials} ({share:.4} %), at most {most:.4} % with 95 % confidence")
        };
        format!(
            "sign-ins lost by a kill: {}\n  by one in a request: {}",
            of(*kills),
            of(*in_request)
        )
    }

    pub fn is_good(&self) -> bool {
        self.faults == 0 && self.kills > 0
    }
}

/// What this process needs, to see that it does not grow.
fn own_size() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0_u64)
    };
    let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    format!("here {} MB, {} threads, {files} files", of("VmRSS:") / 1024, of("Threads:"))
}
