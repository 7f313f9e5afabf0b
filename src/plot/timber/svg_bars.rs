//! Volume by group as SVG.

use super::piles::{Piles, count_piles, fm};
use super::shade;
use crate::plot::number::Scale;
use crate::plot::svg::{Anchor, LETTER, Panel, RIGHT};
use crate::plot::{cut, letters};

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
    let groups = piles.bars(MOST);
    let bottom = TOP + ROW * groups.len() as f64;
    let mut panel = Panel::new(bottom + 44.0, &format!("Volume by {}, Fm", piles.by.words()));
    let longest = groups.iter().map(|group| letters(&group.name)).max().unwrap_or_default();
    let left = (LEFT + longest as f64 * LETTER * 1.1 + 12.0).min(LONGEST_NAME);
    let name_room = ((left - LEFT - 8.0) / LETTER) as usize;
    let most = groups.iter().map(|group| group.volume).fold(0.0, f64::max);
    let scale = Scale::within(0.0, most, 6);
    let x = |volume: f64| left + scale.part(volume) * (RIGHT - NUMBERS - left);
    for tick in scale.ticks() {
        panel.line("grid", (x(tick), TOP - 6.0), (x(tick), bottom + 2.0));
        panel.text("", (x(tick), bottom + 18.0), Anchor::Middle, &scale.label(tick));
    }
    for (index, group) in groups.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        let (class, end) = (format!("c{}", shade(index)), x(group.volume));
        panel.text("", (left - 8.0, y + 15.0), Anchor::End, &cut(&group.name, name_room));
        panel.rect(&class, (left, y + 3.0), (end - left, ROW - 8.0));
        let numbers = format!("{} · {}", fm(group.volume), count_piles(group.piles));
        panel.text("strong", (end + 8.0, y + 15.0), Anchor::Start, &numbers);
    }
    panel
}
