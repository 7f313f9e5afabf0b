use serde_json::json;

use super::super::{Options, TimestampUnit, read};
use super::*;
use crate::clock::TimeZone;

/// What is refused of three readings of `d1` and one of `d2`.
fn refused(answer: &Value) -> Refused {
    let table = "deviceId,obisCode,timestamp,value\n\
                 d1,1.8.0,1767222000000,1\nd1,2.8.0,1767222000000,2\n\
                 d2,1.8.0,1767222000000,3\nd1,1.8.0,1767222900000,4\n";
    let unit = TimestampUnit::Milliseconds;
    let options = Options { unit, zone: TimeZone::UTC, obis: None, decimal: None };
    let file = read(table.as_bytes(), &options).unwrap();
    let readings: Vec<_> = file.readings.iter().collect();
    Refused::of(answer, &Request::new(&file, unit, &readings))
}

#[track_caller]
fn numbers(answer: &Value) -> Vec<usize> {
    let Refused::These(refusals) = refused(answer) else { panic!("{:?}", refused(answer)) };
    refusals.iter().map(|refusal| refusal.reading).collect()
}

#[test]
fn complaints_of_any_shape_find_their_readings() {
    let time = 1_767_222_900_000_i64;
    for (answer, meant) in [
        (json!({ "errors": [{ "deviceId": "d1", "timestamp": time, "message": "no" }] }), vec![3]),
        (json!({ "rejected": [{ "deviceId": "d2" }] }), vec![2]),
        (json!({ "failed": { "externalDeviceId": "d2", "reason": "x" } }), vec![2]),
        (json!({ "data": { "invalidReadings": ["d1 at 2025-12-31T23:15:00Z"] } }), vec![3]),
        (json!({ "errors": ["[0].readings[1].value is too large"] }), vec![1]),
        (json!({ "errors": [{ "path": "[1].readings[0]" }] }), vec![2]),
        (json!([{ "deviceId": "d1", "errors": [{ "index": 2 }] }, { "deviceId": "d2" }]), vec![3]),
        (
            json!([{ "deviceId": "d1", "status": "OK" }, { "deviceId": "d2", "status": "ERROR" }]),
            vec![2],
        ),
        (json!({ "results": [{ "deviceId": "d2", "error": "unknown device" }] }), vec![2]),
        (json!({ "errors": ["unknown device d2"], "accepted": 3 }), vec![2]),
        (json!({ "rejected": [{ "device": { "id": "d1" }, "obisCode": "2.8.0" }] }), vec![1]),
        (json!({ "not_accepted": [{ "deviceId": "d1" }] }), vec![0, 1, 3]),
    ] {
        assert_eq!(numbers(&answer), meant, "{answer}");
    }
    let Refused::These(refusals) = refused(&json!({ "errors": ["unknown device d2"] })) else {
        panic!("refused")
    };
    assert_eq!(refusals[0].why, "unknown device d2");
}

#[test]
fn what_cannot_be_placed_counts_against_the_whole() {
    for answer in [
        json!({ "rejected": 1 }),
        json!({ "accepted": 3 }),
        json!({ "acceptedReadings": 0 }),
        json!({ "inserted": 0, "updated": 3 }),
        json!({ "success": false }),
        json!({ "status": "partially failed", "ok": false }),
        json!({ "errors": ["no"] }),
        json!({ "errors": [{ "index": 1 }] }),
        json!({ "errors": [{ "deviceId": "d1", "index": 9 }] }),
        json!({ "error": "quota" }),
        json!([{ "status": 422 }]),
    ] {
        assert!(matches!(refused(&answer), Refused::Unknown(_)), "{answer}");
    }
}

#[test]
fn a_plain_success_is_one_and_what_else_is_said_is_shown() {
    for answer in [
        json!(null),
        json!({}),
        json!([]),
        json!("OK"),
        json!({ "status": "ok", "errors": [], "rejected": 0, "accepted": 4, "error": null }),
        json!({ "success": true, "failedReadings": {} }),
        json!({ "inserted": 1, "updated": 2, "unchanged": 1 }),
        json!([{ "deviceId": "d1" }]),
    ] {
        let said = refused(&answer);
        assert!(matches!(said, Refused::Nothing(_)), "{answer}: {said:?}");
    }
    assert_eq!(refused(&json!({ "status": "ok", "errors": [] })), Refused::Nothing(None));
    let queued = json!({ "message": "will be checked at night" });
    assert_eq!(refused(&queued), Refused::Nothing(Some(queued.to_string())));
}
