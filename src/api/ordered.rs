//! Work on several things at once, results in order: memory holds as many results as there are
//! jobs, however long the list is.

use std::collections::VecDeque;
use std::{panic, thread};

/// Does `work` on every task, `jobs` at once, and gives each with its result to `take` in the order
/// of the tasks, in the calling thread. An error of `take` ends it: no further task is begun.
pub fn for_each<'t, T: Sync, R: Send, E>(
    tasks: &'t [T],
    jobs: usize,
    work: impl Fn(&'t T) -> R + Sync,
    mut take: impl FnMut(&'t T, R) -> Result<(), E>,
) -> Result<(), E> {
    let work = &work;
    thread::scope(|scope| {
        let mut waiting = tasks.iter();
        let mut running = VecDeque::new();
        loop {
            let free = jobs.max(1) - running.len();
            let next = waiting.by_ref().take(free);
            running.extend(next.map(|task| (task, scope.spawn(move || work(task)))));
            let Some((task, first)) = running.pop_front() else { return Ok(()) };
            take(task, first.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))?;
        }
    })
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
            |_, result| {
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
            for_each(&tasks, 3, |_| begun.fetch_add(1, Ordering::SeqCst), |_, _| Err("enough"));
        assert_eq!(result, Err("enough"));
        assert!(begun.into_inner() < 10);
    }
}
