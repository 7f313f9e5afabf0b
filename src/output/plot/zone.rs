//! Instants as wall-clock times: days of 23, 24 or 25 hours, and the marks of a time axis.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::AmbiguousOffset;

pub use jiff::civil::Date;
pub use jiff::tz::TimeZone;

use crate::clock::{Timestamp, after, seconds_between};

/// Seconds of a day without a clock change.
pub const DAY: i64 = 86_400;

/// The zone of the German energy market, also on a machine without a time-zone database.
pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin")
        .or_else(|_| TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3"))
        .unwrap_or(TimeZone::UTC)
}

/// What the zone is called, for a caption.
pub fn name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("local time").to_owned()
}

/// The local day that an instant lies in.
pub fn day_of(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

/// The first instant of a local day.
pub fn day_begin(day: Date, zone: &TimeZone) -> Timestamp {
    at(day, 0, zone).unwrap_or(Timestamp::MAX)
}

/// The day after, or the same at the end of time.
pub fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// The Monday that a day's week begins with.
pub fn monday_of(day: Date) -> Date {
    let mut monday = day;
    while monday.weekday() != Weekday::Monday {
        match monday.yesterday() {
            Ok(before) => monday = before,
            Err(_) => break,
        }
    }
    monday
}

/// Days since Monday, 0–6.
pub fn weekday(day: Date) -> usize {
    usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default()
}

/// The instant that a clock on the wall shows this many seconds after midnight: the first of two,
/// and none in the hour that is left out in March.
fn at(day: Date, second: i64, zone: &TimeZone) -> Option<Timestamp> {
    let (hour, minute) = (i8::try_from(second / 3600).ok()?, i8::try_from(second / 60 % 60).ok()?);
    let ambiguous = zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0));
    if second > 0 && matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return None;
    }
    ambiguous.compatible().ok()
}

/// A place on the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    pub day: Date,
    /// Minutes since 00:00 as the clock shows them.
    pub minute: i64,
    /// The clock showed this time an hour before already (the last Sunday of October).
    pub again: bool,
}

/// Where the clock on the wall stood.
pub fn wall(instant: Timestamp, zone: &TimeZone) -> Wall {
    let local: DateTime = zone.to_datetime(instant);
    let again = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Fold { after, .. } => zone.to_offset(instant) == after,
        _ => false,
    };
    Wall { day: local.date(), minute: i64::from(local.hour()) * 60 + i64::from(local.minute()), again }
}

/// `%a %d %b` and the like, with English names.
pub fn show(instant: Timestamp, format: &str, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime(format).to_string()
}

/// `Mon 12 Jan 18:45`, with the offset where the hour occurs twice.
pub fn moment(instant: Timestamp, zone: &TimeZone) -> String {
    let twice = matches!(
        zone.to_ambiguous_timestamp(zone.to_datetime(instant)).offset(),
        AmbiguousOffset::Fold { .. }
    );
    show(instant, if twice { "%a %-d %b %H:%M%:z" } else { "%a %-d %b %H:%M" }, zone)
}

/// `Mon 12 Jan 11:00–12:30`: the second day only where it is another one.
pub fn period(begin: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
    let same_day = day_of(begin, zone) == day_of(end, zone);
    let end = if same_day { show(end, "%H:%M", zone) } else { moment(end, zone) };
    format!("{}–{end}", moment(begin, zone))
}

/// The days of `[begin, end)`: `Mon 12 Jan 2026`, `Mon 12 Jan – Sun 18 Jan 2026`.
pub fn days(begin: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
    let last = after(end, -1);
    if day_of(begin, zone) == day_of(last, zone) {
        return show(begin, "%a %-d %b %Y", zone);
    }
    let same_year = day_of(begin, zone).year() == day_of(last, zone).year();
    let first = show(begin, if same_year { "%a %-d %b" } else { "%a %-d %b %Y" }, zone);
    format!("{first} – {}", show(last, "%a %-d %b %Y", zone))
}

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
    let days = [1, 2, 7, 14].into_iter().find(|days| fits(days * DAY, if *days == 1 { 9 } else { 6 }));
    match days {
        Some(days) if length <= 100 * DAY => day_ticks(begin, end, days, zone),
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

fn day_ticks(begin: Timestamp, end: Timestamp, step: usize, zone: &TimeZone) -> Vec<Tick> {
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
            let format = if step == 1 { "%a %-d %b" } else { "%-d %b" };
            ticks.push(Tick { at, until, label: show(at, format, zone) });
        }
    }
    ticks
}

fn month_ticks(begin: Timestamp, end: Timestamp, room: i64, zone: &TimeZone) -> Vec<Tick> {
    let months = seconds_between(begin, end) / (28 * DAY) + 1;
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
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_october_hour_is_told_apart() {
        let first = wall(time("2026-10-25T00:15:00Z"), &berlin());
        let second = wall(time("2026-10-25T01:15:00Z"), &berlin());
        assert_eq!((first.minute, first.again), (135, false));
        assert_eq!((second.minute, second.again), (135, true));
        assert_eq!(moment(time("2026-10-25T01:15:00Z"), &berlin()), "Sun 25 Oct 02:15+01:00");
        assert_eq!(moment(time("2026-10-25T02:15:00Z"), &berlin()), "Sun 25 Oct 03:15");
    }

    #[test]
    fn the_fallback_zone_is_the_same_as_the_database() {
        let posix = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for text in ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"] {
            assert_eq!(posix.to_datetime(time(text)), berlin().to_datetime(time(text)));
        }
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

    #[test]
    fn periods_are_short() {
        let begin = time("2026-01-12T10:00:00Z");
        assert_eq!(period(begin, after(begin, 5400), &berlin()), "Mon 12 Jan 11:00–12:30");
        assert_eq!(days(begin, after(begin, 7 * DAY), &berlin()), "Mon 12 Jan – Mon 19 Jan 2026");
    }
}
