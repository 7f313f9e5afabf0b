//! A meter and direction: its values row by row, its days, its key figures, what is odd about it.

use std::sync::Arc;

use super::Frame;
use super::quantity::{Kind, Quantity};
use crate::data::decimal::Decimal;
use crate::data::figures::Figures;
use crate::data::finding::Finding;
use crate::data::meter::Meter;
use crate::data::query::Measurement;
use crate::data::series::{Interval, Series};
use crate::data::span::Span;
use crate::plot::meter::{MeterView, panels};
use crate::plot::svg::Panel;

/// A column of the sheet, and what is said of it elsewhere.
pub struct Column {
    pub meter: Arc<Meter>,
    /// `IN` consumption, `OUT` feed-in; empty where nothing is known.
    pub direction: String,
    pub medium: String,
    pub quantity: Quantity,
    /// Values of the rows: amounts, or states of the meter.
    pub amounts: Vec<Option<f64>>,
    /// Mean powers of the same; of days, the highest of the day. Empty where there are none.
    pub powers: Vec<Option<f64>>,
    pub days: Vec<DayAmount>,
    /// Decimal places of amounts and of powers.
    pub places: [usize; 2],
    pub sum: Option<Decimal>,
    /// Peak and base load as power where there is one, else per interval.
    pub figures: Figures,
    pub intervals: usize,
    /// What is odd about its readings.
    pub found: Vec<Finding>,
    /// For a page: the curve of what is shown.
    pub panels: Vec<Panel>,
}

/// What flowed on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayAmount {
    pub amount: Option<Decimal>,
    pub missing: usize,
}

impl Column {
    pub fn new(series: &Series, found: &[Finding], frame: &Frame) -> Self {
        let quantity = Quantity::of(series.measurement, &series.unit);
        let shown = as_power(series, &quantity);
        let figures = Figures::of(&shown);
        let is_own = |it: &&Finding| {
            it.labels.is_same_series(&series.labels) && it.labels.unit == series.unit
        };
        let mut column = Self {
            found: found.iter().filter(is_own).cloned().collect(),
            meter: Arc::clone(&series.labels.meter),
            direction: series.labels.direction.clone(),
            medium: medium(series),
            days: days(series, &quantity, frame),
            sum: sum(series, &quantity, &figures),
            intervals: series.intervals.len(),
            panels: Vec::new(),
            amounts: Vec::new(),
            powers: Vec::new(),
            places: [0; 2],
            quantity,
            figures,
        };
        if frame.drawn {
            column.panels = panels(&shown, &[MeterView::Curve], frame.words.language);
        }
        column.fill(series, &shown, frame);
        column
    }

    /// The values of the rows.
    fn fill(&mut self, series: &Series, shown: &Series, frame: &Frame) {
        let quantity = &self.quantity;
        let of = |it: &Interval| quantity.amount(it.value?, it.time.seconds());
        let amounts: Vec<Option<Decimal>> = series.intervals.iter().map(of).collect();
        let powers: Vec<Option<f64>> = match quantity.power_unit {
            Some(_) if shown.measurement == Some(Measurement::Power) => {
                shown.intervals.iter().map(|interval| interval.value).collect()
            }
            _ => Vec::new(),
        };
        let places = |numbers: &mut dyn Iterator<Item = Decimal>| {
            numbers.map(Decimal::places).max().unwrap_or_default()
        };
        let of_powers = powers.iter().flatten().filter_map(|power| Decimal::of(*power));
        self.places = [places(&mut amounts.iter().flatten().copied()), places(&mut { of_powers })];
        if frame.by_day {
            let number = |day: &DayAmount| day.amount.map(Decimal::number);
            self.amounts = self.days.iter().map(number).collect();
            self.powers = highest_of_days(shown, frame, !powers.is_empty());
        } else {
            self.amounts = amounts.iter().map(|it| it.map(Decimal::number)).collect();
            self.powers = powers;
        }
    }

    /// The unit of peak and base load; `None` is an amount per interval.
    pub fn power_unit(&self) -> Option<&str> {
        self.quantity.power_unit.as_deref().filter(|_| !self.powers.is_empty())
    }

    /// Decimal places of peak and base load.
    pub fn peak_places(&self) -> usize {
        self.places[usize::from(self.power_unit().is_some())]
    }

    pub fn has_values(&self) -> bool {
        self.figures.missing < self.intervals
    }
}

/// The provider says it with each reading, and of the meter.
fn medium(series: &Series) -> String {
    let said = [&series.labels.medium, &series.labels.meter.medium];
    said.into_iter().find(|medium| !medium.is_empty()).cloned().unwrap_or_default()
}

/// Energy as the mean power of its intervals; anything else as it is.
fn as_power(series: &Series, quantity: &Quantity) -> Series {
    let as_it_is = || series.clone();
    let (Kind::Amount, Some(unit)) = (quantity.kind, &quantity.power_unit) else {
        return as_it_is();
    };
    let power = |it: &Interval| match it.value {
        None => Some(Interval { value: None, ..*it }),
        Some(value) => {
            let power = quantity.power(value, it.time.seconds())?;
            Some(Interval { value: Some(power.number()), ..*it })
        }
    };
    let Some(intervals) = series.intervals.iter().map(power).collect() else { return as_it_is() };
    let measurement = Some(Measurement::Power);
    Series { intervals, measurement, unit: unit.clone(), ..series.clone() }
}

/// Amounts add up exactly; of a meter's states the difference is rounded to their places.
fn sum(series: &Series, quantity: &Quantity, figures: &Figures) -> Option<Decimal> {
    if quantity.kind == Kind::State {
        return Decimal::of(figures.sum.as_ref()?.amount);
    }
    figures.sum.as_ref()?;
    added(&series.intervals, quantity)
}

/// The sum of the values that are there; `None` where there are none, or one cannot be added.
fn added(intervals: &[Interval], quantity: &Quantity) -> Option<Decimal> {
    let known = intervals.iter().filter_map(|it| Some((it.value?, it.time.seconds())));
    let mut sum: Option<Decimal> = None;
    for (value, seconds) in known {
        let amount = quantity.amount(value, seconds)?;
        sum = Some(sum.unwrap_or(Decimal::ZERO).plus(amount)?);
    }
    sum
}

/// What flowed on each day of the frame.
fn days(series: &Series, quantity: &Quantity, frame: &Frame) -> Vec<DayAmount> {
    let flow = series.flow();
    let of_days = by_day(&flow.intervals, frame);
    let day = |intervals: &[Interval]| DayAmount {
        amount: added(intervals, quantity).filter(|_| quantity.kind != Kind::Unknown),
        missing: intervals.iter().filter(|it| it.value.is_none()).count(),
    };
    of_days.into_iter().map(day).collect()
}

fn highest_of_days(shown: &Series, frame: &Frame, are_powers: bool) -> Vec<Option<f64>> {
    if !are_powers {
        return Vec::new();
    }
    let highest =
        |intervals: &[Interval]| intervals.iter().filter_map(|it| it.value).max_by(f64::total_cmp);
    by_day(&shown.intervals, frame).into_iter().map(highest).collect()
}

/// The intervals of each day of the frame, in its order.
fn by_day<'a>(intervals: &'a [Interval], frame: &Frame) -> Vec<&'a [Interval]> {
    let mut left = intervals;
    let of_day = |day: &Span| {
        let (own, rest) = left.split_at(left.partition_point(|it| it.time.begin < day.end));
        left = rest;
        own
    };
    frame.days.iter().map(of_day).collect()
}
