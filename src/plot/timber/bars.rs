//! Volume by group in the terminal.

use super::piles::{Group, Piles, fm};
use super::{ink, named};
use crate::plot::number::count;
use crate::plot::{Look, letters};
use crate::text::printable;

/// Eighths of a cell.
const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Columns of a group's name at most.
const LONGEST: usize = 28;
/// Groups at most; the rest is one line.
const MOST: usize = 20;

pub fn bars(piles: &Piles, look: &Look) -> String {
    let mut groups = piles.groups.clone();
    for (index, group) in groups.iter_mut().enumerate() {
        group.name = look.words(&cut(&printable(&named(piles, index))));
    }
    if let Some(rest) = rest(&groups) {
        groups.truncate(MOST);
        groups.push(rest);
    }
    let mut lines: Vec<[String; 3]> = Vec::new();
    let (mut widths, mut most) = ([0; 3], 0.0);
    for group in &groups {
        let line = [group.name.clone(), fm(group.volume), count(group.piles, "pile", "piles")];
        for (width, text) in widths.iter_mut().zip(&line) {
            *width = letters(text).max(*width);
        }
        most = group.volume.max(most);
        lines.push(line);
    }
    let [name, volume, many] = widths;
    let room = look.columns().saturating_sub(name + volume + many + 6).max(8);
    let mut text = format!("Volume in Fm by {}\n", piles.by.words());
    for (index, (line, group)) in lines.iter().zip(&groups).enumerate() {
        let bar = bar(group.volume, most, room, look);
        let space = " ".repeat(room.saturating_sub(letters(&bar)));
        let bar = ink(index).on(&bar, look.colour) + &space;
        text += &format!("{:name$}  {bar}  {:>volume$}  {:>many$}\n", line[0], line[1], line[2]);
    }
    text
}

/// What is behind the last line, as one group.
fn rest(groups: &[Group]) -> Option<Group> {
    let rest = groups.get(MOST..).filter(|rest| rest.len() > 1)?;
    Some(Group {
        name: format!("{} more", rest.len()),
        piles: rest.iter().map(|group| group.piles).sum(),
        volume: rest.iter().map(|group| group.volume).sum(),
    })
}

fn cut(name: &str) -> String {
    if letters(name) <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// In proportion, to an eighth of a cell; what is there at all is seen.
fn bar(volume: f64, most: f64, room: usize, look: &Look) -> String {
    let part = if most > 0.0 { volume / most } else { 0.0 };
    if look.ascii {
        let cells = (part * room as f64).round() as usize;
        return "#".repeat(cells.max(usize::from(volume > 0.0)).min(room));
    }
    let eighths = ((part * (room * 8) as f64).round() as usize).max(usize::from(volume > 0.0));
    let eighths = eighths.min(room * 8);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(last) = (eighths % 8).checked_sub(1).and_then(|index| PARTS.get(index)) {
        bar.push(*last);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion() {
        let plain = Look { ascii: true, colour: false, ..Look::of_terminal(80, 24) };
        let fine = Look { ascii: false, ..plain.clone() };
        assert_eq!(bar(50.0, 100.0, 10, &plain), "#####");
        assert_eq!(bar(0.0, 100.0, 10, &plain), "");
        assert_eq!(bar(0.1, 100.0, 10, &plain), "#");
        assert_eq!(bar(25.0, 100.0, 10, &fine), "██▌");
        assert_eq!(bar(100.0, 100.0, 10, &fine).chars().count(), 10);
    }
}
