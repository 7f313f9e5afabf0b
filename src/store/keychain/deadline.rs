//! A deadline around calls that may hang for ever: a bus that never answers, a prompt that nobody
//! sees. The call runs in a thread of its own; when its time is up the thread is left behind and
//! ends with the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::Patience;
use crate::store::StoreError;

/// When a wait is worth a word: no healthy keychain takes this long.
const WAIT_IS_LONG: Duration = Duration::from_secs(1);

pub(super) struct Deadline {
    patience: Patience,
    told: AtomicBool,
    /// Calls left behind that still run.
    stuck: Arc<AtomicUsize>,
}

impl Deadline {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, told: AtomicBool::new(false), stuck: Arc::default() }
    }

    /// Runs `work`, for as long as patience lasts. While an earlier call hangs, later ones fail at
    /// once: they would only queue up behind it, and two hundred accounts would take ten minutes.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.stuck.load(Ordering::SeqCst) > 0 {
            return Err(self.timed_out());
        }
        // No buffer: sending succeeds only while somebody receives, so exactly one of the two
        // sides knows that the call was left behind, and the count cannot go wrong.
        let (sender, receiver) = mpsc::sync_channel(0);
        let stuck = Arc::clone(&self.stuck);
        let spawned = thread::Builder::new().name("keychain".into()).spawn(move || {
            if sender.send(work()).is_err() {
                stuck.fetch_sub(1, Ordering::SeqCst);
            }
        });
        if let Err(error) = spawned {
            let why = format!("no thread could be started for it: {error}");
            return Err(StoreError::Keychain(why));
        }
        self.wait(&receiver)
    }

    fn wait<T>(&self, receiver: &Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
        let first = WAIT_IS_LONG.min(self.patience.deadline);
        let mut answer = receiver.recv_timeout(first);
        if matches!(answer, Err(RecvTimeoutError::Timeout)) && first < self.patience.deadline {
            if let Some(on_wait) = &self.patience.on_wait
                && !self.told.swap(true, Ordering::SeqCst)
            {
                on_wait();
            }
            answer = receiver.recv_timeout(self.patience.deadline - first);
        }
        match answer {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                self.stuck.fetch_add(1, Ordering::SeqCst);
                Err(self.timed_out())
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(StoreError::Keychain("the code that speaks to it broke down".into()))
            }
        }
    }

    fn timed_out(&self) -> StoreError {
        StoreError::TimedOut(self.patience.deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn deadline(millis: u64) -> Deadline {
        Deadline::new(Patience { deadline: Duration::from_millis(millis), on_wait: None })
    }

    #[test]
    fn a_hanging_call_ends_in_time_and_later_ones_at_once() {
        let deadline = deadline(50);
        let (release, hold) = mpsc::channel::<()>();
        let begin = Instant::now();
        let hung = deadline.run(move || Ok(hold.recv().ok()));
        assert!(matches!(hung, Err(StoreError::TimedOut(_))));
        assert!(begin.elapsed() < Duration::from_secs(5));
        assert!(matches!(deadline.run(|| Ok(())), Err(StoreError::TimedOut(_))), "it is not run");

        drop(release);
        let give_up = Instant::now() + Duration::from_secs(5);
        while deadline.run(|| Ok(())).is_err() {
            assert!(Instant::now() < give_up, "the keychain answers again, and nobody noticed");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_long_wait_is_told_once() {
        let count = Arc::new(AtomicUsize::new(0));
        let told = Arc::clone(&count);
        let deadline = Deadline::new(Patience::attended(move || {
            told.fetch_add(1, Ordering::SeqCst);
        }));
        for call in ["first", "second"] {
            let slow = || {
                thread::sleep(WAIT_IS_LONG + Duration::from_millis(100));
                Ok(())
            };
            deadline.run(slow).unwrap();
            assert_eq!(count.load(Ordering::SeqCst), 1, "{call}");
        }
    }

    #[test]
    fn what_was_waited_before_it_is_told_counts() {
        let patience = WAIT_IS_LONG + Duration::from_millis(50);
        let deadline = Deadline::new(Patience { deadline: patience, on_wait: None });
        let (_release, hold) = mpsc::channel::<()>();
        let begin = Instant::now();
        assert!(deadline.run(move || Ok(hold.recv().ok())).is_err());
        assert!(begin.elapsed() < WAIT_IS_LONG + patience, "{:?}", begin.elapsed());
    }

    #[test]
    fn a_panic_inside_is_an_error_outside() {
        let broken =
            deadline(5000).run(|| -> Result<(), _> { panic!("an expected panic of this test") });
        assert!(matches!(broken, Err(StoreError::Keychain(_))));
    }
}
