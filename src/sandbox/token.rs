//! The token endpoints, and the revocation that one provider has.

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::TIMBERDATA_SECRET;
use super::authorize::AUDIENCE;
use super::catalogue::{CATALOGUE, Person};
use super::fault::Fault;
use super::grants::{Grant, TIMBERDATA_LIFETIME, verifies};
use super::http::{Answer, Params, Request};
use super::provider::{ISSUER, Provider};
use super::seal::Numbers;
use super::service::Service;
use super::state::State;

const FORM: &str = "application/x-www-form-urlencoded";
/// Parameters that must not stand in an address, where logs and histories keep them.
const SECRETS: [&str; 5] = ["client_secret", "code", "code_verifier", "refresh_token", "token"];
/// Seconds an ID token lives: Auth0's default of ten hours.
const ID_TOKEN_LIFETIME: i64 = 36_000;
/// How late an answer of [`Fault::Slow`] is.
const SLOW: Duration = Duration::from_secs(5);

/// What is refused ends early, as an error that is an answer too.
type Refusable = Result<Answer, Answer>;

/// Both token endpoints.
pub fn exchange(service: &Service, state: &mut State, request: &Request) -> Answer {
    let params = params(request);
    let kind = params.as_ref().ok().and_then(|params| params.get("grant_type"));
    state.count(match kind {
        Some(kind @ ("authorization_code" | "refresh_token")) => kind,
        _ => "other_grant_type",
    });
    let answer = params.and_then(|params| {
        instead(service)?;
        match Provider::of(&request.path) {
            Provider::Zaehlerfreunde => zaehlerfreunde(service, state, &params, request.at),
            Provider::Timberdata => timberdata(state, request, &params),
        }
    });
    let delay = if service.has(Fault::Slow) { SLOW } else { Duration::ZERO };
    Answer { delay, ..answer.unwrap_or_else(|refused| refused) }
}

/// The faults that answer in place of the provider: nothing is spent, nothing is issued.
fn instead(service: &Service) -> Result<(), Answer> {
    if service.has(Fault::RateLimit) && !service.rate_limited.swap(true, Ordering::Relaxed) {
        let answer = Answer::error(429, "too_many_requests", "Global limit has been reached");
        return Err(answer.header("Retry-After", "1"));
    }
    if service.has(Fault::ServerError) {
        let page = "<!doctype html><title>Sandbox</title><h1>Not what you asked for</h1>";
        return Err(Answer::new(500, "text/html; charset=utf-8", page).note("answered by a fault"));
    }
    Ok(())
}

/// `POST /zaehlerfreunde/oauth/revoke`: an unknown token is a success too (RFC 7009 §2.2).
pub fn revoke(_: &Service, state: &mut State, request: &Request) -> Answer {
    state.count("revoke");
    let revoked = params(request).and_then(|params| {
        check_public_client(state, &params)?;
        if !state.revoke(params.required("token")?) {
            return Ok("unknown token, nothing to revoke");
        }
        state.count("revoked");
        Ok("family revoked")
    });
    match revoked {
        Ok(note) => Answer::new(200, "application/json", "").note(note),
        Err(refused) => refused,
    }
}

fn params(request: &Request) -> Result<Params, Answer> {
    if let Some(name) = SECRETS.iter().find(|name| request.query.get(name).is_some()) {
        let text = format!("{name} does not belong into the address");
        return Err(Answer::invalid_request(&text));
    }
    let params = match request.content_type.as_str() {
        "application/json" => Params::json(&request.body),
        FORM => Some(Params::form(&request.body)),
        _ => None,
    };
    match params {
        None => Err(Answer::invalid_request("the body is neither JSON nor a form")),
        Some(params) if params.repeated().is_some() => {
            Err(Answer::invalid_request("a parameter occurs twice"))
        }
        Some(params) => Ok(params),
    }
}

fn zaehlerfreunde(service: &Service, state: &mut State, params: &Params, now: i64) -> Refusable {
    let kind = params.required("grant_type")?;
    params.required("client_id")?;
    check_public_client(state, params)?;
    match kind {
        "authorization_code" => redeem(service, state, params, now),
        "refresh_token" => refresh(service, state, params.required("refresh_token")?, now),
        _ => Err(Answer::error(403, "unsupported_grant_type", "Unsupported grant type")),
    }
}

fn check_public_client(state: &mut State, params: &Params) -> Result<(), Answer> {
    if params.get("client_id") == Some(Provider::Zaehlerfreunde.facts().client_id) {
        return Ok(());
    }
    state.count("client_refused");
    Err(Answer::error(401, "invalid_client", "Unknown client"))
}

fn redeem(service: &Service, state: &mut State, params: &Params, now: i64) -> Refusable {
    let (code, redirect_uri) = (params.required("code")?, params.required("redirect_uri")?);
    let verifier = params.required("code_verifier")?;
    let spent = state.spend_code(Provider::Zaehlerfreunde, code, redirect_uri, now);
    let refused = |text, note| Answer::error(403, "invalid_grant", text).note(note);
    let (id, asked) = spent.map_err(|note| refused("Invalid authorization code", note))?;
    if !verifies(asked.challenge.as_deref(), verifier) {
        state.count("verifier_refused");
        return Err(refused("Failed to verify code verifier", "verifier wrong"));
    }
    let nonce = asked.nonce.clone();
    let grant = state.grant(id, asked, now);
    issued(&tokens(service, state, (id, &grant), nonce, now), "code exchanged for tokens")
}

fn refresh(service: &Service, state: &mut State, token: &str, now: i64) -> Refusable {
    let refused =
        |note| Answer::error(403, "invalid_grant", "Unknown or invalid refresh token.").note(note);
    if service.has(Fault::Reuse) {
        if state.revoke(token) {
            state.count("reuse_detected");
        }
        return Err(refused("refresh token reused (a fault says so): family revoked"));
    }
    let refreshed = state.refresh(token, seconds(service.options.rotation_overlap), now);
    let (id, grant, note) = refreshed.map_err(refused)?;
    issued(&tokens(service, state, (id, &grant), None, now), note)
}

/// Zählerfreunde's token answer.
fn tokens(
    service: &Service,
    state: &mut State,
    (id, grant): (u64, &Grant),
    nonce: Option<String>,
    now: i64,
) -> Value {
    let numbers = Numbers { id, generation: grant.generation };
    let scope = grant.scopes.join(" ");
    let lifetime = seconds(service.options.access_token_lifetime);
    // A JWT, because that is what Auth0 gives for an API. `jti` is what the sandbox knows it by.
    let access_token = json!({
        "iss": ISSUER,
        "sub": subject(&CATALOGUE.people[grant.person]),
        "aud": [AUDIENCE, format!("{ISSUER}userinfo")],
        "iat": now,
        "exp": now.saturating_add(lifetime),
        "scope": scope,
        "azp": Provider::Zaehlerfreunde.facts().client_id,
        "jti": state.seal("access", numbers),
    });
    let mut tokens = json!({ "access_token": state.jwt(&access_token) });
    if grant.has_scope("openid") {
        tokens["id_token"] = json!(state.jwt(&id_token(grant, nonce, now)));
    }
    if grant.has_scope("offline_access") {
        tokens["refresh_token"] = json!(state.seal("refresh", numbers));
    }
    tokens["scope"] = json!(scope);
    tokens["expires_in"] = json!(lifetime);
    tokens["token_type"] = json!("Bearer");
    tokens
}

/// The claims of an ID token. A client that takes it straight from the token endpoint need not
/// check its signature (OpenID Connect Core §3.1.3.7, 6), but every claim.
fn id_token(grant: &Grant, nonce: Option<String>, now: i64) -> Value {
    let person = &CATALOGUE.people[grant.person];
    let mut claims = json!({
        "iss": ISSUER,
        "sub": subject(person),
        "aud": Provider::Zaehlerfreunde.facts().client_id,
        "iat": now,
        "exp": now + ID_TOKEN_LIFETIME,
    });
    if grant.has_scope("profile") {
        claims["name"] = json!(person.name);
        claims["nickname"] = json!(person.id);
    }
    if grant.has_scope("email") {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(true);
    }
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

fn subject(person: &Person) -> String {
    format!("auth0|sandbox-{}", person.id)
}

fn timberdata(state: &mut State, request: &Request, params: &Params) -> Refusable {
    if request.content_type != FORM {
        return Err(Answer::invalid_request("the body is not a form"));
    }
    check_confidential_client(state, request, params)?;
    if params.required("grant_type")? != "authorization_code" {
        return Err(Answer::error(400, "unsupported_grant_type", "Unsupported grant type"));
    }
    let (code, redirect_uri) = (params.required("code")?, params.required("redirect_uri")?);
    let spent = state.spend_code(Provider::Timberdata, code, redirect_uri, request.at);
    let (id, asked) = spent.map_err(|note| {
        Answer::error(400, "invalid_grant", "The authorization code is not valid").note(note)
    })?;
    let grant = state.grant(id, asked, request.at);
    let tokens = json!({
        "access_token": state.seal("access", Numbers { id, generation: 0 }),
        "token_type": "Bearer",
        "expires_in": TIMBERDATA_LIFETIME,
        "scope": grant.scopes.join(" "),
    });
    issued(&tokens, "code exchanged for a token")
}

fn check_confidential_client(
    state: &mut State,
    request: &Request,
    params: &Params,
) -> Result<(), Answer> {
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    let known = (Provider::Timberdata.facts().client_id, TIMBERDATA_SECRET);
    let good = match &request.authorization {
        // RFC 6749 §2.3 allows one method per request.
        Some(_) if secret.is_some() => {
            return Err(Answer::invalid_request("two ways of client authentication at once"));
        }
        // A client_id beside Basic is allowed, as long as it is the same.
        Some(header) => {
            basic(header).is_some_and(|(id, secret)| (&*id, &*secret) == known)
                && id.is_none_or(|id| id == known.0)
        }
        None => id.zip(secret) == Some(known),
    };
    if good {
        return Ok(());
    }
    state.count("client_refused");
    let refused = Answer::error(401, "invalid_client", "Client authentication failed");
    // RFC 6749 §5.2: the scheme the client tried is named in the answer.
    Err(match request.authorization {
        Some(_) => refused.header("WWW-Authenticate", "Basic realm=\"sandbox\""),
        None => refused,
    })
}

/// Id and secret of a Basic header: each is form-encoded before the two are joined (RFC 6749
/// §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    // `=` and `&` separate pairs in a form; a conforming client has encoded them, another one
    // meant them literally.
    let literal = text.replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(literal.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn issued(tokens: &Value, note: &str) -> Refusable {
    Ok(Answer::json(200, tokens).header("Pragma", "no-cache").note(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn basic_credentials_are_form_decoded_after_splitting() {
        let decoded = |text: &str| basic(&header(text)).map(|(id, secret)| (id + "|") + &secret);
        assert_eq!(decoded("partner:secret").as_deref(), Some("partner|secret"));
        assert_eq!(decoded("a%3Ab+c:%C3%A4%2B:%26&=").as_deref(), Some("a:b c|ä+:&&="));
        assert_eq!(decoded(":").as_deref(), Some("|"));
        assert_eq!(decoded("nothing"), None);
        assert_eq!(basic("Bearer eA=="), None);
        assert_eq!(basic("Basic !"), None);
        assert_eq!(basic("Basic"), None);
    }
}
