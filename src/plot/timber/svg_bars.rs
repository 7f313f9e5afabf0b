//! Volume by group as SVG.

use super::piles::{Group, Piles, fm};
use super::{named, shade};
use crate::plot::letters;
use crate::plot::number::{Scale, count};
use crate::plot::svg::{Anchor, LETTER, Panel, RIGHT};

const TOP: f64 = 40.0;
const ROW: f64 = 24.0;
/// Names begin here; a bar begins where the longest of them ends, at most here.
const LEFT: f64 = 24.0;
const LONGEST_NAME: f64 = 260.0;
/// Room behind the longest bar for its numbers.
const NUMBERS: f64 = 170.0;
/// Bars at most; the rest is one.
const MOST: usize = 40;

pub fn bars(piles: &Piles) -> Panel {
    let mut rows: Vec<(String, Group)> = piles
        .groups
        .iter()
        .enumerate()
        .map(|(index, group)| (named(piles, index), group.clone()))
        .collect();
    if rows.len() > MOST + 1 {
        let rest = rows.split_off(MOST);
        let name = format!("{} more", rest.len());
        let group = Group {
            name: name.clone(),
            piles: rest.iter().map(|row| row.1.piles).sum(),
            volume: rest.iter().map(|row| row.1.volume).sum(),
        };
        rows.push((name, group));
    }
    let bottom = TOP + ROW * rows.len() as f64;
    let mut panel = Panel::new(bottom + 44.0, &format!("Volume by {}, Fm", piles.by.words()));
    let letters = rows.iter().map(|row| letters(&row.0)).max().unwrap_or_default();
    let left = (LEFT + letters as f64 * LETTER * 1.1 + 12.0).min(LONGEST_NAME);
    let right = RIGHT - NUMBERS;
    let most = rows.iter().map(|row| row.1.volume).fold(0.0, f64::max);
    let scale = Scale::within(0.0, most, 6);
    let x = |volume: f64| left + scale.part(volume) * (right - left);
    for tick in scale.ticks() {
        panel.line("grid", (x(tick), TOP - 6.0), (x(tick), bottom + 2.0));
        panel.text("", (x(tick), bottom + 18.0), Anchor::Middle, &scale.label(tick));
    }
    for (index, (name, group)) in rows.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        let class = format!("c{}", shade(index));
        panel.text("", (left - 8.0, y + 15.0), Anchor::End, &cut(name, left));
        panel.rect(&class, (left, y + 3.0), (x(group.volume) - left, ROW - 8.0));
        let numbers = format!("{} · {}", fm(group.volume), count(group.piles, "pile", "piles"));
        panel.text("strong", (x(group.volume) + 8.0, y + 15.0), Anchor::Start, &numbers);
    }
    panel
}

/// A name as long as there is room for it.
fn cut(name: &str, left: f64) -> String {
    let room = ((left - LEFT - 8.0) / LETTER) as usize;
    if letters(name) <= room {
        return name.to_owned();
    }
    name.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}
