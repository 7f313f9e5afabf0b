//! The token endpoints, and the revocation that one provider has. Requests are counted, secrets in
//! the address refused, and faults applied before and after the provider's own answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::TIMBERDATA_SECRET;
use super::authorize::AUDIENCE;
use super::catalogue::{CATALOGUE, Person};
use super::fault::Fault;
use super::grants::{Asked, Grant, TIMBERDATA_LIFETIME, verifies};
use super::http::{Answer, Params, Request, Travel};
use super::provider::{ISSUER, Provider};
use super::seal::Numbers;
use super::service::Service;
use super::state::State;

const FORM: &str = "application/x-www-form-urlencoded";
/// Parameters that must not stand in an address, where logs and histories keep them.
const SECRETS: [&str; 5] = ["client_secret", "code", "code_verifier", "refresh_token", "token"];
/// Seconds an ID token lives: Auth0's default of ten hours.
const ID_TOKEN_LIFETIME: i64 = 36_000;

/// What is refused ends early, as an error that is an answer too.
type Refusable = Result<Answer, Answer>;

/// The token endpoint of `provider`.
pub fn exchange(
    service: &Service,
    state: &mut State,
    provider: Provider,
    request: &Request,
) -> Answer {
    let params = params(request);
    let kind = params.as_ref().ok().and_then(|params| params.get("grant_type"));
    state.counts.add(match kind {
        Some(kind @ ("authorization_code" | "refresh_token")) => kind,
        _ => "other_grant_type",
    });
    let answer = params.and_then(|params| {
        if let Some(answer) = instead(service, &params) {
            return Err(answer);
        }
        match provider {
            Provider::Zaehlerfreunde => zaehlerfreunde(service, state, &params, request.at),
            Provider::Timberdata => timberdata(service, state, request, &params),
        }
    });
    let answer = answer.unwrap_or_else(|refused| refused);
    Answer { travel: travel(service), ..answer }
}

/// `POST /zaehlerfreunde/oauth/revoke`: an unknown token is a success too (RFC 7009 §2.2).
pub fn revoke(service: &Service, state: &mut State, request: &Request) -> Answer {
    state.counts.add("revoke");
    if service.has(Fault::Unavailable) {
        return page(503).header("Retry-After", "1").note("answered by a fault");
    }
    let revoked = params(request).and_then(|params| {
        check_public_client(state, &params)?;
        Ok(state.revoke(params.required("token")?))
    });
    match revoked {
        Err(refused) => refused,
        Ok(false) => {
            Answer::new(200, "application/json", "").note("unknown token, nothing to revoke")
        }
        Ok(true) => {
            state.counts.add("revoked");
            Answer::new(200, "application/json", "").note("family revoked")
        }
    }
}

fn params(request: &Request) -> Result<Params, Answer> {
    if let Some(name) = SECRETS.iter().find(|name| request.query.get(name).is_some()) {
        let text = format!("{name} does not belong into the address");
        return Err(Answer::invalid_request(&text).note("secret in the address"));
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
        _ => Err(Answer::error(403, "unsupported_grant_type", "Unsupported grant type")
            .note("unknown grant_type")),
    }
}

fn check_public_client(state: &mut State, params: &Params) -> Result<(), Answer> {
    if params.get("client_id") == Some(Provider::Zaehlerfreunde.client_id()) {
        return Ok(());
    }
    state.counts.add("client_refused");
    Err(Answer::error(401, "invalid_client", "Unknown client").note("unknown client_id"))
}

fn redeem(service: &Service, state: &mut State, params: &Params, now: i64) -> Refusable {
    let (code, redirect_uri) = (params.required("code")?, params.required("redirect_uri")?);
    let verifier = params.required("code_verifier")?;
    let spent = state.spend_code(Provider::Zaehlerfreunde, code, redirect_uri, now);
    let refused = |text, note| Answer::error(403, "invalid_grant", text).note(note);
    let (id, asked) = spent.map_err(|note| refused("Invalid authorization code", note))?;
    if !verifies(asked.challenge.as_deref(), verifier) {
        state.counts.add("verifier_refused");
        return Err(refused("Failed to verify code verifier", "verifier wrong"));
    }
    let nonce = asked.nonce.clone();
    let grant = state.grant(id, asked, now);
    let refreshable = grant.has_scope("offline_access") && !service.has(Fault::NoRefreshToken);
    let tokens = tokens(service, state, (id, &grant), nonce, refreshable, now);
    Ok(issued(service, tokens, "code exchanged for tokens"))
}

fn refresh(service: &Service, state: &mut State, token: &str, now: i64) -> Refusable {
    let refused =
        |note| Answer::error(403, "invalid_grant", "Unknown or invalid refresh token.").note(note);
    if service.has(Fault::Reuse) {
        if state.revoke(token) {
            state.counts.add("reuse_detected");
        }
        return Err(refused("refresh token reused (a fault says so): family revoked"));
    }
    let rotate = !service.has(Fault::NoRotation) && !service.has(Fault::NullRefreshToken);
    let refreshed = state.refresh(token, service.rotation_overlap, rotate, now);
    let (id, grant, note) = refreshed.map_err(refused)?;
    let tokens = tokens(service, state, (id, &grant), None, rotate, now);
    Ok(issued(service, tokens, note))
}

/// The members of Zählerfreunde's token answer.
fn tokens(
    service: &Service,
    state: &mut State,
    (id, grant): (u64, &Grant),
    nonce: Option<String>,
    refreshable: bool,
    now: i64,
) -> Value {
    let numbers = Numbers { id, generation: grant.generation };
    let lifetime = service.access_token_lifetime;
    let scope = grant.scopes.join(" ");
    // A JWT, because that is what Auth0 gives for an API. `jti` is what the sandbox knows it by.
    let access_token = json!({
        "iss": ISSUER,
        "sub": subject(&CATALOGUE.people[grant.person]),
        "aud": [AUDIENCE, format!("{ISSUER}userinfo")],
        "iat": now,
        "exp": now + lifetime,
        "scope": scope,
        "azp": Provider::Zaehlerfreunde.client_id(),
        "jti": state.seal("access", numbers),
    });
    let mut tokens = json!({ "access_token": state.jwt("RS256", &access_token) });
    if grant.has_scope("openid") {
        tokens["id_token"] = json!(id_token(service, state, grant, nonce, now));
    }
    if refreshable {
        tokens["refresh_token"] = json!(state.seal("refresh", numbers));
    }
    tokens["scope"] = json!(scope);
    tokens["expires_in"] = json!(lifetime);
    tokens["token_type"] = json!("Bearer");
    tokens
}

/// A client that takes the ID token straight from the token endpoint need not check its signature
/// (OpenID Connect Core §3.1.3.7, 6), but every claim.
fn id_token(
    service: &Service,
    state: &State,
    grant: &Grant,
    nonce: Option<String>,
    now: i64,
) -> String {
    let other = usize::from(service.has(Fault::OtherSubject));
    let person = &CATALOGUE.people[(grant.person + other) % CATALOGUE.people.len()];
    let expired = service.has(Fault::ExpiredIdToken);
    let issued_at = if expired { now - ID_TOKEN_LIFETIME - 3600 } else { now };
    let mut claims = json!({
        "iss": ISSUER,
        "sub": subject(person),
        "aud": Provider::Zaehlerfreunde.client_id(),
        "iat": issued_at,
        "exp": issued_at + ID_TOKEN_LIFETIME,
    });
    if service.has(Fault::WrongIssuer) {
        claims["iss"] = json!("https://sandbox.invalid/somebody-else/");
    }
    if service.has(Fault::WrongAudience) {
        claims["aud"] = json!("another-client");
    }
    if grant.has_scope("profile") {
        claims["name"] = json!(person.name);
        claims["nickname"] = json!(person.id);
    }
    if grant.has_scope("email") {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(true);
    }
    if let Some(nonce) = nonce {
        let wrong = service.has(Fault::WrongNonce);
        claims["nonce"] = if wrong { json!("another-nonce") } else { json!(nonce) };
    }
    let algorithm = match () {
        () if service.has(Fault::AlgNone) => "none",
        () if service.has(Fault::Hs256) => "HS256",
        () => "RS256",
    };
    state.jwt(algorithm, &claims)
}

fn subject(person: &Person) -> String {
    format!("auth0|sandbox-{}", person.id)
}

fn timberdata(
    service: &Service,
    state: &mut State,
    request: &Request,
    params: &Params,
) -> Refusable {
    if request.content_type != FORM {
        return Err(Answer::invalid_request("the body is not a form"));
    }
    let in_form =
        || Some((params.get("client_id")?.to_owned(), params.get("client_secret")?.to_owned()));
    let credentials = match &request.authorization {
        // RFC 6749 §2.3 allows one method per request.
        Some(_) if params.get("client_secret").is_some() => {
            return Err(Answer::invalid_request("two ways of client authentication at once"));
        }
        Some(header) => basic(header),
        None => in_form(),
    };
    let id = Provider::Timberdata.client_id();
    // A client_id beside Basic is allowed, as long as it is the same.
    let same = params.get("client_id").is_none_or(|beside| beside == id);
    if !same || credentials != Some((id.to_owned(), TIMBERDATA_SECRET.to_owned())) {
        state.counts.add("client_refused");
        let refused = Answer::error(401, "invalid_client", "Client authentication failed")
            .note("wrong client id or secret");
        // RFC 6749 §5.2: the scheme the client tried is named in the answer.
        return Err(match request.authorization {
            Some(_) => refused.header("WWW-Authenticate", "Basic realm=\"sandbox\""),
            None => refused,
        });
    }
    if params.required("grant_type")? != "authorization_code" {
        return Err(Answer::error(400, "unsupported_grant_type", "Unsupported grant type")
            .note("unsupported grant_type"));
    }
    let (code, redirect_uri) = (params.required("code")?, params.required("redirect_uri")?);
    let spent = state.spend_code(Provider::Timberdata, code, redirect_uri, request.at);
    let (id, asked): (u64, Asked) = spent.map_err(|note| {
        Answer::error(400, "invalid_grant", "The authorization code is not valid").note(note)
    })?;
    let grant = state.grant(id, asked, request.at);
    let tokens = json!({
        "access_token": state.seal("access", Numbers { id, generation: 0 }),
        "token_type": "Bearer",
        "expires_in": TIMBERDATA_LIFETIME,
        "scope": grant.scopes.join(" "),
    });
    Ok(issued(service, tokens, "code exchanged for a token"))
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

/// A token answer, with the ordered faults in its members.
fn issued(service: &Service, tokens: Value, note: &'static str) -> Answer {
    let Value::Object(mut members) = tokens else { return Answer::json(200, &tokens) };
    spoil(service, &mut members);
    Answer::json(200, &Value::Object(members)).header("Pragma", "no-cache").note(note)
}

fn spoil(service: &Service, members: &mut Map<String, Value>) {
    for fault in &service.faults {
        let (name, value) = match fault {
            Fault::NullRefreshToken => ("refresh_token", Some(Value::Null)),
            Fault::NoAccessToken => ("access_token", None),
            Fault::BrokenAccessToken => ("access_token", Some(json!("sandbox\r\nX-Evil: 1"))),
            Fault::NoTokenType => ("token_type", None),
            Fault::WrongTokenType => ("token_type", Some(json!("DPoP"))),
            Fault::LowerTokenType => ("token_type", Some(json!("bearer"))),
            Fault::NoExpiry => ("expires_in", None),
            Fault::TextExpiry => {
                let number = members.get("expires_in").map(Value::to_string);
                ("expires_in", number.map(Value::String))
            }
            Fault::NegativeExpiry => ("expires_in", Some(json!(-1))),
            Fault::HugeExpiry => ("expires_in", Some(json!(1e30))),
            Fault::NarrowedScope => ("scope", Some(narrowed(members.get("scope")))),
            Fault::WidenedScope => ("scope", Some(widened(members.get("scope")))),
            Fault::NoIdToken => ("id_token", None),
            _ => continue,
        };
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
    if service.has(Fault::ManyMembers) {
        members.extend((0..100).map(|i| (format!("x_sandbox_{i}"), json!({ "unknown": [i] }))));
    }
}

/// Without the last scope that is about data or the person; `openid` and `offline_access` stay.
fn narrowed(scope: Option<&Value>) -> Value {
    let mut names: Vec<&str> =
        scope.and_then(Value::as_str).unwrap_or_default().split(' ').collect();
    if let Some(last) = names.iter().rposition(|name| !["openid", "offline_access"].contains(name))
    {
        names.remove(last);
    }
    json!(names.join(" "))
}

fn widened(scope: Option<&Value>) -> Value {
    let text = scope.and_then(Value::as_str).unwrap_or_default();
    json!(format!("{text} admin:everything").trim_start())
}

/// The fault that answers in place of the provider.
fn instead(service: &Service, params: &Params) -> Option<Answer> {
    let kind = params.get("grant_type");
    let answer = service.faults.iter().find_map(|fault| {
        Some(match fault {
            Fault::RateLimit if !service.rate_limited.swap(true, Ordering::Relaxed) => too_many(),
            Fault::RateLimitForever => too_many(),
            Fault::ServerError => page(500),
            Fault::Unavailable => page(503),
            Fault::Redirect => Answer::new(307, "text/plain", "")
                .header("Location", &format!("{}/sandbox/redirected", service.base_url)),
            Fault::Garbage => page(200),
            Fault::ErrorWithin200 => Answer::error(200, "server_error", "it went wrong"),
            Fault::NoContent => Answer::new(204, "text/plain", ""),
            Fault::Deep => {
                Answer::new(200, "application/json", "[".repeat(100_000) + &"]".repeat(100_000))
            }
            Fault::Huge => {
                let text = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(8 * 1024 * 1024));
                Answer::new(200, "application/json", text)
            }
            Fault::InvalidClient => Answer::error(401, "invalid_client", "Unknown client"),
            Fault::Escapes => Answer::error(
                400,
                "invalid_request",
                "\u{1b}[2J\u{1b}]0;owned\u{7}red\r\nerror: \u{202e}gnorw\0\u{9b}31m",
            ),
            Fault::Mfa if kind == Some("refresh_token") => Answer::json(
                403,
                &json!({
                    "error": "mfa_required",
                    "error_description": "Multifactor authentication required",
                    "mfa_token": "sandbox-mfa-token",
                }),
            ),
            _ => return None,
        })
    })?;
    Some(answer.note("answered by a fault"))
}

fn too_many() -> Answer {
    Answer::error(429, "too_many_requests", "Global limit has been reached")
        .header("Retry-After", "1")
}

/// What a proxy says instead of the provider.
pub fn page(status: u16) -> Answer {
    let body = "<!doctype html><title>Sandbox</title><h1>Not what you asked for</h1>";
    Answer::new(status, "text/html; charset=utf-8", body)
}

fn travel(service: &Service) -> Travel {
    let found = service.faults.iter().find_map(|fault| match fault {
        Fault::Slow => Some(Travel::Late(Duration::from_secs(5))),
        Fault::Drip => Some(Travel::Drip(Duration::from_secs(1))),
        Fault::LostAnswer => Some(Travel::Lost),
        Fault::Silence => Some(Travel::Never),
        _ => None,
    });
    found.unwrap_or(Travel::AtOnce)
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
