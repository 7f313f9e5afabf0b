//! Instants as wall-clock times: days of 23, 24 or 25 hours, for captions and axes.

pub use jiff::civil::Date;

pub use crate::clock::TimeZone;
use crate::clock::{Timestamp, after};

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
    while weekday(monday) > 0 {
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
pub fn at(day: Date, second: i64, zone: &TimeZone) -> Option<Timestamp> {
    let (hour, minute) = (i8::try_from(second / 3600).ok()?, i8::try_from(second / 60 % 60).ok()?);
    let local = day.at(hour, minute, 0, 0);
    let instant = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    (second == 0 || zone.to_datetime(instant) == local).then_some(instant)
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
    let local = zone.to_datetime(instant);
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let again = twice(instant, zone).is_some_and(|(_, second)| second == instant);
    Wall { day: local.date(), minute, again }
}

/// Both instants at which the clock shows what it shows now, where there are two.
fn twice(instant: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let local = zone.to_ambiguous_timestamp(zone.to_datetime(instant));
    if local.is_ambiguous() { Some((local.earlier().ok()?, local.later().ok()?)) } else { None }
}

/// `%a %d %b` and the like, with English names.
pub fn show(instant: Timestamp, format: &str, zone: &TimeZone) -> String {
    instant.to_zoned(zone.clone()).strftime(format).to_string()
}

/// `Mon 12 Jan 18:45`, with the offset where the hour occurs twice.
pub fn moment(instant: Timestamp, zone: &TimeZone) -> String {
    let format =
        if twice(instant, zone).is_some() { "%a %-d %b %H:%M%:z" } else { "%a %-d %b %H:%M" };
    show(instant, format, zone)
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

/// Where the clocks are changed in `[begin, end)`, the first time.
pub fn clock_change(begin: Timestamp, end: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let before = zone.to_offset(begin);
    let changed = |at: &Timestamp| zone.to_offset(*at) != before;
    zone.following(begin).map(|next| next.timestamp()).take_while(|at| *at < end).find(changed)
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
    fn periods_are_short() {
        let begin = time("2026-01-12T10:00:00Z");
        assert_eq!(period(begin, after(begin, 5400), &berlin()), "Mon 12 Jan 11:00–12:30");
        assert_eq!(days(begin, after(begin, 7 * DAY), &berlin()), "Mon 12 Jan – Mon 19 Jan 2026");
    }
}
