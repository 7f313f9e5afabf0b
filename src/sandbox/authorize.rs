//! The authorize endpoints: a request is checked, a person is asked, the browser is sent back.

use url::{Host, Url};

use super::answer::Answer;
use super::fault::Fault;
use super::grants::Asked;
use super::pages::{self, Refusal};
use super::provider::{Provider, person_named};
use super::request::{Call, Params};
use super::service::Service;
use super::state::State;
use super::texts::Language;
use super::{timberdata, zaehlerfreunde};

/// The query parameter by which a scripted browser says that it consents.
pub const APPROVE_MARK: &str = "sandbox_approve";

/// `error` and `error_description` of RFC 6749 §4.1.2.1, as sent back to the client.
pub type Error = (&'static str, &'static str);

/// `GET`: an error page while it is unclear who asks, a redirect with an error once that is clear
/// (RFC 6749 §4.1.2.1), else the consent page.
pub fn ask(
    service: &Service,
    state: &mut State,
    provider: Provider,
    call: &Call,
    now: u64,
) -> Answer {
    state.counts.authorize += 1;
    let language = Language::of(call);
    let query = &call.query;
    if let Some(name) = query.repeated() {
        return pages::refusal(language, Refusal::Repeated, name);
    }
    let client = query.get("client_id").unwrap_or_default();
    if client != provider.client_id() {
        state.counts.client_refused += 1;
        return pages::refusal(language, Refusal::Client, client);
    }
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    let Some(target) = registered(provider, redirect_uri) else {
        return pages::refusal(language, Refusal::RedirectUri, redirect_uri);
    };
    let mut asked = Asked {
        provider,
        redirect_uri: redirect_uri.to_owned(),
        scopes: known_scopes(provider, query),
        state: query.get("state").map(str::to_owned),
        challenge: None,
        nonce: None,
        at: now,
    };
    if query.get("response_type") != Some("code") {
        let error = ("unsupported_response_type", "only response_type=code is served");
        return send_error(target, &asked, error).note("response_type is not code");
    }
    if provider == Provider::Zaehlerfreunde {
        // TimberData's documents know neither PKCE nor nonce: there the parameters are ignored.
        if let Err(error) = zaehlerfreunde::check(query) {
            return send_error(target, &asked, error).note("request refused");
        }
        asked.challenge = query.get("code_challenge").map(str::to_owned);
        asked.nonce = query.get("nonce").map(str::to_owned);
    }
    if service.has(Fault::Deny) {
        return deny(state, target, &asked);
    }
    if service.approve || query.get(APPROVE_MARK) == Some("1") {
        return allow(service, state, target, asked, 0, now);
    }
    let request = state.ask(asked.clone());
    pages::consent(language, &asked, &target, &request)
}

/// `POST` of the page's form: the person's answer, sent on to the client.
pub fn consent(
    service: &Service,
    state: &mut State,
    provider: Provider,
    call: &Call,
    now: u64,
) -> Answer {
    let language = Language::of(call);
    let form = Params::form(&call.body);
    let person = form.get("person").and_then(person_named);
    let (allowed, person) = match (form.get("decision"), person) {
        (Some("allow"), Some(person)) => (true, person),
        (Some("deny"), _) => (false, 0),
        _ => return pages::refusal(language, Refusal::Form, ""),
    };
    let request = form.get("request").unwrap_or_default();
    let Some(mut asked) = state.answered(provider, request) else {
        return pages::refusal(language, Refusal::Answered, "");
    };
    let Some(target) = registered(provider, &asked.redirect_uri) else {
        return pages::refusal(language, Refusal::RedirectUri, &asked.redirect_uri);
    };
    if !allowed {
        return deny(state, target, &asked);
    }
    if provider == Provider::Timberdata {
        // Its page has a check box for each scope: a person may grant less than was asked for.
        asked.scopes.retain(|scope| form.all("scope").any(|checked| checked == scope));
    }
    allow(service, state, target, asked, person, now)
}

/// The redirect URI, if it is one of those this client may use: loopback with any port, and the
/// path that belongs to the provider. (Auth0 compares ports too; tests could not choose them.)
fn registered(provider: Provider, redirect_uri: &str) -> Option<Url> {
    let url = Url::parse(redirect_uri).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => address == std::net::Ipv6Addr::LOCALHOST,
    };
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let path = url.path().strip_prefix("/callback/") == Some(provider.id());
    (url.scheme() == "http" && loopback && plain && path).then_some(url)
}

/// The scopes asked for that exist; others are dropped, as both providers do.
fn known_scopes(provider: Provider, query: &Params) -> Vec<String> {
    let asked: Vec<&str> = query.get("scope").unwrap_or_default().split(' ').collect();
    let known = provider.scopes().iter().filter(|scope| asked.contains(scope));
    known.map(|scope| (*scope).to_owned()).collect()
}

fn allow(
    service: &Service,
    memory: &mut State,
    mut target: Url,
    asked: Asked,
    person: usize,
    now: u64,
) -> Answer {
    let (provider, state) = (asked.provider, asked.state.clone());
    memory.counts.allowed += 1;
    let code = memory.issue_code(asked, person, now);
    target.query_pairs_mut().append_pair("code", &code);
    if service.has(Fault::RepeatedCode) {
        target.query_pairs_mut().append_pair("code", &code.to_uppercase());
    }
    if service.has(Fault::CodeAndError) {
        target.query_pairs_mut().append_pair("error", "access_denied");
    }
    if service.has(Fault::OtherIssuer) {
        let issuer = match provider {
            Provider::Zaehlerfreunde => timberdata::ISSUER,
            Provider::Timberdata => zaehlerfreunde::ISSUER,
        };
        target.query_pairs_mut().append_pair("iss", issuer);
    }
    match state {
        _ if service.has(Fault::NoState) => {}
        _ if service.has(Fault::WrongState) => add_state(&mut target, Some("another-state")),
        state => add_state(&mut target, state.as_deref()),
    }
    Answer::see_other(&target).note("allowed: code sent")
}

fn deny(state: &mut State, mut target: Url, asked: &Asked) -> Answer {
    state.counts.denied += 1;
    let answer = match asked.provider {
        Provider::Zaehlerfreunde => {
            send_error(target, asked, ("access_denied", "User did not authorize the request"))
        }
        Provider::Timberdata => {
            // Documented: the person comes back without a code, and that is all there is.
            add_state(&mut target, asked.state.as_deref());
            Answer::see_other(&target)
        }
    };
    answer.note("refused by the person")
}

fn send_error(mut target: Url, asked: &Asked, (error, description): Error) -> Answer {
    target
        .query_pairs_mut()
        .append_pair("error", error)
        .append_pair("error_description", description);
    add_state(&mut target, asked.state.as_deref());
    Answer::see_other(&target)
}

fn add_state(target: &mut Url, state: Option<&str>) {
    if let Some(state) = state {
        target.query_pairs_mut().append_pair("state", state);
    }
}
