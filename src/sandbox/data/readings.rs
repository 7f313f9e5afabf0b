//! The readings of a meter: of a device, or of a space's main device.

use super::super::answer::Answer;
use super::super::request::Call;
use super::calendar::{self, DAY, QUARTER};
use super::devices::{self, Device, Medium};
use super::load::{Day, Flow};
use super::problem;

/// Days that one request may span, by Berlin's clocks or by the hour, whichever is kinder. The
/// provider's own limit is not known: this one makes a client cut long ranges into windows.
const QUARTER_HOUR_DAYS: i64 = 31;
/// The same, for hours and days.
const LONGER_DAYS: i64 = 366;

/// Bytes of one reading as JSON, about, so that an answer is built without growing.
const READING: usize = 320;

/// A request, understood.
#[derive(Clone, Copy, Debug)]
struct Asked {
    start: i64,
    end: i64,
    resolution: Resolution,
    measurement: Measurement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    QuarterHour,
    Hour,
    Day,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measurement {
    Power,
    Energy,
    MeterReading,
}

/// `GET /devices/{id}/readings`, `now` in seconds.
pub fn of_device(id: &str, call: &Call, now: i64) -> Answer {
    match (devices::device(id), asked(call)) {
        (None, _) => problem(404, "unknown device"),
        (_, Err(answer)) => answer,
        (Some(device), Ok(asked)) => written(device, asked, now),
    }
}

/// `GET /spaces/{id}/readings`: a space without a main meter of that medium has none.
pub fn of_space(id: &str, call: &Call, now: i64) -> Answer {
    let Some(space) = devices::space(id) else { return problem(404, "unknown space") };
    let medium = call.query.get("medium").unwrap_or_default();
    let Some(medium) = Medium::ALL.into_iter().find(|known| known.key() == medium) else {
        return problem(422, "medium must be ELECTRICITY, GAS, WATER or HEATING");
    };
    let asked = match asked(call) {
        Ok(asked) => asked,
        Err(answer) => return answer,
    };
    let main = devices::devices_of(space).find(|device| device.main && device.medium == medium);
    match main {
        Some(device) => written(device, asked, now),
        None => Answer::new(200, "application/json", "[]").note("no main meter of this medium"),
    }
}

fn asked(call: &Call) -> Result<Asked, Answer> {
    let time = |name| {
        let Some(text) = call.query.get(name) else {
            return Err(problem(422, &format!("{name} is missing")));
        };
        calendar::parse(text).ok_or_else(|| problem(422, &format!("{name} is not RFC 3339")))
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    let resolution = match call.query.get("resolution") {
        Some("15_MIN") => Resolution::QuarterHour,
        Some("1_HOUR") => Resolution::Hour,
        Some("1_DAY") => Resolution::Day,
        _ => return Err(problem(422, "resolution must be 15_MIN, 1_HOUR or 1_DAY")),
    };
    let measurement = match call.query.get("measurement") {
        Some("POWER") => Measurement::Power,
        Some("ENERGY") => Measurement::Energy,
        Some("METER_READING") => Measurement::MeterReading,
        _ => return Err(problem(422, "measurement must be POWER, ENERGY or METER_READING")),
    };
    if end < start {
        return Err(problem(422, "endTime is before startTime"));
    }
    let days = match resolution {
        Resolution::QuarterHour => QUARTER_HOUR_DAYS,
        Resolution::Hour | Resolution::Day => LONGER_DAYS,
    };
    let by_clock = end - start + calendar::offset(end) - calendar::offset(start);
    if (end - start).min(by_clock) > days * DAY {
        let text = format!("at most {days} days per request at this resolution");
        return Err(problem(422, &text).note("time range too long"));
    }
    Ok(Asked { start, end, resolution, measurement })
}

/// The answer, as text from the start: a month of quarter hours are 2,976 readings, or twice that.
fn written(device: &Device, asked: Asked, now: i64) -> Answer {
    let frames: Vec<Frame> = (0..device.flows.len())
        .map(|flow| Frame::new(device, device.flows[flow].direction, asked.measurement))
        .collect();
    let span = match asked.resolution {
        Resolution::QuarterHour => QUARTER,
        Resolution::Hour => calendar::HOUR,
        Resolution::Day => DAY,
    };
    let expected = usize::try_from((asked.end - asked.start) / span + 1).unwrap_or_default();
    let mut body = String::with_capacity(2 + expected * device.flows.len() * READING);
    body.push('[');
    each(device, asked, now, &mut |time, flow, value| {
        if body.len() > 1 {
            body.push(',');
        }
        frames[flow].write(&mut body, time, value);
    });
    body.push(']');
    Answer::new(200, "application/json", body).note("readings")
}

/// What is the same in every reading of a flow.
struct Frame {
    before_time: String,
    before_value: String,
    after_value: String,
}

impl Frame {
    fn new(device: &Device, direction: &str, measurement: Measurement) -> Self {
        let (key, label, unit) = match (measurement, device.medium.is_energy()) {
            (Measurement::Power, true) => ("POWER", "Leistung", "kW"),
            (Measurement::Power, false) => ("POWER", "Durchfluss", "m³/h"),
            (Measurement::Energy, true) => ("ENERGY", "Energie", "kWh"),
            (Measurement::Energy, false) => ("ENERGY", "Volumen", "m³"),
            (Measurement::MeterReading, true) => ("METER_READING", "Zählerstand", "kWh"),
            (Measurement::MeterReading, false) => ("METER_READING", "Zählerstand", "m³"),
        };
        let way = if direction == "OUT" { "Einspeisung" } else { "Bezug" };
        // None of these texts has a character that JSON would want escaped.
        Self {
            before_time: format!(r#"{{"deviceId":"{}","timeStamp":""#, device.id),
            before_value: format!(r#"","measurement":"{key}","value":"#),
            after_value: format!(
                r#","unit":"{unit}","label":"{label} {way}","deviceType":"{}","deviceProvider":"{}","medium":"{}","direction":"{direction}"}}"#,
                device.kind.0,
                device.provider.0,
                device.medium.key(),
            ),
        }
    }

    fn write(&self, body: &mut String, time: i64, value: Millionths) {
        body.push_str(&self.before_time);
        body.push_str(&calendar::text(time));
        body.push_str(&self.before_value);
        value.write(body);
        body.push_str(&self.after_value);
    }
}

/// Millionths of a kilowatt-hour, a kilowatt, a cubic metre or a cubic metre per hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Millionths(u64);

impl Millionths {
    /// With at least one decimal and no superfluous zero, as a double is usually written.
    fn write(self, body: &mut String) {
        let digits = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let digits = digits.trim_end_matches('0');
        body.push_str(digits);
        if digits.ends_with('.') {
            body.push('0');
        }
    }
}

/// Calls `found` with every reading in order of time: when its interval begins, which of the
/// device's flows, how much.
fn each(device: &Device, asked: Asked, now: i64, found: &mut dyn FnMut(i64, usize, Millionths)) {
    let begin = asked.start.max(calendar::midnight(device.since));
    let end = asked.end.min(device.end(now));
    if begin >= end {
        return;
    }
    let (seed, first_day) = (device.seed(), calendar::berlin_day(begin));
    let before = |flow: &Flow| (device.since..first_day).map(|day| flow.total(seed, day)).sum();
    let mut meters: Vec<u64> = device.flows.iter().map(before).collect();
    for day in first_day..=calendar::berlin_day(end - 1) {
        let midnight = calendar::midnight(day);
        let days: Vec<Day> = device.flows.iter().map(|flow| flow.day(seed, day)).collect();
        let quarters = days[0].sums.len() - 1;
        let step = match asked.resolution {
            Resolution::QuarterHour => 1,
            Resolution::Hour => 4,
            Resolution::Day => quarters,
        };
        for first in (0..quarters).step_by(step) {
            let (from, to) = (time_of(midnight, first), time_of(midnight, first + step));
            // An instant is known when it has come, an interval when it is over.
            let known = asked.measurement == Measurement::MeterReading || to <= device.end(now);
            if from < asked.start || from >= end || !known {
                continue;
            }
            let quarters = (first..first + step)
                .filter(|quarter| !device.gap.holds(time_of(midnight, *quarter)));
            for (flow, day) in days.iter().enumerate() {
                let value = match asked.measurement {
                    // It goes on counting in a gap, as meters do when only the radio is down.
                    Measurement::MeterReading => {
                        let shown = meters[flow] + day.sums[first];
                        (!device.gap.holds(from)).then(|| device.begin * 1_000_000 + shown * 1000)
                    }
                    Measurement::Energy => energy(day, quarters.clone()).map(|(sum, _)| sum * 1000),
                    // The mean of quarter hours, each four times its energy.
                    Measurement::Power => energy(day, quarters.clone())
                        .map(|(sum, count)| (sum * 4000 + count / 2) / count),
                };
                if let Some(value) = value {
                    found(from, flow, Millionths(value));
                }
            }
        }
        for (meter, day) in meters.iter_mut().zip(&days) {
            *meter += day.sums[quarters];
        }
    }
}

/// Sum and number of these quarter hours; `None` without any: a gap is no zero.
fn energy(day: &Day, quarters: impl Iterator<Item = usize>) -> Option<(u64, u64)> {
    let (sum, count) = quarters.fold((0, 0), |(sum, count), quarter| {
        (sum + day.sums[quarter + 1] - day.sums[quarter], count + 1)
    });
    (count > 0).then_some((sum, count))
}

fn time_of(midnight: i64, quarter: usize) -> i64 {
    midnight + i64::try_from(quarter).unwrap_or_default() * QUARTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_digits_they_need() {
        let text = |value| {
            let mut text = String::new();
            Millionths(value).write(&mut text);
            text
        };
        let texts = [0, 1_000_000, 1_250_000, 333_333, 100, 77_310_400_000_000].map(text);
        assert_eq!(texts, ["0.0", "1.0", "1.25", "0.333333", "0.0001", "77310400.0"]);
    }
}
