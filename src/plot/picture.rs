//! Pictures as a file: an SVG document, or an HTML page around them with their numbers.

use std::{iter, slice};

use super::svg::{Anchor, Panel, WIDTH, round};
use super::{cut, letters};
use crate::language::Language;
use crate::text::html_escaped;

/// The page loads nothing and runs nothing, and a browser holds it to that.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const PAGE_STYLE: &str = include_str!("page.css");

/// Classes, not attributes: a style sheet can turn them dark. No CSS variables, because programs
/// other than browsers do not know them.
const STYLE: &str = include_str!("picture.css");

/// Letters of a title that has room at its usual size, and at a smaller one.
const LONG_TITLE: usize = 72;
const LONGEST_TITLE: usize = 110;

/// Height of title, caption and key figures above the pictures.
const HEADER: f64 = 118.0;

/// What a file shows. Every text in it may come from outside.
pub struct Picture {
    pub language: Language,
    pub title: String,
    pub caption: String,
    pub key_figures: Vec<KeyFigure>,
    pub panels: Vec<Panel>,
    pub table: NumbersTable,
}

/// A named number with a word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFigure {
    pub name: &'static str,
    pub value: String,
    pub note: String,
}

/// The numbers under a picture.
pub struct NumbersTable {
    pub caption: String,
    pub columns: Vec<NumbersColumn>,
    /// `None` is a value that is not there.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A column's heading, and what is below it.
pub struct NumbersColumn {
    heading: String,
    /// The attribute that moves numbers to the right.
    class: &'static str,
}

impl NumbersColumn {
    pub fn of_words(heading: &str) -> Self {
        Self { heading: heading.to_owned(), class: "" }
    }

    pub fn of_numbers(heading: &str) -> Self {
        Self { heading: heading.to_owned(), class: " class=\"n\"" }
    }
}

impl Picture {
    /// One SVG document that stands alone: title and key figures above the pictures.
    pub fn svg(&self) -> String {
        svg(&self.title, &self.caption, slice::from_ref(self))
    }

    /// A page: key figures, pictures, numbers.
    pub fn html(&self) -> String {
        let body = format!(
            "<h1>{}</h1>\n{}",
            html_escaped(&self.title),
            self.section(&Defined::with_styles(1), "h2")
        );
        page(self.language, &self.title, "", &body)
    }

    /// Title, caption and key figures.
    fn header(&self) -> Panel {
        let mut header = Panel { height: HEADER, ..Panel::default() };
        let class = if letters(&self.title) > LONG_TITLE { "title long" } else { "title" };
        header.text(class, (24.0, 34.0), Anchor::Start, &cut(&self.title, LONGEST_TITLE));
        header.text("", (24.0, 54.0), Anchor::Start, &self.caption);
        // Name above value, side by side.
        let each = (WIDTH - 48.0) / self.key_figures.len().max(1) as f64;
        for (index, figure) in self.key_figures.iter().enumerate() {
            let x = 24.0 + index as f64 * each;
            header.text("", (x, 80.0), Anchor::Start, figure.name);
            header.text("head", (x, 98.0), Anchor::Start, &figure.value);
        }
        header
    }

    /// The part of a page below a title; the numbers have a heading of this level.
    fn section(&self, defined: &Defined, level: &str) -> String {
        let mut html = format!("<p>{}</p>\n<dl>", html_escaped(&self.caption));
        for KeyFigure { name, value, note } in &self.key_figures {
            let (value, note) = (html_escaped(value), html_escaped(note));
            html += &format!("<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
        }
        let panels: Vec<&Panel> = self.panels.iter().collect();
        html += "</dl>\n";
        let pictures = document(&self.title, &self.caption, &panels, 8.0, defined);
        html += &format!("<div class=\"picture\">{pictures}</div>\n");
        html + &self.table.html(&self.language.texts().picture.missing, level)
    }
}

/// What a document defines: names must be its own in a page, and one definition is enough.
struct Defined {
    number: usize,
    styles: String,
}

impl Defined {
    fn with_styles(number: usize) -> Self {
        let styles = format!(
            "<style>{STYLE}</style>\n\
             <defs><pattern id=\"gap\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"gap\" d=\"M0 0h6v6h-6z\"/>\
             <path class=\"hatch\" d=\"M0 0v6\"/></pattern></defs>\n"
        );
        Self { number, styles }
    }
}

/// One SVG document: the pictures below each other, each under its own title.
pub fn svg(title: &str, caption: &str, pictures: &[Picture]) -> String {
    let headers: Vec<Panel> = pictures.iter().map(Picture::header).collect();
    let each = headers.iter().zip(pictures);
    let panels = each.flat_map(|(header, picture)| iter::once(header).chain(&picture.panels));
    document(title, caption, &panels.collect::<Vec<_>>(), 0.0, &Defined::with_styles(1))
}

/// One page: a list of what is in it, then a section for each picture.
pub fn html(language: Language, title: &str, pictures: &[Picture]) -> String {
    let (mut list, mut sections) = (String::new(), String::new());
    for (number, picture) in (1..).zip(pictures) {
        let defined = match number {
            1 => Defined::with_styles(1),
            number => Defined { number, styles: String::new() },
        };
        let (title, section) = (html_escaped(&picture.title), picture.section(&defined, "h3"));
        list += &format!("<li><a href=\"#s{number}\">{title}</a></li>\n");
        sections += &format!("<section id=\"s{number}\">\n<h2>{title}</h2>\n{section}</section>\n");
    }
    let heading = html_escaped(title);
    page(language, title, "", &format!("<h1>{heading}</h1>\n<ol>\n{list}</ol>\n{sections}"))
}

/// A page that loads nothing and runs nothing, with a style of its own behind that of all pages.
pub fn page(language: Language, title: &str, style: &str, body: &str) -> String {
    let (language, title) = (language.name(), html_escaped(title));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{PAGE_STYLE}{style}</style>\n</head>\n<body>\n\
         {body}</body>\n</html>\n"
    )
}

/// What [`drawing`]s refer to, once on a page.
pub fn drawing_styles() -> String {
    let styles = Defined::with_styles(1).styles;
    format!("<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\">{styles}</svg>\n")
}

/// One panel as an element of a page.
pub fn drawing(panel: &Panel) -> String {
    let (height, body) = (round(panel.height), &panel.body);
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">{body}</svg>\n")
}

/// Panels below each other, the first at `y`.
fn document(
    title: &str,
    caption: &str,
    panels: &[&Panel],
    mut y: f64,
    defined: &Defined,
) -> String {
    let height = round(y + panels.iter().map(|panel| panel.height).sum::<f64>() + 12.0);
    let (title, caption) = (html_escaped(title), html_escaped(caption));
    let Defined { number, styles } = defined;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"t{number} d{number}\">\n\
         <title id=\"t{number}\">{title}</title><desc id=\"d{number}\">{caption}</desc>\n{styles}\
         <rect class=\"bg\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
    );
    for Panel { height, body } in panels {
        svg += &format!("<g transform=\"translate(0 {})\">{body}</g>\n", round(y));
        y += height;
    }
    svg + "</svg>\n"
}

impl NumbersTable {
    /// `missing` stands where a value does not.
    fn html(&self, missing: &str, level: &str) -> String {
        let caption = html_escaped(&self.caption);
        let mut html =
            format!("<{level}>{caption}</{level}>\n<div class=\"wide\"><table>\n<thead><tr>");
        for NumbersColumn { heading, class } in &self.columns {
            html += &format!("<th scope=\"col\"{class}>{}</th>", html_escaped(heading));
        }
        html += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (cell, column) in row.iter().zip(&self.columns) {
                html += &match cell {
                    Some(text) => format!("<td{}>{}</td>", column.class, html_escaped(text)),
                    None => format!("<td class=\"n missing\">{missing}</td>"),
                };
            }
            html += "</tr>\n";
        }
        html + "</tbody>\n</table></div>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(text: &str, panels: Vec<Panel>) -> Picture {
        Picture {
            language: Language::En,
            title: text.into(),
            caption: text.into(),
            key_figures: vec![KeyFigure { name: "peak", value: text.into(), note: text.into() }],
            panels,
            table: NumbersTable {
                caption: text.into(),
                columns: vec![NumbersColumn::of_numbers(text)],
                rows: vec![vec![Some(text.into())], vec![None]],
            },
        }
    }

    #[test]
    fn nothing_from_outside_is_markup_and_nothing_is_loaded() {
        let html = picture("</title><script src=https://a.example></script>", Vec::new()).html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("missing</td>") && html.contains("default-src 'none'"));
        let own = html.replace("url(#gap)", "");
        for loads in [" src=\"", "url(", "@import", " href="] {
            assert!(!own.contains(loads), "{loads}");
        }
    }

    #[test]
    fn nothing_from_outside_ends_an_element() {
        let mut panel = Panel::new(10.0, "</text><script>");
        panel.circle("c0", (1.0, 1.0), 2.0, "</title><script>");
        panel.text("", (0.0, 0.0), Anchor::End, "a & b");
        let svg = picture("<script>\"x\"", vec![panel]).svg();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("a &amp; b"));
    }

    #[test]
    fn several_are_below_each_other_and_no_name_is_given_twice() {
        let all = ["one", "two", "three"].map(|text| picture(text, vec![Panel::new(10.0, text)]));
        let html = html(Language::En, "3 series", &all);
        for number in 1..=3 {
            for name in ["s", "t", "d"] {
                let id = format!(" id=\"{name}{number}\"");
                assert_eq!(html.matches(&id).count(), 1, "{id}");
            }
        }
        assert_eq!((html.matches("<h1>").count(), html.matches("<h2>two").count()), (1, 1));
        assert_eq!((html.matches("id=\"gap\"").count(), html.matches("<table>").count()), (1, 3));
        let svg = svg("3 series", "", &all);
        assert_eq!((svg.matches("<svg").count(), svg.matches("class=\"title\"").count()), (1, 3));
        let height = 3.0 * (HEADER + 10.0) + 12.0;
        assert!(svg.contains(&format!("viewBox=\"0 0 960 {height}\"")), "{svg}");
    }

    #[test]
    fn it_stands_alone_and_knows_the_dark() {
        let svg = picture("t", Vec::new()).svg();
        assert!(svg.contains("prefers-color-scheme:dark"));
        let loaded = svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!loaded.contains("http") && !loaded.contains("@import"), "{svg}");
    }
}
