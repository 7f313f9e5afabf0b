//! Work on several things at once, results in order: memory holds as many results as there are
//! workers, however long the list is.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Does `work` on every task with up to `jobs` threads, and gives the results to `take` in the
/// order of the tasks, in the calling thread. An error of `take` ends it: no further task is begun.
pub fn for_each<T: Sync, R: Send, E>(
    tasks: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    if jobs <= 1 || tasks.len() <= 1 {
        return tasks.iter().try_for_each(|task| take(work(task)));
    }
    let jobs = jobs.min(tasks.len());
    let done = (0..jobs).map(|_| None).collect();
    let shared =
        Shared { state: Mutex::new(State { next: 0, taken: 0, done }), changed: Condvar::new() };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(index) = shared.begin(tasks.len(), jobs) {
                    let result = work(&tasks[index]);
                    shared.state().done[index % jobs] = Some(result);
                    shared.changed.notify_all();
                }
            });
        }
        // Whatever ends this, a panic included, lets the workers end as well.
        let _stop = Stop(&shared);
        (0..tasks.len()).try_for_each(|index| take(shared.result(index % jobs)))
    })
}

struct State<R> {
    /// The next task to begin.
    next: usize,
    /// How many results were taken.
    taken: usize,
    /// A place for each job: none is further ahead of what was taken.
    done: Vec<Option<R>>,
}

struct Shared<R> {
    state: Mutex<State<R>>,
    changed: Condvar,
}

impl<R> Shared<R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task, once it is not too far ahead of what was taken.
    fn begin(&self, tasks: usize, ahead: usize) -> Option<usize> {
        let mut state = self.state();
        while state.next < tasks && state.next >= state.taken.saturating_add(ahead) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let index = state.next;
        (index < tasks).then(|| {
            state.next += 1;
            index
        })
    }

    fn result(&self, place: usize) -> R {
        let mut state = self.state();
        loop {
            if let Some(result) = state.done[place].take() {
                state.taken += 1;
                self.changed.notify_all();
                return result;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Stop<'a, R>(&'a Shared<R>);

impl<R> Drop for Stop<'_, R> {
    fn drop(&mut self) {
        self.0.state().next = usize::MAX;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order_and_few_are_in_flight() {
        let tasks: Vec<u64> = (0..50).collect();
        let (waiting, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut seen = Vec::new();
        for_each(
            &tasks,
            4,
            |task| {
                most.fetch_max(waiting.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(task * 7 % 5));
                *task
            },
            |result| {
                waiting.fetch_sub(1, Ordering::SeqCst);
                seen.push(result);
                Ok::<_, ()>(())
            },
        )
        .unwrap();
        assert_eq!(seen, tasks);
        assert!(most.into_inner() <= 5, "one more than workers: the one just taken");
    }

    #[test]
    fn an_error_ends_it() {
        let begun = AtomicUsize::new(0);
        let tasks = [0; 1000];
        let result =
            for_each(&tasks, 3, |_| begun.fetch_add(1, Ordering::SeqCst), |_| Err("enough"));
        assert_eq!(result, Err("enough"));
        assert!(begun.into_inner() < 10);
    }
}
