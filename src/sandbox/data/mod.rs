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
use super::catalogue::{CATALOGUE, Person};
use super::grants::Grant;
use super::http::{Answer, Params, Request};
use super::provider::Provider;
use super::state::State;
use super::token::grant_of;

pub use self::push::{Pushed, pushed};

/// Names under which a token is put into an address; from there it would get into logs.
const IN_THE_ADDRESS: [&str; 4] = ["access_token", "token", "bearer", "authorization"];

/// Answers with JSON, or with what is wrong.
type Handler = fn(&Question) -> Result<String, Answer>;

/// What can be asked for.
pub struct Endpoint {
    /// `*` is an id.
    path: &'static str,
    /// What it is counted as.
    count: &'static str,
    scope: Option<&'static str>,
    handler: Handler,
}

/// A request that may be answered.
pub struct Question<'a> {
    service: &'a Service,
    request: &'a Request,
    /// The id in the path.
    id: &'a str,
    /// Whose token it is.
    person: &'static Person,
}

const fn at(
    path: &'static str,
    count: &'static str,
    scope: Option<&'static str>,
    handler: Handler,
) -> Endpoint {
    Endpoint { path, count, scope, handler }
}

const PUSH: &str = "/zaehlerfreunde/api/devices/readings";
const LISTS: &str = "/timberdata/api/inventory/v4/inventory/woodlist/summaries";
const PILES: &str = "/timberdata/api/inventory/v4/inventory/aggregation/summaries";

static ENDPOINTS: [Endpoint; 10] = [
    at("/zaehlerfreunde/api/partners/current", "data/partner", None, lists::partner),
    at("/zaehlerfreunde/api/spaces", "data/spaces", None, lists::spaces),
    at("/zaehlerfreunde/api/spaces/*/devices", "data/devices", None, lists::devices),
    at("/zaehlerfreunde/api/spaces/*/readings", "data/space_readings", None, readings::of_space),
    at(PUSH, "data/push", None, push::push),
    at("/zaehlerfreunde/api/devices/*/readings", "data/device_readings", None, readings::of_device),
    at("/zaehlerfreunde/api/customers", "data/customers", None, lists::customers),
    at("/timberdata/api/inventory/v4/user", "data/user", None, lists::user),
    at(LISTS, "data/woodlists", Some("woodlist"), lists::woodlists),
    at(PILES, "data/aggregations", Some("aggregation"), lists::aggregations),
];

/// The endpoint of a path, and the id in it.
pub fn endpoint(path: &str) -> Option<(&'static Endpoint, &str)> {
    ENDPOINTS.iter().find_map(|endpoint| match endpoint.path.split_once('*') {
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
pub fn answer(
    service: &Service,
    endpoint: &Endpoint,
    id: &str,
    request: &Request,
) -> io::Result<Answer> {
    let person = service.store.with(request.at, |state| {
        state.count(endpoint.count);
        admit(state, endpoint, request).map(|grant| &CATALOGUE.people[grant.person])
    })?;
    let body =
        person.and_then(|person| (endpoint.handler)(&Question { service, request, id, person }));
    let answer = match body {
        Ok(body) => return Ok(Answer::new(200, "application/json", body)),
        Err(refused) => refused,
    };
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
fn admit<'a>(
    state: &'a State,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<&'a Grant, Answer> {
    let method = if endpoint.path == PUSH { "POST" } else { "GET" };
    if !request.is(method) {
        return Err(problem(405, "wrong method").header("Allow", method));
    }
    let refused = |status, error, text, challenge: &str| {
        Answer::error(status, error, text).header("WWW-Authenticate", challenge)
    };
    if IN_THE_ADDRESS.iter().any(|name| request.query.get(name).is_some()) {
        let text = "the token belongs into the Authorization header";
        return Err(refused(400, "invalid_request", text, "Bearer error=\"invalid_request\""));
    }
    let bearer = request.authorization.as_deref().and_then(|header| header.split_once(' '));
    let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
    else {
        // RFC 6750 §3.1: who brought no token is told no error.
        let challenge = "Bearer realm=\"sandbox\"";
        return Err(refused(401, "unauthorized", "a bearer token is needed", challenge));
    };
    let Some(grant) = grant_of(state, Provider::of(endpoint.path), token.trim(), request.at) else {
        let text = "The access token is unknown or has expired";
        return Err(refused(401, "invalid_token", text, "Bearer error=\"invalid_token\""));
    };
    if let Some(scope) = endpoint.scope.filter(|scope| !grant.has_scope(scope)) {
        let text = format!("the scope {scope} is needed");
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        return Err(refused(403, "insufficient_scope", &text, &challenge));
    }
    Ok(grant)
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
    Answer::json(status, &json!({ "status": status, "message": message })).note(message)
}
