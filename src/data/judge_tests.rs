use super::*;
use crate::clock::berlin;
use crate::data::meter::Meter;
use crate::data::query::Resolution;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn query(measurement: Measurement) -> Query {
    Query {
        from: time("2026-10-24T22:00:00Z"),
        to: time("2026-10-25T23:00:00Z"),
        resolution: Resolution::QuarterHour,
        measurement,
        direction: None,
        zone: berlin(),
    }
}

fn meter() -> Source {
    let meter = Meter {
        id: "d1".into(),
        medium: "ELECTRICITY".into(),
        directions: vec!["IN".into(), "OUT".into()],
        ..Meter::default()
    };
    Source::Device(Arc::new(meter))
}

fn reading(measurement: &str, direction: &str, unit: &str, at: &str, value: &str) -> Reading {
    let labels = Labels {
        device_id: "d1".into(),
        measurement: measurement.into(),
        direction: direction.into(),
        unit: unit.into(),
        ..Labels::default()
    };
    let value = Some(value.into()).filter(|_| !value.is_empty());
    Reading { labels: labels.into(), time: time(at), value, rest: None }
}

fn energy(at: &str, value: &str) -> Reading {
    reading("ENERGY", "IN", "kWh", at, value)
}

fn judged(measurement: Measurement, readings: &[Reading], mark: bool) -> Judged {
    let (query, source) = (query(measurement), meter());
    let window = Window { from: query.from, to: query.to };
    let answer = Answer { readings: readings.to_vec(), ..Answer::default() };
    Judge::new(&query, &source).take(answer, window, mark)
}

fn kinds(judged: &Judged) -> Vec<Kind> {
    judged.found.iter().map(|finding| finding.kind.clone()).collect()
}

#[test]
fn an_interval_that_comes_twice_counts_once_whether_gaps_are_marked_or_not() {
    let readings = [
        energy("2026-10-25T00:15:00Z", "1"),
        energy("2026-10-25T00:30:00Z", "7.0"),
        energy("2026-10-25T00:15:00Z", "2"),
        energy("2026-10-25T00:30:00Z", "7"),
        energy("2026-10-25T00:30:00Z", ""),
    ];
    for mark in [false, true] {
        let judged = judged(Measurement::Energy, &readings, mark);
        let values: Vec<&str> = judged.rows.iter().filter_map(|row| row.value.as_deref()).collect();
        assert_eq!((values, judged.readings), (vec!["2", "7"], 2));
        assert_eq!((judged.intervals, judged.missing), (100, 98));
        let other = Kind::OtherValue { before: "1".into(), now: "2".into() };
        assert_eq!(kinds(&judged), [other, Kind::Double, Kind::Double]);
        assert_eq!(judged.rows.len(), if mark { 100 } else { 2 });
    }
}

#[test]
fn what_cannot_be_is_found_and_shown() {
    let at = |hour: &str| format!("2026-10-25T{hour}:00Z");
    let readings = [
        energy(&at("00:00"), "1"),
        energy(&at("00:15"), "-1"),
        energy(&at("00:30"), "1e30"),
        energy(&at("00:52"), "1"),
        reading("ENERGY", "IN", "Wh", &at("01:00"), "500"),
        reading("HUMIDITY", "", "%", &at("01:00"), "50"),
    ];
    let judged = judged(Measurement::Energy, &readings, true);
    assert_eq!(
        kinds(&judged),
        [
            Kind::Impossible { value: "-1".into() },
            Kind::Impossible { value: "1e30".into() },
            Kind::OffGrid,
            Kind::OtherUnit { unit: "Wh".into(), first: "kWh".into() },
            Kind::OtherMeasurement,
        ]
    );
    assert_eq!((judged.readings, judged.intervals, judged.missing), (6, 100, 95));
}

#[test]
fn a_state_that_falls_is_found_also_over_the_end_of_a_window() {
    let (query, source) = (query(Measurement::MeterReading), meter());
    let mut judge = Judge::new(&query, &source);
    let noon = time("2026-10-25T11:00:00Z");
    let state = |at: &str, value: &str| reading("METER_READING", "IN", "kWh", at, value);
    let mut take = |from, to, reading| {
        let answer = Answer { readings: vec![reading], ..Answer::default() };
        kinds(&judge.take(answer, Window { from, to }, false))
    };
    assert_eq!(take(query.from, noon, state("2026-10-25T10:45:00Z", "12020")), []);
    let fall = Kind::Fall { from: 12_020.0, to: 3.0 };
    assert_eq!(take(noon, query.to, state("2026-10-25T11:00:00Z", "3")), [fall]);
}

#[test]
fn a_series_that_appears_late_is_missing_from_the_beginning() {
    let (query, source) = (query(Measurement::Energy), meter());
    let mut judge = Judge::new(&query, &source);
    let noon = time("2026-10-25T11:00:00Z");
    let empty = judge.take(Answer::default(), Window { from: query.from, to: noon }, true);
    assert_eq!(empty, Judged::default(), "whose it is, the next window tells");
    let answer =
        Answer { readings: vec![energy("2026-10-25T11:00:00Z", "1")], ..Answer::default() };
    let mut judged = judge.take(answer, Window { from: noon, to: query.to }, true);
    judged.add(judge.end(query.to, true));
    assert_eq!((judged.rows.len(), judged.missing), (100, 99));
    assert!(judged.rows.iter().all(|row| row.labels.direction == "IN" && row.labels.unit == "kWh"));
    assert_eq!(judged.rows[0].time, query.from);
}

#[test]
fn without_any_reading_the_meter_tells_directions_and_medium() {
    let (query, source) = (query(Measurement::Energy), meter());
    let mut judge = Judge::new(&query, &source);
    judge.take(Answer::default(), Window { from: query.from, to: query.to }, true);
    let judged = judge.end(query.to, true);
    assert_eq!((judged.rows.len(), judged.intervals, judged.missing), (200, 200, 200));
    let first = &judged.rows[0].labels;
    let all = [&first.device_id, &first.measurement, &first.direction, &first.medium];
    assert_eq!(all, ["d1", "ENERGY", "IN", "ELECTRICITY"]);
    assert_eq!(judged.rows[199].labels.direction, "OUT");
}
