//! Token revocation (RFC 7009).

use super::{Answer, Client, Endpoint, Request};
use crate::secret::Secret;

/// The token that ends most when it is given back (§2.1): a refresh token takes the grant with it,
/// an access token ends alone.
pub struct Revocable<'a> {
    token: &'a Secret,
    hint: &'static str,
}

impl<'a> Revocable<'a> {
    /// Of the tokens that there are, if any.
    pub fn of(refresh_token: Option<&'a Secret>, access_token: Option<&'a Secret>) -> Option<Self> {
        let refresh_token = refresh_token.map(|token| Self { token, hint: "refresh_token" });
        refresh_token.or_else(|| Some(Self { token: access_token?, hint: "access_token" }))
    }
}

/// Asks the provider to forget a token.
pub fn request(endpoint: &Endpoint, client: &Client, what: &Revocable) -> Request {
    client.request(endpoint, vec![("token", what.token.expose()), ("token_type_hint", what.hint)])
}

/// Whether the answer confirms it: 200, also for a token that the provider did not know (§2.2).
/// Anything else, 503 above all, means that the token may still exist (§2.2.1).
pub fn is_confirmed(answer: &Answer) -> bool {
    answer.status == 200
}
