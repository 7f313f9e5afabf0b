//! The providers behind their port: which path leads where.

use std::sync::atomic::AtomicBool;

use super::fault::Fault;
use super::http::{Answer, Request};
use super::provider::Provider::{Timberdata, Zaehlerfreunde};
use super::state::{State, Store};
use super::{authorize, data, pages, token};

/// Both providers, without the network.
pub struct Service {
    pub base_url: String,
    pub store: Store,
    pub faults: Vec<Fault>,
    pub approve: bool,
    /// In seconds.
    pub access_token_lifetime: i64,
    /// In seconds.
    pub rotation_overlap: i64,
    /// The one 429 of [`Fault::RateLimit`] has been given. Per process, as faults are.
    pub rate_limited: AtomicBool,
}

type Handler = fn(&Service, &mut State, &Request) -> Answer;

/// Method, path and who answers; data requests are another table.
const ROUTES: [(&str, &str, Handler); 10] = [
    ("GET", "/", |service, _, request| pages::index(service, request.german)),
    ("GET", "/sandbox/counts", |_, state, _| Answer::json(200, &state.counts).note("counts shown")),
    ("GET", "/sandbox/pushed", |_, state, _| {
        Answer::json(200, &data::pushed(state)).note("handed-in readings shown")
    }),
    ("GET", "/zaehlerfreunde/authorize", |service, state, request| {
        authorize::ask(service, state, Zaehlerfreunde, request)
    }),
    ("GET", "/timberdata/auth", |service, state, request| {
        authorize::ask(service, state, Timberdata, request)
    }),
    ("POST", "/zaehlerfreunde/consent", |_, state, request| {
        authorize::consent(state, Zaehlerfreunde, request)
    }),
    ("POST", "/timberdata/consent", |_, state, request| {
        authorize::consent(state, Timberdata, request)
    }),
    ("POST", "/zaehlerfreunde/oauth/token", |service, state, request| {
        token::exchange(service, state, Zaehlerfreunde, request)
    }),
    ("POST", "/timberdata/oauth/v1/token", |service, state, request| {
        token::exchange(service, state, Timberdata, request)
    }),
    ("POST", "/zaehlerfreunde/oauth/revoke", |_, state, request| token::revoke(state, request)),
];

impl Service {
    /// Answers one request in one transaction, so that its counts and its effects go together.
    /// Requests for data change nothing but counts and see to that themselves.
    pub fn answer(&self, request: &Request) -> Answer {
        let answered = match data::endpoint(&request.path) {
            Some((endpoint, id)) => data::answer(self, endpoint, id, request),
            None => self.store.with(request.at, |state| self.route(state, request)),
        };
        answered.unwrap_or_else(|_| Answer::no_state())
    }

    fn route(&self, state: &mut State, request: &Request) -> Answer {
        let Some((method, _, handler)) = ROUTES.iter().find(|route| route.1 == request.path) else {
            return Answer::error(404, "not_found", "the sandbox has nothing at this path");
        };
        if !request.is(method) {
            return Answer::error(405, "invalid_request", "wrong method").header("Allow", method);
        }
        handler(self, state, request)
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
}
