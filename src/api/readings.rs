//! The readings of one window, read as they arrive: what is kept of an answer is a sixth of it.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use url::Url;

use super::client::{ApiError, MAX_ANSWER};
use super::reading::Reader;
use crate::data::meter::Meter;
use crate::data::query::Window;
use crate::data::reading::Reading;

/// How much of an answer is read at a time, in bytes: a few hundred readings.
const CHUNK: u64 = 64 << 10;

/// The readings of a list, which are this meter's, from the window's beginning until before its end: windows that are put
/// together then neither double nor lose an interval.
pub(super) fn read(
    url: &Url,
    body: impl Read,
    window: Window,
    meter: &Arc<Meter>,
) -> Result<Vec<Reading>, ApiError> {
    read_by(CHUNK, url, body, List::new(window, meter))
}

fn read_by(
    chunk: u64,
    url: &Url,
    body: impl Read,
    mut list: List,
) -> Result<Vec<Reading>, ApiError> {
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
        let taken = list.take(text).map_err(|why| list.wrong(url, why))?;
        if ended {
            return list.end(url);
        }
        bytes.drain(..taken);
    }
}

/// A list that is read as far as it has arrived.
struct List {
    window: Window,
    rows: Vec<Reading>,
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
    EntryOrEnd,
    Entry,
    CommaOrEnd,
    Nothing,
}

impl List {
    fn new(window: Window, meter: &Arc<Meter>) -> Self {
        let (rows, reader) = (Vec::new(), Reader::new(meter.clone()));
        Self { window, rows, count: 0, reader, next: Next::List, failed: None }
    }

    /// Reads on, and says how much of the text is done with.
    fn take(&mut self, text: &str) -> Result<usize, &'static str> {
        let mut left = text;
        loop {
            left = left.trim_ascii_start();
            let Some(next) = left.bytes().next() else { return Ok(text.len()) };
            self.next = match (self.next, next) {
                (Next::List, b'[') => Next::EntryOrEnd,
                (Next::EntryOrEnd | Next::CommaOrEnd, b']') => Next::Nothing,
                (Next::CommaOrEnd, b',') => Next::Entry,
                (Next::EntryOrEnd | Next::Entry, _) => match self.reader.read(left) {
                    Ok((reading, length)) => {
                        self.add(reading);
                        left = &left[length..];
                        continue;
                    }
                    Err(error) => {
                        self.failed = Some(error);
                        return Ok(text.len() - left.len());
                    }
                },
                (Next::List, _) => return Err("a list was expected"),
                (Next::CommaOrEnd, _) => return Err("a comma was expected"),
                (Next::Nothing, _) => return Err("something follows the list"),
            };
            left = &left[1..];
        }
    }

    fn add(&mut self, reading: Reading) {
        self.next = Next::CommaOrEnd;
        self.failed = None;
        self.count += 1;
        if (self.window.from..self.window.to).contains(&reading.time) {
            self.rows.push(reading);
        }
    }

    /// The readings, when nothing more arrives.
    fn end(self, url: &Url) -> Result<Vec<Reading>, ApiError> {
        match (self.next, &self.failed) {
            (Next::Nothing, _) => Ok(self.rows),
            (Next::List, _) => Err(self.wrong(url, "it is empty")),
            (_, Some(error)) if !error.is_eof() => Err(self.wrong(url, error)),
            _ => {
                let why = "it ends in the middle";
                Err(ApiError::BrokeOff(io::Error::new(io::ErrorKind::UnexpectedEof, why)))
            }
        }
    }

    fn wrong(&self, url: &Url, why: impl fmt::Display) -> ApiError {
        let why = format!("is no list of readings: entry {}, {why}", self.count);
        ApiError::unusable(url, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    const ONE: &str = r#"{"deviceId":"d","timeStamp":"2026-10-25T02:15:00+02:00","measurement":"ENERGY",
        "value":0.123456789012345678901,"unit":"kWh","label":"a\u001bb","deviceType":"SMART_METER",
        "deviceProvider":"P","medium":"ELECTRICITY","direction":"IN"}"#;

    fn answer(text: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Reading>, ApiError> {
        let url: Url = "https://provider.example/readings".parse().unwrap();
        read(&url, text.as_bytes(), Window { from, to }, &Arc::default())
    }

    fn all(text: &str) -> Result<Vec<Reading>, ApiError> {
        answer(text, Timestamp::UNIX_EPOCH, Timestamp::MAX)
    }

    #[test]
    fn a_reading_comes_with_all_its_digits() {
        let readings = all(&format!("[{ONE},{ONE}]"));
        let rows = readings.unwrap();
        assert_eq!(rows.len(), 2);
        let first = &rows[0];
        assert_eq!(first.value.as_deref(), Some("0.123456789012345678901"));
        assert_eq!(first.time.to_string(), "2026-10-25T00:15:00Z");
        assert_eq!((&*first.labels.label, &*first.labels.direction), ("a\u{1b}b", "IN"));
    }

    #[test]
    fn missing_members_are_empty_unknown_ones_carried_along_and_wrong_ones_named() {
        let readings = all(r#"[{"timeStamp":"2026-01-01T00:00:00Z","new":{"x":[1]},"unit":null}]"#);
        let reading = &readings.unwrap()[0];
        assert_eq!((&reading.value, &reading.labels), (&None, &Arc::default()));
        assert_eq!(reading.rest.as_deref(), Some(r#""new":{"x":[1]}"#));
        for (member, value) in [
            ("unit", "5"),
            ("value", "\"5\""),
            ("value", "true"),
            ("timeStamp", "\"soon\""),
            ("medium", "[]"),
        ] {
            let text = format!(r#"[{{"timeStamp":"2026-01-01T00:00:00Z","{member}":{value}}}]"#);
            let error = all(&text).unwrap_err().to_string();
            assert!(error.contains(member), "{error}");
        }
        let error = all("[{}]").unwrap_err().to_string();
        assert!(error.contains("entry 0, timeStamp is missing"), "{error}");
    }

    #[test]
    fn a_list_that_ends_in_the_middle_is_an_error() {
        for text in ["[", "[{", &format!("[{ONE}"), &format!("[{ONE},"), r#"[{"unit":"k"#] {
            assert!(matches!(all(text), Err(ApiError::BrokeOff(_))), "{text}");
        }
        for text in ["", "{}", "[nonsense]", r#"[{"value":0.}]"#, "[] x", &format!("[{ONE}{ONE}]")]
        {
            assert!(matches!(all(text), Err(ApiError::Unusable { .. })), "{text}");
        }
        assert!(all(" [] ").unwrap().is_empty());
    }

    #[test]
    fn a_list_may_be_cut_anywhere_on_its_way() {
        let text = format!("[{ONE} , {}]", ONE.replace("0.12", "-0.5e-1").replace("P\"", "ß€\""));
        let url = "https://provider.example/readings".parse().unwrap();
        let window = Window { from: Timestamp::UNIX_EPOCH, to: Timestamp::MAX };
        let whole = all(&text).unwrap();
        assert_eq!((whole.len(), &*whole[1].labels.device_provider), (2, "ß€"));
        for chunk in 1..text.len() as u64 {
            assert_eq!(
                read_by(chunk, &url, text.as_bytes(), List::new(window, &Arc::default())).unwrap(),
                whole,
                "{chunk}"
            );
        }
    }

    #[test]
    fn only_what_is_inside_the_window_is_kept() {
        let at = |minute: u32| {
            format!(r#"{{"timeStamp":"2026-01-01T00:{minute:02}:00Z","value":{minute}}}"#)
        };
        let text = format!("[{},{},{}]", at(0), at(15), at(30));
        let instant = |minute: i64| Timestamp::from_second(1_767_225_600 + minute * 60).unwrap();
        let readings = answer(&text, instant(15), instant(30));
        let rows = readings.unwrap();
        let values: Vec<_> = rows.iter().map(|row| row.value.as_deref().unwrap()).collect();
        assert_eq!(values, ["15"]);
    }

    #[test]
    fn a_reading_means_the_same_in_a_list_and_by_itself() {
        let plain =
            r#"{"deviceId":"d","timeStamp":"2026-01-01T00:00:00Z","value":1.50,"unit":"kWh"}"#;
        let turned = r#"{"value":2,"x":1,"timeStamp":"2026-01-01T00:15:00Z","unit":"kWh"}"#;
        let mut texts = Vec::new();
        for text in [plain, turned] {
            texts.push(text.to_owned());
            for (old, new) in [
                ("00:00Z", "00:00.5Z"),
                ("2026", r"2\u003026"),
                ("1.50", "null"),
                ("1.50", "-1e400"),
                ("kWh", "W\\n"),
                (",\"unit\"", ",\"value\":7,\"unit\""),
                ("\"x\":1", "\"x\":2"),
                ("\"value\":", "\"value\" : "),
                ("\"value\":", "\"x\":{\"value\":1.50},\"value\" : "),
                ("\"value\":", "\"x\":{\"value\":1.50},\"valu\\u0065\":"),
                ("\"value\":1.50", "\"x\":{\"value\":1.50}"),
                ("\"value\":1.50", "\"x\":{\"value\":2}"),
                ("{", "{ "),
            ] {
                texts.extend([text.replace(old, new), text.to_owned()]);
            }
        }
        let rows = |text: &str| {
            let readings = all(text);
            let rows = readings.unwrap();
            rows.iter().map(|reading| format!("{reading:?}")).collect::<Vec<_>>()
        };
        let alone: Vec<String> = texts.iter().flat_map(|text| rows(&format!("[{text}]"))).collect();
        assert_eq!(rows(&format!("[{}]", texts.join(" , "))), alone);
        let wrong = all(&format!("[{plain},{}]", plain.replace("2026-01", "2026-13")));
        assert!(wrong.unwrap_err().to_string().contains("entry 1, timeStamp"));
    }
}
