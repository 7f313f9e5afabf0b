//! The one callback: who judges it, who waits for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::answer::Refusal;
use super::{IgnoredCallback, Judgement};
use crate::secret::Secret;

pub(super) type Judge = Box<dyn FnMut(&str) -> Judgement + Send>;

/// Where queries are judged, one at a time, until one is accepted.
pub(super) struct CallbackSlot {
    state: Mutex<State>,
    accepted: Condvar,
}

struct State {
    judge: Judge,
    accepted: Option<Secret>,
    /// Each kind once.
    ignored: Vec<IgnoredCallback>,
    /// How many of them were told.
    told: usize,
}

/// What became of a query that was brought to the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the callback that was waited for.
    Accepted,
    /// It is that one once more: a second tab, a reload, the other address family.
    Again,
    /// It is another, for this reason; there is none where the right one is there already.
    Refused(Option<&'static str>),
    /// It would have been the right one, and whoever brought it may not.
    KeptOut(Refusal),
}

impl CallbackSlot {
    pub(super) fn new(judge: Judge) -> Self {
        let state = State { judge, accepted: None, ignored: Vec::new(), told: 0 };
        Self { state: Mutex::new(state), accepted: Condvar::new() }
    }

    /// Judges `query`, unless the callback is already there: then it can only be the same again.
    /// Whoever brings the right one is looked at too; others cost no look.
    pub(super) fn offer(
        &self,
        query: &str,
        bringer: impl FnOnce() -> Result<(), Refusal>,
    ) -> Verdict {
        let mut state = self.lock();
        if let Some(accepted) = &state.accepted {
            let same = accepted.expose().as_bytes().ct_eq(query.as_bytes());
            return if bool::from(same) { Verdict::Again } else { Verdict::Refused(None) };
        }
        match (state.judge)(query) {
            Judgement::Ignore(why) => Verdict::Refused(Some(why)),
            Judgement::Take => {
                if let Err(refusal) = bringer() {
                    return Verdict::KeptOut(refusal);
                }
                state.accepted = Some(Secret::from(query));
                self.accepted.notify_all();
                Verdict::Accepted
            }
        }
    }

    /// Notes a kind of callback that was not taken, while the right one is still waited for.
    pub(super) fn note(&self, kind: IgnoredCallback) {
        let mut state = self.lock();
        if state.accepted.is_none() && !state.ignored.contains(&kind) {
            state.ignored.push(kind);
        }
    }

    /// The kinds noted since the last call.
    pub(super) fn newly_ignored(&self) -> Vec<IgnoredCallback> {
        let mut state = self.lock();
        let new = state.ignored[state.told..].to_vec();
        state.told = state.ignored.len();
        new
    }

    /// The accepted query, waiting for it up to `timeout`.
    pub(super) fn wait(&self, timeout: Duration) -> Option<Secret> {
        let none_yet = |state: &mut State| state.accepted.is_none();
        let (state, _) = self
            .accepted
            .wait_timeout_while(self.lock(), timeout, none_yet)
            .unwrap_or_else(PoisonError::into_inner);
        state.accepted.clone()
    }

    /// A judge that panicked has accepted nothing: the state is whole, the waiting goes on.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> CallbackSlot {
        let mut asked = 0;
        CallbackSlot::new(Box::new(move |query| {
            asked += 1;
            assert!(asked < 3, "asked after an acceptance");
            if query == "good" { Judgement::Take } else { Judgement::Ignore("bad") }
        }))
    }

    #[test]
    fn the_first_accepted_query_is_the_last_one_judged() {
        let slot = slot();
        let verdicts = ["bad", "good", "good", "bad", ""].map(|query| slot.offer(query, || Ok(())));
        use Verdict::{Accepted, Again, Refused};
        let late = Refused(None);
        assert_eq!(verdicts, [Refused(Some("bad")), Accepted, Again, late, late]);
    }

    #[test]
    fn a_kind_is_told_once_and_none_after_the_right_one_came() {
        use IgnoredCallback::{Https, OtherPath, Post};
        let slot = slot();
        for kind in [Https, Post, Https] {
            slot.note(kind);
        }
        assert_eq!(slot.newly_ignored(), [Https, Post]);
        slot.note(Post);
        assert_eq!(slot.newly_ignored(), []);
        slot.offer("good", || Ok(()));
        slot.note(OtherPath);
        assert_eq!(slot.newly_ignored(), []);
    }

    #[test]
    fn the_right_query_from_the_wrong_hands_is_not_taken() {
        let slot = slot();
        let kept_out = Verdict::KeptOut(Refusal::Gone);
        assert_eq!(slot.offer("good", || Err(Refusal::Gone)), kept_out);
        assert_eq!(slot.offer("good", || Ok(())), Verdict::Accepted);
    }

    #[test]
    fn waiting_ends_with_the_time_or_with_every_call_giving_the_accepted_query() {
        let slot = slot();
        assert!(slot.wait(Duration::from_millis(5)).is_none());
        slot.offer("good", || Ok(()));
        for _ in 0..2 {
            assert_eq!(slot.wait(Duration::ZERO).unwrap().expose(), "good");
        }
    }

    #[test]
    fn a_judge_that_panics_has_accepted_nothing() {
        let mut calls = 0;
        let slot = CallbackSlot::new(Box::new(move |_| {
            calls += 1;
            assert!(calls > 1, "the first query is one too many for this judge");
            Judgement::Take
        }));
        let hit =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| slot.offer("a", || Ok(()))));
        assert!(hit.is_err() && slot.wait(Duration::ZERO).is_none());
        assert_eq!(slot.offer("b", || Ok(())), Verdict::Accepted);
    }
}
