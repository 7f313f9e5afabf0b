//! Refreshing one account under its lock.
//!
//! A rotating refresh token is a single-use cheque. The order is: lock, read again, note the
//! intent, spend, save durably, then speak. Between spending and saving nothing interrupts.

mod spending;

use std::thread;
use std::time::Duration;

use self::spending::Spending;
use super::origins::{self, Target};
use super::{FlowError, LockedAccount, World, client_secret};
use crate::account_id::AccountId;
use crate::clock::{self, Timestamp};
use crate::http::retry;
use crate::oauth::Client;
use crate::oauth::error::OAuthError;
use crate::oauth::scope::Scope;
use crate::oauth::token::Tokens;
use crate::provider::{Provider, RefreshSupport};
use crate::secret::Secret;
use crate::store::record::Record;
use crate::system::interrupt;

/// What became of an account.
#[derive(Debug)]
pub enum RefreshOutcome {
    /// New tokens were fetched and saved.
    Refreshed(Box<Record>),
    /// The saved access token is good for long enough, or another run fetched a new one.
    Unchanged(Box<Record>),
    /// The provider gave no refresh token: access ends with the access token.
    NothingToRefresh(Box<Record>),
    /// The provider does not accept the saved sign-in any more; the record is kept.
    SignInNeeded { why: OAuthError, interrupted: bool, last_good: Timestamp },
    /// The provider cannot answer now; everything is kept. `wait` is how long it asks to.
    TryLater { why: String, status: Option<u16>, wait: Option<Duration> },
}

/// When a refresh is due.
#[derive(Clone, Copy, Debug)]
pub enum Due<'a> {
    /// The access token lives less than this.
    Within(Duration),
    /// As `Within` two hours, or half the token's life if that is shorter.
    Soon,
    /// Now, unless another run did it since this instant.
    Now(Timestamp),
    /// Now, unless the saved access token is another one already: the provider refused this one.
    InsteadOf(&'a Secret),
}

/// How long before the end of an access token a refresh is due by default, in seconds: an hourly
/// cron job then has two tries.
const SOON: i64 = 2 * 3600;

impl Due<'_> {
    fn is_met(self, record: &Record, now: Timestamp) -> bool {
        let account = &record.account;
        let left = clock::seconds_between(now, account.access_token_until);
        let begun = account.refreshed_at.unwrap_or(account.connected_at);
        match self {
            Self::Within(need) => left < i64::try_from(need.as_secs()).unwrap_or(i64::MAX),
            Self::Soon => {
                left < SOON.min(clock::seconds_between(begun, account.access_token_until) / 2)
            }
            Self::Now(since) => begun < since,
            Self::InsteadOf(refused) => record.access_token.expose() == refused.expose(),
        }
    }
}

/// Refreshes one account if it is due. A `Retry-After` is honoured once, without the lock.
pub fn refresh(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
) -> Result<RefreshOutcome, FlowError> {
    let outcome = attempt(world, provider, account, due)?;
    match outcome {
        RefreshOutcome::TryLater { wait: Some(wait), .. } if wait <= retry::MAX_WAIT => {
            log::info!("{} asks to wait {} s", provider.title, wait.as_secs());
            thread::sleep(wait);
            attempt(world, provider, account, due)
        }
        outcome => Ok(outcome),
    }
}

fn attempt(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
) -> Result<RefreshOutcome, FlowError> {
    // Read again: what was read before the lock may have been spent or moved meanwhile.
    let LockedAccount { _lock, store, record } = world.open(account)?;
    let record = record?.ok_or(FlowError::NotConnected)?;
    let refresh_token = match (&record.refresh_token, provider.refresh) {
        (Some(token), RefreshSupport::Rotating) => token.clone(),
        _ => return Ok(RefreshOutcome::NothingToRefresh(Box::new(record))),
    };
    if !due.is_met(&record, world.clock.now()) {
        return Ok(RefreshOutcome::Unchanged(Box::new(record)));
    }
    origins::check(&record.account, provider, Target::Token)?;
    let secret = client_secret::of(world, provider, store)?;
    if provider.needs_secret() && secret.is_none() {
        return Err(FlowError::NoClientSecret { provider: provider.name.clone() });
    }
    // The tokens belong to the client they were issued to, whatever is configured today.
    let client = Client { id: record.account.client_id.clone(), secret };
    let intent_file = world.folders.intent_file(account);
    interrupt::uninterrupted(|| {
        Spending { world, store, provider, client, record, intent_file }.run(&refresh_token)
    })
}

/// The scope of new tokens, and the end of the access token. Says what is not as it was asked for
/// (RFC 6749 §5.1: the answer is right).
pub(super) fn granted(
    tokens: &Tokens,
    provider: &Provider,
    account: &AccountId,
    asked: &Scope,
    now: Timestamp,
) -> (Scope, Timestamp) {
    let scope = tokens.scope.as_ref().unwrap_or(asked);
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
    (scope.clone(), clock::after(now, lifetime))
}
