//! Whether a provider's endpoints can be reached, without signing in and without spending
//! anything: one GET to each, without parameters, credentials or cookies.
//!
//! The token endpoint gets a GET as well. A token request must be a POST (RFC 6749 §3.2), so this
//! can grant and spend nothing, and counts with no rate limit as a failed attempt; the server's
//! refusal says that it is there. Only where it answers 404 an empty POST follows.

use serde_json::json;
use url::Url;

use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::{Error, Exit, Explain as _, SET_CLOCK};
use crate::http::HttpError;
use crate::http::fault::Fault;
use crate::http::probe::Probed;
use crate::provider::Provider;
use crate::terminal::progress::Waiting;
use crate::terminal::report::{Finding, Findings};
use crate::text::printable;

/// A difference between this clock and the server's that can spoil a sign-in, in seconds.
pub const MOST_CLOCK_DIFFERENCE: i64 = 300;

/// What a provider has, by the names that the findings bear. A browser goes to the first one.
const AUTHORIZE: &str = "authorize";
const TOKEN: &str = "token";
const API: &str = "api";

/// How an endpoint answered.
#[derive(Debug)]
enum Reached {
    /// As it should: 401 from the data, a refusal from the token endpoint, a page for the browser.
    Good,
    /// The server has trouble of its own (429, 5xx).
    Trouble,
    /// The server sends us to another host: a portal that wants a sign-in of its own, or a move.
    Elsewhere(Url),
    /// A page for people where a program is answered: a portal or a proxy in the server's place.
    Page,
    /// There is nothing at this address.
    Nothing,
}

/// Asks every endpoint of a provider once, and reports. `before` stands before each line.
pub fn check(
    context: &Context,
    provider: &Provider,
    before: &str,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut ahead = None;
    for (endpoint, url) in endpoints(provider) {
        let answer = {
            let _waiting = Waiting::on(&context.output, &format!("asking {}", host_of(&url)));
            ask(context, endpoint, &url)
        };
        if let Ok(answer) = &answer {
            ahead = ahead.or(clock_difference(answer, context.clock.now()));
        }
        let proxy = context.settings.network.proxy_to(&url);
        findings.add(finding(endpoint, &url, answer, proxy.as_deref(), before))?;
    }
    findings.extend(ahead.map(|ahead| clock(ahead, before)))
}

/// Some servers have nothing for a GET where a POST is answered, and a 404 must not be a false alarm.
fn ask(context: &Context, endpoint: &str, url: &Url) -> Result<Probed, HttpError> {
    let answer = context.http().probe(url)?;
    match answer.status {
        404 | 410 if endpoint == TOKEN => context.http().probe_with_post(url),
        _ => Ok(answer),
    }
}

/// The endpoints of a provider, in the order in which a sign-in uses them.
pub fn endpoints(provider: &Provider) -> Vec<(&'static str, Url)> {
    let api = provider.whoami_url().or_else(|| provider.api_base.clone());
    let api = api.map(|url| (API, url));
    let authorize = provider.authorize_url().map(|url| (AUTHORIZE, url.clone()));
    authorize.into_iter().chain([(TOKEN, provider.token_url.clone())]).chain(api).collect()
}

/// What an answer means at this endpoint.
fn judge(endpoint: &'static str, url: &Url, answer: &Probed) -> Result<Reached, HttpError> {
    Ok(match (answer.status, &answer.location) {
        (407, _) => {
            let (proxy, offers) = ("on the way".to_owned(), Vec::new());
            let fault = Fault::ProxyWants { proxy, offers };
            return Err(HttpError::Unreachable { host: host_of(url), fault });
        }
        (429 | 500.., _) => Reached::Trouble,
        (300..=399, Some(to)) if to.host() != url.host() => Reached::Elsewhere(to.clone()),
        (404 | 410, _) if endpoint == TOKEN => Reached::Nothing,
        (200..=299, _) if endpoint != AUTHORIZE && answer.is_html => Reached::Page,
        _ => Reached::Good,
    })
}

/// How far this clock is ahead of the server's in seconds (negative: behind), where that is too
/// much. `now` is when the answer was there.
pub fn clock_difference(answer: &Probed, now: Timestamp) -> Option<i64> {
    let date = Timestamp::from_second(answer.date?).ok()?;
    let ahead = clock::seconds_between(date, now);
    let uncertain = i64::try_from(answer.took.as_secs()).unwrap_or(i64::MAX);
    (ahead.saturating_abs().saturating_sub(uncertain) > MOST_CLOCK_DIFFERENCE).then_some(ahead)
}

fn finding(
    endpoint: &'static str,
    url: &Url,
    answer: Result<Probed, HttpError>,
    proxy: Option<&str>,
    before: &str,
) -> Finding {
    let host = format!("{before}{}", host_of(url));
    let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    let by = if proxy.is_some() { " through a proxy" } else { "" };
    let there = answer.as_ref().ok();
    let milliseconds = there.map(|answer| answer.took.as_millis() as u64);
    let facts = json!({
        "host": host_of(url),
        "proxy": proxy,
        "http_status": there.map(|answer| answer.status),
        "milliseconds": milliseconds,
        "redirect_to": there.and_then(|answer| answer.location.as_ref()).map(host_of),
    });
    let (told, public) = match there {
        Some(Probed { status, .. }) => (
            format!("{status} after {} ms", milliseconds.unwrap_or_default()),
            format!("{host} answered {status}{by}"),
        ),
        None => (String::new(), format!("{host} could not be reached{by}")),
    };
    let bad = |why: String, remedy: &str, exit| {
        Finding::bad(endpoint, format!("{host}{through}: {why}"), remedy, exit)
    };
    match answer.and_then(|answer| judge(endpoint, url, &answer)) {
        Ok(Reached::Good) => Finding::good(endpoint, format!("{host} answers{through} ({told})")),
        Ok(Reached::Trouble) => {
            bad(format!("trouble at the provider ({told})"), "try again later", Exit::TryLater)
        }
        Ok(Reached::Elsewhere(to)) if endpoint == AUTHORIZE => Finding::warn(
            endpoint,
            format!(
                "{host} sends the browser on to {}{through} ({told})",
                printable(&host_of(&to))
            ),
            "fine if that is the provider's; else a portal of this network wants you to sign in",
        ),
        Ok(Reached::Elsewhere(to)) => bad(
            format!("the answer leads to another host, {}; it was not followed", host_of(&to)),
            "sign in at the portal of this network with a browser; else ask the provider",
            Exit::BadAnswer,
        ),
        Ok(Reached::Page) => bad(
            format!("a web page came instead of the provider's answer ({told})"),
            "sign in at the portal of this network with a browser, or check the proxy",
            Exit::BadAnswer,
        ),
        Ok(Reached::Nothing) => bad(
            format!("nothing is at {} ({told})", url.path()),
            "correct `token_url` in the provider's description",
            Exit::BadAnswer,
        ),
        Err(error) => {
            let meaning = error.meaning();
            bad(error.reason(), &meaning.hint, meaning.exit)
        }
    }
    .with(facts)
    .publicly(public)
}

fn clock(ahead: i64, before: &str) -> Finding {
    let (by, way) = (ahead.unsigned_abs(), if ahead > 0 { "ahead of" } else { "behind" });
    let by = match by {
        0..7200 => format!("{} minutes", by / 60),
        7200..172_800 => format!("{} hours", by / 3600),
        _ => format!("{} days", by / 86_400),
    };
    let text = format!("{before}this machine's clock is {by} {way} the provider's");
    let facts = json!({ "seconds_ahead": ahead });
    Finding::warn("clock", text, SET_CLOCK).with(facts)
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
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
        let seen = |kind, answer: Probed| format!("{:?}", judge(kind, &url, &answer));
        for status in [400, 401, 403, 404, 405] {
            for kind in [AUTHORIZE, TOKEN, API] {
                let meaning = if (kind, status) == (TOKEN, 404) { "Nothing" } else { "Good" };
                assert_eq!(seen(kind, answer(status, None, true)), format!("Ok({meaning})"));
            }
        }
        assert_eq!(seen(AUTHORIZE, answer(200, None, true)), "Ok(Good)");
        assert_eq!(seen(API, answer(302, Some("https://p.example/in"), true)), "Ok(Good)");
        assert_eq!(seen(TOKEN, answer(200, None, true)), "Ok(Page)");
        assert_eq!(seen(API, answer(503, None, false)), "Ok(Trouble)");
        let portal = Some("http://portal.example/");
        assert!(seen(AUTHORIZE, answer(302, portal, false)).starts_with("Ok(Elsewhere"));
        assert!(seen(API, answer(302, portal, false)).starts_with("Ok(Elsewhere"));
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
