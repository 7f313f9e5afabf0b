//! When tokens begin and end. Lifetimes count from the time at the provider, as its answer's `Date`
//! gives it: a machine without a battery clock may be years away from it, and sets itself right
//! after a while.

use sha2::{Digest as _, Sha256};

use super::refresh::RESTS_AT_MOST;
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, CLOCKS_DIFFER, Timestamp};
use crate::oauth::scope::Scope;
use crate::oauth::token::Tokens;
use crate::provider::Provider;

/// 2026-01-01, in seconds: this program is younger, and a clock that shows less is wrong.
const NOT_BEFORE: i64 = 1_767_225_600;
/// A `Date` that is further ahead of a clock that may be right is no date, in seconds: ten years.
const TOO_FAR: i64 = 10 * 365 * 86_400;
/// How long before the end of an access token a refresh is due at least, in seconds: an hourly cron
/// job then has two tries.
const SOON: i64 = 2 * 3600;

/// What time it was when tokens came, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// By the provider's clock, where it told the time.
    pub at: Timestamp,
    /// As [`Account::clock_ahead`].
    pub clock_ahead: Option<i64>,
}

impl Given {
    /// `date` is what the answer said, `now` the time of this machine.
    pub fn new(now: Timestamp, date: Option<Timestamp>) -> Self {
        let Some(at) = date.filter(|date| is_credible(now, *date)) else {
            return Self { at: now, clock_ahead: None };
        };
        match clock::seconds_between(at, now) {
            ahead if ahead.abs() > CLOCKS_DIFFER => Self { at, clock_ahead: Some(ahead) },
            // A header has whole seconds, and travels.
            _ => Self { at: now, clock_ahead: None },
        }
    }

    /// Says that this machine's clock is wrong, unless that was known.
    pub fn warn(self, account: &AccountId, known: Option<i64>) {
        let is_news = |ahead: i64| (ahead - known.unwrap_or_default()).abs() > CLOCKS_DIFFER;
        if let Some(ahead) = self.clock_ahead.filter(|ahead| is_news(*ahead)) {
            log::warn!("{account}: {}; set it right", clock::difference(ahead));
        }
    }

    /// The scope of new tokens, and what follows from their lifetimes. Says what is not as it was
    /// asked for (RFC 6749 §5.1: the answer is right).
    pub fn granted(
        self,
        tokens: &Tokens,
        provider: &Provider,
        account: &AccountId,
        asked: &Scope,
    ) -> Granted {
        let scope = tokens.scope.as_ref().map(|scope| scope.spelled_as(asked.iter()));
        let scope = &scope.unwrap_or_else(|| asked.clone());
        let (missing, more) = (asked.without(scope), scope.without(asked));
        if !missing.is_empty() {
            log::warn!("{account}: the provider did not grant: {missing}");
        }
        if !more.is_empty() {
            log::warn!("{account}: the provider granted more than was asked for: {more}");
        }
        let lifetime = tokens.expires_in.unwrap_or(provider.access_token_seconds);
        if lifetime <= 0 {
            log::warn!("{account}: the access token came already expired");
        }
        let after = |seconds| clock::after(self.at, seconds);
        let idle = provider.refresh_token_idle_seconds;
        // A third leaves room for a machine that is off for a while.
        let rests = idle.map_or(RESTS_AT_MOST, |seconds| seconds / 3);
        Granted {
            scope: scope.clone(),
            access_token_until: after(lifetime),
            refresh_by: after(refresh_after(account, lifetime, rests)),
            idle_until: idle.map(after),
        }
    }
}

/// After how many seconds a refresh is due by default: before the access token of this lifetime ends,
/// and before the refresh token has rested for longer than it may.
fn refresh_after(account: &AccountId, lifetime: i64, rests: i64) -> i64 {
    (rests - spread(account, rests)).min(lifetime - lead(account, lifetime))
}

/// How long before the end of an access token that lives so long a refresh is due by default, in
/// seconds: [`SOON`] or half its life, and its part of [`spread`].
fn lead(account: &AccountId, lifetime: i64) -> i64 {
    SOON.min(lifetime / 2) + spread(account, lifetime)
}

/// Up to a tenth of so many seconds, by the name of the account: those that were connected in one
/// afternoon do not fall due together for ever.
fn spread(account: &AccountId, seconds: i64) -> i64 {
    let digest = Sha256::digest(account.to_string().as_bytes());
    let part = i64::from(u16::from_be_bytes([digest[0], digest[1]]));
    seconds / 10 * part / i64::from(u16::MAX)
}

/// What new tokens are good for, and until when.
pub(super) struct Granted {
    pub scope: Scope,
    pub access_token_until: Timestamp,
    /// If there is a refresh token.
    pub refresh_by: Timestamp,
    /// The same.
    pub idle_until: Option<Timestamp>,
}

fn is_credible(now: Timestamp, date: Timestamp) -> bool {
    let now_may_be_right = now.as_second() >= NOT_BEFORE;
    let is_too_far = clock::seconds_between(now, date) > TOO_FAR;
    date.as_second() >= NOT_BEFORE && !(now_may_be_right && is_too_far)
}

/// A sign-in's facts after a refresh worked at this time: what a wrong clock had put into the
/// future is put right, and an end that was outlived was none.
pub(super) fn put_right(account: &Account, provider: &Provider, at: Timestamp) -> Account {
    let latest = provider.refresh_token_seconds.map(|seconds| clock::after(at, seconds));
    let sign_in_by = account.sign_in_by.filter(|end| *end > at);
    Account {
        connected_at: account.connected_at.min(at),
        sign_in_by: sign_in_by.map(|end| latest.map_or(end, |latest| end.min(latest))),
        ..account.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn given(now: &str, date: &str) -> (String, Option<i64>) {
        let given = Given::new(now.parse().unwrap(), date.parse().ok());
        (given.at.to_string(), given.clock_ahead)
    }

    #[test]
    fn leads_are_spread_by_name_and_stay_the_same() {
        for life in [60, 3600, 86_400, 30 * 86_400] {
            let least = SOON.min(life / 2);
            let name = |number| format!("zaehlerfreunde:customer-{number}").parse().unwrap();
            let more: Vec<i64> = (0..1000).map(|n| lead(&name(n), life) - least).collect();
            assert!(more.iter().all(|more| (0..=life / 10).contains(more)), "{life}");
            for tenth in 0..10 {
                let part = tenth * life / 100..=(tenth + 1) * life / 100;
                let count = more.iter().filter(|more| part.contains(more)).count();
                assert!(count > 50, "{count} in tenth {tenth} of {life}");
            }
        }
        // A name has the same lead on every machine, today and later.
        assert_eq!(lead(&"zaehlerfreunde".parse().unwrap(), 86_400), 10475);
        assert!(lead(&"zaehlerfreunde".parse().unwrap(), -5) > -5);
    }

    /// A long life does not bring together again what the names keep apart.
    #[test]
    fn what_must_not_rest_is_spread_as_well() {
        let name = |number| format!("zaehlerfreunde:customer-{number}").parse().unwrap();
        let due: BTreeSet<i64> =
            (0..100).map(|n| refresh_after(&name(n), 30 * 86_400, RESTS_AT_MOST)).collect();
        assert!(due.len() > 90, "{} of a hundred", due.len());
        assert!(due.iter().all(|after| (RESTS_AT_MOST * 9 / 10..=RESTS_AT_MOST).contains(after)));
        let one = name(1);
        assert_eq!(refresh_after(&one, 3600, RESTS_AT_MOST), 3600 - lead(&one, 3600));
    }

    #[test]
    fn lifetimes_count_by_the_providers_clock_unless_it_is_absurd() {
        let now = "2026-11-28T12:00:00Z";
        let is = |date: &str, at: &str, ahead| {
            assert_eq!(given(now, date), (at.to_owned(), ahead), "{date}");
        };
        is("none", now, None);
        is("2026-11-28T12:00:50Z", now, None);
        is("2026-11-28T10:00:00Z", "2026-11-28T10:00:00Z", Some(7200));
        is("2026-11-28T14:00:00Z", "2026-11-28T14:00:00Z", Some(-7200));
        for absurd in ["1970-01-01T00:00:00Z", "2001-09-09T00:00:00Z", "2099-01-01T00:00:00Z"] {
            is(absurd, now, None);
        }
        // Nothing is absurd beside a clock that was never set.
        let told = given("1970-01-01T00:00:00Z", now);
        assert_eq!(told, (now.to_owned(), Some(-1_795_867_200)));
    }
}
