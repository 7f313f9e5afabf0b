//! Many accounts: in which order, how many at once, and what is put off.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use crate::account_id::AccountId;
use crate::flow::refresh::Crowd;
use crate::http::retry::MAX_WAIT;

/// So many accounts are looked at side by side, beside those whose request is under way: that is
/// work for processor and disk, and each holds its account's lock.
const LOOKED_AT: usize = 4;
/// How long an account waits that was refused, where the provider does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of an account.
pub(super) enum Step<R> {
    Done(R),
    /// Another process works on it, or nothing is to be begun any more.
    Passed,
    /// The provider was asked too fast, and says how long to wait. What is to be told if it is not
    /// asked again.
    Refused(Option<Duration>, R),
}

/// An account, and what was tried.
struct Job {
    account: AccountId,
    /// Whether its lock is waited for: nothing else is left then.
    waits: bool,
    not_before: Option<Instant>,
    /// How many had got through when it was last refused.
    refused_at: Option<usize>,
}

struct State<R> {
    jobs: VecDeque<Job>,
    done: Vec<R>,
    /// Threads, those of them that have nothing to do, and those that look at an account.
    threads: usize,
    idle: usize,
    looking: usize,
    /// Accounts of which the provider did not say that they came too fast.
    through: usize,
}

/// The accounts that are still to be done, and the threads that do them.
pub(super) struct Queue<'a, R> {
    state: Mutex<State<R>>,
    changed: Condvar,
    most: usize,
    goes_on: &'a (dyn Fn() -> bool + Sync),
    step: &'a (dyn Fn(&AccountId, bool, &dyn Crowd) -> Step<R> + Sync),
    tell: &'a (dyn Fn(&R) + Sync),
}

/// Does `step` on every account, in an order that is another one each time: processes that work
/// side by side share the work. No more than `most` at once, and as few as the provider's pace
/// needs. Each is told as soon as it is done. What was done, and how many accounts were not begun.
pub(super) fn work_off<R: Send>(
    mut accounts: Vec<AccountId>,
    most: usize,
    goes_on: &(dyn Fn() -> bool + Sync),
    step: &(dyn Fn(&AccountId, bool, &dyn Crowd) -> Step<R> + Sync),
    tell: &(dyn Fn(&R) + Sync),
) -> (Vec<R>, usize) {
    let order = RandomState::new();
    accounts.sort_by_cached_key(|account| order.hash_one(account));
    let job = |account| Job { account, waits: false, not_before: None, refused_at: None };
    let state = State {
        done: Vec::with_capacity(accounts.len()),
        jobs: accounts.into_iter().map(job).collect(),
        threads: 1,
        idle: 0,
        looking: 0,
        through: 0,
    };
    let queue = Queue {
        state: Mutex::new(state),
        changed: Condvar::new(),
        most: most.max(1),
        goes_on,
        step,
        tell,
    };
    thread::scope(|scope| queue.work(scope));
    let state = queue.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    (state.done, state.jobs.len())
}

/// One account in hand: whether it is still looked at.
struct InHand<'s, 'e, 'q, R: Send> {
    queue: &'s Queue<'q, R>,
    scope: &'s Scope<'s, 'e>,
    looked_at: Mutex<bool>,
}

impl<R: Send> Crowd for InHand<'_, '_, '_, R> {
    fn goes_on(&self) -> bool {
        (self.queue.goes_on)()
    }

    fn has_turn(&self) {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *looked_at, false) {
            let mut state = self.queue.state();
            state.looking -= 1;
            self.queue.call(&mut state, self.scope);
        }
    }
}

impl<'q, R: Send> Queue<'q, R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets another thread look at the next account: one that is idle, or a new one.
    fn call<'s>(&'s self, state: &mut State<R>, scope: &'s Scope<'s, '_>) {
        if state.idle > 0 {
            self.changed.notify_one();
        } else if state.threads < self.most && !state.jobs.is_empty() {
            let work = || self.work(scope);
            // Without another thread those that are there do it all.
            let started = thread::Builder::new().spawn_scoped(scope, work).is_ok();
            state.threads += usize::from(started);
        }
    }

    fn work<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        while let Some(job) = self.next(scope) {
            let in_hand = InHand { queue: self, scope, looked_at: Mutex::new(true) };
            let step = (self.step)(&job.account, job.waits, &in_hand);
            let looked_at = in_hand.looked_at.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut state = self.state();
            state.looking -= usize::from(looked_at);
            state.through += usize::from(!looked_at && matches!(step, Step::Done(_)));
            let report = state.settle(job, step);
            drop(state);
            if let Some(report) = report {
                (self.tell)(&report);
                self.state().done.push(report);
            }
            self.changed.notify_one();
        }
        // Whoever waits sees that it is over.
        self.state().threads -= 1;
        self.changed.notify_all();
    }

    /// The next account; waits while enough are looked at, or none may be asked for yet.
    fn next<'s>(&'s self, scope: &'s Scope<'s, '_>) -> Option<Job> {
        let mut state = self.state();
        while (self.goes_on)() && !state.jobs.is_empty() {
            let mut wait = MAX_WAIT;
            if state.looking < LOOKED_AT {
                match state.ready(Instant::now()) {
                    Ok(at) => {
                        let job = state.jobs.remove(at)?;
                        state.looking += 1;
                        if state.looking < LOOKED_AT {
                            self.call(&mut state, scope);
                        }
                        return Some(job);
                    }
                    Err(until) => wait = until,
                }
            }
            state.idle += 1;
            let woken = self.changed.wait_timeout(state, wait.min(Duration::from_millis(200)));
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
        }
        None
    }
}

impl<R> State<R> {
    /// Where the first account is that may be begun, else how long until one may.
    fn ready(&self, now: Instant) -> Result<usize, Duration> {
        let wait = |job: &Job| {
            job.not_before.map_or(Duration::ZERO, |then| then.saturating_duration_since(now))
        };
        let mut shortest = MAX_WAIT;
        for (at, job) in self.jobs.iter().enumerate() {
            match wait(job) {
                Duration::ZERO => return Ok(at),
                more => shortest = shortest.min(more),
            }
        }
        Err(shortest)
    }

    /// Puts an account back that is to be tried again, else what is to be told of it.
    fn settle(&mut self, job: Job, step: Step<R>) -> Option<R> {
        match step {
            Step::Done(report) => return Some(report),
            Step::Passed => self.jobs.push_back(Job { waits: true, ..job }),
            Step::Refused(wait, report) => {
                // More than once only if others got through in the meantime.
                let again = match job.refused_at {
                    None => wait.is_some() || self.through > 0,
                    Some(before) => self.through > before,
                };
                let wait = wait.unwrap_or(PAUSE);
                if !again || wait > MAX_WAIT {
                    return Some(report);
                }
                let not_before = Instant::now().checked_add(wait);
                let refused_at = Some(self.through);
                self.jobs.push_back(Job { not_before, refused_at, ..job });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn accounts(count: usize) -> Vec<AccountId> {
        (0..count).map(|number| format!("fake:a-{number:04}").parse().unwrap()).collect()
    }

    /// Works through so many accounts; the order of what was begun, and how many are left.
    fn run(
        count: usize,
        most: usize,
        goes_on: impl Fn() -> bool + Sync,
        step: impl Fn(&AccountId, usize, bool, &dyn Crowd) -> Step<String> + Sync,
    ) -> (Vec<String>, Vec<String>, usize) {
        let begun = Mutex::new(Vec::new());
        let tries = Mutex::new(HashMap::new());
        let told = Mutex::new(Vec::new());
        let step = |account: &AccountId, waits: bool, crowd: &dyn Crowd| {
            begun.lock().unwrap().push(account.to_string());
            let mut tries = tries.lock().unwrap();
            let number = tries.entry(account.clone()).or_insert(0);
            *number += 1;
            let number = *number;
            drop(tries);
            step(account, number, waits, crowd)
        };
        let tell = |report: &String| told.lock().unwrap().push(report.clone());
        let (mut done, left) = work_off(accounts(count), most, &goes_on, &step, &tell);
        let mut told = told.into_inner().unwrap();
        done.sort();
        told.sort();
        assert_eq!(done, told);
        (begun.into_inner().unwrap(), done, left)
    }

    fn through(account: &AccountId) -> Step<String> {
        Step::Done(account.to_string())
    }

    #[test]
    fn each_is_done_once_and_in_another_order_each_time() {
        let names: Vec<String> = accounts(200).iter().map(ToString::to_string).collect();
        let once = run(200, 64, || true, |account, _, _, _| through(account));
        assert_eq!((&once.1, once.2), (&names, 0));
        let again = run(200, 1, || true, |account, _, _, _| through(account));
        assert_ne!(again.0, names);
        assert_ne!(again.0, once.0);
        assert_eq!(run(0, 64, || true, |account, _, _, _| through(account)).2, 0);
    }

    #[test]
    fn few_are_looked_at_and_many_have_their_turn() {
        let (looking, under_way) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (most_looking, most_under_way) = (AtomicUsize::new(0), AtomicUsize::new(0));
        run(
            200,
            20,
            || true,
            |account, _, _, crowd| {
                let now = looking.fetch_add(1, Ordering::SeqCst) + 1;
                most_looking.fetch_max(now, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                looking.fetch_sub(1, Ordering::SeqCst);
                crowd.has_turn();
                let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                most_under_way.fetch_max(now, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(20));
                under_way.fetch_sub(1, Ordering::SeqCst);
                through(account)
            },
        );
        assert!(most_looking.into_inner() <= LOOKED_AT);
        let most = most_under_way.into_inner();
        assert!((10..=20).contains(&most), "{most}");
    }

    #[test]
    fn what_another_process_works_on_comes_last_and_is_then_waited_for() {
        let is_held = |account: &AccountId| account.to_string().ends_with('7');
        let (begun, done, left) = run(
            100,
            1,
            || true,
            |account, number, waits, _| {
                assert_eq!(waits, number == 2);
                if is_held(account) && number == 1 { Step::Passed } else { through(account) }
            },
        );
        assert_eq!((begun.len(), done.len(), left), (110, 100, 0));
        assert!(begun[100..].iter().all(|account| account.ends_with('7')), "{begun:?}");
    }

    #[test]
    fn who_was_refused_is_asked_again_as_long_as_others_get_through() {
        let wait = Some(Duration::from_millis(1));
        // Nobody gets through: what is named is waited for once.
        for (wait, tries) in [(wait, 2), (None, 1), (Some(MAX_WAIT * 2), 1)] {
            let (begun, done, _) = run(
                1,
                64,
                || true,
                |account, _, _, crowd| {
                    crowd.has_turn();
                    Step::Refused(wait, account.to_string())
                },
            );
            assert_eq!((begun.len(), done.len()), (tries, 1), "{wait:?}");
        }
        let (begun, done, left) = run(
            50,
            4,
            || true,
            |account, number, _, crowd| {
                crowd.has_turn();
                let is_refused = account.to_string().ends_with('0') && number < 3;
                if is_refused { Step::Refused(wait, "refused".into()) } else { through(account) }
            },
        );
        assert!(done.iter().filter(|report| *report == "refused").count() <= 1, "{done:?}");
        assert!((50..=60).contains(&begun.len()) && done.len() == 50 && left == 0);
    }

    #[test]
    fn nothing_is_begun_after_the_end_and_what_is_left_is_counted() {
        let count = AtomicUsize::new(0);
        let (begun, done, left) = run(
            100,
            1,
            || count.load(Ordering::SeqCst) < 30,
            |account, _, _, _| {
                count.fetch_add(1, Ordering::SeqCst);
                through(account)
            },
        );
        assert_eq!((begun.len(), done.len(), left), (30, 30, 70));
        let (_, done, left) = run(
            10,
            4,
            || true,
            |account, number, _, _| match number {
                1 => Step::Passed,
                _ => through(account),
            },
        );
        assert_eq!((done.len(), left), (10, 0));
    }
}
