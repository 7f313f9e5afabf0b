//! The data behind both sign-ins: meters and readings, wood lists and log piles.
//!
//! Every value depends on what it belongs to and on nothing else, so two fetches agree, whenever
//! and in whatever pieces they are made.

mod faults;
mod forest;
mod load;
mod meters;

mod push;
mod readings;
mod timber;

#[cfg(test)]
mod readings_tests;

use std::ops::RangeInclusive;

use serde_json::json;

use super::catalogue::{CATALOGUE, Person};
use super::fault::Fault;
use super::grants::Grant;
use super::http::{Answer, Params, Request};
use super::provider::Provider::{self, Timberdata, Zaehlerfreunde};
use super::service::Service;
use super::state::State;

pub use self::push::{Pushed, pushed};

/// Names under which a token is put into an address; from there it would get into logs.
const IN_THE_ADDRESS: [&str; 4] = ["access_token", "token", "bearer", "authorization"];

/// What can be asked for.
pub struct Endpoint {
    provider: Provider,
    /// Below the API; `*` is an id.
    path: &'static str,
    /// What it is counted as.
    pub name: &'static str,
    scope: Option<&'static str>,
    answer: fn(&Question) -> Result<Answer, Answer>,
}

/// A request that may be answered.
pub struct Question<'a> {
    pub service: &'a Service,
    pub request: &'a Request,
    /// The id in the path.
    pub id: &'a str,
    /// Whose token it is.
    pub person: &'static Person,
}

const fn meter(
    path: &'static str,
    name: &'static str,
    answer: fn(&Question) -> Result<Answer, Answer>,
) -> Endpoint {
    Endpoint { provider: Zaehlerfreunde, path, name, scope: None, answer }
}

const fn timber(
    path: &'static str,
    name: &'static str,
    scope: Option<&'static str>,
    answer: fn(&Question) -> Result<Answer, Answer>,
) -> Endpoint {
    Endpoint { provider: Timberdata, path, name, scope, answer }
}

static ENDPOINTS: [Endpoint; 10] = [
    meter("partners/current", "partner", meters::partner),
    meter("spaces", "spaces", meters::spaces),
    meter("spaces/*/devices", "devices", meters::devices),
    meter("spaces/*/readings", "space_readings", readings::of_space),
    meter("devices/readings", PUSH, push::push),
    meter("devices/*/readings", "device_readings", readings::of_device),
    meter("customers", "customers", meters::customers),
    timber("user", "user", None, timber::user),
    timber("inventory/woodlist/summaries", "woodlists", Some("woodlist"), timber::woodlists),
    timber(
        "inventory/aggregation/summaries",
        "aggregations",
        Some("aggregation"),
        timber::aggregations,
    ),
];
const PUSH: &str = "push";

/// The endpoint of a path, and the id in it. `None` for paths that are not below either API, or lead
/// nowhere there.
pub fn endpoint(path: &str) -> Option<(&'static Endpoint, &str)> {
    let meter = path.strip_prefix("/zaehlerfreunde/api/").map(|path| (Zaehlerfreunde, path));
    let timber = path.strip_prefix("/timberdata/api/inventory/v4/").map(|path| (Timberdata, path));
    let (provider, path) = meter.or(timber)?;
    let mut below = ENDPOINTS.iter().filter(|endpoint| endpoint.provider == provider);
    below.find_map(|endpoint| match endpoint.path.split_once('*') {
        None => (path == endpoint.path).then_some((endpoint, "")),
        Some((before, after)) => {
            let id = path.strip_prefix(before)?.strip_suffix(after)?;
            (!id.contains('/')).then_some((endpoint, id))
        }
    })
}

/// Answers a data request.
///
/// Only what is counted and who may is decided while nobody else can; the answer itself is made
/// outside, so that many at once do not wait for each other.
pub fn answer(service: &Service, endpoint: &Endpoint, id: &str, request: &Request) -> Answer {
    let admitted = service.store.with(request.at, |state| {
        state.counts.add_data(endpoint.name);
        let admitted = admit(service, state, endpoint, request);
        if let Err(refused) = &admitted {
            count_refusal(state, refused.status);
        }
        admitted
    });
    let answer = match admitted {
        Err(_) => no_state(),
        Ok(Err(refused)) => refused,
        Ok(Ok(grant)) => {
            let first_page = service.has(Fault::DataEndless).then(|| faults::first_page(request));
            let person = &CATALOGUE.people[grant.person];
            let request = first_page.as_ref().unwrap_or(request);
            found(endpoint, &Question { service, request, id, person })
        }
    };
    Answer { travel: faults::travel(service), ..answer }
}

fn found(endpoint: &Endpoint, question: &Question) -> Answer {
    let Question { service, request, .. } = question;
    let answered = (endpoint.answer)(question);
    answered.map(|answer| faults::spoil(service, endpoint.name, answer)).unwrap_or_else(|refused| {
        let counted = service.store.with(request.at, |state| count_refusal(state, refused.status));
        if counted.is_ok() { refused } else { no_state() }
    })
}

/// Who may: the bearer token of a data request (RFC 6750).
///
/// A provider with JWTs would take one of a revoked grant until it expires; the sandbox does not,
/// so that a disconnected account shows at once.
fn admit(
    service: &Service,
    state: &State,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<Grant, Answer> {
    let method = if endpoint.name == PUSH { "POST" } else { "GET" };
    if !request.is(method) {
        return Err(problem(405, "wrong method").header("Allow", method));
    }
    if let Some(answer) = faults::instead(service) {
        return Err(answer);
    }
    if IN_THE_ADDRESS.iter().any(|name| request.query.get(name).is_some()) {
        let text = "the token belongs into the Authorization header";
        return Err(Answer::error(400, "invalid_request", text)
            .header("WWW-Authenticate", "Bearer error=\"invalid_request\"")
            .note("token in the address"));
    }
    let bearer = request.authorization.as_deref().and_then(|header| header.split_once(' '));
    let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
    else {
        // RFC 6750 §3.1: who brought no token is told no error.
        return Err(Answer::error(401, "unauthorized", "a bearer token is needed")
            .header("WWW-Authenticate", "Bearer realm=\"sandbox\"")
            .note("no bearer token"));
    };
    if service.has(Fault::DataUnauthorized) {
        return Err(invalid_token("answered by a fault"));
    }
    let grant = grant_of(service, state, endpoint.provider, token.trim(), request.at)?;
    match endpoint.scope {
        Some(scope) if !grant.has_scope(scope) => Err(insufficient_scope(scope)),
        _ => Ok(grant.clone()),
    }
}

fn grant_of<'a>(
    service: &Service,
    state: &'a State,
    provider: Provider,
    token: &str,
    now: i64,
) -> Result<&'a Grant, Answer> {
    let numbers = match provider {
        Timberdata => state.unseal("access", token),
        Zaehlerfreunde => {
            let claims = state.claims(token).filter(|claims| claims["exp"].as_i64() > Some(now));
            claims.and_then(|claims| state.unseal("access", claims["jti"].as_str()?))
        }
    };
    let numbers = numbers.ok_or_else(|| invalid_token("token unknown or expired"))?;
    if service.has(Fault::DataUnauthorizedOnce) && numbers.generation == 0 {
        return Err(invalid_token("answered by a fault"));
    }
    let grant = state.grants.get(&numbers.id).filter(|grant| grant.provider == provider);
    grant.ok_or_else(|| invalid_token("token of a grant that has ended"))
}

fn invalid_token(note: &'static str) -> Answer {
    Answer::error(401, "invalid_token", "The access token is unknown or has expired")
        .header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
        .note(note)
}

/// 403 for a grant without the scope (RFC 6750 §3.1).
fn insufficient_scope(scope: &str) -> Answer {
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    Answer::error(403, "insufficient_scope", &format!("the scope {scope} is needed"))
        .header("WWW-Authenticate", &challenge)
        .note("scope not granted")
}

fn count_refusal(state: &mut State, status: u16) {
    match status {
        401 => state.counts.add_data("unauthorized"),
        403 => state.counts.add_data("scope_missing"),
        400 | 404..=422 => state.counts.add_data("refused"),
        _ => {}
    }
}

/// A number of the query.
fn number(
    query: &Params,
    name: &str,
    default: usize,
    allowed: RangeInclusive<usize>,
) -> Result<usize, Answer> {
    let Some(text) = query.get(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| allowed.contains(number));
    number.ok_or_else(|| {
        let (least, most) = allowed.into_inner();
        problem(422, &format!("{name} must be a number from {least} to {most}"))
    })
}

/// An error of the data APIs. Neither provider documents a shape for them; this one is plausible.
fn problem(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "status": status, "message": message })).note("request refused")
}

fn no_state() -> Answer {
    problem(500, "the sandbox cannot reach its state file")
        .note("state file not readable or writable")
}
