//! Key figures of a series.

use super::series::{Measurement, Series};
use crate::clock::{Timestamp, seconds_between};
use crate::plot::number::order;
use crate::plot::zone::TimeZone;

/// Part of the measured intervals whose value is at least the base load.
const BASE_PART: f64 = 0.95;

/// What a year of numbers comes down to.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The highest value, and when first.
    pub peak: Option<(Timestamp, f64)>,
    /// The 5th percentile (nearest rank): 95 % of the intervals are at or above it. The lowest
    /// value would be an outage, or an hour of sunshine.
    pub base_load: Option<f64>,
    /// Power in W, kW or MW: kWh, each mean times its interval. Energy: its own unit. A meter's
    /// state: the last minus the first.
    pub sum: Option<(f64, String)>,
    /// The sum by the peak: hours that the peak would have taken for it.
    pub full_load_hours: Option<f64>,
    pub gaps: Gaps,
}

/// Intervals without a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    pub missing: usize,
    /// Intervals in all.
    pub of: usize,
    pub seconds: i64,
    /// Gaps in one piece: begin and end.
    pub pieces: Vec<(Timestamp, Timestamp)>,
}

/// Calculates them.
pub fn figures(series: &Series, zone: &TimeZone) -> Figures {
    let flow = series.flow();
    let highest = |best: Option<(Timestamp, f64)>, next: (Timestamp, f64)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    let peak = flow.known().fold(None, highest);
    let sum = sum(series, zone);
    Figures {
        peak,
        base_load: base_load(&flow),
        full_load_hours: full_load_hours(&flow, sum.as_ref().map(|sum| sum.0), peak, zone),
        sum,
        gaps: gaps(series, zone),
    }
}

fn base_load(flow: &Series) -> Option<f64> {
    let values: Vec<f64> = flow.known().map(|(_, value)| value).collect();
    let rank = ((1.0 - BASE_PART) * values.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    values.get(*order(&values).get(rank - 1)?).copied()
}

fn sum(series: &Series, zone: &TimeZone) -> Option<(f64, String)> {
    let total = || series.known().map(|(_, value)| value).sum::<f64>();
    match series.measurement {
        Measurement::Energy if series.known().next().is_some() => {
            Some((total(), series.unit.clone()))
        }
        Measurement::MeterReading => {
            let (first, last) = (series.known().next()?, series.known().last()?);
            (last.0 > first.0).then(|| (last.1 - first.1, series.unit.clone()))
        }
        Measurement::Power => {
            let (factor, unit) = per_hour(&series.unit)?;
            series.known().next()?;
            Some((factor * times_hours(series, zone), unit))
        }
        _ => None,
    }
}

/// What a unit of power is after an hour, and how many of it.
fn per_hour(unit: &str) -> Option<(f64, String)> {
    match unit {
        "W" => Some((0.001, "kWh".to_owned())),
        "kW" => Some((1.0, "kWh".to_owned())),
        "MW" => Some((1000.0, "kWh".to_owned())),
        other => other.strip_suffix("/h").map(|rest| (1.0, rest.to_owned())),
    }
}

fn hours(series: &Series, begin: Timestamp, zone: &TimeZone) -> f64 {
    seconds_between(begin, series.until(begin, zone)) as f64 / 3600.0
}

fn times_hours(series: &Series, zone: &TimeZone) -> f64 {
    series.known().map(|(begin, value)| value * hours(series, begin, zone)).sum()
}

fn full_load_hours(
    flow: &Series,
    sum: Option<f64>,
    peak: Option<(Timestamp, f64)>,
    zone: &TimeZone,
) -> Option<f64> {
    let (begin, peak) = peak.filter(|peak| peak.1 > 0.0)?;
    // A negative part would be another direction, and the quotient would mean nothing.
    if flow.known().any(|(_, value)| value < 0.0) {
        return None;
    }
    match flow.measurement {
        Measurement::Power => Some(times_hours(flow, zone) / peak),
        Measurement::Energy => Some(sum? / (peak / hours(flow, begin, zone))),
        _ => None,
    }
}

fn gaps(series: &Series, zone: &TimeZone) -> Gaps {
    let mut gaps = Gaps { of: series.points.len(), ..Gaps::default() };
    for (begin, _) in series.points.iter().filter(|(_, value)| value.is_none()) {
        let end = series.until(*begin, zone);
        gaps.missing += 1;
        gaps.seconds += seconds_between(*begin, end);
        match gaps.pieces.last_mut() {
            Some(piece) if piece.1 == *begin => piece.1 = end,
            _ => gaps.pieces.push((*begin, end)),
        }
    }
    gaps
}

impl Gaps {
    /// The longest gap, the earlier of two alike.
    pub fn longest(&self) -> Option<(Timestamp, Timestamp)> {
        let length = |piece: &(Timestamp, Timestamp)| seconds_between(piece.0, piece.1);
        self.pieces.iter().copied().rev().max_by_key(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::after;
    use crate::plot::zone;

    fn series(measurement: Measurement, unit: &str, values: &[Option<f64>]) -> Series {
        let begin: Timestamp = "2026-01-12T00:00:00Z".parse().unwrap();
        Series {
            title: "Haus".into(),
            unit: unit.into(),
            measurement,
            points: (0..).zip(values).map(|(n, v)| (after(begin, n * 900), *v)).collect(),
            resolution_seconds: 900,
        }
    }

    #[test]
    fn figures_are_those_calculated_by_hand() {
        let values = [Some(1.0), Some(4.0), None, None, Some(3.0), Some(4.0), None];
        let power = figures(&series(Measurement::Power, "kW", &values), &zone::berlin());
        // (1 + 4 + 3 + 4) kW × 0.25 h = 3 kWh; 3 kWh / 4 kW = 0.75 h
        assert_eq!(power.sum, Some((3.0, "kWh".into())));
        assert_eq!(power.full_load_hours, Some(0.75));
        assert_eq!(power.peak.map(|peak| peak.1), Some(4.0));
        assert_eq!(power.peak.unwrap().0, "2026-01-12T00:15:00Z".parse().unwrap());
        assert_eq!(power.base_load, Some(1.0));
        assert_eq!((power.gaps.missing, power.gaps.of, power.gaps.seconds), (3, 7, 2700));
        let longest =
            ("2026-01-12T00:30:00Z".parse().unwrap(), "2026-01-12T01:00:00Z".parse().unwrap());
        assert_eq!((power.gaps.pieces.len(), power.gaps.longest()), (2, Some(longest)));
    }

    #[test]
    fn a_meter_that_went_on_in_a_gap_has_its_whole_sum() {
        let values = [Some(10.0), Some(12.0), None, Some(15.0), Some(16.0)];
        let meter = figures(&series(Measurement::MeterReading, "kWh", &values), &zone::berlin());
        assert_eq!(meter.sum, Some((6.0, "kWh".into())));
        // The highest increase is 2 kWh in 0.25 h, 8 kW: 6 kWh / 8 kW.
        assert_eq!((meter.peak.map(|peak| peak.1), meter.full_load_hours), (Some(2.0), Some(0.75)));
    }

    #[test]
    fn a_gap_is_not_a_zero() {
        let with = figures(
            &series(Measurement::Power, "kW", &[Some(2.0), None, Some(2.0)]),
            &zone::berlin(),
        );
        assert_eq!((with.base_load, with.full_load_hours), (Some(2.0), Some(0.5)));
    }

    #[test]
    fn watts_become_kilowatt_hours_and_other_units_do_not() {
        let sum = |measurement, unit| {
            figures(&series(measurement, unit, &[Some(800.0), Some(1200.0)]), &zone::berlin()).sum
        };
        assert_eq!(sum(Measurement::Power, "W"), Some((0.5, "kWh".into())));
        assert_eq!(sum(Measurement::Power, "m³/h"), Some((500.0, "m³".into())));
        assert_eq!(sum(Measurement::Power, "bar"), None);
        assert_eq!(sum(Measurement::Energy, "m³"), Some((2000.0, "m³".into())));
        assert_eq!(sum(Measurement::MeterReading, "kWh"), Some((400.0, "kWh".into())));
    }

    #[test]
    fn a_mean_over_a_short_day_counts_23_hours() {
        let mut day = series(Measurement::Power, "kW", &[Some(1.0)]);
        day.points[0].0 = "2026-03-28T23:00:00Z".parse().unwrap();
        day.resolution_seconds = zone::DAY;
        assert_eq!(figures(&day, &zone::berlin()).sum, Some((23.0, "kWh".into())));
    }

    #[test]
    fn the_base_load_is_the_fifth_percentile_by_nearest_rank() {
        let values: Vec<Option<f64>> = (1..=100).rev().map(|n| Some(f64::from(n))).collect();
        let power = figures(&series(Measurement::Power, "kW", &values), &zone::berlin());
        assert_eq!(power.base_load, Some(5.0));
    }

    #[test]
    fn nothing_has_no_figures() {
        let nothing = figures(&series(Measurement::Power, "kW", &[None, None]), &zone::berlin());
        assert_eq!((nothing.peak, nothing.sum, nothing.full_load_hours), (None, None, None));
        assert_eq!(nothing.gaps.pieces.len(), 1);
    }
}
