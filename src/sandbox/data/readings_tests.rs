//! What the readings promise, whatever the day.

use serde_json::Value;

use super::super::calendar::{self, DAY, HOUR, QUARTER, midnight};
use super::super::catalogue::{CATALOGUE, Device};
use super::super::http::Params;
use super::{Handed, readings};

/// After everything asked for here.
const LATER: i64 = 1_832_976_000;

fn meter(index: usize) -> &'static Device {
    &CATALOGUE.devices[index]
}

/// One of each kind: with a weekly gap, with two directions, with a monthly gap, fallen silent.
fn some() -> impl Iterator<Item = &'static Device> {
    [0, 6, 8, 11].into_iter().map(meter)
}

fn day_of(year: i64, month: i64, day: i64) -> i64 {
    calendar::parse(&format!("{year}-{month:02}-{day:02}T00:00:00Z")).unwrap() / DAY
}

fn ask(start: i64, end: i64, resolution: &str, measurement: &str) -> Params {
    let query = format!(
        "startTime={}&endTime={}&resolution={resolution}&measurement={measurement}",
        calendar::text(start),
        calendar::text(end),
    );
    Params::form(query.as_bytes())
}

fn read_at(device: &Device, query: &Params, now: i64) -> Vec<Value> {
    let Ok(body) = readings::read(device, query, now, &Handed::default()) else {
        panic!("refused")
    };
    serde_json::from_str(&body).unwrap()
}

fn read(device: &Device, start: i64, end: i64, resolution: &str, measure: &str) -> Vec<Value> {
    read_at(device, &ask(start, end, resolution, measure), LATER)
}

/// Time and value of each, in millionths, of one direction.
fn values(readings: &[Value], direction: &str) -> Vec<(i64, i64)> {
    let of = readings.iter().filter(|reading| reading["direction"] == direction);
    of.map(|reading| {
        let time = calendar::parse(reading["timeStamp"].as_str().unwrap()).unwrap();
        (time, (reading["value"].as_f64().unwrap() * 1e6).round() as i64)
    })
    .collect()
}

fn sum(values: &[(i64, i64)], from: i64, to: i64) -> i64 {
    values.iter().filter(|(time, _)| (from..to).contains(time)).map(|(_, value)| value).sum()
}

/// The days around both changes of the clocks, and some without.
fn windows() -> Vec<(i64, i64)> {
    let mut windows = vec![(day_of(2026, 1, 10), 6), (day_of(2024, 1, 1), 3)];
    for (year, march, october) in [(2025, 30, 26), (2026, 29, 25), (2027, 28, 31)] {
        windows.push((day_of(year, 3, march) - 1, 3));
        windows.push((day_of(year, 10, october) - 1, 3));
    }
    windows
}

#[test]
fn hours_and_days_are_made_of_their_quarter_hours() {
    for device in some() {
        for (first, days) in windows() {
            let (start, end) = (midnight(first), midnight(first + days));
            let get = |resolution, measure| read(device, start, end, resolution, measure);
            let [quarters, hours, whole] = ["15_MIN", "1_HOUR", "1_DAY"].map(|r| get(r, "ENERGY"));
            let powers = ["15_MIN", "1_HOUR", "1_DAY"].map(|r| get(r, "POWER"));
            for flow in &device.flows {
                let quarters = values(&quarters, &flow.direction);
                for (time, value) in values(&hours, &flow.direction) {
                    assert_eq!(value, sum(&quarters, time, time + HOUR));
                }
                for (time, value) in values(&whole, &flow.direction) {
                    let next = midnight(calendar::berlin_day(time) + 1);
                    assert_eq!(value, sum(&quarters, time, next), "{} {time}", device.text("name"));
                }
                let power = powers.each_ref().map(|readings| values(readings, &flow.direction));
                for (i, (time, value)) in power[0].iter().enumerate() {
                    assert_eq!((*time, *value), (quarters[i].0, 4 * quarters[i].1));
                }
                for (longer, span) in [(&power[1], HOUR), (&power[2], 25 * HOUR)] {
                    for (time, value) in longer {
                        let to = (time + span).min(midnight(calendar::berlin_day(*time) + 1));
                        let within = power[0].iter().filter(|(t, _)| (*time..to).contains(t));
                        let count = within.count() as i64;
                        let mean = sum(&power[0], *time, to) as f64 / count as f64;
                        assert!((mean - *value as f64).abs() < 1.0, "{mean} {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_meter_rises_by_what_flowed_in_whatever_steps_it_is_read() {
    for device in some().filter(|device| device.gap.is_none()) {
        for (first, days) in windows() {
            let (start, end) = (midnight(first), midnight(first + days));
            let quarters = read(device, start, end, "15_MIN", "ENERGY");
            let meters = read(device, start, end, "15_MIN", "METER_READING");
            let hourly = read(device, start, end, "1_HOUR", "METER_READING");
            for flow in &device.flows {
                let quarters = values(&quarters, &flow.direction);
                let meters = values(&meters, &flow.direction);
                for pair in meters.windows(2) {
                    assert!(pair[0].1 <= pair[1].1);
                    assert_eq!(pair[1].1 - pair[0].1, sum(&quarters, pair[0].0, pair[1].0));
                }
                let on_the_hour: Vec<_> =
                    meters.into_iter().filter(|(time, _)| time % HOUR == 0).collect();
                assert_eq!(values(&hourly, &flow.direction), on_the_hour);
            }
        }
    }
}

#[test]
fn days_are_berlin_days_also_when_the_clocks_change() {
    let device = meter(9);
    for (year, march, october) in [(2025, 30, 26), (2026, 29, 25), (2027, 28, 31)] {
        for (day, quarters) in [(day_of(year, 3, march), 92), (day_of(year, 10, october), 100)] {
            let (start, end) = (midnight(day), midnight(day + 1));
            assert_eq!(read(device, start, end, "15_MIN", "ENERGY").len(), quarters);
            assert_eq!(read(device, start, end, "1_HOUR", "ENERGY").len(), quarters / 4);
            let days = read(device, start - DAY, end + DAY, "1_DAY", "ENERGY");
            let begins: Vec<_> = values(&days, "IN").into_iter().map(|(time, _)| time).collect();
            let local = [day - 1, day, day + 1].map(midnight);
            assert!(local.iter().filter(|t| **t >= start - DAY).all(|t| begins.contains(t)));
            assert!(begins.iter().all(|t| local.contains(t) || *t == midnight(day + 2)));
        }
        let (first, next) = (day_of(year, 1, 1), day_of(year + 1, 1, 1));
        let days = read(device, midnight(first), midnight(next), "1_DAY", "ENERGY");
        assert_eq!(days.len(), 365);
        let hours = read(device, midnight(first), midnight(next), "1_HOUR", "POWER");
        assert_eq!(hours.len(), 8_760);
    }
}

#[test]
fn a_window_can_be_cut_anywhere() {
    for device in some() {
        for resolution in ["15_MIN", "1_HOUR", "1_DAY"] {
            for measure in ["ENERGY", "POWER", "METER_READING"] {
                let start = midnight(day_of(2026, 10, 21));
                let end = midnight(day_of(2026, 10, 28)) + 7 * HOUR;
                let whole = read(device, start, end, resolution, measure);
                for cut in [start, start + 1, start + 52 * HOUR + 700, end - QUARTER, end] {
                    let mut parts = read(device, start, cut, resolution, measure);
                    parts.extend(read(device, cut, end, resolution, measure));
                    assert_eq!(parts, whole);
                }
            }
        }
    }
}

#[test]
fn nothing_comes_from_the_future_or_from_before_the_meter() {
    let device = meter(9);
    let midnight = midnight(day_of(2026, 7, 1));
    let now = midnight + 13 * HOUR + 20 * 60;
    let count = |resolution, measure| {
        read_at(device, &ask(midnight, midnight + 2 * DAY, resolution, measure), now).len()
    };
    assert_eq!(count("15_MIN", "ENERGY"), 13 * 4 + 1);
    assert_eq!(count("15_MIN", "METER_READING"), 13 * 4 + 2);
    assert_eq!(count("1_HOUR", "POWER"), 13);
    assert_eq!(count("1_DAY", "ENERGY"), 0);
    assert_eq!(count("1_DAY", "METER_READING"), 1);
    let before = meter(5).since.as_second();
    assert_eq!(read(meter(5), before - DAY, before, "15_MIN", "ENERGY").len(), 0);
    assert_eq!(read(meter(5), before - DAY, before + DAY, "15_MIN", "ENERGY").len(), 96);
    let silent = meter(11).until.unwrap().as_second();
    assert_eq!(read(meter(11), silent - DAY, silent + DAY, "15_MIN", "ENERGY").len(), 96);
    assert_eq!(read(meter(11), silent - DAY, silent + DAY, "1_DAY", "POWER").len(), 1);
}

#[test]
fn gaps_have_no_readings_and_days_do_without_them() {
    let wednesday = midnight(day_of(2026, 7, 15));
    let count = |device: &Device, resolution, measure| {
        read(device, wednesday, wednesday + DAY, resolution, measure).len()
    };
    let [weekly, monthly] = [meter(0), meter(8)];
    for measure in ["ENERGY", "POWER", "METER_READING"] {
        assert_eq!(count(weekly, "15_MIN", measure), 80);
        assert_eq!(count(weekly, "1_HOUR", measure), 20);
        assert_eq!(count(weekly, "1_DAY", measure), 1);
        assert_eq!(count(monthly, "15_MIN", measure), 0);
        assert_eq!(count(monthly, "1_DAY", measure), 0);
    }
    let month = read(monthly, wednesday - 14 * DAY, wednesday + 17 * DAY, "15_MIN", "POWER");
    assert_eq!(month.len(), 30 * 96);
}

#[test]
fn values_are_of_the_size_that_people_expect() {
    let year = |device: &Device, direction| {
        let (first, next) = (midnight(day_of(2025, 1, 1)), midnight(day_of(2026, 1, 1)));
        let days = read(device, first, next, "1_DAY", "ENERGY");
        sum(&values(&days, direction), first, next) / 1_000_000
    };
    assert!((2_300..3_100).contains(&year(meter(9), "IN")), "{}", year(meter(9), "IN"));
    assert!((80_000..108_000).contains(&year(meter(1), "OUT")), "{}", year(meter(1), "OUT"));
    let june = midnight(day_of(2026, 6, 10));
    let peak = |device: &Device| {
        let days = read(device, june, june + 14 * DAY, "15_MIN", "POWER");
        values(&days, &device.flows[0].direction).into_iter().map(|(_, v)| v).max().unwrap()
    };
    assert!((50_000_000..110_000_000).contains(&peak(meter(1))), "{}", peak(meter(1)));
    let medium = |device: &Device| {
        let winter = midnight(day_of(2026, 1, 10));
        let of = |start| {
            let days = read(device, start, start + 14 * DAY, "1_DAY", "ENERGY");
            sum(&values(&days, "IN"), start, start + 14 * DAY)
        };
        (of(winter), of(june))
    };
    for device in
        CATALOGUE.devices.iter().filter(|d| ["HEATING", "GAS"].contains(&d.text("medium")))
    {
        let (winter, summer) = medium(device);
        assert!(winter > 4 * summer, "{}: {winter} {summer}", device.text("name"));
    }
}

#[test]
fn long_windows_are_refused_and_a_month_of_berlin_days_is_not_long() {
    let status = |start, end, resolution| {
        let query = ask(start, end, resolution, "ENERGY");
        readings::read(meter(0), &query, LATER, &Handed::default())
            .map_or_else(|refused| refused.status, |_| 200)
    };
    let october = midnight(day_of(2026, 10, 1));
    assert_eq!(status(october, midnight(day_of(2026, 11, 1)), "15_MIN"), 200);
    assert_eq!(status(october, midnight(day_of(2026, 11, 1)) + 1, "15_MIN"), 422);
    let march = midnight(day_of(2026, 3, 1));
    assert_eq!(status(march, march + 31 * DAY, "15_MIN"), 200);
    assert_eq!(status(march, march + 31 * DAY + 1, "15_MIN"), 422);
    for resolution in ["1_HOUR", "1_DAY"] {
        assert_eq!(status(march, march + 366 * DAY, resolution), 200);
        assert_eq!(status(march, march + 367 * DAY, resolution), 422);
    }
    assert_eq!(status(march, march, "15_MIN"), 200);
    assert_eq!(status(march, march - 1, "15_MIN"), 422);
}
