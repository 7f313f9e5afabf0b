//! Curves as SVG: values over time, and values by size.

use std::fmt::Write as _;

use super::columns::{DurationCurve, columns};
use crate::data::figures::Figures;
use crate::data::series::{Interval, Series};
use crate::data::span::Span;
use crate::language::{Language, filled};
use crate::plot::number::Scale;
use crate::plot::svg::{Anchor, LEFT, LETTER, Panel, RIGHT, round, x};
use crate::plot::time::{moment, ticks};

const TOP: f64 = 44.0;
const BOTTOM: f64 = 304.0;
const HEIGHT: f64 = 360.0;
/// More intervals than this are drawn as mean and range of each column.
const MOST_STEPS: usize = 800;
/// A gap is at least this wide, so that one quarter hour of a year is seen.
const THINNEST_GAP: f64 = 2.0;

/// A curve while it is drawn.
struct CurvePanel {
    language: Language,
    panel: Panel,
    /// The axis of the values.
    scale: Scale,
}

/// Values over time.
pub fn curve(series: &Series, language: Language) -> Panel {
    let texts = &language.texts().meter_picture;
    let heading = series.curve_heading(language);
    let mut curve = CurvePanel::new(HEIGHT, &heading, series, language);
    let Some(span) = series.span() else { return curve.panel };
    let crowded = series.intervals.len() > MOST_STEPS;
    let mut words = Vec::new();
    if crowded {
        words.push(texts.mean_and_range.as_str());
    }
    if !series.is_state() {
        words.push(&texts.dashed_base_load);
    }
    curve.panel.text("", (RIGHT, 18.0), Anchor::End, &words.join(" · "));
    let figures = Figures::of(series);
    for gap in &figures.gaps {
        curve.gap(span.part(gap.begin), span.part(gap.end));
    }
    let room = ((RIGHT - LEFT) / LETTER) as usize;
    curve.panel.lower_axis(&ticks(span, room, &series.zone, language), TOP, BOTTOM);
    if crowded {
        curve.range_and_mean(series);
    } else {
        curve.steps(series, span);
    }
    curve.zero_line();
    if let (false, Some(change)) = (crowded, span.clock_change(&series.zone)) {
        let at = x(span.part(change));
        curve.panel.line("mark", (at, TOP), (at, BOTTOM));
        curve.panel.text("halo", (at + 6.0, TOP + 100.0), Anchor::Start, &texts.clocks_change);
    }
    let marked = figures.peak.zip(figures.base_load).filter(|_| !series.is_state());
    if let Some((Interval { time, value: Some(peak) }, base)) = marked {
        let base = curve.y(base);
        curve.panel.line("mark", (LEFT, base), (RIGHT, base));
        let middle = f64::midpoint(x(span.part(time.begin)), x(span.part(time.end)));
        let when = moment(time.begin, &series.zone, language);
        let values = [("value", &*curve.short(peak, series)), ("when", &when)];
        curve.point(middle, peak, &filled(&texts.peak_label_at, &values));
    }
    curve.panel
}

/// Values by size, the highest to the left.
pub fn duration(flow: &Series, language: Language) -> Panel {
    let texts = &language.texts().meter_picture;
    let heading = filled(&texts.duration_curve, &[("axis", &flow.axis(language))]);
    let mut curve = CurvePanel::new(HEIGHT + 18.0, &heading, flow, language);
    let by_size = DurationCurve::of(flow);
    curve.panel.lower_axis(&by_size.ticks(10, language), TOP, BOTTOM);
    let words = filled(&texts.duration_axis, &[("hours", &by_size.measured(language))]);
    curve.panel.text("", (x(0.5), BOTTOM + 40.0), Anchor::Middle, &words);
    let Some(peak) = by_size.at(0.0) else { return curve.panel };
    let mut line = format!("M{LEFT} {}", round(curve.y(peak)));
    let mut drawn = f64::NEG_INFINITY;
    for step in &by_size.steps {
        let to = x(step.until / by_size.hours);
        // Not more steps than half pixels.
        if to - drawn >= 0.5 || step.until >= by_size.hours {
            let _ = write!(line, "V{}H{}", round(curve.y(step.value)), round(to));
            drawn = to;
        }
    }
    curve.panel.path("area", &format!("{line}V{}H{LEFT}Z", round(curve.y(0.0))));
    curve.panel.path("line", &line);
    curve.zero_line();
    if let Some(base) = Figures::of(flow).base_load {
        let value = curve.short(base, flow);
        curve.point(x(0.95), base, &filled(&texts.base_load_label, &[("value", &value)]));
    }
    let value = curve.short(peak, flow);
    curve.point(LEFT, peak, &filled(&texts.peak_label, &[("value", &value)]));
    curve.panel
}

impl CurvePanel {
    /// Grid and labels of the values.
    fn new(height: f64, heading: &str, series: &Series, language: Language) -> Self {
        let (low, high) = series.limits();
        let (panel, scale) = (Panel::new(height, heading), Scale::over(low, high, 6));
        let mut curve = Self { language, panel, scale };
        for tick in curve.scale.ticks() {
            let y = curve.y(tick);
            curve.panel.line("grid", (LEFT, y), (RIGHT, y));
            let label = curve.scale.label(tick, language);
            curve.panel.text("", (LEFT - 8.0, y + 4.0), Anchor::End, &label);
        }
        curve
    }

    /// A value with its unit.
    fn short(&self, value: f64, series: &Series) -> String {
        format!("{} {}", self.language.short(value), series.unit)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - self.scale.part(value) * (BOTTOM - TOP)
    }

    fn gap(&mut self, begin: f64, end: f64) {
        let from = x(begin);
        let width = (x(end) - from).max(THINNEST_GAP);
        self.panel.rect("gapped", (from, TOP), (width, BOTTOM - TOP));
        if width > 60.0 {
            let words = &self.language.texts().picture.no_data;
            self.panel.text("halo", (from + width / 2.0, TOP + 20.0), Anchor::Middle, words);
        }
    }

    /// Each value as a step as long as its interval; the state of a meter as a line from one to
    /// the next.
    fn steps(&mut self, series: &Series, span: Span) {
        let (mut line, mut area) = (String::new(), String::new());
        for piece in series.intervals.split(|interval| interval.value.is_none()) {
            let mut run = String::new();
            for Interval { time, value } in piece {
                let [from, to] = [time.begin, time.end].map(|at| round(x(span.part(at))));
                let y = round(self.y(value.unwrap_or_default()));
                run += &match (run.is_empty(), series.is_state()) {
                    (true, true) if piece.len() > 1 => format!("M{from} {y}"),
                    (true, _) => format!("M{from} {y}H{to}"),
                    (false, true) => format!("L{from} {y}"),
                    (false, false) => format!("V{y}H{to}"),
                };
            }
            line += &run;
            if let (Some(first), false) = (piece.first(), series.is_state()) {
                let (zero, begin) = (round(self.y(0.0)), round(x(span.part(first.time.begin))));
                area += &format!("{run}V{zero}H{begin}Z");
            }
        }
        self.panel.path("area", &area);
        self.panel.path("line", &line);
    }

    /// More values than pixels: the range of each column, and a line through the means.
    fn range_and_mean(&mut self, series: &Series) {
        let count = (RIGHT - LEFT) as usize / 2;
        let (mut band, mut line, mut pen) = (String::new(), String::new(), 'M');
        for (index, column) in columns(series, count).iter().enumerate() {
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

    fn zero_line(&mut self) {
        let zero = self.y(0.0);
        self.panel.line("axis", (LEFT, zero), (RIGHT, zero));
    }

    /// A dot with a label that stays inside the picture.
    fn point(&mut self, at: f64, value: f64, label: &str) {
        let y = self.y(value);
        self.panel.circle("dot", (at, y), 4.0, "");
        // To the left of a dot a falling line is higher than the dot.
        let (anchor, above) = if at > x(0.7) { (Anchor::End, 20.0) } else { (Anchor::Start, 6.0) };
        self.panel.text("halo strong", (at + 9.0, y - above), anchor, label);
    }
}
