//! SVG by hand: one self-contained document, no script, nothing loaded, every text escaped.

use std::fmt::Write as _;

use super::colour::{Colour, GROUPS, LEVELS};
use super::picture::KeyFigure;
use crate::text::html_escaped;

/// Width of every picture, in its own units (pixels where it is shown at full size).
pub const WIDTH: f64 = 960.0;
/// Where a plot begins and ends: labels of the axis fit to its left.
pub const LEFT: f64 = 72.0;
pub const RIGHT: f64 = 936.0;
/// Height of title, caption and key figures above the pictures.
const HEADER: f64 = 118.0;
/// A letter's width at the size of the labels, roughly.
pub const LETTER: f64 = 6.4;

/// Classes, not attributes: a style sheet can turn them dark. No CSS variables, because programs
/// other than browsers do not know them. Group and level colours are added by [`style`].
const STYLE: &str = include_str!("picture.css");
const DARK: &str = include_str!("picture_dark.css");

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
    body: String,
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
}

/// A document of pictures below each other. With `key_figures` it stands alone: they and the title
/// are above the pictures; without, the page around it says them.
pub fn document(
    title: &str,
    caption: &str,
    key_figures: Option<&[KeyFigure]>,
    panels: &[Panel],
) -> String {
    let top = if key_figures.is_some() { HEADER } else { 8.0 };
    let height = round(top + panels.iter().map(|panel| panel.height).sum::<f64>() + 12.0);
    let (title, caption) = (html_escaped(title), html_escaped(caption));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t d\">\n\
         <title id=\"t\">{title}</title><desc id=\"d\">{caption}</desc>\n<style>{}</style>\n\
         <defs><pattern id=\"gap\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><path class=\"gap\" d=\"M0 0h6v6h-6z\"/>\
         <path class=\"hatch\" d=\"M0 0v6\"/></pattern></defs>\n\
         <rect class=\"bg\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
        style()
    );
    if let Some(key_figures) = key_figures {
        let _ = writeln!(
            svg,
            "<text class=\"title\" x=\"24\" y=\"34\">{title}</text><text x=\"24\" y=\"54\">{caption}</text>{}",
            header(key_figures)
        );
    }
    let mut y = top;
    for panel in panels {
        let _ = writeln!(svg, "<g transform=\"translate(0 {})\">{}</g>", round(y), panel.body);
        y += panel.height;
    }
    svg + "</svg>\n"
}

/// The key figures side by side: name above value.
fn header(key_figures: &[KeyFigure]) -> String {
    let mut row = Panel::default();
    let each = (WIDTH - 48.0) / key_figures.len().max(1) as f64;
    for (index, figure) in key_figures.iter().enumerate() {
        let x = 24.0 + index as f64 * each;
        row.text("", (x, 80.0), Anchor::Start, figure.name);
        row.text("head", (x, 98.0), Anchor::Start, &figure.value);
    }
    row.body
}

/// The style sheet: light, and dark where the reader prefers it.
fn style() -> String {
    let (light, dark) = (coloured(false), coloured(true));
    format!("{STYLE}{light}@media(prefers-color-scheme:dark){{{DARK}{dark}}}\n")
}

fn coloured(dark: bool) -> String {
    let mut rules = String::new();
    let of = |colour: &Colour| if dark { colour.on_dark } else { colour.on_light };
    for (index, colour) in GROUPS.iter().map(of).enumerate() {
        let _ = writeln!(rules, ".c{index}{{fill:{colour};stroke:{colour}}}");
    }
    for (level, colour) in LEVELS.iter().map(of).enumerate() {
        let _ = writeln!(rules, ".l{level}{{fill:{colour};shape-rendering:crispEdges}}");
    }
    rules
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
    fn nothing_from_outside_ends_an_element() {
        let mut panel = Panel::new(10.0, "</text><script>");
        panel.circle("c0", (1.0, 1.0), 2.0, "</title><script>");
        panel.text("", (0.0, 0.0), Anchor::End, "a & b");
        let svg = document("<script>", "\"x\"", Some(&[]), &[panel]);
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("a &amp; b"));
    }

    #[test]
    fn it_stands_alone_and_knows_the_dark() {
        let svg = document("t", "c", Some(&[]), &[]);
        assert!(svg.contains("prefers-color-scheme:dark"));
        let loaded = svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!loaded.contains("http") && !loaded.contains("@import"), "{svg}");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([round(1.04), round(-0.04), round(2.25)], ["1", "0", "2.2"]);
    }
}
