//! Readings that are there and not as they should be: shown, counted, said, and in no sum as if
//! nothing were; and meters that cannot be fetched among others.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::provider::Provider;
use crate::provider::http::{Call, Reply};
use crate::support::data::{connected_to_fake, connected_to_fake_with};
use crate::support::program::{Outcome, Program};

const DAY: [&str; 6] = ["--from", "2026-10-01", "--to", "2026-10-02", "--account", "fake"];
const OCTOBER: [&str; 4] = ["--month", "2026-10", "--account", "fake"];

/// A quarter hour of 1 kWh for each of the window that is asked for.
fn quarters(call: &Call) -> Vec<Value> {
    let time = |name| call.query(name).unwrap().parse::<Timestamp>().unwrap().as_second();
    let one = |second| {
        json!({
            "timeStamp": Timestamp::from_second(second).unwrap().to_string(), "value": 1,
            "unit": "kWh", "measurement": call.query("measurement").unwrap(),
            "medium": "ELECTRICITY", "direction": "IN",
        })
    };
    (time("startTime")..time("endTime")).step_by(900).map(one).collect()
}

/// Serves one meter, `d`, whose readings are changed like this.
fn with_readings(
    lines: &str,
    change: impl Fn(&mut Vec<Value>) + Send + Sync + 'static,
) -> (Program, Provider) {
    let (program, fake) = connected_to_fake_with(lines, &[]);
    fake.serves(move |call| match call.path() {
        "/api/devices/d/readings" => {
            let mut readings = quarters(call);
            change(&mut readings);
            Reply::json(200, &readings.into())
        }
        _ => Reply::error(404, "not_found"),
    });
    (program, fake)
}

/// The lines below the heading, of one column.
fn column(outcome: &Outcome) -> Vec<&str> {
    outcome.data().lines().skip(1).map(|line| line.trim_matches('"')).collect()
}

#[track_caller]
fn run(program: &Program, words: &str, time: &[&str]) -> Outcome {
    let words: Vec<&str> = words.split(' ').chain(["--device", "d"]).collect();
    program.run([&words, time].concat())
}

/// These sentences are said by every command that reads the readings.
#[track_caller]
fn all_say(program: &Program, more: &str, sentences: &[&str]) {
    for command in
        ["readings --gaps skip --format csv", "readings --gaps mark --format csv", "verify", "plot"]
    {
        let outcome = run(program, &format!("meter {command}{more}"), &DAY).exits(0);
        outcome.says(sentences);
    }
    let export = format!("meter export --out out{more}");
    run(program, &export, &DAY).exits(0).says(sentences);
}

#[test]
fn a_page_that_repeats_is_counted_and_each_interval_kept_once() {
    let (program, _fake) = with_readings("", |readings| {
        let page = readings[..24].to_vec();
        readings.extend(page);
    });
    let said = "24 intervals came twice with the same value: one of the two counts";
    all_say(&program, "", &[said]);
    for gaps in ["skip", "mark"] {
        let outcome = run(&program, &format!("meter readings --format csv --gaps {gaps}"), &DAY);
        assert_eq!(outcome.exits(0).data().lines().count(), 97, "{gaps}");
    }
    let plot = run(&program, "meter plot", &DAY).exits(0);
    let sum = plot.data().lines().find(|line| line.starts_with("sum")).unwrap();
    assert!(sum.contains("96 kWh") || sum.contains("96.0 kWh"), "{sum}");
    let verified = run(&program, "meter verify --format csv --fields day,doubles,present", &DAY);
    assert_eq!(verified.exits(0).data().lines().nth(1), Some("2026-10-01,24,96"));
}

#[test]
fn of_two_values_for_one_interval_the_later_one_counts_and_both_are_said() {
    let (program, _fake) = with_readings("", |readings| {
        let mut again = readings[4].clone();
        again["value"] = json!(2.5);
        readings.push(again);
    });
    let values = "2026-10-01 01:00+02:00, 1 and 2.5 kWh";
    all_say(&program, "", &["1 interval came twice with different values", values]);
    for gaps in ["skip", "mark"] {
        let words = format!("meter readings --format csv --fields value --gaps {gaps}");
        let outcome = run(&program, &words, &DAY).exits(0);
        let values = column(&outcome);
        assert_eq!((values.len(), values[4], values[5]), (96, "2.5", "1"), "{gaps}");
    }
}

#[test]
fn two_units_in_one_series_are_said_and_never_added_up() {
    let (program, _fake) = with_readings("", |readings| {
        for reading in &mut readings[90..] {
            reading["unit"] = "Wh".into();
            reading["value"] = 1000.into();
        }
    });
    all_say(&program, "", &["6 readings are in another unit than those before"]);
    let plot = run(&program, "meter plot", &DAY).exits(0);
    let sums: Vec<&str> = plot.data().lines().filter(|line| line.starts_with("sum")).collect();
    assert_eq!(sums.len(), 2, "{}", plot.told());
    assert!(sums[0].contains("90") && sums[0].contains("kWh"), "{sums:?}");
}

#[test]
fn a_state_that_falls_is_said_and_summed_by_its_parts() {
    let (program, _fake) = with_readings("", |readings| {
        for (number, reading) in readings.iter_mut().enumerate() {
            reading["value"] = (if number < 48 { 12_000 + number } else { number - 48 }).into();
        }
    });
    let states = " --measurement meter-reading";
    all_say(&program, states, &["1 time the state of a meter falls", "from 12047 to 0 kWh"]);
    let plot = run(&program, &format!("meter plot{states}"), &DAY).exits(0);
    let told = plot.data();
    let sum = told.lines().find(|line| line.starts_with("sum")).unwrap();
    assert!(sum.contains("94"), "{sum}");
    assert!(told.contains("the reading falls Thu 1 Oct 12:00"), "{told}");
    assert!(!told.contains("last minus first"), "{told}");
}

#[test]
fn an_impossible_value_is_shown_and_in_no_sum() {
    let (program, _fake) = with_readings("", |readings| {
        readings[7]["value"] = json!(-5);
        readings[8]["value"] = json!(9_999_999_999_u64);
    });
    all_say(&program, "", &["2 values cannot be measured by a meter: shown, and in no sum"]);
    let outcome = run(&program, "meter readings --format csv --fields value", &DAY).exits(0);
    assert_eq!(column(&outcome)[8], "9999999999");
    let plot = run(&program, "meter plot", &DAY).exits(0);
    let line = |name| plot.data().lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("sum").contains("94"), "{}", plot.told());
    assert!(line("left out").contains("2 values"), "{}", plot.told());
}

#[test]
fn a_number_that_comes_as_text_is_a_number_with_its_digits() {
    let (program, _fake) = with_readings("", |readings| {
        readings.iter_mut().for_each(|reading| reading["value"] = "1.250".into());
    });
    let outcome = run(&program, "meter readings --format csv --fields value,status", &DAY);
    let outcome = outcome.exits(0);
    assert!(outcome.data().lines().skip(1).all(|line| line == "1.250,ok"), "{}", outcome.told());
    let json = run(&program, "meter readings --format json", &DAY).exits(0);
    assert!(json.stdout.contains("\"value\":1.250,"), "{}", json.told());
}

/// Both clock changes: the hour that comes twice goes by its order.
#[test]
fn times_without_offset_are_refused_until_their_zone_is_said() {
    let local = |readings: &mut Vec<Value>| {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        for reading in readings {
            let at: Timestamp = reading["timeStamp"].as_str().unwrap().parse().unwrap();
            reading["timeStamp"] = zone.to_datetime(at).to_string().into();
        }
    };
    let day = ["--from", "2026-10-25", "--to", "2026-10-26", "--account", "fake"];
    let times = "meter readings --format csv --fields time";
    let is_right = |outcome: Outcome| {
        let outcome = outcome.exits(0);
        let times = column(&outcome);
        assert_eq!(times.len(), 100, "{}", outcome.told());
        assert_eq!(times[11..13], ["2026-10-25T02:45:00+02:00", "2026-10-25T02:00:00+01:00"]);
    };
    let (program, _fake) = with_readings("", local);
    run(&program, times, &day).exits(6).says(&["offset", "--tz-of-provider"]);
    is_right(run(&program, &format!("{times} --tz-of-provider Europe/Berlin"), &day));
    let (program, _fake) = with_readings("time_zone = \"Europe/Berlin\"", local);
    is_right(run(&program, times, &day));
}

/// Three meters, of which the second is answered like this.
fn among_three(odd: Reply) -> Program {
    let (program, fake) = connected_to_fake();
    fake.serves(move |call| match call.path() {
        "/api/spaces" => {
            let space = json!({ "id": "s", "name": "Rathaus" });
            Reply::json(200, &json!({ "spaces": [space], "totalNumPages": 1 }))
        }
        "/api/spaces/s/devices" => {
            let named = |(id, name)| json!({ "id": id, "name": name, "directions": ["IN"] });
            let devices: Vec<Value> =
                [("a", "Keller"), ("b", "Dach"), ("c", "Hof")].map(named).into();
            Reply::json(200, &json!({ "devices": devices, "totalNumPages": 1 }))
        }
        "/api/devices/b/readings" => odd.clone(),
        _ => Reply::json(200, &quarters(call).into()),
    });
    program
}

const COMMANDS: [&str; 5] = [
    "readings --all -o a.csv --force",
    "verify --all -o b.csv --force",
    "plot --all -o c.svg --force",
    "export --all --out out",
    "report --all -o d.html --force",
];

#[track_caller]
fn of_october(program: &Program, command: &str) -> Outcome {
    let words: Vec<&str> = ["meter"].into_iter().chain(command.split(' ')).collect();
    program.run([&words, &OCTOBER[..]].concat())
}

#[test]
fn a_meter_that_fails_stops_no_other_and_is_named() {
    let trouble = Reply::new(500, "Retry-After: 0\r\n", "trouble");
    for (odd, code) in [(Reply::error(404, "not_found"), 6), (trouble, 3)] {
        let program = among_three(odd);
        for command in COMMANDS {
            of_october(&program, command).exits(code).says(&["Dach"]);
        }
        let csv = fs::read_to_string(program.root().join("a.csv")).unwrap();
        for (name, count) in [("Keller", 2980), ("Dach", 0), ("Hof", 2980)] {
            assert_eq!(csv.matches(name).count(), count, "{name}");
        }
        let out = program.root().join("out");
        let is_there = |name: &str| out.join(format!("{name}_2026-10.csv")).exists();
        assert_eq!(["keller", "dach", "hof"].map(is_there), [true, false, true]);
        for file in ["b.csv", "c.svg", "d.html"] {
            assert!(program.root().join(file).exists(), "{file}");
        }
    }
}

#[test]
fn a_meter_without_readings_is_said_and_its_gaps_are_marked() {
    for odd in [Reply::new(204, "", ""), Reply::new(200, "", "null"), Reply::new(200, "", "[]")] {
        let program = among_three(odd);
        for command in COMMANDS {
            of_october(&program, command).exits(0);
        }
        for command in &COMMANDS[..4] {
            let outcome = of_october(&program, command).exits(0);
            outcome.says(&["2\u{202f}980 intervals are missing"]);
        }
        let csv = fs::read_to_string(program.root().join("out/dach_2026-10.csv")).unwrap();
        assert_eq!((csv.lines().count(), csv.matches(",IN,,").count()), (2981, 2980), "{csv:.300}");
    }
}

#[test]
fn an_export_asks_again_for_a_month_with_gaps_and_keeps_the_fuller_file() {
    let (program, fake) = connected_to_fake();
    let gap = Arc::new(AtomicUsize::new(100));
    let hole = Arc::clone(&gap);
    fake.serves(move |call| match call.path() {
        "/api/devices/d/readings" => {
            let mut readings = quarters(call);
            readings.drain(..hole.load(Ordering::SeqCst).min(readings.len()));
            Reply::json(200, &readings.into())
        }
        _ => Reply::error(404, "not_found"),
    });
    let export = || run(&program, "meter export --out out", &OCTOBER);
    let file = program.root().join("out/d_2026-10.csv");
    let missing = || fs::read_to_string(&file).unwrap().matches(",missing,").count();
    let asked = || fake.count("readings");

    export().exits(0).says(&["1 file written", "100 intervals are missing", "d_2026-10.csv 100"]);
    gap.store(40, Ordering::SeqCst);
    export().exits(0).says(&["1 file written", "1 of them fuller", "d_2026-10.csv 40"]);
    assert_eq!(missing(), 40);
    gap.store(60, Ordering::SeqCst);
    export().exits(0).says(&["0 files written", "holds more than the provider has now"]);
    assert_eq!(missing(), 40, "a poorer answer replaces nothing");
    gap.store(0, Ordering::SeqCst);
    export().exits(0).says(&["1 of them fuller"]);
    assert_eq!(missing(), 0);
    let before = asked();
    export().exits(0).says(&["0 files written", "1 there already"]);
    assert_eq!(asked(), before, "a whole month is not asked for again");
}

#[test]
fn a_file_that_is_not_as_it_was_written_is_kept_until_forced() {
    let (program, _fake) = with_readings("", |_| {});
    let export = |more: &str| run(&program, &format!("meter export --out out{more}"), &OCTOBER);
    let out = program.root().join("out");
    let (file, ledger) = (out.join("d_2026-10.csv"), out.join(".partnerlink-export.jsonl"));
    fs::create_dir(&out).unwrap();
    fs::write(&file, "somebody's own").unwrap();
    export("").exits(0).says(&["not as this program wrote it; --force replaces it"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "somebody's own");
    export(" --force").exits(0).says(&["1 file written"]);
    let whole = fs::read_to_string(&file).unwrap();

    fs::write(&file, format!("{whole}my notes\n")).unwrap();
    export("").exits(0).says(&["d_2026-10.csv: not as this program wrote it"]);
    assert!(fs::read_to_string(&file).unwrap().ends_with("my notes\n"));

    fs::write(&file, &whole).unwrap();
    export("").exits(0).says(&["1 there already"]);
    let other = " --format csv --gaps skip";
    export(other).exits(2).says(&["holds something else than is asked for", "--out"]);

    for damaged in [None, Some("not JSON\n{\"file\":\n\u{0}")] {
        match damaged {
            None => fs::remove_file(&ledger).unwrap(),
            Some(text) => fs::write(&ledger, text).unwrap(),
        }
        export("").exits(0).says(&["not as this program wrote it"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    }
    export(" --force").exits(0).says(&["1 file written"]);
    export("").exits(0).says(&["1 there already"]);
}
