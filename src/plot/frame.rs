//! Axes around a canvas: values to the left with round numbers, marks below.

use super::canvas::Canvas;
use super::colour::Paint;
use super::number::Scale;
use super::{Look, letters};

/// A label under a column.
pub struct Mark {
    pub column: usize,
    /// Where the label belongs to a stretch of columns: its end.
    pub until: Option<usize>,
    pub label: String,
}

/// Columns that the labels of this axis take, with the axis itself.
pub fn margin(scale: &Scale) -> usize {
    scale.ticks().iter().map(|tick| letters(&scale.label(*tick))).max().unwrap_or(1) + 2
}

/// The canvas between its axes. `missing` are columns without data, shown on the lower axis.
pub fn frame(
    mut canvas: Canvas,
    scale: &Scale,
    marks: &[Mark],
    missing: &[bool],
    look: &Look,
) -> String {
    let margin = margin(scale);
    let mut labels = vec![String::new(); canvas.rows];
    let last = canvas.rows.saturating_sub(1);
    for tick in scale.ticks() {
        let row = ((1.0 - scale.part(tick)) * last as f64).round() as usize;
        if let Some(label) = labels.get_mut(row) {
            *label = scale.label(tick);
        }
        for column in 0..canvas.columns {
            // Neither on the axis nor, in plain ASCII, to be taken for data.
            if row < last && !look.ascii {
                canvas.behind(column, row, '┈', Paint::Faint);
            }
        }
    }
    let mut text = String::new();
    for (row, label) in labels.iter().enumerate() {
        let tick = match (label.is_empty(), look.ascii) {
            (true, false) => '│',
            (false, false) => '┤',
            (true, true) => '|',
            (false, true) => '+',
        };
        let axis = format!("{label:>width$}{tick}", width = margin - 1);
        text += &Paint::Faint.on(&axis, look.colour);
        text += canvas.row(row, look.colour).trim_end();
        text.push('\n');
    }
    text + &below(canvas.columns, margin, marks, missing, look)
}

/// The lower axis, `margin` columns from the left, and its labels.
pub fn below(
    columns: usize,
    margin: usize,
    marks: &[Mark],
    missing: &[bool],
    look: &Look,
) -> String {
    let mut axis = Canvas::new(columns, 1, look.ascii);
    for column in 0..columns {
        let marked = marks.iter().any(|mark| mark.column == column);
        let (sign, paint) = match (missing.get(column), marked) {
            (Some(true), _) => (look.sign('×', 'x'), Paint::Warn),
            (_, true) => (look.sign('┴', '+'), Paint::Faint),
            _ => (look.sign('─', '-'), Paint::Faint),
        };
        axis.sign(column, 0, sign, paint);
    }
    let corner = format!("{:>margin$}", look.sign('└', '+'));
    Paint::Faint.on(&corner, look.colour)
        + &axis.row(0, look.colour)
        + "\n"
        + &captions(columns, margin, marks)
}

/// The labels, each where it belongs, none over another.
fn captions(columns: usize, margin: usize, marks: &[Mark]) -> String {
    let mut line = String::new();
    let mut free = 0;
    for mark in marks {
        let wide = letters(&mark.label);
        let (middle, first) = match mark.until {
            Some(until) => (usize::midpoint(mark.column, until), margin),
            None => (mark.column, 0),
        };
        let begin = (margin + middle).saturating_sub(wide / 2).max(first);
        let begin = begin.min((margin + columns + 2).saturating_sub(wide));
        if begin >= free {
            line += &format!("{:before$}{}", "", mark.label, before = begin - letters(&line));
            free = begin + wide + 1;
        }
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_at_their_rows_and_never_over_each_other() {
        let look = Look { ascii: true, colour: false, ..Look::of_terminal(60, 24) };
        let mark = |column, label: &str| Mark { column, until: None, label: label.into() };
        let marks = [mark(0, "00:00"), mark(2, "01:00"), mark(10, "05:00")];
        let scale = Scale::over(0.0, 2.0, 2);
        let missing = [false, true];
        let text = frame(Canvas::new(12, 3, true), &scale, &marks, &missing, &look);
        assert_eq!(text, " 2+\n 1+\n 0+\n  ++x+-------+-\n 00:00     05:00\n");
    }
}
