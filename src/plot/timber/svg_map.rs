//! Piles on a map as SVG.

use super::piles::Piles;
use super::projection::{self, Projection};
use super::{hover, named, shade};
use crate::plot::colour::GROUPS;
use crate::plot::letters;
use crate::plot::number;
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT};

const TOP: f64 = 34.0;
const MOST_HIGH: f64 = 640.0;
/// Radius of the largest pile, and the least at which a pile is still seen.
const LARGEST: f64 = 15.0;
const SMALLEST: f64 = 1.5;
/// Pixels between lines of the grid, at least.
const GRID: f64 = 90.0;

pub fn map(piles: &Piles) -> Panel {
    let placed = piles.placed();
    let width = RIGHT - LEFT;
    let Some((projection, height)) = Projection::of(&placed, width, MOST_HIGH) else {
        let mut panel = Panel::new(60.0, "Piles on the map: none has a position");
        panel.text("", (LEFT, 40.0), Anchor::Start, &piles.not_on_the_map().join(", "));
        return panel;
    };
    let mut panel = Panel::new(0.0, "Piles by place, area of a circle by volume in Fm");
    let bottom = TOP + height;
    grid(&mut panel, &projection, height);
    let most = placed.first().and_then(|(_, _, spot)| spot.volume).unwrap_or_default();
    let largest = projection::largest(placed.len(), LARGEST);
    for (latitude, longitude, spot) in &placed {
        let (x, y) = projection.place(*latitude, *longitude);
        let radius = projection::radius(spot.volume.unwrap_or_default(), most, largest);
        let class = format!("pile c{}", shade(spot.group));
        panel.circle(&class, (LEFT + x, TOP + y), radius.max(SMALLEST), &hover(piles, spot));
    }
    sizes(&mut panel, most, largest, bottom + 48.0);
    bar(&mut panel, &projection, bottom + 48.0);
    let mut y = groups(&mut panel, piles, bottom + 84.0);
    let missing = piles.not_on_the_map().join(", ");
    if !missing.is_empty() {
        panel.text("strong", (LEFT, y + 4.0), Anchor::Start, &format!("Not on the map: {missing}"));
        y += 22.0;
    }
    panel.height = y + 14.0;
    panel
}

fn grid(panel: &mut Panel, projection: &Projection, height: f64) {
    let bottom = TOP + height;
    for line in projection.parallels(GRID) {
        let y = TOP + line.at;
        panel.line("grid", (LEFT, y), (RIGHT, y));
        panel.text("", (LEFT - 6.0, y + 4.0), Anchor::End, &line.label);
    }
    for line in projection.meridians(RIGHT - LEFT, GRID) {
        let x = LEFT + line.at;
        panel.line("grid", (x, TOP), (x, bottom));
        panel.text("", (x, bottom + 17.0), Anchor::Middle, &line.label);
    }
    let corners = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, bottom), (LEFT, bottom), (LEFT, TOP)];
    for pair in corners.windows(2) {
        panel.line("axis", pair[0], pair[1]);
    }
}

/// Circles of round volumes, to compare with.
fn sizes(panel: &mut Panel, most: f64, largest: f64, y: f64) {
    let round = number::step(most / 2.5);
    let mut x = LEFT + largest;
    for volume in [round / 10.0, round / 2.0, round].into_iter().filter(|v| *v > 0.0) {
        let radius = projection::radius(volume, most, largest).max(SMALLEST);
        let label = format!("{} Fm", number::number(volume, number::decimals(round / 10.0)));
        panel.circle("bare", (x, y - 4.0), radius, "");
        panel.text("", (x + radius + 6.0, y), Anchor::Start, &label);
        x += 2.0 * radius + 26.0 + letters(&label) as f64 * LETTER;
    }
}

fn bar(panel: &mut Panel, projection: &Projection, y: f64) {
    let (label, length) = projection.bar(200.0);
    let from = RIGHT - length;
    panel.line("mark solid", (from, y), (RIGHT, y));
    for x in [from, RIGHT] {
        panel.line("mark solid", (x, y - 5.0), (x, y + 5.0));
    }
    panel.text("", ((from + RIGHT) / 2.0, y - 6.0), Anchor::Middle, &label);
}

/// Colours and names, as many lines as they need; where the next line would be.
fn groups(panel: &mut Panel, piles: &Piles, top: f64) -> f64 {
    let (mut x, mut y) = (LEFT, top);
    let shown = piles.groups.len().min(GROUPS.len());
    let rest = piles.groups.len() - shown;
    for group in 0..shown + usize::from(rest > 0) {
        let name = if group < shown { named(piles, group) } else { format!("{rest} more") };
        let wide = 34.0 + letters(&name) as f64 * LETTER * 1.05;
        if x + wide > RIGHT && x > LEFT {
            x = LEFT;
            y += 20.0;
        }
        panel.circle(&format!("pile c{}", shade(group)), (x + 6.0, y - 4.0), 6.0, "");
        panel.text("", (x + 17.0, y), Anchor::Start, &name);
        x += wide;
    }
    y + 22.0
}
