//! What the tests of the formats share.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Entry, Format, Options, READINGS, Writer};
use crate::data::meter::Meter;
use crate::data::reading::{Labels, Reading};

pub(super) fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

pub(super) fn labels() -> Labels {
    Labels {
        meter: Arc::new(Meter {
            id: "DE0001".into(),
            name: "Halle Süd".into(),
            space: "Werk 1".into(),
            malo: "50999000001".into(),
            ..Meter::default()
        }),
        device_id: "DE0001".into(),
        measurement: "ENERGY".into(),
        unit: "kWh".into(),
        label: "Halle 1".into(),
        device_type: "SMART_METER".into(),
        device_provider: "MSB".into(),
        medium: "ELECTRICITY".into(),
        direction: "IN".into(),
    }
}

/// 02:15 on the last Sunday of October 2026, the first of the two.
pub(super) fn reading() -> Reading {
    Reading {
        labels: labels().into(),
        time: "2026-10-25T00:15:00Z".parse().unwrap(),
        value: Some("0.1230".into()),
        rest: None,
    }
}

pub(super) fn bytes(format: &str, options: &Options, rows: &[Reading]) -> Vec<u8> {
    let mut out = Vec::new();
    let format = Format::named(format).unwrap();
    let mut writer = Writer::new(format, Box::new(&mut out), options, &READINGS).unwrap();
    for row in rows {
        writer.write(Entry::Reading(row)).unwrap();
    }
    writer.finish().unwrap();
    out
}

pub(super) fn written(format: &str, options: &Options, rows: &[Reading]) -> String {
    String::from_utf8(bytes(format, options, rows)).unwrap()
}
