//! Zählerfreunde in miniature: Auth0 as its documentation and its users describe it. A public
//! client, PKCE, an audience, ID tokens, rotating refresh tokens, errors with status 403.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::fault::Fault;
use super::grants::{CodeRefused, Granted, RefreshRefused};
use super::provider::Provider;
use super::request::{Call, Params};
use super::service::Service;
use super::state::State;
use super::{authorize, id_token, token};

/// `iss` of its ID tokens: the same for every port, and reserved by RFC 2606 so that no real
/// server has it.
pub const ISSUER: &str = "https://sandbox.invalid/zaehlerfreunde/";
/// The API that tokens are for, as the provider documents it.
const AUDIENCE: &str = "https://api.prod.zaehlerfreunde.com";
/// A SHA-256 in base64url without padding.
const CHALLENGE_LENGTH: usize = 43;

/// What an authorize request must bring beside what RFC 6749 asks.
pub fn check(query: &Params) -> Result<(), authorize::Error> {
    // Auth0 answers a request without audience with a token that no API accepts. Refusing it
    // shows the mistake where it was made.
    match query.get("audience") {
        Some(AUDIENCE) => {}
        Some(_) => return Err(("access_denied", "Service not found: unknown audience")),
        None => return Err(("access_denied", "Service not found: audience is missing")),
    }
    let challenge = query.get("code_challenge").unwrap_or_default();
    if challenge.is_empty() {
        return Err(("invalid_request", "code_challenge is missing"));
    }
    if query.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    let allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    if challenge.len() != CHALLENGE_LENGTH || !challenge.bytes().all(allowed) {
        return Err(("invalid_request", "code_challenge is not a SHA-256 in base64url"));
    }
    Ok(())
}

/// `POST /zaehlerfreunde/oauth/token`, JSON or form.
pub fn exchange(service: &Service, state: &mut State, params: &Params, now: u64) -> Answer {
    let Some(kind) = params.get("grant_type") else { return token::missing("grant_type") };
    let Some(client) = params.get("client_id") else { return token::missing("client_id") };
    if client != Provider::Zaehlerfreunde.client_id() {
        return unknown_client(state);
    }
    match kind {
        "authorization_code" => {
            let (Some(code), Some(redirect_uri), Some(verifier)) =
                (params.get("code"), params.get("redirect_uri"), params.get("code_verifier"))
            else {
                return token::missing("code, redirect_uri or code_verifier");
            };
            redeem(service, state, code, redirect_uri, verifier, now)
        }
        "refresh_token" => {
            let Some(token) = params.get("refresh_token") else {
                return token::missing("refresh_token");
            };
            refresh(service, state, token, now)
        }
        _ => Answer::json_error(403, "unsupported_grant_type", "Unsupported grant type")
            .note("unknown grant_type"),
    }
}

/// `POST /zaehlerfreunde/oauth/revoke`: an unknown token is a success too (RFC 7009 §2.2).
pub fn revoke(service: &Service, state: &mut State, call: &Call) -> Answer {
    state.counts.revoke += 1;
    if service.has(Fault::Unavailable) {
        return token::page(503).header("Retry-After", "1").note("answered by a fault");
    }
    let params = match call.content_type.as_str() {
        "application/json" => Params::json(&call.body),
        _ => Some(Params::form(&call.body)),
    };
    let Some(params) = params else { return token::invalid("the body is not JSON") };
    if params.get("client_id") != Some(Provider::Zaehlerfreunde.client_id()) {
        return unknown_client(state);
    }
    let Some(token) = params.get("token") else { return token::missing("token") };
    let existed = state.revoke(token);
    state.counts.revoked += u64::from(existed);
    let note = if existed { "family revoked" } else { "unknown token, nothing to revoke" };
    Answer::new(200, "application/json", "").note(note)
}

fn redeem(
    service: &Service,
    state: &mut State,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
    now: u64,
) -> Answer {
    let refused =
        match state.redeem(Provider::Zaehlerfreunde, code, redirect_uri, Some(verifier), now) {
            Ok(granted) => {
                state.counts.issued += 1;
                let refresh = granted.grant.has_scope("offline_access")
                    && !service.has(Fault::NoRefreshToken);
                let members = members(service, state, &granted, refresh, now);
                return token::issued(service, members, "code exchanged for tokens");
            }
            Err(refused) => refused,
        };
    let (text, note) = match refused {
        CodeRefused::WrongVerifier => ("Failed to verify code verifier", "verifier wrong"),
        CodeRefused::Replayed => ("Invalid authorization code", "code replayed: its grant revoked"),
        CodeRefused::Unknown => ("Invalid authorization code", "code unknown"),
        CodeRefused::Expired => ("Invalid authorization code", "code expired"),
        CodeRefused::OtherRedirectUri => ("Invalid authorization code", "other redirect_uri"),
    };
    state.counts.code_replayed += u64::from(refused == CodeRefused::Replayed);
    state.counts.verifier_refused += u64::from(refused == CodeRefused::WrongVerifier);
    invalid_grant(text, note)
}

fn refresh(service: &Service, state: &mut State, token: &str, now: u64) -> Answer {
    const REFUSED: &str = "Unknown or invalid refresh token.";
    if service.has(Fault::Reuse) {
        state.counts.reuse_detected += u64::from(state.revoke(token));
        return invalid_grant(REFUSED, "refresh token reused (a fault says so): family revoked");
    }
    let keep = service.has(Fault::NoRotation) || service.has(Fault::NullRefreshToken);
    match state.refresh(token, milliseconds(service.rotation_overlap), !keep, now) {
        Ok(granted) => {
            state.counts.refreshed += 1;
            state.counts.overlap_used += u64::from(granted.in_overlap);
            let note = match (granted.in_overlap, keep) {
                (true, _) => "previous refresh token accepted within the overlap",
                (false, true) => "refreshed, not rotated",
                (false, false) => "refreshed and rotated",
            };
            let members = members(service, state, &granted, !keep, now);
            token::issued(service, members, note)
        }
        Err(RefreshRefused::Reused) => {
            state.counts.reuse_detected += 1;
            invalid_grant(REFUSED, "refresh token reused: family revoked")
        }
        Err(RefreshRefused::Unknown) => invalid_grant(REFUSED, "refresh token unknown or revoked"),
    }
}

fn members(
    service: &Service,
    state: &State,
    granted: &Granted,
    refresh_token: bool,
    now: u64,
) -> Map<String, Value> {
    let lifetime = service.access_token_lifetime.as_secs();
    let scope = granted.grant.scopes.join(" ");
    let mut members = Map::new();
    let access = id_token::access_token(&state.key, granted, AUDIENCE, lifetime, now / 1000);
    members.insert("access_token".into(), json!(access));
    if granted.grant.has_scope("openid") {
        let id_token = id_token::id_token(service, &state.key, granted, now / 1000);
        members.insert("id_token".into(), json!(id_token));
    }
    if refresh_token {
        members.insert("refresh_token".into(), json!(granted.refresh_token));
    }
    members.insert("scope".into(), json!(scope));
    members.insert("expires_in".into(), json!(lifetime));
    members.insert("token_type".into(), json!("Bearer"));
    members
}

fn unknown_client(state: &mut State) -> Answer {
    state.counts.client_refused += 1;
    Answer::json_error(401, "invalid_client", "Unknown client").note("unknown client_id")
}

fn invalid_grant(description: &str, note: &'static str) -> Answer {
    Answer::json_error(403, "invalid_grant", description).note(note)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
