//! A grid of dots in a terminal, eight to a cell as braille, three in plain ASCII; and axes around
//! it: values to the left with round numbers, marks below.

use anstyle::Style;

use super::colour::{FAINT, WARN};
use super::number::{Scale, Tick};
use super::{Look, letters};
use crate::language::Language;

/// Dots in a cell, `bit = column + 2 × row from the top`.
const BRAILLE: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
/// One column of three dots, the topmost the lowest bit.
const ASCII: [char; 8] = [' ', '\'', '-', '\'', '.', ':', '.', '|'];

/// One character of the terminal: dots, or a sign over them.
#[derive(Clone, Copy, Default)]
struct DotCell {
    dots: u8,
    sign: Option<char>,
    style: Style,
}

/// Cells of a terminal that dots and signs are put into.
pub struct Canvas<'a> {
    pub columns: usize,
    pub rows: usize,
    look: &'a Look,
    cells: Vec<DotCell>,
}

impl<'a> Canvas<'a> {
    pub fn new(columns: usize, rows: usize, look: &'a Look) -> Self {
        Self { columns, rows, look, cells: vec![DotCell::default(); columns * rows] }
    }

    /// Dots from left to right.
    pub fn width(&self) -> usize {
        self.columns * self.dots().0
    }

    /// Dots from top to bottom.
    pub fn height(&self) -> usize {
        self.rows * self.dots().1
    }

    fn dots(&self) -> (usize, usize) {
        if self.look.ascii { (1, 3) } else { (2, 4) }
    }

    /// Sets a dot; one outside is nowhere.
    pub fn dot(&mut self, x: usize, y: usize, style: Style) {
        let (wide, high) = self.dots();
        let bit = (x % wide) + wide * (y % high);
        if let Some(cell) = self.cell(x / wide, y / high) {
            cell.dots |= 1 << bit;
            cell.style = style;
        }
    }

    /// A sign where the cell is still empty.
    pub fn sign(&mut self, column: usize, row: usize, sign: char, style: Style) {
        let empty = |cell: &&mut DotCell| cell.dots == 0 && cell.sign.is_none();
        if let Some(cell) = self.cell(column, row).filter(empty) {
            cell.sign = Some(sign);
            cell.style = style;
        }
    }

    /// A faint line behind the data, from left to right. Plain ASCII has none: it would be taken
    /// for data.
    pub fn grid_row(&mut self, row: usize) {
        if !self.look.ascii {
            (0..self.columns).for_each(|column| self.sign(column, row, '┈', FAINT));
        }
    }

    /// The same from top to bottom.
    pub fn grid_column(&mut self, column: usize) {
        if !self.look.ascii {
            (0..self.rows).for_each(|row| self.sign(column, row, '┊', FAINT));
        }
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut DotCell> {
        let inside = column < self.columns;
        self.cells.get_mut(row * self.columns + column).filter(|_| inside)
    }

    /// One row as text, neighbours of the same look painted together.
    pub fn row(&self, row: usize) -> String {
        let cells = self.cells.iter().skip(row * self.columns).take(self.columns);
        let signs: Vec<(char, Style)> = cells.map(|cell| self.shown(cell)).collect();
        let runs = signs.chunk_by(|one, next| one.1 == next.1);
        runs.map(|run| self.look.paint(run[0].1, &run.iter().map(|it| it.0).collect::<String>()))
            .collect()
    }

    fn shown(&self, cell: &DotCell) -> (char, Style) {
        let sign = match cell.sign {
            Some(sign) => sign,
            None if cell.dots == 0 => return (' ', Style::new()),
            None if self.look.ascii => ASCII[usize::from(cell.dots & 7)],
            None => {
                let bits = BRAILLE.iter().enumerate().filter(|(bit, _)| cell.dots >> bit & 1 == 1);
                char::from_u32(0x2800 + bits.map(|(_, value)| value).sum::<u32>()).unwrap_or(' ')
            }
        };
        (sign, cell.style)
    }

    /// The canvas between its axes. In the columns `missing` the lower one says that there are no
    /// data.
    pub fn framed(mut self, scale: &Scale, below: &[Tick], missing: &[bool]) -> String {
        let margin = margin(scale);
        let mut labels = vec![String::new(); self.rows];
        let last = self.rows.saturating_sub(1);
        for tick in scale.ticks() {
            let row = ((1.0 - scale.part(tick)) * last as f64).round() as usize;
            labels[row] = self.look.words(&scale.label(tick, Language::En));
            // The lowest is the axis itself.
            if row < last {
                self.grid_row(row);
            }
        }
        let (look, mut text) = (self.look, String::new());
        for (row, label) in labels.iter().enumerate() {
            let tick = if label.is_empty() { look.sign('│', '|') } else { look.sign('┤', '+') };
            let axis = format!("{label:>width$}{tick}", width = margin - 1);
            text += &look.row(&axis, &self.row(row));
        }
        text + &self.lower_axis(margin, below, missing)
    }

    /// The axis below with its labels, `margin` columns from the left.
    pub fn lower_axis(&self, margin: usize, ticks: &[Tick], missing: &[bool]) -> String {
        let look = self.look;
        let is_tick = |column: usize| ticks.iter().any(|tick| self.column(tick.at) == column);
        let mut axis = Canvas::new(self.columns, 1, look);
        for column in 0..self.columns {
            let (sign, style) = match missing.get(column) {
                Some(true) => (look.sign('×', 'x'), WARN),
                _ if is_tick(column) => (look.sign('┴', '+'), FAINT),
                _ => (look.sign('─', '-'), FAINT),
            };
            axis.sign(column, 0, sign, style);
        }
        let corner = look.paint(FAINT, &format!("{:>margin$}", look.sign('└', '+')));
        format!("{corner}{}\n{}\n", axis.row(0), self.labels(margin, ticks))
    }

    /// The labels, each where it belongs, none over another.
    fn labels(&self, margin: usize, ticks: &[Tick]) -> String {
        let mut line = String::new();
        let mut free = 0;
        for tick in ticks {
            let (label, at) = (self.look.words(&tick.label), self.column(tick.at));
            let wide = letters(&label);
            let (middle, first) = match tick.until {
                Some(until) => (usize::midpoint(at, self.column(until)), margin),
                None => (at, 0),
            };
            let begin = (margin + middle).saturating_sub(wide / 2).max(first);
            let begin = begin.min((margin + self.columns + 2).saturating_sub(wide));
            if begin >= free {
                line += &format!("{:before$}{label}", "", before = begin - letters(&line));
                free = begin + wide + 1;
            }
        }
        line
    }

    /// The column at a part of the width.
    pub fn column(&self, part: f64) -> usize {
        (part * self.columns as f64).round() as usize
    }
}

/// Columns that the labels of this axis take, with the axis itself.
pub fn margin(scale: &Scale) -> usize {
    scale.ticks().iter().map(|tick| letters(&scale.label(*tick, Language::En))).max().unwrap_or(1)
        + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(ascii: bool) -> Look {
        Look { ascii, colour: false, ..Look::of_terminal(60, 24) }
    }

    #[test]
    fn dots_become_braille() {
        let look = look(false);
        let mut canvas = Canvas::new(2, 1, &look);
        assert_eq!((canvas.width(), canvas.height()), (4, 4));
        for (x, y) in [(0, 0), (1, 3), (3, 1), (9, 9)] {
            canvas.dot(x, y, FAINT);
        }
        assert_eq!(canvas.row(0), "\u{2881}\u{2810}");
    }

    #[test]
    fn dots_become_ascii() {
        let look = look(true);
        let mut canvas = Canvas::new(3, 1, &look);
        for (x, y) in [(0, 0), (1, 1), (2, 2)] {
            canvas.dot(x, y, FAINT);
        }
        assert_eq!(canvas.row(0), "'-.");
    }

    #[test]
    fn labels_stand_at_their_rows_and_never_over_each_other() {
        let look = look(true);
        let tick = |column: f64, label: &str| Tick::new(column / 12.0, label);
        let ticks = [tick(0.0, "00:00"), tick(2.0, "01:00"), tick(10.0, "05:00")];
        let scale = Scale::over(0.0, 2.0, 2);
        let text = Canvas::new(12, 3, &look).framed(&scale, &ticks, &[false, true]);
        assert_eq!(text, " 2+\n 1+\n 0+\n  ++x+-------+-\n 00:00     05:00\n");
    }
}
