//! Refreshing one account under its lock.
//!
//! A rotating refresh token is a single-use cheque. The order is: lock, read again, note the
//! intent, spend, save durably, then speak. Between spending and saving nothing interrupts.

use std::thread;
use std::time::Duration;

use super::intent::{self, Intent};
use super::{Opened, World};
use crate::account_id::AccountId;
use crate::accounts::{Account, State};
use crate::clock::{self, Timestamp};
use crate::http::{HttpError, retry};
use crate::oauth::error::OAuthError;
use crate::oauth::id_token::{self, IdTokenError};
use crate::oauth::scope::Scope;
use crate::oauth::token::{self, TokenError, Tokens};
use crate::oauth::{Answer, Client};
use crate::provider::{Provider, RefreshSupport};
use crate::secret::Secret;
use crate::store::lock::LockError;
use crate::store::record::Record;
use crate::store::{Item, StoreError};
use crate::system::interrupt;

/// How often, and how long apart, a save is tried before the new token is given up.
const SAVE_TRIES: u32 = 3;
const SAVE_PAUSE: Duration = Duration::from_millis(500);

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
    /// The provider cannot answer now; everything is kept.
    TryLater { why: String, status: Option<u16> },
}

/// Why it could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error("this account is not connected")]
    NotConnected,
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the provider gave new tokens, but they could not be saved: {0}")]
    NotSaved(StoreError),
    #[error("what is about to be done could not be noted on disk: {0}")]
    NoIntent(std::io::Error),
    #[error(transparent)]
    Http(HttpError),
    /// Wrong client settings, or an answer that cannot be used.
    #[error(transparent)]
    Token(TokenError),
    #[error(transparent)]
    Identity(#[from] IdTokenError),
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
///
/// `secret` is the client's, where the provider wants one.
pub fn refresh(
    world: &World,
    provider: &Provider,
    secret: Option<&Secret>,
    account: &AccountId,
    due: Due<'_>,
) -> Result<RefreshOutcome, RefreshError> {
    match attempt(world, provider, secret, account, due)? {
        Attempt::Done(outcome) => Ok(outcome),
        Attempt::Wait(wait, outcome) if wait > retry::MAX_WAIT => Ok(outcome),
        Attempt::Wait(wait, _) => {
            log::info!("{} asks to wait {} s", provider.title, wait.as_secs());
            thread::sleep(wait);
            match attempt(world, provider, secret, account, due)? {
                Attempt::Done(outcome) | Attempt::Wait(_, outcome) => Ok(outcome),
            }
        }
    }
}

enum Attempt {
    Done(RefreshOutcome),
    /// The provider asked to come back after this time.
    Wait(Duration, RefreshOutcome),
}

fn attempt(
    world: &World,
    provider: &Provider,
    secret: Option<&Secret>,
    account: &AccountId,
    due: Due<'_>,
) -> Result<Attempt, RefreshError> {
    // Read again: what was read before the lock may have been spent or moved meanwhile.
    let Opened { _lock, world, record } = world.open(account)?;
    let record = record?.ok_or(RefreshError::NotConnected)?;
    let refresh_token = match (&record.refresh_token, provider.refresh) {
        (Some(token), RefreshSupport::Rotating) => token.clone(),
        _ => return Ok(Attempt::Done(RefreshOutcome::NothingToRefresh(Box::new(record)))),
    };
    if !due.is_met(&record, world.clock.now()) {
        return Ok(Attempt::Done(RefreshOutcome::Unchanged(Box::new(record))));
    }
    // The tokens belong to the client they were issued to, whatever is configured today.
    let client = Client { id: record.account.client_id.clone(), secret: secret.cloned() };
    interrupt::uninterrupted(|| {
        Spending { world: &world, provider, client, record }.run(&refresh_token)
    })
}

/// One refresh token on its way; the account's lock is held.
struct Spending<'a> {
    world: &'a World<'a>,
    provider: &'a Provider,
    client: Client,
    record: Record,
}

impl Spending<'_> {
    fn run(self, refresh_token: &Secret) -> Result<Attempt, RefreshError> {
        let account = self.record.account.account.clone();
        let intent_file = self.world.folders.intent_file(&account);
        // Whether the token may have been spent already, without anybody hearing the answer.
        let mut doubtful = self.wait_for_predecessor(&intent_file, refresh_token);
        // Whoever deletes a lock file lets two runs in: the other one may have ended meanwhile.
        if doubtful && let Some(record) = self.replaced()? {
            return Ok(Attempt::Done(RefreshOutcome::Unchanged(record)));
        }

        self.world.store.preflight(&Item::Account(account))?;
        Intent::new(refresh_token, self.world.clock.now())
            .write(&intent_file)
            .map_err(RefreshError::NoIntent)?;

        let answer = match self.send(refresh_token, &mut doubtful) {
            Ok(answer) => answer,
            Err(error) if error.is_lasting() => {
                if !doubtful {
                    intent::clear(&intent_file);
                }
                return Err(RefreshError::Http(error));
            }
            Err(error @ HttpError::TooLarge { .. }) => return Err(RefreshError::Http(error)),
            // Whether the token was spent is unknown: the intent stays.
            Err(error) => return Ok(later(error.to_string(), None, None)),
        };
        let outcome = match token::read(&answer, self.provider.token_type_optional) {
            Ok(tokens) => match self.accept(tokens) {
                // Its clock or this machine's is wrong, which is no reason to lose the sign-in.
                Err(
                    error @ RefreshError::Identity(IdTokenError::Expired | IdTokenError::IssuedAt),
                ) => {
                    self.rescue(&answer)?;
                    intent::clear(&intent_file);
                    return Err(error);
                }
                // Somebody else's tokens are not kept, and what became of ours is known.
                Err(error @ RefreshError::Identity(_)) => {
                    intent::clear(&intent_file);
                    return Err(error);
                }
                accepted => accepted?,
            },
            Err(TokenError::GrantRefused(why)) => self.refused(why, doubtful)?,
            Err(error @ TokenError::TryLater { status, retry_after }) => {
                // 429 and 4xx were answered before anything happened; after 5xx nobody knows.
                if status < 500 && !doubtful {
                    intent::clear(&intent_file);
                }
                return Ok(later(error.to_string(), Some(status), retry_after));
            }
            Err(error) => {
                self.rescue(&answer)?;
                intent::clear(&intent_file);
                return Err(RefreshError::Token(error));
            }
        };
        intent::clear(&intent_file);
        Ok(Attempt::Done(outcome))
    }

    /// Lets a request of a run that died settle before the same token is sent again. Whether
    /// there was one is returned: it explains a refusal.
    fn wait_for_predecessor(&self, intent_file: &std::path::Path, refresh_token: &Secret) -> bool {
        let Some(left) = Intent::read(intent_file).filter(|left| left.is_about(refresh_token))
        else {
            return false;
        };
        log::debug!("an earlier run was interrupted while it refreshed this account");
        thread::sleep(left.wait(self.world.clock.now()));
        true
    }

    /// Sends the request, and once more if no answer came: under the lock the same token is right
    /// either way. If the provider did not act, it works; if it did, only its overlap can help.
    fn send(&self, refresh_token: &Secret, doubtful: &mut bool) -> Result<Answer, HttpError> {
        let request = token::refresh(&self.provider.token_endpoint(), &self.client, refresh_token);
        match self.world.http.post(&request) {
            Err(error) if error.is_transient() => {
                *doubtful |= !matches!(error, HttpError::Unreachable { .. });
                thread::sleep(retry::pause(0));
                self.world.http.post(&request)
            }
            other => other,
        }
    }

    /// Saves what came; the old refresh token stays where none came (RFC 6749 §6).
    fn accept(&self, tokens: Tokens) -> Result<RefreshOutcome, RefreshError> {
        let now = self.world.clock.now();
        let old = &self.record.account;
        self.check_identity(&tokens, now)?;
        let scope = tokens.scope.unwrap_or_else(|| old.scope.clone());
        warn_about_scope(&old.account, &old.scope, &scope);
        let lifetime = tokens.expires_in.unwrap_or(self.provider.access_token_seconds);
        warn_about_lifetime(&old.account, lifetime);
        if tokens.unusable_refresh_token {
            log::warn!("{}: an unusable refresh token came; the former one is kept", old.account);
        }
        let account = Account {
            access_token_until: clock::after(now, lifetime),
            scope,
            refreshed_at: Some(now),
            refreshed_by: Some(self.world.run_by.to_owned()),
            state: State::Connected,
            ..old.clone()
        };
        let refresh_token = tokens.refresh_token.or_else(|| self.record.refresh_token.clone());
        let record = Record::new(account, tokens.access_token, refresh_token);
        self.save(&record)?;
        self.world.note(&record.account);
        Ok(RefreshOutcome::Refreshed(Box::new(record)))
    }

    /// An ID token that comes with a refresh must be about the same sign-in (OIDC Core §12.2).
    fn check_identity(&self, tokens: &Tokens, now: Timestamp) -> Result<(), IdTokenError> {
        let (Some(id_token), Some(subject)) = (&tokens.id_token, &self.record.account.subject)
        else {
            return Ok(());
        };
        let issuers = match &self.record.account.issuer {
            Some(issuer) => std::slice::from_ref(issuer),
            None => self.provider.issuers.as_slice(),
        };
        let expected = id_token::Expected {
            issuers,
            client_id: &self.client.id,
            nonce: None,
            subject: Some(subject),
            now,
        };
        id_token::check(id_token, &expected).map(drop)
    }

    /// The old token is spent, so the new one is worth several tries.
    fn save(&self, record: &Record) -> Result<(), RefreshError> {
        let mut result = record.save(self.world.store);
        for _ in 1..SAVE_TRIES {
            let Err(error) = &result else { break };
            log::warn!("the new tokens could not be saved ({error}); trying again");
            thread::sleep(SAVE_PAUSE);
            result = record.save(self.world.store);
        }
        result.map_err(RefreshError::NotSaved)
    }

    /// An answer that cannot be used may still carry the new refresh token, and the old one is
    /// spent: that one is kept whatever else is wrong.
    fn rescue(&self, answer: &Answer) -> Result<(), RefreshError> {
        match token::refresh_token_of(answer) {
            Some(new) => {
                let Record { account, access_token, .. } = self.record.clone();
                self.save(&Record::new(account, access_token, Some(new)))
            }
            None => Ok(()),
        }
    }

    /// The stored record, if somebody replaced the one in hand.
    fn replaced(&self) -> Result<Option<Box<Record>>, StoreError> {
        let secret = |record: &Record| record.refresh_token.as_ref().map(|t| t.expose().clone());
        let stored = Record::load(self.world.store, &self.record.account.account)?;
        Ok(stored.filter(|stored| secret(stored) != secret(&self.record)).map(Box::new))
    }

    /// Believes a refusal only if the token that was refused is still the stored one: a copy of
    /// this store on another machine may have been refreshed there.
    fn refused(&self, why: OAuthError, interrupted: bool) -> Result<RefreshOutcome, RefreshError> {
        let account = &self.record.account;
        if let Some(record) = self.replaced()? {
            return Ok(RefreshOutcome::Unchanged(record));
        }
        self.world.note(&Account { state: State::SignInNeeded, ..account.clone() });
        let last_good = account.refreshed_at.unwrap_or(account.connected_at);
        Ok(RefreshOutcome::SignInNeeded { why, interrupted, last_good })
    }
}

fn later(why: String, status: Option<u16>, wait: Option<Duration>) -> Attempt {
    let outcome = RefreshOutcome::TryLater { why, status };
    match wait {
        Some(wait) => Attempt::Wait(wait, outcome),
        None => Attempt::Done(outcome),
    }
}

/// Says that an access token cannot be used for long, or at all.
pub fn warn_about_lifetime(account: &AccountId, lifetime: i64) {
    if lifetime <= 0 {
        log::warn!("{account}: the access token came already expired");
    }
}

/// Says which scopes an answer lacks or has in excess (RFC 6749 §5.1: the answer is right).
pub fn warn_about_scope(account: &AccountId, asked: &Scope, granted: &Scope) {
    let (missing, more) = (asked.without(granted), granted.without(asked));
    if !missing.is_empty() {
        log::warn!("{account}: the provider did not grant: {missing}");
    }
    if !more.is_empty() {
        log::warn!("{account}: the provider granted more than was asked for: {more}");
    }
}
