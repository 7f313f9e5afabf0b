//! The body of one request: readings put together by device, in their order.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{Device, File, Reading, TimestampUnit};

/// What is sent at once, and where each reading stands in it.
pub struct Request<'f> {
    pub file: &'f File,
    pub unit: TimestampUnit,
    pub readings: Vec<&'f Reading>,
    /// Of each device, in the order of the body, the numbers of its readings in `readings`.
    pub devices: Vec<(&'f Device, Vec<usize>)>,
}

impl<'f> Request<'f> {
    pub fn new(file: &'f File, unit: TimestampUnit, readings: &[&'f Reading]) -> Self {
        let mut devices: Vec<(&Device, Vec<usize>)> = Vec::new();
        let mut places = HashMap::new();
        for (number, reading) in readings.iter().enumerate() {
            let device = &file.series_of(reading).device;
            let place = *places.entry(device).or_insert_with(|| {
                devices.push((device, Vec::new()));
                devices.len() - 1
            });
            devices[place].1.push(number);
        }
        Self { file, unit, readings: readings.to_vec(), devices }
    }

    /// A reading's time as it is sent.
    pub fn time_of(&self, reading: &Reading) -> i64 {
        match self.unit {
            TimestampUnit::Seconds => reading.time.as_second(),
            TimestampUnit::Milliseconds => reading.time.as_millisecond(),
        }
    }

    pub fn body(&self) -> Value {
        let of_device = |(device, numbers): &(&Device, Vec<usize>)| {
            let readings: Vec<Value> =
                numbers.iter().map(|number| self.reading(self.readings[*number])).collect();
            json!({ "readings": readings, device.member: device.id })
        };
        self.devices.iter().map(of_device).collect()
    }

    fn reading(&self, reading: &Reading) -> Value {
        let mut object = Map::new();
        object.insert("obisCode".into(), self.file.series_of(reading).obis.as_str().into());
        object.insert("timestamp".into(), self.time_of(reading).into());
        // The digits of the file, and not the nearest binary fraction.
        let digits = serde_json::from_str(&reading.value).unwrap_or_default();
        object.insert("value".into(), digits);
        if let Some(status) = reading.status {
            object.insert("status".into(), status.name().into());
        }
        if let Some(interval) = reading.interval {
            object.insert("meteringInterval".into(), interval.into());
        }
        Value::Object(object)
    }
}
