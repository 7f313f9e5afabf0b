//! Refreshing one account under its lock.
//!
//! A rotating refresh token is a single-use cheque. The order is: lock, read again, note the
//! intent, spend, write the journal, save durably, then speak. Between spending and saving nothing interrupts.

pub(super) mod asking;
mod spending;

use std::thread;
use std::time::Duration;

use self::spending::Spending;
use super::origins::{self, Target};
use super::{FlowError, LockedAccount, World, client_secret};
use crate::account_id::AccountId;
use crate::accounts::{Failure, FailureKind, SignInState};
use crate::clock::{self, Timestamp};
use crate::http::{HttpError, retry};
use crate::oauth::Client;
use crate::oauth::error::OAuthError;
use crate::oauth::token::TokenError;
use crate::provider::{Provider, RefreshSupport};
use crate::secret::Secret;
use crate::store::TokenStore;
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
    /// It did not accept it at an earlier refresh, and another one is not due.
    RefusedBefore(Box<Record>),
    /// The provider cannot answer now; everything is kept. `wait` is how long it asks to.
    TryLater {
        why: String,
        status: Option<u16>,
        wait: Option<Duration>,
        /// Whether the refresh token may have been spent, its new one unheard.
        doubtful: bool,
    },
}

/// When a refresh is due.
#[derive(Clone, Copy, Debug)]
pub enum Due<'a> {
    /// The access token lives less than this, or it is due all the same.
    Within(Duration),
    /// It is due by itself: [`crate::accounts::Account::is_due`].
    Soon,
    /// Now, unless another run did it since this instant.
    Now(Timestamp),
    /// Now, unless the saved access token is another one already: the provider refused this one.
    InsteadOf(&'a Secret),
}

/// A refresh token whose idle limit is not known is used this often, in seconds, however long the
/// access token lives: the shortest limits that are in use are of days.
pub(super) const RESTS_AT_MOST: i64 = 86_400;

impl Due<'_> {
    fn is_met(self, record: &Record, now: Timestamp) -> bool {
        let account = &record.account;
        match self {
            Self::Now(since) => {
                account.is_misdated(now) || account.begun() < account.provider_time(since)
            }
            Self::InsteadOf(refused) => record.access_token.expose() == refused.expose(),
            Self::Within(need) => {
                let left =
                    clock::time_left(account.time_for_token(now), account.access_token_until);
                left < need || account.is_due(now)
            }
            Self::Soon => account.is_due(now),
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
    let LockedAccount { _lock, store, record, unsaved } = world.open(account)?;
    let record = record?.ok_or_else(|| match world.index.get(account) {
        Some(_) => FlowError::gone(account, store),
        None => FlowError::NotConnected,
    })?;
    unsaved.map_or(Ok(()), |why| Err(FlowError::InJournal(why)))?;
    let refresh_token = match (&record.refresh_token, provider.refresh) {
        _ if provider.needs_nobody() => None,
        (Some(token), RefreshSupport::Rotating) => Some(token.clone()),
        _ => return Ok(RefreshOutcome::NothingToRefresh(Box::new(record))),
    };
    if !due.is_met(&record, world.clock.now()) {
        return Ok(match record.account.state {
            SignInState::Connected => RefreshOutcome::Unchanged(Box::new(record)),
            SignInState::SignInNeeded => RefreshOutcome::RefusedBefore(Box::new(record)),
        });
    }
    let outcome = spend(world, provider, store, record, refresh_token.as_ref());
    if let Err(error) = &outcome {
        keep_failure(world, store, account, error);
    }
    outcome
}

fn spend(
    world: &World,
    provider: &Provider,
    store: &dyn TokenStore,
    record: Record,
    refresh_token: Option<&Secret>,
) -> Result<RefreshOutcome, FlowError> {
    origins::check(&record.account, provider, Target::Token)?;
    let secret = client_secret::of(world, provider, store)?;
    if provider.needs_secret() && secret.is_none() {
        return Err(FlowError::NoClientSecret { provider: provider.name.clone() });
    }
    // The tokens belong to the client they were issued to, whatever is configured today.
    let client = Client { id: record.account.client_id.clone(), secret };
    let Some(refresh_token) = refresh_token else {
        let again = || asking::again(world, store, provider, &client, &record);
        return interrupt::uninterrupted(again);
    };
    let intent_file = world.folders.intent_file(&record.account.account);
    interrupt::uninterrupted(|| {
        Spending { world, store, provider, client, record, intent_file }.run(refresh_token)
    })
}

/// A failure that lasts stands in the record, so that whoever watches the account sees it. That it
/// cannot be kept there is no second failure.
fn keep_failure(world: &World, store: &dyn TokenStore, account: &AccountId, error: &FlowError) {
    let kind = match error {
        FlowError::Token(TokenError::ClientRefused(_) | TokenError::NoEndpoint(_))
        | FlowError::NoClientSecret { .. }
        | FlowError::OtherOrigin { .. }
        | FlowError::SecretOfAnotherOrigin { .. } => FailureKind::Settings,
        FlowError::Token(_) | FlowError::Identity(_) => FailureKind::Answer,
        FlowError::Http(HttpError::TooLarge { .. }) => FailureKind::Answer,
        _ => return,
    };
    let Ok(Some(mut record)) = Record::load(store, account) else { return };
    let (at, why) = (world.clock.now(), error.to_string());
    let is_known = |known: &Failure| known.kind == kind && known.why == why;
    if record.account.failure.as_ref().is_some_and(is_known) {
        return;
    }
    record.account.failure = Some(Failure { at, kind, why });
    if let Err(error) = record.save(store) {
        log::debug!("why {account} could not be refreshed was not kept: {error}");
    }
    world.note(&record.account);
}
