//! One reading as it stands in the answer: texts are borrowed from it, values keep their digits.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use crate::clock::{self, Timestamp};
use crate::data::meter::Meter;
use crate::data::reading::{Labels, Reading};

/// Series of which readings are known again; a meter has two or three, one after the other or mixed.
const MOST_PATTERNS: usize = 4;

/// Reads the readings of a list, one after the other.
pub(super) struct Reader {
    meter: Arc<Meter>,
    /// Those of the last reading that was read as JSON.
    labels: Arc<Labels>,
    patterns: Vec<Pattern>,
}

impl Reader {
    pub(super) fn new(meter: Arc<Meter>) -> Self {
        Self { meter, labels: Arc::default(), patterns: Vec::new() }
    }

    /// Reads the reading at the beginning of a text, and says how long it is. A member that is
    /// missing or null is empty; one of another type is an error that names it; of one that comes
    /// twice the last one counts; one that is not documented is carried along.
    pub(super) fn read(&mut self, text: &str) -> Result<(Reading, usize), Error> {
        if let Some(found) = self.patterns.iter().find_map(|pattern| pattern.read(text)) {
            return Ok(found);
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let mut reading = json.deserialize_map(Members(&self.meter))?;
        let length = json.into_iter::<IgnoredAny>().byte_offset();
        if reading.labels == self.labels {
            reading.labels = self.labels.clone();
        }
        self.labels = reading.labels.clone();
        if let Some(pattern) = Pattern::of(&text[..length], &reading) {
            self.patterns.truncate(MOST_PATTERNS - 1);
            self.patterns.insert(0, pattern);
        }
        Ok((reading, length))
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
        pattern.read(text).is_some_and(|(same, _)| same == *reading).then_some(pattern)
    }

    /// The reading that a text begins with, and its length, if it is one of this pattern.
    fn read(&self, text: &str) -> Option<(Reading, usize)> {
        let rest = text.strip_prefix(&self.before)?;
        let (time, rest) = rest.split_at_checked(rest.find('"')?)?;
        let rest = rest.strip_prefix(&self.between)?;
        let (value, rest) = rest.split_at_checked(rest.find([',', '}'])?)?;
        let rest = rest.strip_prefix(&self.after)?;
        let value: &RawValue = serde_json::from_str(value).ok()?;
        let value = Some(digits::<Error>(value).ok()??.into());
        let time = instant::<Error>(time).ok()?;
        let reading = Reading { labels: self.labels.clone(), time, value, rest: None };
        Some((reading, text.len() - rest.len()))
    }
}

/// The members of a reading of this meter.
struct Members<'m>(&'m Arc<Meter>);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Reading;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reading, A::Error> {
        let (mut labels, mut time, mut value, mut rest) =
            (Labels { meter: self.0.clone(), ..Labels::default() }, None, None, String::new());
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "timeStamp" => time = Some(instant(&text(&mut map, &name)?)?),
                "value" => value = digits(map.next_value()?)?,
                _ => match labels.get_mut(&name) {
                    Some(label) => *label = text(&mut map, &name)?.into_owned(),
                    None => {
                        let value: &RawValue = map.next_value()?;
                        let comma = if rest.is_empty() { "" } else { "," };
                        rest += &format!("{comma}{}:{}", Value::from(&*name), value.get());
                    }
                },
            }
        }
        if labels.device_id.is_empty() {
            labels.device_id.clone_from(&self.0.id);
        }
        let time = time.ok_or_else(|| A::Error::custom("timeStamp is missing"))?;
        let rest = Some(rest.into_boxed_str()).filter(|rest| !rest.is_empty());
        Ok(Reading { labels: labels.into(), time, value: value.map(Into::into), rest })
    }
}

/// Text that is borrowed wherever it has no escapes.
#[derive(Default, serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn text<'de, A: MapAccess<'de>>(map: &mut A, name: &str) -> Result<Cow<'de, str>, A::Error> {
    match map.next_value::<Option<Text>>() {
        Ok(text) => Ok(text.unwrap_or_default().0),
        Err(error) => {
            let why = error.to_string();
            // serde_json tells an unfinished text by the kind of its error, which must not be lost.
            Err(if why.contains("EOF") {
                error
            } else {
                A::Error::custom(format!("{name}: {why}"))
            })
        }
    }
}

/// An instant in whole seconds.
fn instant<E: serde::de::Error>(text: &str) -> Result<Timestamp, E> {
    let second = clock::parse_instant(text).map(Timestamp::as_second);
    second
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| E::custom("timeStamp is not a time"))
}

/// A JSON number as it stands; `null` is no value.
fn digits<E: serde::de::Error>(raw: &RawValue) -> Result<Option<&str>, E> {
    match raw.get().as_bytes() {
        [b'-' | b'0'..=b'9', ..] => Ok(Some(raw.get())),
        b"null" => Ok(None),
        _ => Err(E::custom("value is not a number")),
    }
}
