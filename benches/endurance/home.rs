//! One home of the program, and one round in it: kills, and what the next run makes of them.

use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::accounts::SignInState;
use partnerlink::flow::intent::{Left, SETTLE};

use crate::canary::Place;
use crate::chance::Chance;
use crate::program;
use crate::provider::Provider;
use crate::seat::Seat;

const ACCOUNT: &str = "zaehlerfreunde";
const REFRESH: [&str; 4] = ["token", "refresh", "--force", ACCOUNT];
/// How the next run says that a sign-in is lost.
const CAUSE: &str = "An earlier refresh was interrupted before its answer was saved";
/// A home is left after so many rounds, and everything that was written there looked at for
/// secrets. What the provider knows of it is forgotten, so that nothing here grows.
pub const ROUNDS: usize = 300;
/// One round in so many has a second kill: of the run that finds what the first one left.
const TWICE: usize = 8;

pub struct Home<'p> {
    seat: Seat,
    provider: &'p Provider,
    usual: &'p Usual,
}

/// What one round did.
#[derive(Debug, Default)]
pub struct Round {
    pub kills: u64,
    /// Whether one left the note of a request.
    pub in_request: bool,
    /// Whether the last one left new tokens in the journal.
    pub kept: bool,
    pub lost: bool,
    /// What must not be, in words.
    pub faults: Vec<String>,
}

/// How long a refresh takes that nobody disturbs: of late, for it depends on what else is done.
pub struct Usual(AtomicU64);

impl Usual {
    pub fn measure(provider: &Provider) -> Self {
        let usual = Self(AtomicU64::new(0));
        let home = Home::new(provider, &usual);
        let begun = Instant::now();
        let end = home.run();
        assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
        usual.0.store(micros(begun.elapsed()), Relaxed);
        home.leave();
        usual
    }

    pub fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Relaxed))
    }

    /// One more took so long. That two at once may be one is no harm.
    fn took(&self, time: Duration) {
        let usual = self.0.load(Relaxed);
        self.0.store((usual * 15 + micros(time)) / 16, Relaxed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl<'p> Home<'p> {
    pub fn new(provider: &'p Provider, usual: &'p Usual) -> Self {
        let seat = Seat::with_expired(provider, &[ACCOUNT]);
        Self { seat, provider, usual }
    }

    pub fn leave(self) {
        self.provider.forget(&self.seat.refresh_token(ACCOUNT));
    }

    pub fn round(&mut self, chance: &mut Chance) -> Round {
        let mut round = Round::default();
        let usual = self.usual.now();
        self.kill(chance.part_of(usual), &mut round);
        if chance.below(TWICE) == 0 {
            let settled = Duration::from_secs(SETTLE.unsigned_abs());
            self.kill(chance.part_of(settled + usual), &mut round);
        }
        self.look(&mut round);
        round
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program::path());
        command.args(REFRESH).env_clear().envs(self.seat.variables());
        command.current_dir(self.seat.root()).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn run(&self) -> Output {
        self.command().stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
    }

    fn kill(&self, moment: Duration, round: &mut Round) {
        let mut child = self.command().stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        // One that was done before is no kill.
        // Whoever ends by himself has a code.
        round.kills += u64::from(child.wait().unwrap().code().is_none());
        let left = Left::read(&self.seat.intent_of(ACCOUNT));
        round.in_request |= left.is_some();
        // What an earlier one left was taken in, or is still there.
        round.kept = left.is_some_and(|left| left.has_journal());
    }

    /// The record is whole; the next run works, or says what lost the sign-in.
    fn look(&self, round: &mut Round) {
        let seat = &self.seat;
        let before = seat.record(ACCOUNT).ok().flatten();
        if before.is_none() {
            round.faults.push("the record is torn".into());
        }
        // The one that was killed last heard of the loss, and may have had no time to tell it.
        let was_heard =
            before.is_some_and(|record| record.account.state == SignInState::SignInNeeded);
        let begun = Instant::now();
        let end = self.run();
        if !round.in_request {
            self.usual.took(begun.elapsed());
        }
        seat.canaries.look(Place::Stream, "stderr", &end.stderr);
        let told = String::from_utf8_lossy(&end.stderr);
        match end.status.code() {
            Some(0) => {}
            Some(4) if told.contains(CAUSE) || was_heard => round.lost = true,
            _ => round.faults.push(format!("{}: {told}", end.status)),
        }
        let Ok(Some(stored)) = seat.record(ACCOUNT) else {
            round.faults.push("there is no record any more".into());
            return seat.connect(self.provider, ACCOUNT);
        };
        let listed = seat.index().get(&stored.account.account);
        if listed.is_none_or(|listed| listed.refreshed_at != stored.account.refreshed_at) {
            round.faults.push("the index disagrees with the record".into());
        }
        let leftovers = seat.leftovers();
        if !leftovers.is_empty() {
            round.faults.push(format!("left over: {leftovers:?}"));
        }
        if end.status.code() != Some(0) {
            // A fault costs a sign-in as well, and must not make one of each round that follows.
            self.provider.forget(&seat.refresh_token(ACCOUNT));
            seat.connect(self.provider, ACCOUNT);
        }
    }
}
