//! The readings of one window: texts are borrowed from the answer, values keep their digits.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::client::ApiError;
use crate::clock::{self, Timestamp};
use crate::data::query::Window;
use crate::data::reading::Reading;

/// The answer for one window, not yet read: to keep it so takes the least memory.
pub struct Readings {
    url: Url,
    text: String,
    pub window: Window,
}

impl Readings {
    pub(super) fn new(url: Url, answer: Vec<u8>, window: Window) -> Result<Self, ApiError> {
        match String::from_utf8(answer) {
            Ok(text) => Ok(Self { url, text, window }),
            Err(_) => Err(ApiError::unusable(&url, "is not JSON: it is not UTF-8")),
        }
    }

    /// The readings from the window's beginning until before its end: windows that are put
    /// together then neither double nor lose an interval.
    pub fn rows(&self) -> Result<Vec<Reading<'_>>, ApiError> {
        let mut rows = Vec::new();
        let mut json = serde_json::Deserializer::from_str(&self.text);
        let read = json.deserialize_seq(Rows(&mut rows)).and_then(|()| json.end());
        match read {
            Ok(()) => {
                let Window { from, to } = self.window;
                rows.retain(|reading| (from..to).contains(&reading.time));
                Ok(rows)
            }
            Err(error) if error.is_eof() && !self.text.is_empty() => {
                let why = io::Error::new(io::ErrorKind::UnexpectedEof, "it ends in the middle");
                Err(ApiError::BrokeOff(why))
            }
            Err(error) => {
                let why = format!("is no list of readings: entry {}, {error}", rows.len());
                Err(ApiError::unusable(&self.url, why))
            }
        }
    }
}

/// Takes a list, of which the rows before an error are left.
struct Rows<'r, 'a>(&'r mut Vec<Reading<'a>>);

impl<'de> Visitor<'de> for Rows<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of readings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(reading) = list.next_element_seed(Members)? {
            self.0.push(reading);
        }
        Ok(())
    }
}

/// One reading as it stands in the answer. A member that is missing or null is empty; one of
/// another type is an error that names it; of one that comes twice the last one counts; one that is
/// not documented is carried along.
struct Members;

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Reading<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Reading<'de>, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Reading<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reading<'de>, A::Error> {
        let mut reading = Reading::default();
        let mut time = None;
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "deviceId" => reading.device_id = text(&mut map, &name)?,
                "measurement" => reading.measurement = text(&mut map, &name)?,
                "unit" => reading.unit = text(&mut map, &name)?,
                "label" => reading.label = text(&mut map, &name)?,
                "deviceType" => reading.device_type = text(&mut map, &name)?,
                "deviceProvider" => reading.device_provider = text(&mut map, &name)?,
                "medium" => reading.medium = text(&mut map, &name)?,
                "direction" => reading.direction = text(&mut map, &name)?,
                "timeStamp" => time = Some(instant(&text(&mut map, &name)?)?),
                "value" => reading.value = digits(map.next_value()?)?,
                _ => {
                    let value: &RawValue = map.next_value()?;
                    let comma = if reading.rest.is_empty() { "" } else { "," };
                    let name = Value::from(&*name);
                    *reading.rest.to_mut() += &format!("{comma}{name}:{}", value.get());
                }
            }
        }
        reading.time = time.ok_or_else(|| A::Error::custom("timeStamp is missing"))?;
        Ok(reading)
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
fn digits<E: serde::de::Error>(raw: &RawValue) -> Result<Option<Cow<'_, str>>, E> {
    match raw.get().as_bytes() {
        [b'-' | b'0'..=b'9', ..] => Ok(Some(Cow::Borrowed(raw.get()))),
        b"null" => Ok(None),
        _ => Err(E::custom("value is not a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"deviceId":"d","timeStamp":"2026-10-25T02:15:00+02:00","measurement":"ENERGY",
        "value":0.123456789012345678901,"unit":"kWh","label":"a\u001bb","deviceType":"SMART_METER",
        "deviceProvider":"P","medium":"ELECTRICITY","direction":"IN"}"#;

    fn answer(text: &str, from: Timestamp, to: Timestamp) -> Readings {
        let url = "https://provider.example/readings".parse().unwrap();
        Readings::new(url, text.into(), Window { from, to }).unwrap()
    }

    fn all(text: &str) -> Readings {
        answer(text, Timestamp::UNIX_EPOCH, Timestamp::MAX)
    }

    #[test]
    fn a_reading_comes_with_all_its_digits() {
        let readings = all(&format!("[{ONE},{ONE}]"));
        let rows = readings.rows().unwrap();
        assert_eq!(rows.len(), 2);
        let first = &rows[0];
        assert_eq!(first.value.as_deref(), Some("0.123456789012345678901"));
        assert_eq!(first.time.to_string(), "2026-10-25T00:15:00Z");
        assert_eq!((&*first.label, &*first.direction), ("a\u{1b}b", "IN"));
    }

    #[test]
    fn missing_members_are_empty_unknown_ones_carried_along_and_wrong_ones_named() {
        let readings = all(r#"[{"timeStamp":"2026-01-01T00:00:00Z","new":{"x":[1]},"unit":null}]"#);
        let reading = &readings.rows().unwrap()[0];
        assert_eq!((&reading.value, &*reading.unit, &*reading.device_id), (&None, "", ""));
        assert_eq!(reading.rest, r#""new":{"x":[1]}"#);
        for (member, value) in [
            ("unit", "5"),
            ("value", "\"5\""),
            ("value", "true"),
            ("timeStamp", "\"soon\""),
            ("medium", "[]"),
        ] {
            let text = format!(r#"[{{"timeStamp":"2026-01-01T00:00:00Z","{member}":{value}}}]"#);
            let error = all(&text).rows().unwrap_err().to_string();
            assert!(error.contains(member), "{error}");
        }
        let error = all("[{}]").rows().unwrap_err().to_string();
        assert!(error.contains("entry 0, timeStamp is missing"), "{error}");
    }

    #[test]
    fn a_list_that_ends_in_the_middle_is_an_error() {
        for text in ["[", "[{", &format!("[{ONE}"), &format!("[{ONE},"), r#"[{"unit":"k"#] {
            assert!(matches!(all(text).rows(), Err(ApiError::BrokeOff(_))), "{text}");
        }
        for text in ["", "{}", "[nonsense]", r#"[{"value":0.}]"#, "[] x", &format!("[{ONE}{ONE}]")]
        {
            assert!(matches!(all(text).rows(), Err(ApiError::Unusable { .. })), "{text}");
        }
        assert!(all(" [] ").rows().unwrap().is_empty());
    }

    #[test]
    fn only_what_is_inside_the_window_is_kept() {
        let at = |minute: u32| {
            format!(r#"{{"timeStamp":"2026-01-01T00:{minute:02}:00Z","value":{minute}}}"#)
        };
        let text = format!("[{},{},{}]", at(0), at(15), at(30));
        let instant = |minute: i64| Timestamp::from_second(1_767_225_600 + minute * 60).unwrap();
        let readings = answer(&text, instant(15), instant(30));
        let rows = readings.rows().unwrap();
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
                ("{", "{ "),
            ] {
                texts.extend([text.replace(old, new), text.to_owned()]);
            }
        }
        let rows = |text: &str| {
            let readings = all(text);
            let rows = readings.rows().unwrap();
            rows.iter().map(|reading| format!("{reading:?}")).collect::<Vec<_>>()
        };
        let alone: Vec<String> = texts.iter().flat_map(|text| rows(&format!("[{text}]"))).collect();
        assert_eq!(rows(&format!("[{}]", texts.join(" , "))), alone);
        let wrong = all(&format!("[{plain},{}]", plain.replace("2026-01", "2026-13")));
        assert!(wrong.rows().unwrap_err().to_string().contains("entry 1, timeStamp"));
    }
}
