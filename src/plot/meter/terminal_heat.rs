//! A month in the terminal: rows days, columns times of day.

use anstyle::{Ansi256Color, Style};

use super::heat::{HeatCell, HeatMap, HeatRow, WEEKDAYS};
use super::series::Series;
use crate::plot::Look;
use crate::plot::colour::{FAINT, LEVELS, WARN, ink};
use crate::plot::number::short;
use crate::plot::time::DAY;

/// Columns of a row's name with the distance to its cells.
const NAME: usize = 8;
/// Rows that are days at most; more are shown as weeks.
const MOST_DAYS: i64 = 62;
/// Steps without colour. The lowest is no blank: that is no value at all.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LETTERS: [char; 9] = ['.', ':', '-', '=', '+', '*', '#', '%', '@'];

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
    let heading = look.words(&format!("{rows}, {} by {each}{mean}", flow.axis()));
    let (halves, wide) = (heat.columns > room, (room / heat.columns).clamp(1, 6));
    let map = TerminalMap { heat, look, coloured, halves, wide };
    format!("{heading}\n{}{}{}", map.column_names(), map.rows(), map.legend(&flow.axis()))
}

impl TerminalMap<'_> {
    /// The line of hours, or of weekdays, above the cells.
    fn column_names(&self) -> String {
        let names = if self.heat.weekdays {
            WEEKDAYS.map(str::to_owned).to_vec()
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
        let mut text = String::new();
        for row in rows {
            let by_date = self.heat.weekly || (several_months && row.day.day() == 1);
            let name = match (row.again, by_date) {
                (true, _) => "2nd time".to_owned(),
                (_, true) => row.day.strftime("%e %b").to_string(),
                _ => row.day.strftime("%a %e").to_string(),
            };
            let cells = if self.coloured { self.blocks(row) } else { self.signs(row) };
            text += &self.look.row(&format!("{name:NAME$}"), &cells);
        }
        text
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
        let level = |cell: &HeatCell| match cell {
            HeatCell::Value(value) => Some(LEVELS[self.heat.step(*value, LEVELS.len())]),
            _ => None,
        };
        let mut line = String::new();
        for pair in row.cells.chunks(if self.halves { 2 } else { 1 }) {
            let (block, style) = match (level(&pair[0]), level(&pair[pair.len() - 1])) {
                (Some(left), Some(right)) if left == right => ("█", ink(left)),
                (Some(left), Some(right)) => ("▌", Ansi256Color(left).on(Ansi256Color(right))),
                (Some(left), None) => ("▌", ink(left)),
                (None, Some(right)) => ("▐", ink(right)),
                (None, None) if pair.contains(&HeatCell::Missing) => ("·", WARN),
                (None, None) => (" ", Style::new()),
            };
            line += &self.look.paint(style, &block.repeat(self.wide));
        }
        line
    }

    fn legend(&self, axis: &str) -> String {
        let scale: String = if self.coloured {
            LEVELS.iter().map(|level| self.look.paint(ink(*level), "██")).collect()
        } else {
            self.steps().iter().collect()
        };
        let (low, top) = (short(self.heat.low), self.look.words(&self.heat.top_label(axis)));
        let mut text = format!("{:NAME$}{low} {scale} {top}", "");
        if self.heat.has_gaps() {
            let sign = self.look.sign('·', '?').to_string();
            text += &format!("   {} no data", self.look.paint(WARN, &sign));
        }
        text + "\n"
    }
}
