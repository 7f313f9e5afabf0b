//! The readings of a meter: of a device, or of a space's main device.

use std::fmt::Write as _;

use super::super::calendar::{self, DAY, QUARTER};
use super::super::catalogue::{CATALOGUE, Device, Flow};
use super::super::http::{Answer, Params};
use super::{Handed, Question, devices, problem};

/// Days that one request may span, by Berlin's clocks or by the hour, whichever is kinder. The
/// provider's own limit is not known: this one makes a client cut long ranges into windows.
const QUARTER_HOUR_DAYS: i64 = 31;
/// The same, for hours and days.
const LONGER_DAYS: i64 = 366;

/// A `measurement`, with label and unit of energy and of volumes.
type Measurement = (&'static str, [(&'static str, &'static str); 2]);

const MEASUREMENTS: [Measurement; 3] = [
    ("POWER", [("Leistung", "kW"), ("Durchfluss", "m³/h")]),
    ("ENERGY", [("Energie", "kWh"), ("Volumen", "m³")]),
    ("METER_READING", [("Zählerstand", "kWh"), ("Zählerstand", "m³")]),
];

/// A request, understood.
#[derive(Clone, Copy)]
struct Asked {
    start: i64,
    end: i64,
    /// Quarter hours of an interval; as many as it has for a Berlin day.
    step: Option<usize>,
    measurement: Measurement,
}

/// `GET /devices/{id}/readings`
pub fn of_device(question: &Question) -> Result<String, Answer> {
    let mut devices = CATALOGUE.devices.iter();
    let device = devices.find(|device| device.text("id") == question.id);
    answer(question, device.ok_or_else(|| problem(404, "unknown device"))?)
}

/// `GET /spaces/{id}/readings`: a space without a main meter of that medium has none.
pub fn of_space(question: &Question) -> Result<String, Answer> {
    let devices = devices(question)?;
    let medium = question.request.query.get("medium").unwrap_or_default();
    if !["ELECTRICITY", "GAS", "WATER", "HEATING"].contains(&medium) {
        return Err(problem(422, "medium must be ELECTRICITY, GAS, WATER or HEATING"));
    }
    let is_main =
        |device: &&Device| device.text("medium") == medium && device.shown["isMainDevice"] == true;
    match devices.into_iter().find(is_main) {
        Some(device) => answer(question, device),
        None => Ok("[]".to_owned()),
    }
}

fn answer(question: &Question, device: &Device) -> Result<String, Answer> {
    let (query, now) = (&question.request.query, question.request.at);
    let asked = asked(query)?;
    // An interval's quarter hours reach beyond the end that was asked for.
    let times = asked.start..asked.end + 2 * DAY;
    let handed = question.service.store.with(now, |state| {
        let pushed = state.pushed.get(device.text("id"));
        pushed.map(|pushed| pushed.between(times)).unwrap_or_default()
    });
    read(device, query, now, &handed.map_err(|_| Answer::no_state())?)
}

fn asked(query: &Params) -> Result<Asked, Answer> {
    let time = |name| {
        let time = query.get(name).and_then(calendar::parse);
        time.ok_or_else(|| problem(422, &format!("{name} must be a time as in RFC 3339")))
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    let (step, days) = match query.get("resolution") {
        Some("15_MIN") => (Some(1), QUARTER_HOUR_DAYS),
        Some("1_HOUR") => (Some(4), LONGER_DAYS),
        Some("1_DAY") => (None, LONGER_DAYS),
        _ => return Err(problem(422, "resolution must be 15_MIN, 1_HOUR or 1_DAY")),
    };
    let wanted = query.get("measurement").unwrap_or_default();
    let found = MEASUREMENTS.into_iter().find(|(name, _)| *name == wanted);
    let measurement =
        found.ok_or_else(|| problem(422, "measurement must be POWER, ENERGY or METER_READING"))?;
    if end < start {
        return Err(problem(422, "endTime is before startTime"));
    }
    let by_clock = end - start + calendar::offset(end) - calendar::offset(start);
    if (end - start).min(by_clock) > days * DAY {
        return Err(problem(422, &format!("at most {days} days at this resolution")));
    }
    Ok(Asked { start, end, step, measurement })
}

/// The readings that are asked for, as far as they are known at `now`: as text from the start, for
/// a month of quarter hours are 2,976 readings, or twice that. None of the texts in it has a
/// character that JSON would want escaped.
pub fn read(device: &Device, query: &Params, now: i64, handed: &Handed) -> Result<String, Answer> {
    let asked = asked(query)?;
    let (key, [of_energy, of_volume]) = asked.measurement;
    let is_energy = ["ELECTRICITY", "HEATING"].contains(&device.text("medium"));
    let (label, unit) = if is_energy { of_energy } else { of_volume };
    let [id, kind, provider, medium] =
        ["id", "deviceType", "provider", "medium"].map(|member| device.text(member));
    let mut body = "[".to_owned();
    each(device, asked, now, handed, &mut |time, flow, millionths| {
        let separator = if body.len() > 1 { "," } else { "" };
        let (time, value) = (calendar::text(time), millionths as f64 / 1e6);
        let direction = &flow.direction;
        let way = if direction == "OUT" { "Einspeisung" } else { "Bezug" };
        // Writing to memory cannot fail. `{value:?}` has a decimal even where it is a whole number.
        let _ = write!(
            body,
            r#"{separator}{{"deviceId":"{id}","timeStamp":"{time}","measurement":"{key}","value":{value:?},"unit":"{unit}","label":"{label} {way}","deviceType":"{kind}","deviceProvider":"{provider}","medium":"{medium}","direction":"{direction}"}}"#,
        );
    });
    Ok(body + "]")
}

/// The end of a meter's readings at `now`: nothing comes from the future.
pub fn end(device: &Device, now: i64) -> i64 {
    device.until.map_or(now, |until| until.as_second().min(now))
}

/// Calls `found` with every reading in order of time: when its interval begins, which of the
/// device's flows, how much in millionths of a kilowatt-hour, a kilowatt, a cubic metre or a cubic
/// metre per hour.
/// What was handed in takes the place of what would be measured, also where it would be missing.
fn each(
    device: &Device,
    asked: Asked,
    now: i64,
    handed: &Handed,
    found: &mut dyn FnMut(i64, &Flow, u64),
) {
    let since = device.since.as_second();
    let (begin, known_until) = (asked.start.max(since), end(device, now));
    let end = asked.end.min(known_until);
    if begin >= end {
        return;
    }
    let (seed, first_day) = (device.seed(), calendar::berlin_day(begin));
    let days_before = calendar::berlin_day(since)..first_day;
    let before = |flow: &Flow| days_before.clone().map(|day| flow.total(seed, day)).sum();
    let mut meters: Vec<u64> = device.flows.iter().map(before).collect();
    for day in first_day..=calendar::berlin_day(end - 1) {
        let midnight = calendar::midnight(day);
        let sums: Vec<Vec<u64>> = device.flows.iter().map(|flow| flow.sums(seed, day)).collect();
        let quarters = sums[0].len() - 1;
        let step = asked.step.unwrap_or(quarters);
        let time_of = |quarter: usize| midnight + quarter as i64 * QUARTER;
        for first in (0..quarters).step_by(step) {
            let (from, to) = (time_of(first), time_of(first + step));
            // An instant is known when it has come, an interval when it is over.
            let known = asked.measurement.0 == "METER_READING" || to <= known_until;
            if from < asked.start || from >= end || !known {
                continue;
            }
            for (flow, (sums, meter)) in device.flows.iter().zip(sums.iter().zip(&meters)) {
                let energy = |i: usize| {
                    let measured = || (sums[i + 1] - sums[i]) * 1000;
                    let time = time_of(i);
                    let handed = handed.energy(&flow.direction, time);
                    handed.or_else(|| (!device.is_silent(time)).then(measured))
                };
                let energies: Vec<u64> = (first..first + step).filter_map(energy).collect();
                let (sum, count) = (energies.iter().sum::<u64>(), energies.len() as u64);
                let state = handed.state(&flow.direction, from);
                let value = match asked.measurement.0 {
                    "METER_READING" if state.is_some() => state.unwrap_or_default(),
                    // It goes on counting in a gap, as meters do when only the radio is down.
                    "METER_READING" if device.is_silent(from) => continue,
                    "METER_READING" => device.begin * 1_000_000 + (meter + sums[first]) * 1000,
                    // A gap is no zero.
                    _ if count == 0 => continue,
                    "ENERGY" => sum,
                    // The mean of quarter hours, each four times its energy.
                    _ => (sum * 4 + count / 2) / count,
                };
                found(from, flow, value);
            }
        }
        for (meter, sums) in meters.iter_mut().zip(&sums) {
            *meter += sums[quarters];
        }
    }
}
