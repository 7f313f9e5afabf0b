//! Rounds in which machines find expired tokens, and something goes wrong meanwhile: what is lost is
//! what section 4 of the design says, and each expiry is one refresh.
//!
//! Trials are short. By hand they go on for as many rounds as `PARTNERLINK_TEST_ROUNDS` says, with the
//! program that `PARTNERLINK_TEST_PROGRAM` names, as it is released; `PARTNERLINK_TEST_SEED` repeats what
//! is left to chance:
//!
//! ```text
//! PARTNERLINK_TEST_PROGRAM=target/release/partnerlink PARTNERLINK_TEST_ROUNDS=60 \
//!     cargo test --test shared whatever_goes_wrong -- --nocapture --test-threads 1
//! ```

use std::iter;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use partnerlink::flow::intent::Left;
use rustix::process::{Pid, Signal, kill_process};

use crate::bao::{Bao, Duty};
use crate::chance::Chance;
use crate::left_out;
use crate::program::Outcome;
use crate::scene::{ACCOUNT, Machine, Scene};
use crate::wire::{Manner, Wire};

pub const ACCOUNTS: [&str; 2] = [ACCOUNT, "fake:two"];
/// Of a hundred answers of the store.
const LOST: usize = 15;
/// Of a hundred runs.
const KILLED: usize = 30;
/// How long the provider takes where something goes wrong, half of it with the old token spent and
/// the answer not yet sent.
const SLOW: Duration = Duration::from_millis(100);
const SEALED: Duration = Duration::from_secs(5);
/// For so long a holder is looked for.
const SEARCHED: Duration = Duration::from_secs(5);
/// Longer than a claim holds.
const PAUSED: Duration = Duration::from_secs(30);

/// What goes wrong all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    LostAnswers,
    /// At any moment; the machine's next run comes at once.
    KilledRuns,
    /// One machine's clock is an hour ahead, and one's an hour behind.
    WrongClocks,
}

/// What goes wrong at any moment of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `kill -9`; it is started again for the next round.
    DeadLeader,
    SealedLeader,
    /// A machine's secret ID is taken back, and it gets another one for the next round.
    RevokedSecret,
    /// Whoever holds a claim stands still until it holds no more.
    PausedHolder,
}

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub machines: usize,
    pub nodes: usize,
    /// For so many seconds the provider forgives a spent token.
    pub overlap: u64,
    pub faults: &'static [Fault],
    /// One in each round, in turn, but for the first round.
    pub events: &'static [Event],
}

pub struct Trial {
    plan: Plan,
    pub scene: Scene,
    machines: Vec<Machine>,
    wires: Vec<Wire>,
    chance: Chance,
    /// How long half of the machines need at most where nothing goes wrong.
    usual: Duration,
    rounds: usize,
    paused: usize,
    killed: usize,
    /// Accounts and rounds in which a machine was killed between its claim and its journal.
    pub endangered: usize,
    lost: usize,
}

/// What became of a machine in a round.
struct End {
    outcome: Outcome,
    was_killed: bool,
    /// That it was to spend, or had spent, when it was killed, and of which its journal has nothing.
    endangered: Vec<&'static str>,
}

/// What an event left.
#[derive(Default)]
struct After {
    killed_node: Option<usize>,
    /// The machine whose secret ID was revoked.
    locked_out: Option<usize>,
    has_paused: bool,
}

/// Half of the machines want the tokens, the other half is cron.
pub fn words(number: usize) -> &'static [&'static str] {
    match number % 4 {
        0 => &["token", "get", ACCOUNTS[0]],
        1 => &["token", "get", ACCOUNTS[1]],
        _ => &["token", "refresh"],
    }
}

pub fn expire(scene: &Scene) {
    ACCOUNTS.iter().for_each(|account| scene.expire(account));
}

impl Plan {
    /// `None`, and said, where a part is missing.
    pub fn begin(self, test: &str) -> Option<Trial> {
        let has_faketime = || Command::new("faketime").arg("--version").output().is_ok();
        if self.faults.contains(&Fault::WrongClocks) && !has_faketime() {
            left_out(test, "no faketime");
            return None;
        }
        let mut scene = Scene::new(Bao::of(self.nodes, test)?, self.overlap);
        scene.connect(&ACCOUNTS);
        let mut wires = Vec::new();
        if self.faults.contains(&Fault::LostAnswers) {
            let loses = || Manner { loses: LOST, ..Manner::default() };
            wires = scene.bao.nodes.iter().map(|node| Wire::to(node.plain, loses())).collect();
            scene.addresses = wires.iter().map(Wire::address).collect();
        }
        if !(self.faults.is_empty() && self.events.is_empty()) {
            scene.provider.does(|_, honest| {
                thread::sleep(SLOW / 2);
                let reply = honest();
                thread::sleep(SLOW / 2);
                reply
            });
        }
        Some(Trial { wires, ..Trial::of(self, scene) })
    }
}

impl Trial {
    /// In a scene in which both accounts are connected.
    pub fn of(plan: Plan, scene: Scene) -> Self {
        Self {
            machines: scene.machines(plan.machines),
            plan,
            scene,
            wires: Vec::new(),
            chance: Chance::new("a trial"),
            usual: Duration::MAX,
            rounds: 0,
            paused: 0,
            killed: 0,
            endangered: 0,
            lost: 0,
        }
    }

    /// So many rounds, unless somebody who runs it by hand wants others.
    pub fn rounds(&mut self, count: usize) {
        #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
        let asked = std::env::var("PARTNERLINK_TEST_ROUNDS").ok();
        let count = asked.map_or(count, |asked| asked.parse().unwrap());
        let begun = Instant::now();
        (0..count).for_each(|_| self.round());
        let Self { plan, rounds, paused, killed, endangered, lost, .. } = self;
        let answers: Vec<_> = self.wires.iter().flat_map(Wire::passed).collect();
        let lost_answers = answers.iter().filter(|answer| answer.lost).count();
        eprintln!(
            "{plan:?}: {rounds} rounds, {killed} killed, {endangered} times before the journal, \
             {paused} paused, {lost} sign-ins lost, {lost_answers} of {} answers lost, {:?}, {:.0?}",
            answers.len(),
            self.scene.provider.counts(),
            begun.elapsed(),
        );
        assert!(lost_answers * 10 >= answers.len(), "too few were lost");
    }

    pub fn round(&mut self) {
        let Self { plan, scene, machines, chance, usual, .. } = self;
        let is_first = self.rounds == 0;
        let mut events = plan.events.iter().copied().cycle();
        let event = self.rounds.checked_sub(1).and_then(|number| events.nth(number));
        let has = |fault| plan.faults.contains(&fault);
        expire(scene);
        let mut after = After::default();
        let mut ends: Vec<End> = thread::scope(|scope| {
            let mut runs = Vec::new();
            for (number, machine) in machines.iter().enumerate() {
                let clock = match number {
                    2 if has(Fault::WrongClocks) => Some("+1h"),
                    3 if has(Fault::WrongClocks) => Some("-1h"),
                    _ => None,
                };
                let may_be_killed = has(Fault::KilledRuns) && !is_first && clock.is_none();
                let is_killed = may_be_killed && chance.below(100) < KILLED;
                let moment = is_killed.then(|| chance.part_of(*usual));
                runs.push(scope.spawn(move || run(machine, words(number), clock, moment)));
            }
            if let Some(event) = event {
                after = happens(event, scene, machines, chance, *usual);
            }
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let mut took: Vec<Duration> = ends.iter().map(|end| end.outcome.took).collect();
        took.sort();
        *usual = took[took.len() / 2].min(*usual);
        self.help(&after, &mut ends);
        self.rounds += 1;
        self.paused += usize::from(after.has_paused);
        self.judge(&ends);
    }

    /// Puts right what an event left. Whoever was locked out, or stood still, may say so: its next run
    /// works.
    fn help(&mut self, after: &After, ends: &mut [End]) {
        let Self { scene, machines, .. } = self;
        if let Some(number) = after.killed_node {
            scene.bao.start(number);
        }
        if let Some(number) = after.locked_out {
            let machine = &mut machines[number];
            machine.login = scene.bao.login(Duty::Refresher);
            machine.use_secret_id(&machine.login.secret_id);
            scene.bao.is_known(&machine.login);
        }
        let locked_out = after.locked_out.filter(|it| ends[*it].outcome.code == Some(5));
        let gave_up = ends.iter().position(|end| end.outcome.code == Some(3));
        for number in locked_out.into_iter().chain(gave_up.filter(|_| after.has_paused)) {
            ends[number].outcome = machines[number].run(words(number));
        }
    }

    fn judge(&mut self, ends: &[End]) {
        let scene = &self.scene;
        let is_lost =
            |account: &&str| scene.stored("grant", account)["record"]["state"] == "sign-in-needed";
        let (lost, kept): (Vec<&str>, Vec<&str>) = ACCOUNTS.iter().copied().partition(is_lost);
        let is_endangered =
            |account: &&&str| ends.iter().any(|end| end.endangered.contains(*account));
        for account in &lost {
            assert_eq!(self.plan.overlap, 0, "{account} was lost");
            assert!(is_endangered(&account), "lost, and no machine died before its journal");
        }
        for (number, End { outcome, .. }) in ends.iter().enumerate() {
            let account = words(number).get(2);
            match outcome.code {
                Some(0) if account.is_some_and(|account| kept.contains(account)) => {
                    assert_eq!(outcome.data(), scene.token(account.unwrap()), "{}", outcome.told());
                }
                Some(0) if account.is_none() => {}
                Some(4) if account.map_or(!lost.is_empty(), |account| lost.contains(account)) => {}
                _ => panic!("round {}: {}", self.rounds, outcome.told()),
            }
        }
        self.killed += ends.iter().filter(|end| end.was_killed).count();
        self.endangered += ACCOUNTS.iter().filter(|account| is_endangered(account)).count();
        self.lost += lost.len();
        let counts = scene.provider.counts();
        let expired = self.rounds * ACCOUNTS.len();
        assert_eq!(counts.refreshed - counts.in_overlap, expired as u64, "{counts:?}");
        assert_eq!((counts.reused, counts.refused), (self.lost as u64, self.lost as u64));
        let is_forgiven = self.endangered + self.paused > 0;
        assert!(counts.in_overlap == 0 || is_forgiven, "{counts:?}");
        scene.connect(&lost);
    }
}

/// With a run before it that is killed at this moment, if there is one.
fn run(machine: &Machine, words: &[&str], clock: Option<&str>, moment: Option<Duration>) -> End {
    let (mut was_killed, mut endangered) = (false, Vec::new());
    if let Some(moment) = moment {
        let mut run = machine.spawn(words);
        thread::sleep(moment);
        was_killed = run.is_running();
        run.kill();
        let is_endangered = |account: &&str| {
            Left::read(&machine.intent(account)).is_some_and(|left| !left.has_journal())
        };
        endangered = ACCOUNTS.into_iter().filter(is_endangered).collect();
    }
    // The next cron job of a machine that was killed is the one that helps.
    let outcome = match clock {
        Some(clock) => machine.run_at(clock, words),
        None => machine.run(words),
    };
    End { outcome, was_killed, endangered }
}

fn happens(
    event: Event,
    scene: &mut Scene,
    machines: &[Machine],
    chance: &mut Chance,
    usual: Duration,
) -> After {
    let mut after = After::default();
    // Whoever is looked for from the beginning is found.
    if event != Event::PausedHolder {
        thread::sleep(chance.part_of(usual));
    }
    match event {
        Event::DeadLeader => after.killed_node = Some(scene.bao.kill_leader()),
        Event::SealedLeader => {
            let sealed = scene.bao.seal();
            thread::sleep(SEALED);
            scene.bao.unseal(sealed);
        }
        Event::RevokedSecret => {
            let number = chance.below(machines.len());
            scene.bao.revoke(&machines[number].login);
            after.locked_out = Some(number);
        }
        Event::PausedHolder => after.has_paused = pause_a_holder(scene),
    }
    after
}

/// Whether one was found: all of them may be quicker than a look.
fn pause_a_holder(scene: &Scene) -> bool {
    let end = Instant::now() + SEARCHED;
    let holder = || ACCOUNTS.iter().find_map(|account| holder(scene, account));
    let looks = iter::repeat_with(holder).take_while(|_| Instant::now() < end);
    let Some(holder) = looks.flatten().next() else { return false };
    // It may have been killed since.
    let is_stopped = kill_process(holder, Signal::STOP).is_ok();
    thread::sleep(PAUSED);
    let _ = kill_process(holder, Signal::CONT);
    is_stopped
}

/// The process that holds a claim.
fn holder(scene: &Scene, account: &str) -> Option<Pid> {
    let grant = scene.stored("grant", account);
    // As people read it: `host, process 7`.
    let holder = grant["claim"]["holder"].as_str()?;
    Pid::from_raw(holder.rsplit(' ').next()?.parse().ok()?)
}
