//! The report as one HTML page: for a phone, a screen, and paper.

mod bars;
mod tables;

use super::column::Column;
use super::words::short;
use super::{Report, Total};
use crate::plot::picture::{drawing, drawing_styles, page};
use crate::text::html_escaped;

const STYLE: &str = include_str!("report.css");

/// The whole page. Every name in it may come from outside.
pub fn html(report: &Report) -> String {
    let frame = &report.frame;
    let (words, texts) = (&frame.words, frame.words.texts);
    let title = words.title(&frame.query);
    let mut html = format!("<h1>{}</h1>\n{}", html_escaped(&title), drawing_styles());
    for line in [words.whose(report), words.time(frame)] {
        html += &format!("<p>{}</p>\n", html_escaped(&line));
    }
    if frame.sandbox {
        html += &format!("<p class=\"warn\">{}</p>\n", html_escaped(&texts.sandbox));
    }
    html += &tables::overview(report);
    html += &failures(report);
    for column in &report.columns {
        html += &section(report, column);
    }
    html += &tables::gaps(report);
    html += &tables::days(report);
    html += &notes(report);
    page(words.language, &title, STYLE, &html)
}

/// Meters that are missing, and why.
fn failures(report: &Report) -> String {
    if report.failures.is_empty() {
        return String::new();
    }
    let line = |(meter, why): (&str, &str)| {
        format!("<li>{}: {}</li>\n", html_escaped(&short(meter)), html_escaped(why))
    };
    let lines = report.failures.iter().map(|it| line((it.meter.title(), &it.why)));
    let heading = html_escaped(&report.frame.words.texts.failed);
    format!("<h2 class=\"warn\">{heading}</h2>\n<ul>\n{}</ul>\n", lines.collect::<String>())
}

/// A meter and direction: its names, its key figures, its curve, its days.
fn section(report: &Report, column: &Column) -> String {
    let words = &report.frame.words;
    let meter = &column.meter;
    let names = [
        short(&meter.space),
        words.code(&column.medium).to_owned(),
        words.code(&column.direction).to_owned(),
        named("MaLo", &meter.malo),
        named("MeLo", &meter.melo),
        named(&words.texts.serial, &meter.serial),
    ];
    let names = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · ");
    let (title, names) = (html_escaped(&short(meter.title())), html_escaped(&names));
    let mut html = format!("<section>\n<h2>{title}<small>{names}</small></h2>\n<dl>");
    for (name, value, note) in figures(report, column) {
        let [name, value, note] = [name, value, note].map(|text| html_escaped(&text));
        html += &format!("<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
    }
    html += "</dl>\n";
    let remarks = report.remarks(column).join("; ");
    if !remarks.is_empty() {
        let heading = &words.texts.remarks;
        html +=
            &format!("<p class=\"warn\">{}</p>\n", html_escaped(&format!("{heading}: {remarks}")));
    }
    if column.has_values() {
        for panel in column.panels.iter().chain([&bars::days(report, column)]) {
            html += &format!("<div class=\"curve\">{}</div>\n", drawing(panel));
        }
    }
    html + "</section>\n"
}

fn named(name: &str, number: &str) -> String {
    if number.is_empty() { String::new() } else { format!("{name} {}", short(number)) }
}

/// Name, value and note of what is known of a column.
fn figures(report: &Report, column: &Column) -> Vec<(String, String, String)> {
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    let mut figures = Vec::new();
    let mut add = |name: &str, value: String, note: String| {
        figures.push((name.to_owned(), value, note));
    };
    if let Some(sum) = column.sum {
        let sum = words.number(sum, column.places[0]);
        add(&texts.sum, format!("{sum} {}", column.quantity.unit), String::new());
    }
    let unit = words.peak_unit(column, report.frame.query.resolution);
    let places = column.peak_places();
    let number = |value: f64| format!("{} {unit}", words.language.number(value, places));
    if let Some((value, time)) = column.figures.peak.and_then(|it| Some((it.value?, it.time))) {
        add(&texts.peak, number(value), words.moment(time.begin));
    }
    if let Some(base) = column.figures.base_load {
        add(&texts.base_load, number(base), String::new());
    }
    if let Some(hours) = column.figures.full_load_hours {
        let hours = words.language.number(hours, 0);
        add(&texts.full_load, format!("{hours} h"), String::new());
    }
    add(&texts.missing, words.language.integer(column.figures.missing), String::new());
    figures
}

/// What must be known to read it.
fn notes(report: &Report) -> String {
    let notes = report.notes().into_iter().map(|it| format!("<li>{}</li>\n", html_escaped(&it)));
    format!("<ul>\n{}</ul>\n", notes.collect::<String>())
}

/// `Strom · Bezug`
fn total_name(report: &Report, total: &Total) -> String {
    let words = &report.frame.words;
    [words.code(total.medium), words.code(total.direction)].join(" · ")
}
