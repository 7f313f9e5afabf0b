//! The cap on simultaneous connections. When it is reached, the newcomer is let in and the oldest
//! connection that has sent no request is closed: idle connections, which browsers open ahead of
//! time and attackers on purpose, must not keep the callback out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Connections at a time. A browser needs two or three; each costs a descriptor and up to 16 KiB.
pub(super) const MAX_CONNECTIONS: usize = 32;

/// How long a connection is left alone in any case: enough to read a request that is already
/// there, so that a burst of newcomers cannot push out one that nobody has looked at yet.
const MIN_STAY: Duration = Duration::from_millis(20);

/// How long a connection may take to send its request, and afterwards to take its answer. A
/// browser needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far a connection has come; the one that has come least far is closed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It has not sent a whole request.
    Reading,
    /// Its answer is being written.
    Answering,
    /// It has brought the callback and waits for the result: without a limit of its own.
    Held,
}

/// One connection's leave to stay.
pub(super) struct Permit {
    since: Instant,
    stage: Cell<Stage>,
    deadline: Cell<Instant>,
    close: Notify,
}

/// All connections of the listener, in the order of their arrival.
#[derive(Default)]
pub(super) struct ConnectionLimit {
    taken: RefCell<Vec<Rc<Permit>>>,
    /// A connection ended.
    freed: Notify,
}

impl ConnectionLimit {
    /// Lets a new connection in, at the cap by closing another one.
    pub(super) async fn admit(&self) -> Rc<Permit> {
        while let Some(may_close) = self.make_room() {
            tokio::select! {
                () = sleep_until(may_close) => {}
                () = self.freed.notified() => {}
            }
        }
        let now = Instant::now();
        let permit = Rc::new(Permit {
            since: now,
            stage: Cell::new(Stage::Reading),
            deadline: Cell::new(now + PATIENCE),
            close: Notify::new(),
        });
        self.taken.borrow_mut().push(Rc::clone(&permit));
        permit
    }

    /// The connection has ended.
    pub(super) fn release(&self, permit: &Rc<Permit>) {
        self.taken.borrow_mut().retain(|other| !Rc::ptr_eq(other, permit));
        self.freed.notify_one();
    }

    /// Closes one connection if the cap is reached. `Some` is the moment at which one may be closed,
    /// where none may be yet.
    fn make_room(&self) -> Option<Instant> {
        let mut taken = self.taken.borrow_mut();
        if taken.len() < MAX_CONNECTIONS {
            return None;
        }
        let first = taken.iter().enumerate().min_by_key(|(at, permit)| (permit.stage.get(), *at));
        let (at, may_close) = first.map(|(at, permit)| (at, permit.since + MIN_STAY))?;
        if may_close > Instant::now() {
            return Some(may_close);
        }
        taken.remove(at).close.notify_one();
        None
    }
}

impl Permit {
    /// The connection has got as far as `stage`, and its time starts anew.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.set(stage);
        self.deadline.set(Instant::now() + PATIENCE);
    }

    /// Returns when the connection has to end: its time is over, or a newcomer needs its place.
    pub(super) async fn must_close(&self) {
        tokio::select! {
            () = self.close.notified() => {}
            () = self.is_overdue() => {}
        }
    }

    async fn is_overdue(&self) {
        loop {
            let deadline = self.deadline.get();
            sleep_until(deadline).await;
            if self.stage.get() == Stage::Held {
                self.deadline.set(Instant::now() + PATIENCE);
            } else if self.deadline.get() == deadline {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    async fn full(limit: &ConnectionLimit) -> Vec<Rc<Permit>> {
        let mut all = Vec::new();
        for _ in 0..MAX_CONNECTIONS {
            all.push(limit.admit().await);
        }
        all
    }

    async fn told_to_close(permit: &Permit) -> bool {
        tokio::time::timeout(Duration::from_millis(1), permit.close.notified()).await.is_ok()
    }

    #[test]
    fn the_oldest_that_has_said_nothing_gives_up_its_place_after_its_minimal_stay() {
        run(async {
            let limit = ConnectionLimit::default();
            let all = full(&limit).await;
            all[0].enter(Stage::Held);
            all[1].enter(Stage::Answering);
            let before = Instant::now();
            limit.admit().await;
            assert!(before.elapsed() >= MIN_STAY / 2);
            assert!(told_to_close(&all[2]).await);
            for stays in [0, 1, 3] {
                assert!(!told_to_close(&all[stays]).await, "{stays}");
            }
        });
    }

    #[test]
    fn a_held_connection_outstays_newcomers_that_are_still_in_their_minimal_stay() {
        run(async {
            let limit = ConnectionLimit::default();
            let held = limit.admit().await;
            held.enter(Stage::Held);
            tokio::time::sleep(MIN_STAY).await;
            for _ in 0..2 * MAX_CONNECTIONS {
                limit.admit().await;
            }
            assert!(!told_to_close(&held).await);
        });
    }

    #[test]
    fn a_permit_given_back_is_free() {
        run(async {
            let limit = ConnectionLimit::default();
            let all = full(&limit).await;
            limit.release(&all[5]);
            limit.admit().await;
            assert!(!told_to_close(&all[0]).await);
        });
    }

    #[test]
    fn a_held_connection_has_no_limit_until_it_is_answered() {
        run(async {
            let permit = ConnectionLimit::default().admit().await;
            permit.enter(Stage::Held);
            permit.deadline.set(Instant::now());
            let soon = Duration::from_millis(5);
            assert!(tokio::time::timeout(soon, permit.must_close()).await.is_err());
            permit.enter(Stage::Answering);
            permit.deadline.set(Instant::now());
            assert!(tokio::time::timeout(soon, permit.must_close()).await.is_ok());
        });
    }
}
