//! The providers behind their port: which path leads where.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::json;

use super::answer::Answer;
use super::data::{self, Target};
use super::fault::Fault;
use super::pages;
use super::provider::Provider;
use super::request::Call;
use super::state::{State, Store};
use super::texts::Language;
use super::{authorize, token, zaehlerfreunde};

/// Both providers, without the network. Time (milliseconds since 1970) comes with each call.
pub struct Service {
    pub base_url: String,
    pub store: Store,
    pub faults: Vec<Fault>,
    pub approve: bool,
    pub access_token_lifetime: Duration,
    pub rotation_overlap: Duration,
    /// The one 429 of [`Fault::RateLimit`] has been given. Per process, as faults are.
    pub rate_limited: AtomicBool,
    /// The same of [`Fault::DataRateLimit`].
    pub data_rate_limited: AtomicBool,
}

impl Service {
    /// Answers one request in one transaction, so that its counts and its effects go together.
    /// Requests for data change nothing but counts and see to that themselves.
    pub fn answer(&self, call: &Call, now: u64) -> Answer {
        if let Some(target) = Target::of(&call.path) {
            return data::answer(self, target, call, now);
        }
        let answered = self.store.with(now, |state| self.route(state, call, now));
        answered.unwrap_or_else(|_| {
            Answer::json_error(500, "server_error", "the sandbox cannot reach its state file")
                .note("state file not readable or writable")
        })
    }

    fn route(&self, state: &mut State, call: &Call, now: u64) -> Answer {
        use Provider::{Timberdata, Zaehlerfreunde};
        match (call.method.as_str(), call.path.as_str()) {
            ("GET" | "HEAD", "/") => pages::index(self, Language::of(call)),
            ("GET" | "HEAD", "/sandbox/counts") => {
                Answer::json(200, &json!(state.counts)).note("counts shown")
            }
            ("GET" | "HEAD", "/sandbox/pushed") => {
                Answer::json(200, &data::pushed(state)).note("handed-in readings shown")
            }
            (_, "/sandbox/redirected") => {
                state.counts.redirect_followed += 1;
                Answer::json_error(400, "invalid_request", "nobody should have come here")
                    .note("a redirected token request was followed")
            }
            ("GET" | "HEAD", "/zaehlerfreunde/authorize") => {
                authorize::ask(self, state, Zaehlerfreunde, call, now)
            }
            ("GET" | "HEAD", "/timberdata/auth") => {
                authorize::ask(self, state, Timberdata, call, now)
            }
            ("POST", "/zaehlerfreunde/consent") => {
                authorize::consent(self, state, Zaehlerfreunde, call, now)
            }
            ("POST", "/timberdata/consent") => {
                authorize::consent(self, state, Timberdata, call, now)
            }
            ("POST", "/zaehlerfreunde/oauth/token") => {
                token::exchange(self, state, Zaehlerfreunde, call, now)
            }
            ("POST", "/timberdata/oauth/v1/token") => {
                token::exchange(self, state, Timberdata, call, now)
            }
            ("POST", "/zaehlerfreunde/oauth/revoke") => zaehlerfreunde::revoke(self, state, call),
            (method, path) => not_here(method, path),
        }
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
}

fn not_here(method: &str, path: &str) -> Answer {
    let endpoints = [
        ("/", "GET"),
        ("/sandbox/counts", "GET"),
        ("/sandbox/pushed", "GET"),
        ("/zaehlerfreunde/authorize", "GET"),
        ("/timberdata/auth", "GET"),
        ("/zaehlerfreunde/consent", "POST"),
        ("/timberdata/consent", "POST"),
        ("/zaehlerfreunde/oauth/token", "POST"),
        ("/timberdata/oauth/v1/token", "POST"),
        ("/zaehlerfreunde/oauth/revoke", "POST"),
    ];
    match endpoints.iter().find(|(known, allowed)| *known == path && *allowed != method) {
        Some((_, allowed)) => Answer::json_error(405, "invalid_request", "wrong method")
            .header("Allow", allowed)
            .note("wrong method"),
        None => Answer::json_error(404, "not_found", "the sandbox has nothing at this path")
            .note("nothing here"),
    }
}
