//! Curves in the terminal: values over time, and values by size.

use super::series::{Measurement, Series};
use super::shape::{self, Bucket};
use crate::plot::Look;
use crate::plot::canvas::Canvas;
use crate::plot::colour::{LINE, Paint};
use crate::plot::frame::{self, Mark};
use crate::plot::number::{Scale, number};
use crate::plot::ticks;

/// Rows of a picture that are not the plot: heading, axis, labels.
const AROUND: usize = 3;
const MIN_ROWS: usize = 5;
/// Columns for an hour's or a percentage's label, with the distance to the next.
const LABEL: usize = 10;

/// Values over time.
pub fn curve(series: &Series, look: &Look) -> String {
    let state = series.measurement == Measurement::MeterReading;
    let (low, high) = shape::limits(series, !state);
    let (mut canvas, scale) = canvas(low, high, look);
    let columns = shape::buckets(series, canvas.width(), &look.zone);
    draw(&mut canvas, &columns, &scale);
    let dots = columns.len() / canvas.columns.max(1);
    let missing: Vec<bool> =
        columns.chunks(dots.max(1)).map(|cell| cell.iter().any(|dot| dot.missing)).collect();
    let marks = time_marks(series, canvas.columns, look);
    let mut heading = format!("Load curve, {}", series.axis());
    if state {
        heading = format!("Meter reading, {}", series.unit);
    }
    if missing.contains(&true) {
        heading += &format!("   {} no data", look.sign('×', 'x'));
    }
    look.words(&crate::text::printable(&heading))
        + "\n"
        + &frame::frame(canvas, &scale, &marks, &missing, look)
}

fn time_marks(series: &Series, columns: usize, look: &Look) -> Vec<Mark> {
    let Some((begin, end)) = series.span(&look.zone) else { return Vec::new() };
    let column = |at| (shape::part(at, begin, end) * columns as f64).round() as usize;
    ticks::ticks(begin, end, columns, &look.zone)
        .into_iter()
        .map(|tick| Mark {
            column: column(tick.at),
            until: tick.until.map(column),
            label: tick.label,
        })
        .collect()
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series, look: &Look) -> String {
    let curve = shape::duration(flow, &look.zone);
    let (low, high) = shape::limits(flow, true);
    let (mut canvas, scale) = canvas(low, high, look);
    let width = canvas.width();
    let column = |index: usize| {
        let at = |index: usize| curve.at(index as f64 / width as f64);
        let (high, low) = (at(index)?, at(index + 1)?);
        Some((low, high, high))
    };
    let columns: Vec<Bucket> =
        (0..width).map(|index| Bucket { range: column(index), ..Bucket::default() }).collect();
    draw(&mut canvas, &columns, &scale);
    let axis = Scale::within(0.0, curve.hours, (canvas.columns / LABEL).min(8));
    let place = |hours: f64| (axis.part(hours) * canvas.columns as f64).round() as usize;
    let mark = |hours: f64| Mark {
        column: place(hours),
        until: None,
        label: format!("{} h", axis.label(hours)),
    };
    let marks: Vec<Mark> = axis.ticks().into_iter().map(mark).collect();
    let heading = format!(
        "Duration curve, {}, over the {} hours that were measured",
        flow.axis(),
        number(curve.hours, usize::from(curve.hours.fract() != 0.0))
    );
    look.words(&crate::text::printable(&heading))
        + "\n"
        + &frame::frame(canvas, &scale, &marks, &[], look)
}

/// An empty plot that fits the terminal, and its axis.
fn canvas(low: f64, high: f64, look: &Look) -> (Canvas, Scale) {
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
fn draw(canvas: &mut Canvas, columns: &[Bucket], scale: &Scale) {
    let last = canvas.height().saturating_sub(1);
    let row = |value: f64| ((1.0 - scale.part(value)) * last as f64).round() as usize;
    let mut before: Option<(usize, usize)> = None;
    for (x, column) in columns.iter().enumerate() {
        let own = column.range.map(|(low, high, _)| (row(high), row(low)));
        if let Some((top, bottom)) = own {
            let (mut from, mut to) = (top, bottom);
            if let Some((above, below)) = before {
                from = from.min(below.saturating_add(1).min(last));
                to = to.max(above.saturating_sub(1));
            }
            for y in from..=to {
                canvas.dot(x, y, Paint::Ink(LINE.2));
            }
        }
        before = own;
    }
}
