//! How fast a provider is asked for tokens: in even steps, as many at once as answers come in time.
//!
//! Nothing here is to be tuned. Where a provider's description says how many token requests a
//! second it allows, they are never faster; where it does not, they begin with [`FIRST_RATE`] and
//! grow with each answer. A refusal (429, or a rate limit that is spent) halves both the rate and
//! the number under way, and each success takes a fiftieth of it back.
//!
//! What is described is for the whole machine: its processes take turns by a [`PaceFile`].

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::pace_file::PaceFile;

/// Requests a second to begin with where nothing is described.
const FIRST_RATE: f64 = 20.0;
/// Requests a second that are never exceeded, and those that are always tried.
const MOST_RATE: f64 = 1000.0;
const LEAST_RATE: f64 = 0.01;
/// How much of the described rate is used: what is sent in even steps does not arrive in such.
const USED: f64 = 0.94;
/// A request that begins so much later than it could have does not make the next ones late: the
/// system wakes nobody to the microsecond.
const LATENESS: Duration = Duration::from_millis(5);
/// What a success adds to the rate while no limit is known: it grows by the same part in each
/// second, however far away the provider is. Twice as fast meets a limit with so many under way
/// that a tenth of two hundred accounts is refused.
const GROWTH: f64 = 0.75;
/// What a success makes of the rate after a refusal.
const RECOVERY: f64 = 1.02;
/// The same near the rate of the last refusal, from [`NEAR`] of it on: a limit that was found is
/// felt for again, but hardly ever met.
const FEELING: f64 = 1.0005;
const NEAR: f64 = 0.6;
/// Requests under way to begin with, and at most.
const FIRST_UNDER_WAY: usize = 16;
pub const MOST_UNDER_WAY: usize = 64;
/// An answer comes in time that takes at most twice as long as the fastest, and this.
const SLACK: Duration = Duration::from_millis(50);
/// How long another process may have the file, and how long it is left alone then.
const FOR_THE_FILE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1);
/// How often whoever waits looks whether it is to give up.
const LOOK: Duration = Duration::from_millis(100);

/// The pace by itself, for any clock.
pub struct Pacer {
    /// Requests a second.
    rate: f64,
    /// What the description allows, as far as it is used.
    most: f64,
    /// No request before this, by the rate.
    next: Option<Instant>,
    /// Nor before this, by a rate limit that is spent.
    held: Option<Instant>,
    under_way: usize,
    most_under_way: usize,
    /// When it was last halved, and the rate that was too much.
    refused: Option<(Instant, f64)>,
    /// The fastest answer.
    fastest: Duration,
}

impl Pacer {
    /// `allowed`: requests a second, as the provider's description says.
    pub fn new(allowed: Option<f64>) -> Self {
        Self {
            rate: allowed.map_or(FIRST_RATE, used),
            most: allowed.map_or(MOST_RATE, used),
            next: None,
            held: None,
            under_way: 0,
            // Where the rate is known, only it has to hold them back.
            most_under_way: allowed.map_or(FIRST_UNDER_WAY, |_| MOST_UNDER_WAY),
            refused: None,
            fastest: Duration::MAX,
        }
    }

    /// Begins a request if it may begin now: zero. Else how long to wait before asking again;
    /// [`Duration::MAX`] is until one that is under way has ended.
    pub fn begin(&mut self, now: Instant) -> Duration {
        let wait = self.wait(now);
        if !wait.is_zero() {
            return wait;
        }
        let late = left(Some(now), self.next.unwrap_or(now)).min(LATENESS);
        self.next = Some(now + Duration::from_secs_f64(1.0 / self.rate).saturating_sub(late));
        self.under_way += 1;
        Duration::ZERO
    }

    /// What [`Pacer::begin`] would say.
    fn wait(&self, now: Instant) -> Duration {
        match self.held(now).max(left(self.next, now)) {
            Duration::ZERO if self.under_way >= self.most_under_way => Duration::MAX,
            wait => wait,
        }
    }

    /// Begins none before the moment that other processes go by, `wall` being the time now. No
    /// process sets one that is far away: then the clock was set back.
    fn follow(&mut self, moment: SystemTime, now: Instant, wall: SystemTime) {
        let furthest = Duration::from_secs_f64(1.0 / self.rate).max(Duration::from_secs(1));
        let next = match moment.duration_since(wall) {
            Ok(wait) if wait > furthest => None,
            Ok(wait) => now.checked_add(wait),
            Err(past) => now.checked_sub(past.duration()),
        };
        self.next = self.next.max(next);
    }

    /// The moment that other processes are to go by.
    fn moment(&self, now: Instant, wall: SystemTime) -> SystemTime {
        wall + left(self.next, now)
    }

    /// A request that [`Pacer::begin`] let begin is over, whatever came of it.
    pub fn end(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// An answer to a request that was sent then came now; `is_refused` if it says that this was
    /// too fast.
    pub fn answered(&mut self, sent: Instant, now: Instant, is_refused: bool) {
        if is_refused {
            // The others that were under way with the first one say nothing new.
            if self.refused.is_none_or(|(since, _)| sent > since) {
                self.refused = Some((now, self.rate));
                self.rate = (self.rate / 2.0).max(LEAST_RATE);
                self.most_under_way = (self.most_under_way / 2).max(1);
            }
            return;
        }
        let took = now.saturating_duration_since(sent);
        self.fastest = self.fastest.min(took);
        if took > self.fastest * 2 + SLACK {
            return;
        }
        let rate = match self.refused {
            None => self.rate + GROWTH,
            Some((_, too_much)) if self.rate < too_much * NEAR => self.rate * RECOVERY,
            Some(_) => self.rate * FEELING,
        };
        self.rate = rate.min(self.most);
        self.most_under_way = (self.most_under_way + 1).min(MOST_UNDER_WAY);
    }

    /// Lets no request begin for so long.
    pub fn hold(&mut self, now: Instant, wait: Duration) {
        self.held = self.held.max(now.checked_add(wait));
    }

    /// How long none may begin yet.
    pub fn held(&self, now: Instant) -> Duration {
        left(self.held, now)
    }

    /// Keeps to this from now on, where another description of the same server allows less.
    fn limit(&mut self, allowed: f64) {
        self.most = self.most.min(used(allowed));
        self.rate = self.rate.min(self.most);
    }
}

fn used(allowed: f64) -> f64 {
    (allowed * USED).clamp(LEAST_RATE, MOST_RATE)
}

fn left(until: Option<Instant>, now: Instant) -> Duration {
    until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
}

/// The pace of one host, for all threads.
pub(super) struct Pace {
    pacer: Mutex<Pacer>,
    ended: Condvar,
    /// Whether the file that is shared with other processes cannot be used.
    is_alone: AtomicBool,
    /// Since when another process has it.
    blocked: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(allowed: Option<f64>) -> Self {
        let pacer = Mutex::new(Pacer::new(allowed));
        let (is_alone, blocked) = (AtomicBool::new(false), Mutex::default());
        Self { pacer, ended: Condvar::new(), is_alone, blocked }
    }

    pub(super) fn limit(&self, allowed: Option<f64>) {
        if let Some(allowed) = allowed {
            self.pacer().limit(allowed);
        }
    }

    pub(super) fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a token request may begin; `None` when it is no longer wanted. `shared` is the
    /// file of those who share this pace.
    pub(super) fn turn(
        self: &Arc<Self>,
        shared: Option<&Path>,
        is_wanted: &dyn Fn() -> bool,
    ) -> Option<Turn> {
        let mut pacer = self.pacer();
        loop {
            if !is_wanted() {
                return None;
            }
            match self.begin(&mut pacer, shared) {
                Duration::ZERO => return Some(Turn(Some(Arc::clone(self)))),
                wait => {
                    let woken = self.ended.wait_timeout(pacer, wait.min(LOOK));
                    pacer = woken.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// [`Pacer::begin`], by the moment in the file as well, which is looked at only where nothing
    /// else is to be waited for.
    fn begin(&self, pacer: &mut Pacer, shared: Option<&Path>) -> Duration {
        let wait = pacer.wait(Instant::now());
        if !wait.is_zero() {
            return wait;
        }
        let shared = shared.filter(|_| !self.is_alone.load(Ordering::Relaxed));
        let file = shared.and_then(|path| self.usable(path, PaceFile::try_lock(path)));
        // It is not waited for here: whoever has an answer to tell needs the pacer.
        if matches!(file, Some(None)) && self.waits_for_the_file() {
            return PAUSE;
        }
        let file = file.flatten();
        let (now, wall) = (Instant::now(), SystemTime::now());
        if let Some(file) = &file {
            *self.blocked.lock().unwrap_or_else(PoisonError::into_inner) = None;
            pacer.follow(file.next, now, wall);
        }
        let wait = pacer.begin(now);
        if wait.is_zero()
            && let Some((path, file)) = shared.zip(file)
        {
            self.usable(path, file.write(pacer.moment(now, wall)));
        }
        wait
    }

    /// Whether the file is worth waiting for, which another process has. That is done in microseconds,
    /// unless somebody stopped it (Ctrl-Z).
    fn waits_for_the_file(&self) -> bool {
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = blocked.get_or_insert_with(Instant::now).elapsed() < FOR_THE_FILE;
        if !waits {
            log::debug!("the pace is not shared with other processes: one of them stands still");
            self.is_alone.store(true, Ordering::Relaxed);
        }
        waits
    }

    /// Where the file cannot be used, this process keeps to a pace of its own.
    fn usable<T>(&self, path: &Path, result: io::Result<T>) -> Option<T> {
        let alone = |error: &io::Error| {
            log::debug!("the pace is not shared with other processes: {}: {error}", path.display());
            self.is_alone.store(true, Ordering::Relaxed);
        };
        result.inspect_err(alone).ok()
    }
}

/// The right to one token request and to repeat it once; given back when it is dropped.
#[must_use = "another request may begin when this is dropped"]
pub struct Turn(Option<Arc<Pace>>);

impl Turn {
    /// Where nothing is paced.
    pub fn free() -> Self {
        Self(None)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(pace) = &self.0 {
            pace.pacer().end();
            pace.ended.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::thread;

    use super::*;

    const STEP: Duration = Duration::from_micros(100);

    /// A provider that answers after a while, and a clock of its own.
    struct Course {
        pacer: Pacer,
        now: Instant,
        delay: Duration,
        under_way: VecDeque<Instant>,
        begun: Vec<Instant>,
        accepted: Vec<Instant>,
    }

    impl Course {
        fn new(allowed: Option<f64>, delay: u64) -> Self {
            Self {
                pacer: Pacer::new(allowed),
                now: Instant::now(),
                delay: Duration::from_millis(delay),
                under_way: VecDeque::new(),
                begun: Vec::new(),
                accepted: Vec::new(),
            }
        }

        /// Sends whatever may be sent for so many seconds. The provider accepts so many in each.
        fn run(mut self, seconds: u64, bears: usize) -> Self {
            let end = self.now + Duration::from_secs(seconds);
            while self.now < end {
                while self.under_way.front().is_some_and(|sent| *sent + self.delay <= self.now) {
                    let sent = self.under_way.pop_front().unwrap();
                    let is_refused = in_a_second(&self.accepted, sent) >= bears;
                    self.accepted.extend(Some(sent).filter(|_| !is_refused));
                    self.pacer.answered(sent, self.now, is_refused);
                    self.pacer.end();
                }
                if self.pacer.begin(self.now).is_zero() {
                    self.under_way.push_back(self.now);
                    self.begun.push(self.now);
                }
                self.now += STEP;
            }
            self
        }
    }

    /// How many of these are in the second that ends at this instant.
    fn in_a_second(sorted: &[Instant], end: Instant) -> usize {
        let up_to = sorted.iter().rev().skip_while(|at| **at > end);
        up_to.take_while(|at| end - **at < Duration::from_secs(1)).count()
    }

    #[test]
    fn what_is_allowed_is_never_exceeded_and_almost_used_up() {
        for (allowed, delay) in [(2, 50), (10, 50), (10, 200), (100, 50), (100, 200)] {
            let course = Course::new(Some(allowed as f64), delay).run(10, usize::MAX);
            let begun = course.begun.len();
            let counts = course.begun.iter().map(|at| in_a_second(&course.begun, *at));
            let most = counts.max().unwrap();
            assert!(most <= allowed, "{most} in a second of {allowed}");
            assert!(begun * 11 >= allowed * 100, "{begun} in ten seconds of {allowed}");
        }
    }

    #[test]
    fn what_is_not_described_is_found_out() {
        for delay in [50, 200] {
            let free = Course::new(None, delay).run(10, usize::MAX);
            assert_eq!(free.pacer.most_under_way, MOST_UNDER_WAY, "{delay}");
            let first = in_a_second(&free.begun, free.begun[0] + Duration::from_secs(1));
            assert!((10..90).contains(&first), "{first} in the first second, {delay}");
            let second = in_a_second(&free.begun, free.begun[0] + Duration::from_secs(2));
            assert!(second * 2 > 3 * first, "{second} after {first}, {delay}");
            let course = Course::new(None, delay).run(60, 25);
            let (begun, accepted) = (course.begun.len(), course.accepted.len());
            assert!((begun - accepted) * 20 < begun, "{accepted} of {begun} with {delay}");
            // A window that forgives nothing is met again and again.
            assert!(accepted * 10 >= 60 * 25 * 5, "{accepted} with {delay}");
        }
    }

    #[test]
    fn processes_that_go_by_one_moment_keep_to_what_is_allowed_together() {
        for allowed in [2, 10, 100] {
            let mut pacers: Vec<Pacer> = (0..3).map(|_| Pacer::new(Some(allowed as f64))).collect();
            let (start, wall) = (Instant::now(), SystemTime::now());
            let (mut moment, mut begun) = (SystemTime::UNIX_EPOCH, Vec::new());
            for step in 0..100_000 {
                let past = STEP * step;
                let (now, wall) = (start + past, wall + past);
                // None of them is always the first.
                pacers.rotate_left(1);
                for pacer in &mut pacers {
                    pacer.follow(moment, now, wall);
                    if pacer.begin(now).is_zero() {
                        pacer.end();
                        moment = pacer.moment(now, wall);
                        begun.push(now);
                    }
                }
            }
            let most = begun.iter().map(|at| in_a_second(&begun, *at)).max().unwrap();
            assert!(most <= allowed, "{most} in a second of {allowed}");
            assert!(begun.len() * 11 >= allowed * 100, "{} of {allowed}", begun.len());
        }
    }

    #[test]
    fn a_moment_that_is_too_far_away_is_of_another_clock() {
        let (now, wall) = (Instant::now(), SystemTime::now());
        let seconds = Duration::from_secs_f64;
        for (rate, ahead, wait) in
            [(100.0, 0.9, 0.9), (100.0, 1.1, 0.0), (0.47, 2.0, 2.0), (0.47, 3600.0, 0.0)]
        {
            let mut pacer = Pacer::new(Some(rate / USED));
            pacer.follow(wall + seconds(ahead), now, wall);
            assert_eq!(pacer.begin(now), seconds(wait), "{ahead} s at {rate}");
        }
    }

    #[test]
    fn processes_wait_for_one_another_by_the_file_and_go_on_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pace/host");
        // Of two that have the right to one each half second, the second begins later.
        let time = |file: &Path| {
            let begun = Instant::now();
            let paces = [(); 2].map(|()| Arc::new(Pace::new(Some(2.0))));
            let turns = paces.each_ref().map(|pace| pace.turn(Some(file), &|| true).is_some());
            assert_eq!(turns, [true; 2]);
            begun.elapsed()
        };
        assert!(time(&file) >= Duration::from_millis(500));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&file, [255; 20]).unwrap();
        assert!(time(&file) >= Duration::from_millis(500), "after nonsense");
        assert!(time(&file.join("below a file")) < Duration::from_millis(400));
        // One that was stopped holds it: that is waited out once, and not again.
        let _held = PaceFile::try_lock(&file).unwrap().unwrap();
        let (begun, pace) = (Instant::now(), Arc::new(Pace::new(Some(2.0))));
        assert!((0..2).all(|_| pace.turn(Some(&file), &|| true).is_some()));
        assert!(begun.elapsed() < Duration::from_millis(2300), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_refusal_halves_once_however_many_heard_it() {
        let mut pacer = Pacer::new(Some(100.0));
        let sent = Instant::now();
        let now = sent + Duration::from_millis(50);
        let rate = pacer.rate;
        (0..5).for_each(|_| pacer.answered(sent, now, true));
        assert_eq!((pacer.rate, pacer.most_under_way), (rate / 2.0, MOST_UNDER_WAY / 2));
        pacer.answered(now + STEP, now + 2 * STEP, true);
        assert_eq!(pacer.rate, rate / 4.0);
        pacer.answered(now + 3 * STEP, now + 4 * STEP, false);
        assert_eq!(pacer.rate, rate / 4.0 * RECOVERY);
    }

    #[test]
    fn answers_that_come_late_let_nothing_grow() {
        let mut pacer = Pacer::new(None);
        let sent = Instant::now();
        pacer.answered(sent, sent + Duration::from_millis(10), false);
        let (rate, under_way) = (pacer.rate, pacer.most_under_way);
        pacer.answered(sent, sent + Duration::from_millis(80), false);
        assert_eq!((pacer.rate, pacer.most_under_way), (rate, under_way));
        pacer.answered(sent, sent + Duration::from_millis(60), false);
        assert!(pacer.rate > rate && pacer.most_under_way > under_way);
    }

    #[test]
    fn while_a_limit_is_spent_nothing_begins() {
        let mut pacer = Pacer::new(Some(10.0));
        let now = Instant::now();
        pacer.hold(now, Duration::from_secs(3));
        pacer.hold(now, Duration::from_secs(1));
        assert_eq!(pacer.begin(now), Duration::from_secs(3));
        assert!(pacer.begin(now + Duration::from_secs(3)).is_zero());
    }

    #[test]
    fn a_turn_is_given_back_and_one_that_is_not_wanted_is_not_taken() {
        let pace = Arc::new(Pace::new(None));
        pace.pacer().most_under_way = 1;
        let first = pace.turn(None, &|| true).unwrap();
        assert!(pace.turn(None, &|| false).is_none());
        thread::scope(|scope| {
            let second = scope.spawn(|| pace.turn(None, &|| true).is_some());
            drop(first);
            assert!(second.join().unwrap());
        });
        assert_eq!(pace.pacer().under_way, 0);
    }
}
