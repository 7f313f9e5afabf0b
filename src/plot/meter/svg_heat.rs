//! A month as SVG: rows days, columns times of day.

use std::fmt::Write as _;

use super::heat::{HeatCell, HeatMap, WEEKDAYS};
use super::series::Series;
use crate::clock::{Date, TimeZone, midnight_after, seconds_between};
use crate::plot::colour::LEVELS;
use crate::plot::number::short;
use crate::plot::svg::{Anchor, LEFT, Panel, RIGHT, round};
use crate::plot::time::DAY;

const TOP: f64 = 52.0;
/// Heights of a row: of a month, and of many days together.
const ROW: f64 = 14.0;
const MOST_HEIGHT: f64 = 760.0;
/// Below this height rows have names only where a month begins.
const NAMED_ROW: f64 = 12.0;
/// Width of a step of the legend.
const STEP: f64 = 24.0;

pub fn heat_map(flow: &Series) -> Panel {
    let minutes = flow.resolution.seconds().unsigned_abs() as usize / 60;
    let heat = HeatMap::of(flow, minutes, false);
    let rows = heat.rows.iter().filter(|row| !row.again).count().max(1);
    let highest = if heat.weekdays { 2.0 * ROW } else { ROW };
    // Whole pixels: rows of one and a half would be seen as stripes.
    let high = (MOST_HEIGHT / rows as f64).floor().clamp(1.0, highest);
    let bottom = TOP + high * rows as f64;
    let words = if heat.weekdays { "weeks by weekdays" } else { "days by time of day" };
    let mut panel = Panel::new(bottom + 70.0, &format!("Heat map, {}: {words}", flow.axis()));
    draw_cells(&mut panel, &heat, high);
    name_columns(&mut panel, &heat, bottom);
    name_rows(&mut panel, &heat, high);
    draw_legend(&mut panel, &heat, &flow.axis(), bottom + 34.0);
    let odd_days = odd_days(&heat, &flow.zone);
    panel.text("", (RIGHT, bottom + 34.0), Anchor::End, odd_days.trim_end());
    panel
}

fn x(part: f64) -> f64 {
    LEFT + part * (RIGHT - LEFT)
}

/// What fills a place of the map, and whether only the upper half of it is this row's.
#[derive(Clone, Copy, PartialEq)]
struct Filling {
    /// A class of the style sheet; nothing outside.
    class: Option<usize>,
    half: bool,
}

/// The class behind those of the levels.
const GAP: usize = LEVELS.len();

/// One path for each colour; neighbours of one colour are one rectangle.
fn draw_cells(panel: &mut Panel, heat: &HeatMap, high: f64) {
    let mut paths = vec![String::new(); GAP + 1];
    let mut y = TOP - high;
    for (index, row) in heat.rows.iter().enumerate() {
        // The hour that comes twice is shown in two halves, the first above the second.
        let second = heat.rows.get(index + 1).filter(|next| next.again);
        let filling = |column: usize| Filling {
            class: match row.cells[column] {
                HeatCell::Outside => None,
                HeatCell::Missing => Some(GAP),
                HeatCell::Value(value) => Some(heat.step(value, LEVELS.len())),
            },
            half: second.is_some_and(|next| next.cells[column] != HeatCell::Outside),
        };
        let fillings: Vec<Filling> = (0..heat.columns).map(filling).collect();
        y += if row.again { 0.0 } else { high };
        let mut column = 0;
        for alike in fillings.chunk_by(|left, right| left == right) {
            let [from, to] =
                [column, column + alike.len()].map(|it| x(it as f64 / heat.columns as f64));
            column += alike.len();
            let (top, tall) = match (row.again, alike[0].half) {
                (true, _) => (y + high / 2.0, high / 2.0),
                (_, true) => (y, high / 2.0),
                _ => (y, high),
            };
            if let Some(class) = alike[0].class {
                let [from, top, width, tall] = [from, top, to - from, tall].map(round);
                let _ = write!(paths[class], "M{from} {top}h{width}v{tall}h-{width}z");
            }
        }
    }
    for (level, path) in paths[..GAP].iter().enumerate() {
        panel.path(&format!("l{level}"), path);
    }
    panel.path("gapped", &paths[GAP]);
}

fn name_columns(panel: &mut Panel, heat: &HeatMap, bottom: f64) {
    if heat.weekdays {
        for (index, name) in WEEKDAYS.iter().enumerate() {
            let middle = x((index as f64 + 0.5) / WEEKDAYS.len() as f64);
            panel.text("", (middle, TOP - 10.0), Anchor::Middle, name);
        }
        return;
    }
    for hour in (0..=24).step_by(3) {
        let at = x(f64::from(hour) / 24.0);
        panel.line("axis", (at, TOP - 6.0), (at, TOP - 2.0));
        panel.line("axis", (at, bottom + 2.0), (at, bottom + 6.0));
        panel.text("", (at, TOP - 10.0), Anchor::Middle, &format!("{hour:02}:00"));
    }
}

fn name_rows(panel: &mut Panel, heat: &HeatMap, high: f64) {
    let mut y = TOP;
    let mut month = None;
    let named = high >= NAMED_ROW;
    for row in heat.rows.iter().filter(|row| !row.again) {
        let begins = month.is_some_and(|month| month != row.day.month());
        let format = match named {
            true if heat.weekly || begins => "%-d %b",
            true => "%a %-d",
            false if begins && row.day.month() == 1 => "%Y",
            false if begins || month.is_none() => "%b",
            false => "",
        };
        let middle = if named { y + high / 2.0 + 4.0 } else { y + 11.0 };
        if !format.is_empty() {
            let name = row.day.strftime(format).to_string();
            panel.text("", (LEFT - 8.0, middle), Anchor::End, &name);
        }
        month = Some(row.day.month());
        y += high;
    }
}

fn draw_legend(panel: &mut Panel, heat: &HeatMap, axis: &str, y: f64) {
    for level in 0..LEVELS.len() {
        panel.rect(&format!("l{level}"), (LEFT + level as f64 * STEP, y - 11.0), (STEP, 12.0));
    }
    let end = LEFT + STEP * LEVELS.len() as f64;
    let middle = short((heat.low + heat.top) / 2.0);
    panel.text("", (LEFT, y + 16.0), Anchor::Start, &short(heat.low));
    panel.text("", ((LEFT + end) / 2.0, y + 16.0), Anchor::Middle, &middle);
    panel.text("", (end, y + 16.0), Anchor::Middle, &heat.top_label(axis));
    if heat.has_gaps() {
        panel.rect("gapped", (end + 110.0, y - 11.0), (STEP, 12.0));
        panel.text("", (end + 140.0, y), Anchor::Start, "no data");
    }
}

/// What the two odd days of the year look like.
fn odd_days(heat: &HeatMap, zone: &TimeZone) -> String {
    let mut words = String::new();
    for row in &heat.rows {
        let day = row.day.strftime("%-d %b");
        if row.again {
            let _ = write!(words, "{day}: the hour that comes twice in two halves. ");
        } else if !heat.weekly && is_short(row.day, zone) {
            let _ = write!(words, "{day} has 23 hours. ");
        }
    }
    words
}

/// Whether the clocks are put forward on this day.
fn is_short(day: Date, zone: &TimeZone) -> bool {
    let begin = day.to_zoned(zone.clone()).map(|midnight| midnight.timestamp());
    begin.is_ok_and(|begin| seconds_between(begin, midnight_after(begin, 1, zone)) < DAY)
}
