//! One device's readings: load curve, heat map, duration curve, key figures.

mod columns;
mod figures;
mod heat;
mod series;
mod svg_curve;
mod svg_heat;
mod terminal;

use clap::ValueEnum;

use super::colour::FAINT;
use super::picture::{KeyFigure, Picture};
use super::svg::Panel;
use super::time::DAY;
use super::{Look, letters};
use crate::data::figures::Figures;
use crate::data::series::Series;
use crate::language::{Language, filled};

/// One way to look at a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MeterView {
    // Values over time.
    Curve,
    // Rows days, columns times of day; where there are many days, rows weeks.
    HeatMap,
    // Values by size (Jahresdauerlinie).
    Duration,
}

impl MeterView {
    /// What shows this much time best in one terminal: a curve up to eight days, then a heat map.
    pub fn fitting(series: &Series) -> Self {
        let days = series.span().map_or(0, |span| span.seconds() / DAY);
        if days <= 8 { Self::Curve } else { Self::HeatMap }
    }
}

/// The pictures one below the other for a terminal, then the key figures.
pub fn terminal(series: &Series, views: &[MeterView], look: &Look) -> String {
    let mut text = look.heading(&series.title(Language::En), &caption(series, Language::En));
    if series.values().next().is_some() {
        for view in views {
            text.push('\n');
            text += &match view {
                MeterView::Curve => terminal::curve(series, look),
                MeterView::HeatMap => terminal::heat_map(&series.flow(), look),
                MeterView::Duration => terminal::duration(&series.flow(), look),
            };
        }
    }
    text.push('\n');
    text + &key_figures(&Figures::of(series).in_words(series, Language::En), look)
}

/// The pictures for a file, with the key figures and the values as a table: each one of a single
/// day, else a row for each day.
pub fn picture(series: &Series, views: &[MeterView], language: Language) -> Picture {
    Picture {
        language,
        title: series.title(language),
        caption: caption(series, language),
        key_figures: Figures::of(series).in_words(series, language),
        panels: panels(series, views, language),
        table: figures::table(series, language),
    }
}

/// The pictures alone, for a page that has others beside them.
pub fn panels(series: &Series, views: &[MeterView], language: Language) -> Vec<Panel> {
    if series.values().next().is_none() {
        return vec![Panel::new(40.0, &language.texts().meter_picture.no_values)];
    }
    let panel = |view: &MeterView| match view {
        MeterView::Curve => svg_curve::curve(series, language),
        MeterView::HeatMap => svg_heat::heat_map(&series.flow(), language),
        MeterView::Duration => svg_curve::duration(&series.flow(), language),
    };
    views.iter().map(panel).collect()
}

/// `mean power in kW every 15 min · Mon 12 Jan 2026 · Europe/Berlin`, and the numbers that market
/// partners have for the meter.
fn caption(series: &Series, language: Language) -> String {
    let (texts, meter) = (language.texts(), &series.labels.meter);
    let span = series.span();
    let days = span.map(|span| span.days(&series.zone, language)).unwrap_or_default();
    let values = [
        ("what", series.words(language)),
        ("interval", series.interval(language)),
        ("unit", &series.unit),
        ("days", &days),
        ("zone", series.zone.iana_name().unwrap_or(&texts.picture.local_time)),
    ];
    let texts = &texts.meter_picture;
    let has_values = span.is_some();
    let text = if has_values { &texts.caption } else { &texts.caption_without_values };
    let numbers = [("MaLo", &meter.malo), ("MeLo", &meter.melo)];
    let numbers = numbers.into_iter().filter(|(_, number)| !number.is_empty());
    let numbers = numbers.map(|(name, number)| format!(" · {name} {number}"));
    filled(text, &values) + &numbers.collect::<String>()
}

fn key_figures(figures: &[KeyFigure], look: &Look) -> String {
    let width = |text: fn(&KeyFigure) -> usize| figures.iter().map(text).max().unwrap_or_default();
    let names = width(|figure| letters(figure.name));
    let values = width(|figure| letters(&figure.value));
    let line = |figure: &KeyFigure| {
        let (name, value) = (figure.name, look.words(&figure.value));
        let note = look.paint(FAINT, &look.words(&figure.note));
        let wide = names + values + letters(&figure.note) + 4;
        // The longest note is of two parts; in a narrow terminal they are two lines.
        let later = format!(";\n{:indent$}", "", indent = names + values + 4);
        let note = if wide > look.width { note.replacen("; ", &later, 1) } else { note };
        format!("{name:names$}  {value:values$}  {note}").trim_end().to_owned() + "\n"
    };
    figures.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::query::Measurement;
    use crate::data::reading::Labels;
    use crate::data::testing::quarters;

    /// A day at 2 kW with a gap from 06:00 to 12:00.
    fn day() -> Series {
        let value = |n: i64| if (24..48).contains(&n) { None } else { Some(2.0) };
        Series {
            labels: Labels { label: "<Haus> \u{1b}[2J & Söhne".into(), ..Labels::default() }.into(),
            ..quarters("2026-01-11T23:00:00Z", (0..96).map(value))
        }
    }

    fn look(width: usize, ascii: bool) -> Look {
        Look { ascii, colour: false, ..Look::of_terminal(width, 40) }
    }

    #[test]
    fn a_gap_is_a_gap_in_the_terminal() {
        let text = terminal(&day(), &[MeterView::Curve], &look(100, true));
        let axis = text.lines().find(|line| line.contains('x') && line.contains("--")).unwrap();
        let line = text.lines().find(|line| line.contains("'''")).unwrap();
        for (sign, value) in axis.chars().zip(line.chars()).skip(4) {
            assert_eq!(sign == 'x', value == ' ', "{text}");
        }
        assert!(text.contains("24 intervals") && text.contains("Mon 12 Jan 06:00-12:00"), "{text}");
        let map = terminal(&day(), &[MeterView::HeatMap], &look(120, true));
        assert!(map.contains(&format!("{}{}", "@".repeat(24), "?".repeat(24))), "{map}");
    }

    #[test]
    fn pictures_keep_to_the_terminal() {
        for (width, ascii) in [(40, true), (80, true), (80, false), (100, false), (200, false)] {
            let text = terminal(&day(), MeterView::value_variants(), &look(width, ascii));
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
        let picture = picture(&day(), MeterView::value_variants(), Language::En);
        let svg = picture.svg();
        assert!(svg.contains("class=\"gapped\"") && svg.contains("&lt;Haus&gt; ?[2J &amp; Söhne"));
        assert!(!svg.contains("<Haus>") && !svg.contains('\u{1b}'));
        let html = picture.html();
        assert_eq!(html.matches("<td class=\"n missing\">missing</td>").count(), 24);
        assert_eq!(html.matches("<tr>").count(), 97);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let empty = Series { intervals: Vec::new(), ..day() };
        let unknown = Series { intervals: day().intervals[24..48].to_vec(), ..day() };
        for series in [empty, unknown] {
            assert!(
                terminal(&series, MeterView::value_variants(), &look(80, false)).contains("gaps")
            );
            let picture = picture(&series, MeterView::value_variants(), Language::En);
            assert!(picture.svg().contains("No values in this time"));
            assert!(picture.html().contains("</html>"));
        }
    }

    #[test]
    fn flat_and_negative_values_and_one_interval_have_pictures() {
        for values in [vec![0.0], vec![-2.0; 96], vec![1e-9; 3], vec![1e12, -1e12]] {
            let series = quarters("2026-01-11T23:00:00Z", values.into_iter().map(Some));
            for measurement in [Some(Measurement::Power), Some(Measurement::MeterReading), None] {
                let series = Series { measurement, ..series.clone() };
                let text = terminal(&series, MeterView::value_variants(), &look(80, false));
                let svg = picture(&series, MeterView::value_variants(), Language::En).svg();
                assert!(!text.contains("NaN") && !svg.contains("NaN") && !svg.contains("inf"));
            }
        }
    }
}
