//! What the two token endpoints share: requests are counted, secrets in the address refused, and
//! faults applied before and after the provider's own answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::{Answer, Travel};
use super::fault::Fault;
use super::provider::Provider;
use super::request::{Call, Params};
use super::service::Service;
use super::state::State;
use super::{timberdata, zaehlerfreunde};

/// Parameters that must not stand in an address, where logs and histories keep them.
const SECRETS: [&str; 5] = ["client_secret", "code", "code_verifier", "refresh_token", "token"];

/// The token endpoint of `provider`.
pub fn exchange(
    service: &Service,
    state: &mut State,
    provider: Provider,
    call: &Call,
    now: u64,
) -> Answer {
    let params = match call.content_type.as_str() {
        "application/json" => Params::json(&call.body),
        "application/x-www-form-urlencoded" => Some(Params::form(&call.body)),
        _ => None,
    };
    let kind = params.as_ref().and_then(|params| params.get("grant_type")).unwrap_or_default();
    match kind {
        "authorization_code" => state.counts.authorization_code += 1,
        "refresh_token" => state.counts.refresh_token += 1,
        _ => state.counts.other_grant_type += 1,
    }
    if let Some(name) = SECRETS.iter().find(|name| call.query.get(name).is_some()) {
        let text = format!("{name} does not belong into the address");
        return Answer::json_error(400, "invalid_request", &text).note("secret in the address");
    }
    let Some(params) = &params else {
        return invalid("the body is neither JSON nor a form");
    };
    if params.repeated().is_some() {
        return invalid("a parameter occurs twice");
    }
    if let Some(answer) = instead(service, kind) {
        return answer;
    }
    let answer = match provider {
        Provider::Zaehlerfreunde => zaehlerfreunde::exchange(service, state, params, now),
        Provider::Timberdata => timberdata::exchange(service, state, call, params, now),
    };
    Answer { travel: travel(service), ..answer }
}

/// 400 `invalid_request`.
pub fn invalid(description: &str) -> Answer {
    Answer::json_error(400, "invalid_request", description).note("request refused")
}

/// 400 `invalid_request` for an absent parameter.
pub fn missing(name: &str) -> Answer {
    invalid(&format!("Missing required parameter: {name}"))
}

/// A token answer, with the ordered faults in its members.
pub fn issued(service: &Service, mut members: Map<String, Value>, note: &'static str) -> Answer {
    for fault in &service.faults {
        let (name, value) = match fault {
            Fault::NullRefreshToken => ("refresh_token", Some(Value::Null)),
            Fault::NoAccessToken => ("access_token", None),
            Fault::BrokenAccessToken => ("access_token", Some(json!("sandbox\r\nX-Evil: 1"))),
            Fault::NoTokenType => ("token_type", None),
            Fault::WrongTokenType => ("token_type", Some(json!("DPoP"))),
            Fault::LowerTokenType => ("token_type", Some(json!("bearer"))),
            Fault::NoExpiry => ("expires_in", None),
            Fault::TextExpiry => {
                let number = members.get("expires_in").map(Value::to_string);
                ("expires_in", number.map(Value::String))
            }
            Fault::NegativeExpiry => ("expires_in", Some(json!(-1))),
            Fault::HugeExpiry => ("expires_in", Some(json!(1e30))),
            Fault::NarrowedScope => ("scope", Some(narrowed(members.get("scope")))),
            Fault::WidenedScope => ("scope", Some(widened(members.get("scope")))),
            Fault::NoIdToken => ("id_token", None),
            _ => continue,
        };
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
    if service.has(Fault::ManyMembers) {
        members.extend((0..100).map(|i| (format!("x_sandbox_{i}"), json!({ "unknown": [i] }))));
    }
    Answer::json(200, &Value::Object(members)).header("Pragma", "no-cache").note(note)
}

/// Without the last scope that is about data or the person; `openid` and `offline_access` stay.
fn narrowed(scope: Option<&Value>) -> Value {
    let mut names: Vec<&str> =
        scope.and_then(Value::as_str).unwrap_or_default().split(' ').collect();
    if let Some(last) = names.iter().rposition(|name| !["openid", "offline_access"].contains(name))
    {
        names.remove(last);
    }
    json!(names.join(" "))
}

fn widened(scope: Option<&Value>) -> Value {
    let text = scope.and_then(Value::as_str).unwrap_or_default();
    json!(format!("{text} admin:everything").trim_start())
}

/// The fault that answers in place of the provider.
fn instead(service: &Service, kind: &str) -> Option<Answer> {
    let answer = service.faults.iter().find_map(|fault| {
        Some(match fault {
            Fault::RateLimit if !service.rate_limited.swap(true, Ordering::Relaxed) => too_many(),
            Fault::RateLimitForever => too_many(),
            Fault::ServerError => page(500),
            Fault::Unavailable => page(503),
            Fault::Redirect => Answer::new(307, "text/plain", "")
                .header("Location", &format!("{}/sandbox/redirected", service.base_url)),
            Fault::Garbage => page(200),
            Fault::ErrorWithin200 => Answer::json_error(200, "server_error", "it went wrong"),
            Fault::NoContent => Answer::new(204, "text/plain", ""),
            Fault::Deep => {
                Answer::new(200, "application/json", "[".repeat(100_000) + &"]".repeat(100_000))
            }
            Fault::Huge => {
                let text = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(8 * 1024 * 1024));
                Answer::new(200, "application/json", text)
            }
            Fault::InvalidClient => Answer::json_error(401, "invalid_client", "Unknown client"),
            Fault::Escapes => Answer::json_error(
                400,
                "invalid_request",
                "\u{1b}[2J\u{1b}]0;owned\u{7}red\r\nerror: \u{202e}gnorw\0\u{9b}31m",
            ),
            Fault::Mfa if kind == "refresh_token" => Answer::json(
                403,
                &json!({
                    "error": "mfa_required",
                    "error_description": "Multifactor authentication required",
                    "mfa_token": "sandbox-mfa-token",
                }),
            ),
            _ => return None,
        })
    })?;
    Some(Answer { travel: travel(service), ..answer.note("answered by a fault") })
}

fn too_many() -> Answer {
    Answer::json_error(429, "too_many_requests", "Global limit has been reached")
        .header("Retry-After", "1")
}

/// What a proxy says instead of the provider.
pub fn page(status: u16) -> Answer {
    let body = "<!doctype html><title>Sandbox</title><h1>Not what you asked for</h1>";
    Answer::new(status, "text/html; charset=utf-8", body)
}

fn travel(service: &Service) -> Travel {
    let found = service.faults.iter().find_map(|fault| match fault {
        Fault::Slow => Some(Travel::Late(Duration::from_secs(5))),
        Fault::Drip => Some(Travel::Drip(Duration::from_secs(1))),
        Fault::LostAnswer => Some(Travel::Lost),
        Fault::Silence => Some(Travel::Never),
        _ => None,
    });
    found.unwrap_or(Travel::AtOnce)
}
