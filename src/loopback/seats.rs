//! The cap on simultaneous connections. When every seat is taken it is not the newcomer that is
//! refused, but the oldest who has not said what it wants: idle connections, which browsers open
//! on suspicion and others by intent, must not keep the callback out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Connections at a time. A browser needs two or three; each costs a descriptor and up to 16 KiB.
pub(super) const SEATS: usize = 32;

/// How long a connection keeps its seat in any case: enough to read a request that is already
/// there, so that a burst of newcomers cannot push out one that nobody has looked at yet.
const MIN_STAY: Duration = Duration::from_millis(20);

/// How long a connection may take to send its request, and afterwards to take its answer. A
/// browser needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who gives up the seat first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It has not sent a whole request.
    Reading,
    /// Its answer is being written.
    Answering,
    /// It has brought the callback and waits for the result: without a limit of its own.
    Held,
}

/// One connection's place.
pub(super) struct Seat {
    since: Instant,
    stage: Cell<Stage>,
    deadline: Cell<Instant>,
    leave: Notify,
}

/// All connections of the listener, in the order of their arrival.
#[derive(Default)]
pub(super) struct Seats {
    taken: RefCell<Vec<Rc<Seat>>>,
    /// A seat was given back.
    freed: Notify,
}

impl Seats {
    /// A seat for a new connection; with all of them taken, one that somebody has to give up.
    pub(super) async fn take(&self) -> Rc<Seat> {
        while let Some(may_leave) = self.make_room() {
            tokio::select! {
                () = sleep_until(may_leave) => {}
                () = self.freed.notified() => {}
            }
        }
        let now = Instant::now();
        let seat = Rc::new(Seat {
            since: now,
            stage: Cell::new(Stage::Reading),
            deadline: Cell::new(now + PATIENCE),
            leave: Notify::new(),
        });
        self.taken.borrow_mut().push(Rc::clone(&seat));
        seat
    }

    /// Gives the seat back when the connection has ended.
    pub(super) fn give_back(&self, seat: &Rc<Seat>) {
        self.taken.borrow_mut().retain(|other| !Rc::ptr_eq(other, seat));
        self.freed.notify_one();
    }

    /// Asks one connection to leave, if all seats are taken. `Some` is the moment at which one
    /// can be asked, where nobody can be yet.
    fn make_room(&self) -> Option<Instant> {
        let mut taken = self.taken.borrow_mut();
        if taken.len() < SEATS {
            return None;
        }
        let first = taken.iter().enumerate().min_by_key(|(at, seat)| (seat.stage.get(), *at));
        let (at, may_leave) = first.map(|(at, seat)| (at, seat.since + MIN_STAY))?;
        if may_leave > Instant::now() {
            return Some(may_leave);
        }
        taken.remove(at).leave.notify_one();
        None
    }
}

impl Seat {
    /// The connection has got as far as `stage`, and its time starts anew.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.set(stage);
        self.deadline.set(Instant::now() + PATIENCE);
    }

    /// Returns when the connection has to end: its time is over, or its seat is needed.
    pub(super) async fn has_to_leave(&self) {
        tokio::select! {
            () = self.leave.notified() => {}
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

    async fn full(seats: &Seats) -> Vec<Rc<Seat>> {
        let mut all = Vec::new();
        for _ in 0..SEATS {
            all.push(seats.take().await);
        }
        all
    }

    async fn asked_to_leave(seat: &Seat) -> bool {
        tokio::time::timeout(Duration::from_millis(1), seat.leave.notified()).await.is_ok()
    }

    #[test]
    fn the_oldest_that_has_said_nothing_gives_up_its_seat_after_its_minimal_stay() {
        run(async {
            let seats = Seats::default();
            let all = full(&seats).await;
            all[0].enter(Stage::Held);
            all[1].enter(Stage::Answering);
            let before = Instant::now();
            seats.take().await;
            assert!(before.elapsed() >= MIN_STAY / 2);
            assert!(asked_to_leave(&all[2]).await);
            for stays in [0, 1, 3] {
                assert!(!asked_to_leave(&all[stays]).await, "{stays}");
            }
        });
    }

    #[test]
    fn a_held_connection_outstays_newcomers_that_are_still_in_their_minimal_stay() {
        run(async {
            let seats = Seats::default();
            let held = seats.take().await;
            held.enter(Stage::Held);
            tokio::time::sleep(MIN_STAY).await;
            for _ in 0..2 * SEATS {
                seats.take().await;
            }
            assert!(!asked_to_leave(&held).await);
        });
    }

    #[test]
    fn a_seat_given_back_is_free() {
        run(async {
            let seats = Seats::default();
            let all = full(&seats).await;
            seats.give_back(&all[5]);
            seats.take().await;
            assert!(!asked_to_leave(&all[0]).await);
        });
    }

    #[test]
    fn a_held_connection_has_no_limit_until_it_is_answered() {
        run(async {
            let seat = Seats::default().take().await;
            seat.enter(Stage::Held);
            seat.deadline.set(Instant::now());
            let soon = Duration::from_millis(5);
            assert!(tokio::time::timeout(soon, seat.has_to_leave()).await.is_err());
            seat.enter(Stage::Answering);
            seat.deadline.set(Instant::now());
            assert!(tokio::time::timeout(soon, seat.has_to_leave()).await.is_ok());
        });
    }
}
