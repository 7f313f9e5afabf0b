//! Piles in the terminal: a map, and bars for the volume of each group.

use super::country;
use super::group_ink;
use super::piles::Piles;
use super::projection::{GridLine, PileCircle, PileMap};
use crate::language::Language;
use crate::plot::canvas::Canvas;
use crate::plot::colour::FAINT;
use crate::plot::number::Tick;
use crate::plot::{Look, cut, letters};

/// Columns left of the map, for the degrees.
const LEFT: usize = 11;
/// Radius of the largest pile in dots of braille.
const LARGEST: f64 = 3.2;
/// Signs of the plain map with the volume they begin at, as a part of the largest.
const SIGNS: [(char, f64); 4] = [('.', 0.0), ('o', 0.1), ('O', 0.35), ('@', 0.7)];
/// Eighths of a cell.
const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Columns of a group's name at most.
const LONGEST: usize = 28;
/// Groups at most; the rest is one line.
const MOST_BARS: usize = 20;

pub fn map(piles: &Piles, look: &Look) -> String {
    let columns = look.columns() - LEFT - 2;
    // A dot of braille is as wide as it is high; a cell is two of them wide and four high.
    let (width, most_high) = ((columns * 2) as f64, (look.height.max(8) * 4) as f64);
    let Some(map) = PileMap::of(piles, width, most_high, LARGEST) else {
        return format!("No pile has a position that can be drawn.\n{}", missing(piles, look));
    };
    let rows = (map.projection.height / 4.0).ceil() as usize;
    let mut canvas = Canvas::new(columns, rows, look);
    // In plain ASCII a border would look like piles.
    let borders = if look.ascii { Vec::new() } else { country::borders(&map.projection) };
    for (from, to) in borders {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            let at = |from: f64, to: f64| (from + part * (to - from)).max(0.0) as usize;
            canvas.dot(at(from.0, to.0), at(from.1, to.1), FAINT);
        }
    }
    for circle in &map.circles {
        if look.ascii {
            sign(&mut canvas, circle, map.most);
        } else {
            disc(&mut canvas, circle);
        }
    }
    let parallels = map.projection.parallels(16.0, Language::En);
    let meridians = map.projection.meridians(26.0, Language::En);
    let (row_of, column_of) = (|at: f64| (at / 4.0) as usize, |at: f64| (at / 2.0) as usize);
    meridians.iter().for_each(|line| canvas.grid_column(column_of(line.at)));
    parallels.iter().for_each(|line| canvas.grid_row(row_of(line.at)));
    let mut text = String::new();
    for row in 0..canvas.rows {
        let parallel = parallels.iter().find(|line| row_of(line.at) == row);
        let label = look.words(parallel.map_or("", |line| &line.label));
        let axis = format!("{label:>width$} {}", look.sign('│', '|'), width = LEFT - 2);
        text += &look.row(&axis, &canvas.row(row));
    }
    let tick =
        |line: &GridLine| Tick::new(column_of(line.at) as f64 / columns as f64, line.label.clone());
    let ticks: Vec<Tick> = meridians.iter().map(tick).collect();
    text += &canvas.lower_axis(LEFT, &ticks, &[]);
    text + &scale_bar(&map, look) + &legend(piles, map.most, look)
}

/// A disc whose area goes with the volume, at least one dot.
fn disc(canvas: &mut Canvas, circle: &PileCircle) {
    let reach = circle.radius.ceil() as i64;
    for down in -reach..=reach {
        for right in -reach..=reach {
            let near = (down * down + right * right) as f64 <= circle.radius * circle.radius;
            let (column, row) = (circle.x + right as f64, circle.y + down as f64);
            if near && column >= 0.0 && row >= 0.0 {
                canvas.dot(column as usize, row as usize, group_ink(circle.pile.group));
            }
        }
    }
}

/// A letter: the larger the pile, the larger it is.
fn sign(canvas: &mut Canvas, circle: &PileCircle, most: f64) {
    let part = circle.pile.volume.unwrap_or_default() / most.max(f64::MIN_POSITIVE);
    let sign = SIGNS.iter().rev().find(|(_, least)| part >= *least).map_or('.', |sign| sign.0);
    let (column, row) = ((circle.x / 2.0) as usize, (circle.y / 4.0) as usize);
    canvas.sign(column, row, sign, group_ink(circle.pile.group));
}

fn scale_bar(map: &PileMap, look: &Look) -> String {
    let (label, dots) = map.projection.bar(48.0, Language::En);
    let label = look.words(&label);
    let cells = (dots / 2.0).round() as usize;
    let line = look.sign('─', '-').to_string().repeat(cells.saturating_sub(2));
    format!("{:LEFT$}{}{line}{} {label}\n", "", look.sign('├', '|'), look.sign('┤', '|'))
}

fn legend(piles: &Piles, most: f64, look: &Look) -> String {
    let sizes = if look.ascii {
        let from = |(sign, part)| format!("{sign} from {} Fm", Language::En.number(part * most, 0));
        look.words(&SIGNS.map(from).join("   "))
    } else {
        let words = format!("area by volume, the largest {} Fm", Language::En.number(most, 1));
        look.paint(FAINT, &words)
    };
    let groups = if look.colour { groups(piles, look) } else { String::new() };
    format!("{:LEFT$}{sizes}\n{groups}{}", "", missing(piles, look))
}

/// Colours and names, as many lines as they need.
fn groups(piles: &Piles, look: &Look) -> String {
    let sign = look.sign('●', 'o').to_string();
    let (mut text, mut wide) = (String::new(), look.columns());
    for (group, label) in piles.legend().iter().enumerate() {
        let label = look.words(label);
        let own = letters(&label) + 2;
        if wide + 3 + own > look.columns() {
            text += if text.is_empty() { "" } else { "\n" };
            text += &" ".repeat(LEFT);
            wide = LEFT + own;
        } else {
            text += "   ";
            wide += 3 + own;
        }
        text += &format!("{} {label}", look.paint(group_ink(group), &sign));
    }
    text + "\n"
}

fn missing(piles: &Piles, look: &Look) -> String {
    let line = |reason: &String| look.words(&format!("Not on the map: {reason}")) + "\n";
    piles.not_on_the_map().iter().map(line).collect()
}

pub fn bars(piles: &Piles, look: &Look) -> String {
    let bars = piles.bars(MOST_BARS);
    let texts: Vec<[String; 3]> = bars
        .iter()
        .map(|group| {
            let name = look.words(&cut(&group.label, LONGEST));
            [name, look.words(&piles.fm(group.volume)), look.words(&piles.count(group.piles))]
        })
        .collect();
    let width = |column: usize| texts.iter().map(|line| letters(&line[column])).max();
    let [name, volume, many] = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    let room = look.columns().saturating_sub(name + volume + many + 6).max(8);
    let most = bars.iter().map(Piles::length).fold(0.0, f64::max);
    let mut text = format!("Volume in Fm by {}\n", piles.by_words());
    for (index, (line, group)) in texts.iter().zip(&bars).enumerate() {
        let bar = bar(Piles::length(group), most, room, look);
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
