//! Tables: aligned with a heading for a person, tab-separated without one for a program.

use super::{BOLD, SANDBOX_PREFIX};
use crate::text::printable;

/// Lays out rows under their headings. Cells may come from outside. Columns come in the order of
/// their weight: on a terminal too narrow for all of them, the last ones are left out.
pub fn render(headings: &[&str], rows: &[Vec<String>], for_person: bool) -> String {
    let harmless = |row: &Vec<String>| row.iter().map(|cell| printable(cell)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(harmless).collect();
    if !for_person {
        return rows.iter().map(|row| row.join("\t") + "\n").collect();
    }
    let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let mut widths = vec![0; headings.len()];
    for row in rows.iter().chain([&headings]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let widths = fitting(widths, terminal_width());
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = rows.iter().map(|row| line(row) + "\n");
    format!("{BOLD}{}{BOLD:#}\n", line(&headings)) + &lines.collect::<String>()
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
        let text = anstream::adapter::strip_str(&render(&["A", "B"], &rows(), true)).to_string();
        assert_eq!(text, "A       B\nzähler  x?y\nt\n");
        assert_eq!(render(&["A", "B"], &rows(), false), "zähler\tx?y\nt\t\n");
    }
}
