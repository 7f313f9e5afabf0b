//! Tables: aligned with a heading for a person, tab-separated without one for a program.

use super::{BOLD, printable};

/// Lays out rows under their headings. Cells may come from outside.
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
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        vec![vec!["zähler".into(), "x\ty".into()], vec!["t".into(), String::new()]]
    }

    #[test]
    fn people_get_columns_and_programs_get_tabs() {
        let text = anstream::adapter::strip_str(&render(&["A", "B"], &rows(), true)).to_string();
        assert_eq!(text, "A       B\nzähler  x?y\nt\n");
        assert_eq!(render(&["A", "B"], &rows(), false), "zähler\tx?y\nt\t\n");
    }
}
