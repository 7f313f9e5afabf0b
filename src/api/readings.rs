//! The readings of one window, read as they arrive: what is kept of an answer is a sixth of it.

use std::fmt::Display;
use std::io::{self, Read};
use std::sync::Arc;

use serde::de::IgnoredAny;
use url::Url;

use super::client::{ApiError, BOM, MAX_ANSWER};
use super::reading::{Entry, NoReading, Reader};
use super::reading_time::WrongTime;
use crate::clock::TimeZone;
use crate::data::answer::Answer;
use crate::data::meter::Meter;
use crate::data::query::Window;
use crate::data::reading::Reading;

/// How much of an answer is read at a time, in bytes: a few hundred readings.
const CHUNK: u64 = 64 << 10;

/// Whose readings an answer has, and of which time.
pub(super) struct Asked<'a> {
    pub(super) meter: &'a Arc<Meter>,
    pub(super) window: Window,
    /// The zone of times without an offset, where it is known.
    pub(super) zone: Option<&'a TimeZone>,
}

/// The readings of a list, which are this meter's, from the window's beginning until before its
/// end: windows that are put together then neither double nor lose an interval. What is no reading
/// does not stop the others; an answer that has nothing else is an error.
pub(super) fn read(url: &Url, body: impl Read, asked: &Asked) -> Result<Answer, ApiError> {
    read_by(CHUNK, url, body, List::new(asked))
}

fn read_by(chunk: u64, url: &Url, body: impl Read, mut list: List) -> Result<Answer, ApiError> {
    let mut body = body.take(MAX_ANSWER + 1);
    let mut bytes = Vec::new();
    loop {
        let arrived = body.by_ref().take(chunk).read_to_end(&mut bytes);
        let ended = arrived.map_err(ApiError::BrokeOff)? == 0;
        if body.limit() == 0 {
            return Err(ApiError::unusable(url, "is larger than 64 MiB"));
        }
        let text = match str::from_utf8(&bytes) {
            Ok(text) => text,
            // The end of a character may still arrive.
            Err(error) if error.error_len().is_none() && !ended => {
                str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(ApiError::unusable(url, "is not JSON: it is not UTF-8")),
        };
        let taken = match list.take(text) {
            Err(Broken::List(why)) => return Err(list.wrong(url, why)),
            Err(Broken::NoOffset(time)) => {
                return Err(ApiError::NoOffset { path: url.path().to_owned(), time });
            }
            Ok(taken) => taken,
        };
        if ended {
            return list.end(url);
        }
        bytes.drain(..taken);
    }
}

/// Why the rest of a list is of no use.
enum Broken {
    List(&'static str),
    NoOffset(String),
}

/// A list that is read as far as it has arrived.
struct List {
    window: Window,
    answer: Answer,
    /// Entries so far.
    count: usize,
    reader: Reader,
    next: Next,
    /// What was wrong with the reading at the end of what has arrived. It may be whole when more of
    /// it is there; not for each of them does serde_json say that it ends early.
    failed: Option<serde_json::Error>,
}

/// What comes next in a list.
#[derive(Clone, Copy)]
enum Next {
    List,
    /// The rest of `null`.
    Null,
    EntryOrEnd,
    Entry,
    CommaOrEnd,
    Nothing,
}

impl List {
    fn new(asked: &Asked) -> Self {
        let reader = Reader::new(asked.meter.clone(), asked.zone.cloned());
        let (window, answer) = (asked.window, Answer::default());
        Self { window, answer, count: 0, reader, next: Next::List, failed: None }
    }

    /// Reads on, and says how much of the text is done with.
    fn take(&mut self, text: &str) -> Result<usize, Broken> {
        let mut left = text;
        loop {
            left = left.trim_ascii_start();
            let Some(next) = left.bytes().next() else { return Ok(text.len()) };
            let (next, length) = match (self.next, next) {
                (Next::List, _) if left.as_bytes().starts_with(BOM) => (Next::List, BOM.len()),
                (Next::List, b'[') => (Next::EntryOrEnd, 1),
                // What some providers say where there are no readings.
                (Next::List | Next::Null, _) if left.starts_with("null") => {
                    (Next::Nothing, "null".len())
                }
                (Next::List | Next::Null, _) if "null".starts_with(left) => {
                    self.next = Next::Null;
                    return Ok(text.len() - left.len());
                }
                (Next::EntryOrEnd | Next::CommaOrEnd, b']') => (Next::Nothing, 1),
                (Next::CommaOrEnd, b',') => (Next::Entry, 1),
                (Next::EntryOrEnd | Next::Entry, _) => match self.entry(left)? {
                    Some(length) => (Next::CommaOrEnd, length),
                    None => return Ok(text.len() - left.len()),
                },
                (Next::List | Next::Null, _) => return Err(Broken::List("a list was expected")),
                (Next::CommaOrEnd, _) => return Err(Broken::List("a comma was expected")),
                (Next::Nothing, _) => return Err(Broken::List("something follows the list")),
            };
            (self.next, left) = (next, &left[length..]);
        }
    }

    /// Takes an entry, and says how long it is; nothing where more of it may still arrive.
    fn entry(&mut self, text: &str) -> Result<Option<usize>, Broken> {
        let length = match self.reader.read(text) {
            Ok(Entry { reading, odd, length }) => {
                self.add(reading, odd);
                length
            }
            // It is so with all of them, and which time is meant nobody can know.
            Err(NoReading::Time(WrongTime::NoOffset(time), _)) => {
                return Err(Broken::NoOffset(time));
            }
            Err(NoReading::Time(why, length)) => {
                self.leave_out(why);
                length
            }
            Err(NoReading::Json(error)) => match length_of_value(text) {
                Some(length) => {
                    self.leave_out(error);
                    length
                }
                None => {
                    self.failed = Some(error);
                    return Ok(None);
                }
            },
        };
        self.failed = None;
        self.count += 1;
        Ok(Some(length))
    }

    fn add(&mut self, reading: Reading, odd: Option<String>) {
        let Window { from, to } = self.window;
        if (from..to).contains(&reading.time) {
            if let Some(why) = odd {
                self.answer.odd.add(|| why);
            }
            self.answer.readings.push(reading);
        } else if reading.time != to {
            self.answer.outside += 1;
        }
    }

    fn leave_out(&mut self, why: impl Display) {
        let entry = self.count;
        self.answer.unread.add(|| format!("entry {entry}, {why}"));
    }

    /// The readings, when nothing more arrives.
    fn end(self, url: &Url) -> Result<Answer, ApiError> {
        match (self.next, &self.failed) {
            (Next::Nothing, _) if self.answer.unread.count < self.count.max(1) => Ok(self.answer),
            (Next::Nothing, _) => {
                let why = self.answer.unread.first.unwrap_or_default();
                Err(ApiError::unusable(url, format!("is no list of readings: {why}")))
            }
            // An empty body, as with status 204: no readings.
            (Next::List, _) if self.failed.is_none() => Ok(self.answer),
            (_, Some(error)) if !error.is_eof() => Err(self.wrong(url, error)),
            _ => {
                let why = "it ends in the middle";
                Err(ApiError::BrokeOff(io::Error::new(io::ErrorKind::UnexpectedEof, why)))
            }
        }
    }

    fn wrong(&self, url: &Url, why: impl Display) -> ApiError {
        let why = format!("is no list of readings: entry {}, {why}", self.count);
        ApiError::unusable(url, why)
    }
}

/// How long the JSON value at the beginning of a text is. None where it is no JSON, or ends where
/// the text does: a number may go on.
fn length_of_value(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(values.byte_offset()).filter(|length| *length < text.len())
}

#[cfg(test)]
#[path = "readings_tests.rs"]
mod tests;
