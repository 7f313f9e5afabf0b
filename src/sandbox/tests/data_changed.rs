//! Readings handed in, and what goes wrong with data on order.

use super::meter_data::{API, FLAT, data, on_a_day, token};
use super::*;

fn push(service: &Service, token: &str, body: &Value) -> Answer {
    let call = Call {
        method: "POST".into(),
        path: format!("{API}/devices/readings"),
        authorization: Some(format!("Bearer {token}")),
        content_type: "application/json".into(),
        body: body.to_string().into_bytes(),
        ..Call::default()
    };
    service.answer(&call, START)
}

#[test]
fn readings_handed_in_are_checked_and_counted_with_repetitions() {
    let service = service(|_| ());
    let token = token(&service);
    let reading = |timestamp: Value| {
        json!({ "obisCode": "1-1:1.8.0", "timestamp": timestamp, "value": 12.5, "status": "REAL",
                "meteringInterval": 900 })
    };
    let group = |readings: Value| json!([{ "deviceId": FLAT, "readings": readings }]);
    let body = group(json!([reading(json!(1_765_966_930_000_i64)), reading(json!(5))]));
    for _ in 0..2 {
        let answer = push(&service, &token, &body);
        assert_eq!((answer.status, answer.body.len()), (200, 0));
    }
    let external = json!([{ "externalDeviceId": "50999000010", "readings": [
        { "obisCode": "2.9.0 P.01", "timestamp": 5, "value": 0 },
    ] }]);
    assert_eq!(push(&service, &token, &external).status, 200);
    let pushed = read(&get(&service, "/sandbox/pushed", &[])).1;
    let expected = json!({ "accepted": 5, "repeated": 2, "last": 1_765_966_930_000_i64 });
    assert_eq!(pushed, json!({ FLAT: expected }));

    let mut wrong = vec![
        group(json!([reading(json!(1.5))])),
        group(json!([reading(json!("5"))])),
        group(json!([reading(Value::Null)])),
        group(json!({})),
        json!([{ "readings": [] }]),
        json!([{ "deviceId": 7, "readings": [] }]),
        json!([7]),
    ];
    for (member, value) in [
        ("obisCode", json!("1.8.1")),
        ("obisCode", Value::Null),
        ("value", json!("12,5")),
        ("status", json!("real")),
        ("status", json!(1)),
        ("meteringInterval", json!(0)),
        ("meteringInterval", json!("900")),
    ] {
        let mut one = reading(json!(6));
        one[member] = value;
        wrong.push(group(json!([reading(json!(6)), one])));
    }
    for body in wrong {
        assert_eq!(push(&service, &token, &body).status, 422, "{body}");
    }
    assert_eq!(push(&service, &token, &json!({})).status, 400);
    assert_eq!(push(&service, &token, &json!([{ "deviceId": "x", "readings": [] }])).status, 404);
    let after = read(&get(&service, "/sandbox/pushed", &[])).1;
    assert_eq!(after, pushed, "all or nothing");
}

#[test]
fn faults_of_the_data_leave_signing_in_alone() {
    let after = |fault, path: &str, query: &str| {
        let service = with_faults(&[fault]);
        let token = token(&service);
        (data(&service, &token, path, query), data(&service, &token, path, query))
    };
    let readings = format!("/devices/{FLAT}/readings");
    let day = on_a_day("15_MIN", "ENERGY");
    let body = |fault, path: &str, query: &str| read(&after(fault, path, query).0).1;
    assert_eq!(after(Fault::DataUnauthorized, "/spaces", "").1.status, 401);
    let (limited, then) = after(Fault::DataRateLimit, "/spaces", "");
    assert!(limited.headers.contains(&("Retry-After", "1".to_owned())));
    assert_eq!((limited.status, then.status), (429, 200));
    assert_eq!(after(Fault::DataServerError, "/spaces", "").1.status, 500);
    assert_eq!(after(Fault::DataCut, "/spaces", "").0.travel, Travel::Cut);
    assert_eq!(after(Fault::DataStall, "/spaces", "").0.travel, Travel::Stall);
    assert!(matches!(after(Fault::DataSlow, "/spaces", "").0.travel, Travel::Late(_)));
    let endless = body(Fault::DataEndless, "/customers", "page=77");
    assert_eq!(endless["totalNumPages"], i32::MAX);
    assert_eq!(endless["customers"].as_array().unwrap().len(), 100);
    let wrong = body(Fault::DataWrongType, &readings, &day);
    let texts = wrong.as_array().unwrap().iter().filter(|reading| reading["value"].is_string());
    assert_eq!(texts.count(), 1);
    assert_eq!(body(Fault::DataMissing, &readings, &day)[0].get("unit"), None);
    assert!(body(Fault::DataMissing, &readings, &day)[1]["unit"].is_string());
    assert!(body(Fault::DataExtra, &readings, &day)[5]["sandboxExtra"].is_object());
    let control = body(Fault::DataControl, &readings, &day);
    assert!(control[0]["label"].as_str().unwrap().starts_with("=HYPERLINK("));
    assert!(control[1]["label"].as_str().unwrap().starts_with("\u{1b}]52;"));
    let big = after(Fault::DataBigNumbers, &readings, &day).0.body;
    let big = String::from_utf8(big).unwrap();
    assert!(
        big.contains(r#""value":9007199254740993}"#)
            || big.contains(r#""value":9007199254740993,"#)
    );
    assert!(big.contains(":123456789012345678901234567890.125"), "{big}");
}

#[test]
fn a_refresh_ends_the_401_of_the_first_token() {
    let service = with_faults(&[Fault::DataUnauthorizedOnce]);
    let first = redeem(&service, &code(&service), VERIFIER).1;
    let status = |answer: &Value| {
        data(&service, answer["access_token"].as_str().unwrap(), "/spaces", "").status
    };
    assert_eq!(status(&first), 401);
    let second = refresh(&service, first["refresh_token"].as_str().unwrap(), START).1;
    assert_eq!(status(&second), 200);
}
