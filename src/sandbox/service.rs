//! The providers behind their port: which path leads where.

use std::sync::atomic::AtomicBool;

use super::http::{Answer, Request};
use super::state::{State, Store};
use super::{Fault, Options, authorize, data, pages, token};

/// Both providers, without the network.
pub struct Service {
    pub base_url: String,
    pub options: Options,
    pub store: Store,
    /// The one 429 of [`Fault::RateLimit`] has been given. Per process, as faults are.
    pub rate_limited: AtomicBool,
}

type Handler = fn(&Service, &mut State, &Request) -> Answer;

/// Method, path and who answers; data requests are another table.
const ROUTES: [(&str, &str, Handler); 10] = [
    ("GET", "/", pages::index),
    ("GET", "/sandbox/counts", |_, state, _| Answer::json(200, &state.counts)),
    ("GET", "/sandbox/pushed", |_, state, _| Answer::json(200, &data::pushed(state))),
    ("GET", "/zaehlerfreunde/authorize", authorize::ask),
    ("GET", "/timberdata/auth", authorize::ask),
    ("POST", "/zaehlerfreunde/consent", authorize::consent),
    ("POST", "/timberdata/consent", authorize::consent),
    ("POST", "/zaehlerfreunde/oauth/token", token::exchange),
    ("POST", "/timberdata/oauth/v1/token", token::exchange),
    ("POST", "/zaehlerfreunde/oauth/revoke", token::revoke),
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
        self.options.faults.contains(&fault)
    }
}
