//! Readings handed in.

use super::meter_data::{API, FLAT, token};
use super::*;

fn push(sandbox: &Sandbox, token: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [JSON, ("Authorization", &bearer)];
    send(sandbox, "POST", &format!("{API}/devices/readings"), &headers, &body.to_string())
}

#[test]
fn readings_handed_in_are_checked_and_counted_with_repetitions() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    let reading = |timestamp: Value| {
        json!({ "obisCode": "1-1:1.8.0", "timestamp": timestamp, "value": 12.5, "status": "REAL",
                "meteringInterval": 900 })
    };
    let group = |readings: Value| json!([{ "deviceId": FLAT, "readings": readings }]);
    let body = group(json!([reading(json!(1_765_966_930_000_i64)), reading(json!(5))]));
    for _ in 0..2 {
        let answer = push(&sandbox, &token, &body);
        assert_eq!((answer.status, answer.body.len()), (200, 0));
    }
    let external = json!([{ "externalDeviceId": "50999000010", "readings": [
        { "obisCode": "2.9.0 P.01", "timestamp": 5, "value": 0 },
    ] }]);
    assert_eq!(push(&sandbox, &token, &external).status, 200);
    let pushed = get(&sandbox, "/sandbox/pushed", &[]).read().1;
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
        assert_eq!(push(&sandbox, &token, &body).status, 422, "{body}");
    }
    assert_eq!(push(&sandbox, &token, &json!({})).status, 400);
    assert_eq!(push(&sandbox, &token, &json!([{ "deviceId": "x", "readings": [] }])).status, 404);
    let after = get(&sandbox, "/sandbox/pushed", &[]).read().1;
    assert_eq!(after, pushed, "all or nothing");
}
