//! Rounds and ratios.

use std::time::{Duration, Instant};

use crate::Result;

/// What one run took, in seconds.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub wall: f64,
    /// On the processor; `None` where the system does not tell.
    pub cpu: Option<f64>,
}

impl Cost {
    pub fn wall(&self) -> Option<f64> {
        Some(self.wall)
    }

    pub fn cpu(&self) -> Option<f64> {
        self.cpu
    }

    /// Of one of so many things that were done.
    pub fn of_one(self, count: usize) -> Self {
        let count = count as f64;
        Self { wall: self.wall / count, cpu: self.cpu.map(|cpu| cpu / count) }
    }
}

/// Fewer rounds than this have no spread worth printing.
const FEWEST: usize = 5;

/// When measuring ends: after so many rounds, or when the time is over, but never before
/// [`FEWEST`].
#[derive(Clone, Copy)]
pub struct Until {
    pub rounds: usize,
    pub time: Duration,
}

/// One contestant: does its work once and says what it cost.
pub type Contestant<'a> = &'a mut dyn FnMut() -> Result<Cost>;

/// Every contestant's cost, round by round.
pub struct Rounds(Vec<Vec<Cost>>);

impl Rounds {
    /// Runs each contestant once for nothing, then all of them in rotating order.
    pub fn run(until: Until, contestants: &mut [Contestant]) -> Result<Self> {
        for contestant in contestants.iter_mut() {
            contestant()?;
        }
        let begun = Instant::now();
        let mut rounds = Vec::new();
        while rounds.len() < FEWEST || rounds.len() < until.rounds && begun.elapsed() < until.time {
            let mut costs = vec![Cost::default(); contestants.len()];
            for turn in 0..contestants.len() {
                let who = (rounds.len() + turn) % contestants.len();
                costs[who] = contestants[who]()?;
            }
            rounds.push(costs);
        }
        Ok(Self(rounds))
    }

    /// What `ours` took in terms of what `theirs` took.
    pub fn ratio(
        &self,
        ours: usize,
        theirs: usize,
        of: impl Fn(&Cost) -> Option<f64>,
    ) -> Option<Spread> {
        Spread::of(self.0.iter().map(|costs| Some(of(&costs[ours])? / of(&costs[theirs])?)))
    }

    /// The same, where `theirs` are seconds that were measured elsewhere, round by round.
    pub fn ratio_to(&self, ours: usize, theirs: &[f64]) -> Option<Spread> {
        Spread::of(self.0.iter().zip(theirs).map(|(costs, theirs)| Some(costs[ours].wall / theirs)))
    }

    /// How many seconds longer `ours` took.
    pub fn excess(&self, ours: usize, theirs: usize) -> Option<Spread> {
        Spread::of(self.0.iter().map(|costs| Some(costs[ours].wall - costs[theirs].wall)))
    }
}

/// A median, and the quartiles beside it.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub rounds: usize,
}

impl Spread {
    /// `None` where a value is missing or there are none.
    pub fn of(values: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let mut values = values.collect::<Option<Vec<f64>>>()?;
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| values.get((values.len() - 1) * quarter / 4).copied();
        if values.is_empty() {
            return None;
        }
        Some(Self { median: at(2)?, low: at(1)?, high: at(3)?, rounds: values.len() })
    }
}
