//! Curves in the terminal: values over time, and values by size.

use super::columns::{DurationCurve, ValueRange, columns};
use super::series::Series;
use crate::plot::Look;
use crate::plot::canvas::Canvas;
use crate::plot::colour::LINE;
use crate::plot::frame::{self, AxisLabel, LowerAxis};
use crate::plot::number::Scale;
use crate::plot::ticks;

/// Rows of a picture that are not the plot: heading, axis, labels.
const AROUND: usize = 3;
const MIN_ROWS: usize = 5;
/// Columns for an hour's label, with the distance to the next.
const LABEL: usize = 10;

/// Values over time.
pub fn curve(series: &Series, look: &Look) -> String {
    let (mut canvas, scale) = canvas(series, look);
    let columns = columns(series, canvas.width());
    draw(&mut canvas, columns.iter().map(|column| column.range), &scale);
    let dots = columns.len() / canvas.columns.max(1);
    let cells = columns.chunks(dots.max(1));
    let below = LowerAxis {
        labels: time_labels(series, canvas.columns),
        missing: cells.map(|cell| cell.iter().any(|column| column.missing)).collect(),
    };
    let mut heading = series.curve_heading();
    if below.missing.contains(&true) {
        heading += &format!("   {} no data", look.sign('×', 'x'));
    }
    format!("{}\n{}", look.words(&heading), frame::frame(canvas, &scale, &below, look))
}

fn time_labels(series: &Series, columns: usize) -> Vec<AxisLabel> {
    let Some(span) = series.span() else { return Vec::new() };
    let column = |at| (span.part(at) * columns as f64).round() as usize;
    let ticks = ticks::ticks(span, columns, &series.zone).into_iter();
    ticks
        .map(|tick| AxisLabel {
            column: column(tick.at),
            until: tick.until.map(column),
            text: tick.label,
        })
        .collect()
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series, look: &Look) -> String {
    let curve = DurationCurve::of(flow);
    let (mut canvas, scale) = canvas(flow, look);
    let width = canvas.width();
    let at = |column: usize| curve.at(column as f64 / width as f64);
    let range = |column| {
        let (high, low) = (at(column)?, at(column + 1)?);
        Some(ValueRange { low, high, mean: high })
    };
    draw(&mut canvas, (0..width).map(range), &scale);
    let hours = Scale::within(0.0, curve.hours, (canvas.columns / LABEL).min(8));
    let label = |tick: f64| AxisLabel {
        column: (hours.part(tick) * canvas.columns as f64).round() as usize,
        until: None,
        text: format!("{} h", hours.label(tick)),
    };
    let labels = hours.ticks().into_iter().map(label).collect();
    let below = LowerAxis { labels, missing: Vec::new() };
    let (axis, measured) = (flow.axis(), curve.measured());
    let heading = format!("Duration curve, {axis}, over the {measured} hours that were measured");
    format!("{}\n{}", look.words(&heading), frame::frame(canvas, &scale, &below, look))
}

/// An empty plot that fits the terminal, and the axis of its values.
fn canvas(series: &Series, look: &Look) -> (Canvas, Scale) {
    let (low, high) = series.limits();
    let rows = look.height.saturating_sub(AROUND).max(MIN_ROWS);
    let scale = Scale::over(low, high, (rows / 2).clamp(2, 6));
    // Rows between two labels are the same everywhere.
    let steps = scale.ticks().len().saturating_sub(1).max(1);
    let rows = (rows - 1) / steps * steps + 1;
    // A letter's half stands out over the right end.
    let columns = look.columns().saturating_sub(frame::margin(&scale) + 3).max(1);
    (Canvas::new(columns, rows, look.ascii), scale)
}

/// Each column from its lowest to its highest value, joined to the column before.
fn draw(canvas: &mut Canvas, ranges: impl Iterator<Item = Option<ValueRange>>, scale: &Scale) {
    let last = canvas.height().saturating_sub(1);
    let row = |value: f64| ((1.0 - scale.part(value)) * last as f64).round() as usize;
    let mut before: Option<(usize, usize)> = None;
    for (x, range) in ranges.enumerate() {
        let own = range.map(|range| (row(range.high), row(range.low)));
        if let Some((mut top, mut bottom)) = own {
            if let Some((above, below)) = before {
                top = top.min(below.saturating_add(1).min(last));
                bottom = bottom.max(above.saturating_sub(1));
            }
            (top..=bottom).for_each(|y| canvas.dot(x, y, LINE));
        }
        before = own;
    }
}
