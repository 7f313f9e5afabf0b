//! The simulated machines, their shared store and the provider.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use partnerlink::http::pace::Pacer;

/// How long claiming takes, and saving what came.
const STORE: Duration = Duration::from_millis(12);
/// What the provider tells those whom it refuses to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub struct Plan {
    pub accounts: usize,
    pub machines: usize,
    /// Requests a second that the provider allows in all.
    pub rate: u32,
    /// Until an answer is there.
    pub way: Duration,
    /// Whether each machine's description has its share.
    pub described: bool,
}

#[derive(Default)]
pub struct Outcome {
    pub seconds: f64,
    pub refused: usize,
    /// Accounts that were claimed by another machine when one came to them.
    pub conflicts: usize,
    pub twice: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Account {
    Due,
    Claimed,
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A machine looks whether it may begin.
    Look {
        machine: usize,
    },
    /// A request is at the provider.
    Arrives {
        machine: usize,
        account: usize,
        sent: Instant,
    },
    Answered {
        machine: usize,
        account: usize,
        sent: Instant,
        is_refused: bool,
    },
    /// What came is saved.
    Saved {
        machine: usize,
        account: usize,
    },
}

struct Machine {
    pacer: Pacer,
    order: VecDeque<usize>,
    /// Whether it is to look again at some time.
    looks: bool,
}

/// Requests that are allowed now, filled again all the time.
struct Bucket {
    rate: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    fn takes(&mut self, now: Instant) -> bool {
        self.left = (self.left + (now - self.at).as_secs_f64() * self.rate).min(self.rate);
        self.at = now;
        let takes = self.left >= 1.0;
        self.left -= f64::from(u8::from(takes));
        takes
    }
}

struct World {
    events: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    number: u64,
    accounts: Vec<Account>,
    machines: Vec<Machine>,
    outcome: Outcome,
}

pub fn simulate(plan: &Plan) -> Outcome {
    let begin = Instant::now();
    let rate = f64::from(plan.rate);
    let share = plan.described.then(|| rate / plan.machines as f64);
    let mut lot = Lot(0x9e37_79b9_7f4a_7c15);
    let machine =
        |_| Machine { pacer: Pacer::new(share), order: lot.shuffled(plan.accounts), looks: false };
    let mut world = World {
        events: BinaryHeap::new(),
        number: 0,
        accounts: vec![Account::Due; plan.accounts],
        machines: (0..plan.machines).map(machine).collect(),
        outcome: Outcome::default(),
    };
    // Empty, as after somebody else's burst: no more than the rate is to be had from it.
    let mut bucket = Bucket { rate, left: 1.0, at: begin };
    // Schedules spread what begins at the same minute.
    for number in 0..plan.machines {
        let spread = Duration::from_secs_f64(plan.machines.ilog2() as f64) * number as u32;
        world.look(number, begin + spread / plan.machines as u32);
    }
    let mut end = begin;
    while let Some(Reverse((now, _, event))) = world.events.pop() {
        match event {
            Event::Look { machine } => {
                world.machines[machine].looks = false;
                world.begin(machine, now, plan.way / 2);
            }
            Event::Arrives { machine, account, sent } => {
                let is_refused = !bucket.takes(now);
                let answered = Event::Answered { machine, account, sent, is_refused };
                world.at(now + plan.way / 2, answered);
            }
            Event::Answered { machine, account, sent, is_refused } => {
                let pacer = &mut world.machines[machine].pacer;
                pacer.answered(sent, now, is_refused);
                if is_refused {
                    pacer.hold(now, RETRY_AFTER);
                    pacer.end();
                    world.outcome.refused += 1;
                    world.accounts[account] = Account::Due;
                    world.machines[machine].order.push_back(account);
                    world.look(machine, now);
                } else {
                    world.outcome.twice += usize::from(world.accounts[account] == Account::Done);
                    world.at(now + STORE, Event::Saved { machine, account });
                }
            }
            Event::Saved { machine, account } => {
                world.accounts[account] = Account::Done;
                world.machines[machine].pacer.end();
                world.look(machine, now);
                end = now;
            }
        }
    }
    assert!(world.accounts.iter().all(|account| *account == Account::Done), "not all were done");
    Outcome { seconds: (end - begin).as_secs_f64(), ..world.outcome }
}

impl World {
    fn at(&mut self, time: Instant, event: Event) {
        self.number += 1;
        self.events.push(Reverse((time, self.number, event)));
    }

    /// Claims and sends as long as the pace allows it.
    fn begin(&mut self, number: usize, now: Instant, way: Duration) {
        while let Some(account) = self.next(number) {
            match self.machines[number].pacer.begin(now) {
                Duration::ZERO => {
                    self.accounts[account] = Account::Claimed;
                    let sent = now + STORE;
                    self.at(sent + way, Event::Arrives { machine: number, account, sent });
                }
                wait => {
                    self.machines[number].order.push_front(account);
                    if wait != Duration::MAX {
                        self.look(number, now + wait);
                    }
                    return;
                }
            }
        }
    }

    /// The next account of a machine that is due and free. One that is claimed goes to the end, and
    /// where there are only such ones, their holders do them.
    fn next(&mut self, number: usize) -> Option<usize> {
        for _ in 0..self.machines[number].order.len() {
            let account = self.machines[number].order.pop_front()?;
            match self.accounts[account] {
                Account::Due => return Some(account),
                Account::Claimed => {
                    self.outcome.conflicts += 1;
                    self.machines[number].order.push_back(account);
                }
                Account::Done => {}
            }
        }
        None
    }

    fn look(&mut self, machine: usize, time: Instant) {
        if !std::mem::replace(&mut self.machines[machine].looks, true) {
            self.at(time, Event::Look { machine });
        }
    }
}

/// Numbers that are the same at each run.
struct Lot(u64);

impl Lot {
    fn draw(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn shuffled(&mut self, count: usize) -> VecDeque<usize> {
        let mut numbers: Vec<usize> = (0..count).collect();
        for at in (1..count).rev() {
            numbers.swap(at, self.draw(at + 1));
        }
        numbers.into()
    }
}
