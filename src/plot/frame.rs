//! Axes around a canvas: values to the left with round numbers, labels below.

use super::canvas::Canvas;
use super::colour::Paint;
use super::number::Scale;
use super::{Look, letters};

/// A label under a column.
pub struct AxisLabel {
    pub column: usize,
    /// Where the label belongs to a stretch of columns: its end.
    pub until: Option<usize>,
    pub text: String,
}

/// The axis below a canvas.
#[derive(Default)]
pub struct LowerAxis {
    pub labels: Vec<AxisLabel>,
    /// Columns without data, where they are shown.
    pub missing: Vec<bool>,
}

/// Columns that the labels of this axis take, with the axis itself.
pub fn margin(scale: &Scale) -> usize {
    scale.ticks().iter().map(|tick| letters(&scale.label(*tick))).max().unwrap_or(1) + 2
}

/// The canvas between its axes.
pub fn frame(mut canvas: Canvas, scale: &Scale, below: &LowerAxis, look: &Look) -> String {
    let margin = margin(scale);
    let mut labels = vec![String::new(); canvas.rows];
    let last = canvas.rows.saturating_sub(1);
    for tick in scale.ticks() {
        let row = ((1.0 - scale.part(tick)) * last as f64).round() as usize;
        if let Some(label) = labels.get_mut(row) {
            *label = scale.label(tick);
        }
        // Neither on the axis nor, in plain ASCII, to be taken for data.
        if row < last && !look.ascii {
            canvas.grid_row(row, '┈');
        }
    }
    let mut text = String::new();
    for (row, label) in labels.iter().enumerate() {
        let tick = if label.is_empty() { look.sign('│', '|') } else { look.sign('┤', '+') };
        let axis = format!("{label:>width$}{tick}", width = margin - 1);
        text += &Paint::Faint.on(&axis, look.colour);
        text += canvas.row(row, look.colour).trim_end();
        text.push('\n');
    }
    text + &below.draw(canvas.columns, margin, look)
}

impl LowerAxis {
    /// Axis and labels, `margin` columns from the left.
    pub fn draw(&self, columns: usize, margin: usize, look: &Look) -> String {
        let mut axis = Canvas::new(columns, 1, look.ascii);
        for column in 0..columns {
            let (sign, paint) = if self.missing.get(column) == Some(&true) {
                (look.sign('×', 'x'), Paint::Warn)
            } else if self.labels.iter().any(|label| label.column == column) {
                (look.sign('┴', '+'), Paint::Faint)
            } else {
                (look.sign('─', '-'), Paint::Faint)
            };
            axis.sign(column, 0, sign, paint);
        }
        let corner = Paint::Faint.on(&format!("{:>margin$}", look.sign('└', '+')), look.colour);
        format!("{corner}{}\n{}\n", axis.row(0, look.colour), self.label_line(columns, margin))
    }

    /// The labels, each where it belongs, none over another.
    fn label_line(&self, columns: usize, margin: usize) -> String {
        let mut line = String::new();
        let mut free = 0;
        for label in &self.labels {
            let wide = letters(&label.text);
            let (middle, first) = match label.until {
                Some(until) => (usize::midpoint(label.column, until), margin),
                None => (label.column, 0),
            };
            let begin = (margin + middle).saturating_sub(wide / 2).max(first);
            let begin = begin.min((margin + columns + 2).saturating_sub(wide));
            if begin >= free {
                line += &format!("{:before$}{}", "", label.text, before = begin - letters(&line));
                free = begin + wide + 1;
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_at_their_rows_and_never_over_each_other() {
        let look = Look { ascii: true, colour: false, ..Look::of_terminal(60, 24) };
        let label = |column, text: &str| AxisLabel { column, until: None, text: text.into() };
        let labels = vec![label(0, "00:00"), label(2, "01:00"), label(10, "05:00")];
        let scale = Scale::over(0.0, 2.0, 2);
        let below = LowerAxis { labels, missing: vec![false, true] };
        let text = frame(Canvas::new(12, 3, true), &scale, &below, &look);
        assert_eq!(text, " 2+\n 1+\n 0+\n  ++x+-------+-\n 00:00     05:00\n");
    }
}
