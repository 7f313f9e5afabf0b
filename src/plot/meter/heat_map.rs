//! A month in the terminal: rows days, columns times of day.

use super::heat::{self, Cell, Heat, Row};
use super::series::Series;
use crate::plot::Look;
use crate::plot::colour::{self, LEVELS, Paint};
use crate::plot::number::short;
use crate::plot::zone::DAY;
use crate::text::printable;

/// Columns of a row's name with the distance to its cells.
const NAME: usize = 8;
/// Rows that are days at most; more are shown as weeks.
const MOST_DAYS: usize = 62;
/// Steps without colour. The lowest is no blank: that is no value at all.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LETTERS: [char; 9] = ['.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// How a cell of the map becomes cells of the terminal.
#[derive(Clone, Copy)]
struct Layout {
    /// Two columns of the map in one of the terminal: half blocks of two colours.
    halves: bool,
    /// Columns of the terminal for one of the map.
    wide: usize,
}

pub fn heat_map(flow: &Series, look: &Look) -> String {
    let days = flow.points.len() as i64 * flow.resolution_seconds / DAY;
    let weekly = days > MOST_DAYS as i64;
    let room = look.columns() - NAME;
    let blocks = look.colour && !look.ascii;
    let minutes = minutes(flow, room * if blocks { 2 } else { 1 });
    let heat = heat::heat(flow, minutes, weekly, &look.zone);
    let layout =
        Layout { halves: heat.columns > room, wide: (room / heat.columns.max(1)).clamp(1, 6) };
    let rows = if heat.weekly { "weeks" } else { "days" };
    let each = if heat.weekdays { "days".to_owned() } else { format!("{minutes} min") };
    let mean = if minutes * 60 > flow.resolution_seconds || weekly { ", mean" } else { "" };
    let heading = format!("{}, {} by {each}{mean}", capital(rows), flow.axis());
    let mut text = look.words(&printable(&heading)) + "\n" + &hours(&heat, layout, look);
    let several = heat.rows.iter().any(|row| row.day.month() != heat.rows[0].day.month());
    for row in &heat.rows {
        let name = name(row, heat.weekly, several);
        text += &Paint::Faint.on(&look.words(&format!("{name:NAME$}")), look.colour);
        text += cells(row, &heat, layout, look).trim_end();
        text.push('\n');
    }
    text + &legend(&heat, flow, look)
}

fn capital(word: &str) -> &'static str {
    if word == "weeks" { "Weeks" } else { "Days" }
}

/// The shortest time for a column with which a day fits.
fn minutes(flow: &Series, room: usize) -> i64 {
    let own = (flow.resolution_seconds / 60).max(1);
    let fits = |minutes: &i64| *minutes >= own && 1440 / minutes <= room as i64;
    [1, 5, 10, 15, 30, 60, 120, 180].into_iter().find(fits).unwrap_or(240)
}

fn name(row: &Row, weekly: bool, several_months: bool) -> String {
    let day = row.day;
    match () {
        () if row.again => "2nd time".to_owned(),
        () if weekly || (several_months && day.day() == 1) => day.strftime("%e %b").to_string(),
        () => day.strftime("%a %e").to_string(),
    }
}

/// The line of hours, or of weekdays, above the cells.
fn hours(heat: &Heat, layout: Layout, look: &Look) -> String {
    let labels: Vec<String> = if heat.weekdays {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(str::to_owned).to_vec()
    } else {
        (0..8).map(|hour| format!("{:02}", hour * 3)).collect()
    };
    let wide = heat.columns * layout.wide / if layout.halves { 2 } else { 1 };
    let each = wide / labels.len().max(1);
    let line: String = labels.iter().map(|label| format!("{label:each$}")).collect();
    Paint::Faint.on(&format!("{:NAME$}{}", "", line.trim_end()), look.colour) + "\n"
}

fn cells(row: &Row, heat: &Heat, layout: Layout, look: &Look) -> String {
    if !look.colour || look.ascii {
        return row
            .cells
            .iter()
            .map(|cell| sign(*cell, heat, look).to_string().repeat(layout.wide))
            .collect();
    }
    let ink = |cell: &Cell| match cell {
        Cell::Value(value) => Some(colour::of_level(colour::level(*value, heat.low, heat.top))),
        _ => None,
    };
    let mut line = String::new();
    let step = if layout.halves { 2 } else { 1 };
    for pair in row.cells.chunks(step) {
        let (left, right) = (pair.first(), pair.last());
        let missing = pair.contains(&Cell::Missing);
        let (text, paint) = match (left.and_then(ink), right.and_then(ink)) {
            (Some(left), Some(right)) if left == right => ("█", Paint::Ink(left)),
            (Some(left), Some(right)) => ("▌", Paint::Both(left, right)),
            (Some(left), None) => ("▌", Paint::Ink(left)),
            (None, Some(right)) => ("▐", Paint::Ink(right)),
            (None, None) if missing => ("·", Paint::Warn),
            (None, None) => (" ", Paint::Plain),
        };
        line += &paint.on(&text.repeat(layout.wide), true);
    }
    line
}

fn sign(cell: Cell, heat: &Heat, look: &Look) -> char {
    let step = |value: f64, many: usize| {
        let part = (value - heat.low) / (heat.top - heat.low).max(f64::MIN_POSITIVE);
        ((part * many as f64) as usize).min(many - 1)
    };
    match cell {
        Cell::Outside => ' ',
        Cell::Missing => look.sign('·', '?'),
        Cell::Value(value) if look.ascii => LETTERS[step(value, LETTERS.len())],
        Cell::Value(value) => BARS[step(value, BARS.len())],
    }
}

fn legend(heat: &Heat, flow: &Series, look: &Look) -> String {
    let scale: String = if look.colour && !look.ascii {
        (0..LEVELS).map(|level| Paint::Ink(colour::of_level(level)).on("██", true)).collect()
    } else if look.ascii {
        LETTERS.iter().collect()
    } else {
        BARS.iter().collect()
    };
    let more = if heat.clipped { "≥ " } else { "" };
    let top = printable(&format!("{more}{} {}", short(heat.top), flow.axis()));
    let mut text = format!("{:NAME$}{} {scale} {}", "", short(heat.low), look.words(&top));
    if heat.rows.iter().any(|row| row.cells.contains(&Cell::Missing)) {
        let sign = look.sign('·', '?').to_string();
        text += &format!("   {} no data", Paint::Warn.on(&sign, look.colour));
    }
    text + "\n"
}
