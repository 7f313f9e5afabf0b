use super::*;
use crate::clock::Timestamp;
use crate::data::answer::Odd;

const ONE: &str = r#"{"deviceId":"d","timeStamp":"2026-10-25T02:15:00+02:00","measurement":"ENERGY",
    "value":0.123456789012345678901,"unit":"kWh","label":"a\u001bb","deviceType":"SMART_METER",
    "deviceProvider":"P","medium":"ELECTRICITY","direction":"IN"}"#;

fn answer(text: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Reading>, ApiError> {
    let url: Url = "https://provider.example/readings".parse().unwrap();
    let asked = Asked { meter: &Arc::default(), window: Window { from, to }, zone: None };
    read(&url, text.as_bytes(), &asked).map(|answer| answer.readings)
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
fn missing_members_are_empty_unknown_ones_carried_along_and_a_time_must_be() {
    let readings = all(r#"[{"timeStamp":"2026-01-01T00:00:00Z","new":{"x":[1]},"unit":null}]"#);
    let reading = &readings.unwrap()[0];
    assert_eq!((&reading.value, &reading.labels), (&None, &Arc::default()));
    assert_eq!(reading.rest.as_deref(), Some(r#""new":{"x":[1]}"#));
    let error = all(r#"[{"timeStamp":"soon"}]"#).unwrap_err().to_string();
    assert!(error.contains("entry 0, timeStamp \"soon\" is not a time"), "{error}");
    let error = all("[{}]").unwrap_err().to_string();
    assert!(error.contains("entry 0, timeStamp is missing"), "{error}");
}

fn judged(text: &str) -> Answer {
    let url: Url = "https://provider.example/readings".parse().unwrap();
    let window = Window { from: Timestamp::UNIX_EPOCH, to: Timestamp::MAX };
    read(&url, text.as_bytes(), &Asked { meter: &Arc::default(), window, zone: None }).unwrap()
}

#[test]
fn a_number_as_text_is_a_number_and_a_member_of_another_type_is_shown_and_counted() {
    let at = |members: &str| {
        let answer = judged(&format!(r#"[{{"timeStamp":"2026-01-01T00:00:00Z",{members}}}]"#));
        let reading = answer.readings[0].clone();
        (reading.value.map(|value| value.to_string()), reading.labels.unit.clone(), answer.odd)
    };
    let fine = |value: &str| (Some(value.to_owned()), String::new(), Odd::default());
    assert_eq!(at(r#""value":"10.50""#), fine("10.50"));
    assert_eq!(at(r#""value":" -1e3 ""#), fine("-1e3"));
    assert_eq!(at(r#""value":"""#), (None, String::new(), Odd::default()));
    for value in ["true", "[]", "\"n/a\"", "\"10,5\"", "\"1 2\"", "\"NaN\""] {
        let (number, _, odd) = at(&format!(r#""value":{value}"#));
        assert_eq!((number, odd.count), (None, 1), "{value}");
        assert!(odd.first.unwrap().contains(value), "{value}");
    }
    assert_eq!(at(r#""unit":5"#).1, "5");
    assert_eq!(at(r#""unit":5"#).2.first.unwrap(), "unit is no text: 5");
}

#[test]
fn one_entry_that_is_no_reading_does_not_stop_the_others() {
    for odd in ["null", "5", "\"x\"", "{}", "[1,{}]", r#"{"timeStamp":"soon"}"#] {
        for text in [format!("[{odd},{ONE}]"), format!("[{ONE},{odd},{ONE}]")] {
            let answer = judged(&text);
            assert_eq!(answer.unread.count, 1, "{text}");
            assert_eq!(answer.readings.len(), text.matches("deviceId").count(), "{text}");
        }
        assert!(all(&format!("[{odd}]")).is_err(), "nothing else: {odd}");
    }
}

#[test]
fn nothing_is_no_readings() {
    for text in ["null", "", " ", "[]", " null ", "\u{feff}[]", "\u{feff}"] {
        assert_eq!(judged(text), Answer::default(), "{text:?}");
    }
    for text in ["nul", "nullx", "null,"] {
        assert!(all(text).is_err(), "{text}");
    }
}

#[test]
fn a_list_that_ends_in_the_middle_is_an_error() {
    for text in ["[", "[{", &format!("[{ONE}"), &format!("[{ONE},"), r#"[{"unit":"k"#] {
        assert!(matches!(all(text), Err(ApiError::BrokeOff(_))), "{text}");
    }
    for text in ["{}", "[nonsense]", r#"[{"value":0.}]"#, "[] x", &format!("[{ONE}{ONE}]")] {
        assert!(matches!(all(text), Err(ApiError::Unusable { .. })), "{text}");
    }
    assert!(all(" [] ").unwrap().is_empty());
}

#[test]
fn a_list_may_be_cut_anywhere_on_its_way() {
    let text =
        format!("[{ONE} , 12 , null, {}]", ONE.replace("0.12", "-0.5e-1").replace("P\"", "ß€\""));
    let url = "https://provider.example/readings".parse().unwrap();
    let window = Window { from: Timestamp::UNIX_EPOCH, to: Timestamp::MAX };
    let whole = judged(&text);
    let rows = &whole.readings;
    assert_eq!((rows.len(), &*rows[1].labels.device_provider), (2, "ß€"));
    let asked = Asked { meter: &Arc::default(), window, zone: None };
    for chunk in 1..text.len() as u64 {
        let list = List::new(&asked);
        assert_eq!(read_by(chunk, &url, text.as_bytes(), list).unwrap(), whole, "{chunk}");
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
    let plain = r#"{"deviceId":"d","timeStamp":"2026-01-01T00:00:00Z","value":1.50,"unit":"kWh"}"#;
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
    let wrong = judged(&format!("[{plain},{}]", plain.replace("2026-01", "2026-13")));
    assert!(wrong.unread.first.unwrap().starts_with("entry 1, timeStamp"));
}
