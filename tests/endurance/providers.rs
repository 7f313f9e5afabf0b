//! The providers of these tests: an honest one, and one that answers everything, with tokens that
//! carry the number of the request.

use std::time::Duration;

use serde_json::json;

use crate::provider::http::Reply;
use crate::provider::{Provider, Tokens, identity};

/// What the program expects where `PARTNERLINK_SANDBOX` is set.
const ISSUER: &str = "https://sandbox.invalid/zaehlerfreunde/";

/// Single use to the letter, as Auth0 is by default.
pub fn strict() -> Provider {
    honest(Duration::ZERO)
}

/// A spent refresh token works a minute longer.
pub fn overlapping() -> Provider {
    honest(Duration::from_secs(60))
}

fn honest(overlap: Duration) -> Provider {
    let provider = Provider::start(|_, _| ());
    provider.overlap(overlap);
    provider.alters(|body| {
        body["expires_in"] = 86_400.into();
        identity::change(body, "RS256", |claims| claims["iss"] = ISSUER.into());
    });
    provider
}

/// `hold` gets the number of each request, from 1, and may take its time.
pub fn numbered(hold: impl Fn(usize) + Send + Sync + 'static) -> Provider {
    let provider = Provider::start(|_, _| ());
    provider.answers(move |call| {
        hold(call.number);
        let Tokens { access_token, refresh_token } = tokens(call.number);
        let body = json!({
            "access_token": access_token, "refresh_token": refresh_token,
            "token_type": "Bearer", "expires_in": 86_400,
        });
        Reply::json(200, &body)
    });
    provider
}

/// The tokens of that answer; those of number 0 are for the beginning.
pub fn tokens(number: usize) -> Tokens {
    Tokens {
        access_token: format!("fake-access-token-{number}"),
        refresh_token: format!("fake-refresh-token-{number}"),
    }
}
