//! Volume by group in the terminal.

use super::group_ink;
use super::piles::{Piles, count_piles, fm};
use crate::plot::{Look, cut, letters};

/// Eighths of a cell.
const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Columns of a group's name at most.
const LONGEST: usize = 28;
/// Groups at most; the rest is one line.
const MOST: usize = 20;

pub fn bars(piles: &Piles, look: &Look) -> String {
    let bars = piles.bars(MOST);
    let texts: Vec<[String; 3]> = bars
        .iter()
        .map(|group| {
            let name = look.words(&cut(&group.name, LONGEST));
            [name, fm(group.volume), count_piles(group.piles)]
        })
        .collect();
    let width = |column: usize| texts.iter().map(|line| letters(&line[column])).max();
    let [name, volume, many] = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    let room = look.columns().saturating_sub(name + volume + many + 6).max(8);
    let most = bars.iter().map(|group| group.volume).fold(0.0, f64::max);
    let mut text = format!("Volume in Fm by {}\n", piles.by.words());
    for (index, (line, group)) in texts.iter().zip(&bars).enumerate() {
        let bar = bar(group.volume, most, room, look);
        let space = " ".repeat(room.saturating_sub(letters(&bar)));
        let bar = look.paint(group_ink(index), &bar) + &space;
        text += &format!("{:name$}  {bar}  {:>volume$}  {:>many$}\n", line[0], line[1], line[2]);
    }
    text
}

/// In proportion, to an eighth of a cell; what is there at all is seen.
fn bar(volume: f64, most: f64, room: usize, look: &Look) -> String {
    let part = if most > 0.0 { volume / most } else { 0.0 };
    let least = usize::from(volume > 0.0);
    let fill = |steps: usize| ((part * steps as f64).round() as usize).max(least).min(steps);
    if look.ascii {
        return "#".repeat(fill(room));
    }
    let eighths = fill(room * 8);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(last) = (eighths % 8).checked_sub(1) {
        bar.push(PARTS[last]);
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
