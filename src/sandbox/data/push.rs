//! `POST /devices/readings`: what a partner's own meters measured. It is checked and counted, and
//! not kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::catalogue::{CATALOGUE, Device, dice};
use super::super::http::Answer;
use super::super::state::State;
use super::{Question, problem};

/// What is sent in, as the provider lists it; for electricity also with `1-1:` before it.
const ELECTRICITY: &str = "1.8.0|1.9.0|1.29.0|2.8.0|2.9.0|2.29.0|2.9.0 G.03|1.9.0 P.01|2.9.0 P.01";
const OTHERS: &str = "6-1:1.0.0|7-1:3.1.0|8-1:1.0.0";

/// Readings of a device that are remembered, by a hash, to see what is sent again: as many as come
/// in one body.
const REMEMBERED: usize = 6_000;

/// What was handed in for one device.
#[derive(Default, Serialize, Deserialize)]
pub struct Pushed {
    /// Readings taken, also those taken before.
    accepted: u64,
    /// Of those, the ones whose OBIS code and timestamp came before.
    repeated: u64,
    /// The latest timestamp, in whatever unit it was sent.
    last: i64,
    seen: BTreeSet<u32>,
}

struct Reading {
    timestamp: i64,
    hash: u32,
}

/// What was handed in, by device.
pub fn pushed(state: &State) -> Value {
    let devices = state.pushed.iter().map(|(device, Pushed { accepted, repeated, last, .. })| {
        (device.clone(), json!({ "accepted": accepted, "repeated": repeated, "last": last }))
    });
    devices.collect()
}

/// All of a body is good, or none of it is taken.
pub fn push(question: &Question) -> Result<String, Answer> {
    let request = question.request;
    if request.content_type != "application/json" {
        return Err(problem(415, "the body must be application/json"));
    }
    let Ok(Value::Array(groups)) = serde_json::from_slice(&request.body) else {
        return Err(problem(400, "the body is no JSON array"));
    };
    let mut handed: Vec<(&Device, Vec<Reading>)> = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let device = device_of(group, i)?;
        let readings = group["readings"].as_array().ok_or_else(|| wrong(i, "readings"))?;
        let readings = readings.iter().enumerate().map(|(j, reading)| {
            read(reading).map_err(|name| wrong(i, &format!("readings[{j}].{name}")))
        });
        handed.push((device, readings.collect::<Result<_, _>>()?));
    }
    let taken = question.service.store.with(request.at, |state| {
        for (device, readings) in handed {
            state.pushed.entry(device.text("id").to_owned()).or_default().take(readings);
        }
    });
    taken.map_err(|_| Answer::no_state())?;
    Ok(String::new())
}

fn device_of(group: &Value, i: usize) -> Result<&'static Device, Answer> {
    for name in ["deviceId", "externalDeviceId"] {
        let value = &group[name];
        if !value.is_null() {
            let id = value.as_str().ok_or_else(|| wrong(i, name))?;
            let named = |device: &&Device| match name {
                "deviceId" => device.text("id") == id,
                _ => device.shown["externalDeviceIds"]
                    .as_array()
                    .is_some_and(|ids| ids.contains(value)),
            };
            let device = CATALOGUE.devices.iter().find(named);
            return device.ok_or_else(|| problem(404, &format!("[{i}]: unknown device")));
        }
    }
    Err(wrong(i, "deviceId"))
}

/// The name of the member that is wrong, if one is.
fn read(reading: &Value) -> Result<Reading, &'static str> {
    let obis = reading["obisCode"].as_str().ok_or("obisCode")?;
    let electricity = obis.strip_prefix("1-1:").unwrap_or(obis);
    if !ELECTRICITY.split('|').any(|known| known == electricity)
        && !OTHERS.split('|').any(|known| known == obis)
    {
        return Err("obisCode");
    }
    let timestamp = reading["timestamp"].as_i64().ok_or("timestamp")?;
    if !reading["value"].is_number() {
        return Err("value");
    }
    let status = &reading["status"];
    let known = ["REAL", "PRELIMINARY", "SUBSTITUTE"].iter().any(|known| status == known);
    if !status.is_null() && !known {
        return Err("status");
    }
    let interval = &reading["meteringInterval"];
    if !interval.is_null() && interval.as_i64().is_none_or(|n| !(1..=i32::MAX.into()).contains(&n))
    {
        return Err("meteringInterval");
    }
    let hash = obis.bytes().fold(timestamp.cast_unsigned(), |hash, byte| dice(hash, byte.into()));
    Ok(Reading { timestamp, hash: hash as u32 })
}

fn wrong(group: usize, member: &str) -> Answer {
    problem(422, &format!("[{group}].{member} is missing or wrong"))
}

impl Pushed {
    fn take(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            self.accepted += 1;
            self.last = self.last.max(reading.timestamp);
            if !self.seen.insert(reading.hash) {
                self.repeated += 1;
            }
        }
        while self.seen.len() > REMEMBERED {
            self.seen.pop_first();
        }
    }
}
