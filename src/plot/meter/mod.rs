//! One device's readings: load curve, heat map, duration curve, key figures.

pub mod collect;
mod curve;
mod facts;
pub mod figures;
mod heat;
mod heat_map;
pub mod series;
mod shape;
mod svg_curve;
mod svg_heat;
mod tables;

use self::series::Series;
use super::colour::Paint;
use super::page::{self, Fact};
use super::svg::{self, Panel};
use super::zone::{self, DAY, TimeZone};
use super::{Look, letters};
use crate::clock::seconds_between;
use crate::text::printable;

/// One way to look at a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Values over time.
    Curve,
    /// Rows days, columns times of day; where there are many days, rows weeks.
    HeatMap,
    /// Values by size (Jahresdauerlinie).
    Duration,
}

impl View {
    pub const ALL: [Self; 3] = [Self::Curve, Self::HeatMap, Self::Duration];

    /// What shows this much time best in one terminal: a curve up to eight days, then a heat map.
    pub fn fitting(series: &Series, zone: &TimeZone) -> Self {
        if days(series, zone) <= 8 { Self::Curve } else { Self::HeatMap }
    }

    /// What is worth a place in a file: a heat map of three days would be three stripes.
    pub fn worth(series: &Series, zone: &TimeZone) -> &'static [Self] {
        if days(series, zone) <= 3 { &[Self::Curve, Self::Duration] } else { &Self::ALL }
    }
}

fn days(series: &Series, zone: &TimeZone) -> i64 {
    series.span(zone).map_or(0, |(begin, end)| seconds_between(begin, end) / DAY)
}

/// The pictures one below the other for a terminal, then the key figures.
pub fn terminal(series: &Series, views: &[View], look: &Look) -> String {
    let title = look.words(&printable(&series.title));
    let caption = look.words(&printable(&caption(series, &look.zone)));
    let mut text = Paint::Strong.on(&title, look.colour) + "\n";
    text += &(Paint::Faint.on(&caption, look.colour) + "\n");
    if series.known().next().is_some() {
        for view in views {
            text.push('\n');
            text += &match view {
                View::Curve => curve::curve(series, look),
                View::HeatMap => heat_map::heat_map(&series.flow(), look),
                View::Duration => curve::duration(&series.flow(), look),
            };
        }
    }
    text.push('\n');
    text + &key_figures(&facts(series, &look.zone), look)
}

/// One SVG document with these pictures.
pub fn svg(series: &Series, views: &[View], zone: &TimeZone) -> String {
    let facts = facts(series, zone);
    let panels = panels(series, views, zone);
    svg::document(&series.title, &caption(series, zone), Some(&facts), &panels)
}

/// A page with these pictures, the key figures, and the values as a table: each one of a single
/// day, else a row for each day.
pub fn html(series: &Series, views: &[View], zone: &TimeZone) -> String {
    let caption = caption(series, zone);
    let picture = svg::document(&series.title, &caption, None, &panels(series, views, zone));
    let table = tables::table(series, zone);
    page::page(&series.title, &caption, &facts(series, zone), &picture, &table)
}

fn facts(series: &Series, zone: &TimeZone) -> Vec<Fact> {
    figures::figures(series, zone).facts(series, zone)
}

fn panels(series: &Series, views: &[View], zone: &TimeZone) -> Vec<Panel> {
    if series.known().next().is_none() {
        return vec![Panel::new(40.0, "No values in this time")];
    }
    let panel = |view: &View| match view {
        View::Curve => svg_curve::curve(series, zone),
        View::HeatMap => svg_heat::heat_map(&series.flow(), zone),
        View::Duration => svg_curve::duration(&series.flow(), zone),
    };
    views.iter().map(panel).collect()
}

/// `mean power in kW per 15 min · Mon 12 Jan 2026 · Europe/Berlin`
fn caption(series: &Series, zone: &TimeZone) -> String {
    let (quantity, interval) = (series.quantity(), series.interval());
    let unit = &series.unit;
    let Some((begin, end)) = series.span(zone) else {
        return format!("{quantity} in {unit} · no values");
    };
    let days = zone::days(begin, end, zone);
    format!("{quantity} in {unit} every {interval} · {days} · {}", zone::name(zone))
}

fn key_figures(facts: &[Fact], look: &Look) -> String {
    let width = |text: fn(&Fact) -> usize| facts.iter().map(text).max().unwrap_or_default();
    let names = width(|fact| letters(fact.name));
    let values = width(|fact| letters(&fact.value));
    let line = |fact: &Fact| {
        let (name, value) = (fact.name, look.words(&printable(&fact.value)));
        let note = Paint::Faint.on(&look.words(&printable(&fact.note)), look.colour);
        let wide = names + values + letters(&fact.note) + 4;
        // The longest note is of two parts; in a narrow terminal they are two lines.
        let later = format!(";\n{:indent$}", "", indent = names + values + 4);
        let note = if wide > look.width { note.replacen("; ", &later, 1) } else { note };
        format!("{name:names$}  {value:values$}  {note}").trim_end().to_owned() + "\n"
    };
    facts.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::series::Measurement;
    use super::*;
    use crate::clock::{Timestamp, after};

    /// A day at 2 kW with a gap from 06:00 to 12:00.
    fn day() -> Series {
        let begin: Timestamp = "2026-01-11T23:00:00Z".parse().unwrap();
        let value = |n: i64| if (24..48).contains(&n) { None } else { Some(2.0) };
        Series {
            title: "<Haus> \u{1b}[2J & Söhne".into(),
            unit: "kW".into(),
            measurement: Measurement::Power,
            points: (0..96).map(|n| (after(begin, n * 900), value(n))).collect(),
            resolution_seconds: 900,
        }
    }

    fn look(width: usize, ascii: bool) -> Look {
        Look { ascii, colour: false, ..Look::of_terminal(width, 40) }
    }

    #[test]
    fn a_gap_is_a_gap_in_the_terminal() {
        let text = terminal(&day(), &[View::Curve], &look(100, true));
        let axis = text.lines().find(|line| line.contains('x') && line.contains("--")).unwrap();
        let line = text.lines().find(|line| line.contains("'''")).unwrap();
        for (sign, value) in axis.chars().zip(line.chars()).skip(4) {
            assert_eq!(sign == 'x', value == ' ', "{text}");
        }
        assert!(text.contains("24 intervals") && text.contains("Mon 12 Jan 06:00-12:00"), "{text}");
        let map = terminal(&day(), &[View::HeatMap], &look(120, true));
        assert!(map.contains(&format!("{}{}", "@".repeat(24), "?".repeat(24))), "{map}");
    }

    #[test]
    fn pictures_keep_to_the_terminal() {
        for (width, ascii) in [(40, true), (80, true), (80, false), (100, false), (200, false)] {
            let text = terminal(&day(), &View::ALL, &look(width, ascii));
            // Title and figures are sentences; the pictures are what has a width.
            let pictures = text.lines().skip(2).take_while(|line| !line.starts_with("peak"));
            for line in pictures.filter(|line| !line.starts_with("Duration curve")) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
            assert!(!ascii || text.is_ascii(), "{text}");
            assert!(!text.contains('\u{1b}'));
        }
    }

    #[test]
    fn files_say_what_is_missing_and_escape_what_is_not_theirs() {
        let zone = zone::berlin();
        let svg = svg(&day(), &View::ALL, &zone);
        assert!(svg.contains("class=\"gapped\"") && svg.contains("&lt;Haus&gt; ?[2J &amp; Söhne"));
        assert!(!svg.contains("<Haus>") && !svg.contains('\u{1b}'));
        let html = html(&day(), View::worth(&day(), &zone), &zone);
        assert_eq!(html.matches("<td class=\"n missing\">missing</td>").count(), 24);
        assert_eq!(html.matches("<tr>").count(), 97);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let empty = Series { points: Vec::new(), ..day() };
        let unknown = Series { points: day().points[24..48].to_vec(), ..day() };
        for series in [empty, unknown] {
            assert!(terminal(&series, &View::ALL, &look(80, false)).contains("gaps"));
            assert!(svg(&series, &View::ALL, &zone::berlin()).contains("No values in this time"));
            assert!(html(&series, &View::ALL, &zone::berlin()).contains("</html>"));
        }
    }

    #[test]
    fn flat_and_negative_values_and_one_interval_have_pictures() {
        for values in [vec![0.0], vec![-2.0; 96], vec![1e-9; 3], vec![1e12, -1e12]] {
            let mut series = day();
            series.points.truncate(values.len());
            series.points.iter_mut().zip(&values).for_each(|(point, value)| point.1 = Some(*value));
            for measurement in [Measurement::Power, Measurement::MeterReading, Measurement::Other] {
                let series = Series { measurement, ..series.clone() };
                let text = terminal(&series, &View::ALL, &look(80, false));
                let svg = svg(&series, &View::ALL, &zone::berlin());
                assert!(!text.contains("NaN") && !svg.contains("NaN") && !svg.contains("inf"));
            }
        }
    }
}
