//! One reading as it stands in the answer: texts are borrowed from it, values keep their digits.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Error, Value};
use smol_str::SmolStr;

use super::reading_time::{Clock, WrongTime};
use crate::clock::TimeZone;
use crate::data::meter::Meter;
use crate::data::reading::{Labels, Reading};

/// Series of which readings are known again; a meter has two or three, one after the other or mixed.
const MOST_PATTERNS: usize = 4;

/// Reads the readings of a list, one after the other.
pub(super) struct Reader {
    meter: Arc<Meter>,
    clock: Clock,
    /// Those of the last reading that was read as JSON.
    labels: Arc<Labels>,
    patterns: Vec<Pattern>,
}

/// An entry of a list that is whole.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) reading: Reading,
    /// What of it is not what it should be.
    pub(super) odd: Option<String>,
    /// Bytes that it takes.
    pub(super) length: usize,
}

/// Why an entry is no reading.
#[derive(Debug)]
pub(super) enum NoReading {
    Json(Error),
    /// The bytes that it takes are told, because the next one may be right.
    Time(WrongTime, usize),
}

impl Reader {
    /// The zone is that of times without an offset.
    pub(super) fn new(meter: Arc<Meter>, zone: Option<TimeZone>) -> Self {
        Self { meter, clock: Clock::new(zone), labels: Arc::default(), patterns: Vec::new() }
    }

    /// Reads the reading at the beginning of a text. A member that is missing or null is empty; one
    /// of another type is odd, and shown as it stands; of one that comes twice the last one counts;
    /// one that is not documented is carried along.
    pub(super) fn read(&mut self, text: &str) -> Result<Entry, NoReading> {
        for pattern in &self.patterns {
            let Some((raw, length)) = pattern.read(text) else { continue };
            // A wrong time is told by the slower way.
            if let Ok(time) = self.clock.instant(raw.time, &pattern.labels) {
                let (labels, value) = (pattern.labels.clone(), Some(raw.value.into()));
                let reading = Reading { labels, time, value, rest: None };
                return Ok(Entry { reading, odd: None, length });
            }
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let Whole { mut labels, time, value, rest, odd } =
            json.deserialize_map(Members(&self.meter)).map_err(NoReading::Json)?;
        let length = json.into_iter::<IgnoredAny>().byte_offset();
        if labels == self.labels {
            labels = self.labels.clone();
        }
        self.labels = labels.clone();
        let time = time.as_deref().ok_or(WrongTime::Missing);
        let time = time.and_then(|time| self.clock.instant(time, &labels));
        let time = time.map_err(|why| NoReading::Time(why, length))?;
        let reading = Reading { labels, time, value, rest };
        if odd.is_none()
            && let Some(pattern) = Pattern::of(&text[..length], &reading)
        {
            self.patterns.truncate(MOST_PATTERNS - 1);
            self.patterns.insert(0, pattern);
        }
        Ok(Entry { reading, odd, length })
    }
}

/// What stands around time and value of a reading. The others of its series mostly differ in these
/// two alone, and then nothing else of them is read: that takes a quarter of the time.
struct Pattern {
    before: String,
    between: String,
    after: String,
    labels: Arc<Labels>,
}

/// Time and value of a reading as they stand in the text.
struct Raw<'t> {
    time: &'t str,
    value: &'t str,
}

impl Pattern {
    /// None where it is not certain which are the two: where a name comes twice or has escapes.
    fn of(text: &str, reading: &Reading) -> Option<Self> {
        let once = |name| text.matches(name).count() == 1;
        if text.contains('\\') || !once(r#""timeStamp""#) || !once(r#""value""#) {
            return None;
        }
        let after_mark = |mark: &str| Some(text.find(mark)? + mark.len());
        let time = after_mark(r#""timeStamp":""#)?;
        let value = after_mark(r#""value":"#).filter(|value| *value > time)?;
        let pattern = Self {
            before: text[..time].to_owned(),
            between: text[time + text[time..].find('"')?..value].to_owned(),
            after: text[value + text[value..].find([',', '}'])?..].to_owned(),
            labels: reading.labels.clone(),
        };
        let is_same =
            |raw: Raw| reading.rest.is_none() && reading.value.as_deref() == Some(raw.value);
        pattern.read(text).is_some_and(|(raw, _)| is_same(raw)).then_some(pattern)
    }

    /// Time and value of the reading that a text begins with, and its length, if it is one of this
    /// pattern.
    fn read<'t>(&self, text: &'t str) -> Option<(Raw<'t>, usize)> {
        let rest = text.strip_prefix(&self.before)?;
        let (time, rest) = rest.split_at_checked(rest.find('"')?)?;
        let rest = rest.strip_prefix(&self.between)?;
        let (value, rest) = rest.split_at_checked(rest.find([',', '}'])?)?;
        let rest = rest.strip_prefix(&self.after)?;
        let value: &RawValue = serde_json::from_str(value).ok()?;
        let value = digits(value.get()).ok()??;
        Some((Raw { time, value }, text.len() - rest.len()))
    }
}

/// A reading as it stands in the answer, its time not yet read.
struct Whole<'t> {
    labels: Arc<Labels>,
    time: Option<Cow<'t, str>>,
    value: Option<SmolStr>,
    rest: Option<Box<str>>,
    odd: Option<String>,
}

/// The members of a reading of this meter.
struct Members<'m>(&'m Arc<Meter>);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Whole<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Whole<'de>, A::Error> {
        let mut labels = Labels { meter: self.0.clone(), ..Labels::default() };
        let (mut time, mut value, mut rest, mut odd) = (None, None, String::new(), None);
        while let Some(Text(name)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            let raw = raw.get();
            match &*name {
                "timeStamp" => time = text(raw),
                "value" => match digits(raw) {
                    Ok(digits) => value = digits.map(SmolStr::from),
                    Err(NoNumber) => {
                        odd.get_or_insert_with(|| format!("value is no number: {}", short(raw)));
                    }
                },
                _ => match labels.get_mut(&name) {
                    Some(label) => {
                        *label = text(raw).unwrap_or_default().into_owned();
                        if !raw.starts_with('"') && raw != "null" {
                            odd.get_or_insert_with(|| format!("{name} is no text: {}", short(raw)));
                        }
                    }
                    None => {
                        let comma = if rest.is_empty() { "" } else { "," };
                        rest += &format!("{comma}{}:{raw}", Value::from(&*name));
                    }
                },
            }
        }
        if labels.device_id.is_empty() {
            labels.device_id.clone_from(&self.0.id);
        }
        let rest = Some(rest.into_boxed_str()).filter(|rest| !rest.is_empty());
        Ok(Whole { labels: labels.into(), time, value, rest, odd })
    }
}

/// Text that is borrowed wherever it has no escapes.
#[derive(Default, serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The text of a JSON value, as it stands where it is none; nothing of null.
fn text(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes() {
        b"null" => None,
        [b'"', ..] => serde_json::from_str(raw).ok().map(|Text(text)| text),
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// The beginning of a JSON value, for a message.
fn short(raw: &str) -> String {
    const MOST: usize = 40;
    match raw.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &raw[..end]),
        None => raw.to_owned(),
    }
}

/// A value that is neither a number nor a text that is one.
struct NoNumber;

/// The digits of a JSON number, or of a text that is one (Rails and Django write decimals so);
/// `null` and an empty text are no value.
fn digits(raw: &str) -> Result<Option<&str>, NoNumber> {
    let text = match raw.as_bytes() {
        [b'-' | b'0'..=b'9', ..] => return Ok(Some(raw)),
        b"null" => return Ok(None),
        [b'"', ..] => raw.trim_matches('"').trim(),
        _ => return Err(NoNumber),
    };
    if text.is_empty() {
        return Ok(None);
    }
    match serde_json::from_str::<&RawValue>(text).map(RawValue::get) {
        Ok(number)
            if number.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) =>
        {
            Ok(Some(number))
        }
        _ => Err(NoNumber),
    }
}
