//! The marks of a time axis: round local times, whatever the clocks do.

use super::zone::{DAY, TimeZone, at, day_begin, day_of, monday_of, next_day, show};
use crate::clock::{Timestamp, seconds_between};

/// A mark on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub at: Timestamp,
    /// Where the label belongs to a stretch of time, not to an instant: its end.
    pub until: Option<Timestamp>,
    pub label: String,
}

/// Marks at round local times, as many as fit into `room` characters.
pub fn ticks(begin: Timestamp, end: Timestamp, room: usize, zone: &TimeZone) -> Vec<Tick> {
    let length = seconds_between(begin, end).max(1);
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let fits = |seconds: i64, letters: i64| (length / seconds + 1) * (letters + 2) <= room;
    let hours = [1, 2, 3, 4, 6, 12].into_iter().find(|hours| fits(hours * 3600, 5));
    if let (Some(hours), true) = (hours, length <= 3 * DAY) {
        return hour_ticks(begin, end, hours * 3600, zone);
    }
    // A week's days keep their names even where the month has no room.
    let days = [(1, "%a %-d %b", 9), (1, "%a %-d", 6), (2, "%-d %b", 6), (7, "%-d %b", 6)];
    match days.into_iter().find(|(days, _, letters)| fits(days * DAY, *letters)) {
        Some((days, format, _)) if length <= 100 * DAY => day_ticks(begin, end, days, format, zone),
        _ => month_ticks(begin, end, room, zone),
    }
}

fn hour_ticks(begin: Timestamp, end: Timestamp, step: i64, zone: &TimeZone) -> Vec<Tick> {
    let one_day = seconds_between(begin, end) <= 25 * 3600;
    let mut ticks = Vec::new();
    let mut day = day_of(begin, zone);
    while day_begin(day, zone) <= end {
        for second in (0..DAY).step_by(usize::try_from(step).unwrap_or(3600)) {
            let Some(at) = at(day, second, zone).filter(|at| (begin..=end).contains(at)) else {
                continue;
            };
            let label = match second {
                0 if one_day && at == end => "24:00".to_owned(),
                0 if !one_day && at < end => show(at, "%a %-d", zone),
                _ => show(at, "%H:%M", zone),
            };
            ticks.push(Tick { at, until: None, label });
        }
        day = next_day(day);
    }
    ticks
}

fn day_ticks(
    begin: Timestamp,
    end: Timestamp,
    step: i64,
    format: &str,
    zone: &TimeZone,
) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let first = day_of(begin, zone);
    // Weeks begin on Monday, wherever the data begin.
    let mut day = if step >= 7 { monday_of(first) } else { first };
    while day_begin(day, zone) < end {
        let at = day_begin(day, zone);
        for _ in 0..step {
            day = next_day(day);
        }
        if at >= begin {
            let until = (step == 1).then(|| day_begin(day, zone).min(end));
            ticks.push(Tick { at, until, label: show(at, format, zone) });
        }
    }
    ticks
}

fn month_ticks(begin: Timestamp, end: Timestamp, room: i64, zone: &TimeZone) -> Vec<Tick> {
    let months = seconds_between(begin, end) / (30 * DAY) + 1;
    let step = [1, 2, 3, 6, 12].into_iter().find(|step| months / step * 10 <= room).unwrap_or(12);
    let mut ticks: Vec<Tick> = Vec::new();
    let mut month = day_of(begin, zone).first_of_month();
    while day_begin(month, zone) < end {
        let at = day_begin(month, zone);
        if at >= begin && (i64::from(month.month()) - 1) % step == 0 {
            let format = if ticks.is_empty() || month.month() == 1 { "%b %Y" } else { "%b" };
            ticks.push(Tick { at, until: None, label: show(at, format, zone) });
        }
        month = next_day(month.last_of_month());
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::super::zone::berlin;
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_march_day_has_no_mark_at_two() {
        let day = (time("2026-03-28T23:00:00Z"), time("2026-03-29T22:00:00Z"));
        let labels: Vec<String> =
            ticks(day.0, day.1, 200, &berlin()).into_iter().map(|tick| tick.label).collect();
        assert!(!labels.contains(&"02:00".into()) && labels.contains(&"03:00".into()));
        assert_eq!(labels.last().map(String::as_str), Some("24:00"));
        assert_eq!(labels.len(), 24);
    }

    #[test]
    fn a_week_is_marked_by_its_days_and_a_year_by_its_months() {
        let week = ticks(time("2026-01-11T23:00:00Z"), time("2026-01-18T23:00:00Z"), 90, &berlin());
        assert_eq!((week.len(), week[0].label.as_str()), (7, "Mon 12 Jan"));
        let year = ticks(time("2025-12-31T23:00:00Z"), time("2026-12-31T23:00:00Z"), 90, &berlin());
        assert_eq!(year[0].label, "Jan 2026");
        assert!(year.len() >= 6);
    }
}
