//! Refreshing one account under its lock.
//!
//! A rotating refresh token is a single-use cheque. The order is: lock, read again, note the
//! intent, spend, write the journal, save durably, then speak. Between spending and saving nothing interrupts.

mod answered;
pub(super) mod asking;
mod spending;
#[cfg(test)]
mod tests;
mod waiting;

use std::thread;
use std::time::{Duration, Instant};

use self::spending::Spending;
pub use self::waiting::await_another;
use super::origins::{self, Target};
use super::{FlowError, LockedAccount, World, client_secret};
use crate::account_id::AccountId;
use crate::accounts::{Account, Failure, FailureKind, SignInState};
use crate::clock::{self, Timestamp};
use crate::http::{HttpError, retry};
use crate::oauth::Client;
use crate::oauth::error::OAuthError;
use crate::oauth::token::TokenError;
use crate::provider::{Provider, RefreshSupport};
use crate::secret::Secret;
use crate::store::lock::LockError;
use crate::store::record::Record;
use crate::store::shared::Duty;
use crate::store::{Item, StoreError, TokenStore};
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
    /// Another machine is refreshing it, since this time.
    Claimed { holder: String, since: Timestamp },
    /// This machine may not refresh it, due or not: it only reads.
    ReadOnly(Box<Record>),
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
/// How long another machine is waited for: longer than it can need where all is well.
const CLAIM_DEADLINE: Duration = Duration::from_secs(60);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often an account is looked at again that others changed meanwhile. Each time one of them got
/// further, so that this is no waiting.
const MOST_CHANGES: u32 = 20;

impl Due<'_> {
    /// `now` is the time that the record's dates are of, `ours` this machine's.
    fn is_met(self, record: &Record, now: Timestamp, ours: Timestamp) -> bool {
        match self {
            Self::InsteadOf(refused) => record.access_token.expose() == refused.expose(),
            due => due.is_met_by(&record.account, now, ours),
        }
    }

    /// The same as far as it can be said without the tokens.
    fn is_met_by(self, account: &Account, now: Timestamp, ours: Timestamp) -> bool {
        match self {
            Self::InsteadOf(_) => true,
            Self::Now(since) => {
                let since = now - ours.duration_since(since);
                account.is_misdated(now) || account.begun() < account.provider_time(since)
            }
            Self::Within(need) => {
                let left =
                    clock::time_left(account.time_for_token(now), account.access_token_until);
                left < need || account.is_due(now)
            }
            Self::Soon => account.is_due(now),
        }
    }
}

/// Whether an account needs nothing, by what is known of it: asked of accounts that were listed just
/// now, so that those of a shared store need not be read one by one.
pub fn is_in_order(world: &World, account: &Account, due: Due<'_>) -> bool {
    let is_connected = account.state == SignInState::Connected && account.refreshable;
    is_connected && !due.is_met_by(account, world.time_of(account), world.clock.now())
}

/// One of many refreshes: what it has to ask of the others.
pub trait Crowd {
    /// Whether the account is still to be begun, asked while it waits for the provider's pace.
    fn goes_on(&self) -> bool;
    /// Called when it has its turn, before anything is claimed.
    fn has_turn(&self);
}

/// A refresh by itself.
struct Alone;

impl Crowd for Alone {
    fn goes_on(&self) -> bool {
        true
    }

    fn has_turn(&self) {}
}

/// Refreshes one account if it is due. A `Retry-After` is honoured once, without the lock; another
/// process or machine that is refreshing it is waited for.
pub fn refresh(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
) -> Result<RefreshOutcome, FlowError> {
    patiently(world, provider, account, due, &Alone)
}

/// One account of many: `None` if it is not to be begun any more, or if somebody else works on it
/// and it is not to be waited for. Then a `Retry-After` is not honoured either.
pub fn refresh_in_crowd(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
    waits: bool,
    crowd: &dyn Crowd,
) -> Result<Option<RefreshOutcome>, FlowError> {
    let outcome = match waits {
        true => patiently(world, provider, account, due, crowd).map(Some),
        false => once(world, provider, account, due, crowd, || world.try_open(account)),
    };
    match outcome {
        Ok(Some(RefreshOutcome::Claimed { .. })) if !waits => Ok(None),
        Err(FlowError::Interrupted) => Ok(None),
        outcome => outcome,
    }
}

fn patiently(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
    crowd: &dyn Crowd,
) -> Result<RefreshOutcome, FlowError> {
    let begun = Instant::now();
    let (mut pause, mut waited) = (SHORTEST_PAUSE, false);
    loop {
        let open = || world.open(account).map(Some);
        let outcome = once(world, provider, account, due, crowd, open)?;
        match outcome.ok_or(FlowError::Interrupted)? {
            RefreshOutcome::Claimed { holder, .. } if begun.elapsed() < CLAIM_DEADLINE => {
                if pause == SHORTEST_PAUSE {
                    log::info!("waiting for {holder}, which refreshes {account}");
                }
                thread::sleep(pause / 2 + clock::random_part(pause / 2));
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            RefreshOutcome::TryLater { wait: Some(wait), .. }
                if wait <= retry::MAX_WAIT && !waited =>
            {
                log::info!("{} asks to wait {} s", provider.title, wait.as_secs());
                thread::sleep(wait);
                waited = true;
            }
            outcome => return Ok(outcome),
        }
    }
}

/// Waits for nobody but who `open`s the account does; `None` if that is nobody.
fn once<'a>(
    world: &World<'a>,
    provider: &Provider,
    account: &AccountId,
    due: Due<'_>,
    crowd: &dyn Crowd,
    open: impl Fn() -> Result<Option<LockedAccount<'a>>, LockError>,
) -> Result<Option<RefreshOutcome>, FlowError> {
    let mut since: Option<Instant> = None;
    for _ in 0..MOST_CHANGES {
        let Some(locked) = open()? else { return Ok(None) };
        if let Some(outcome) = attempt(world, provider, account, locked, due, crowd)? {
            return Ok(Some(outcome));
        }
        if interrupt::pending().is_some() {
            return Err(FlowError::Interrupted);
        }
        if since.get_or_insert_with(Instant::now).elapsed() > CLAIM_DEADLINE {
            break;
        }
        thread::sleep(clock::random_part(SHORTEST_PAUSE));
    }
    Err(StoreError::Conflict(Item::Account(account.clone())).into())
}

/// `None` where somebody else wrote the account meanwhile.
fn attempt(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    locked: LockedAccount,
    due: Due<'_>,
    crowd: &dyn Crowd,
) -> Result<Option<RefreshOutcome>, FlowError> {
    // Read again: what was read before the lock may have been spent or moved meanwhile.
    let LockedAccount { _lock, store, seen, unsaved } = locked;
    let seen = seen?.ok_or_else(|| match world.index.get(account) {
        Some(_) => FlowError::gone(account, store),
        None => FlowError::NotConnected,
    })?;
    unsaved.map_or(Ok(()), |why| Err(FlowError::InJournal(why)))?;
    let record = &seen.record;
    let now = world.time(store);
    let is_due = due.is_met(record, now, world.clock.now());
    if store.duty() == Duty::Reader {
        return Ok(Some(match record.account.state {
            SignInState::Connected => RefreshOutcome::ReadOnly(Box::new(seen.record)),
            SignInState::SignInNeeded => RefreshOutcome::RefusedBefore(Box::new(seen.record)),
        }));
    }
    let refresh_token = match (&record.refresh_token, provider.refresh) {
        _ if provider.needs_nobody() => None,
        (Some(token), RefreshSupport::Rotating) => Some(token.clone()),
        _ => return Ok(Some(RefreshOutcome::NothingToRefresh(Box::new(seen.record)))),
    };
    // Of what is shared one machine was refused, and every other would ask in vain.
    let was_refused = store.is_shared()
        && record.account.state == SignInState::SignInNeeded
        && !matches!(due, Due::Now(_));
    if !is_due || was_refused {
        return Ok(Some(match record.account.state {
            SignInState::Connected => RefreshOutcome::Unchanged(Box::new(seen.record)),
            SignInState::SignInNeeded => RefreshOutcome::RefusedBefore(Box::new(seen.record)),
        }));
    }
    let client = match client_of(world, provider, store, record) {
        Ok(client) => client,
        Err(error) => {
            keep_failure(world, store, record, &error);
            return Err(error);
        }
    };
    let host = provider.token_url.host_str().unwrap_or_default();
    let allowed = provider.token_requests_per_second;
    let turn = world.http.turn(host, allowed, &|| crowd.goes_on());
    let _turn = turn.ok_or(FlowError::Interrupted)?;
    crowd.has_turn();
    let intent_file = world.folders.intent_file(account);
    let spending = Spending { world, store, provider, client, seen, intent_file };
    interrupt::uninterrupted(|| match &refresh_token {
        Some(token) => spending.run(token),
        None => spending.ask(),
    })
}

/// The client that the tokens were issued to, whatever is configured today.
fn client_of(
    world: &World,
    provider: &Provider,
    store: &dyn TokenStore,
    record: &Record,
) -> Result<Client, FlowError> {
    origins::check(&record.account, provider, Target::Token)?;
    let secret = client_secret::of(world, provider, store)?;
    if provider.needs_secret() && secret.is_none() {
        return Err(FlowError::NoClientSecret { provider: provider.name.clone() });
    }
    Ok(Client { id: record.account.client_id.clone(), secret })
}

/// The record with a failure that lasts, so that whoever watches the account sees it. `None` where
/// it does not last, or is known.
fn failing(record: &Record, error: &FlowError, at: Timestamp) -> Option<Record> {
    let kind = match error {
        FlowError::Token(TokenError::ClientRefused(_) | TokenError::NoEndpoint(_))
        | FlowError::NoClientSecret { .. }
        | FlowError::OtherOrigin { .. }
        | FlowError::SecretOfAnotherOrigin { .. } => FailureKind::Settings,
        FlowError::Token(_) | FlowError::Identity(_) => FailureKind::Answer,
        FlowError::Http(HttpError::TooLarge { .. }) => FailureKind::Answer,
        _ => return None,
    };
    let why = error.to_string();
    let is_known = |known: &Failure| known.kind == kind && known.why == why;
    if record.account.failure.as_ref().is_some_and(is_known) {
        return None;
    }
    let mut record = record.clone();
    record.account.failure = Some(Failure { at, kind, why });
    Some(record)
}

/// Notes what is wrong with this machine's settings. In a shared store they are no other machine's.
fn keep_failure(world: &World, store: &dyn TokenStore, record: &Record, error: &FlowError) {
    let Some(record) = failing(record, error, world.time(store)) else { return };
    if !store.is_shared()
        && let Err(error) = record.save(store)
    {
        let account = &record.account.account;
        log::debug!("why {account} could not be refreshed was not kept: {error}");
    }
    world.note(&record.account);
}
