//! What a column of a curve shows, and values by size.

use crate::clock::Timestamp;
use crate::data::series::Series;
use crate::language::Language;
use crate::plot::number::{Scale, Tick};

/// What one column of a curve shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CurveColumn {
    /// Of the intervals in it, where a value is known.
    pub range: Option<ValueRange>,
    /// A part of it has no value.
    pub missing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueRange {
    pub low: f64,
    pub high: f64,
    pub mean: f64,
    /// Intervals that the mean is of.
    known: f64,
}

impl ValueRange {
    fn take(&mut self, value: f64) {
        self.known += 1.0;
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.mean += (value - self.mean) / self.known;
    }
}

/// The series in `count` columns of the same time. An interval that reaches into several is in
/// each of them; nothing is drawn where nothing was measured.
pub fn columns(series: &Series, count: usize) -> Vec<CurveColumn> {
    let mut columns = vec![CurveColumn::default(); count];
    let Some(span) = series.span() else { return columns };
    let of = |value| ValueRange { low: value, high: value, mean: value, known: 0.0 };
    let place = |at: Timestamp| span.part(at) * count as f64;
    for interval in &series.intervals {
        let first = (place(interval.time.begin) + 1e-6) as usize;
        let last = ((place(interval.time.end) - 1e-6) as usize).max(first);
        for column in columns.iter_mut().take(last + 1).skip(first) {
            match interval.value {
                Some(value) => column.range.get_or_insert(of(value)).take(value),
                None => column.missing = true,
            }
        }
    }
    columns
}

/// Values from the highest to the lowest (Jahresdauerlinie). Gaps are in no part of it.
pub struct DurationCurve {
    pub steps: Vec<DurationStep>,
    /// Hours that were measured.
    pub hours: f64,
}

/// A value, and the hours until which it is reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DurationStep {
    pub until: f64,
    pub value: f64,
}

impl DurationCurve {
    pub fn of(flow: &Series) -> Self {
        let known = flow.intervals.iter().filter_map(|it| Some((it.value?, it.hours())));
        let mut known: Vec<(f64, f64)> = known.collect();
        known.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut hours = 0.0;
        let step = |(value, long)| {
            hours += long;
            DurationStep { until: hours, value }
        };
        let steps = known.into_iter().map(step).collect();
        Self { steps, hours }
    }

    /// The marks of its hours, at most `most` steps of them.
    pub fn ticks(&self, most: usize, language: Language) -> Vec<Tick> {
        let hours = Scale::within(0.0, self.hours, most);
        let tick = |hour| Tick::new(hours.part(hour), format!("{} h", hours.label(hour, language)));
        hours.ticks().into_iter().map(tick).collect()
    }

    /// The hours that were measured, in words.
    pub fn measured(&self, language: Language) -> String {
        language.number(self.hours, usize::from(self.hours.fract() != 0.0))
    }

    /// The value at a part of the time, 0 the highest and 1 the lowest.
    pub fn at(&self, part: f64) -> Option<f64> {
        let hour = part * self.hours;
        let index = self.steps.partition_point(|step| step.until <= hour);
        self.steps.get(index).or(self.steps.last()).map(|step| step.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::quarters;

    fn series(values: &[Option<f64>]) -> Series {
        quarters("2026-01-12T00:00:00Z", values.iter().copied())
    }

    fn range(low: f64, high: f64, mean: f64, known: f64) -> Option<ValueRange> {
        Some(ValueRange { low, high, mean, known })
    }

    #[test]
    fn columns_keep_their_extremes_and_gaps_stay_empty() {
        let columns = columns(&series(&[Some(1.0), Some(3.0), None, None, None, Some(0.0)]), 3);
        assert_eq!(columns[0].range, range(1.0, 3.0, 2.0, 2.0));
        assert_eq!((columns[1].range, columns[1].missing), (None, true));
        assert_eq!((columns[2].range, columns[2].missing), (range(0.0, 0.0, 0.0, 1.0), true));
    }

    #[test]
    fn a_long_interval_is_in_every_column_it_covers() {
        let columns = columns(&series(&[Some(1.0), Some(2.0)]), 5);
        let means: Vec<f64> = columns.iter().map(|column| column.range.unwrap().mean).collect();
        assert_eq!(means, [1.0, 1.0, 1.5, 2.0, 2.0]);
    }

    #[test]
    fn the_duration_curve_falls_and_leaves_gaps_out() {
        let values = [Some(1.0), None, Some(5.0), Some(2.0), Some(1.0)];
        let curve = DurationCurve::of(&series(&values));
        assert_eq!(curve.hours, 1.0);
        let steps: Vec<(f64, f64)> = curve.steps.iter().map(|it| (it.until, it.value)).collect();
        assert_eq!(steps, [(0.25, 5.0), (0.5, 2.0), (0.75, 1.0), (1.0, 1.0)]);
        assert_eq!(
            (curve.at(0.0), curve.at(0.3), curve.at(1.0)),
            (Some(5.0), Some(2.0), Some(1.0))
        );
    }
}
