//! Files of readings that somebody hands in: CSV, UTF-16, MSCONS.

use partnerlink::api::push::{
    DecimalSign, Options, PushError, Request, TimestampUnit, is_obis_code, read,
};
use partnerlink::clock::berlin;

pub fn check(input: &[u8]) {
    for (unit, obis, decimal) in [
        (TimestampUnit::Milliseconds, None, None),
        (TimestampUnit::Seconds, Some("1.8.0".to_owned()), Some(DecimalSign::Comma)),
    ] {
        let options = Options { unit, zone: berlin(), obis, decimal };
        match read(input, &options) {
            Ok(file) => {
                assert!(!file.readings.is_empty() || file.left_out > 0);
                assert!(file.notes.iter().all(|note| !note.contains(char::is_control)));
                whole(&file, unit, options.obis.as_deref());
            }
            Err(error) => told(input, &error),
        }
    }
}

/// Every reading is in the request, with the digits that it was read with.
fn whole(file: &partnerlink::api::push::File, unit: TimestampUnit, obis: Option<&str>) {
    let readings: Vec<_> = file.readings.iter().collect();
    let request = Request::new(file, unit, &readings);
    let body = request.body();
    let devices = body.as_array().unwrap();
    let sent: usize = devices.iter().map(|it| it["readings"].as_array().unwrap().len()).sum();
    assert_eq!((sent, devices.len()), (readings.len(), request.devices.len()));
    for (device, (named, numbers)) in devices.iter().zip(&request.devices) {
        assert_eq!(device[named.member], named.id.as_str());
        for (sent, number) in device["readings"].as_array().unwrap().iter().zip(numbers) {
            let reading = readings[*number];
            assert_eq!(sent["value"].to_string(), reading.value.to_string());
            assert!(reading.value.parse::<f64>().is_ok_and(|it| it.is_finite() && it >= 0.0));
            assert!(is_obis_code(&file.series_of(reading).obis));
            assert!(obis.is_none_or(|obis| obis == file.series_of(reading).register()));
            let _ = reading.fingerprint();
        }
    }
}

/// A fault is named where it is.
fn told(input: &[u8], error: &PushError) {
    let text = error.to_string();
    if let PushError::At { place: "line", number, .. } | PushError::Column { line: number, .. } =
        error
    {
        let breaks = input.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        assert!((1..=breaks + 1).contains(number), "{text}");
    }
}
