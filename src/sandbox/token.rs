//! The token endpoints, and the revocation that one provider has.

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::authorize::AUDIENCE;
use super::catalogue::CATALOGUE;
use super::grants::{Grant, REFRESH, Stage, TIMBERDATA_LIFETIME, verifies};
use super::http::{Answer, Params, Request};
use super::provider::{ISSUER, JWT, Provider};
use super::state::State;
use super::{Fault, Service, TIMBERDATA_SECRET};

/// Parameters that must not stand in an address, where logs and histories keep them.
const SECRETS: [&str; 5] = ["client_secret", "code", "code_verifier", "refresh_token", "token"];
/// Seconds an ID token lives: Auth0's default of ten hours.
const ID_TOKEN_LIFETIME: i64 = 36_000;
/// How late an answer of [`Fault::Slow`] is.
const SLOW: Duration = Duration::from_secs(5);

/// What tokens are issued for, with words for the log; or what is answered instead.
type Issued = Result<(Grant, &'static str), Answer>;

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
        let kind = params.required("grant_type")?;
        check_client(state, request, &params)?;
        let provider = Provider::of(&request.path);
        let (grant, note) = match (kind, provider) {
            ("authorization_code", _) => redeem(state, request, &params),
            ("refresh_token", Provider::Zaehlerfreunde) => {
                refresh(service, state, request, &params)
            }
            _ => Err(refused(provider, "unsupported_grant_type", "Unsupported grant type")),
        }?;
        let tokens = tokens(service, state, &grant, request.at);
        Ok(Answer::json(200, &tokens).header("Pragma", "no-cache").note(note))
    });
    let delay = if service.has(Fault::Slow) { SLOW } else { Duration::ZERO };
    Answer { delay, ..answer.unwrap_or_else(|refused| refused) }
}

/// `POST /zaehlerfreunde/api/auth/token`: a partner's own token, for ID and secret alone.
pub fn of_partner(service: &Service, state: &mut State, request: &Request) -> Answer {
    state.count("partner_token");
    let answer = instead(service).and_then(|()| {
        let params = Params::json(&request.body);
        let params = params.ok_or_else(|| Answer::invalid_request("the body is not JSON"))?;
        let (id, secret) = (params.get("clientId"), params.get("clientSecret"));
        let provider = Provider::Zaehlerfreunde;
        if id.zip(secret) != Some((provider.facts().client_id, TIMBERDATA_SECRET)) {
            state.count("client_refused");
            return Err(Answer::error(401, "unauthorized", "Invalid credentials"));
        }
        let mut grant = Grant { id: state.next(), provider, ..Grant::default() };
        state.keep(&mut grant, Stage::Issued, request.at);
        let tokens = tokens(service, state, &grant, request.at);
        let answer = Answer::json(200, &json!({ "accessToken": tokens["access_token"] }));
        Ok(answer.note("a partner's token"))
    });
    answer.unwrap_or_else(|refused| refused)
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
        check_client(state, request, &params)?;
        let answer = Answer::new(200, "application/json", "");
        if !state.revoke(params.required("token")?) {
            return Ok(answer.note("unknown token, nothing to revoke"));
        }
        state.count("revoked");
        Ok(answer.note("family revoked"))
    });
    revoked.unwrap_or_else(|refused| refused)
}

fn params(request: &Request) -> Result<Params, Answer> {
    if let Some(name) = SECRETS.iter().find(|name| request.query.get(name).is_some()) {
        let text = format!("{name} does not belong into the address");
        return Err(Answer::invalid_request(&text));
    }
    let params = match (Provider::of(&request.path), request.content_type.as_str()) {
        (_, "application/x-www-form-urlencoded") => Some(Params::form(&request.body)),
        // Auth0 takes it as well.
        (Provider::Zaehlerfreunde, "application/json") => Params::json(&request.body),
        _ => None,
    };
    let params = params.ok_or_else(|| Answer::invalid_request("the body is not a form"))?;
    match params.repeated() {
        Some(_) => Err(Answer::invalid_request("a parameter occurs twice")),
        None => Ok(params),
    }
}

fn check_client(state: &mut State, request: &Request, params: &Params) -> Result<(), Answer> {
    let provider = Provider::of(&request.path);
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    let known = (provider.facts().client_id, TIMBERDATA_SECRET);
    let good = match (provider, &request.authorization) {
        (Provider::Zaehlerfreunde, _) => id == Some(known.0),
        // RFC 6749 §2.3 allows one method per request.
        (Provider::Timberdata, Some(_)) if secret.is_some() => {
            return Err(Answer::invalid_request("two ways of client authentication at once"));
        }
        // A client_id beside Basic is allowed, as long as it is the same.
        (Provider::Timberdata, Some(header)) => {
            basic(header).is_some_and(|(id, secret)| (&*id, &*secret) == known)
                && id.is_none_or(|id| id == known.0)
        }
        (Provider::Timberdata, None) => id.zip(secret) == Some(known),
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

/// Auth0 answers 403 where RFC 6749 §5.2 has 400.
fn refused(provider: Provider, error: &str, description: &str) -> Answer {
    let status = if provider == Provider::Zaehlerfreunde { 403 } else { 400 };
    Answer::error(status, error, description)
}

fn redeem(state: &mut State, request: &Request, params: &Params) -> Issued {
    let provider = Provider::of(&request.path);
    let (code, redirect_uri) = (params.required("code")?, params.required("redirect_uri")?);
    let mut grant = state.spend_code(provider, code, redirect_uri).map_err(|note| {
        refused(provider, "invalid_grant", "Invalid authorization code").note(note)
    })?;
    if let Some(challenge) = &grant.challenge
        && !verifies(challenge, params.required("code_verifier")?)
    {
        state.count("verifier_refused");
        return Err(refused(provider, "invalid_grant", "Failed to verify code verifier"));
    }
    state.keep(&mut grant, Stage::Issued, request.at);
    state.count("issued");
    Ok((grant, "code exchanged for tokens"))
}

fn refresh(service: &Service, state: &mut State, request: &Request, params: &Params) -> Issued {
    let token = params.required("refresh_token")?;
    if service.has(Fault::Reuse) && state.revoke(token) {
        state.count("reuse_detected");
    }
    let overlap = service.options.rotation_overlap.as_secs() as i64;
    state.refresh(token, overlap, request.at).map_err(|note| {
        Answer::error(403, "invalid_grant", "Unknown or invalid refresh token.").note(note)
    })
}

/// The answer of a token endpoint. Only Zählerfreunde has scopes for more than an access token.
fn tokens(service: &Service, state: &mut State, grant: &Grant, now: i64) -> Value {
    let lifetime = match grant.provider {
        Provider::Zaehlerfreunde => service.options.access_token_lifetime.as_secs() as i64,
        Provider::Timberdata => TIMBERDATA_LIFETIME,
    };
    let person = &CATALOGUE.people[grant.person];
    let subject = format!("auth0|sandbox-{}", person.id);
    let (scope, number) = (grant.scopes.join(" "), state.next());
    let access_token = json!({
        "iss": ISSUER,
        "sub": subject,
        "aud": AUDIENCE,
        "exp": now.saturating_add(lifetime),
        "scope": scope,
        "jti": number,
        "grant": grant.id,
    });
    let mut tokens = json!({
        "access_token": state.seal(grant.provider.facts().access_token, &access_token),
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scope,
    });
    if grant.has_scope("openid") {
        let mut claims = json!({
            "iss": ISSUER,
            "sub": subject,
            "aud": grant.provider.facts().client_id,
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
        // A refreshed one has none (OpenID Connect Core §12.2).
        if let Some(nonce) = grant.nonce.as_ref().filter(|_| grant.generation == 0) {
            claims["nonce"] = json!(nonce);
        }
        tokens["id_token"] = json!(state.seal(JWT, &claims));
    }
    if grant.has_scope("offline_access") {
        let claims = json!({ "grant": grant.id, "generation": grant.generation, "jti": number });
        tokens["refresh_token"] = json!(state.seal(REFRESH, &claims));
    }
    tokens
}

/// Id and secret of a Basic header: each is form-encoded before the two are joined (RFC 6749
/// §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    let decoded = STANDARD.decode(credentials.trim()).ok()?;
    // `=` and `&` separate pairs in a form; a conforming client has encoded them, another one
    // meant them literally.
    let text = String::from_utf8(decoded).ok()?.replace('=', "%3D").replace('&', "%26");
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
    let decoded =
        |text: &str| form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name).collect();
    Some((decoded(id), decoded(secret)))
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
