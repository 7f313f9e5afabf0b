//! A report of made-up readings: what its columns hold, and that both files say it.

use super::*;
use crate::clock;
use crate::data::query::{Measurement, Period};
use crate::data::reading::Labels;

const OCTOBER: [&str; 2] = ["2026-10", "2026-11"];

fn query([from, to]: [&str; 2], measurement: Measurement) -> Query {
    let period = Period { from: Some(from), to: Some(to), last: None };
    let now = clock::Timestamp::UNIX_EPOCH;
    Query::new(period, Resolution::QuarterHour, measurement, clock::berlin(), now).unwrap()
}

fn report(time: [&str; 2], measurement: Measurement) -> Report {
    Report::new(&query(time, measurement), Language::De, true, true)
}

fn meter(name: &str) -> Arc<Meter> {
    let text = |text: &str| text.to_owned();
    Arc::new(Meter { id: text(name), name: text(name), space: text("Werk"), ..Meter::default() })
}

/// Readings every quarter of an hour from the begin on, with these values.
fn readings(
    report: &Report,
    meter: &Arc<Meter>,
    (measurement, unit): (&str, &str),
    values: &[&'static str],
) -> Vec<Reading> {
    let labels = Arc::new(Labels {
        meter: Arc::clone(meter),
        device_id: meter.id.clone(),
        measurement: measurement.to_owned(),
        unit: unit.to_owned(),
        medium: "ELECTRICITY".to_owned(),
        direction: "IN".to_owned(),
        ..Labels::default()
    });
    let at = |index: usize| clock::after(report.frame.query.from, 900 * index as i64);
    let reading = |(index, value): (usize, &&'static str)| Reading {
        labels: Arc::clone(&labels),
        time: at(index),
        value: Some((*value).into()),
        rest: None,
    };
    values.iter().enumerate().map(reading).collect()
}

fn added(mut report: Report, name: &str, what: (&str, &str), values: &[&'static str]) -> Report {
    let meter = meter(name);
    let readings = readings(&report, &meter, what, values);
    report.add(&meter, &readings, &[]).unwrap();
    report
}

fn workbook(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    book::save(report, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_column_has_energy_its_power_and_an_exact_sum() {
    let report = report(OCTOBER, Measurement::Energy);
    let report = added(report, "Halle", ("ENERGY", "kWh"), &["0.1", "0.2", "0.7", "1.623"]);
    let column = &report.columns[0];
    assert_eq!(column.sum.unwrap().to_string(), "2.623");
    assert_eq!(column.amounts[..4], [Some(0.1), Some(0.2), Some(0.7), Some(1.623)]);
    assert_eq!(column.powers[..5], [Some(0.4), Some(0.8), Some(2.8), Some(6.492), None]);
    assert_eq!((column.amounts.len(), column.figures.missing), (2980, 2976));
    assert_eq!((column.places, column.power_unit()), ([3, 3], Some("kW")));
    assert_eq!(column.figures.peak.unwrap().value, Some(6.492));
    let [first, second] = [column.days[0], column.days[1]];
    assert_eq!((first.amount.unwrap().to_string(), first.missing), ("2.623".to_owned(), 92));
    assert_eq!((second.amount, second.missing), (None, 96));
}

#[test]
fn measured_power_becomes_energy_and_other_media_have_no_power() {
    let of = |what, values: &[&'static str]| {
        let measurement =
            if what == ("POWER", "kW") { Measurement::Power } else { Measurement::Energy };
        let report = added(report(OCTOBER, measurement), "Halle", what, values);
        let column = &report.columns[0];
        (column.sum.unwrap().to_string(), column.quantity.unit.clone(), column.powers.len())
    };
    assert_eq!(of(("POWER", "kW"), &["6.491", "1"]), ("1.87275".into(), "kWh".into(), 2980));
    assert_eq!(of(("ENERGY", "m³"), &["0.5", "0.25"]), ("0.75".into(), "m³".into(), 0));
}

#[test]
fn only_what_is_alike_is_added_up() {
    let mut report = report(OCTOBER, Measurement::Energy);
    for (name, unit, value) in [("A", "kWh", "0.1"), ("B", "m³", "5"), ("C", "kWh", "0.2")] {
        report = added(report, name, ("ENERGY", unit), &[value]);
    }
    let totals = report.totals().into_iter();
    let totals: Vec<_> = totals.map(|it| (it.unit, it.sum.to_string(), it.columns)).collect();
    assert_eq!(totals, [("kWh", "0.3".to_owned(), 2), ("m³", "5".to_owned(), 1)]);
}

#[test]
fn a_year_is_shown_by_days_and_a_meter_without_readings_is_all_gap() {
    let mut report = report(["2026", "2027"], Measurement::Energy);
    report.add(&meter("Still"), &[], &[]).unwrap();
    let report = added(report, "Halle", ("ENERGY", "kWh"), &["1", "3"]);
    assert!(report.frame.by_day);
    let [silent, column] = &report.columns[..] else { panic!("two columns") };
    assert_eq!((silent.figures.missing, silent.figures.gaps.len()), (35_040, 1));
    assert_eq!((column.amounts.len(), column.amounts[0]), (365, Some(4.0)));
    assert_eq!((column.powers[0], column.powers[1]), (Some(12.0), None), "the highest of the day");
    assert_eq!(workbook(&report)[..4], *b"PK\x03\x04");
}

#[test]
fn the_same_data_are_the_same_bytes() {
    let report = || {
        let report = report(OCTOBER, Measurement::Energy);
        added(report, "Halle", ("ENERGY", "kWh"), &["1", "3"])
    };
    assert!(workbook(&report()) == workbook(&report()));
    assert_eq!(page::html(&report()), page::html(&report()));
}

#[test]
fn the_page_writes_german_numbers_and_both_names_of_the_time() {
    let report =
        added(report(OCTOBER, Measurement::Energy), "Halle", ("ENERGY", "kWh"), &["9325.125"]);
    let html = page::html(&report);
    for text in [
        "<html lang=\"de\">",
        "<h1>Lastgang Oktober 2026</h1>",
        "9\u{202f}325,125 kWh",
        "37\u{202f}300,5 kW",
        "01.10.2026 00:15 MESZ</td><td>01.11.2026 00:00 MEZ",
        "zuerst MESZ, dann MEZ",
        "Sandbox: erfundene Daten",
        "2\u{202f}979",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn nothing_from_outside_is_markup_and_nothing_is_loaded() {
    let mut report = added(
        report(OCTOBER, Measurement::Energy),
        "</title><script src=https://a.example></script>",
        ("ENERGY", "<b>kWh</b>"),
        &["1"],
    );
    report.fail(&meter("<img src=x>"), "<script>".to_owned());
    let html = page::html(&report);
    for markup in ["<script", "<img", "<b>"] {
        assert!(!html.contains(markup), "{markup}");
    }
    let own = html.replace("url(#gap)", "");
    for loads in [" src=\"", "url(", "@import", " href="] {
        assert!(!own.contains(loads), "{loads}");
    }
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn periods_are_called_as_people_call_them() {
    let period = |time| {
        let query = query(time, Measurement::Energy);
        Words::new(Language::De, clock::berlin()).period(&query)
    };
    assert_eq!(period(["2026-10", "2026-11"]), "Oktober 2026");
    assert_eq!(period(["2026", "2027"]), "2026");
    assert_eq!(period(["2026-10-05", "2026-10-06"]), "05.10.2026");
    assert_eq!(period(["2026-10-05", "2026-10-12"]), "05.10.2026 – 11.10.2026");
}
