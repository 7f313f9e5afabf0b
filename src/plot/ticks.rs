//! The marks of a time axis: round local times, whatever the clocks do.

use super::time::{DAY, Span, show};
use crate::clock::{TimeZone, Timestamp, midnight_after, next_month};

/// A mark on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    pub at: Timestamp,
    /// Where the label belongs to a stretch of time, not to an instant: its end.
    pub until: Option<Timestamp>,
    pub label: String,
}

/// Marks at round local times, as many as fit into `room` characters.
pub fn ticks(span: Span, room: usize, zone: &TimeZone) -> Vec<TimeTick> {
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

fn hour_ticks(span: Span, step: usize, zone: &TimeZone) -> Vec<TimeTick> {
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
            ticks.push(TimeTick { at, until: None, label });
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

fn day_ticks(span: Span, step: i64, format: &str, zone: &TimeZone) -> Vec<TimeTick> {
    let mut ticks = Vec::new();
    // Weeks begin on Monday, wherever the data begin.
    let weekday = zone.to_datetime(span.begin).date().weekday().to_monday_zero_offset();
    let back = if step >= 7 { i64::from(weekday) } else { 0 };
    let mut at = midnight_after(span.begin, -back, zone);
    while at < span.end {
        let next = midnight_after(at, step, zone);
        if at >= span.begin {
            let until = (step == 1).then(|| next.min(span.end));
            ticks.push(TimeTick { at, until, label: show(at, format, zone) });
        }
        at = next;
    }
    ticks
}

fn month_ticks(span: Span, room: i64, zone: &TimeZone) -> Vec<TimeTick> {
    let months = span.seconds() / (30 * DAY) + 1;
    let step = [1, 2, 3, 6, 12].into_iter().find(|step| months / step * 10 <= room).unwrap_or(12);
    let mut ticks: Vec<TimeTick> = Vec::new();
    // The first of the month that the span begins in.
    let day = i64::from(zone.to_datetime(span.begin).day());
    let mut at = midnight_after(span.begin, 1 - day, zone);
    while at < span.end {
        let month = i64::from(zone.to_datetime(at).month());
        if at >= span.begin && (month - 1) % step == 0 {
            let format = if ticks.is_empty() || month == 1 { "%b %Y" } else { "%b" };
            ticks.push(TimeTick { at, until: None, label: show(at, format, zone) });
        }
        at = next_month(at, zone);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::berlin;

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
