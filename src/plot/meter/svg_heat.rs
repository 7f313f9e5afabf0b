//! A month as SVG: rows days, columns times of day.

use std::fmt::Write as _;

use super::heat::{self, Cell, Heat, Row};
use super::series::Series;
use crate::plot::colour::{self, LEVELS};
use crate::plot::number::short;
use crate::plot::svg::{Anchor, LEFT, Panel, RIGHT, round};
use crate::plot::zone::{self, TimeZone};

const TOP: f64 = 52.0;
/// Heights of a row: of a month, and of many days together.
const ROW: f64 = 14.0;
const MOST_HEIGHT: f64 = 760.0;
/// Below this height rows have names only where a month begins.
const NAMED_ROW: f64 = 12.0;
/// Columns of a day at most: a minute would be less than a pixel.
const SHORTEST_MINUTES: i64 = 5;

pub fn heat_map(flow: &Series, zone: &TimeZone) -> Panel {
    let minutes = (flow.resolution_seconds / 60).clamp(SHORTEST_MINUTES, 1440);
    let heat = heat::heat(flow, minutes, false, zone);
    let rows = heat.rows.iter().filter(|row| !row.again).count().max(1);
    // Whole pixels: rows of one and a half would be seen as stripes.
    let high =
        (MOST_HEIGHT / rows as f64).floor().clamp(1.0, if heat.weekdays { 2.0 * ROW } else { ROW });
    let bottom = TOP + high * rows as f64;
    let words = if heat.weekdays { "weeks by weekdays" } else { "days by time of day" };
    let mut panel = Panel::new(bottom + 70.0, &format!("Heat map, {}: {words}", flow.axis()));
    cells(&mut panel, &heat, high);
    columns(&mut panel, &heat, bottom);
    names(&mut panel, &heat, high);
    legend(&mut panel, &heat, flow, bottom + 34.0);
    notes(&mut panel, &heat, bottom + 34.0, zone);
    panel
}

fn x(part: f64) -> f64 {
    LEFT + part * (RIGHT - LEFT)
}

/// One path for each colour; neighbours of one colour are one rectangle.
fn cells(panel: &mut Panel, heat: &Heat, high: f64) {
    let mut paths = vec![String::new(); LEVELS];
    let mut gaps = String::new();
    let mut y = TOP - high;
    for (index, row) in heat.rows.iter().enumerate() {
        // The hour that comes twice is shown in two halves, the first above the second.
        let twice = |column: usize| {
            let second = heat.rows.get(index + 1).filter(|next| next.again);
            second
                .and_then(|next| next.cells.get(column))
                .is_some_and(|cell| *cell != Cell::Outside)
        };
        if !row.again {
            y += high;
        }
        let mut column = 0;
        while let Some(cell) = row.cells.get(column).copied() {
            let (kind, half) = (kind(cell, heat), twice(column));
            let alike = |at: &usize| {
                row.cells.get(*at).is_some_and(|next| self::kind(*next, heat) == kind)
                    && twice(*at) == half
            };
            let end =
                (column + 1..row.cells.len()).find(|at| !alike(at)).unwrap_or(row.cells.len());
            let (from, to) = (part(column, heat), part(end, heat));
            let (from, width) = (round(from), round(to - from));
            let (top, tall) = match (row.again, half) {
                (true, _) => (y + high / 2.0, high / 2.0),
                (_, true) => (y, high / 2.0),
                _ => (y, high),
            };
            let rect = format!("M{from} {}h{width}v{}h-{width}z", round(top), round(tall));
            match kind {
                Some(Some(level)) => paths[level] += &rect,
                Some(None) => gaps += &rect,
                None => {}
            }
            column = end;
        }
    }
    for (level, path) in paths.iter().enumerate() {
        panel.path(&format!("l{level}"), path);
    }
    panel.path("gapped", &gaps);
}

/// A level of the scale, a gap, or nothing at all.
fn kind(cell: Cell, heat: &Heat) -> Option<Option<usize>> {
    match cell {
        Cell::Outside => None,
        Cell::Missing => Some(None),
        Cell::Value(value) => Some(Some(colour::level(value, heat.low, heat.top))),
    }
}

fn part(column: usize, heat: &Heat) -> f64 {
    x(column as f64 / heat.columns.max(1) as f64)
}

fn columns(panel: &mut Panel, heat: &Heat, bottom: f64) {
    if heat.weekdays {
        for (index, name) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().enumerate() {
            let middle = x((index as f64 + 0.5) / 7.0);
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

fn names(panel: &mut Panel, heat: &Heat, high: f64) {
    let mut y = TOP;
    let mut month = None;
    for row in heat.rows.iter().filter(|row| !row.again) {
        let begins = month.is_some_and(|month| month != row.day.month());
        let name = match high >= NAMED_ROW {
            true if heat.weekly || begins => row.day.strftime("%-d %b").to_string(),
            true => row.day.strftime("%a %-d").to_string(),
            false if begins && row.day.month() == 1 => row.day.strftime("%Y").to_string(),
            false if begins || month.is_none() => row.day.strftime("%b").to_string(),
            false => String::new(),
        };
        let middle = if high >= NAMED_ROW { y + high / 2.0 + 4.0 } else { y + 11.0 };
        if !name.is_empty() {
            panel.text("", (LEFT - 8.0, middle), Anchor::End, &name);
        }
        month = Some(row.day.month());
        y += high;
    }
}

fn legend(panel: &mut Panel, heat: &Heat, flow: &Series, y: f64) {
    const STEP: f64 = 24.0;
    for level in 0..LEVELS {
        panel.rect(&format!("l{level}"), (LEFT + level as f64 * STEP, y - 11.0), (STEP, 12.0));
    }
    let middle = (heat.low + heat.top) / 2.0;
    let end = LEFT + STEP * LEVELS as f64;
    let top =
        format!("{}{} {}", if heat.clipped { "≥ " } else { "" }, short(heat.top), flow.axis());
    panel.text("", (LEFT, y + 16.0), Anchor::Start, &short(heat.low));
    panel.text(
        "",
        (usize::midpoint(LEFT as usize, end as usize) as f64, y + 16.0),
        Anchor::Middle,
        &short(middle),
    );
    panel.text("", (end, y + 16.0), Anchor::Middle, &top);
    if heat.rows.iter().any(|row| row.cells.contains(&Cell::Missing)) {
        panel.rect("gapped", (end + 110.0, y - 11.0), (STEP, 12.0));
        panel.text("", (end + 140.0, y), Anchor::Start, "no data");
    }
}

/// What the two odd days of the year look like.
fn notes(panel: &mut Panel, heat: &Heat, y: f64, zone: &TimeZone) {
    let mut words = String::new();
    for Row { day, again, .. } in &heat.rows {
        let begin = zone::day_begin(*day, zone);
        let end = zone::day_begin(zone::next_day(*day), zone);
        let seconds = crate::clock::seconds_between(begin, end);
        if seconds < zone::DAY && !heat.weekly {
            let _ = write!(words, "{} has 23 hours. ", day.strftime("%-d %b"));
        } else if *again {
            let _ = write!(
                words,
                "{}: the hour that comes twice in two halves. ",
                day.strftime("%-d %b")
            );
        }
    }
    panel.text("", (RIGHT, y), Anchor::End, words.trim_end());
}
