//! The states of a meter: they rise, until somebody exchanges it or its register rolls over.

use super::series::Interval;
use crate::clock::Timestamp;

/// Within so many intervals a state that comes back to where it was before makes what lies between
/// an error of transmission, and not another meter. A day of quarter hours.
const MOST_BETWEEN: usize = 100;

/// A state that is lower than the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fall {
    pub at: Timestamp,
    pub from: f64,
    pub to: f64,
}

/// The states without those that the others contradict: one that is too high for a moment, or
/// zeros before the old state goes on.
pub fn trusted(intervals: &[Interval]) -> Vec<Interval> {
    let mut states = intervals.to_vec();
    let known: Vec<(usize, f64)> =
        states.iter().enumerate().filter_map(|(place, it)| Some((place, it.value?))).collect();
    let mut place = 1;
    while place < known.len() {
        let ((_, before), (_, now)) = (known[place - 1], known[place]);
        place += 1;
        if now >= before {
            continue;
        }
        let was_high = place >= 3 && now >= known[place - 3].1;
        if was_high {
            states[known[place - 2].0].value = None;
            continue;
        }
        let after = known[place..].iter().take(MOST_BETWEEN);
        let back = after.take_while(|(_, later)| *later < before).count() + place;
        // The old meter goes on in one step; a new one would climb there slowly.
        let step = known.get(back).map(|(_, state)| state - known[back - 1].1);
        if step.is_some_and(|step| step >= (before - now) / 2.0) && back - place < MOST_BETWEEN {
            known[place - 1..back].iter().for_each(|(place, _)| states[*place].value = None);
            place = back + 1;
        }
    }
    states
}

/// Where the states fall.
pub fn falls(states: &[Interval]) -> Vec<Fall> {
    let steps = steps(states).filter(|(_, from, to)| to < from);
    steps.map(|(at, from, to)| Fall { at, from, to }).collect()
}

/// What flowed between the first state and the last, in the parts between falls: what flowed over
/// a fall is not known. None of fewer than two states.
pub fn sum(states: &[Interval]) -> Option<f64> {
    let mut steps = steps(states).peekable();
    steps.peek()?;
    Some(steps.map(|(_, from, to)| (to - from).max(0.0)).sum())
}

/// From one known state to the next, with the time of the next.
fn steps(states: &[Interval]) -> impl Iterator<Item = (Timestamp, f64, f64)> {
    let mut before = None;
    states.iter().filter_map(move |interval| {
        let value = interval.value?;
        let step = before.map(|from| (interval.time.begin, from, value));
        before = Some(value);
        step
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::quarters;
    use super::*;

    fn of(states: &[f64]) -> (Option<f64>, Vec<(f64, f64)>) {
        let series = quarters("2026-01-12T00:00:00Z", states.iter().copied().map(Some));
        let states = trusted(&series.intervals);
        let falls = falls(&states).iter().map(|fall| (fall.from, fall.to)).collect();
        (sum(&states), falls)
    }

    #[test]
    fn an_exchanged_meter_is_summed_by_its_parts() {
        assert_eq!(of(&[12_000.0, 12_010.0, 3.0, 4.5]), (Some(11.5), vec![(12_010.0, 3.0)]));
        assert_eq!(of(&[99_999.0, 1.0, 2.0, 3.0]), (Some(2.0), vec![(99_999.0, 1.0)]));
        // A new meter that climbs beyond the old one's state is no return.
        let slowly = [5.0, 6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(of(&slowly), (Some(9.0), vec![(6.0, 0.0)]));
        assert_eq!((of(&[7.0]).0, of(&[7.0, 6.0]).0), (None, Some(0.0)));
    }

    #[test]
    fn what_the_states_around_contradict_is_no_exchange() {
        assert_eq!(of(&[100.0, 101.0, 0.0, 102.0]), (Some(2.0), vec![]));
        assert_eq!(of(&[100.0, 101.0, 0.0, 0.0, 0.5, 102.0, 103.0]), (Some(3.0), vec![]));
        assert_eq!(of(&[100.0, 99_999.0, 101.0]), (Some(1.0), vec![]));
        let falling: Vec<f64> = (0..50_000).map(|n| f64::from(-n)).collect();
        assert_eq!(of(&falling).1.len(), 49_999);
    }
}
