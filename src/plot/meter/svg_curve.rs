//! Curves as SVG: values over time, and values by size.

use std::fmt::Write as _;

use super::figures;
use super::series::{Measurement, Series};
use super::shape;
use crate::clock::Timestamp;
use crate::plot::number::{Scale, number, short};
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT, round};
use crate::plot::ticks;
use crate::plot::zone::{self, TimeZone};

const TOP: f64 = 44.0;
const BOTTOM: f64 = 304.0;
const HEIGHT: f64 = 360.0;
/// More intervals than this are drawn as mean and range of each column.
const MOST_STEPS: usize = 800;
/// A gap is at least this wide, so that one quarter hour of a year is seen.
const THINNEST_GAP: f64 = 2.0;

fn x(part: f64) -> f64 {
    LEFT + part * (RIGHT - LEFT)
}

fn y(scale: &Scale, value: f64) -> f64 {
    BOTTOM - scale.part(value) * (BOTTOM - TOP)
}

/// Values over time.
pub fn curve(series: &Series, zone: &TimeZone) -> Panel {
    let state = series.measurement == Measurement::MeterReading;
    let name = if state { "Meter reading" } else { "Load curve" };
    let mut panel = Panel::new(HEIGHT, &format!("{name}, {}", series.axis()));
    let Some((begin, end)) = series.span(zone) else { return panel };
    let (low, high) = shape::limits(series, !state);
    let scale = Scale::over(low, high, 6);
    let place = |at: Timestamp| x(shape::part(at, begin, end));
    let facts = figures::figures(series, zone);
    values_axis(&mut panel, &scale);
    let crowded = series.points.len() > MOST_STEPS;
    let mut words = Vec::new();
    if crowded {
        words.push("line: mean, band: lowest to highest value");
    }
    if !state {
        words.push("dashed: base load");
    }
    panel.text("", (RIGHT, 18.0), Anchor::End, &words.join(" · "));
    for (from, to) in &facts.gaps.pieces {
        gap(&mut panel, place(*from), place(*to));
    }
    time_axis(&mut panel, begin, end, zone);
    if crowded {
        range_and_mean(&mut panel, series, &scale, zone);
    } else {
        steps(&mut panel, series, &scale, &place, zone);
    }
    panel.line("axis", (LEFT, y(&scale, 0.0)), (RIGHT, y(&scale, 0.0)));
    if let (Some(change), false) = (zone::clock_change(begin, end, zone), crowded) {
        clock_change(&mut panel, place(change));
    }
    if let (Some((at, peak)), Some(base), false) = (facts.peak, facts.base_load, state) {
        let middle = (place(at) + place(series.until(at, zone))) / 2.0;
        let label = format!("peak {} {}, {}", short(peak), series.unit, zone::moment(at, zone));
        let base = y(&scale, base);
        panel.line("mark", (LEFT, base), (RIGHT, base));
        point(&mut panel, (middle, y(&scale, peak)), &label);
    }
    panel
}

/// Grid and labels of the values.
fn values_axis(panel: &mut Panel, scale: &Scale) {
    for tick in scale.ticks() {
        let y = y(scale, tick);
        panel.line("grid", (LEFT, y), (RIGHT, y));
        panel.text("", (LEFT - 8.0, y + 4.0), Anchor::End, &scale.label(tick));
    }
}

fn time_axis(panel: &mut Panel, begin: Timestamp, end: Timestamp, zone: &TimeZone) {
    let room = ((RIGHT - LEFT) / LETTER) as usize;
    for tick in ticks::ticks(begin, end, room, zone) {
        let at = x(shape::part(tick.at, begin, end));
        panel.line("axis", (at, BOTTOM), (at, BOTTOM + 5.0));
        let middle = tick.until.map_or(at, |until| (at + x(shape::part(until, begin, end))) / 2.0);
        panel.text("", (middle, BOTTOM + 20.0), Anchor::Middle, &tick.label);
        if tick.until.is_some() {
            panel.line("grid", (at, TOP), (at, BOTTOM));
        }
    }
}

fn gap(panel: &mut Panel, from: f64, to: f64) {
    let width = (to - from).max(THINNEST_GAP);
    panel.rect("gapped", (from, TOP), (width, BOTTOM - TOP));
    if width > 60.0 {
        panel.text("halo", (from + width / 2.0, TOP + 20.0), Anchor::Middle, "no data");
    }
}

/// Each value as a step as long as its interval; the state of a meter as a line from one to the
/// next.
fn steps(
    panel: &mut Panel,
    series: &Series,
    scale: &Scale,
    place: &dyn Fn(Timestamp) -> f64,
    zone: &TimeZone,
) {
    let state = series.measurement == Measurement::MeterReading;
    let zero = round(y(scale, 0.0));
    let (mut line, mut area) = (String::new(), String::new());
    for piece in series.points.split(|(_, value)| value.is_none()).filter(|piece| !piece.is_empty())
    {
        let (mut run, mut first, mut last) = (String::new(), String::new(), String::new());
        for (begin, value) in piece {
            let (from, to) = (round(place(*begin)), round(place(series.until(*begin, zone))));
            let at = round(y(scale, value.unwrap_or_default()));
            if run.is_empty() {
                let _ = write!(run, "M{from} {at}");
                first = from;
            } else if state {
                let _ = write!(run, "L{from} {at}");
            } else {
                let _ = write!(run, "V{at}");
            }
            if !state {
                let _ = write!(run, "H{to}");
            }
            last = to;
        }
        line += &run;
        if !state {
            let _ = write!(area, "{run}V{zero}H{first}Z");
        } else if piece.len() == 1 {
            let _ = write!(line, "H{last}");
        }
    }
    panel.path("area", &area);
    panel.path("line", &line);
}

/// More values than pixels: the range of each column, and a line through the means.
fn range_and_mean(panel: &mut Panel, series: &Series, scale: &Scale, zone: &TimeZone) {
    let columns = (RIGHT - LEFT) as usize / 2;
    let (mut band, mut line, mut broken) = (String::new(), String::new(), true);
    for (index, bucket) in shape::buckets(series, columns, zone).iter().enumerate() {
        let Some((low, high, mean)) = bucket.range else {
            broken = true;
            continue;
        };
        let (from, to) = (x(index as f64 / columns as f64), x((index + 1) as f64 / columns as f64));
        let (top, bottom) = (y(scale, high), y(scale, low).max(y(scale, high) + 0.5));
        let (from, to, top, bottom) = (round(from), round(to), round(top), round(bottom));
        let _ = write!(band, "M{from} {top}H{to}V{bottom}H{from}Z");
        let _ = write!(line, "{}{from} {}", if broken { 'M' } else { 'L' }, round(y(scale, mean)));
        broken = false;
    }
    panel.path("band", &band);
    panel.path("line", &line);
}

fn clock_change(panel: &mut Panel, at: f64) {
    panel.line("mark", (at, TOP), (at, BOTTOM));
    panel.text("halo", (at + 6.0, TOP + 100.0), Anchor::Start, "clocks change");
}

/// A dot with a label that stays inside the picture.
fn point(panel: &mut Panel, at: (f64, f64), label: &str) {
    panel.circle("dot", at, 4.0, "");
    // To the left of a dot a falling line is higher than the dot.
    let (anchor, x, above) = match at.0 > x(0.7) {
        true => (Anchor::End, at.0 + 9.0, 20.0),
        false => (Anchor::Start, at.0 + 9.0, 6.0),
    };
    panel.text("halo strong", (x, at.1 - above), anchor, label);
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series, zone: &TimeZone) -> Panel {
    let mut panel = Panel::new(HEIGHT + 18.0, &format!("Duration curve, {}", flow.axis()));
    let curve = shape::duration(flow, zone);
    let (low, high) = shape::limits(flow, true);
    let (scale, hours) = (Scale::over(low, high, 6), Scale::within(0.0, curve.hours, 10));
    values_axis(&mut panel, &scale);
    for tick in hours.ticks() {
        let at = x(hours.part(tick));
        panel.line("axis", (at, BOTTOM), (at, BOTTOM + 5.0));
        panel.text("", (at, BOTTOM + 20.0), Anchor::Middle, &format!("{} h", hours.label(tick)));
    }
    let measured = number(curve.hours, usize::from(curve.hours.fract() != 0.0));
    let words = format!("hours in which the value was reached, of {measured} h that were measured");
    panel.text("", (x(0.5), BOTTOM + 40.0), Anchor::Middle, &words);
    let Some((_, peak)) = curve.steps.first().copied() else { return panel };
    let mut line = format!("M{LEFT} {}", round(y(&scale, peak)));
    let mut drawn = f64::NEG_INFINITY;
    for (until, value) in &curve.steps {
        let to = x(hours.part(*until));
        // Not more steps than half pixels.
        if to - drawn >= 0.5 || *until >= curve.hours {
            let _ = write!(line, "V{}H{}", round(y(&scale, *value)), round(to));
            drawn = to;
        }
    }
    panel.path("area", &format!("{line}V{}H{LEFT}Z", round(y(&scale, 0.0))));
    panel.path("line", &line);
    panel.line("axis", (LEFT, y(&scale, 0.0)), (RIGHT, y(&scale, 0.0)));
    if let Some(base) = figures::figures(flow, zone).base_load {
        point(
            &mut panel,
            (x(0.95), y(&scale, base)),
            &format!("base load {} {}", short(base), flow.unit),
        );
    }
    point(&mut panel, (LEFT, y(&scale, peak)), &format!("peak {} {}", short(peak), flow.unit));
    panel
}
