//! Whether a provider's endpoints can be reached, without signing in and without spending
//! anything: one GET to each, without parameters, credentials or cookies.
//!
//! The token endpoint gets a GET as well. A token request must be a POST (RFC 6749 §3.2), so this
//! can grant and spend nothing, and counts with no rate limit as a failed attempt; the server's
//! refusal says that it is there.

use url::Url;

use crate::clock::{self, Timestamp};
use crate::http::probe::{Probed, Unreached};
use crate::provider::Provider;

/// A difference between this clock and the server's that can spoil a sign-in, in seconds.
pub const MOST_CLOCK_DIFFERENCE: i64 = 300;

/// What a provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Authorize,
    Token,
    Api,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Api => "api",
        }
    }
}

/// How an endpoint answered.
#[derive(Debug)]
pub enum Reached {
    /// As it should: 401 from the data, a refusal from the token endpoint, a page for the browser.
    Good,
    /// The server has trouble of its own (429, 5xx).
    Trouble,
    /// The server sends us to another host: a portal that wants a sign-in of its own, or a move.
    Elsewhere(Url),
    /// A page for people where a program is answered: a portal or a proxy in the server's place.
    Page,
    Failed(Unreached),
}

/// The endpoints of a provider, in the order in which a sign-in uses them.
pub fn endpoints(provider: &Provider) -> Vec<(Kind, Url)> {
    let api = provider.api_base.clone().map(|base| {
        let user = provider.paths.get("user");
        let path = user.map(|path| format!("{}{path}", base.as_str().trim_end_matches('/')));
        (Kind::Api, path.and_then(|url| url.parse().ok()).unwrap_or(base))
    });
    let first = [
        (Kind::Authorize, provider.authorize_url.clone()),
        (Kind::Token, provider.token_url.clone()),
    ];
    first.into_iter().chain(api).collect()
}

/// What an answer means at this endpoint.
pub fn judge(kind: Kind, url: &Url, answer: Result<&Probed, Unreached>) -> Reached {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Reached::Failed(error),
    };
    match (answer.status, &answer.location) {
        (407, _) => Reached::Failed(Unreached::ProxyWantsPassword),
        (429 | 500.., _) => Reached::Trouble,
        (300..=399, Some(to)) if to.host() != url.host() => Reached::Elsewhere(to.clone()),
        (200..=299, _) if kind != Kind::Authorize && answer.is_html => Reached::Page,
        _ => Reached::Good,
    }
}

/// How far this clock is ahead of the server's in seconds (negative: behind), where that is too
/// much. `now` is when the answer was there.
pub fn clock_difference(answer: &Probed, now: Timestamp) -> Option<i64> {
    let date = Timestamp::from_second(answer.date?).ok()?;
    let ahead = clock::seconds_between(date, now);
    let uncertain = i64::try_from(answer.took.as_secs()).unwrap_or(i64::MAX);
    (ahead.saturating_abs().saturating_sub(uncertain) > MOST_CLOCK_DIFFERENCE).then_some(ahead)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: u16, location: Option<&str>, is_html: bool) -> Probed {
        let location = location.map(|to| to.parse().unwrap());
        Probed { status, took: Duration::from_secs(1), date: Some(1_000_000), location, is_html }
    }

    #[test]
    fn each_answer_has_its_meaning_at_each_endpoint() {
        let url: Url = "https://p.example/x".parse().unwrap();
        let seen = |kind, answer: Probed| format!("{:?}", judge(kind, &url, Ok(&answer)));
        for status in [400, 401, 403, 404, 405] {
            for kind in [Kind::Authorize, Kind::Token, Kind::Api] {
                assert_eq!(seen(kind, answer(status, None, true)), "Good");
            }
        }
        assert_eq!(seen(Kind::Authorize, answer(200, None, true)), "Good");
        assert_eq!(seen(Kind::Api, answer(302, Some("https://p.example/in"), true)), "Good");
        assert_eq!(seen(Kind::Token, answer(200, None, true)), "Page");
        assert_eq!(seen(Kind::Api, answer(503, None, false)), "Trouble");
        let portal = Some("http://portal.example/");
        assert!(seen(Kind::Authorize, answer(302, portal, false)).starts_with("Elsewhere"));
        assert!(seen(Kind::Api, answer(302, portal, false)).starts_with("Elsewhere"));
    }

    #[test]
    fn a_clock_that_is_wrong_by_more_than_five_minutes_is_told() {
        let off = |seconds: i64| {
            let now = Timestamp::from_second(1_000_000 + seconds).unwrap();
            clock_difference(&answer(200, None, false), now)
        };
        assert_eq!((off(0), off(301), off(-301)), (None, None, None));
        assert_eq!((off(302), off(-3600)), (Some(302), Some(-3600)));
    }
}
