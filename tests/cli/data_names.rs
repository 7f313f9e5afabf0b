//! Meters and spaces by the names that people have for them, found with as few requests as can be.

use std::fs;

use serde_json::{Value, json};

use crate::data_meter::is_self_contained;
use crate::provider::Provider;
use crate::provider::http::{Call, Reply};
use crate::support::data::{Data, OFFICE, SUN, connected_to_fake, data_calls, files_in};
use crate::support::program::{Outcome, Program};
use crate::support::sandbox;
use crate::support::unix::assert_private;

const DAY: [&str; 4] = ["--from", "2026-10-01", "--to", "2026-10-02"];

/// A fake provider with these spaces of meters (id, name), none of which has readings.
fn with_meters(
    spaces: &'static [(&'static str, &'static str, &'static [[&'static str; 2]])],
) -> (Program, Provider) {
    let (program, fake) = connected_to_fake();
    fake.serves(move |call| answer(spaces, call));
    (program, fake)
}

fn answer(
    spaces: &[(&'static str, &'static str, &'static [[&'static str; 2]])],
    call: &Call,
) -> Reply {
    let space = |id: &str| spaces.iter().find(|(space, ..)| *space == id);
    let path = call.path().strip_prefix("/api/").unwrap();
    let list: Vec<Value> = match path.split('/').collect::<Vec<_>>()[..] {
        ["spaces"] => {
            let list = spaces.iter().map(|(id, name, _)| json!({ "id": id, "name": name }));
            return Reply::json(
                200,
                &json!({ "spaces": list.collect::<Vec<_>>(), "totalNumPages": 1 }),
            );
        }
        ["spaces", id, "devices"] => match space(id) {
            Some((_, _, meters)) => {
                meters.iter().map(|[id, name]| json!({ "id": id, "name": name })).collect()
            }
            None => return Reply::error(404, "not_found"),
        },
        _ => return Reply::new(200, "", "[]"),
    };
    Reply::json(200, &json!({ "devices": list, "totalNumPages": 1 }))
}

#[track_caller]
fn readings(program: &Program, more: &[&str]) -> Outcome {
    program.run([&["meter", "readings", "--format", "csv"], &DAY[..], more].concat())
}

/// The device ids of the rows, each once.
fn ids(outcome: &Outcome) -> Vec<String> {
    let mut lines = outcome.data().lines();
    let place = lines.next().unwrap().split(',').position(|name| name == "deviceId").unwrap();
    // Commas in quotes are those of one name that stands before the id.
    let id = |line: &str| {
        let line = line.replace(", ", " ");
        line.split(',').nth(place).unwrap().to_owned()
    };
    let mut ids: Vec<String> = lines.map(id).collect();
    ids.dedup();
    ids
}

#[test]
fn a_meter_is_found_by_every_name_that_people_have_for_it() {
    let data = Data::new();
    for name in [
        "Strom Verwaltung",
        "strom verwaltung",
        "STROM VERW",
        "Verwaltung Strom",
        "50999000001",
        "DE0099990699900000000000000000001",
        "1SBX0086545092",
        "1sbx0086",
        "5092",
        OFFICE,
    ] {
        let outcome = readings(&data.program, &["--device", name]).exits(0);
        assert_eq!(ids(&outcome), [OFFICE], "{name}");
    }
    for name in ["Wärme Netz", "Waerme Netz", "warme netz nord"] {
        let outcome = readings(&data.program, &["--device", name]).exits(0);
        assert_eq!(ids(&outcome), ["d0000000-0000-4000-8000-000000000005"], "{name}");
    }
    for (space, main) in [("stadtwerke muster", OFFICE), ("Stadtwerke Muster, Verwaltung", OFFICE)]
    {
        let outcome = readings(&data.program, &["--space", space]).exits(0);
        assert_eq!(ids(&outcome), [main], "{space}");
    }
}

#[test]
fn one_meter_by_several_names_is_one_meter() {
    let data = Data::new();
    let space = ["--space", "Stadtwerke", "--device", SUN];
    let names = ["--device", "Strom Verwaltung", "--device", "50999000001", "--device", OFFICE];
    let outcome = readings(&data.program, &[&names[..], &space].concat()).exits(0);
    assert_eq!(ids(&outcome), [OFFICE, SUN]);
    assert_eq!(outcome.data().lines().count(), 1 + 2 * 96);
}

#[test]
fn several_that_fit_are_listed_with_what_to_type_instead() {
    let data = Data::new();
    let outcome = readings(&data.program, &["--device", "verwaltung"]).exits(2);
    outcome.says(&[
        "\"verwaltung\" may be one of 2",
        "--device \"Strom Verwaltung\"   Strom Verwaltung: in Stadtwerke Muster, Verwaltung, \
         serial 1SBX0086545092, MaLo 50999000001, MeLo DE0099990699900000000000000000001",
        "--device \"Wärme Verwaltung\"",
        OFFICE,
    ]);
    let outcome = readings(&data.program, &["--space", "birkenweg"]).exits(2);
    outcome.says(&[
        "may be one of 2",
        "--space \"Mehrfamilienhaus Birkenweg 12\"   Mehrfamilienhaus Birkenweg 12: id a000",
    ]);
    data.program.run(["meter", "devices", "--space", "birkenweg"]).exits(2);
}

#[test]
fn meters_of_one_name_are_asked_for_by_what_they_do_not_share() {
    let (program, _fake) = with_meters(&[
        ("s1", "Wohnung 3", &[["d1", "Strom"], ["d2", "Strom\u{1b}[2J Keller"]]),
        ("s2", "Wohnung 4", &[["d3", "Strom"]]),
    ]);
    let ask = |name| {
        program.run(
            [
                &["meter", "verify", "--account", "fake", "--device", name, "--json", "--complete"],
                &DAY[..],
            ]
            .concat(),
        )
    };
    let outcome = ask("Strom").exits(2);
    let outcome =
        outcome.says(&["one of 2", "--device d1   Strom: in Wohnung 3, id d1", "--device d3 "]);
    assert!(!outcome.stderr.contains("Keller"), "{}", outcome.told());
    let outcome = ask("trom").exits(2).conceals(&["\u{1b}[2J"]);
    outcome.says(&["one of 3"]);
    let json = ask("Strom Wohnung 4").exits(0).json();
    assert_eq!(json["days"][0]["device"], "d3");
}

#[test]
fn what_is_not_listed_is_an_id_or_a_mistake() {
    let data = Data::new();
    let outcome = readings(&data.program, &["--device", "Strom Verwaltug"]).exits(2);
    outcome.says(&["is called \"Strom Verwaltug\"", "did you mean \"Strom Verwaltung\""]);
    let outcome = readings(&data.program, &["--device", "Zzz"]).exits(2);
    outcome.says(&["partnerlink meter devices lists"]);
    let outcome = readings(&data.program, &["--space", "Heizwerk Nrod"]).exits(2);
    outcome.says(&["did you mean \"Heizwerk Nord\""]);
    // The provider knows better which ids there are.
    let unlisted = "d0000000-0000-4000-8000-000000000999";
    let outcome = readings(&data.program, &["--device", unlisted]).exits(6);
    outcome.says(&["it is asked for as an id", "knows no such thing"]);
}

#[test]
fn a_meter_that_was_listed_today_is_found_without_asking() {
    let data = Data::new();
    let lists = || {
        let counts = &data.counts()["data"];
        (counts["spaces"].as_u64().unwrap_or(0), counts["devices"].as_u64().unwrap_or(0))
    };
    readings(&data.program, &["--device", "strom verwaltung"]).exits(0);
    assert_eq!(lists(), (1, 5));
    for args in [["--device", "Photovoltaik Dach"], ["--space", "Freibad Mühlental"]] {
        readings(&data.program, &args).exits(0);
    }
    assert_eq!(lists(), (1, 5));
    // What is not found there may be new.
    readings(&data.program, &["--device", "Photovoltaik Wand"]).exits(2);
    assert_eq!(lists(), (2, 10));
    readings(&data.program, &["--all"]).exits(0);
    data.program.run(["meter", "devices"]).exits(0);
    assert_eq!(lists(), (4, 20), "these always ask");

    let path = data.program.state().join("sandbox/meters/zaehlerfreunde.default.json");
    assert_private(&path);
    let kept = fs::read_to_string(&path).unwrap();
    let mut old: Value = serde_json::from_str(&kept).unwrap();
    old["at"] = "2026-01-01T00:00:00Z".into();
    let mut foreign: Value = serde_json::from_str(&kept).unwrap();
    foreign["connected_at"] = "2026-01-01T00:00:00Z".into();
    for (number, broken) in
        [old.to_string(), foreign.to_string(), "{".into(), String::new()].iter().enumerate()
    {
        fs::write(&path, broken).unwrap();
        readings(&data.program, &["--device", "Photovoltaik Dach"]).exits(0);
        assert_eq!(lists().0, 5 + number as u64, "{broken}");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    readings(&data.program, &["--device", "Photovoltaik Dach"]).exits(0);
    fs::remove_dir(&path).unwrap();

    readings(&data.program, &["--device", "Photovoltaik Dach"]).exits(0);
    data.program.run(["disconnect", "zaehlerfreunde"]).exits(0);
    assert!(!path.exists(), "it goes with the account");
}

#[test]
fn another_sign_in_sees_its_own_meters() {
    let sandbox = crate::support::sandbox::Sandbox::start(&[]);
    let program = sandbox.client();
    sandbox::connect(&program, &["zaehlerfreunde"]).0.exits(0);
    program.run(["meter", "devices"]).exits(0);
    let offered = || {
        let line = ["completions", "bash", "--", "partnerlink", "meter", "plot", "--device", "S"];
        program.run(line).exits(0).stdout
    };
    assert!(
        offered().contains("Strom Verwaltung\tStadtwerke Muster, Verwaltung, MaLo 50999000001")
    );
    sandbox::connect(&program, &["zaehlerfreunde"]).0.exits(0);
    assert_eq!(offered(), "", "until they are listed again");
    program.run(["meter", "devices"]).exits(0);
    assert!(offered().contains("Strom Verwaltung"));
}

#[test]
fn a_tab_offers_names_and_asks_nobody() {
    let data = Data::new();
    data.program.run(["meter", "devices"]).exits(0);
    let counts = data.counts();
    let offered = |words: &[&str]| {
        let line = [&["completions", "bash", "--", "partnerlink", "meter"], words].concat();
        let outcome = data.program.run(line).exits(0);
        let value = |line: &str| line.split('\t').next().unwrap().to_owned();
        outcome.stdout.lines().map(value).collect::<Vec<_>>()
    };
    assert_eq!(offered(&["readings", "--device", "strom v"]), ["Strom Verwaltung"]);
    assert_eq!(offered(&["readings", "--device=waerme n"]), ["--device=Wärme Netz Nord"]);
    assert_eq!(offered(&["export", "--device", "509990000"]).len(), 8);
    assert_eq!(offered(&["export", "--device", "1SBX0086"]), ["1SBX0086545092"]);
    assert_eq!(offered(&["readings", "--device", ""]).len(), 12);
    assert_eq!(offered(&["plot", "--space", "frei"]), ["Freibad Mühlental"]);
    assert_eq!(offered(&["devices", "--space", ""]).len(), 5);
    let other = ["readings", "--account", "zaehlerfreunde:other", "--device", ""];
    assert_eq!(offered(&other), [""; 0]);
    assert_eq!(data.counts(), counts);
}

#[test]
fn an_odd_device_or_space_does_not_stop_the_others() {
    let (program, fake) = with_meters(&[
        ("s1", "Halle", &[["d1", "Strom"], ["", "Namenlos"]]),
        ("s2", "Hof", &[["d2", "Gas"]]),
    ]);
    fake.serves(|call| match call.path() {
        "/api/spaces" => Reply::json(
            200,
            &json!({ "totalNumPages": 1, "spaces": [
            { "id": "s1", "name": "Halle" }, { "name": "Turm" }, { "id": "s2", "name": "Hof" },
        ] }),
        ),
        "/api/spaces/s1/devices" => Reply::json(
            200,
            &json!({ "totalNumPages": 1, "devices": [
            { "id": "d1", "name": "Strom" }, { "name": "Namenlos" },
        ] }),
        ),
        "/api/spaces/s2/devices" => Reply::error(403, "vertrag"),
        _ => Reply::new(200, "", "[]"),
    });
    let devices =
        ["meter", "devices", "--account", "fake", "--format", "csv", "--fields", "name,space"];
    let outcome = program.run(devices).exits(6);
    assert_eq!(outcome.data(), "name,space\nStrom,Halle\nNamenlos,Halle");
    outcome.says(&[
        "a space has no id, and its meters are not listed: \"Turm\"",
        "a device of Halle (space s1) has no id",
        "the meters of Hof (space s2) are not known: the provider refuses this",
    ]);
    let range = ["--from", "2026-10", "--to", "2026-11", "--account", "fake"];
    program.run([&["meter", "verify", "--device", "strom"], &range[..]].concat()).exits(0);
    program.run([&["meter", "verify", "--all"], &range[..]].concat()).exits(6).says(&["Hof"]);
    program.run([&["meter", "export", "--all", "--out", "out"], &range[..]].concat()).exits(6);
    assert_eq!(files_in(&program.root().join("out"))[0].0, "strom_2026-10.csv");
}

#[test]
fn without_a_list_ids_still_work_and_that_is_said() {
    let (program, fake) = connected_to_fake();
    for refusal in [Reply::error(403, "no"), Reply::error(404, "no"), Reply::new(200, "", "[]")] {
        fake.serves(move |call| match call.path() {
            "/api/spaces" => refusal.clone(),
            _ => Reply::new(200, "", "[]"),
        });
        for args in [["--device", "abc"], ["--space", "xyz"]] {
            let outcome =
                readings(&program, &[&args[..], &["--account", "fake"]].concat()).exits(0);
            outcome.says(&["the names of meters and spaces are not known, only ids work: the "]);
        }
        let asked: Vec<String> =
            data_calls(&fake).iter().map(|call| call.path().to_owned()).collect();
        assert!(asked.contains(&"/api/devices/abc/readings".to_owned()), "{asked:?}");
        assert!(asked.contains(&"/api/spaces/xyz/readings".to_owned()), "{asked:?}");
        readings(&program, &["--all", "--account", "fake"]).exits(6);
    }
}

#[test]
fn lists_of_meters_begin_with_what_people_call_them() {
    let data = Data::new();
    let outcome = data.program.run(["meter", "devices", "--format", "csv"]).exits(0);
    let lines: Vec<&str> = outcome.data().lines().take(2).collect();
    assert_eq!(lines[0], "name,space,serial,malo,melo,medium,status,latestReadingTime,id");
    assert!(
        lines[1].starts_with(
            "Strom Verwaltung,\"Stadtwerke Muster, Verwaltung\",1SBX0086545092,50999000001,\
             DE0099990699900000000000000000001,ELECTRICITY,"
        ),
        "{}",
        lines[1]
    );
    let fields = ["--fields", "serial,malo,melo,space"];
    let args = [&["meter", "devices", "--format", "csv", "--space", "heizwerk"], &fields[..]];
    let outcome = data.program.run(args.concat()).exits(0);
    assert_eq!(outcome.data().lines().nth(1), Some("7SBX0009520165,50999000004,,Heizwerk Nord"));
    let json = data.program.run(["meter", "devices", "--json"]).exits(0).json();
    let first = &json["devices"][0];
    assert_eq!(
        (&first["serial"], &first["space"]),
        (&json!("1SBX0086545092"), &json!("Stadtwerke Muster, Verwaltung"))
    );
    assert_eq!(first["metaData"][0]["value"], "1SBX0086545092", "the provider's own is there");
}

#[test]
fn one_direction_is_asked_for_by_name() {
    let data = Data::new();
    let count = |more: &[&str]| {
        let args = [&["--device", "Strom Haus", "--fields", "direction"], more].concat();
        readings(&data.program, &args).exits(0).data().lines().skip(1).fold(
            [0, 0],
            |[to, from], line| if line == "IN" { [to + 1, from] } else { [to, from + 1] },
        )
    };
    assert_eq!(count(&[]), [96, 96]);
    assert_eq!(count(&["--direction", "in"]), [96, 0]);
    assert_eq!(count(&["--direction", "out"]), [0, 96]);
    let plot = ["meter", "plot", "--device", "Strom Haus", "--direction", "out", "-o", "a.svg"];
    data.program.run([&plot[..], &DAY].concat()).exits(0);
    let verify = ["meter", "verify", "--device", "Strom Haus", "--direction", "in", "--complete"];
    let outcome = data.program.run([&verify[..], &DAY, &["--format", "csv"]].concat()).exits(0);
    assert_eq!(outcome.data().lines().count(), 2);
}

#[test]
fn exported_files_are_called_as_their_meters() {
    let data = Data::new();
    let export = |more: &[&str]| {
        let args = ["meter", "export", "--from", "2026-10", "--to", "2026-11", "--out", "out"];
        data.program.run([&args[..], more].concat()).exits(0);
    };
    let names = || {
        let files = files_in(&data.program.root().join("out"));
        files.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    export(&["--device", "Wärme Verwaltung"]);
    export(&["--device", "Strom Haus", "--direction", "out"]);
    export(&["--space", "Freibad", "--medium", "water"]);
    export(&["--device", "50999000001", "--resolution", "day"]);
    let few = [
        "freibad-muehlental_water_2026-10.csv",
        "strom-haus-mit-photovoltaik_out_2026-10.csv",
        "strom-verwaltung_day_2026-10.csv",
        "waerme-verwaltung_2026-10.csv",
    ];
    assert_eq!(names(), few);
    export(&["--all"]);
    assert_eq!(names().len(), few.len() + 11, "each meter once: {:?}", names());
}

#[test]
fn a_picture_shows_every_series_and_names_each() {
    let data = Data::new();
    let plot = |more: &[&str]| data.program.run([&["meter", "plot"], &DAY[..], more].concat());
    let read = |file: &str| fs::read_to_string(data.program.root().join(file)).unwrap();
    let both = ["--device", "Strom Haus", "--device", "Gastherme"];
    for file in ["a.html", "a.svg"] {
        plot(&[&both[..], &["-o", file]].concat()).exits(0);
        let picture = read(file);
        is_self_contained(&picture);
        let house = "Mehrfamilienhaus Birkenweg 12";
        for title in [
            format!("Strom Haus mit Photovoltaik · {house} · electricity, consumption"),
            format!("Strom Haus mit Photovoltaik · {house} · electricity, feed-in"),
            format!("Gastherme Haus · {house} · gas, consumption"),
        ] {
            assert!(picture.contains(&title), "{title}");
        }
    }
    assert!(read("a.html").contains("<title>3 series</title>"));
    let german = ["--language", "de", "--force", "-o", "a.html"];
    plot(&[&both[..], &german].concat()).exits(0);
    assert!(read("a.html").contains("<h1>3 Messreihen</h1>"));

    plot(&[&both[..], &["--each", "-o", "out.html"]].concat()).exits(0);
    for file in [
        "out_strom-haus-mit-photovoltaik_in.html",
        "out_strom-haus-mit-photovoltaik_out.html",
        "out_gastherme-haus.html",
    ] {
        assert_eq!(read(file).matches("<svg").count(), 1, "{file}");
    }
    plot(&[&both[..], &["--each"]].concat()).exits(2).says(&["--output"]);
    let terminal = plot(&both).exits(0);
    assert!(terminal.data().contains("Gastherme Haus · Mehrfamilienhaus"), "{}", terminal.told());
}
