//! `POST /devices/readings`: what a partner's own meters measured. It is checked and counted, and
//! not kept.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::answer::Answer;
use super::super::request::Call;
use super::super::state::State;
use super::catalogue::DEVICES;
use super::devices::{self, Device};
use super::dice::dice;
use super::problem;

/// What is sent in, as the provider lists it; for electricity also with `1-1:` before it.
const ELECTRICITY: [&str; 9] = [
    "1.8.0",
    "1.9.0",
    "1.29.0",
    "2.8.0",
    "2.9.0",
    "2.29.0",
    "2.9.0 G.03",
    "1.9.0 P.01",
    "2.9.0 P.01",
];
const OTHERS: [&str; 3] = ["6-1:1.0.0", "7-1:3.1.0", "8-1:1.0.0"];

/// Readings of a device that are remembered, by a hash, to see what is sent again: as many as come
/// in one body.
const REMEMBERED: usize = 6_000;

/// What was handed in for one device.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pushed {
    /// Readings taken, also those taken before.
    pub accepted: u64,
    /// Of those, the ones whose OBIS code and timestamp came before.
    pub repeated: u64,
    /// The latest timestamp, in whatever unit it was sent.
    pub last: i64,
    seen: VecDeque<u32>,
}

/// Every reading of a request, in order.
pub struct Handed(Vec<(&'static Device, Vec<Reading>)>);

struct Reading {
    timestamp: i64,
    hash: u32,
}

/// Reads the body. All of it is good, or none of it is taken.
pub fn read(call: &Call) -> Result<Handed, Answer> {
    if call.content_type != "application/json" {
        return Err(problem(415, "the body must be application/json"));
    }
    let Ok(Value::Array(groups)) = serde_json::from_slice(&call.body) else {
        return Err(problem(400, "the body is no JSON array"));
    };
    let groups = groups.iter().enumerate().map(|(i, group)| {
        let device = device_of(group, i)?;
        let readings = group["readings"].as_array().ok_or_else(|| wrong(i, "readings"))?;
        let readings = readings.iter().enumerate().map(|(j, reading)| {
            read_one(reading).map_err(|name| wrong(i, &format!("readings[{j}].{name}")))
        });
        Ok((device, readings.collect::<Result<_, _>>()?))
    });
    Ok(Handed(groups.collect::<Result<_, _>>()?))
}

fn device_of(group: &Value, i: usize) -> Result<&'static Device, Answer> {
    let id = match &group["deviceId"] {
        Value::Null => None,
        Value::String(id) => Some(id),
        _ => return Err(wrong(i, "deviceId")),
    };
    let external = match &group["externalDeviceId"] {
        Value::Null => None,
        Value::String(id) => Some(id),
        _ => return Err(wrong(i, "externalDeviceId")),
    };
    let device = match (id, external) {
        (Some(id), _) => devices::device(id),
        (None, Some(id)) => DEVICES.iter().find(|device| device.external.contains(&id.as_str())),
        (None, None) => return Err(wrong(i, "deviceId")),
    };
    device.ok_or_else(|| problem(404, &format!("[{i}]: unknown device")))
}

/// The name of the member that is wrong, if one is.
fn read_one(reading: &Value) -> Result<Reading, &'static str> {
    let obis = reading["obisCode"].as_str().ok_or("obisCode")?;
    let known = ELECTRICITY.contains(&obis.strip_prefix("1-1:").unwrap_or(obis));
    if !known && !OTHERS.contains(&obis) {
        return Err("obisCode");
    }
    let timestamp = reading["timestamp"].as_i64().ok_or("timestamp")?;
    if !reading["value"].is_number() {
        return Err("value");
    }
    if !matches!(
        &reading["status"],
        Value::Null | Value::String(_) if reading["status"].as_str().is_none_or(|status| {
            ["REAL", "PRELIMINARY", "SUBSTITUTE"].contains(&status)
        })
    ) {
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

impl State {
    /// Counts what was handed in.
    pub fn take(&mut self, handed: &Handed) {
        for (device, readings) in &handed.0 {
            let pushed = self.pushed.entry(device.id.to_owned()).or_default();
            let mut known: HashSet<u32> = pushed.seen.iter().copied().collect();
            for reading in readings {
                let again = !known.insert(reading.hash);
                pushed.accepted += 1;
                pushed.repeated += u64::from(again);
                pushed.last = pushed.last.max(reading.timestamp);
                if !again {
                    pushed.seen.push_back(reading.hash);
                }
            }
            let old = pushed.seen.len().saturating_sub(REMEMBERED);
            pushed.seen.drain(..old);
        }
    }
}
