//! Daily sums as bars.

use crate::plot::number::Scale;
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT, x};
use crate::plot::time::ticks;
use crate::report::Report;
use crate::report::column::Column;

const TOP: f64 = 34.0;
const BOTTOM: f64 = 154.0;
const HEIGHT: f64 = 190.0;
/// Part of a day's width that its bar takes.
const WIDE: f64 = 0.72;

/// A bar for each day; a day with gaps has another colour, and one without values none.
pub fn days(report: &Report, column: &Column) -> Panel {
    let frame = &report.frame;
    let (words, zone) = (&frame.words, &frame.query.zone);
    let heading = format!("{}, {}", words.texts.daily_sums, column.quantity.unit);
    let mut panel = Panel::new(HEIGHT, &heading);
    let amounts = column.days.iter().map(|day| day.amount.map(|amount| amount.number()));
    let amounts: Vec<Option<f64>> = amounts.collect();
    let known = || amounts.iter().flatten().copied();
    let (low, high) = (known().fold(0.0, f64::min), known().fold(0.0, f64::max));
    let scale = Scale::over(low, high, 4);
    let y = |value: f64| BOTTOM - scale.part(value) * (BOTTOM - TOP);
    for tick in scale.ticks() {
        panel.line("grid", (LEFT, y(tick)), (RIGHT, y(tick)));
        let label = scale.label(tick, words.language);
        panel.text("", (LEFT - 8.0, y(tick) + 4.0), Anchor::End, &label);
    }
    let span = frame.span();
    for ((day, amount), state) in frame.days.iter().zip(&amounts).zip(&column.days) {
        let (from, to) = (x(span.part(day.begin)), x(span.part(day.end.min(span.end))));
        let wide = (to - from) * WIDE;
        let left = f64::midpoint(from, to) - wide / 2.0;
        match amount {
            None => panel.rect("gapped", (from, TOP), (to - from, BOTTOM - TOP)),
            Some(amount) => {
                let (top, bottom) = (y(amount.max(0.0)), y(amount.min(0.0)));
                let class = if state.missing > 0 { "bar gaps" } else { "bar" };
                panel.rect(class, (left, top), (wide, bottom - top));
            }
        }
    }
    panel.line("axis", (LEFT, y(0.0)), (RIGHT, y(0.0)));
    let room = ((RIGHT - LEFT) / LETTER) as usize;
    panel.lower_axis(&ticks(span, room, zone, words.language), TOP, BOTTOM);
    panel
}
