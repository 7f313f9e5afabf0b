//! Token revocation (RFC 7009).

use super::{Answer, Client, Endpoint, Request};
use crate::secret::Secret;

/// Asks the provider to forget a refresh token, and with it the grant.
pub fn request(endpoint: &Endpoint, client: &Client, refresh_token: &Secret) -> Request {
    client.request(
        endpoint,
        vec![("token", refresh_token.expose()), ("token_type_hint", "refresh_token")],
    )
}

/// Whether the answer confirms it: 200, also for a token that the provider did not know (§2.2).
/// Anything else, 503 above all, means that the token may still exist (§2.2.1).
pub fn is_confirmed(answer: &Answer) -> bool {
    answer.status == 200
}
