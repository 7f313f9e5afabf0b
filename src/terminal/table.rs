//! Tables: aligned with a heading for a person, tab-separated without one for a program.

use std::fmt::Write as _;

use super::{BOLD, SANDBOX_PREFIX};
use crate::text::push_printable;

/// Lays out rows under their headings. Cells may come from outside. Columns come in the order of
/// their weight: on a terminal too narrow for all of them, the last ones are left out. Of ten
/// thousand rows one exists at a time.
pub fn render<R: IntoIterator<Item: AsRef<str>>>(
    headings: &[&str],
    rows: impl Iterator<Item = R>,
    for_person: bool,
) -> String {
    let mut text = String::new();
    if for_person {
        let mut cells = Cells::new(headings);
        rows.for_each(|row| cells.push(row));
        return cells.aligned(terminal_width());
    }
    for row in rows {
        for (column, cell) in row.into_iter().enumerate() {
            if column > 0 {
                text.push('\t');
            }
            push_printable(&mut text, cell.as_ref());
        }
        text.push('\n');
    }
    text
}

/// The cells of all rows in one text, since how wide a column is shows with its last row.
struct Cells {
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
    widths: Vec<usize>,
}

impl Cells {
    fn new(headings: &[&str]) -> Self {
        let widths = vec![0; headings.len()];
        let mut cells = Self { text: String::new(), ends: Vec::new(), widths };
        cells.push(headings);
        cells
    }

    /// A row has as many cells as there are headings.
    fn push(&mut self, row: impl IntoIterator<Item: AsRef<str>>) {
        for (width, cell) in self.widths.iter_mut().zip(row) {
            let begin = self.text.len();
            push_printable(&mut self.text, cell.as_ref());
            self.ends.push(self.text.len());
            *width = self.text[begin..].chars().count().max(*width);
        }
    }

    /// The lines, the headings bold.
    fn aligned(self, room: Option<usize>) -> String {
        let columns = self.widths.len();
        let widths = fitting(self.widths, room);
        let mut lines = String::with_capacity(self.text.len() * 2);
        let mut begin = 0;
        for (number, row) in self.ends.chunks(columns).enumerate() {
            let mut line = String::new();
            for (&end, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{:width$}  ", &self.text[begin..end]);
                begin = end;
            }
            // Past the cells that are left out.
            begin = row.last().copied().unwrap_or(begin);
            let line = line.trim_end();
            let _ = match number {
                0 => writeln!(lines, "{BOLD}{line}{BOLD:#}"),
                _ => writeln!(lines, "{line}"),
            };
        }
        lines
    }
}

/// The widths of those columns that fit, but never none.
fn fitting(mut widths: Vec<usize>, room: Option<usize>) -> Vec<usize> {
    let needed = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len();
    while widths.len() > 1 && room.is_some_and(|room| needed(&widths) > room + 2) {
        widths.pop();
    }
    widths
}

/// `None` where stdout is no terminal. What stands before each line in the sandbox is taken off.
fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width.0).saturating_sub(SANDBOX_PREFIX.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        vec![vec!["zähler".into(), "x\ty".into()], vec!["t".into(), String::new()]]
    }

    #[test]
    fn a_narrow_terminal_gets_the_first_columns() {
        assert_eq!(fitting(vec![10, 20, 5], None), [10, 20, 5]);
        assert_eq!(fitting(vec![10, 20, 5], Some(39)), [10, 20, 5]);
        assert_eq!(fitting(vec![10, 20, 5], Some(38)), [10, 20]);
        assert_eq!(fitting(vec![10, 20, 5], Some(3)), [10]);
    }

    #[test]
    fn people_get_columns_and_programs_get_tabs() {
        let text =
            anstream::adapter::strip_str(&render(&["A", "B"], rows().iter(), true)).to_string();
        assert_eq!(text, "A       B\nzähler  x?y\nt\n");
        let mut cells = Cells::new(&["A", "B"]);
        rows().iter().for_each(|row| cells.push(row));
        let narrow = cells.aligned(Some(8));
        let narrow = anstream::adapter::strip_str(&narrow).to_string();
        assert_eq!(narrow, "A\nzähler\nt\n", "the last column is left out");
        assert_eq!(render(&["A", "B"], rows().iter(), false), "zähler\tx?y\nt\t\n");
    }
}
