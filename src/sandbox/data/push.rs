//! `POST /devices/readings`: what a partner's own meters measured. It is checked and counted, and
//! load profiles and meter states are found again among the device's readings.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::ops::Range;

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
/// Values of a register that are kept, the latest: a year of quarter hours, and a month.
const KEPT: usize = 38_000;
/// Timestamps beyond it (the year 5138 in seconds) count milliseconds.
const SECONDS_UNTIL: i64 = 100_000_000_000;

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
    /// By OBIS code without `1-1:` and Unix second: millionths of a kilowatt-hour.
    values: BTreeMap<String, BTreeMap<i64, u64>>,
}

/// What belongs to one device, which is named by either id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    device_id: Option<String>,
    external_device_id: Option<Value>,
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the status is checked by being read, and not kept")]
struct Reading {
    obis_code: String,
    timestamp: i64,
    value: f64,
    status: Option<Status>,
    metering_interval: Option<NonZero<u32>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Real,
    Preliminary,
    Substitute,
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
    let handed = groups.iter().enumerate().map(|(i, group)| {
        let group = Group::deserialize(group);
        let group = group.map_err(|error| problem(422, &format!("[{i}]: {error}")))?;
        match group.readings.iter().position(|reading| !is_known(&reading.obis_code)) {
            Some(j) => Err(problem(422, &format!("[{i}].readings[{j}].obisCode is unknown"))),
            None => Ok((device_of(&group, i)?, group.readings)),
        }
    });
    let handed: Vec<(&Device, Vec<Reading>)> = handed.collect::<Result<_, Answer>>()?;
    let taken = question.service.store.with(request.at, |state| {
        for (device, readings) in handed {
            state.pushed.entry(device.text("id").to_owned()).or_default().take(readings);
        }
    });
    taken.map_err(|_| Answer::no_state())?;
    Ok(String::new())
}

fn device_of(group: &Group, i: usize) -> Result<&'static Device, Answer> {
    let mut devices = CATALOGUE.devices.iter();
    let device = match (&group.device_id, &group.external_device_id) {
        (Some(id), _) => devices.find(|device| device.text("id") == id),
        (None, Some(id)) => devices.find(|device| {
            device.shown["externalDeviceIds"].as_array().is_some_and(|ids| ids.contains(id))
        }),
        (None, None) => return Err(problem(422, &format!("[{i}].deviceId is missing"))),
    };
    device.ok_or_else(|| problem(404, &format!("[{i}]: unknown device")))
}

fn is_known(obis: &str) -> bool {
    let electricity = obis.strip_prefix("1-1:").unwrap_or(obis);
    ELECTRICITY.split('|').any(|known| known == electricity)
        || OTHERS.split('|').any(|known| known == obis)
}

impl Pushed {
    fn take(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            self.accepted += 1;
            self.last = self.last.max(reading.timestamp);
            let seed = reading.timestamp.cast_unsigned();
            let hash = reading.obis_code.bytes().fold(seed, |hash, byte| dice(hash, byte.into()));
            self.repeated += u64::from(!self.seen.insert(hash as u32));
            self.keep(&reading);
        }
        while self.seen.len() > REMEMBERED {
            self.seen.pop_first();
        }
    }

    fn keep(&mut self, reading: &Reading) {
        let register = reading.obis_code.strip_prefix("1-1:").unwrap_or(&reading.obis_code);
        let is_profile = register.ends_with(".29.0");
        let is_quarter = reading.metering_interval.is_none_or(|seconds| seconds.get() == 900);
        if !(register.ends_with(".8.0") || is_profile && is_quarter) {
            return;
        }
        let is_second = reading.timestamp < SECONDS_UNTIL;
        let second = if is_second { reading.timestamp } else { reading.timestamp / 1000 };
        let values = self.values.entry(register.to_owned()).or_default();
        // Nothing is negative that a meter counts.
        values.insert(second, (reading.value * 1e6).round() as u64);
        while values.len() > KEPT {
            values.pop_first();
        }
    }

    /// What was handed in for these times.
    pub fn between(&self, times: Range<i64>) -> Handed {
        let of_register = |(register, values): (&String, &BTreeMap<i64, u64>)| {
            let values = values.range(times.clone()).map(|(time, value)| (*time, *value));
            (register.clone(), values.collect())
        };
        Handed(self.values.iter().map(of_register).collect())
    }
}

/// Values that were handed in, by register and time.
#[derive(Default)]
pub struct Handed(BTreeMap<String, BTreeMap<i64, u64>>);

impl Handed {
    /// What flowed in the quarter hour that begins then, in millionths of a kilowatt-hour.
    pub fn energy(&self, direction: &str, time: i64) -> Option<u64> {
        self.value(direction, "29", time)
    }

    /// What the meter showed then, in millionths of a kilowatt-hour.
    pub fn state(&self, direction: &str, time: i64) -> Option<u64> {
        self.value(direction, "8", time)
    }

    fn value(&self, direction: &str, kind: &str, time: i64) -> Option<u64> {
        let way = if direction == "OUT" { "2" } else { "1" };
        self.0.get(&format!("{way}.{kind}.0"))?.get(&time).copied()
    }
}
