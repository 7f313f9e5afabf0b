//! The same work on very many things.

use std::panic::resume_unwind;
use std::thread;

/// Fewer than this are done before another thread has begun.
const FEW: usize = 256;

/// What `work` makes of each, in the same order. Very many are shared among the processors.
pub fn map<T: Send, R: Send>(mut items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if items.len() < FEW || processors == 1 {
        return items.into_iter().map(work).collect();
    }
    let (all, share) = (items.len(), items.len().div_ceil(processors));
    let mut shares = Vec::with_capacity(processors);
    while items.len() > share {
        let rest = items.split_off(share);
        shares.push(std::mem::replace(&mut items, rest));
    }
    let work = &work;
    thread::scope(|scope| {
        let begin = |share: Vec<T>| scope.spawn(|| share.into_iter().map(work).collect());
        let begun: Vec<thread::ScopedJoinHandle<'_, Vec<R>>> =
            shares.into_iter().map(begin).collect();
        // The last share is this thread's.
        let last: Vec<R> = items.into_iter().map(work).collect();
        let mut done = Vec::with_capacity(all);
        for share in begun {
            done.extend(share.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done.extend(last);
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_there_are_each_is_done_and_in_order() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 10 * FEW + 3] {
            let doubled: Vec<usize> = (0..count).map(|number| 2 * number).collect();
            assert_eq!(map((0..count).collect(), |number: usize| 2 * number), doubled);
        }
    }
}
