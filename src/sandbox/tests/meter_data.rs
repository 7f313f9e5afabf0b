//! The meter-data API: who may, which shapes, what is refused, what is counted.

use super::meter_shapes::{CUSTOMERS, DEVICES, PARTNER, READINGS, SPACES, check};
use super::*;

pub const API: &str = "/zaehlerfreunde/api";
const HOUSE: &str = "a0000000-0000-4000-8000-000000000003";
pub const FLAT: &str = "d0000000-0000-4000-8000-000000000010";
const BOTH_WAYS: &str = "d0000000-0000-4000-8000-000000000007";

/// An access token as signing in gives it.
pub fn token(service: &Service) -> String {
    let answer = redeem(service, &code(service), VERIFIER).1;
    answer["access_token"].as_str().unwrap_or_default().to_owned()
}

pub fn data(service: &Service, token: &str, path: &str, query: &str) -> Answer {
    let call = Call {
        method: "GET".into(),
        path: format!("{API}{path}"),
        query: Params::form(query.as_bytes()),
        authorization: Some(format!("Bearer {token}")),
        ..Call::default()
    };
    service.answer(&call, START)
}

pub fn good(service: &Service, token: &str, path: &str, query: &str) -> Value {
    let answer = data(service, token, path, query);
    assert_eq!(answer.status, 200, "{path}?{query}: {}", answer.note);
    serde_json::from_slice(&answer.body).unwrap()
}

pub fn on_a_day(resolution: &str, measurement: &str) -> String {
    format!(
        "startTime=2026-06-10T00:00:00%2B02:00&endTime=2026-06-11T00:00:00%2B02:00\
         &resolution={resolution}&measurement={measurement}"
    )
}

#[test]
fn every_answer_has_the_documented_members_and_no_other() {
    let service = service(|_| ());
    let token = token(&service);
    let get = |path: &str, query: &str| good(&service, &token, path, query);
    check(&get("/partners/current", ""), &PARTNER, "partner");
    check(&get("/customers", ""), &CUSTOMERS, "customers");
    let spaces = get("/spaces", "");
    check(&spaces, &SPACES, "spaces");
    let mut devices = 0;
    for space in spaces["spaces"].as_array().unwrap() {
        let id = space["id"].as_str().unwrap();
        let found = get(&format!("/spaces/{id}/devices"), "");
        check(&found, &DEVICES, "devices");
        for device in found["devices"].as_array().unwrap() {
            devices += 1;
            let path = format!("/devices/{}/readings", device["id"].as_str().unwrap());
            for resolution in ["15_MIN", "1_HOUR", "1_DAY"] {
                for measurement in ["POWER", "ENERGY", "METER_READING"] {
                    let readings = get(&path, &on_a_day(resolution, measurement));
                    check(&readings, &READINGS, &path);
                    let first = &readings[0];
                    assert_eq!(first["deviceId"], device["id"]);
                    assert_eq!(first["medium"], device["medium"]);
                    assert_eq!(first["deviceProvider"], device["provider"]);
                    assert_eq!(first["measurement"], measurement);
                }
            }
        }
    }
    assert_eq!((spaces["spaces"].as_array().unwrap().len(), devices), (5, 12));
}

#[test]
fn pages_begin_at_zero_and_say_how_many_there_are() {
    let service = service(|_| ());
    let token = token(&service);
    let page = |query: &str| {
        let answer = good(&service, &token, "/customers", query);
        (answer["customers"].as_array().unwrap().clone(), answer["totalNumPages"].clone())
    };
    let (first, pages) = page("");
    assert_eq!((first.len(), pages), (100, json!(2)));
    let (second, _) = page("page=1&pageSize=100");
    assert_eq!((second.len(), page("page=2").0.len()), (30, 0));
    let small: Vec<Value> =
        (0..13).flat_map(|n| page(&format!("page={n}&pageSize=10")).0).collect();
    assert_eq!(small, [first, second].concat());
    for query in ["page=-1", "page=x", "pageSize=0", "pageSize=101", "page=2147483648"] {
        assert_eq!(data(&service, &token, "/customers", query).status, 422, "{query}");
    }
}

#[test]
fn a_space_reads_as_its_main_meter_of_the_medium() {
    let service = service(|_| ());
    let token = token(&service);
    let day = on_a_day("1_HOUR", "ENERGY");
    let space = |medium| {
        let query = format!("{day}&medium={medium}");
        good(&service, &token, &format!("/spaces/{HOUSE}/readings"), &query)
    };
    let device = good(&service, &token, &format!("/devices/{BOTH_WAYS}/readings"), &day);
    assert_eq!(space("ELECTRICITY"), device);
    assert_eq!(device.as_array().unwrap().len(), 48, "both directions, hour by hour");
    assert_eq!((&device[0]["direction"], &device[1]["direction"]), (&json!("IN"), &json!("OUT")));
    assert_eq!(device[0]["timeStamp"], device[1]["timeStamp"]);
    assert_eq!(space("WATER")[0]["unit"], "m³");
    assert_eq!(space("HEATING"), json!([]));
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_reason() {
    let service = service(|_| ());
    let token = token(&service);
    let status = |path: &str, query: &str| {
        let answer = data(&service, &token, path, query);
        let (status, body) = read(&answer);
        assert!(body["message"].is_string() || status == 404, "{body}");
        status
    };
    let device = format!("/devices/{FLAT}/readings");
    let day = on_a_day("15_MIN", "POWER");
    for bad in [
        day.replace("startTime", "from"),
        day.replace("%2B", "+"),
        day.replace("15_MIN", "15_min"),
        day.replace("POWER", "WORK"),
        day.replace("2026-06-11", "2026-06-09"),
        day.replace("2026-06-11", "2026-09-11"),
    ] {
        assert_eq!(status(&device, &bad), 422, "{bad}");
    }
    assert_eq!(status("/devices/d0000000-0000-4000-8000-000000000099/readings", &day), 404);
    assert_eq!(status("/spaces/nobody/devices", ""), 404);
    assert_eq!(status(&format!("/spaces/{HOUSE}/readings"), &day), 422, "no medium");
    assert_eq!(status("/tariffs", ""), 404);
    let call = Call { method: "DELETE".into(), path: format!("{API}/spaces"), ..Call::default() };
    assert_eq!(service.answer(&call, START).status, 405);
    assert_eq!(counts(&service)["data"]["device_readings"], 7);
    assert_eq!(counts(&service)["data"]["refused"], 10);
}

#[test]
fn only_a_good_token_in_the_header_opens_the_api() {
    let service = service(|_| ());
    let answer = redeem(&service, &code(&service), VERIFIER).1;
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(data(&service, token, "/spaces", "").status, 200);
    let challenge = |answer: &Answer| {
        let found = answer.headers.iter().find(|(name, _)| *name == "WWW-Authenticate");
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (header, rest) = token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let longer = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let longer = URL_SAFE_NO_PAD.encode(longer.replace("\"exp\":18", "\"exp\":19"));
    for wrong in [
        "x",
        &token[1..],
        &token[..token.len() - 4],
        &format!("{header}.{longer}.{signature}"),
        answer["refresh_token"].as_str().unwrap(),
        answer["id_token"].as_str().unwrap(),
    ] {
        let refused = data(&service, wrong, "/spaces", "");
        assert_eq!(
            (refused.status, &*challenge(&refused)),
            (401, "Bearer error=\"invalid_token\"")
        );
    }
    let without = Call { path: format!("{API}/spaces"), method: "GET".into(), ..Call::default() };
    assert_eq!(service.answer(&without, START).status, 401);
    let in_query = format!("access_token={token}");
    assert_eq!(data(&service, token, "/spaces", &in_query).status, 400);
    let late = Call { authorization: Some(format!("bearer  {token}")), ..without };
    assert_eq!(service.answer(&late, START + 86_399 * SECOND).status, 200);
    assert_eq!(service.answer(&late, START + 86_400 * SECOND).status, 401);
    let pairs =
        [("client_id", "sandbox-client"), ("token", answer["refresh_token"].as_str().unwrap())];
    post(&service, "/zaehlerfreunde/oauth/revoke", &pairs, START);
    assert_eq!(data(&service, token, "/spaces", "").status, 401, "disconnected");
    assert_eq!(counts(&service)["data"]["unauthorized"], 9);
}
