//! Instants and spans of time in captions: local time, with days of 23, 24 or 25 hours.

use crate::clock::{TimeZone, Timestamp, after, seconds_between};

/// Seconds of a day without a clock change.
pub const DAY: i64 = 86_400;

/// The time from `begin` on, up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub begin: Timestamp,
    pub end: Timestamp,
}

impl Span {
    pub fn seconds(&self) -> i64 {
        seconds_between(self.begin, self.end)
    }

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
}
