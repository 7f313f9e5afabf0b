//! The meter-data API: who may, which shapes, what is refused, what is counted.

use super::meter_shapes::{CUSTOMERS, DEVICES, PARTNER, READINGS, SPACES, check};
use super::*;

pub const API: &str = "/zaehlerfreunde/api";
const HOUSE: &str = "a0000000-0000-4000-8000-000000000003";
pub const FLAT: &str = "d0000000-0000-4000-8000-000000000010";
const BOTH_WAYS: &str = "d0000000-0000-4000-8000-000000000007";

/// An access token as signing in gives it.
pub fn token(sandbox: &Sandbox) -> String {
    let answer = redeem(sandbox, &code(sandbox), VERIFIER).1;
    answer["access_token"].as_str().unwrap_or_default().to_owned()
}

fn good(sandbox: &Sandbox, token: &str, path: &str, query: &str) -> Value {
    let (status, body) = data(sandbox, token, &format!("{API}{path}"), query).read();
    assert_eq!(status, 200, "{path}?{query}: {body}");
    body
}

fn on_a_day(resolution: &str, measurement: &str) -> String {
    format!(
        "startTime=2026-06-10T00:00:00%2B02:00&endTime=2026-06-11T00:00:00%2B02:00\
         &resolution={resolution}&measurement={measurement}"
    )
}

#[test]
fn every_answer_has_the_documented_members_and_no_other() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    let get = |path: &str, query: &str| good(&sandbox, &token, path, query);
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
    let sandbox = sandbox();
    let token = token(&sandbox);
    let page = |query: &str| {
        let answer = good(&sandbox, &token, "/customers", query);
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
        assert_eq!(
            data(&sandbox, &token, &format!("{API}/customers"), query).status,
            422,
            "{query}"
        );
    }
}

#[test]
fn a_space_reads_as_its_main_meter_of_the_medium() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    let day = on_a_day("1_HOUR", "ENERGY");
    let space = |medium| {
        let query = format!("{day}&medium={medium}");
        good(&sandbox, &token, &format!("/spaces/{HOUSE}/readings"), &query)
    };
    let device = good(&sandbox, &token, &format!("/devices/{BOTH_WAYS}/readings"), &day);
    assert_eq!(space("ELECTRICITY"), device);
    assert_eq!(device.as_array().unwrap().len(), 48, "both directions, hour by hour");
    assert_eq!((&device[0]["direction"], &device[1]["direction"]), (&json!("IN"), &json!("OUT")));
    assert_eq!(device[0]["timeStamp"], device[1]["timeStamp"]);
    assert_eq!(space("WATER")[0]["unit"], "m³");
    assert_eq!(space("HEATING"), json!([]));
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_reason() {
    let sandbox = sandbox();
    let token = token(&sandbox);
    let status = |path: &str, query: &str| {
        let (status, body) = data(&sandbox, &token, &format!("{API}{path}"), query).read();
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
    assert_eq!(send(&sandbox, "DELETE", &format!("{API}/spaces"), &[], "").status, 405);
    assert_eq!(counts(&sandbox)["data"]["device_readings"], 7);
    assert_eq!(counts(&sandbox)["data"]["refused"], 10);
}

#[test]
fn only_a_good_token_in_the_header_opens_the_api() {
    let sandbox = sandbox();
    let answer = redeem(&sandbox, &code(&sandbox), VERIFIER).1;
    let token = answer["access_token"].as_str().unwrap();
    let spaces = format!("{API}/spaces");
    assert_eq!(data(&sandbox, token, &spaces, "").status, 200);
    let (header, rest) = token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let longer = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let longer = URL_SAFE_NO_PAD.encode(longer.replace("\"exp\":1", "\"exp\":2"));
    for wrong in [
        "x",
        &token[1..],
        &token[..token.len() - 4],
        &format!("{header}.{longer}.{signature}"),
        answer["refresh_token"].as_str().unwrap(),
        answer["id_token"].as_str().unwrap(),
    ] {
        let refused = data(&sandbox, wrong, &spaces, "");
        assert_eq!(
            (refused.status, refused.header("www-authenticate")),
            (401, "Bearer error=\"invalid_token\"")
        );
    }
    assert_eq!(get(&sandbox, &spaces, &[]).status, 401);
    assert_eq!(get(&sandbox, &spaces, &[("access_token", token)]).status, 400);
    let lower = format!("bearer  {token}");
    let lower = send(&sandbox, "GET", &spaces, &[("Authorization", &lower)], "");
    assert_eq!(lower.status, 200, "RFC 9110: the scheme's case does not matter");
    let pairs =
        [("client_id", "sandbox-client"), ("token", answer["refresh_token"].as_str().unwrap())];
    post(&sandbox, "/zaehlerfreunde/oauth/revoke", &pairs);
    assert_eq!(data(&sandbox, token, &spaces, "").status, 401, "disconnected");
    assert_eq!(counts(&sandbox)["data"]["unauthorized"], 8);
}

#[test]
fn an_access_token_that_has_expired_is_refused() {
    let sandbox = sandbox_with(|options| options.access_token_lifetime = Duration::ZERO);
    let token = token(&sandbox);
    assert_eq!(data(&sandbox, &token, &format!("{API}/spaces"), "").status, 401);
}
