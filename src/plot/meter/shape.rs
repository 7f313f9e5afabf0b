//! From values to places: what one column of a curve shows, and values by size.

use super::series::Series;
use crate::clock::{Timestamp, seconds_between};
use crate::plot::number::order;
use crate::plot::zone::TimeZone;

/// What one column of a curve shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Lowest, highest and mean value of the intervals in it, where one is known.
    pub range: Option<(f64, f64, f64)>,
    /// A part of it has no value.
    pub missing: bool,
    /// Intervals that the mean is of.
    pub known: u32,
}

impl Bucket {
    fn take(&mut self, value: Option<f64>) {
        let Some(value) = value else {
            self.missing = true;
            return;
        };
        self.known += 1;
        self.range = Some(match self.range {
            None => (value, value, value),
            Some((low, high, mean)) => {
                (low.min(value), high.max(value), mean + (value - mean) / f64::from(self.known))
            }
        });
    }
}

/// The series in `columns` columns of the same time. An interval that reaches into several is in
/// each of them; nothing is drawn where nothing was measured.
pub fn buckets(series: &Series, columns: usize, zone: &TimeZone) -> Vec<Bucket> {
    let mut buckets = vec![Bucket::default(); columns];
    let Some((begin, end)) = series.span(zone) else { return buckets };
    for (from, value) in &series.points {
        let place = |at: Timestamp| part(at, begin, end) * columns as f64;
        let first = (place(*from) + 1e-6) as usize;
        let last = ((place(series.until(*from, zone)) - 1e-6) as usize).max(first);
        for bucket in buckets.iter_mut().take(last + 1).skip(first) {
            bucket.take(*value);
        }
    }
    buckets
}

/// 0 at `begin`, 1 at `end`.
pub fn part(at: Timestamp, begin: Timestamp, end: Timestamp) -> f64 {
    seconds_between(begin, at) as f64 / seconds_between(begin, end).max(1) as f64
}

/// Values from the highest to the lowest, each with the hours until which it is reached.
pub struct Duration {
    pub steps: Vec<(f64, f64)>,
    /// Hours that were measured.
    pub hours: f64,
}

/// The duration curve (Jahresdauerlinie). Gaps are in no part of it.
pub fn duration(flow: &Series, zone: &TimeZone) -> Duration {
    let length = |begin| seconds_between(begin, flow.until(begin, zone)) as f64 / 3600.0;
    let known: Vec<(Timestamp, f64)> = flow.known().collect();
    let falling: Vec<f64> = known.iter().map(|(_, value)| -value).collect();
    let mut hours = 0.0;
    let mut steps = Vec::with_capacity(known.len());
    for (begin, value) in order(&falling).into_iter().filter_map(|place| known.get(place)) {
        hours += length(*begin);
        steps.push((hours, *value));
    }
    Duration { steps, hours }
}

impl Duration {
    /// The value at a part of the time, 0 the highest and 1 the lowest.
    pub fn at(&self, part: f64) -> Option<f64> {
        let hour = part * self.hours;
        let index = self.steps.partition_point(|(until, _)| *until <= hour);
        self.steps.get(index).or(self.steps.last()).map(|step| step.1)
    }
}

/// Lowest and highest value for an axis: with zero, but for the state of a meter.
pub fn limits(series: &Series, with_zero: bool) -> (f64, f64) {
    let start = if with_zero { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
    let (low, high) = series.known().fold(start, |(low, high), (_, v)| (low.min(v), high.max(v)));
    if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 0.0) }
}

#[cfg(test)]
mod tests {
    use super::super::series::Measurement;
    use super::*;
    use crate::clock::after;
    use crate::plot::zone::berlin;

    fn series(values: &[Option<f64>]) -> Series {
        let begin: Timestamp = "2026-01-12T00:00:00Z".parse().unwrap();
        Series {
            title: String::new(),
            unit: "kW".into(),
            measurement: Measurement::Power,
            points: (0..).zip(values).map(|(n, v)| (after(begin, n * 900), *v)).collect(),
            resolution_seconds: 900,
        }
    }

    #[test]
    fn columns_keep_their_extremes_and_gaps_stay_empty() {
        let buckets =
            buckets(&series(&[Some(1.0), Some(3.0), None, None, None, Some(0.0)]), 3, &berlin());
        assert_eq!(buckets[0].range, Some((1.0, 3.0, 2.0)));
        assert_eq!((buckets[1].range, buckets[1].missing), (None, true));
        assert_eq!((buckets[2].range, buckets[2].missing), (Some((0.0, 0.0, 0.0)), true));
    }

    #[test]
    fn a_long_interval_is_in_every_column_it_covers() {
        let buckets = buckets(&series(&[Some(1.0), Some(2.0)]), 5, &berlin());
        let means: Vec<f64> = buckets.iter().map(|bucket| bucket.range.unwrap().2).collect();
        assert_eq!(means, [1.0, 1.0, 1.5, 2.0, 2.0]);
    }

    #[test]
    fn the_duration_curve_falls_and_leaves_gaps_out() {
        let curve =
            duration(&series(&[Some(1.0), None, Some(5.0), Some(2.0), Some(1.0)]), &berlin());
        assert_eq!(curve.hours, 1.0);
        assert_eq!(curve.steps, [(0.25, 5.0), (0.5, 2.0), (0.75, 1.0), (1.0, 1.0)]);
        assert_eq!(
            (curve.at(0.0), curve.at(0.3), curve.at(1.0)),
            (Some(5.0), Some(2.0), Some(1.0))
        );
    }
}
