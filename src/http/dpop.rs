//! The proof that goes with a request whose token is bound to a key (RFC 9449), and the nonces that
//! servers want in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;
use url::Url;

use super::{Answer, HttpError, Request};
use crate::oauth::dpop::Proven;

/// What each server gave last (§8.2).
#[derive(Default)]
pub(super) struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    /// The proof for a request whose token is bound to a key.
    pub(super) fn proof(&self, request: &Request) -> Result<Option<String>, HttpError> {
        let Some(key) = &request.dpop else { return Ok(None) };
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = request.authorization.as_ref();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let about = Proven {
            method: &request.method,
            url: &request.url,
            at: since.as_secs(),
            nonce: known.get(&server(&request.url)).map(String::as_str),
            access_token: token.and_then(|token| token.expose().strip_prefix("DPoP ")),
        };
        key.proof(&about).map(Some).map_err(|error| HttpError::Setup {
            code: "dpop-key",
            why: error.to_string(),
            hint: "connect again",
        })
    }

    pub(super) fn note(&self, request: &Request, headers: &HeaderMap) {
        let nonce = headers.get("dpop-nonce").and_then(|nonce| nonce.to_str().ok());
        if let (Some(_), Some(nonce)) = (&request.dpop, nonce) {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(server(&request.url), nonce.to_owned());
        }
    }
}

fn server(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Whether a data endpoint did nothing but ask for a proof with its nonce (§9).
pub(super) fn wants_nonce(request: &Request, answer: &Answer) -> bool {
    let is_challenge = |(name, value): &(String, String)| {
        name == "www-authenticate" && value.contains("use_dpop_nonce")
    };
    request.dpop.is_some() && answer.status == 401 && answer.headers.iter().any(is_challenge)
}
