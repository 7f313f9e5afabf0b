//! The data behind both sign-ins: meters and readings, wood lists and log piles.
//!
//! Every value depends on what it belongs to and on nothing else, so two fetches agree, whenever
//! and in whatever pieces they are made.

mod forest;
mod lists;
mod load;
mod push;
mod readings;

#[cfg(test)]
mod readings_tests;

use std::io;
use std::ops::RangeInclusive;

use serde_json::json;

use super::Service;
use super::catalogue::{CATALOGUE, Device, Person};
use super::http::{Answer, Params, Request};
use super::provider::Provider;
use super::state::State;

pub use self::push::{Handed, Pushed, pushed};

/// Names under which a token is put into an address; from there it would get into logs.
const IN_THE_ADDRESS: [&str; 4] = ["access_token", "token", "bearer", "authorization"];

/// Answers with JSON, or with what is wrong.
type Handler = fn(&Question) -> Result<String, Answer>;

/// A path in which `*` is an id, what it is counted as, the scope it needs, and who answers.
type Endpoint = (&'static str, &'static str, Option<&'static str>, Handler);

/// A request that may be answered.
pub struct Question<'a> {
    service: &'a Service,
    request: &'a Request,
    /// The id in the path.
    id: &'a str,
    /// Whose token it is.
    person: &'static Person,
}

const PUSH: &str = "/zaehlerfreunde/api/devices/readings";
const LISTS: &str = "/timberdata/api/inventory/v4/inventory/woodlist/summaries";
const PILES: &str = "/timberdata/api/inventory/v4/inventory/aggregation/summaries";

static ENDPOINTS: [Endpoint; 10] = [
    ("/zaehlerfreunde/api/partners/current", "data/partner", None, lists::partner),
    ("/zaehlerfreunde/api/spaces", "data/spaces", None, lists::spaces),
    ("/zaehlerfreunde/api/spaces/*/devices", "data/devices", None, lists::devices),
    ("/zaehlerfreunde/api/spaces/*/readings", "data/space_readings", None, readings::of_space),
    (PUSH, "data/push", None, push::push),
    ("/zaehlerfreunde/api/devices/*/readings", "data/device_readings", None, readings::of_device),
    ("/zaehlerfreunde/api/customers", "data/customers", None, lists::customers),
    ("/timberdata/api/inventory/v4/user", "data/user", None, lists::user),
    (LISTS, "data/woodlists", Some("woodlist"), lists::woodlists),
    (PILES, "data/aggregations", Some("aggregation"), lists::aggregations),
];

/// The endpoint of a path, and the id in it.
pub fn endpoint(path: &str) -> Option<(&'static Endpoint, &str)> {
    ENDPOINTS.iter().find_map(|endpoint| match endpoint.0.split_once('*') {
        None => (path == endpoint.0).then_some((endpoint, "")),
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
pub fn answer(
    service: &Service,
    endpoint: &Endpoint,
    id: &str,
    request: &Request,
) -> io::Result<Answer> {
    let person = service.store.with(request.at, |state| {
        state.count(endpoint.1);
        admit(state, endpoint, request)
    })?;
    let body = person.and_then(|person| endpoint.3(&Question { service, request, id, person }));
    let answer = body.map(|body| Answer::new(200, "application/json", body));
    let answer = answer.unwrap_or_else(|refused| refused);
    let count = match answer.status {
        401 => "data/unauthorized",
        403 => "data/scope_missing",
        400..500 => "data/refused",
        _ => return Ok(answer),
    };
    service.store.with(request.at, |state| state.count(count))?;
    Ok(answer)
}

/// Who may: the bearer token of a data request (RFC 6750).
fn admit(state: &State, endpoint: &Endpoint, request: &Request) -> Result<&'static Person, Answer> {
    let &(path, _, scope, _) = endpoint;
    let method = if path == PUSH { "POST" } else { "GET" };
    if request.method != method {
        return Err(problem(405, "wrong method").header("Allow", method));
    }
    let refused = |status, error, text: &str| {
        let challenge = format!("Bearer error=\"{error}\"");
        Answer::error(status, error, text).header("WWW-Authenticate", &challenge)
    };
    if IN_THE_ADDRESS.iter().any(|name| request.query.get(name).is_some()) {
        let text = "the token belongs into the Authorization header";
        return Err(refused(400, "invalid_request", text));
    }
    let bearer = request.authorization.as_deref().and_then(|header| header.split_once(' '));
    let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
    else {
        // RFC 6750 §3.1: who brought no token is told no error.
        let answer = Answer::error(401, "unauthorized", "a bearer token is needed");
        return Err(answer.header("WWW-Authenticate", "Bearer realm=\"sandbox\""));
    };
    let provider = Provider::of(path);
    let found = state.find(provider, provider.facts().access_token, token.trim());
    // A provider with JWTs would take one of a revoked grant until it expires; the sandbox does
    // not, so that a disconnected account shows at once.
    let Some((grant, _)) = found.filter(|(_, claims)| claims["exp"].as_i64() > Some(request.at))
    else {
        return Err(refused(401, "invalid_token", "The access token is unknown or has expired"));
    };
    match scope.filter(|scope| !grant.has_scope(scope)) {
        None => Ok(&CATALOGUE.people[grant.person]),
        Some(scope) => {
            let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            let text = format!("the scope {scope} is needed");
            let answer = Answer::error(403, "insufficient_scope", &text);
            Err(answer.header("WWW-Authenticate", &challenge))
        }
    }
}

/// The devices of the space that is asked for. No space is without any.
fn devices(question: &Question) -> Result<Vec<&'static Device>, Answer> {
    let mut devices = Vec::from_iter(&CATALOGUE.devices);
    devices.retain(|device| device.space == question.id);
    if devices.is_empty() { Err(problem(404, "unknown space")) } else { Ok(devices) }
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
    number.ok_or_else(|| problem(422, &format!("{name} must be a number in {allowed:?}")))
}

/// An error of the data APIs. Neither provider documents a shape for them; this one is plausible.
fn problem(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "status": status, "message": message })).note(message)
}
