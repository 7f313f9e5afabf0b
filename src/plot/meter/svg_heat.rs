//! A month as SVG: rows days, columns times of day.

use super::heat::{HeatCell, HeatMap, HeatRow};
use crate::clock::{Date, TimeZone, midnight_after, seconds_between};
use crate::data::series::Series;
use crate::language::{Language, filled};
use crate::plot::colour::LEVELS;
use crate::plot::svg::{Anchor, LEFT, Panel, RIGHT, round, x};
use crate::plot::time::DAY;

const TOP: f64 = 52.0;
/// Heights of a row: of a month, and of many days together.
const ROW: f64 = 14.0;
const MOST_HEIGHT: f64 = 760.0;
/// Below this height rows have names only where a month begins.
const NAMED_ROW: f64 = 12.0;
/// Width of a step of the legend.
const STEP: f64 = 24.0;

pub fn heat_map(flow: &Series, language: Language) -> Panel {
    let minutes = flow.resolution.seconds().unsigned_abs() as usize / 60;
    let heat = HeatMap::of(flow, minutes, false);
    let rows = heat.rows.iter().filter(|row| !row.again).count().max(1);
    let highest = if heat.weekdays { 2.0 * ROW } else { ROW };
    // Whole pixels: rows of one and a half would be seen as stripes.
    let high = (MOST_HEIGHT / rows as f64).floor().clamp(1.0, highest);
    let bottom = TOP + high * rows as f64;
    let (texts, axis) = (&language.texts().meter_picture, flow.axis(language));
    let heading = if heat.weekdays { &texts.heat_map_of_weeks } else { &texts.heat_map_of_days };
    let mut panel = Panel::new(bottom + 70.0, &filled(heading, &[("axis", &axis)]));
    draw_cells(&mut panel, &heat, high);
    name_columns(&mut panel, &heat, bottom, language);
    name_rows(&mut panel, &heat, high, language);
    draw_legend(&mut panel, &heat, &axis, bottom + 34.0, language);
    let odd_days = odd_days(&heat, &flow.zone, language);
    panel.text("", (RIGHT, bottom + 34.0), Anchor::End, &odd_days);
    panel
}

/// One path for each colour; neighbours of one colour are one rectangle.
fn draw_cells(panel: &mut Panel, heat: &HeatMap, high: f64) {
    // Gaps are behind the levels.
    let mut paths = vec![String::new(); LEVELS.len() + 1];
    let mut y = TOP - high;
    for (index, row) in heat.rows.iter().enumerate() {
        y += if row.again { 0.0 } else { high };
        // The hour that comes twice is shown in two halves, the first above the second.
        let second = heat.rows.get(index + 1).filter(|next| next.again);
        let halved =
            |column: usize| second.is_some_and(|next| next.cells[column] != HeatCell::Outside);
        let path = |column: usize| match row.cells[column] {
            HeatCell::Outside => None,
            HeatCell::Missing => Some(LEVELS.len()),
            HeatCell::Value(value) => Some(heat.step(value, LEVELS.len())),
        };
        let columns: Vec<usize> = (0..heat.columns).collect();
        for alike in columns.chunk_by(|a, b| (path(*a), halved(*a)) == (path(*b), halved(*b))) {
            let (first, end) = (alike[0], alike[0] + alike.len());
            let Some(path) = path(first) else { continue };
            let [from, to] = [first, end].map(|column| x(column as f64 / heat.columns as f64));
            let top = if row.again { y + high / 2.0 } else { y };
            let tall = if row.again || halved(first) { high / 2.0 } else { high };
            let [from, top, width, tall] = [from, top, to - from, tall].map(round);
            paths[path] += &format!("M{from} {top}h{width}v{tall}h-{width}z");
        }
    }
    for (level, path) in paths.iter().enumerate() {
        let class = if level < LEVELS.len() { format!("l{level}") } else { "gapped".to_owned() };
        panel.path(&class, path);
    }
}

fn name_columns(panel: &mut Panel, heat: &HeatMap, bottom: f64, language: Language) {
    if heat.weekdays {
        for (index, name) in language.texts().dates.weekdays.iter().enumerate() {
            let middle = x((index as f64 + 0.5) / heat.columns as f64);
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

fn name_rows(panel: &mut Panel, heat: &HeatMap, high: f64, language: Language) {
    let dates = &language.texts().dates;
    let named = high >= NAMED_ROW;
    let mut before = None;
    for (index, row) in heat.rows.iter().filter(|row| !row.again).enumerate() {
        let month = row.day.month();
        let begins = before.replace(month).is_none_or(|before| before != month);
        let pattern = match (named, begins) {
            (true, _) if heat.weekly || (begins && index > 0) => &*dates.short_day,
            (true, _) => &dates.weekday,
            (false, true) if month == 1 && index > 0 => "%Y",
            (false, true) => "%b",
            (false, false) => continue,
        };
        let middle = if named { high / 2.0 + 4.0 } else { 11.0 };
        let at = (LEFT - 8.0, TOP + index as f64 * high + middle);
        panel.text("", at, Anchor::End, &language.show_day(row.day, pattern));
    }
}

fn draw_legend(panel: &mut Panel, heat: &HeatMap, axis: &str, y: f64, language: Language) {
    for level in 0..LEVELS.len() {
        panel.rect(&format!("l{level}"), (LEFT + level as f64 * STEP, y - 11.0), (STEP, 12.0));
    }
    let end = LEFT + STEP * LEVELS.len() as f64;
    let [low, middle] =
        [heat.low, f64::midpoint(heat.low, heat.top)].map(|value| language.short(value));
    panel.text("", (LEFT, y + 16.0), Anchor::Start, &low);
    panel.text("", (f64::midpoint(LEFT, end), y + 16.0), Anchor::Middle, &middle);
    panel.text("", (end, y + 16.0), Anchor::Middle, &heat.top_label(axis, language));
    if heat.has_gaps() {
        panel.rect("gapped", (end + 110.0, y - 11.0), (STEP, 12.0));
        panel.text("", (end + 140.0, y), Anchor::Start, &language.texts().picture.no_data);
    }
}

/// What the two odd days of the year look like.
fn odd_days(heat: &HeatMap, zone: &TimeZone, language: Language) -> String {
    let texts = &language.texts().meter_picture;
    let words = |row: &HeatRow| {
        let day = language.show_day(row.day, &language.texts().dates.short_day);
        let short = !heat.weekly && is_short(row.day, zone);
        let sentence = match (row.again, short) {
            (true, _) => &texts.hour_twice,
            (false, true) => &texts.short_day,
            (false, false) => return None,
        };
        Some(filled(sentence, &[("day", &day)]))
    };
    heat.rows.iter().filter_map(words).collect::<Vec<_>>().join(" ")
}

/// Whether the clocks are put forward on this day.
fn is_short(day: Date, zone: &TimeZone) -> bool {
    let begin = day.to_zoned(zone.clone()).map(|midnight| midnight.timestamp());
    begin.is_ok_and(|begin| seconds_between(begin, midnight_after(begin, 1, zone)) < DAY)
}
