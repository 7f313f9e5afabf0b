//! Who signed in: the ID token says it, and where none was granted the provider is asked.

use serde_json::Value;
use url::Url;

use super::Login;
use crate::accounts::Account;
use crate::flow::FlowError;
use crate::flow::times::Given;
use crate::http::Request;
use crate::oauth::authorize::Attempt;
use crate::oauth::dpop::Key;
use crate::oauth::error::{because, reason_of};
use crate::oauth::id_token::{self, Claims};
use crate::oauth::token::Tokens;
use crate::provider::WhoAmI;
use crate::secret::Secret;

/// Longest name that is shown and kept, in characters.
const MAX_NAME: usize = 200;

/// Who signed in, as far as it is known.
#[derive(Default)]
pub(super) struct Identity {
    /// As they would name themselves.
    pub(super) who: Option<String>,
    /// `iss` of the ID token; none where the data endpoint was asked.
    pub(super) issuer: Option<String>,
    /// `sub` of the ID token, or the data endpoint's id.
    pub(super) subject: Option<String>,
}

impl Identity {
    /// Of a sign-in that is saved.
    pub(super) fn of(account: Account) -> Self {
        let Account { who, issuer, subject, .. } = account;
        Self { who, issuer, subject }
    }

    /// Whether both are one person; `None` where that cannot be known: an ID token and a data
    /// endpoint need not call anybody by the same id.
    pub(super) fn is_the_same_as(&self, other: &Self) -> Option<bool> {
        let is_comparable = self.issuer.is_some() == other.issuer.is_some();
        let (one, another) = (self.subject.as_ref()?, other.subject.as_ref()?);
        is_comparable.then_some(one == another)
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        self.who.clone().or_else(|| self.subject.clone()).unwrap_or_default()
    }
}

impl From<Claims> for Identity {
    fn from(claims: Claims) -> Self {
        Self { who: Some(claims.who()), issuer: Some(claims.iss), subject: Some(claims.sub) }
    }
}

impl Login<'_> {
    /// Checks the ID token where there is one. An answer whose granted scope lacks `openid` needs
    /// none: strict clients of Auth0 are given no OpenID scope, whatever they ask for.
    pub(super) fn identity(
        &self,
        tokens: &Tokens,
        attempt: &Attempt,
        given: Given,
    ) -> Result<Identity, FlowError> {
        // One that was not asked for has nothing that it could be held against.
        let Some(nonce) = &attempt.nonce else {
            return Ok(self.asked(tokens, attempt.dpop.as_ref()));
        };
        let Some(id_token) = &tokens.id_token else {
            let is_owed = tokens.need_id_token(self.scope);
            return if is_owed {
                Err(FlowError::NoIdToken)
            } else {
                Ok(self.asked(tokens, attempt.dpop.as_ref()))
            };
        };
        let expected = id_token::Expected {
            issuers: &self.provider.issuers,
            issuer: None,
            client_id: &self.client.id,
            client_secret: self.client.secret.as_ref(),
            nonce: Some(nonce),
            subject: None,
            now: given.at,
        };
        Ok(id_token::check(id_token, &expected)?.into())
    }

    /// Asks the provider once, where its description says how. The sign-in works without a name.
    pub(super) fn asked(&self, tokens: &Tokens, key: Option<&Key>) -> Identity {
        let (Some(whoami), Some(url)) = (&self.provider.whoami, self.provider.whoami_url()) else {
            return Identity::default();
        };
        self.ask(whoami, url, &tokens.access_token, key).unwrap_or_else(|why| {
            log::warn!("{}: who signed in is not known: {why}", self.account);
            Identity::default()
        })
    }

    fn ask(
        &self,
        whoami: &WhoAmI,
        url: Url,
        access_token: &Secret,
        key: Option<&Key>,
    ) -> Result<Identity, String> {
        let mut request = Request::new("GET", url);
        request.is_stream = false;
        request.authorize(access_token, key);
        request.headers.push(("accept".into(), "application/json".into()));
        let answer = self.world.http.fetch(&request).map_err(|error| error.to_string())?;
        if answer.status != 200 {
            let reason = because(reason_of(answer.body.expose()));
            return Err(format!("{} answered {}{reason}", request.url.path(), answer.status));
        }
        let body: Value = serde_json::from_slice(answer.body.expose())
            .map_err(|_| format!("the answer of {} is not JSON", request.url.path()))?;
        identity_in(&body, whoami)
            .ok_or_else(|| format!("the answer of {} has no {:?}", request.url.path(), whoami.id))
    }
}

fn identity_in(body: &Value, whoami: &WhoAmI) -> Option<Identity> {
    let subject = member(body, &whoami.id)?;
    let named = |path: &Option<String>| member(body, path.as_ref()?);
    let who = named(&whoami.email).or_else(|| named(&whoami.name));
    Some(Identity { who: who.or(Some(subject.clone())), issuer: None, subject: Some(subject) })
}

/// A text or a number; `address.city` reaches inside.
fn member(body: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(body, |value, name| value.get(name))?;
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whoami() -> WhoAmI {
        WhoAmI {
            path: "/me".into(),
            id: "user.id".into(),
            name: Some("user.name".into()),
            email: Some("email".into()),
        }
    }

    fn who(body: &Value) -> Option<(String, String)> {
        let found = identity_in(body, &whoami())?;
        Some((found.subject?, found.who?))
    }

    #[test]
    fn an_e_mail_address_says_more_than_a_name_and_a_name_more_than_an_id() {
        let pair = |id: &str, who: &str| Some((id.to_owned(), who.to_owned()));
        let both = json!({ "user": { "id": 7, "name": "Anna" }, "email": "anna@x.example" });
        assert_eq!(who(&both), pair("7", "anna@x.example"));
        let empty = json!({ "user": { "id": "a-1", "name": "An\u{1b}na" }, "email": "" });
        assert_eq!(who(&empty), pair("a-1", "Anna"));
        assert_eq!(who(&json!({ "user": { "id": "a-1" } })), pair("a-1", "a-1"));
    }

    #[test]
    fn without_an_id_nobody_is_known() {
        for body in [json!({}), json!([]), json!({ "user": { "id": null, "name": "Anna" } })] {
            assert_eq!(who(&body), None, "{body}");
        }
    }
}
