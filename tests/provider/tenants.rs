//! Auth0 as it treats the kinds of clients that it hands out. The pages that a person sees there
//! answer 400 and lead nowhere.

use serde_json::json;
use url::Url;

use super::http::{Call, Reply};
use super::{Provider, dpop};

/// A kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// An application of the provider's own: what is asked for is given.
    FirstParty,
    /// A third party's application of before 2026: the same after a page that asks for consent.
    Permissive,
    /// A third party's application of today: PKCE, no OpenID scope, no ID token.
    Strict,
    /// The same, and its tokens are bound to a key (RFC 9449).
    DpopRequired,
}

/// What a strict client may send to `/authorize`; anything else ends on an error page.
const LISTED: [&str; 18] = [
    "acr_values",
    "audience",
    "authorization_details",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "connection",
    "display",
    "dpop_jkt",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "resource",
    "response_type",
    "scope",
    "state",
];

impl Tenant {
    pub const ALL: [Self; 4] =
        [Self::FirstParty, Self::Permissive, Self::Strict, Self::DpopRequired];

    /// Whether it is given OpenID scopes and an ID token.
    pub fn has_openid(self) -> bool {
        matches!(self, Self::FirstParty | Self::Permissive)
    }

    pub fn client_id(self) -> &'static str {
        match self {
            Self::Strict | Self::DpopRequired => "tpc_2026partner",
            Self::FirstParty | Self::Permissive => "partner",
        }
    }

    /// Whom the data endpoint names.
    pub const COMPANY: &'static str = "Stadtwerke Muster";

    /// From now on the provider is this tenant.
    pub fn is_played_by(self, fake: &Provider) {
        if self == Self::DpopRequired {
            fake.binds_tokens();
        }
        fake.does(move |call, honest| match call.path() {
            "/authorize" if !self.admits(call) => Reply::new(400, "", "<h1>Oops!</h1>"),
            "/partners/current" if !self.accepts_token(call) => Reply::error(401, "invalid_token"),
            "/partners/current" => Reply::json(200, &json!({ "id": 7, "name": Self::COMPANY })),
            "/token" => honest().altered(|body| {
                if call.parameter("grant_type") != "authorization_code" {
                    return;
                }
                body["scope"] = match self.has_openid() {
                    true => "openid profile email offline_access",
                    false => "offline_access",
                }
                .into();
                if !self.has_openid() {
                    body.as_object_mut().unwrap().remove("id_token");
                }
            }),
            _ => honest(),
        });
    }

    /// A token that is bound to a key is shown with a proof of the key.
    fn accepts_token(self, call: &Call) -> bool {
        let header = call.header("authorization").unwrap_or_default();
        match self {
            Self::DpopRequired => header
                .strip_prefix("DPoP ")
                .is_some_and(|token| dpop::check(call, Some(token)).is_ok()),
            _ => header.starts_with("Bearer "),
        }
    }

    fn admits(self, call: &Call) -> bool {
        if self.has_openid() {
            return true;
        }
        let url = Url::parse("http://127.0.0.1/").unwrap().join(&call.target).unwrap();
        let is_listed = url.query_pairs().all(|(name, _)| LISTED.contains(&&*name));
        is_listed
            && call.query("client_id").as_deref() == Some(self.client_id())
            && call.query("code_challenge_method").as_deref() == Some("S256")
            && call.query("code_challenge").is_some_and(|challenge| challenge.len() == 43)
    }
}
