//! A list of readings as it comes from the network, packed small: what all readings of a meter
//! have in common is kept once, and a reading itself is its time and its digits.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use self::shape::Shape;
use super::object_stream::{self, StreamError};
use crate::clock::{self, Timestamp};
use crate::data::reading::Reading;

mod shape;

/// The members of a reading that are the same for many in a row.
const COMMON: [&str; 8] = [
    "deviceId",
    "measurement",
    "unit",
    "label",
    "deviceType",
    "deviceProvider",
    "medium",
    "direction",
];

/// The documented members of [`COMMON`], and after them all that is not documented, as JSON.
const KEPT: usize = COMMON.len() + 1;

/// Readings in the order in which they came.
#[derive(Debug, Default)]
pub struct Readings {
    common: Vec<[String; KEPT]>,
    rows: Vec<Row>,
    digits: String,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Seconds since 1970.
    time: i64,
    /// Which entry of `common`.
    common: u32,
    /// Where the value's digits begin and end.
    digits: (u32, u32),
}

impl Readings {
    /// Reads a JSON list of readings, and keeps those from `from` until before `to`: windows that
    /// are put together then neither double nor lose an interval.
    pub fn read(body: impl Read, from: Timestamp, to: Timestamp) -> Result<Self, StreamError> {
        let mut readings = Self::default();
        let window = from.as_second()..to.as_second();
        let mut shape = None;
        object_stream::for_each(body, |text| {
            if let Some(length) = readings.take_alike(shape.as_ref(), text, &window) {
                return Ok(length);
            }
            let mut entries = serde_json::Deserializer::from_slice(text).into_iter::<Wire>();
            let wire =
                entries.next().unwrap_or_else(|| Err(serde_json::Error::custom("nothing")))?;
            let length = entries.byte_offset();
            if window.contains(&wire.time) {
                let common = readings.push(&wire)?;
                shape = Shape::of(&text[..length], wire.time_text, wire.digits, common);
            }
            Ok(length)
        })?;
        Ok(readings)
    }

    /// Takes a reading that differs from one before in nothing but its time and value, and returns
    /// its length in bytes.
    fn take_alike(
        &mut self,
        shape: Option<&Shape>,
        text: &[u8],
        window: &Range<i64>,
    ) -> Option<usize> {
        let shape = shape?;
        let found = shape.take(text)?;
        let time = clock::parse_instant(found.time)?.as_second();
        if window.contains(&time) {
            self.push_row(time, shape.common, found.digits)?;
        }
        Some(found.length)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The readings, borrowed.
    pub fn iter(&self) -> impl Iterator<Item = Reading<'_>> {
        self.rows.iter().map(|row| {
            let [
                device_id,
                measurement,
                unit,
                label,
                device_type,
                device_provider,
                medium,
                direction,
                rest,
            ] = self.common[row.common as usize]
                .each_ref()
                .map(|text| Cow::Borrowed(text.as_str()));
            let digits = &self.digits[row.digits.0 as usize..row.digits.1 as usize];
            Reading {
                device_id,
                time: Timestamp::from_second(row.time).unwrap_or_default(),
                measurement,
                value: Some(Cow::Borrowed(digits)).filter(|digits| !digits.is_empty()),
                unit,
                label,
                device_type,
                device_provider,
                medium,
                direction,
                rest,
            }
        })
    }

    /// Returns which entry of `common` it has.
    fn push(&mut self, wire: &Wire) -> Result<u32, serde_json::Error> {
        let same = |common: &[String; KEPT]| {
            common.iter().zip(&wire.common).all(|(kept, new)| kept == new)
        };
        if !self.common.last().is_some_and(same) {
            self.common.push(wire.common.each_ref().map(|text| text.clone().into_owned()));
        }
        u32::try_from(self.common.len() - 1)
            .ok()
            .and_then(|common| self.push_row(wire.time, common, wire.digits).map(|()| common))
            .ok_or_else(|| serde_json::Error::custom("there are too many readings in one answer"))
    }

    /// `None` if there are too many.
    fn push_row(&mut self, time: i64, common: u32, digits: &str) -> Option<()> {
        let begin = u32::try_from(self.digits.len()).ok()?;
        self.digits.push_str(digits);
        let end = u32::try_from(self.digits.len()).ok()?;
        self.rows.push(Row { time, common, digits: (begin, end) });
        Some(())
    }
}

/// One reading as it stands in the answer. A member that is missing is empty; one of another type
/// is an error that names it; one that is not documented is carried along.
struct Wire<'a> {
    common: [Cow<'a, str>; KEPT],
    time: i64,
    /// The time as it stands in the text; empty where it has escapes.
    time_text: &'a str,
    /// Empty where there is no value.
    digits: &'a str,
}

impl<'de> Deserialize<'de> for Wire<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Wire<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reading")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wire<'de>, A::Error> {
                let mut wire =
                    Wire { common: Default::default(), time: 0, time_text: "", digits: "" };
                let mut time_is_there = false;
                while let Some(Text(name)) = map.next_key()? {
                    match &*name {
                        "timeStamp" => {
                            let Text(text) =
                                map.next_value().map_err(|error| named(&name, error))?;
                            wire.time = clock::parse_instant(&text)
                                .ok_or_else(|| A::Error::custom("timeStamp is not a time"))?
                                .as_second();
                            if let Cow::Borrowed(text) = text {
                                wire.time_text = text;
                            }
                            time_is_there = true;
                        }
                        "value" => {
                            let raw: &RawValue = map.next_value()?;
                            wire.digits = digits_of(raw.get())
                                .ok_or_else(|| A::Error::custom("value is not a number"))?;
                        }
                        _ => match COMMON.iter().position(|common| *common == name) {
                            Some(position) => {
                                let text: Option<Text> =
                                    map.next_value().map_err(|error| named(&name, error))?;
                                wire.common[position] = text.unwrap_or_default().0;
                            }
                            None => {
                                let value: &RawValue = map.next_value()?;
                                let rest = wire.common[COMMON.len()].to_mut();
                                let comma = if rest.is_empty() { "" } else { "," };
                                let name = Value::from(&*name);
                                rest.push_str(&format!("{comma}{name}:{}", value.get()));
                            }
                        },
                    }
                }
                if !time_is_there {
                    return Err(A::Error::custom("timeStamp is missing"));
                }
                Ok(wire)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// serde_json tells an unfinished text by the kind of its error, which must not be lost.
fn named<E: serde::de::Error>(name: &str, error: E) -> E {
    let text = error.to_string();
    if text.contains("EOF") { error } else { E::custom(format!("{name}: {text}")) }
}

/// A JSON number as it stands; `null` is no value.
fn digits_of(raw: &str) -> Option<&str> {
    match raw.as_bytes().first()? {
        b'-' | b'0'..=b'9' => Some(raw),
        b'n' => Some(""),
        _ => None,
    }
}

/// Text that is borrowed wherever it has no escapes.
#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;

        impl<'de> Visitor<'de> for Borrowed {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"deviceId":"d","timeStamp":"2026-10-25T02:15:00+02:00","measurement":"ENERGY",
        "value":0.123456789012345678901,"unit":"kWh","label":"a\u001bb","deviceType":"SMART_METER",
        "deviceProvider":"P","medium":"ELECTRICITY","direction":"IN"}"#;

    fn read(text: &str) -> Result<Readings, StreamError> {
        Readings::read(text.as_bytes(), Timestamp::UNIX_EPOCH, Timestamp::MAX)
    }

    #[test]
    fn a_reading_comes_with_all_its_digits() {
        let readings = read(&format!("[{ONE},{ONE}]")).unwrap();
        assert_eq!((readings.len(), readings.common.len()), (2, 1));
        let first = readings.iter().next().unwrap();
        assert_eq!(first.value.as_deref(), Some("0.123456789012345678901"));
        assert_eq!(first.time.to_string(), "2026-10-25T00:15:00Z");
        assert_eq!((&*first.label, &*first.direction), ("a\u{1b}b", "IN"));
    }

    #[test]
    fn missing_members_are_empty_unknown_ones_carried_along_and_wrong_ones_named() {
        let readings =
            read(r#"[{"timeStamp":"2026-01-01T00:00:00Z","new":{"x":[1]},"unit":null}]"#).unwrap();
        let reading = readings.iter().next().unwrap();
        assert_eq!((reading.value, &*reading.unit, &*reading.device_id), (None, "", ""));
        assert_eq!(reading.rest, r#""new":{"x":[1]}"#);
        for (member, value) in [
            ("unit", "5"),
            ("value", "\"5\""),
            ("value", "true"),
            ("timeStamp", "\"soon\""),
            ("medium", "[]"),
        ] {
            let text = format!(r#"[{{"timeStamp":"2026-01-01T00:00:00Z","{member}":{value}}}]"#);
            let Err(error) = read(&text) else { panic!("{text}") };
            assert!(error.to_string().contains(member), "{error}");
        }
        assert!(read("[{}]").unwrap_err().to_string().contains("timeStamp is missing"));
    }

    #[test]
    fn only_what_is_inside_the_window_is_kept() {
        let at = |minute: u32| {
            format!(r#"{{"timeStamp":"2026-01-01T00:{minute:02}:00Z","value":{minute}}}"#)
        };
        let text = format!("[{},{},{}]", at(0), at(15), at(30));
        let instant = |minute: i64| Timestamp::from_second(1_767_225_600 + minute * 60).unwrap();
        let readings = Readings::read(text.as_bytes(), instant(15), instant(30)).unwrap();
        let values: Vec<_> = readings.iter().map(|r| r.value.unwrap().into_owned()).collect();
        assert_eq!(values, ["15"]);
    }

    #[test]
    fn a_reading_means_the_same_after_one_that_looks_alike_and_by_itself() {
        let plain =
            r#"{"deviceId":"d","timeStamp":"2026-01-01T00:00:00Z","value":1.50,"unit":"kWh"}"#;
        let turned = r#"{"value":2,"x":1,"timeStamp":"2026-01-01T00:15:00Z","unit":"kWh"}"#;
        let mut all = Vec::new();
        for text in [plain, turned] {
            all.push(text.to_owned());
            for (old, new) in [
                ("00:00Z", "00:00.5Z"),
                ("2026", r"2\u003026"),
                ("1.50", "null"),
                ("1.50", "-1e400"),
                ("kWh", "W\\n"),
                (",\"unit\"", ",\"value\":7,\"unit\""),
                ("\"x\":1", "\"x\":2"),
                ("{", "{ "),
            ] {
                all.extend([text.replace(old, new), text.to_owned()]);
            }
        }
        let rows = |text: &str| {
            let readings = read(text).unwrap();
            readings.iter().map(|reading| format!("{reading:?}")).collect::<Vec<_>>()
        };
        let alone: Vec<String> = all.iter().flat_map(|text| rows(&format!("[{text}]"))).collect();
        assert_eq!(rows(&format!("[{}]", all.join(" , "))), alone);
        let wrong = plain.replace("2026-01", "2026-13");
        assert!(read(&format!("[{plain},{wrong}]")).unwrap_err().to_string().contains("timeStamp"));
    }
}
