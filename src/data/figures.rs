//! Key figures of a series.

use std::cmp::Ordering::Equal;

use super::query::Measurement;
use super::series::{Interval, Series};
use super::span::Span;
use super::states::{self, Fall};

/// Part of the measured intervals whose value is at least the base load.
const BASE_PART: f64 = 0.95;

/// What a year of numbers comes down to.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The interval with the highest value, the first of them.
    pub peak: Option<Interval>,
    /// The 5th percentile (nearest rank): 95 % of the intervals are at or above it. The lowest
    /// value would be an outage, or an hour of sunshine.
    pub base_load: Option<f64>,
    pub sum: Option<Sum>,
    /// The sum by the peak: hours that the peak would have taken for it.
    pub full_load_hours: Option<f64>,
    /// Intervals without a value.
    pub missing: usize,
    /// The same in pieces: intervals that follow each other are one.
    pub gaps: Vec<Span>,
    /// Where a meter was exchanged or rolled over: what flowed there is not in the sum.
    pub falls: Vec<Fall>,
    /// Values that no meter measures, or that the states around them contradict.
    pub left_out: usize,
}

/// Power in W, kW or MW: kWh, each mean times its interval. Energy: its own unit. A meter's state:
/// the last minus the first, between falls.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    pub amount: f64,
    pub unit: String,
}

impl Figures {
    pub fn of(series: &Series) -> Self {
        let flow = series.flow();
        let known = flow.intervals.iter().filter(|interval| interval.value.is_some());
        // From the end, because `max_by` returns the last of equals.
        let peak = known.rev().max_by(|a, b| a.value.partial_cmp(&b.value).unwrap_or(Equal));
        let sum = sum(series);
        let states =
            if series.is_state() { states::trusted(&series.intervals) } else { Vec::new() };
        let trusted = states.iter().filter(|state| state.value.is_some()).count();
        let contradicted = if series.is_state() { series.values().count() - trusted } else { 0 };
        Self {
            peak: peak.copied(),
            base_load: base_load(&flow),
            full_load_hours: full_load_hours(&flow, sum.as_ref(), peak),
            sum,
            missing: series.intervals.len() - series.values().count(),
            gaps: gaps(series),
            falls: states::falls(&states),
            left_out: series.impossible + contradicted,
        }
    }
}

fn base_load(flow: &Series) -> Option<f64> {
    let mut values: Vec<f64> = flow.values().collect();
    values.sort_by(f64::total_cmp);
    let rank = ((1.0 - BASE_PART) * values.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    values.get(rank - 1).copied()
}

fn sum(series: &Series) -> Option<Sum> {
    series.values().next()?;
    let (amount, unit) = match series.measurement? {
        Measurement::Energy => (series.values().sum(), series.unit.as_str()),
        Measurement::MeterReading => {
            (states::sum(&states::trusted(&series.intervals))?, &*series.unit)
        }
        Measurement::Power => {
            let (power, unit) = per_hour(&series.unit)?;
            // Divided, since what 10⁻³ is to `powi` differs between Windows and the others.
            let (factor, amount) = (10f64.powi(power.abs()), times_hours(series));
            (if power < 0 { amount / factor } else { amount * factor }, unit)
        }
    };
    Some(Sum { amount, unit: unit.to_owned() })
}

/// A unit of power for an hour: so many times this unit, as a power of ten.
pub fn per_hour(unit: &str) -> Option<(i32, &str)> {
    match unit {
        "W" => Some((-3, "kWh")),
        "kW" => Some((0, "kWh")),
        "MW" => Some((3, "kWh")),
        other => Some((0, other.strip_suffix("/h")?)),
    }
}

fn times_hours(series: &Series) -> f64 {
    series.intervals.iter().filter_map(|it| Some(it.value? * it.hours())).sum()
}

fn full_load_hours(flow: &Series, sum: Option<&Sum>, peak: Option<&Interval>) -> Option<f64> {
    let interval = peak?;
    let peak = interval.value.filter(|peak| *peak > 0.0)?;
    // A negative part would be another direction, and the quotient would mean nothing.
    if flow.values().any(|value| value < 0.0) {
        return None;
    }
    match flow.measurement? {
        Measurement::Power => Some(times_hours(flow) / peak),
        _ => Some(sum?.amount / (peak / interval.hours())),
    }
}

fn gaps(series: &Series) -> Vec<Span> {
    let pieces = series.intervals.split(|interval| interval.value.is_some());
    let span = |piece: &[Interval]| {
        Some(Span { begin: piece.first()?.time.begin, end: piece.last()?.time.end })
    };
    pieces.filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::super::query::Resolution;
    use super::super::testing::{self, quarters, time};
    use super::*;

    const BEGIN: &str = "2026-01-12T00:00:00Z";

    fn figures(measurement: Measurement, unit: &str, values: &[Option<f64>]) -> Figures {
        let series = quarters(BEGIN, values.iter().copied());
        Figures::of(&Series { unit: unit.into(), measurement: Some(measurement), ..series })
    }

    fn sum(amount: f64, unit: &str) -> Option<Sum> {
        Some(Sum { amount, unit: unit.into() })
    }

    fn peak(figures: &Figures) -> Option<f64> {
        figures.peak.and_then(|peak| peak.value)
    }

    #[test]
    fn figures_are_those_calculated_by_hand() {
        let values = [Some(1.0), Some(4.0), None, None, Some(3.0), Some(4.0), None];
        let power = figures(Measurement::Power, "kW", &values);
        // (1 + 4 + 3 + 4) kW × 0.25 h = 3 kWh; 3 kWh / 4 kW = 0.75 h
        assert_eq!(power.sum, sum(3.0, "kWh"));
        assert_eq!(power.full_load_hours, Some(0.75));
        assert_eq!(peak(&power), Some(4.0));
        assert_eq!(power.peak.unwrap().time.begin, time("2026-01-12T00:15:00Z"));
        assert_eq!(power.base_load, Some(1.0));
        let gap = |begin, end| Span { begin: time(begin), end: time(end) };
        let first = gap("2026-01-12T00:30:00Z", "2026-01-12T01:00:00Z");
        let second = gap("2026-01-12T01:30:00Z", "2026-01-12T01:45:00Z");
        assert_eq!((power.missing, &power.gaps[..]), (3, &[first, second][..]));
    }

    #[test]
    fn a_meter_that_went_on_in_a_gap_has_its_whole_sum() {
        let values = [Some(10.0), Some(12.0), None, Some(15.0), Some(16.0)];
        let meter = figures(Measurement::MeterReading, "kWh", &values);
        assert_eq!(meter.sum, sum(6.0, "kWh"));
        // The highest increase is 2 kWh in 0.25 h, 8 kW: 6 kWh / 8 kW.
        assert_eq!((peak(&meter), meter.full_load_hours), (Some(2.0), Some(0.75)));
    }

    #[test]
    fn a_gap_is_not_a_zero() {
        let with = figures(Measurement::Power, "kW", &[Some(2.0), None, Some(2.0)]);
        assert_eq!((with.base_load, with.full_load_hours), (Some(2.0), Some(0.5)));
    }

    #[test]
    fn watts_become_kilowatt_hours_and_other_units_do_not() {
        let of = |measurement, unit| figures(measurement, unit, &[Some(800.0), Some(1200.0)]).sum;
        assert_eq!(of(Measurement::Power, "W"), sum(0.5, "kWh"));
        assert_eq!(of(Measurement::Power, "m³/h"), sum(500.0, "m³"));
        assert_eq!(of(Measurement::Power, "bar"), None);
        assert_eq!(of(Measurement::Energy, "m³"), sum(2000.0, "m³"));
        assert_eq!(of(Measurement::MeterReading, "kWh"), sum(400.0, "kWh"));
    }

    #[test]
    fn a_mean_over_a_short_day_counts_23_hours() {
        let day = testing::series("2026-03-28T23:00:00Z", Resolution::Day, [Some(1.0)]);
        assert_eq!(Figures::of(&day).sum, sum(23.0, "kWh"));
    }

    #[test]
    fn the_base_load_is_the_fifth_percentile_by_nearest_rank() {
        let values: Vec<Option<f64>> = (1..=100).rev().map(|n| Some(f64::from(n))).collect();
        let power = figures(Measurement::Power, "kW", &values);
        assert_eq!(power.base_load, Some(5.0));
    }

    #[test]
    fn nothing_has_no_figures() {
        let nothing = figures(Measurement::Power, "kW", &[None, None]);
        assert_eq!((nothing.peak, nothing.sum, nothing.full_load_hours), (None, None, None));
        assert_eq!(nothing.gaps.len(), 1);
    }
}
