//! Piles as SVG: a map, and bars for the volume of each group.

use textwrap::WordSplitter;

use super::country::{self, Label};
use super::piles::{Piles, PlottedPile};
use super::projection::{PileMap, Projection, radius};
use super::shade;
use crate::language::{Language, filled};
use crate::plot::number::{Scale, decimals, step};
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT, round};
use crate::plot::{cut, letters};

const TOP: f64 = 34.0;
const MOST_HIGH: f64 = 640.0;
/// Radius of the largest pile, and the least at which a pile is still seen.
const LARGEST: f64 = 15.0;
const SMALLEST: f64 = 1.5;
/// Pixels between lines of the grid, at least.
const GRID: f64 = 90.0;
const BARS_TOP: f64 = 40.0;
const BAR_ROW: f64 = 24.0;
/// Names begin here; a bar begins where the longest of them ends, at most here.
const NAMES: f64 = 24.0;
const LONGEST_NAME: f64 = 260.0;
/// Room behind the longest bar for its numbers.
const NUMBERS: f64 = 170.0;
/// Bars at most; the rest is one.
const MOST_BARS: usize = 40;

pub fn map(piles: &Piles) -> Panel {
    let (texts, language) = (piles.texts(), piles.language);
    let missing = piles.not_on_the_map().join(", ");
    let Some(map) = PileMap::of(piles, RIGHT - LEFT, MOST_HIGH, LARGEST) else {
        let mut panel = Panel::new(60.0, &texts.empty_map);
        panel.height = note(&mut panel, "", 40.0, &missing) + 2.0;
        return panel;
    };
    let mut panel = Panel::new(0.0, &texts.map);
    let bottom = TOP + map.projection.height;
    grid(&mut panel, &map.projection, bottom, language);
    let towns = country(&mut panel, &map.projection);
    for circle in &map.circles {
        let class = format!("pile c{}", shade(circle.pile.group));
        let (at, radius) = ((LEFT + circle.x, TOP + circle.y), circle.radius.max(SMALLEST));
        panel.circle(&class, at, radius, &hover(piles, circle.pile));
    }
    names(&mut panel, &towns);
    sizes(&mut panel, &map, bottom + 48.0, language);
    scale_bar(&mut panel, &map.projection, bottom + 48.0, language);
    let mut y = groups(&mut panel, piles, bottom + 84.0);
    if !missing.is_empty() {
        let words = filled(&texts.not_on_the_map, &[("reasons", &missing)]);
        y = note(&mut panel, "strong", y + 4.0, &words);
    }
    panel.height = y + 14.0;
    panel
}

/// A sentence on as many lines as it needs; where the next line would be.
fn note(panel: &mut Panel, class: &str, top: f64, words: &str) -> f64 {
    let mut y = top;
    let room = textwrap::Options::new(((RIGHT - LEFT) / (LETTER * 1.1)) as usize);
    for line in textwrap::wrap(words, room.word_splitter(WordSplitter::NoHyphenation)) {
        panel.text(class, (LEFT, y), Anchor::Start, &line);
        y += 18.0;
    }
    y
}

/// The borders of the states, and the dots of the towns that are named.
fn country(panel: &mut Panel, projection: &Projection) -> Vec<Label> {
    let (mut path, mut last) = (String::new(), None);
    for (from, to) in country::borders(projection) {
        if last != Some(from) {
            path += &format!("M{} {}", round(LEFT + from.0), round(TOP + from.1));
        }
        path += &format!("L{} {}", round(LEFT + to.0), round(TOP + to.1));
        last = Some(to);
    }
    panel.path("state", &path);
    let towns = country::towns(projection);
    for Label { at, .. } in &towns {
        panel.circle("town", (LEFT + at.0, TOP + at.1), 2.0, "");
    }
    towns
}

/// Over the piles, which they must not disappear under.
fn names(panel: &mut Panel, towns: &[Label]) {
    for Label { name, at, is_left } in towns {
        let (x, y) = (LEFT + at.0, TOP + at.1 + 4.0);
        let (x, anchor) = if *is_left { (x - 5.0, Anchor::End) } else { (x + 5.0, Anchor::Start) };
        panel.text("halo", (x, y), anchor, name);
    }
}

/// What the pointer shows on a pile.
fn hover(piles: &Piles, pile: &PlottedPile) -> String {
    let volume = pile.volume;
    let volume = volume.map_or_else(|| piles.texts().volume_unknown.clone(), |it| piles.fm(it));
    format!("{}: {volume}, {}", pile.number, piles.groups[pile.group].label)
}

fn grid(panel: &mut Panel, projection: &Projection, bottom: f64, language: Language) {
    for line in projection.parallels(GRID, language) {
        let y = TOP + line.at;
        panel.line("grid", (LEFT, y), (RIGHT, y));
        panel.text("", (LEFT - 6.0, y + 4.0), Anchor::End, &line.label);
    }
    for line in projection.meridians(GRID, language) {
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
fn sizes(panel: &mut Panel, map: &PileMap, y: f64, language: Language) {
    let round = step(map.most / 2.5);
    let mut x = LEFT + map.largest;
    for volume in [round / 10.0, round / 2.0, round].into_iter().filter(|v| *v > 0.0) {
        let radius = radius(volume, map.most, map.largest).max(SMALLEST);
        let label = format!("{} Fm", language.number(volume, decimals(round / 10.0)));
        panel.circle("bare", (x, y - 4.0), radius, "");
        panel.text("", (x + radius + 6.0, y), Anchor::Start, &label);
        x += 2.0 * radius + 26.0 + letters(&label) as f64 * LETTER;
    }
}

fn scale_bar(panel: &mut Panel, projection: &Projection, y: f64, language: Language) {
    let (label, length) = projection.bar(200.0, language);
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
    for (group, label) in piles.legend().iter().enumerate() {
        let wide = 34.0 + letters(label) as f64 * LETTER * 1.05;
        if x + wide > RIGHT && x > LEFT {
            x = LEFT;
            y += 20.0;
        }
        panel.circle(&format!("pile c{group}"), (x + 6.0, y - 4.0), 6.0, "");
        panel.text("", (x + 17.0, y), Anchor::Start, label);
        x += wide;
    }
    y + 22.0
}

pub fn bars(piles: &Piles) -> Panel {
    let groups = piles.bars(MOST_BARS);
    let bottom = BARS_TOP + BAR_ROW * groups.len() as f64;
    let heading = filled(&piles.texts().bars, &[("by", piles.by_words())]);
    let mut panel = Panel::new(bottom + 44.0, &heading);
    let longest = groups.iter().map(|group| letters(&group.label)).max().unwrap_or_default();
    let left = (NAMES + longest as f64 * LETTER * 1.1 + 12.0).min(LONGEST_NAME);
    let name_room = ((left - NAMES - 8.0) / LETTER) as usize;
    let most = groups.iter().map(Piles::length).fold(0.0, f64::max);
    let scale = Scale::within(0.0, most, 6);
    let x = |volume: f64| left + scale.part(volume) * (RIGHT - NUMBERS - left);
    for tick in scale.ticks() {
        panel.line("grid", (x(tick), BARS_TOP - 6.0), (x(tick), bottom + 2.0));
        panel.text(
            "",
            (x(tick), bottom + 18.0),
            Anchor::Middle,
            &scale.label(tick, piles.language),
        );
    }
    for (index, group) in groups.iter().enumerate() {
        let y = BARS_TOP + BAR_ROW * index as f64;
        let (class, end) = (format!("c{}", shade(index)), x(Piles::length(group)));
        panel.text("", (left - 8.0, y + 15.0), Anchor::End, &cut(&group.label, name_room));
        panel.rect(&class, (left, y + 3.0), (end - left, BAR_ROW - 8.0));
        let numbers = format!("{} · {}", piles.fm(group.volume), piles.count(group.piles));
        panel.text("strong", (end + 8.0, y + 15.0), Anchor::Start, &numbers);
    }
    panel
}
