//! The authorize endpoints: a request is checked, a person is asked, the browser is sent back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;
use url::form_urlencoded::Serializer;

use super::catalogue::CATALOGUE;
use super::grants::{Grant, REQUEST, Stage};
use super::http::{Answer, Params, Request};
use super::provider::Provider;
use super::state::State;
use super::{Fault, Service, pages};

/// The query parameter by which a scripted browser says that it consents.
pub const APPROVE_MARK: &str = "sandbox_approve";
/// The API that Zählerfreunde's tokens are for, as the provider documents it.
pub const AUDIENCE: &str = "https://api.prod.zaehlerfreunde.com";

/// `error` and `error_description` of RFC 6749 §4.1.2.1, as sent back to the client.
type Error = (&'static str, &'static str);

/// `GET`: an error page while it is unclear who asks, a redirect with an error once that is clear
/// (RFC 6749 §4.1.2.1), else the consent page.
pub fn ask(service: &Service, state: &mut State, request: &Request) -> Answer {
    let provider = Provider::of(&request.path);
    state.count("authorize");
    let query = &request.query;
    if let Some(name) = query.repeated() {
        return pages::refusal(request.german, "repeated", name);
    }
    let client = query.get("client_id").unwrap_or_default();
    if client != provider.facts().client_id {
        state.count("client_refused");
        return pages::refusal(request.german, "client", client);
    }
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    if !is_registered(provider, redirect_uri) {
        return pages::refusal(request.german, "redirect_uri", redirect_uri);
    }
    let text = |name| query.get(name).map(str::to_owned);
    let scopes: Vec<&str> = query.get("scope").unwrap_or_default().split(' ').collect();
    // Scopes that do not exist are dropped, as both providers do.
    let known = provider.facts().scopes.iter().filter(|scope| scopes.contains(scope));
    let mut grant = Grant {
        id: state.next(),
        provider,
        redirect_uri: redirect_uri.to_owned(),
        scopes: known.map(ToString::to_string).collect(),
        state: text("state"),
        // TimberData's documents know no PKCE: there it is ignored.
        challenge: text("code_challenge").filter(|_| provider == Provider::Zaehlerfreunde),
        nonce: text("nonce"),
        ..Grant::default()
    };
    if let Err(error) = check(provider, query) {
        return send_error(&grant, error);
    }
    if service.has(Fault::Deny) {
        return deny(state, &grant);
    }
    if service.options.approve || query.get(APPROVE_MARK) == Some("1") {
        return allow(state, grant, request.at);
    }
    state.keep(&mut grant, Stage::Asked, request.at);
    let id = state.seal(REQUEST, &json!({ "grant": grant.id }));
    pages::consent(request.german, &grant, &id)
}

/// What Zählerfreunde wants beside what RFC 6749 asks.
fn check(provider: Provider, query: &Params) -> Result<(), Error> {
    if query.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "only response_type=code is served"));
    }
    if provider == Provider::Timberdata {
        return Ok(());
    }
    // Auth0 answers a request without audience with a token that no API accepts. Refusing it
    // shows the mistake where it was made.
    if query.get("audience") != Some(AUDIENCE) {
        return Err(("access_denied", "Service not found: audience is missing or unknown"));
    }
    if query.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = query.get("code_challenge").unwrap_or_default();
    if URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|hash| hash.len() == 32) {
        return Ok(());
    }
    Err(("invalid_request", "code_challenge is not a SHA-256 in base64url"))
}

/// `POST` of the page's form: the person's answer, sent on to the client.
pub fn consent(_: &Service, state: &mut State, request: &Request) -> Answer {
    let provider = Provider::of(&request.path);
    let form = Params::form(&request.body);
    let person = CATALOGUE.people.iter().position(|one| Some(&*one.id) == form.get("person"));
    let allowed_by = match (form.get("decision"), person) {
        (Some("allow"), Some(person)) => Some(person),
        (Some("deny"), _) => None,
        _ => return pages::refusal(request.german, "form", ""),
    };
    let found = state.find(provider, REQUEST, form.get("request").unwrap_or_default());
    let Some((mut grant, _)) = found.filter(|(grant, _)| grant.stage == Stage::Asked) else {
        return pages::refusal(request.german, "answered", "");
    };
    state.grants.remove(&grant.id);
    let Some(person) = allowed_by else { return deny(state, &grant) };
    grant.person = person;
    if provider == Provider::Timberdata {
        // Its page has a check box for each scope: a person may grant less than was asked for.
        grant.scopes.retain(|scope| form.all("scope").any(|checked| checked == scope));
    }
    allow(state, grant, request.at)
}

/// Whether this client may use the redirect URI: loopback with any port, and the path that belongs
/// to the provider. (Auth0 compares ports too; tests could not choose them.)
fn is_registered(provider: Provider, redirect_uri: &str) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else { return false };
    let host = url.host_str().unwrap_or_default();
    let origin = url.origin().ascii_serialization();
    // No user, no query, no fragment, and written as a browser writes it.
    url.scheme() == "http"
        && ["localhost", "127.0.0.1", "[::1]"].contains(&host)
        && redirect_uri == format!("{origin}/callback/{}", provider.facts().id)
}

fn allow(state: &mut State, grant: Grant, now: i64) -> Answer {
    state.count("allowed");
    let code = state.issue_code(grant.clone(), now);
    send(&grant, &[("code", &code)]).note("allowed: code sent")
}

fn deny(state: &mut State, grant: &Grant) -> Answer {
    state.count("denied");
    let answer = match grant.provider {
        Provider::Zaehlerfreunde => {
            send_error(grant, ("access_denied", "User did not authorize the request"))
        }
        // Documented: the person comes back without a code, and that is all there is.
        Provider::Timberdata => send(grant, &[]),
    };
    answer.note("refused by the person")
}

fn send_error(grant: &Grant, (error, description): Error) -> Answer {
    send(grant, &[("error", error), ("error_description", description)]).note(description)
}

/// Sends the browser back to the client.
fn send(grant: &Grant, pairs: &[(&str, &str)]) -> Answer {
    let state = grant.state.iter().map(|state| ("state", state.as_str()));
    let query = Serializer::new(String::new()).extend_pairs(pairs).extend_pairs(state).finish();
    Answer::see_other(&format!("{}?{query}", grant.redirect_uri))
}
