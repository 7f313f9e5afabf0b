//! A grid of dots in a terminal: eight to a cell as braille, three in plain ASCII.

use super::colour::Paint;

/// Dots in a cell, `bit = column + 2 × row from the top`.
const BRAILLE: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
/// One column of three dots, the topmost the lowest bit.
const ASCII: [char; 8] = [' ', '\'', '-', '\'', '.', ':', '.', '|'];

/// One character of the terminal: dots, or a sign over them.
#[derive(Clone, Copy, Default)]
struct DotCell {
    dots: u8,
    sign: Option<char>,
    paint: Paint,
}

/// Cells of a terminal that dots and signs are put into.
pub struct Canvas {
    pub columns: usize,
    pub rows: usize,
    ascii: bool,
    cells: Vec<DotCell>,
}

impl Canvas {
    pub fn new(columns: usize, rows: usize, ascii: bool) -> Self {
        Self { columns, rows, ascii, cells: vec![DotCell::default(); columns * rows] }
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
        if self.ascii { (1, 3) } else { (2, 4) }
    }

    /// Sets a dot; one outside is nowhere.
    pub fn dot(&mut self, x: usize, y: usize, paint: Paint) {
        let (wide, high) = self.dots();
        let bit = (x % wide) + wide * (y % high);
        if let Some(cell) = self.cell(x / wide, y / high) {
            cell.dots |= 1 << bit;
            cell.paint = paint;
        }
    }

    /// A sign over a cell's dots.
    pub fn sign(&mut self, column: usize, row: usize, sign: char, paint: Paint) {
        if let Some(cell) = self.cell(column, row) {
            cell.sign = Some(sign);
            cell.paint = paint;
        }
    }

    /// A sign where the cell is still empty.
    pub fn behind(&mut self, column: usize, row: usize, sign: char, paint: Paint) {
        let empty = |cell: &mut DotCell| cell.dots == 0 && cell.sign.is_none();
        if self.cell(column, row).is_some_and(empty) {
            self.sign(column, row, sign, paint);
        }
    }

    /// A faint line of signs behind the data, from left to right.
    pub fn grid_row(&mut self, row: usize, sign: char) {
        (0..self.columns).for_each(|column| self.behind(column, row, sign, Paint::Faint));
    }

    /// The same from top to bottom.
    pub fn grid_column(&mut self, column: usize, sign: char) {
        (0..self.rows).for_each(|row| self.behind(column, row, sign, Paint::Faint));
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut DotCell> {
        let inside = column < self.columns;
        self.cells.get_mut(row * self.columns + column).filter(|_| inside)
    }

    /// One row as text, neighbours of the same look painted together.
    pub fn row(&self, row: usize, colour: bool) -> String {
        let cells = self.cells.iter().skip(row * self.columns).take(self.columns);
        let mut line = String::new();
        let mut run = (Paint::Plain, String::new());
        for cell in cells {
            let sign = self.text_of(*cell);
            let paint = if sign == ' ' { Paint::Plain } else { cell.paint };
            if paint != run.0 {
                line += &run.0.on(&run.1, colour);
                run = (paint, String::new());
            }
            run.1.push(sign);
        }
        line += &run.0.on(&run.1, colour);
        line
    }

    fn text_of(&self, cell: DotCell) -> char {
        match cell.sign {
            Some(sign) => sign,
            None if cell.dots == 0 => ' ',
            None if self.ascii => ASCII[usize::from(cell.dots & 7)],
            None => {
                let bits = BRAILLE.iter().enumerate().filter(|(bit, _)| cell.dots >> bit & 1 == 1);
                char::from_u32(0x2800 + bits.map(|(_, value)| value).sum::<u32>()).unwrap_or(' ')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_become_braille() {
        let mut canvas = Canvas::new(2, 1, false);
        assert_eq!((canvas.width(), canvas.height()), (4, 4));
        for (x, y) in [(0, 0), (1, 3), (3, 1), (9, 9)] {
            canvas.dot(x, y, Paint::Plain);
        }
        assert_eq!(canvas.row(0, false), "\u{2881}\u{2810}");
    }

    #[test]
    fn dots_become_ascii() {
        let mut canvas = Canvas::new(3, 1, true);
        for (x, y) in [(0, 0), (1, 1), (2, 2)] {
            canvas.dot(x, y, Paint::Plain);
        }
        assert_eq!(canvas.row(0, false), "'-.");
    }
}
