//! Captions of spans of time and the marks of their axes: round local times, whatever the clocks
//! do; a day has 23, 24 or 25 hours.

use super::number::Tick;
use crate::clock::{TimeZone, Timestamp, after, midnight_after, next_month, seconds_between};
use crate::data::span::Span;

/// Seconds of a day without a clock change.
pub const DAY: i64 = 86_400;

impl Span {
    /// 0 at the begin, 1 at the end.
    pub fn part(&self, at: Timestamp) -> f64 {
        seconds_between(self.begin, at) as f64 / self.seconds().max(1) as f64
    }

    /// `Mon 12 Jan 11:00–12:30`: the second day only where it is another one.
    pub fn times(&self, zone: &TimeZone) -> String {
        let same_day = show(self.begin, "%F", zone) == show(self.end, "%F", zone);
        let end = if same_day { show(self.end, "%H:%M", zone) } else { moment(self.end, zone) };
        format!("{}–{end}", moment(self.begin, zone))
    }

    /// The days in it: `Mon 12 Jan 2026`, `Mon 12 Jan – Sun 18 Jan 2026`.
    pub fn days(&self, zone: &TimeZone) -> String {
        let [first, last] = [self.begin, after(self.end, -1)].map(|at| at.to_zoned(zone.clone()));
        let last_day = last.strftime("%a %-d %b %Y");
        if first.date() == last.date() {
            return last_day.to_string();
        }
        let format = if first.year() == last.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        format!("{} – {last_day}", first.strftime(format))
    }

    /// Where the clocks are changed, the first time.
    pub fn clock_change(&self, zone: &TimeZone) -> Option<Timestamp> {
        let before = zone.to_offset(self.begin);
        let changes = zone.following(self.begin).map(|change| change.timestamp());
        changes.take_while(|at| *at < self.end).find(|at| zone.to_offset(*at) != before)
    }
}

/// An instant as `format` says (strftime), with English names.
pub fn show(at: Timestamp, format: &str, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime(format).to_string()
}

/// `Mon 12 Jan 18:45`, with the offset where the clock shows this time twice.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let twice = zone.to_ambiguous_timestamp(zone.to_datetime(at)).is_ambiguous();
    show(at, if twice { "%a %-d %b %H:%M%:z" } else { "%a %-d %b %H:%M" }, zone)
}

/// Marks at round local times, as many as fit into `room` characters.
pub fn ticks(span: Span, room: usize, zone: &TimeZone) -> Vec<Tick> {
    let length = span.seconds().max(1);
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let fits = |seconds: i64, letters: i64| (length / seconds + 1) * (letters + 2) <= room;
    let hours = [1, 2, 3, 4, 6, 12].into_iter().find(|hours| fits(*hours as i64 * 3600, 5));
    if let (Some(hours), true) = (hours, length <= 3 * DAY) {
        return hour_ticks(span, hours, zone);
    }
    // A week's days keep their names even where the month has no room.
    let days = [(1, "%a %-d %b", 9), (1, "%a %-d", 6), (2, "%-d %b", 6), (7, "%-d %b", 6)];
    match days.into_iter().find(|(days, _, letters)| fits(days * DAY, *letters)) {
        Some((days, format, _)) if length <= 100 * DAY => day_ticks(span, days, format, zone),
        _ => month_ticks(span, room, zone),
    }
}

fn hour_ticks(span: Span, step: usize, zone: &TimeZone) -> Vec<Tick> {
    let one_day = span.seconds() <= 25 * 3600;
    let mut ticks = Vec::new();
    let mut midnight = midnight_after(span.begin, 0, zone);
    while midnight <= span.end {
        for hour in (0..24).step_by(step) {
            let at = if hour == 0 { Some(midnight) } else { at_hour(midnight, hour, zone) };
            let Some(at) = at.filter(|at| (span.begin..=span.end).contains(at)) else { continue };
            let label = match hour {
                0 if one_day && at == span.end => "24:00".to_owned(),
                0 if !one_day && at < span.end => show(at, "%a %-d", zone),
                _ => show(at, "%H:%M", zone),
            };
            ticks.push(Tick::new(span.part(at), label));
        }
        midnight = midnight_after(midnight, 1, zone);
    }
    ticks
}

/// When the clock shows this hour: the first of two times, and none in the hour that March leaves
/// out.
fn at_hour(midnight: Timestamp, hour: i8, zone: &TimeZone) -> Option<Timestamp> {
    let wanted = zone.to_datetime(midnight).date().at(hour, 0, 0, 0);
    let found = wanted.to_zoned(zone.clone()).ok()?;
    (found.datetime() == wanted).then(|| found.timestamp())
}

fn day_ticks(span: Span, step: i64, format: &str, zone: &TimeZone) -> Vec<Tick> {
    let mut ticks = Vec::new();
    // Weeks begin on Monday, wherever the data begin.
    let weekday = zone.to_datetime(span.begin).date().weekday().to_monday_zero_offset();
    let back = if step >= 7 { i64::from(weekday) } else { 0 };
    let mut at = midnight_after(span.begin, -back, zone);
    while at < span.end {
        let next = midnight_after(at, step, zone);
        if at >= span.begin {
            let until = (step == 1).then(|| span.part(next.min(span.end)));
            ticks.push(Tick { until, ..Tick::new(span.part(at), show(at, format, zone)) });
        }
        at = next;
    }
    ticks
}

fn month_ticks(span: Span, room: i64, zone: &TimeZone) -> Vec<Tick> {
    let months = span.seconds() / (30 * DAY) + 1;
    let step = [1, 2, 3, 6, 12].into_iter().find(|step| months / step * 10 <= room).unwrap_or(12);
    let mut ticks: Vec<Tick> = Vec::new();
    // The first of the month that the span begins in.
    let day = i64::from(zone.to_datetime(span.begin).day());
    let mut at = midnight_after(span.begin, 1 - day, zone);
    while at < span.end {
        let month = i64::from(zone.to_datetime(at).month());
        if at >= span.begin && (month - 1) % step == 0 {
            let format = if ticks.is_empty() || month == 1 { "%b %Y" } else { "%b" };
            ticks.push(Tick::new(span.part(at), show(at, format, zone)));
        }
        at = next_month(at, zone);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_october_hour_is_told_apart() {
        assert_eq!(moment(time("2026-10-25T00:15:00Z"), &berlin()), "Sun 25 Oct 02:15+02:00");
        assert_eq!(moment(time("2026-10-25T01:15:00Z"), &berlin()), "Sun 25 Oct 02:15+01:00");
        assert_eq!(moment(time("2026-10-25T02:15:00Z"), &berlin()), "Sun 25 Oct 03:15");
    }

    #[test]
    fn spans_are_short() {
        let begin = time("2026-01-12T10:00:00Z");
        let span = |seconds| Span { begin, end: after(begin, seconds) };
        assert_eq!(span(5400).times(&berlin()), "Mon 12 Jan 11:00–12:30");
        assert_eq!(span(7 * DAY).days(&berlin()), "Mon 12 Jan – Mon 19 Jan 2026");
        assert_eq!(span(3600).days(&berlin()), "Mon 12 Jan 2026");
        assert_eq!(span(DAY).clock_change(&berlin()), None);
        let change = span(100 * DAY).clock_change(&berlin());
        assert_eq!(change, Some(time("2026-03-29T01:00:00Z")));
    }

    fn labels(begin: &str, end: &str, room: usize) -> Vec<String> {
        let span = Span { begin: begin.parse().unwrap(), end: end.parse().unwrap() };
        ticks(span, room, &berlin()).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn a_march_day_has_no_mark_at_two() {
        let labels = labels("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 200);
        assert!(!labels.contains(&"02:00".into()) && labels.contains(&"03:00".into()));
        assert_eq!(labels.last().map(String::as_str), Some("24:00"));
        assert_eq!(labels.len(), 24);
    }

    #[test]
    fn a_week_is_marked_by_its_days_and_a_year_by_its_months() {
        let week = labels("2026-01-11T23:00:00Z", "2026-01-18T23:00:00Z", 90);
        assert_eq!((week.len(), week[0].as_str()), (7, "Mon 12 Jan"));
        let year = labels("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z", 90);
        assert_eq!(year[0], "Jan 2026");
        assert!(year.len() >= 6);
    }
}
