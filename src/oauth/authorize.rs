//! The authorization request (RFC 6749 §4.1.1): the address that the browser opens.

use std::collections::BTreeMap;

use url::Url;

use super::dpop::Key;
use super::pkce::{self, Verifier};
use super::random::{self, NoRandomness};
use super::scope::Scope;
use crate::secret::Secret;

/// Parameters that this program sets itself; a provider's extra parameters cannot name them.
pub const RESERVED: [&str; 12] = [
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "audience",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
];

/// What is fixed by provider and partner before a sign-in begins.
pub struct Parameters<'a> {
    pub authorize_url: &'a Url,
    pub client_id: &'a str,
    pub redirect_uri: &'a Url,
    pub scope: &'a Scope,
    /// Auth0's `audience`: the API that the access token is for.
    pub audience: Option<&'a str>,
    /// Whether the provider checks PKCE.
    pub pkce: bool,
    /// Whether the tokens are bound to a key (RFC 9449).
    pub dpop: bool,
    pub extra: &'a BTreeMap<String, String>,
}

/// One attempt to sign in: the address to open, and the secrets that tie the answer to it.
#[derive(Debug)]
pub struct Attempt {
    pub url: Url,
    pub redirect_uri: Url,
    pub state: Secret,
    pub verifier: Option<Verifier>,
    /// Sent when an ID token is asked for (scope `openid`), and expected in it.
    pub nonce: Option<Secret>,
    /// The key that the tokens will be bound to.
    pub dpop: Option<Key>,
}

/// Begins an attempt with fresh random values; nothing is sent.
pub fn begin(parameters: &Parameters) -> Result<Attempt, NoRandomness> {
    let state = random::value()?;
    let verifier = parameters.pkce.then(Verifier::random).transpose()?;
    let nonce = parameters.scope.contains("openid").then(random::value).transpose()?;
    let dpop = parameters.dpop.then(Key::random).transpose()?;

    let mut url = parameters.authorize_url.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", parameters.client_id)
            .append_pair("redirect_uri", parameters.redirect_uri.as_str());
        if !parameters.scope.is_empty() {
            query.append_pair("scope", &parameters.scope.to_string());
        }
        if let Some(audience) = parameters.audience {
            query.append_pair("audience", audience);
        }
        query.extend_pairs(parameters.extra);
        query.append_pair("state", state.expose());
        if let Some(nonce) = &nonce {
            query.append_pair("nonce", nonce.expose());
        }
        if let Some(verifier) = &verifier {
            query
                .append_pair("code_challenge", &verifier.challenge())
                .append_pair("code_challenge_method", pkce::METHOD);
        }
        // The code, too, is then of no use without the key (§10).
        if let Some(Ok(thumbprint)) = dpop.as_ref().map(Key::thumbprint) {
            query.append_pair("dpop_jkt", &thumbprint);
        }
    }
    Ok(Attempt { url, redirect_uri: parameters.redirect_uri.clone(), state, verifier, nonce, dpop })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pkce: bool, scope: &str) -> BTreeMap<String, String> {
        let attempt = begin(&Parameters {
            authorize_url: &"https://p.example/authorize?tenant=1".parse().unwrap(),
            client_id: "id&1",
            redirect_uri: &"http://127.0.0.1:17861/callback/p".parse().unwrap(),
            scope: &scope.into(),
            audience: Some("https://api.example"),
            pkce,
            dpop: pkce,
            extra: &BTreeMap::from([("prompt".into(), "consent".into())]),
        })
        .unwrap();
        let mut names = std::collections::HashSet::new();
        for (name, _) in attempt.url.query_pairs() {
            assert!(names.insert(name.to_string()), "{name} twice");
        }
        attempt.url.query_pairs().into_owned().collect()
    }

    #[test]
    fn code_flow_with_s256_and_only_the_scope_asked_for() {
        let query = query(true, "openid email");
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], "id&1");
        assert_eq!(query["scope"], "email openid");
        assert_eq!(query["audience"], "https://api.example");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["code_challenge"].len(), 43);
        assert_eq!(query["dpop_jkt"].len(), 43);
        assert_eq!(query["state"].len(), 43);
        assert_eq!(query["nonce"].len(), 43);
        assert_eq!((&*query["tenant"], &*query["prompt"]), ("1", "consent"));
    }

    #[test]
    fn without_pkce_and_openid_state_alone_protects() {
        let query = query(false, "");
        for absent in ["code_challenge", "code_challenge_method", "nonce", "scope", "dpop_jkt"] {
            assert!(!query.contains_key(absent), "{absent}");
        }
        assert!(query.contains_key("state"));
    }
}
