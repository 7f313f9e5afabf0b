//! What the program talks to here: `tests/provider`, with tokens of the usual length, and data.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use partnerlink::clock::Timestamp;

use crate::provider::Provider;
use crate::provider::http::{Call, Reply};

/// Length of an access token: a signed JWT with a few claims has about this many bytes.
const ACCESS_TOKEN_BYTES: usize = 1000;
/// Life of an access token, in seconds.
pub const LIFE: i64 = 86_400;
/// Pages of the list of spaces, and spaces on each.
pub const PAGES: usize = 50;
pub const SPACES_A_PAGE: usize = 100;
/// Length of an interval, in seconds.
const QUARTER_HOUR: i64 = 900;

/// Each refresh token works once.
pub fn tokens() -> Provider {
    let provider = Provider::start(|_, _| ());
    provider.alters(|body| {
        let token = body["access_token"].as_str().unwrap_or_default();
        body["access_token"] = format!("{token:0>ACCESS_TOKEN_BYTES$}").into();
        body["expires_in"] = LIFE.into();
    });
    provider
}

pub fn token_url(provider: &Provider) -> String {
    format!("{}/token", provider.base())
}

/// How long it takes until an answer goes out, as at a provider that is far away.
pub fn answer_after(provider: &Provider, delay: Duration) {
    provider.does(move |_, honest| {
        std::thread::sleep(delay);
        honest()
    });
}

/// Whoever accepts gzip gets it. Every answer is made once, kept, and sent in one write.
pub fn serve_data(provider: &Provider, gzip: bool) {
    let known: Mutex<HashMap<String, Reply>> = Mutex::default();
    provider.answers(move |call| {
        // All devices measure the same.
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let gzip = gzip && call.header("accept-encoding").is_some_and(|it| it.contains("gzip"));
        let key = format!("{} {query} {gzip}", path.rsplit('/').next().unwrap_or_default());
        let made = || {
            let body = data(call).into_bytes();
            if gzip {
                Reply::kept("content-encoding: gzip\r\n", &packed(&body))
            } else {
                Reply::kept("", &body)
            }
        };
        known.lock().unwrap().entry(key).or_insert_with(made).clone()
    });
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn data(call: &Call) -> String {
    let parameter = |name: &str| call.query(name).unwrap_or_default();
    let time = |name| parameter(name).parse::<Timestamp>().unwrap().as_second();
    match call.path().ends_with("/readings") {
        true => readings(time("startTime"), time("endTime")),
        false => spaces(parameter("page").parse().unwrap_or(0)),
    }
}

/// Every documented member, as the provider answers them.
fn readings(from: i64, to: i64) -> String {
    let mut list = Vec::new();
    for time in (from..to).step_by(QUARTER_HOUR as usize) {
        let time = Timestamp::from_second(time).unwrap();
        let value = time.as_second() / QUARTER_HOUR * 7919 % 5000;
        list.push(format!(
            r#"{{"deviceId":"5f7c8ec7-c33c-4c00-8bba-fe8200000000","timeStamp":"{time}","measurement":"ENERGY","value":{}.{:03},"unit":"KWH","label":"Hauptzähler","deviceType":"SMART_METER","deviceProvider":"DISCOVERGY","medium":"ELECTRICITY","direction":"IN"}}"#,
            value / 1000,
            value % 1000
        ));
    }
    format!("[{}]", list.join(","))
}

fn spaces(page: usize) -> String {
    let first = page * SPACES_A_PAGE;
    let space = |number| {
        format!(
            r#"{{"id":"5f7c8ec7-c33c-4c00-8bba-{number:012}","name":"Haus {number}","category":"BUILDING","addressLineOne":"Hauptstraße {number}","addressLineTwo":null,"postcode":"{:05}","city":"Musterstadt","country":"DE","externalId":"E-{number}","createdAt":"2024-03-01T08:00:00Z"}}"#,
            number % 100_000
        )
    };
    let spaces: Vec<String> = (first..first + SPACES_A_PAGE).map(space).collect();
    format!(r#"{{"spaces":[{}],"totalNumPages":{PAGES}}}"#, spaces.join(","))
}
