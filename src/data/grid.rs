//! The intervals that a question asks for: even ones, and local days.

use super::query::{Query, Resolution};
use super::span::Span;
use crate::clock::{self, TimeZone, Timestamp};

/// Intervals one after the other; the last one ends where the time does.
pub struct Grid<'q> {
    resolution: Resolution,
    zone: &'q TimeZone,
    begin: Timestamp,
    until: Timestamp,
}

impl<'q> Grid<'q> {
    pub fn new(query: &'q Query, from: Timestamp, until: Timestamp) -> Self {
        Self { resolution: query.resolution, zone: &query.zone, begin: from, until }
    }

    /// The same time in other pieces.
    #[must_use]
    pub fn every(self, resolution: Resolution) -> Self {
        Self { resolution, ..self }
    }
}

impl Iterator for Grid<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Self::Item> {
        if self.begin >= self.until {
            return None;
        }
        let begin = self.begin;
        self.begin = self.resolution.next(begin, self.zone).min(self.until);
        Some(Span { begin, end: self.begin })
    }
}

/// Whether an interval begins here, counted from the beginning of what was asked for or by the
/// clock.
pub fn is_begin(at: Timestamp, query: &Query) -> bool {
    match query.resolution {
        Resolution::Day => clock::midnight_after(at, 0, &query.zone) == at,
        even => {
            let length = even.seconds();
            let from_begin = clock::seconds_between(query.from, at).rem_euclid(length) == 0;
            from_begin || at.as_second().rem_euclid(length) == 0
        }
    }
}

/// The end of the interval that an instant lies in.
pub fn end_of(at: Timestamp, query: &Query) -> Timestamp {
    let Query { from, resolution, zone, .. } = query;
    match resolution {
        Resolution::Day => clock::midnight_after(at, 1, zone),
        even => {
            let since = clock::seconds_between(*from, at).rem_euclid(even.seconds());
            clock::after(at, even.seconds() - since)
        }
    }
}
