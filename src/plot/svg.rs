//! SVG by hand: the elements of a picture, every text escaped.

use std::fmt::Write as _;

use super::number::Tick;
use crate::text::html_escaped;

/// Width of every picture, in its own units (pixels where it is shown at full size).
pub const WIDTH: f64 = 960.0;
/// Where a plot begins and ends: labels of the axis fit to its left.
pub const LEFT: f64 = 72.0;
pub const RIGHT: f64 = 936.0;
/// A letter's width at the size of the labels, roughly.
pub const LETTER: f64 = 6.4;

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// One picture of a document: its elements, drawn from y = 0 down.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    pub height: f64,
    pub body: String,
}

impl Panel {
    /// An empty picture under a heading, which names what is measured and in which unit.
    pub fn new(height: f64, heading: &str) -> Self {
        let mut panel = Self { height, body: String::new() };
        panel.text("head", (24.0, 18.0), Anchor::Start, heading);
        panel
    }

    /// A text in a class of the style sheet. The text may come from outside.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let (x, y, text) = (round(at.0), round(at.1), html_escaped(text));
        let _ = write!(self.body, "<text{class} x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>");
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x, y, to_x, to_y] = [from.0, from.1, to.0, to.1].map(round);
        self.path(class, &format!("M{x} {y}L{to_x} {to_y}"));
    }

    pub fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(round);
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    pub fn path(&mut self, class: &str, d: &str) {
        if !d.is_empty() {
            let _ = write!(self.body, "<path class=\"{class}\" d=\"{d}\"/>");
        }
    }

    /// A circle, with what is shown when the pointer rests on it.
    pub fn circle(&mut self, class: &str, at: (f64, f64), radius: f64, title: &str) {
        let (x, y, radius) = (round(at.0), round(at.1), round(radius));
        let _ =
            write!(self.body, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\">");
        if !title.is_empty() {
            let _ = write!(self.body, "<title>{}</title>", html_escaped(title));
        }
        self.body += "</circle>";
    }

    /// The marks of an axis at `bottom`; where their labels belong to stretches, these have
    /// lines between them up to `top`.
    pub fn lower_axis(&mut self, ticks: &[Tick], top: f64, bottom: f64) {
        for tick in ticks {
            let at = x(tick.at);
            let middle = tick.until.map_or(at, |until| f64::midpoint(at, x(until)));
            self.line("axis", (at, bottom), (at, bottom + 5.0));
            self.text("", (middle, bottom + 20.0), Anchor::Middle, &tick.label);
            if tick.until.is_some() {
                self.line("grid", (at, top), (at, bottom));
            }
        }
    }
}

/// Where a part of a plot's width ends.
pub fn x(part: f64) -> f64 {
    LEFT + part * (RIGHT - LEFT)
}

/// A coordinate: a tenth of a pixel is enough, and `.0` says nothing.
pub fn round(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([round(1.04), round(-0.04), round(2.25)], ["1", "0", "2.2"]);
    }
}
