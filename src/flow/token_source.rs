//! A valid access token for an account: the saved one, refreshed near its end or after a 401.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::World;
use super::refresh::{self, Due, RefreshError, RefreshOutcome};
use crate::account_id::AccountId;
use crate::clock;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::store::record::Record;

/// How long a token that is handed out for a request must still live: clocks differ, and requests
/// take their time.
const SKEW: Duration = Duration::from_secs(60);

/// What is saved of an account.
#[derive(Debug)]
pub enum Saved {
    /// Its access token lives long enough.
    Good(Box<Record>),
    /// Its access token ends too soon.
    Old,
    /// The account is not connected.
    Nothing,
}

/// The saved record, if its access token lives at least `min_ttl`: no network, no waiting.
pub fn saved(world: &World, account: &AccountId, min_ttl: Duration) -> Result<Saved, StoreError> {
    let Some(record) = world.peek(account)? else { return Ok(Saved::Nothing) };
    let need = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
    let left = clock::seconds_between(world.clock.now(), record.account.access_token_until);
    Ok(if left > 0 && left >= need { Saved::Good(Box::new(record)) } else { Saved::Old })
}

/// Refreshes the account so that its access token lives at least `min_ttl`.
///
/// `Ok` holds `Refreshed` or `Unchanged` with the record to use; every other outcome is for the
/// caller to explain.
pub fn renewed(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    min_ttl: Duration,
) -> Result<RefreshOutcome, RefreshError> {
    refresh::refresh(world, provider, account, Due::Within(min_ttl))
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error("the account cannot be refreshed")]
    Outcome(Box<RefreshOutcome>),
}

/// Hands out one account's token to any number of requests at once.
pub struct TokenSource<'a> {
    world: World<'a>,
    provider: &'a Provider,
    account: &'a AccountId,
    /// The token in use, and the record's time for it.
    current: Mutex<Option<Record>>,
}

impl<'a> TokenSource<'a> {
    pub fn new(world: World<'a>, provider: &'a Provider, account: &'a AccountId) -> Self {
        Self { world, provider, account, current: Mutex::new(None) }
    }

    /// A token that is good for a minute at least.
    pub fn token(&self) -> Result<Secret, NoToken> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let skew = i64::try_from(SKEW.as_secs()).unwrap_or_default();
        let enough = clock::after(self.world.clock.now(), skew);
        if let Some(record) = current.as_ref().filter(|r| r.account.access_token_until > enough) {
            return Ok(record.access_token.clone());
        }
        let record = match saved(&self.world, self.account, SKEW)? {
            Saved::Good(record) => *record,
            Saved::Old | Saved::Nothing => self.refreshed(Due::Within(SKEW))?,
        };
        Ok(current.insert(record).access_token.clone())
    }

    /// Another token than one that the provider refused. Of several requests that were refused
    /// together, the first refreshes and the others take its result.
    pub fn instead_of(&self, refused: &Secret) -> Result<Secret, NoToken> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) =
            current.as_ref().filter(|r| r.access_token.expose() != refused.expose())
        {
            return Ok(record.access_token.clone());
        }
        let record = self.refreshed(Due::InsteadOf(refused))?;
        Ok(current.insert(record).access_token.clone())
    }

    fn refreshed(&self, due: Due<'_>) -> Result<Record, NoToken> {
        match refresh::refresh(&self.world, self.provider, self.account, due)? {
            RefreshOutcome::Refreshed(record) | RefreshOutcome::Unchanged(record) => Ok(*record),
            outcome => Err(NoToken::Outcome(Box::new(outcome))),
        }
    }
}
