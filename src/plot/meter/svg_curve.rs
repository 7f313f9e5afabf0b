//! Curves as SVG: values over time, and values by size.

use std::fmt::Write as _;

use super::columns::{DurationCurve, columns};
use super::figures::Figures;
use super::series::{Interval, Quantity, Series};
use crate::clock::Timestamp;
use crate::plot::number::{Scale, short};
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT, round};
use crate::plot::ticks;
use crate::plot::time::{Span, moment};

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

/// A curve while it is drawn.
struct CurvePanel<'a> {
    panel: Panel,
    series: &'a Series,
    span: Span,
    /// The axis of the values.
    scale: Scale,
}

/// Values over time.
pub fn curve(series: &Series) -> Panel {
    let mut panel = Panel::new(HEIGHT, &series.curve_heading());
    let Some(span) = series.span() else { return panel };
    let crowded = series.intervals.len() > MOST_STEPS;
    let state = series.quantity == Quantity::MeterReading;
    let words = match (crowded, state) {
        (true, true) => "line: mean, band: lowest to highest value",
        (true, false) => "line: mean, band: lowest to highest value · dashed: base load",
        (false, true) => "",
        (false, false) => "dashed: base load",
    };
    let scale = values_axis(&mut panel, series);
    panel.text("", (RIGHT, 18.0), Anchor::End, words);
    let mut curve = CurvePanel { panel, series, span, scale };
    let figures = Figures::of(series);
    figures.gaps.pieces.iter().for_each(|gap| curve.gap(gap));
    curve.time_axis();
    if crowded {
        curve.range_and_mean();
    } else {
        curve.steps();
    }
    zero_line(&mut curve.panel, &curve.scale);
    if !crowded {
        curve.clock_change();
    }
    if !state {
        curve.base_load_and_peak(&figures);
    }
    curve.panel
}

impl CurvePanel<'_> {
    fn x(&self, at: Timestamp) -> f64 {
        x(self.span.part(at))
    }

    fn y(&self, value: f64) -> f64 {
        y(&self.scale, value)
    }

    fn time_axis(&mut self) {
        let room = ((RIGHT - LEFT) / LETTER) as usize;
        for tick in ticks::ticks(self.span, room, &self.series.zone) {
            let at = self.x(tick.at);
            let middle = tick.until.map_or(at, |until| (at + self.x(until)) / 2.0);
            self.panel.line("axis", (at, BOTTOM), (at, BOTTOM + 5.0));
            self.panel.text("", (middle, BOTTOM + 20.0), Anchor::Middle, &tick.label);
            if tick.until.is_some() {
                self.panel.line("grid", (at, TOP), (at, BOTTOM));
            }
        }
    }

    fn gap(&mut self, gap: &Span) {
        let from = self.x(gap.begin);
        let width = (self.x(gap.end) - from).max(THINNEST_GAP);
        self.panel.rect("gapped", (from, TOP), (width, BOTTOM - TOP));
        if width > 60.0 {
            self.panel.text("halo", (from + width / 2.0, TOP + 20.0), Anchor::Middle, "no data");
        }
    }

    /// Each value as a step as long as its interval; the state of a meter as a line from one to
    /// the next.
    fn steps(&mut self) {
        let state = self.series.quantity == Quantity::MeterReading;
        let zero = round(self.y(0.0));
        let (mut line, mut area) = (String::new(), String::new());
        for piece in self.series.intervals.split(|interval| interval.value.is_none()) {
            let (Some(first), Some(last)) = (piece.first(), piece.last()) else { continue };
            let begin = round(self.x(first.time.begin));
            let mut run = String::new();
            for (index, interval) in piece.iter().enumerate() {
                let from = round(self.x(interval.time.begin));
                let at = round(self.y(interval.value.unwrap_or_default()));
                let _ = match (index, state) {
                    (0, _) => write!(run, "M{from} {at}"),
                    (_, true) => write!(run, "L{from} {at}"),
                    (_, false) => write!(run, "V{at}"),
                };
                if !state {
                    let _ = write!(run, "H{}", round(self.x(interval.time.end)));
                }
            }
            if state && piece.len() == 1 {
                let _ = write!(run, "H{}", round(self.x(last.time.end)));
            }
            line += &run;
            if !state {
                let _ = write!(area, "{run}V{zero}H{begin}Z");
            }
        }
        self.panel.path("area", &area);
        self.panel.path("line", &line);
    }

    /// More values than pixels: the range of each column, and a line through the means.
    fn range_and_mean(&mut self) {
        let count = (RIGHT - LEFT) as usize / 2;
        let (mut band, mut line, mut pen) = (String::new(), String::new(), 'M');
        for (index, column) in columns(self.series, count).iter().enumerate() {
            let Some(range) = column.range else {
                pen = 'M';
                continue;
            };
            let [from, to] = [index, index + 1].map(|it| round(x(it as f64 / count as f64)));
            let top = self.y(range.high);
            let bottom = round(self.y(range.low).max(top + 0.5));
            let _ = write!(band, "M{from} {}H{to}V{bottom}H{from}Z", round(top));
            let _ = write!(line, "{pen}{from} {}", round(self.y(range.mean)));
            pen = 'L';
        }
        self.panel.path("band", &band);
        self.panel.path("line", &line);
    }

    fn clock_change(&mut self) {
        let Some(change) = self.span.clock_change(&self.series.zone) else { return };
        let at = self.x(change);
        self.panel.line("mark", (at, TOP), (at, BOTTOM));
        self.panel.text("halo", (at + 6.0, TOP + 100.0), Anchor::Start, "clocks change");
    }

    fn base_load_and_peak(&mut self, figures: &Figures) {
        let (Some(Interval { time, value: Some(peak) }), Some(base)) =
            (figures.peak, figures.base_load)
        else {
            return;
        };
        let base = self.y(base);
        self.panel.line("mark", (LEFT, base), (RIGHT, base));
        let middle = (self.x(time.begin) + self.x(time.end)) / 2.0;
        let when = moment(time.begin, &self.series.zone);
        let label = format!("peak {} {}, {when}", short(peak), self.series.unit);
        point(&mut self.panel, (middle, y(&self.scale, peak)), &label);
    }
}

fn y(scale: &Scale, value: f64) -> f64 {
    BOTTOM - scale.part(value) * (BOTTOM - TOP)
}

/// Grid and labels of the values.
fn values_axis(panel: &mut Panel, series: &Series) -> Scale {
    let (low, high) = series.limits();
    let scale = Scale::over(low, high, 6);
    for tick in scale.ticks() {
        let y = y(&scale, tick);
        panel.line("grid", (LEFT, y), (RIGHT, y));
        panel.text("", (LEFT - 8.0, y + 4.0), Anchor::End, &scale.label(tick));
    }
    scale
}

fn zero_line(panel: &mut Panel, scale: &Scale) {
    let zero = y(scale, 0.0);
    panel.line("axis", (LEFT, zero), (RIGHT, zero));
}

/// A dot with a label that stays inside the picture.
fn point(panel: &mut Panel, at: (f64, f64), label: &str) {
    panel.circle("dot", at, 4.0, "");
    // To the left of a dot a falling line is higher than the dot.
    let (anchor, above) = if at.0 > x(0.7) { (Anchor::End, 20.0) } else { (Anchor::Start, 6.0) };
    panel.text("halo strong", (at.0 + 9.0, at.1 - above), anchor, label);
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series) -> Panel {
    let mut panel = Panel::new(HEIGHT + 18.0, &format!("Duration curve, {}", flow.axis()));
    let curve = DurationCurve::of(flow);
    let scale = values_axis(&mut panel, flow);
    let hours = Scale::within(0.0, curve.hours, 10);
    for tick in hours.ticks() {
        let at = x(hours.part(tick));
        panel.line("axis", (at, BOTTOM), (at, BOTTOM + 5.0));
        panel.text("", (at, BOTTOM + 20.0), Anchor::Middle, &format!("{} h", hours.label(tick)));
    }
    let measured = curve.measured();
    let words = format!("hours in which the value was reached, of {measured} h that were measured");
    panel.text("", (x(0.5), BOTTOM + 40.0), Anchor::Middle, &words);
    let Some(peak) = curve.at(0.0) else { return panel };
    let mut line = format!("M{LEFT} {}", round(y(&scale, peak)));
    let mut drawn = f64::NEG_INFINITY;
    for step in &curve.steps {
        let to = x(hours.part(step.until));
        // Not more steps than half pixels.
        if to - drawn >= 0.5 || step.until >= curve.hours {
            let _ = write!(line, "V{}H{}", round(y(&scale, step.value)), round(to));
            drawn = to;
        }
    }
    panel.path("area", &format!("{line}V{}H{LEFT}Z", round(y(&scale, 0.0))));
    panel.path("line", &line);
    zero_line(&mut panel, &scale);
    if let Some(base) = Figures::of(flow).base_load {
        let label = format!("base load {} {}", short(base), flow.unit);
        point(&mut panel, (x(0.95), y(&scale, base)), &label);
    }
    point(&mut panel, (LEFT, y(&scale, peak)), &format!("peak {} {}", short(peak), flow.unit));
    panel
}
