//! Tables: aligned with a heading for a person, tab-separated without one for a program.

use super::{BOLD, SANDBOX_PREFIX};
use crate::text::printable;

/// Lays out rows under their headings. Cells may come from outside. Columns come in the order of
/// their weight: on a terminal too narrow for all of them, the last ones are left out.
pub fn render(headings: &[&str], rows: &[Vec<String>], for_person: bool) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    if !for_person {
        return rows.iter().map(|row| row.join("\t") + "\n").collect();
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or_default()
    };
    let widths = fitting((0..headings.len()).map(width).collect(), terminal_width());
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut text = format!("{BOLD}{}{BOLD:#}\n", line(&mut headings.iter().copied()));
    for row in &rows {
        text += &line(&mut row.iter().map(String::as_str));
        text.push('\n');
    }
    text
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
