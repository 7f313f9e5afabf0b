//! A picture as a file: an SVG document, or an HTML page around it with its numbers.

use super::svg::{self, Panel};
use crate::text::html_escaped;

/// The page loads nothing and runs nothing, and a browser holds it to that.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("page.css");

/// What a file shows. Every text in it may come from outside.
pub struct Picture {
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
    /// One SVG document, key figures above the pictures.
    pub fn svg(&self) -> String {
        svg::document(&self.title, &self.caption, Some(&self.key_figures), &self.panels)
    }

    /// A page: key figures, pictures, numbers.
    pub fn html(&self) -> String {
        let (title, caption) = (html_escaped(&self.title), html_escaped(&self.caption));
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n<p>{caption}</p>\n<dl>",
        );
        for KeyFigure { name, value, note } in &self.key_figures {
            let (value, note) = (html_escaped(value), html_escaped(note));
            html += &format!("<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
        }
        html += "</dl>\n";
        html += &svg::document(&self.title, &self.caption, None, &self.panels);
        html += &self.table.html();
        html + "</body>\n</html>\n"
    }
}

impl NumbersTable {
    fn html(&self) -> String {
        let caption = html_escaped(&self.caption);
        let mut html = format!("<h2>{caption}</h2>\n<div class=\"wide\"><table>\n<thead><tr>");
        for NumbersColumn { heading, class } in &self.columns {
            html += &format!("<th scope=\"col\"{class}>{}</th>", html_escaped(heading));
        }
        html += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (cell, column) in row.iter().zip(&self.columns) {
                html += &match cell {
                    Some(text) => format!("<td{}>{}</td>", column.class, html_escaped(text)),
                    None => "<td class=\"n missing\">missing</td>".to_owned(),
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

    #[test]
    fn nothing_from_outside_is_markup_and_nothing_is_loaded() {
        let evil = "</title><script src=https://a.example></script>";
        let picture = Picture {
            title: evil.into(),
            caption: evil.into(),
            key_figures: vec![KeyFigure { name: "peak", value: evil.into(), note: evil.into() }],
            panels: Vec::new(),
            table: NumbersTable {
                caption: evil.into(),
                columns: vec![NumbersColumn::of_numbers(evil)],
                rows: vec![vec![Some(evil.into())], vec![None]],
            },
        };
        let html = picture.html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("missing</td>") && html.contains("default-src 'none'"));
        let own = html.replace("url(#gap)", "");
        for loads in [" src=\"", "url(", "@import", " href="] {
            assert!(!own.contains(loads), "{loads}");
        }
    }
}
