//! The authorize endpoints: a request is checked, a person is asked, the browser is sent back.

use url::Url;

use super::catalogue::CATALOGUE;
use super::fault::Fault;
use super::grants::Asked;
use super::http::{Answer, Params, Request};
use super::pages;
use super::provider::Provider;
use super::service::Service;
use super::state::State;

/// The query parameter by which a scripted browser says that it consents.
pub const APPROVE_MARK: &str = "sandbox_approve";
/// The API that Zählerfreunde's tokens are for, as the provider documents it.
pub const AUDIENCE: &str = "https://api.prod.zaehlerfreunde.com";
/// A SHA-256 in base64url without padding.
const CHALLENGE_LENGTH: usize = 43;

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
    let Some(target) = registered(provider, redirect_uri) else {
        return pages::refusal(request.german, "redirect_uri", redirect_uri);
    };
    let scopes: Vec<&str> = query.get("scope").unwrap_or_default().split(' ').collect();
    // Scopes that do not exist are dropped, as both providers do.
    let known = provider.facts().scopes.iter().filter(|scope| scopes.contains(scope));
    let mut asked = Asked {
        provider,
        redirect_uri: redirect_uri.to_owned(),
        scopes: known.map(ToString::to_string).collect(),
        state: query.get("state").map(str::to_owned),
        challenge: None,
        nonce: None,
        at: request.at,
        person: 0,
    };
    if query.get("response_type") != Some("code") {
        let error = ("unsupported_response_type", "only response_type=code is served");
        return send_error(target, &asked, error);
    }
    if provider == Provider::Zaehlerfreunde {
        // TimberData's documents know neither PKCE nor nonce: there the parameters are ignored.
        if let Err(error) = check(query) {
            return send_error(target, &asked, error);
        }
        asked.challenge = query.get("code_challenge").map(str::to_owned);
        asked.nonce = query.get("nonce").map(str::to_owned);
    }
    if service.has(Fault::Deny) {
        return deny(state, target, &asked);
    }
    if service.options.approve || query.get(APPROVE_MARK) == Some("1") {
        return allow(state, target, asked, request.at);
    }
    let id = state.ask(asked.clone());
    pages::consent(request.german, &asked, &target, &id)
}

/// What Zählerfreunde wants beside what RFC 6749 asks.
fn check(query: &Params) -> Result<(), Error> {
    // Auth0 answers a request without audience with a token that no API accepts. Refusing it
    // shows the mistake where it was made.
    if query.get("audience") != Some(AUDIENCE) {
        return Err(("access_denied", "Service not found: audience is missing or unknown"));
    }
    if query.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = query.get("code_challenge").unwrap_or_default();
    let allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    if challenge.len() != CHALLENGE_LENGTH || !challenge.bytes().all(allowed) {
        return Err(("invalid_request", "code_challenge is not a SHA-256 in base64url"));
    }
    Ok(())
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
    let Some(mut asked) = state.answered(provider, form.get("request").unwrap_or_default()) else {
        return pages::refusal(request.german, "answered", "");
    };
    let Some(target) = registered(provider, &asked.redirect_uri) else {
        return pages::refusal(request.german, "redirect_uri", &asked.redirect_uri);
    };
    let Some(person) = allowed_by else { return deny(state, target, &asked) };
    asked.person = person;
    if provider == Provider::Timberdata {
        // Its page has a check box for each scope: a person may grant less than was asked for.
        asked.scopes.retain(|scope| form.all("scope").any(|checked| checked == scope));
    }
    allow(state, target, asked, request.at)
}

/// The redirect URI, if it is one of those this client may use: loopback with any port, and the
/// path that belongs to the provider. (Auth0 compares ports too; tests could not choose them.)
fn registered(provider: Provider, redirect_uri: &str) -> Option<Url> {
    let url = Url::parse(redirect_uri).ok()?;
    let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&url.host_str()?);
    let origin = url.origin().ascii_serialization();
    // No user, no query, no fragment.
    let plain = url.as_str() == format!("{origin}/callback/{}", provider.facts().id);
    (url.scheme() == "http" && loopback && plain).then_some(url)
}

fn allow(state: &mut State, target: Url, asked: Asked, now: i64) -> Answer {
    state.count("allowed");
    let client_state = asked.state.clone();
    let code = state.issue_code(asked, now);
    send(target, &[("code", &code)], client_state.as_deref()).note("allowed: code sent")
}

fn deny(state: &mut State, target: Url, asked: &Asked) -> Answer {
    state.count("denied");
    let answer = match asked.provider {
        Provider::Zaehlerfreunde => {
            send_error(target, asked, ("access_denied", "User did not authorize the request"))
        }
        // Documented: the person comes back without a code, and that is all there is.
        Provider::Timberdata => send(target, &[], asked.state.as_deref()),
    };
    answer.note("refused by the person")
}

fn send_error(target: Url, asked: &Asked, (error, description): Error) -> Answer {
    let pairs = [("error", error), ("error_description", description)];
    send(target, &pairs, asked.state.as_deref()).note(description)
}

fn send(mut target: Url, pairs: &[(&str, &str)], state: Option<&str>) -> Answer {
    target.query_pairs_mut().extend_pairs(pairs).extend_pairs(state.map(|state| ("state", state)));
    Answer::see_other(&target)
}
