//! Titles, times and numbers as the reader's language writes them.

use super::column::Column;
use super::quantity::Kind;
use super::{Frame, Report};
use crate::clock::{TimeZone, Timestamp, after, midnight_after, next_month};
use crate::data::decimal::Decimal;
use crate::data::query::{Query, Resolution};
use crate::data::span::Span;
use crate::language::{Language, ReportTexts, filled};
use crate::text::printable;

/// Letters of a name that a title shows.
const MOST_LETTERS: usize = 120;

/// The words of a report, and how it writes times and numbers.
pub struct Words {
    pub texts: &'static ReportTexts,
    pub language: Language,
    pub zone: TimeZone,
}

impl Words {
    pub fn new(language: Language, zone: TimeZone) -> Self {
        Self { texts: &language.texts().report, language, zone }
    }

    /// `25.10.2026 02:15 MESZ`
    pub fn moment(&self, at: Timestamp) -> String {
        format!("{} {} {}", self.day(at), self.show(at, "%H:%M"), self.clock(at))
    }

    /// `25.10.2026`
    pub fn day(&self, at: Timestamp) -> String {
        self.show(at, &self.language.texts().dates.day)
    }

    /// `So 25.10.2026`
    pub fn named_day(&self, at: Timestamp) -> String {
        self.show(at, &self.language.texts().dates.named_day)
    }

    /// What tells summer from winter time: `MESZ`, `CET`, `+05:30`.
    pub fn clock(&self, at: Timestamp) -> String {
        let name = self.show(at, "%Z");
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.language.texts().name_of_time(&name).to_owned();
        }
        self.show(at, "%:z")
    }

    fn show(&self, at: Timestamp, pattern: &str) -> String {
        self.language.show(at, pattern, &self.zone)
    }

    /// The times that are written: `Europe/Berlin`.
    pub fn zone(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// With so many decimal places, or more where the number has them.
    pub fn number(&self, number: Decimal, places: usize) -> String {
        self.language.number(number.number(), places.max(number.places()))
    }

    /// A provider's word for a direction or medium.
    pub fn code<'a>(&'a self, code: &'a str) -> &'a str {
        self.language.texts().code(code)
    }

    /// `Viertelstunde`
    pub fn interval(&self, resolution: Resolution) -> &'static str {
        match resolution {
            Resolution::QuarterHour => &self.texts.quarter_hour,
            Resolution::Hour => &self.texts.hour,
            Resolution::Day => &self.texts.day,
        }
    }

    /// The unit of a column's peak: `kW`, `m³ je Viertelstunde`.
    pub fn peak_unit(&self, column: &Column, resolution: Resolution) -> String {
        match (column.power_unit(), column.quantity.unit.as_str()) {
            (Some(unit), _) => unit.to_owned(),
            (None, "") => String::new(),
            (None, unit) => {
                filled(&self.texts.per, &[("unit", unit), ("interval", length(resolution))])
            }
        }
    }

    /// That an hour comes twice, where the clocks are put back.
    pub fn hour_twice(&self, span: Span) -> Option<String> {
        let offset = |at| self.zone.to_offset(at);
        let changes = self.zone.following(span.begin).map(|change| change.timestamp());
        let change = changes
            .take_while(|at| *at < span.end)
            .find(|at| offset(after(*at, -1)) > offset(*at))?;
        let values = [
            ("day", self.day(change)),
            ("time", self.show(change, "%H:%M")),
            ("first", self.clock(after(change, -1))),
            ("second", self.clock(change)),
        ];
        let values = values.each_ref().map(|(name, text)| (*name, text.as_str()));
        Some(filled(&self.texts.hour_twice, &values))
    }

    /// What of amounts and powers was computed, and how.
    pub fn computed(&self, report: &Report) -> Option<String> {
        let seconds = report.frame.query.resolution.seconds();
        let is = |kind| {
            report.columns.iter().any(|it| it.quantity.kind == kind && it.power_unit().is_some())
        };
        let hours =
            self.language.number(seconds as f64 / 3600.0, if seconds < 3600 { 2 } else { 0 });
        if is(Kind::Power) {
            return Some(filled(&self.texts.amounts_computed, &[("hours", &hours)]));
        }
        let factor = (3600 / seconds.max(1)).to_string();
        is(Kind::Amount).then(|| filled(&self.texts.powers_computed, &[("factor", &factor)]))
    }

    /// The time that was asked for, as one would call it: `Oktober 2026`, `2026`, or its days.
    pub fn period(&self, query: &Query) -> String {
        let Query { from, to, zone, .. } = query;
        let date = |at: Timestamp| zone.to_datetime(at).date();
        let (first, last) = (date(*from), date(after(*to, -1)));
        let whole_days =
            midnight_after(*from, 0, zone) == *from && midnight_after(*to, 0, zone) == *to;
        if whole_days && first.day() == 1 && next_month(*from, zone) == *to {
            let month = usize::from(first.month().unsigned_abs());
            let name = self.language.texts().dates.long_months.get(month - 1);
            return format!("{} {}", name.map_or("", String::as_str), first.year());
        }
        if whole_days && first == first.first_of_year() && last == first.last_of_year() {
            return first.year().to_string();
        }
        match whole_days {
            true if first == last => self.day(*from),
            true => format!("{} – {}", self.day(*from), self.day(after(*to, -1))),
            false => format!("{} – {}", self.moment(*from), self.moment(*to)),
        }
    }

    /// From when to when, and in how many pieces.
    pub fn time(&self, frame: &Frame) -> String {
        let Span { begin, end } = frame.span();
        let (from, to) = (self.moment(begin), self.moment(end));
        let (count, zone) = (self.language.integer(frame.intervals()), self.zone());
        let values = [
            ("from", &*from),
            ("to", &to),
            ("count", &count),
            ("interval", length(frame.query.resolution)),
            ("zone", &zone),
        ];
        filled(&self.texts.from_to, &values)
    }

    /// `Lastgang Oktober 2026`
    pub fn title(&self, query: &Query) -> String {
        format!("{} {}", self.texts.title, self.period(query))
    }

    /// Which meters, of which space.
    pub fn whose(&self, report: &Report) -> String {
        let columns = &report.columns;
        let mut spaces: Vec<&str> = columns.iter().map(|it| it.meter.space.as_str()).collect();
        spaces.sort_unstable();
        spaces.dedup();
        let meters = match report.meters() {
            1 => short(columns.first().map_or("", |column| column.meter.title())),
            several => {
                filled(&self.texts.several_meters, &[("count", &self.language.integer(several))])
            }
        };
        match spaces.as_slice() {
            [] | [""] => meters,
            [space] => format!("{meters} · {}", short(space)),
            several => {
                let count = self.language.integer(several.len());
                format!("{meters} · {}", filled(&self.texts.several_spaces, &[("count", &count)]))
            }
        }
    }
}

/// The length of an interval, as units are written.
fn length(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::QuarterHour => "15 min",
        Resolution::Hour => "h",
        Resolution::Day => "d",
    }
}

/// A name from outside, as much of it as a title or a cell needs.
pub fn short(name: &str) -> String {
    let name = printable(name);
    if name.chars().count() <= MOST_LETTERS {
        return name;
    }
    name.chars().take(MOST_LETTERS - 1).chain(['…']).collect()
}
