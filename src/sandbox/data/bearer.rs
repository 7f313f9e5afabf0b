//! Who may: the bearer token of a data request (RFC 6750).

use super::super::answer::Answer;
use super::super::fault::Fault;
use super::super::grants::Grant;
use super::super::id_token;
use super::super::provider::Provider;
use super::super::request::Call;
use super::super::seal::Kind;
use super::super::service::Service;
use super::super::state::State;

/// Names under which a token is put into an address; from there it would get into logs.
const IN_THE_ADDRESS: [&str; 4] = ["access_token", "token", "bearer", "authorization"];

/// The grant behind the request's token. `now` in milliseconds.
///
/// A provider with JWTs would take one of a revoked grant until it expires; the sandbox does not,
/// so that a disconnected account shows at once.
pub fn grant(
    service: &Service,
    state: &State,
    provider: Provider,
    call: &Call,
    now: u64,
) -> Result<Grant, Answer> {
    if IN_THE_ADDRESS.iter().any(|name| call.query.get(name).is_some()) {
        let text = "the token belongs into the Authorization header";
        return Err(Answer::json_error(400, "invalid_request", text)
            .header("WWW-Authenticate", "Bearer error=\"invalid_request\"")
            .note("token in the address"));
    }
    let Some(token) = call.authorization.as_deref().and_then(bearer) else {
        // RFC 6750 §3.1: who brought no token is told no error.
        return Err(Answer::json_error(401, "unauthorized", "a bearer token is needed")
            .header("WWW-Authenticate", "Bearer realm=\"sandbox\"")
            .note("no bearer token"));
    };
    if service.has(Fault::DataUnauthorized) {
        return Err(invalid_token("answered by a fault"));
    }
    let sealed = match provider {
        Provider::Zaehlerfreunde => id_token::read_access_token(&state.key, token, now / 1000),
        Provider::Timberdata => state.key.open(Kind::Access, token),
    };
    let sealed = sealed.ok_or_else(|| invalid_token("token unknown or expired"))?;
    if service.has(Fault::DataUnauthorizedOnce) && sealed.generation == 0 {
        return Err(invalid_token("answered by a fault"));
    }
    let grant = state.grants.get(&sealed.id).filter(|grant| grant.provider == provider);
    grant.cloned().ok_or_else(|| invalid_token("token of a grant that has ended"))
}

/// 403 for a grant without the scope (RFC 6750 §3.1).
pub fn insufficient_scope(scope: &str) -> Answer {
    Answer::json_error(403, "insufficient_scope", &format!("the scope {scope} is needed"))
        .header(
            "WWW-Authenticate",
            &format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""),
        )
        .note("scope not granted")
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

fn invalid_token(note: &'static str) -> Answer {
    Answer::json_error(401, "invalid_token", "The access token is unknown or has expired")
        .header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
        .note(note)
}
