//! The sandbox as its clients see it: both providers' promises, asked for over HTTP. How a reading
//! comes about, and what only time shows (a code's ten minutes, a family's thirty days), is tested
//! beside the code.

mod meter_data;
mod meter_shapes;
mod people;
mod pushed;
mod server;
mod timber_data;
mod timberdata;
mod zaehlerfreunde;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use partnerlink::sandbox::{Fault, Options, Sandbox, TIMBERDATA_SECRET, start};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;

const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters";
const ZAEHLERFREUNDE_BACK: &str = "http://127.0.0.1:1/callback/zaehlerfreunde";
const TIMBERDATA_BACK: &str = "http://localhost:1/callback/timberdata";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A sandbox that agrees to every sign-in and forgives no spent refresh token.
fn sandbox() -> Sandbox {
    sandbox_with(|_| ())
}

fn sandbox_with(change: impl FnOnce(&mut Options)) -> Sandbox {
    let mut options =
        Options { approve: true, rotation_overlap: Duration::ZERO, ..Options::default() };
    change(&mut options);
    start(options).unwrap()
}

fn faulty(fault: Fault) -> Sandbox {
    sandbox_with(|options| options.faults = vec![fault])
}

struct Answer {
    status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Null where it is no JSON.
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Status and body.
    fn read(&self) -> (u16, Value) {
        (self.status, self.json())
    }

    /// The query of the address that a redirect leads to.
    fn location(&self) -> BTreeMap<String, String> {
        let url = Url::parse(self.header("location")).expect("a redirect");
        url.query_pairs().into_owned().collect()
    }
}

fn send(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let host = sandbox.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Answer { status, headers: headers.collect(), body: body.to_owned() }
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn get(sandbox: &Sandbox, path: &str, query: &[(&str, &str)]) -> Answer {
    send(sandbox, "GET", &format!("{path}?{}", form(query)), &[], "")
}

fn post(sandbox: &Sandbox, path: &str, pairs: &[(&str, &str)]) -> Answer {
    send(sandbox, "POST", path, &[FORM], &form(pairs))
}

/// `GET` with an access token.
fn data(sandbox: &Sandbox, token: &str, path: &str, query: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    send(sandbox, "GET", &format!("{path}?{query}"), &[("Authorization", &bearer)], "")
}

fn counts(sandbox: &Sandbox) -> Value {
    get(sandbox, "/sandbox/counts", &[]).json()
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
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
fn ask(sandbox: &Sandbox, changes: &[(&str, &str)]) -> Answer {
    let challenge = s256(VERIFIER);
    let mut query: BTreeMap<&str, &str> = ASK.into();
    query.insert("code_challenge", &challenge);
    query.extend(changes.iter().copied());
    let query: Vec<_> = query.into_iter().collect();
    get(sandbox, "/zaehlerfreunde/authorize", &query)
}

fn code(sandbox: &Sandbox) -> String {
    ask(sandbox, &[]).location().remove("code").unwrap()
}

fn redeem(sandbox: &Sandbox, code: &str, verifier: &str) -> (u16, Value) {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", "sandbox-client"),
        ("code", code),
        ("redirect_uri", ZAEHLERFREUNDE_BACK),
        ("code_verifier", verifier),
    ];
    post(sandbox, "/zaehlerfreunde/oauth/token", &pairs).read()
}

fn refresh(sandbox: &Sandbox, token: &str) -> (u16, Value) {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("refresh_token", token),
    ];
    post(sandbox, "/zaehlerfreunde/oauth/token", &pairs).read()
}

fn refresh_token(answer: &(u16, Value)) -> String {
    answer.1["refresh_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

fn signed_in(sandbox: &Sandbox) -> String {
    refresh_token(&redeem(sandbox, &code(sandbox), VERIFIER))
}

fn claims(answer: &Value) -> Value {
    let token = answer["id_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn invalid_grant() -> Value {
    json!({
        "error": "invalid_grant",
        "error_description": "Unknown or invalid refresh token.",
    })
}

fn ask_timberdata(sandbox: &Sandbox, scope: &str) -> Answer {
    let query = [
        ("response_type", "code"),
        ("client_id", "sandbox-partner"),
        ("redirect_uri", TIMBERDATA_BACK),
        ("scope", scope),
        ("state", "s"),
    ];
    get(sandbox, "/timberdata/auth", &query)
}

fn redeem_timberdata(sandbox: &Sandbox, code: &str, credentials: &str, query: &str) -> Answer {
    let pairs =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TIMBERDATA_BACK)];
    let basic = format!("Basic {}", STANDARD.encode(credentials));
    let target = format!("/timberdata/oauth/v1/token?{query}");
    send(sandbox, "POST", &target, &[FORM, ("Authorization", &basic)], &form(&pairs))
}

/// An access token of TimberData with these scopes.
fn timberdata_token(sandbox: &Sandbox, scope: &str) -> String {
    let code = ask_timberdata(sandbox, scope).location().remove("code").unwrap();
    let credentials = format!("sandbox-partner:{TIMBERDATA_SECRET}");
    let answer = redeem_timberdata(sandbox, &code, &credentials, "").json();
    answer["access_token"].as_str().unwrap().to_owned()
}
