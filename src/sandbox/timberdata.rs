//! TimberData in miniature: plain RFC 6749. A client secret, HTTP Basic or a form, no PKCE, no
//! refresh tokens, access tokens that live 360 days.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, json};
use url::form_urlencoded;

use super::TIMBERDATA_SECRET;
use super::answer::Answer;
use super::grants::CodeRefused;
use super::provider::Provider;
use super::request::{Call, Params};
use super::service::Service;
use super::state::State;
use super::token;

/// It sends no `iss`; this is what the mix-up fault claims on its behalf.
pub const ISSUER: &str = "https://sandbox.invalid/timberdata/";
/// 360 days in seconds, as documented.
const LIFETIME: u64 = 31_104_000;

/// `POST /timberdata/oauth/v1/token`, a form.
pub fn exchange(
    service: &Service,
    state: &mut State,
    call: &Call,
    params: &Params,
    now: u64,
) -> Answer {
    if call.content_type != "application/x-www-form-urlencoded" {
        return token::invalid("the body is not a form");
    }
    match authenticated(call, params) {
        Client::Known => {}
        Client::Twice => return token::invalid("two ways of client authentication at once"),
        Client::Unknown => {
            state.counts.client_refused += 1;
            let answer = Answer::json_error(401, "invalid_client", "Client authentication failed")
                .note("wrong client id or secret");
            // RFC 6749 §5.2: the scheme the client tried is named in the answer.
            return match call.authorization {
                Some(_) => answer.header("WWW-Authenticate", "Basic realm=\"sandbox\""),
                None => answer,
            };
        }
    }
    match params.get("grant_type") {
        Some("authorization_code") => {}
        Some(_) => {
            return Answer::json_error(400, "unsupported_grant_type", "Unsupported grant type")
                .note("unsupported grant_type");
        }
        None => return token::missing("grant_type"),
    }
    let (Some(code), Some(redirect_uri)) = (params.get("code"), params.get("redirect_uri")) else {
        return token::missing("code or redirect_uri");
    };
    redeem(service, state, code, redirect_uri, now)
}

fn redeem(
    service: &Service,
    state: &mut State,
    code: &str,
    redirect_uri: &str,
    now: u64,
) -> Answer {
    let note = match state.redeem(Provider::Timberdata, code, redirect_uri, None, now) {
        Ok(granted) => {
            state.counts.issued += 1;
            let mut members = Map::new();
            members.insert("access_token".into(), json!(granted.access_token));
            members.insert("token_type".into(), json!("Bearer"));
            members.insert("expires_in".into(), json!(LIFETIME));
            members.insert("scope".into(), json!(granted.grant.scopes.join(" ")));
            return token::issued(service, members, "code exchanged for a token");
        }
        Err(CodeRefused::Replayed) => {
            state.counts.code_replayed += 1;
            "code replayed: its grant revoked"
        }
        Err(CodeRefused::Expired) => "code expired",
        Err(CodeRefused::OtherRedirectUri) => "other redirect_uri",
        Err(CodeRefused::Unknown | CodeRefused::WrongVerifier) => "code unknown",
    };
    Answer::json_error(400, "invalid_grant", "The authorization code is not valid").note(note)
}

/// What came of the client's authentication.
#[derive(Debug, PartialEq, Eq)]
enum Client {
    Known,
    Unknown,
    /// RFC 6749 §2.3 allows one method per request.
    Twice,
}

fn authenticated(call: &Call, params: &Params) -> Client {
    let in_form = params.get("client_secret");
    let (id, secret) = match (call.authorization.as_deref(), in_form) {
        (Some(_), Some(_)) => return Client::Twice,
        (Some(header), None) => match basic(header) {
            Some(pair) => pair,
            None => return Client::Unknown,
        },
        (None, Some(secret)) => {
            (params.get("client_id").unwrap_or_default().to_owned(), secret.to_owned())
        }
        (None, None) => return Client::Unknown,
    };
    // A client_id beside Basic is allowed, as long as it is the same.
    let same = params.get("client_id").is_none_or(|beside| beside == id);
    if same && id == Provider::Timberdata.client_id() && secret == TIMBERDATA_SECRET {
        Client::Known
    } else {
        Client::Unknown
    }
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
