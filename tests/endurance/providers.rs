//! The providers of these tests: an honest one, and one that answers everything, with tokens that
//! carry the number of the request.

use std::time::Duration;

use serde_json::json;

use crate::provider::grants::{Counts, Grants};
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

#[test]
fn a_refresh_token_that_comes_twice_takes_its_family_away() {
    for (overlap, in_overlap) in [(Duration::ZERO, 0), (Duration::from_secs(60), 1)] {
        let mut grants = Grants::default();
        grants.overlap = overlap;
        let (one, other) = (grants.begin(), grants.begin());
        grants.hand_out(one, "first");
        grants.hand_out(other, "other");
        for (token, next) in [("first", "second"), ("second", "third")] {
            let accepted = grants.refresh(token).unwrap();
            grants.hand_out(accepted, next);
        }
        // The one that was spent last still works, if any does.
        let again = grants.refresh("second").map(|accepted| grants.hand_out(accepted, "fourth"));
        assert_eq!(again.is_some(), in_overlap == 1);
        assert!(grants.refresh("first").is_none());
        assert!(grants.refresh("third").is_none(), "the family is gone");
        assert!(grants.refresh("other").is_some(), "no other is");
        assert!(grants.refresh("unknown").is_none());
        let (refreshed, reused) = (3 + in_overlap, 2 - in_overlap);
        let refused = 4 - in_overlap;
        assert_eq!(grants.counts, Counts { refreshed, in_overlap, reused, refused });
    }
}
