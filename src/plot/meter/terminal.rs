//! Readings in the terminal: curves, and a heat map whose rows are days, columns times of day.

use anstyle::{Ansi256Color, Style};

use super::columns::{DurationCurve, columns};
use super::heat::{HeatCell, HeatMap, HeatRow};
use crate::data::series::Series;
use crate::language::Language;
use crate::plot::Look;
use crate::plot::canvas::{Canvas, margin};
use crate::plot::colour::{FAINT, LEVELS, LINE, WARN, ink};
use crate::plot::number::Scale;
use crate::plot::time::{DAY, ticks};

/// Rows of a picture that are not the plot: heading, axis, labels.
const AROUND: usize = 3;
const MIN_ROWS: usize = 5;
/// Columns for an hour's label, with the distance to the next.
const LABEL: usize = 10;
/// Columns of a row's name with the distance to its cells.
const NAME: usize = 8;
/// Rows that are days at most; more are shown as weeks.
const MOST_DAYS: i64 = 62;
/// Steps without colour. The lowest is no blank: that is no value at all.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LETTERS: [char; 9] = ['.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// Values over time.
pub fn curve(series: &Series, look: &Look) -> String {
    let (mut canvas, scale) = canvas(series, look);
    let columns = columns(series, canvas.width());
    let range = |column: usize| columns[column].range.map(|range| (range.high, range.low));
    draw(&mut canvas, range, &scale);
    let cells = columns.chunks(columns.len() / canvas.columns);
    let missing: Vec<bool> = cells.map(|cell| cell.iter().any(|column| column.missing)).collect();
    let mut heading = series.curve_heading(Language::En);
    if missing.contains(&true) {
        heading += &format!("   {} no data", look.sign('×', 'x'));
    }
    let ticks = series.span().map(|span| ticks(span, canvas.columns, &series.zone, Language::En));
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
    let ticks = curve.ticks((canvas.columns / LABEL).min(8), Language::En);
    let (axis, measured) = (flow.axis(Language::En), curve.measured(Language::En));
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

/// A map, and how its cells become cells of this terminal.
struct TerminalMap<'a> {
    heat: HeatMap,
    look: &'a Look,
    /// Blocks in colours, not signs.
    coloured: bool,
    /// Two columns of the map in one of the terminal: half blocks of two colours.
    halves: bool,
    /// Columns of the terminal for one of the map.
    wide: usize,
}

pub fn heat_map(flow: &Series, look: &Look) -> String {
    let days = flow.intervals.len() as i64 * flow.resolution.seconds() / DAY;
    let weekly = days > MOST_DAYS;
    let room = look.columns() - NAME;
    let coloured = look.colour && !look.ascii;
    let own = flow.resolution.seconds().unsigned_abs() as usize / 60;
    // The shortest time for a column with which a day fits.
    let fits =
        |minutes: &usize| *minutes >= own && 1440 / minutes <= room * if coloured { 2 } else { 1 };
    let minutes = [15, 30, 60, 120, 180].into_iter().find(fits).unwrap_or(240);
    let heat = HeatMap::of(flow, minutes, weekly);
    let each = if heat.weekdays { "days".to_owned() } else { format!("{minutes} min") };
    let rows = if heat.weekly { "Weeks" } else { "Days" };
    let mean = if minutes > own || weekly { ", mean" } else { "" };
    let heading = look.words(&format!("{rows}, {} by {each}{mean}", flow.axis(Language::En)));
    let (halves, wide) = (heat.columns > room, (room / heat.columns).clamp(1, 6));
    let map = TerminalMap { heat, look, coloured, halves, wide };
    format!(
        "{heading}\n{}{}{}",
        map.column_names(),
        map.rows(),
        map.legend(&flow.axis(Language::En))
    )
}

impl TerminalMap<'_> {
    /// The line of hours, or of weekdays, above the cells.
    fn column_names(&self) -> String {
        let names = if self.heat.weekdays {
            Language::En.texts().dates.weekdays.to_vec()
        } else {
            (0..24).step_by(3).map(|hour| format!("{hour:02}")).collect()
        };
        let wide = self.heat.columns * self.wide / if self.halves { 2 } else { 1 };
        let each = wide / names.len();
        let line: String = names.iter().map(|name| format!("{name:each$}")).collect();
        self.look.paint(FAINT, &format!("{:NAME$}{}", "", line.trim_end())) + "\n"
    }

    fn rows(&self) -> String {
        let rows = &self.heat.rows;
        let several_months = rows.iter().any(|row| row.day.month() != rows[0].day.month());
        let text = |row: &HeatRow| {
            let by_date = self.heat.weekly || (several_months && row.day.day() == 1);
            let name = match (row.again, by_date) {
                (true, _) => "2nd time".to_owned(),
                (_, true) => row.day.strftime("%e %b").to_string(),
                _ => row.day.strftime("%a %e").to_string(),
            };
            let cells = if self.coloured { self.blocks(row) } else { self.signs(row) };
            self.look.row(&format!("{name:NAME$}"), &cells)
        };
        rows.iter().map(text).collect()
    }

    fn signs(&self, row: &HeatRow) -> String {
        let steps = self.steps();
        let sign = |cell: &HeatCell| match cell {
            HeatCell::Outside => ' ',
            HeatCell::Missing => self.look.sign('·', '?'),
            HeatCell::Value(value) => steps[self.heat.step(*value, steps.len())],
        };
        row.cells.iter().map(|cell| sign(cell).to_string().repeat(self.wide)).collect()
    }

    fn steps(&self) -> &'static [char] {
        if self.look.ascii { &LETTERS } else { &BARS }
    }

    fn blocks(&self, row: &HeatRow) -> String {
        let level = |cell: &HeatCell| Some(LEVELS[self.heat.step(cell.value()?, LEVELS.len())]);
        let block = |cells: &[HeatCell]| {
            let (block, style) = match (level(&cells[0]), level(&cells[cells.len() - 1])) {
                (Some(left), Some(right)) if left == right => ("█", ink(left)),
                (Some(left), Some(right)) => ("▌", Ansi256Color(left).on(Ansi256Color(right))),
                (Some(left), None) => ("▌", ink(left)),
                (None, Some(right)) => ("▐", ink(right)),
                (None, None) if cells.contains(&HeatCell::Missing) => ("·", WARN),
                (None, None) => (" ", Style::new()),
            };
            self.look.paint(style, &block.repeat(self.wide))
        };
        row.cells.chunks(if self.halves { 2 } else { 1 }).map(block).collect()
    }

    fn legend(&self, axis: &str) -> String {
        let scale: String = if self.coloured {
            LEVELS.iter().map(|level| self.look.paint(ink(*level), "██")).collect()
        } else {
            self.steps().iter().collect()
        };
        let ends = [Language::En.short(self.heat.low), self.heat.top_label(axis, Language::En)];
        let [low, top] = ends.map(|text| self.look.words(&text));
        let mut text = format!("{:NAME$}{low} {scale} {top}", "");
        if self.heat.has_gaps() {
            let sign = self.look.sign('·', '?').to_string();
            text += &format!("   {} no data", self.look.paint(WARN, &sign));
        }
        text + "\n"
    }
}
