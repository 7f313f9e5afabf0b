//! Captions of spans of time and the marks of their axes: round local times, whatever the clocks
//! do; a day has 23, 24 or 25 hours.

use super::number::Tick;
use crate::clock::{TimeZone, Timestamp, after, midnight_after, next_month, seconds_between};
use crate::data::span::Span;
use crate::language::Language;

/// Seconds of a day without a clock change.
pub const DAY: i64 = 86_400;

impl Span {
    /// 0 at the begin, 1 at the end.
    pub fn part(&self, at: Timestamp) -> f64 {
        seconds_between(self.begin, at) as f64 / self.seconds().max(1) as f64
    }

    /// `Mon 12 Jan 11:00–12:30`: the second day only where it is another one.
    pub fn times(&self, zone: &TimeZone, language: Language) -> String {
        let end = zone.to_datetime(self.end);
        let same_day = zone.to_datetime(self.begin).date() == end.date();
        let end = match same_day {
            true => language.show(self.end, "%H:%M", zone),
            false => moment(self.end, zone, language),
        };
        format!("{}–{end}", moment(self.begin, zone, language))
    }

    /// The days in it: `Mon 12 Jan 2026`, `Mon 12 Jan – Sun 18 Jan 2026`.
    pub fn days(&self, zone: &TimeZone, language: Language) -> String {
        let dates = &language.texts().dates;
        let [first, last] = [self.begin, after(self.end, -1)].map(|at| zone.to_datetime(at).date());
        let last_day = language.show_day(last, &dates.named_day);
        if first == last {
            return last_day;
        }
        let same_year = first.year() == last.year();
        let pattern = if same_year { &dates.short_named_day } else { &dates.named_day };
        format!("{} – {last_day}", language.show_day(first, pattern))
    }

    /// Where the clocks are changed, the first time.
    pub fn clock_change(&self, zone: &TimeZone) -> Option<Timestamp> {
        let before = zone.to_offset(self.begin);
        let changes = zone.following(self.begin).map(|change| change.timestamp());
        changes.take_while(|at| *at < self.end).find(|at| zone.to_offset(*at) != before)
    }
}

/// `Mon 12 Jan 18:45`, with the offset where the clock shows this time twice.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let twice = zone.to_ambiguous_timestamp(zone.to_datetime(at)).is_ambiguous();
    let day = &language.texts().dates.short_named_day;
    let time = if twice { "%H:%M%:z" } else { "%H:%M" };
    language.show(at, &format!("{day} {time}"), zone)
}

/// How the marks of an axis are written.
#[derive(Clone, Copy)]
struct Clock<'a> {
    zone: &'a TimeZone,
    language: Language,
}

impl Clock<'_> {
    fn show(self, at: Timestamp, pattern: &str) -> String {
        self.language.show(at, pattern, self.zone)
    }
}

/// Marks at round local times, as many as fit into `room` characters.
pub fn ticks(span: Span, room: usize, zone: &TimeZone, language: Language) -> Vec<Tick> {
    let (clock, dates) = (Clock { zone, language }, &language.texts().dates);
    let length = span.seconds().max(1);
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let fits = |seconds: i64, letters: i64| (length / seconds + 1) * (letters + 2) <= room;
    let hours = [1, 2, 3, 4, 6, 12].into_iter().find(|hours| fits(*hours as i64 * 3600, 5));
    if let (Some(hours), true) = (hours, length <= 3 * DAY) {
        return hour_ticks(span, hours, clock);
    }
    // A week's days keep their names even where the month has no room.
    let (day, named_day) = (&dates.short_day, &dates.short_named_day);
    let days = [(1, named_day, 9), (1, &dates.weekday, 6), (2, day, 6), (7, day, 6)];
    match days.into_iter().find(|(days, _, letters)| fits(days * DAY, *letters)) {
        Some((days, pattern, _)) if length <= 100 * DAY => day_ticks(span, days, pattern, clock),
        _ => month_ticks(span, room, clock),
    }
}

fn hour_ticks(span: Span, step: usize, clock: Clock<'_>) -> Vec<Tick> {
    let (zone, weekday) = (clock.zone, &clock.language.texts().dates.weekday);
    let one_day = span.seconds() <= 25 * 3600;
    let mut ticks = Vec::new();
    let mut midnight = midnight_after(span.begin, 0, zone);
    while midnight <= span.end {
        for hour in (0..24).step_by(step) {
            let at = if hour == 0 { Some(midnight) } else { at_hour(midnight, hour, zone) };
            let Some(at) = at.filter(|at| (span.begin..=span.end).contains(at)) else { continue };
            let label = match hour {
                0 if one_day && at == span.end => "24:00".to_owned(),
                0 if !one_day && at < span.end => clock.show(at, weekday),
                _ => clock.show(at, "%H:%M"),
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

fn day_ticks(span: Span, step: i64, pattern: &str, clock: Clock<'_>) -> Vec<Tick> {
    let zone = clock.zone;
    let mut ticks = Vec::new();
    // Weeks begin on Monday, wherever the data begin.
    let weekday = zone.to_datetime(span.begin).date().weekday().to_monday_zero_offset();
    let back = if step >= 7 { i64::from(weekday) } else { 0 };
    let mut at = midnight_after(span.begin, -back, zone);
    while at < span.end {
        let next = midnight_after(at, step, zone);
        if at >= span.begin {
            let until = (step == 1).then(|| span.part(next.min(span.end)));
            ticks.push(Tick { until, ..Tick::new(span.part(at), clock.show(at, pattern)) });
        }
        at = next;
    }
    ticks
}

fn month_ticks(span: Span, room: i64, clock: Clock<'_>) -> Vec<Tick> {
    let zone = clock.zone;
    let months = span.seconds() / (30 * DAY) + 1;
    let step = [1, 2, 3, 6, 12].into_iter().find(|step| months / step * 10 <= room).unwrap_or(12);
    let mut ticks: Vec<Tick> = Vec::new();
    // The first of the month that the span begins in.
    let day = i64::from(zone.to_datetime(span.begin).day());
    let mut at = midnight_after(span.begin, 1 - day, zone);
    while at < span.end {
        let month = i64::from(zone.to_datetime(at).month());
        if at >= span.begin && (month - 1) % step == 0 {
            let pattern = if ticks.is_empty() || month == 1 { "%b %Y" } else { "%b" };
            ticks.push(Tick::new(span.part(at), clock.show(at, pattern)));
        }
        at = next_month(at, zone);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;
    use Language::{De, En};

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_october_hour_is_told_apart() {
        assert_eq!(moment(time("2026-10-25T00:15:00Z"), &berlin(), En), "Sun 25 Oct 02:15+02:00");
        assert_eq!(moment(time("2026-10-25T01:15:00Z"), &berlin(), En), "Sun 25 Oct 02:15+01:00");
        assert_eq!(moment(time("2026-10-25T02:15:00Z"), &berlin(), En), "Sun 25 Oct 03:15");
    }

    #[test]
    fn spans_are_short() {
        let begin = time("2026-01-12T10:00:00Z");
        let span = |seconds| Span { begin, end: after(begin, seconds) };
        assert_eq!(span(5400).times(&berlin(), En), "Mon 12 Jan 11:00–12:30");
        assert_eq!(span(7 * DAY).days(&berlin(), En), "Mon 12 Jan – Mon 19 Jan 2026");
        assert_eq!(span(3600).days(&berlin(), En), "Mon 12 Jan 2026");
        assert_eq!(span(5400).times(&berlin(), De), "Mo 12.01. 11:00–12:30");
        assert_eq!(span(7 * DAY).days(&berlin(), De), "Mo 12.01. – Mo 19.01.2026");
        assert_eq!(span(DAY).clock_change(&berlin()), None);
        let change = span(100 * DAY).clock_change(&berlin());
        assert_eq!(change, Some(time("2026-03-29T01:00:00Z")));
    }

    fn labels(begin: &str, end: &str, room: usize, language: Language) -> Vec<String> {
        let span = Span { begin: begin.parse().unwrap(), end: end.parse().unwrap() };
        ticks(span, room, &berlin(), language).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn a_march_day_has_no_mark_at_two() {
        let labels = labels("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 200, En);
        assert!(!labels.contains(&"02:00".into()) && labels.contains(&"03:00".into()));
        assert_eq!(labels.last().map(String::as_str), Some("24:00"));
        assert_eq!(labels.len(), 24);
    }

    #[test]
    fn a_week_is_marked_by_its_days_and_a_year_by_its_months() {
        let week = labels("2026-01-11T23:00:00Z", "2026-01-18T23:00:00Z", 90, En);
        assert_eq!((week.len(), week[0].as_str()), (7, "Mon 12 Jan"));
        let year = labels("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z", 90, En);
        assert_eq!(year[0], "Jan 2026");
        let week = labels("2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z", 90, De);
        assert_eq!((week[0].as_str(), week[6].as_str()), ("Mo 19.10.", "So 25.10."));
        assert!(year.len() >= 6);
    }
}
