//! From when to when, as a person says it: a beginning and an end, how far back, or a whole month or
//! year.

use std::time::Duration;

use super::query::{Resolution, Window};
use crate::clock::{self, Span, TimeZone, Timestamp};

/// An interval as a person writes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period<'a> {
    pub from: Option<&'a str>,
    /// Now unless it is given.
    pub to: Option<&'a str>,
    /// Counts back from the end.
    pub last: Option<Duration>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QueryError {
    #[error(
        "{0:?} is neither a day (2026-10-25, 25.10.2026), a month (2026-10), a year nor an instant with offset"
    )]
    NotATime(String),
    #[error("{text:?} has no offset from UTC, and in October one hour comes twice")]
    NoOffset { text: String, meant: String },
    #[error("{0:?} is no month")]
    NotAMonth(String),
    #[error("{0:?} is no year")]
    NotAYear(String),
    /// With what is meant where beginning and end are the same.
    #[error("the end is not after the beginning: it is the first instant that is not asked for")]
    Empty { instead: Option<String> },
    #[error("nothing of {0} is over yet")]
    NotYet(String),
    #[error("neither --from, --last, --month nor --year is given")]
    NoBegin,
}

impl Period<'_> {
    /// What is not said of it begins and ends where intervals do.
    pub(super) fn window(
        &self,
        resolution: Resolution,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Window, QueryError> {
        let point = |text: &str| {
            let begin = Span::parse(text).and_then(|span| span.begin(zone));
            begin.ok_or_else(|| not_a_time(text, zone))
        };
        let to = self.to.map(point).transpose()?;
        let to = to.unwrap_or_else(|| resolution.begin_of(now, zone));
        let from = match (self.from, self.last) {
            (Some(from), _) => point(from)?,
            (None, Some(last)) => {
                let begin = clock::after(to, -i64::try_from(last.as_secs()).unwrap_or(i64::MAX));
                resolution.begin_of(begin, zone)
            }
            (None, None) => return Err(QueryError::NoBegin),
        };
        match (self.from, self.to) {
            _ if from < to => Ok(Window { from, to }),
            (Some(text), None) => Err(QueryError::NotYet(text.to_owned())),
            (begin, end) => {
                let [begin, end] = [begin, end].map(|text| text.and_then(Span::parse));
                let next = end.filter(|_| begin == end).and_then(Span::next);
                Err(QueryError::Empty { instead: next.map(|next| format!("--to {}", next.name())) })
            }
        }
    }

    /// What is said of an end that many take for a part of the interval.
    pub fn remark(&self) -> Option<String> {
        let (typed, span) = (self.to?, self.to.and_then(Span::parse)?);
        let next = span.next().filter(|_| span.is_last())?.name();
        Some(format!("{typed} is the end and not in it; with it, the end is --to {next}"))
    }
}

/// A whole month or year, as far as it is over.
pub(super) fn whole(
    span: Span,
    resolution: Resolution,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Window, QueryError> {
    let begin = |span: Span| span.begin(zone).unwrap_or(Timestamp::MAX);
    let (from, end) = (begin(span), span.next().map_or(Timestamp::MAX, begin));
    let to = end.min(resolution.begin_of(now, zone));
    match from < to {
        true => Ok(Window { from, to }),
        false => Err(QueryError::NotYet(span.name())),
    }
}

/// `--month 2026-10`
pub fn month(text: &str) -> Result<Span, QueryError> {
    let month = Span::parse(text).filter(|span| matches!(span, Span::Month(_)));
    month.ok_or_else(|| QueryError::NotAMonth(text.to_owned()))
}

/// `--year 2026`
pub fn year(text: &str) -> Result<Span, QueryError> {
    let year = Span::parse(text).filter(|span| matches!(span, Span::Year(_)));
    year.ok_or_else(|| QueryError::NotAYear(text.to_owned()))
}

fn not_a_time(text: &str, zone: &TimeZone) -> QueryError {
    let text = text.to_owned();
    match clock::with_offset(&text, zone) {
        Some(meant) => QueryError::NoOffset { text, meant },
        None => QueryError::NotATime(text),
    }
}
