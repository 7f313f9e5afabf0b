//! A valid access token for an account: the saved one, refreshed near its end or after a 401.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::origins::{self, Target};
use super::refresh::{self, Due, RefreshOutcome};
use super::{FlowError, World};
use crate::account_id::AccountId;
use crate::clock::{self, Timestamp};
use crate::oauth::dpop::Key;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::record::Record;

/// How long a token that is handed out for a request must still live: clocks differ, and requests
/// take their time.
const SKEW: Duration = Duration::from_secs(60);

/// Whether the record's access token is still good for so long, as far as its dates can be believed.
pub fn is_good_for(record: &Record, length: Duration, now: Timestamp) -> bool {
    let account = &record.account;
    let left = clock::time_left(account.time_for_token(now), account.access_token_until);
    !left.is_zero() && left >= length && !account.is_misdated(now)
}

/// An access token, and the key that it is bound to where it is.
pub struct Access {
    pub token: Secret,
    pub dpop: Option<Key>,
}

impl From<&Record> for Access {
    fn from(record: &Record) -> Self {
        let dpop = record.dpop_key.clone().map(Key::from);
        Self { token: record.access_token.clone(), dpop }
    }
}

/// Hands out one account's token to any number of requests at once.
pub struct TokenSource<'a> {
    world: World<'a>,
    provider: &'a Provider,
    account: &'a AccountId,
    /// One that is used in place of the saved one, and is never renewed.
    given: Option<Secret>,
    /// The token in use, and the record's time for it.
    current: Mutex<Option<Record>>,
}

impl<'a> TokenSource<'a> {
    pub fn new(world: World<'a>, provider: &'a Provider, account: &'a AccountId) -> Self {
        Self { world, provider, account, given: None, current: Mutex::new(None) }
    }

    /// Of this token, if there is one: the account's own is then left alone, with its store and its
    /// lock.
    #[must_use]
    pub fn instead(self, given: Option<Secret>) -> Self {
        Self { given, ..self }
    }

    /// A token that is good for a minute at least.
    pub fn token(&self) -> Result<Access, FlowError> {
        if let Some(given) = &self.given {
            return Ok(Access { token: given.clone(), dpop: None });
        }
        let is_good =
            |record: &Record| is_good_for(record, SKEW, self.world.time_of(&record.account));
        self.current(is_good, || {
            let saved = self.world.peek(self.account)?;
            match saved.map(|record| self.bound(record)).transpose()? {
                Some(record) if is_good(&record) => Ok(record),
                _ => self.refreshed(Due::Within(SKEW)),
            }
        })
    }

    /// Another token than one that the provider refused. Of several requests that were refused
    /// together, the first refreshes and the others take its result.
    pub fn instead_of(&self, refused: &Secret) -> Result<Access, FlowError> {
        if self.given.is_some() {
            return Err(FlowError::GivenTokenRefused);
        }
        let is_another = |record: &Record| record.access_token.expose() != refused.expose();
        self.current(is_another, || self.refreshed(Due::InsteadOf(refused)))
    }

    /// The token in use if it will do, else a new one, which is then in use.
    fn current(
        &self,
        will_do: impl Fn(&Record) -> bool,
        new: impl FnOnce() -> Result<Record, FlowError>,
    ) -> Result<Access, FlowError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some(record) if will_do(record) => Ok(Access::from(record)),
            _ => Ok(Access::from(&*current.insert(new()?))),
        }
    }

    /// The record, if its token may go to the data that is configured now.
    fn bound(&self, record: Record) -> Result<Record, FlowError> {
        origins::check(&record.account, self.provider, Target::Api).map(|()| record)
    }

    fn refreshed(&self, due: Due<'_>) -> Result<Record, FlowError> {
        match refresh::refresh(&self.world, self.provider, self.account, due)? {
            RefreshOutcome::Refreshed(record) | RefreshOutcome::Unchanged(record) => {
                self.bound(*record)
            }
            RefreshOutcome::ReadOnly(record) => {
                refresh::await_another(&self.world, self.account, *record, due)
                    .and_then(|record| self.bound(record))
            }
            outcome => Err(FlowError::NotRefreshed(Box::new(outcome))),
        }
    }
}
