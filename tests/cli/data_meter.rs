//! `meter …` against the sandbox: each command once, and readings over both clock changes.

use std::fs;

use serde_json::json;

use crate::support::data::{Data, OFFICE, SUN};

const HEAD: &str = "time,meter,space,malo,melo,measurement,direction,value,unit,status,medium,\
                    label,deviceId,deviceType,deviceProvider";

fn csv<'a>(device: &'a str, from: &'a str, to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["meter", "readings", "--device", device, "--from", from, "--to", to];
    [&args[..], &["--format", "csv"], more].concat()
}

#[test]
fn lists_are_whole() {
    let data = Data::new();
    let program = &data.program;
    let spaces = program.run(["meter", "spaces", "--format", "csv"]).exits(0);
    let lines: Vec<&str> = spaces.data().lines().collect();
    assert_eq!((lines.len(), lines[0]), (6, "name,category,addressLineOne,postcode,city,id"));
    assert!(lines[1].starts_with("\"Stadtwerke Muster, Verwaltung\",OFFICE,"), "{}", lines[1]);

    let devices = program.run(["meter", "devices", "--json"]).exits(0).json();
    assert_eq!((&devices["schema"], devices["devices"].as_array().unwrap().len()), (&json!(1), 12));
    assert_eq!(devices["devices"][0]["id"], OFFICE);
    let space = ["--space", "a0000000-0000-4000-8000-000000000002"];
    let some = program.run([&["meter", "devices", "--format", "ndjson"], &space[..]].concat());
    let some = some.exits(0);
    assert_eq!(some.data().lines().count(), 3, "{}", some.told());

    let customers = program.run(["meter", "customers", "--format", "ndjson"]).exits(0);
    assert_eq!(customers.data().lines().count(), 130);
    let who = program.run(["meter", "whoami", "--json"]).exits(0).json();
    assert_eq!(who["partner"][0]["name"], "Stadtwerke Muster");
}

#[test]
fn readings_come_in_every_format() {
    let data = Data::new();
    let day =
        ["meter", "readings", "--device", OFFICE, "--from", "2026-10-01", "--to", "2026-10-02"];
    let run = |format| data.program.run([&day[..], &["--format", format]].concat()).exits(0);
    let text = run("csv");
    let lines: Vec<&str> = text.data().lines().collect();
    assert_eq!((lines.len(), lines[0]), (97, HEAD));
    let names = "Strom Verwaltung,\"Stadtwerke Muster, Verwaltung\",50999000001,";
    assert!(lines[1].starts_with(&format!("2026-10-01T00:00:00+02:00,{names}")), "{}", lines[1]);
    let rest = "ENERGY,IN,1.623,kWh,ok,ELECTRICITY,Energie Bezug,";
    assert!(lines[1].ends_with(&format!("{rest}{OFFICE},SMART_METER,DISCOVERGY")), "{}", lines[1]);

    let german = run("csv-de").stdout;
    assert!(
        german.starts_with("\u{feff}Zeit;Zeitzone;Zähler;Liegenschaft;MaLo;MeLo;Messgröße;"),
        "{german}"
    );
    let second = german.split("\r\n").nth(1).unwrap();
    assert!(
        second.starts_with("2026-10-01 00:00;MESZ;")
            && second.contains(";Energie;Bezug;1,623;kWh;"),
        "{second}"
    );
    assert_eq!(german.matches("\r\n").count(), german.matches('\n').count());

    let json = run("json").json();
    assert_eq!((&json["schema"], &json["sandbox"]), (&json!(1), &json!(true)));
    assert_eq!(json["readings"].as_array().unwrap().len(), 96);
    assert_eq!(json["readings"][0]["time"], "2026-10-01T00:00:00+02:00");
    let ndjson = run("ndjson");
    assert_eq!(ndjson.data().lines().count(), 96);
    for line in ndjson.data().lines() {
        let reading: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(reading["deviceId"], OFFICE);
    }
    let influx = run("influx");
    let line = influx.data().lines().next().unwrap();
    assert!(
        line.starts_with("ENERGY,deviceId=") && line.contains("label=Energie\\ Bezug"),
        "{line}"
    );
    assert!(line.ends_with(" value=1.623 1790805600000000000"), "{line}");
    let plain = run("plain");
    assert_eq!(plain.data().lines().count(), 96);
    run("table");
    data.program.run([&day[..], &["--format", "gpx"]].concat()).exits(2).says(&["no format for"]);
    data.program.run([&day[..], &["-o", "a.what"]].concat()).exits(2).says(&["names no format"]);
    for file in ["a.csv", "a.json", "a.ndjson", "a.lp", "a.txt", "a.xlsx"] {
        data.program.run([&day[..], &["-o", file]].concat()).exits(0);
        assert!(fs::metadata(data.program.root().join(file)).unwrap().len() > 1000, "{file}");
    }
}

#[test]
fn both_clock_changes_have_every_quarter_hour_once() {
    let data = Data::new();
    let times = |args: Vec<&str>| {
        let outcome = data.program.run(args).exits(0);
        let lines = outcome.data().lines().skip(1);
        lines.map(|time| time.trim_matches('"').to_owned()).collect::<Vec<String>>()
    };
    let time = ["--fields", "time"];
    let spring = times(csv(SUN, "2026-03-29", "2026-03-30", &time));
    assert_eq!(spring.len(), 92);
    assert_eq!(spring[7..9], ["2026-03-29T01:45:00+01:00", "2026-03-29T03:00:00+02:00"]);
    let autumn = times(csv(SUN, "2026-10-25", "2026-10-26", &time));
    assert_eq!(autumn.len(), 100);
    assert_eq!(autumn[11..13], ["2026-10-25T02:45:00+02:00", "2026-10-25T02:00:00+01:00"]);

    // Over both changes, in windows of 31 days and others: no interval doubled, none missing.
    let whole = times(csv(SUN, "2026-03-01", "2026-11-01", &time));
    assert_eq!(whole.len(), 245 * 96);
    let seconds: Vec<i64> =
        whole.iter().map(|time| time.parse::<jiff::Timestamp>().unwrap().as_second()).collect();
    assert!(seconds.windows(2).all(|pair| pair[1] - pair[0] == 900));
    let rows = |window| {
        let more = ["--window", window];
        data.program.run(csv(SUN, "2026-10-20", "2026-11-03", &more)).exits(0).stdout
    };
    let one = rows("31");
    assert_eq!(one.lines().count(), 1 + 14 * 96 + 4);
    assert!(one == rows("1") && one == rows("5"));
}

#[test]
fn hours_days_power_and_a_space_are_asked_for_as_they_are() {
    let data = Data::new();
    let lines = |more: &[&str]| {
        let outcome = data.program.run(csv(SUN, "2026-10-24", "2026-10-27", more)).exits(0);
        let lines = outcome.data().lines().skip(1);
        lines.map(|line| line.trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["--resolution", "hour"]).len(), 73);
    let days = lines(&["--resolution", "day", "--fields", "time"]);
    let midnights =
        ["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"];
    assert_eq!(days, midnights);
    let power = lines(&["--measurement", "power"]);
    assert!(power.iter().all(|line| line.contains(",POWER,")), "{}", power[0]);
    let space = ["--space", "a0000000-0000-4000-8000-000000000001", "--medium", "heating"];
    let args = ["meter", "readings", "--from", "2026-10-01", "--to", "2026-10-02"];
    let args = [&args[..], &space, &["--format", "csv"]].concat();
    let outcome = data.program.run(args).exits(0);
    assert_eq!(outcome.data().lines().count(), 97);
    assert!(outcome.stdout.contains(",HEATING,"));
}

#[test]
fn utc_days_begin_in_utc() {
    let data = Data::new();
    let args = csv(SUN, "2026-10-25", "2026-10-26", &["--tz", "UTC", "--fields", "time"]);
    let outcome = data.program.run(args).exits(0);
    let lines = outcome.data().lines().skip(1);
    let times: Vec<&str> = lines.map(|time| time.trim_matches('"')).collect();
    assert_eq!((times.len(), times[0]), (96, "2026-10-25T00:00:00+00:00"));
    assert_eq!(times[95], "2026-10-25T23:45:00+00:00");
    let args = csv(SUN, "2026-10-25", "2026-10-26", &["--tz", "Mars/Phobos"]);
    data.program.run(args).exits(2).says(&["Mars/Phobos"]);
}

#[test]
fn fields_are_written_in_the_order_they_are_named() {
    let data = Data::new();
    let args = csv(OFFICE, "2026-10-01", "2026-10-02", &["--fields", "value,deviceId"]);
    let outcome = data.program.run(args).exits(0);
    let lines: Vec<&str> = outcome.data().lines().take(2).collect();
    assert_eq!(lines, ["value,deviceId", &format!("1.623,{OFFICE}")]);
    let args = csv(OFFICE, "2026-10-01", "2026-10-02", &["--fields", "vlaue"]);
    data.program.run(args).exits(2).says(&["no field \"vlaue\"", "did you mean value?"]);
}

const VERIFIED: &str = "day,meter,direction,expected,present,missing,doubles,falls,impossible,\
    otherUnit,offGrid,space,device";

#[test]
fn gaps_are_marked_and_counted_and_never_zero() {
    let data = Data::new();
    let rows = |gaps| {
        let more = ["--gaps", gaps, "--fields", "time,value,status"];
        let outcome = data.program.run(csv(OFFICE, "2026-10-07", "2026-10-08", &more)).exits(0);
        outcome.data().lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let (marked, kept) = (rows("mark"), rows("skip"));
    assert_eq!((marked.len(), kept.len()), (96, 80));
    let missing: Vec<&String> = marked.iter().filter(|row| row.ends_with(",,missing")).collect();
    assert_eq!(missing.len(), 16);
    assert_eq!(missing[0], "2026-10-07T10:00:00+02:00,,missing");
    assert_eq!(missing[15], "2026-10-07T13:45:00+02:00,,missing");
    assert!(kept.iter().all(|row| marked.contains(row) && row.ends_with(",ok")));

    let verify = ["meter", "verify", "--device", OFFICE, "--from", "2026-10", "--to", "2026-11"];
    let outcome = data.program.run([&verify[..], &["--format", "csv"]].concat()).exits(0);
    let lines: Vec<&str> = outcome.data().lines().collect();
    assert_eq!((lines.len(), lines[0]), (5, VERIFIED));
    let counts = format!(
        "2026-10-07,Strom Verwaltung,IN,96,80,16,0,0,0,0,0,\"Stadtwerke Muster, Verwaltung\",{OFFICE}"
    );
    assert_eq!(lines[1], counts);
    outcome.says(&["64 intervals are missing"]);
    let complete =
        data.program.run([&verify[..], &["--complete", "--json"]].concat()).exits(0).json();
    let days = complete["days"].as_array().unwrap();
    assert_eq!(
        (days.len(), &days[24]["day"], &days[24]["expected"]),
        (31, &json!("2026-10-25"), &json!(100))
    );
}

#[test]
fn the_order_of_output_does_not_depend_on_the_jobs() {
    let data = Data::new();
    let rows = |jobs| {
        let args = ["meter", "readings", "--all", "--from", "2026-10-01", "--to", "2026-10-03"];
        let more = ["--window", "1", "--format", "csv", "--jobs", jobs];
        data.program.run([&args[..], &more].concat()).exits(0).stdout
    };
    let one = rows("1");
    // Eleven meters, one of them with two directions; the twelfth fell silent.
    assert_eq!(one.lines().count(), 1 + 12 * 2 * 96);
    assert!(one == rows("8") && one == rows("3"));
}

#[test]
fn pictures_are_drawn_here_and_load_nothing() {
    let data = Data::new();
    let plot = ["meter", "plot", "--device", SUN, "--from", "2026-10-19", "--to", "2026-10-26"];
    for view in ["curve", "heat-map", "duration"] {
        let outcome = data.program.run([&plot[..], &["--view", view]].concat()).exits(0);
        assert!(outcome.data().lines().count() > 8, "{}", outcome.told());
        let ascii = data.program.run([&plot[..], &["--view", view, "--ascii"]].concat()).exits(0);
        assert!(!ascii.stdout.contains(['┤', '⣿', '█']), "{}", ascii.told());
    }
    for file in ["week.svg", "week.html"] {
        data.program.run([&plot[..], &["-o", file]].concat()).exits(0);
        let text = fs::read_to_string(data.program.root().join(file)).unwrap();
        is_self_contained(&text);
        assert!(text.contains("<svg") && text.len() > 5000, "{file}");
    }
    data.program.run([&plot[..], &["-o", "week.png"]].concat()).exits(2);
    assert!(!data.program.root().join("week.png").exists());
}

/// Nothing is loaded and nothing runs.
#[track_caller]
pub fn is_self_contained(picture: &str) {
    let text = picture.to_lowercase().replace("http://www.w3.org/2000/svg", "");
    // A part of itself.
    let text = text.replace("url(#", "");
    for bad in ["http:", "https:", "<script", "javascript:", " onload", "src=", "url(", "@import"] {
        assert!(!text.contains(bad), "{bad}");
    }
}
