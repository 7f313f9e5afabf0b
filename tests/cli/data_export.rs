//! `meter export`: names made of data, runs that broke off, memory that does not grow.

use std::collections::HashMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::provider::Provider;
use crate::provider::http::{Call, Reply};
use crate::support::data::{Data, connected_to_fake, files_in};
use crate::support::program::Program;
use crate::support::unix::{assert_private, symlink};

/// A fake provider with one space that holds these meters, none of which has readings.
fn with_meters(ids: &'static [&'static str]) -> (Program, Provider) {
    let (program, fake) = connected_to_fake();
    fake.serves(|call| match call.path() {
        "/api/spaces" => {
            Reply::json(200, &json!({ "spaces": [{ "id": "s" }], "totalNumPages": 1 }))
        }
        "/api/spaces/s/devices" => {
            let devices: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
            Reply::json(200, &json!({ "devices": devices, "totalNumPages": 1 }))
        }
        _ => Reply::new(200, "", "[]"),
    });
    (program, fake)
}

const OCTOBER: [&str; 9] =
    ["meter", "export", "--all", "--from", "2026-10", "--to", "2026-11", "--account", "fake"];

#[test]
fn names_made_of_ids_stay_in_the_folder() {
    const LONG: &str = "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-\
        long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-\
        long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-\
        long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long";
    let ids =
        &["../x", "/etc/x", "C:\\x", "CON", "a\0b", LONG, "dot.", "..", "-rf", "d", "D\u{202e}x"];
    let (program, fake) = with_meters(ids);
    program.run(["meter", "devices", "--account", "fake"]).exits(0);
    let before = program.files();
    program.run([&OCTOBER[..], &["--out", "a/b"]].concat()).exits(0).says(&["11 files written"]);
    let files = files_in(&program.root().join("a/b"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), ids.len(), "{names:?}");
    for name in &names {
        assert!(name.ends_with("_2026-10.csv") && name.len() < 200, "{name}");
        assert!(!name.starts_with(['.', '-']) && !name.starts_with("CON_"), "{name}");
        assert!(!name.contains(['\\', ':', '\0', '\u{202e}']), "{name:?}");
    }
    assert!(names.contains(&"d_2026-10.csv"), "{names:?}");
    assert_eq!(program.files().len(), before.len() + ids.len() + 1, "nothing anywhere else");
    // An id is one segment of a path, whatever is in it.
    let outside = |call: &Call| !call.path().starts_with("/api/") && call.method == "GET";
    assert!(!fake.calls().iter().any(outside));
}

#[test]
#[cfg_attr(windows, ignore = "it makes symbolic links")]
fn a_link_in_the_folder_is_not_written_through() {
    let (program, _fake) = with_meters(&["d"]);
    let out = program.root().join("out");
    fs::create_dir(&out).unwrap();
    symlink(program.root().join("victim"), out.join("d_2026-10.csv")).unwrap();
    let outcome = program.run([&OCTOBER[..], &["--out", "out"]].concat());
    assert_ne!(outcome.code, Some(0), "{}", outcome.told());
    assert!(!program.root().join("victim").exists());
    // Nor is one that leads somewhere taken for a finished file.
    fs::write(program.root().join("victim"), "precious").unwrap();
    let outcome = program.run([&OCTOBER[..], &["--out", "out"]].concat());
    assert_ne!(outcome.code, Some(0), "{}", outcome.told());
    fs::remove_file(program.root().join("victim")).unwrap();
    symlink(program.root().join("victim"), out.join("d_2026-09.csv.part")).unwrap();
    let args = ["meter", "export", "--device", "d", "--from", "2026-09", "--to", "2026-10"];
    program.run([&args[..], &["--account", "fake", "--out", "out"]].concat());
    assert!(!program.root().join("victim").exists());
}

#[test]
fn nobody_else_reads_an_export() {
    let (program, _fake) = with_meters(&["d"]);
    program.run([&OCTOBER[..], &["--out", "out"]].concat()).exits(0);
    assert_private(&program.root().join("out/d_2026-10.csv"));
}

#[test]
fn a_killed_export_goes_on_and_its_files_are_whole() {
    let data = Data::new();
    let program = &data.program;
    let args = ["meter", "export", "--all", "--from", "2026-07", "--to", "2026-10"];
    let run = |out: &str| program.run([&args[..], &["--out", out]].concat()).exits(0);
    let (whole, broken) = (program.root().join("whole"), program.root().join("broken"));
    run("whole").says(&["36 files written"]);
    let reference: HashMap<String, Vec<u8>> = files_in(&whole).into_iter().collect();
    assert_eq!(reference.len(), 36);

    let finished = || {
        let all = if broken.exists() { files_in(&broken) } else { Vec::new() };
        all.into_iter().filter(|(name, _)| !name.ends_with(".part")).collect::<Vec<_>>()
    };
    let mut running = program.spawn([&args[..], &["--out", "broken"]].concat());
    // Names alone: a part that is read here may have another name before it is open.
    let named = || {
        let all = fs::read_dir(&broken).into_iter().flatten();
        all.filter(|entry| entry.as_ref().unwrap().path().extension() == Some("csv".as_ref()))
            .count()
    };
    while named() < 3 {
        assert!(running.is_running(), "it ended before it could be killed");
        thread::sleep(Duration::from_millis(1));
    }
    running.kill();
    let kept = finished();
    assert!((3..36).contains(&kept.len()), "{}", kept.len());
    for (name, bytes) in &kept {
        assert!(reference[name] == *bytes, "{name} is not whole");
    }
    // What a kill may leave at the worst moment: half of the next file.
    let next = reference.keys().find(|name| !broken.join(name).exists()).unwrap();
    fs::write(broken.join(format!("{next}.part")), "half").unwrap();

    run("broken").says(&[&format!("{} file", 36 - kept.len())]);
    let all = files_in(&broken);
    assert_eq!(all.len(), 36, "nothing half is left");
    assert!(all.iter().all(|(name, bytes)| reference[name] == *bytes));
    run("broken").says(&["0 files written", "36 there already"]);
}

/// Quarter hours of the window that is asked for, the same for every meter.
fn quarter_hours(call: &Call, known: &Mutex<HashMap<String, Arc<str>>>) -> Reply {
    let query = call.target.split_once('?').unwrap().1;
    if let Some(body) = known.lock().unwrap().get(query) {
        return Reply::new(200, "", body.as_bytes());
    }
    let time = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let text = pairs.find(|(name, _)| name == wanted).unwrap().1;
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let one = |second| {
        let at = jiff::Timestamp::from_second(second).unwrap();
        format!(
            r#"{{"deviceId":"d","timeStamp":"{at}","measurement":"ENERGY","value":12.345,"unit":"kWh","label":"Energie Bezug","deviceType":"SMART_METER","deviceProvider":"DISCOVERGY","medium":"ELECTRICITY","direction":"IN"}}"#
        )
    };
    let all: Vec<String> = (time("startTime")..time("endTime")).step_by(900).map(one).collect();
    let body: Arc<str> = format!("[{}]", all.join(",")).into();
    known.lock().unwrap().insert(query.to_owned(), Arc::clone(&body));
    Reply::new(200, "", body.as_bytes())
}

/// The most memory of its own that a run holds, in KiB, and how many rows it writes. The pages of
/// the program itself are left out: a debug build has 60 MiB of them.
fn peak(program: &Program, devices: usize) -> (u64, usize) {
    let mut args = vec!["meter", "readings", "--account", "fake", "-o", "year.csv", "--force"];
    args.extend(["--from", "2025-11", "--to", "2026-11"]);
    let names: Vec<String> = (0..devices).map(|number| format!("d{number}")).collect();
    args.extend(names.iter().flat_map(|name| ["--device", name]));
    let mut running = program.spawn(args);
    let status = format!("/proc/{}/status", running.pid());
    let mut peak = 0;
    while running.is_running() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or("0 kB");
        peak = peak.max(line.trim().trim_end_matches(" kB").parse().unwrap());
        thread::sleep(Duration::from_millis(2));
    }
    running.finish().exits(0);
    let rows = fs::read_to_string(program.root().join("year.csv")).unwrap().lines().count() - 1;
    (peak, rows)
}

#[test]
#[cfg_attr(windows, ignore = "it looks into /proc")]
fn memory_stays_below_32_mib_for_years_of_quarter_hours() {
    let (mut program, fake) = connected_to_fake();
    program.patience = Duration::from_secs(120);
    let known = Mutex::default();
    fake.serves(move |call| match call.path() {
        "/api/spaces" => Reply::error(404, "not_found"),
        _ => quarter_hours(call, &known),
    });
    let (one, rows) = peak(&program, 1);
    assert_eq!(rows, 35_040);
    let (many, rows) = peak(&program, 10);
    assert_eq!(rows, 350_400);
    assert!(one > 1024 && many < 32 * 1024, "{one} KiB, {many} KiB");
    assert!(many < one + 8 * 1024, "{one} KiB for one meter, {many} KiB for ten");
}

/// As DuckDB, Polars and pyarrow read a folder: a part of a month is a file of its own.
#[test]
fn parquet_goes_into_folders_by_meter_and_month() {
    let (program, _fake) = with_meters(&["d", "e"]);
    let parquet = ["--format", "parquet", "--out", "out"];
    program.run([&OCTOBER[..], &parquet].concat()).exits(0);
    let part = ["meter", "export", "--device", "d", "--from", "2026-10-05", "--to", "2026-10-07"];
    program.run([&part[..], &["--account", "fake"], &parquet].concat()).exits(0);
    for file in [
        "meter=d/month=2026-10/readings.parquet",
        "meter=e/month=2026-10/readings.parquet",
        "meter=d/month=2026-10/readings_2026-10-05_2026-10-07.parquet",
    ] {
        let bytes = fs::read(program.root().join("out").join(file)).unwrap();
        let told = String::from_utf8_lossy(&bytes);
        assert!(told.starts_with("PAR1") && told.ends_with("PAR1"), "{file}");
        assert!(told.contains("partnerlink.list"), "{file}");
    }
}

/// A month that is not over is called by what is there of it, and the longer file takes its place.
#[test]
fn a_running_months_file_is_named_by_what_it_holds() {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let now = jiff::Timestamp::now().to_zoned(zone);
    let begin = now.first_of_month().unwrap().start_of_day().unwrap();
    let held = Arc::new(AtomicUsize::new(1));
    if now.duration_since(&begin).as_secs() < 3 * 900 {
        return;
    }
    let (program, fake) = connected_to_fake();
    let count = Arc::clone(&held);
    fake.serves(move |call| {
        let from = call.query("startTime").unwrap_or_default().parse::<jiff::Timestamp>();
        let Ok(from) = from else { return Reply::error(404, "not_found") };
        let one = |number: usize| {
            let at = from + Duration::from_secs(900 * number as u64);
            json!({ "timeStamp": at.to_string(), "value": 1, "unit": "kWh" })
        };
        let count = count.load(Ordering::SeqCst);
        Reply::json(200, &(0..count).map(one).collect::<Vec<_>>().into())
    });
    let month = begin.strftime("%Y-%m").to_string();
    let args = ["meter", "export", "--device", "d", "--account", "fake", "--out", "out"];
    let export = || program.run([&args[..], &["--month", &month]].concat());
    let names = || {
        let files = files_in(&program.root().join("out"));
        files.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    export().exits(0).says(&["1 file written"]);
    let day = begin.strftime("%Y-%m-%d").to_string();
    let first = names();
    assert!(first.len() == 1 && first[0].starts_with(&format!("d_{day}_{day}T")), "{first:?}");
    held.store(2, Ordering::SeqCst);
    export().exits(0).says(&["1 file written", "1 of a shorter time removed"]);
    let second = names();
    assert!(second.len() == 1 && second != first, "{second:?}");
}
