//! Axes with round numbers, and lengths of time.

use crate::language::Language;

/// Marks an axis has at most, whatever it is asked for.
const MOST_TICKS: usize = 50;

/// `15 min`, `1 h 30 min`, `2 d 3 h`
pub fn length(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let parts: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if parts.is_empty() { format!("{seconds} s") } else { parts.join(" ") }
}

/// An axis from one round number to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

impl Scale {
    /// The smallest axis over these values with at most `most` round steps.
    pub fn over(low: f64, high: f64, most: usize) -> Self {
        let (low, high) = if high > low { (low, high) } else { (low, low + low.abs().max(1.0)) };
        let step = step((high - low) / most.clamp(1, MOST_TICKS) as f64);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// An axis that ends where the values end, and not at a round number.
    pub fn within(low: f64, high: f64, most: usize) -> Self {
        let round = Self::over(low, high, most);
        Self { low, high: if high > low { high } else { round.high }, ..round }
    }

    /// Its round numbers, rising.
    pub fn ticks(&self) -> Vec<f64> {
        let first = (self.low / self.step - 1e-9).ceil();
        let last = (self.high / self.step + 1e-9).floor();
        let many = ((last - first).max(0.0) as usize).min(MOST_TICKS);
        (0..=many).map(|index| (first + index as f64) * self.step).collect()
    }

    /// A tick's label, each with the same decimals.
    pub fn label(&self, value: f64, language: Language) -> String {
        language.number(value, decimals(self.step))
    }

    /// 0 at the low end, 1 at the high one.
    pub fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// A mark on a lower axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// 0 at the left end of the axis, 1 at the right one.
    pub at: f64,
    /// Where the label belongs to a stretch of the axis, not to a point: its end.
    pub until: Option<f64>,
    pub label: String,
}

impl Tick {
    /// A mark at a point.
    pub fn new(at: f64, label: impl Into<String>) -> Self {
        Self { at, until: None, label: label.into() }
    }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
pub fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0];
    // A hair of tolerance: 0.3 / 3 is a little more than 0.1.
    let factor = factors.into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Decimals that a multiple of `step` needs.
pub fn decimals(step: f64) -> usize {
    (-step.log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_numbers() {
        let scale = Scale::over(0.0, 5.83, 6);
        assert_eq!(scale.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(scale.label(3.0, Language::En), "3");
        let fine = Scale::over(0.0, 0.3, 3);
        assert_eq!(
            fine.ticks().iter().map(|tick| fine.label(*tick, Language::De)).collect::<String>(),
            "0,00,10,20,3"
        );
        let both = Scale::over(-3.2, 4.0, 4);
        assert_eq!((both.low, both.high, both.step), (-4.0, 4.0, 2.0));
        assert_eq!(both.part(0.0), 0.5);
    }

    #[test]
    fn an_axis_over_one_value_is_no_division_by_zero() {
        let scale = Scale::over(0.0, 0.0, 5);
        assert!(scale.high > scale.low && scale.part(0.0) == 0.0);
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(length(900), "15 min");
        assert_eq!(length(5400), "1 h 30 min");
        assert_eq!(length(2 * 86_400), "2 d");
    }
}
