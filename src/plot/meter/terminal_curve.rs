//! Curves in the terminal: values over time, and values by size.

use super::columns::{DurationCurve, columns};
use super::series::Series;
use crate::plot::Look;
use crate::plot::canvas::{Canvas, margin};
use crate::plot::colour::LINE;
use crate::plot::number::Scale;
use crate::plot::time::ticks;

/// Rows of a picture that are not the plot: heading, axis, labels.
const AROUND: usize = 3;
const MIN_ROWS: usize = 5;
/// Columns for an hour's label, with the distance to the next.
const LABEL: usize = 10;

/// Values over time.
pub fn curve(series: &Series, look: &Look) -> String {
    let (mut canvas, scale) = canvas(series, look);
    let columns = columns(series, canvas.width());
    let range = |column: usize| columns[column].range.map(|range| (range.high, range.low));
    draw(&mut canvas, range, &scale);
    let cells = columns.chunks(columns.len() / canvas.columns);
    let missing: Vec<bool> = cells.map(|cell| cell.iter().any(|column| column.missing)).collect();
    let mut heading = series.curve_heading();
    if missing.contains(&true) {
        heading += &format!("   {} no data", look.sign('×', 'x'));
    }
    let ticks = series.span().map(|span| ticks(span, canvas.columns, &series.zone));
    let plot = canvas.framed(&scale, &ticks.unwrap_or_default(), &missing);
    format!("{}\n{plot}", look.words(&heading))
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series, look: &Look) -> String {
    let curve = DurationCurve::of(flow);
    let (mut canvas, scale) = canvas(flow, look);
    let width = canvas.width() as f64;
    let at = |column: usize| curve.at(column as f64 / width);
    draw(&mut canvas, |column| at(column).zip(at(column + 1)), &scale);
    let ticks = curve.ticks((canvas.columns / LABEL).min(8));
    let (axis, measured) = (flow.axis(), curve.measured());
    let heading = format!("Duration curve, {axis}, over the {measured} hours that were measured");
    format!("{}\n{}", look.words(&heading), canvas.framed(&scale, &ticks, &[]))
}

/// An empty plot that fits the terminal, and the axis of its values.
fn canvas<'a>(series: &Series, look: &'a Look) -> (Canvas<'a>, Scale) {
    let (low, high) = series.limits();
    let rows = look.height.saturating_sub(AROUND).max(MIN_ROWS);
    let scale = Scale::over(low, high, (rows / 2).clamp(2, 6));
    // Rows between two labels are the same everywhere.
    let steps = scale.ticks().len().saturating_sub(1).max(1);
    let rows = (rows - 1) / steps * steps + 1;
    // A letter's half stands out over the right end.
    let columns = look.columns().saturating_sub(margin(&scale) + 3).max(1);
    (Canvas::new(columns, rows, look), scale)
}

/// Each column from its highest to its lowest value, joined to the column before.
fn draw(canvas: &mut Canvas, range: impl Fn(usize) -> Option<(f64, f64)>, scale: &Scale) {
    let last = canvas.height().saturating_sub(1);
    let row = |value: f64| ((1.0 - scale.part(value)) * last as f64).round() as usize;
    let mut before: Option<(usize, usize)> = None;
    for x in 0..canvas.width() {
        let own = range(x).map(|(high, low)| (row(high), row(low)));
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
