//! Tables of the page: the overview, the gaps, the days.

use super::total_name;
use crate::language::filled;
use crate::report::Report;
use crate::report::column::Column;
use crate::report::words::short;
use crate::text::html_escaped;

/// Columns of days side by side: as many as paper and eye take.
const DAYS_SIDE_BY_SIDE: usize = 8;
/// Gaps that are listed; the workbook has any number.
const MOST_GAPS: usize = 200;

/// A table in the making.
struct Table(String);

impl Table {
    /// Headings; those of numbers stand right.
    fn new(heading: &str, columns: &[(String, bool)]) -> Self {
        let mut html = String::new();
        if !heading.is_empty() {
            html += &format!("<h2>{}</h2>\n", html_escaped(heading));
        }
        html += "<div class=\"wide\"><table>\n<thead><tr>";
        for (name, is_number) in columns {
            let class = if *is_number { " class=\"n\"" } else { "" };
            html += &format!("<th scope=\"col\"{class}>{name}</th>");
        }
        Self(html + "</tr></thead>\n<tbody>\n")
    }

    /// A row of cells, each with its class.
    fn row(&mut self, cells: impl IntoIterator<Item = (String, &'static str)>) {
        self.0 += "<tr>";
        for (text, class) in cells {
            let class =
                if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
            self.0 += &format!("<td{class}>{text}</td>");
        }
        self.0 += "</tr>\n";
    }

    fn end(self) -> String {
        self.0 + "</tbody>\n</table></div>\n"
    }
}

/// A row for each column of the report, then what may be added up.
pub fn overview(report: &Report) -> String {
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    let names = [
        (&texts.meter, false),
        (&texts.direction, false),
        (&texts.sum, true),
        (&texts.peak, true),
        (&texts.base_load, true),
        (&texts.full_load, true),
        (&texts.missing, true),
    ];
    let names = names.map(|(name, is_number)| (html_escaped(name), is_number));
    let mut table = Table::new(&texts.overview, &names);
    for it in &report.columns {
        let unit = words.peak_unit(it, report.frame.query.resolution);
        let power = |value: Option<f64>| {
            value.map_or_else(String::new, |value| {
                let number = words.language.number(value, it.peak_places());
                format!("{number} {}", html_escaped(&unit))
            })
        };
        let sum = it.sum.map(|sum| words.number(sum, it.places[0]));
        let unit = html_escaped(&it.quantity.unit);
        let hours = it.figures.full_load_hours.map(|hours| words.language.number(hours, 0));
        let peak = it.figures.peak.and_then(|peak| peak.value);
        let missing = words.language.integer(it.figures.missing);
        table.row([
            (both(it.meter.title(), &it.meter.space), ""),
            (both(words.code(&it.direction), words.code(&it.medium)), ""),
            (sum.map_or_else(String::new, |sum| format!("{sum} {unit}")), "n"),
            (power(peak), "n"),
            (power(it.figures.base_load), "n"),
            (hours.map_or_else(String::new, |hours| format!("{hours} h")), "n"),
            (missing, if it.figures.missing > 0 { "n part" } else { "n" }),
        ]);
    }
    table.end() + &totals(report)
}

fn totals(report: &Report) -> String {
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    let names = [(html_escaped(&texts.medium), false), (html_escaped(&texts.sum), true)];
    let mut table = Table::new(&texts.totals, &names);
    for total in report.totals() {
        let sum = words.number(total.sum, 0);
        let count = words.language.integer(total.columns);
        let note = filled(&texts.several_series, &[("count", &count)]);
        table.row([
            (both(&total_name(report, &total), &note), ""),
            (format!("{sum} {}", html_escaped(total.unit)), "n"),
        ]);
    }
    table.end()
}

/// A name, and a smaller one below.
fn both(name: &str, small: &str) -> String {
    let (name, small) = (html_escaped(&short(name)), html_escaped(&short(small)));
    if small.is_empty() { name } else { format!("{name}<small>{small}</small>") }
}

pub fn gaps(report: &Report) -> String {
    let (words, texts) = (&report.frame.words, report.frame.words.texts);
    let all = report.columns.iter().flat_map(|it| it.figures.gaps.iter().map(move |gap| (it, gap)));
    let count = all.clone().count();
    let heading = html_escaped(&texts.gaps);
    if count == 0 {
        return format!("<h2>{heading}</h2>\n<p>{}</p>\n", html_escaped(&texts.no_gaps));
    }
    let names = [
        (&texts.meter, false),
        (&texts.direction, false),
        (&texts.from, false),
        (&texts.to, false),
        (&texts.intervals, true),
    ];
    let names = names.map(|(name, is_number)| (html_escaped(name), is_number));
    let mut table = Table::new(&texts.gaps, &names);
    for (it, gap) in all.take(MOST_GAPS) {
        table.row([
            (both(it.meter.title(), &it.meter.space), ""),
            (html_escaped(words.code(&it.direction)), ""),
            (words.moment(gap.begin), ""),
            (words.moment(gap.end), ""),
            (words.language.integer(report.frame.intervals_in(*gap)), "n"),
        ]);
    }
    let more = count.saturating_sub(MOST_GAPS);
    let more = match more {
        0 => String::new(),
        more => {
            let count = words.language.integer(more);
            format!("<p>{}</p>\n", html_escaped(&filled(&texts.more_gaps, &[("count", &count)])))
        }
    };
    table.end() + &more
}

/// What flowed on each day, a few columns at a time.
pub fn days(report: &Report) -> String {
    let texts = report.frame.words.texts;
    let parts = report.columns.chunks(DAYS_SIDE_BY_SIDE);
    let tables = parts.map(|columns| days_of(report, columns));
    format!("<h2>{}</h2>\n{}", html_escaped(&texts.daily_sums), tables.collect::<String>())
}

fn days_of(report: &Report, columns: &[Column]) -> String {
    let words = &report.frame.words;
    let mut names = vec![(html_escaped(&words.texts.day), false)];
    for it in columns {
        let small = format!("{} {}", words.code(&it.direction), it.quantity.unit);
        names.push((both(it.meter.title(), small.trim()), true));
    }
    let mut table = Table::new("", &names);
    for (index, day) in report.frame.days.iter().enumerate() {
        let amount = |it: &Column| {
            let known = it.days[index];
            match known.amount {
                None => (String::new(), "n none"),
                Some(amount) => {
                    let class = if known.missing > 0 { "n part" } else { "n" };
                    (words.number(amount, it.places[0]), class)
                }
            }
        };
        table.row([(words.named_day(day.begin), "")].into_iter().chain(columns.iter().map(amount)));
    }
    table.end()
}
