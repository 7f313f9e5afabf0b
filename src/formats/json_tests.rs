use super::*;
use crate::data::reading::Labels;
use crate::formats::testing::{labels, reading, written};

#[test]
fn readings_are_one_object_with_a_line_each() {
    let labels = Labels { label: "a\"\u{1b}[2J\u{9b}\u{202e}\u{7f}ü\\".into(), ..labels() };
    let gap = Reading { labels: labels.into(), value: None, ..reading() };
    let text = written("json", &Options::default(), &[reading(), gap.clone()]);
    assert_eq!(
        text,
        "{\"schema\":1,\"readings\":[\n\
         {\"time\":\"2026-10-25T02:15:00+02:00\",\"meter\":\"Halle Süd\",\"space\":\"Werk 1\",\
         \"malo\":\"50999000001\",\"melo\":\"\",\"measurement\":\"ENERGY\",\"direction\":\"IN\",\
         \"value\":0.1230,\"unit\":\"kWh\",\"status\":\"ok\",\"medium\":\"ELECTRICITY\",\
         \"label\":\"Halle 1\",\"deviceId\":\"DE0001\",\"deviceType\":\"SMART_METER\",\
         \"deviceProvider\":\"MSB\"},\n\
         {\"time\":\"2026-10-25T02:15:00+02:00\",\"meter\":\"Halle Süd\",\"space\":\"Werk 1\",\
         \"malo\":\"50999000001\",\"melo\":\"\",\"measurement\":\"ENERGY\",\"direction\":\"IN\",\
         \"value\":null,\"unit\":\"kWh\",\"status\":\"missing\",\"medium\":\"ELECTRICITY\",\
         \"label\":\"a\\\"\\u001b[2J\\u009b\\u202e\\u007fü\\\\\",\"deviceId\":\"DE0001\",\
         \"deviceType\":\"SMART_METER\",\"deviceProvider\":\"MSB\"}\n]}\n"
    );
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["readings"][1]["label"], *gap.labels.label);
    assert_eq!(all["readings"][0]["value"].to_string(), "0.1230");
}

#[test]
fn lines_stand_alone_and_nothing_is_valid_too() {
    let options = Options {
        fields: Some(vec!["timeStamp".into(), "offset".into(), "value".into()]),
        sandbox: true,
        ..Options::default()
    };
    let line = "{\"time\":\"2026-10-25T02:15:00+02:00\",\"offset\":\"+02:00\",\"value\":0.1230}\n";
    assert_eq!(written("ndjson", &options, &[reading(), reading()]), line.repeat(2));
    assert_eq!(written("ndjson", &options, &[]), "");
    let nothing = written("json", &options, &[]);
    assert_eq!(nothing, "{\"schema\":1,\"sandbox\":true,\"readings\":[\n]}\n");
    assert!(serde_json::from_str::<Value>(&nothing).is_ok());
}

/// No digit is lost on the way from JSON to JSON.
#[test]
fn numbers_keep_their_digits() {
    for digits in ["9007199254740993", "0.10000000000000000000001", "1e-30", "-0.0", "1.50"] {
        let mut exact = reading();
        exact.value = Some(digits.into());
        let text = written("ndjson", &Options::default(), &[exact]);
        assert!(text.contains(&format!("\"value\":{digits},")), "{text}");
        let list: Value = serde_json::from_str(&format!("{{\"x\":[{digits}]}}")).unwrap();
        let mut out = Vec::new();
        write_json(&mut out, &list).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"x\":[{digits}]}}"));
    }
}
