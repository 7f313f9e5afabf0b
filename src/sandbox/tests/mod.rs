//! A client for the tests, which asks the two providers without a network.

mod data_changed;
mod meter_data;
mod meter_shapes;
mod network;
mod people_and_faults;
mod timber_data;
mod timberdata;
mod zaehlerfreunde;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use super::answer::{Answer, Travel};
use super::fault::Fault;
use super::request::Params;
use super::*;

const SECOND: u64 = 1000;
const START: u64 = 1_800_000_000 * SECOND;
const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters";
const ZAEHLERFREUNDE_BACK: &str = "http://127.0.0.1:1/callback/zaehlerfreunde";
const TIMBERDATA_BACK: &str = "http://localhost:1/callback/timberdata";

fn service(change: impl FnOnce(&mut Service)) -> Service {
    let mut service = Service {
        base_url: "http://127.0.0.1:9".to_owned(),
        store: Store::open(None, START).unwrap(),
        faults: Vec::new(),
        approve: true,
        access_token_lifetime: Duration::from_secs(86_400),
        rotation_overlap: Duration::ZERO,
        rate_limited: AtomicBool::new(false),
        data_rate_limited: AtomicBool::new(false),
    };
    change(&mut service);
    service
}

fn with_faults(faults: &[Fault]) -> Service {
    service(|service| service.faults = faults.to_vec())
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn get(service: &Service, path: &str, query: &[(&str, &str)]) -> Answer {
    let query = Params::form(form(query).as_bytes());
    let call = Call { method: "GET".into(), path: path.into(), query, ..Call::default() };
    service.answer(&call, START)
}

fn post(service: &Service, path: &str, pairs: &[(&str, &str)], now: u64) -> Answer {
    let call = Call {
        method: "POST".into(),
        path: path.into(),
        content_type: "application/x-www-form-urlencoded".into(),
        body: form(pairs).into_bytes(),
        ..Call::default()
    };
    service.answer(&call, now)
}

/// Status and body.
fn read(answer: &Answer) -> (u16, Value) {
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

fn location(answer: &Answer) -> BTreeMap<String, String> {
    let header = answer.headers.iter().find(|(name, _)| *name == "Location");
    let url = Url::parse(&header.expect("a redirect").1).unwrap();
    url.query_pairs().into_owned().collect()
}

const ASK: [(&str, &str); 9] = [
    ("response_type", "code"),
    ("client_id", "sandbox-client"),
    ("redirect_uri", ZAEHLERFREUNDE_BACK),
    ("scope", "openid profile email offline_access read:nonsense"),
    ("audience", "https://api.prod.zaehlerfreunde.com"),
    ("state", "a state/with+odd&signs=ä"),
    ("nonce", "the-nonce"),
    ("code_challenge_method", "S256"),
    ("code_challenge", ""),
];

/// `ASK` with some parameters replaced; an empty value takes one away.
fn ask(service: &Service, changes: &[(&str, &str)]) -> Answer {
    let challenge = seal::s256(VERIFIER);
    let mut query: BTreeMap<&str, &str> = ASK.into();
    query.insert("code_challenge", &challenge);
    query.extend(changes.iter().copied());
    let query: Vec<_> = query.into_iter().collect();
    get(service, "/zaehlerfreunde/authorize", &query)
}

fn code(service: &Service) -> String {
    location(&ask(service, &[])).remove("code").unwrap()
}

fn redeem(service: &Service, code: &str, verifier: &str) -> (u16, Value) {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", "sandbox-client"),
        ("code", code),
        ("redirect_uri", ZAEHLERFREUNDE_BACK),
        ("code_verifier", verifier),
    ];
    read(&post(service, "/zaehlerfreunde/oauth/token", &pairs, START))
}

fn refresh(service: &Service, token: &str, now: u64) -> (u16, Value) {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("refresh_token", token),
    ];
    read(&post(service, "/zaehlerfreunde/oauth/token", &pairs, now))
}

fn refresh_token(answer: &(u16, Value)) -> String {
    answer.1["refresh_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

fn signed_in(service: &Service) -> String {
    refresh_token(&redeem(service, &code(service), VERIFIER))
}

fn claims(answer: &Value) -> Value {
    let token = answer["id_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn counts(service: &Service) -> Value {
    read(&get(service, "/sandbox/counts", &[])).1
}

fn invalid_grant() -> Value {
    json!({
        "error": "invalid_grant",
        "error_description": "Unknown or invalid refresh token.",
    })
}

fn ask_timberdata(service: &Service, scope: &str) -> Answer {
    let query = [
        ("response_type", "code"),
        ("client_id", "sandbox-partner"),
        ("redirect_uri", TIMBERDATA_BACK),
        ("scope", scope),
        ("state", "s"),
    ];
    get(service, "/timberdata/auth", &query)
}

fn redeem_timberdata(service: &Service, code: &str, credentials: &str, query: &str) -> Answer {
    let pairs =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TIMBERDATA_BACK)];
    let call = Call {
        method: "POST".into(),
        path: "/timberdata/oauth/v1/token".into(),
        query: Params::form(query.as_bytes()),
        authorization: Some(format!("Basic {}", STANDARD.encode(credentials))),
        content_type: "application/x-www-form-urlencoded".into(),
        body: form(&pairs).into_bytes(),
        ..Call::default()
    };
    service.answer(&call, START)
}
