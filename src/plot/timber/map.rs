//! Piles on a map in the terminal.

use super::piles::{Piles, Spot};
use super::projection::{self, GridLine, Projection};
use super::{ink, named};
use crate::plot::canvas::Canvas;
use crate::plot::colour::{GROUPS, Paint};
use crate::plot::frame::{self, Mark};
use crate::plot::number::number;
use crate::plot::{Look, letters};
use crate::text::printable;

/// Columns left of the map, for the degrees.
const LEFT: usize = 11;
/// Radius of the largest pile in dots of braille.
const LARGEST: f64 = 3.2;
/// Signs of the plain map with the volume they begin at, as a part of the largest.
const SIGNS: [(char, f64); 4] = [('.', 0.0), ('o', 0.1), ('O', 0.35), ('@', 0.7)];

pub fn map(piles: &Piles, look: &Look) -> String {
    let placed = piles.placed();
    let columns = look.columns() - LEFT - 2;
    // A dot of braille is as wide as it is high; a cell is two of them wide and four high.
    let (width, most_high) = ((columns * 2) as f64, (look.height.max(8) * 4) as f64);
    let Some((projection, height)) = Projection::of(&placed, width, most_high) else {
        return format!("No pile has a position that can be drawn.\n{}", missing(piles, look));
    };
    let mut canvas = Canvas::new(columns, (height / 4.0).ceil() as usize, look.ascii);
    let most = placed.first().and_then(|(_, _, spot)| spot.volume).unwrap_or_default();
    let largest = projection::largest(placed.len(), LARGEST);
    for (latitude, longitude, spot) in &placed {
        let at = projection.place(*latitude, *longitude);
        let volume = spot.volume.unwrap_or_default();
        if look.ascii {
            sign(&mut canvas, at, spot, volume / most.max(f64::MIN_POSITIVE));
        } else {
            disc(&mut canvas, at, spot, projection::radius(volume, most, largest));
        }
    }
    let parallels = rows(&projection);
    let meridians = projection.meridians(width, 26.0);
    for line in &meridians {
        for row in 0..canvas.rows {
            canvas.behind((line.at / 2.0) as usize, row, look.sign('┊', ' '), Paint::Faint);
        }
    }
    for (row, _) in &parallels {
        for column in 0..canvas.columns {
            canvas.behind(column, *row, look.sign('┈', ' '), Paint::Faint);
        }
    }
    let mut text = String::new();
    for row in 0..canvas.rows {
        let label = parallels.iter().find(|(at, _)| *at == row).map_or("", |(_, label)| label);
        let axis =
            format!("{:>width$} {}", look.words(label), look.sign('│', '|'), width = LEFT - 2);
        text += &Paint::Faint.on(&axis, look.colour);
        text += canvas.row(row, look.colour).trim_end();
        text.push('\n');
    }
    let mark = |line: &GridLine| Mark {
        column: (line.at / 2.0) as usize,
        until: None,
        label: look.words(&line.label),
    };
    let marks: Vec<Mark> = meridians.iter().map(mark).collect();
    text += &frame::below(columns, LEFT, &marks, &[], look);
    text + &scale_bar(&projection, look) + &legend(piles, most, look)
}

/// Rows of the parallels with their degrees.
fn rows(projection: &Projection) -> Vec<(usize, String)> {
    let lines = projection.parallels(16.0).into_iter();
    lines.map(|line| ((line.at / 4.0) as usize, line.label)).collect()
}

/// A disc whose area goes with the volume, at least one dot.
fn disc(canvas: &mut Canvas, (x, y): (f64, f64), spot: &Spot, radius: f64) {
    let reach = radius.ceil() as i64;
    for down in -reach..=reach {
        for right in -reach..=reach {
            let near = (down * down + right * right) as f64 <= radius * radius;
            let (column, row) = (x + right as f64, y + down as f64);
            if near && column >= 0.0 && row >= 0.0 {
                canvas.dot(column as usize, row as usize, ink(spot.group));
            }
        }
    }
}

/// A letter: the larger the pile, the larger it is.
fn sign(canvas: &mut Canvas, (x, y): (f64, f64), spot: &Spot, part: f64) {
    let sign = SIGNS.iter().rev().find(|(_, least)| part >= *least).map_or('.', |sign| sign.0);
    canvas.behind((x / 2.0) as usize, (y / 4.0) as usize, sign, ink(spot.group));
}

fn scale_bar(projection: &Projection, look: &Look) -> String {
    let (label, dots) = projection.bar(48.0);
    let cells = (dots / 2.0).round() as usize;
    let line = look.sign('─', '-').to_string().repeat(cells.saturating_sub(2));
    format!("{:LEFT$}{}{line}{} {label}\n", "", look.sign('├', '|'), look.sign('┤', '|'))
}

fn legend(piles: &Piles, most: f64, look: &Look) -> String {
    let mut text = String::new();
    if look.ascii {
        let sizes = SIGNS.map(|(sign, part)| format!("{sign} from {} Fm", number(part * most, 0)));
        text += &format!("{:LEFT$}{}\n", "", sizes.join("   "));
    } else {
        let words = format!("area by volume, the largest {} Fm", number(most, 1));
        text += &format!("{:LEFT$}{}\n", "", Paint::Faint.on(&words, look.colour));
    }
    if look.colour {
        text += &groups(piles, look);
    }
    text + &missing(piles, look)
}

/// Colours and names, as many lines as they need.
fn groups(piles: &Piles, look: &Look) -> String {
    let sign = look.sign('●', 'o').to_string();
    let shown = piles.groups.len().min(GROUPS.len());
    let rest = piles.groups.len() - shown;
    let (mut text, mut wide) = (String::new(), look.columns());
    for group in 0..shown + usize::from(rest > 0) {
        let name = if group < shown { named(piles, group) } else { format!("{rest} more") };
        let name = look.words(&printable(&name));
        let own = letters(&name) + 2;
        if wide + 3 + own > look.columns() {
            text += if text.is_empty() { "" } else { "\n" };
            text += &" ".repeat(LEFT);
            wide = LEFT + own;
        } else {
            text += "   ";
            wide += 3 + own;
        }
        text += &format!("{} {name}", ink(group).on(&sign, true));
    }
    text + "\n"
}

fn missing(piles: &Piles, look: &Look) -> String {
    let line = |reason: &String| look.words(&format!("Not on the map: {reason}\n"));
    piles.not_on_the_map().iter().map(line).collect()
}
