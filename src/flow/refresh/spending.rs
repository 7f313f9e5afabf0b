//! Spending one refresh token: note the intent, claim, send, keep what comes ([`answered`]), and only
//! then forget the note.
//!
//! [`answered`]: super::answered

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::{RefreshOutcome, failing};
use crate::flow::intent::{self, Intent, Left, Written};
use crate::flow::{FlowError, World};
use crate::http::{HttpError, LONGEST_EXCHANGE, retry};
use crate::oauth::dpop::Key;
use crate::oauth::token::{self, TokenError};
use crate::oauth::{Answer, Client, Endpoint};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::lock::LOCK_DEADLINE;
use crate::store::record::Record;
use crate::store::shared::{Claim, Claimant, Claiming, Nonce, Seen, Settled};
use crate::store::{Item, TokenStore};

/// A request that failed in less time is sent once more.
const QUICK: Duration = Duration::from_secs(5);
/// Whoever waits for the lock waits longer than one run can need: an earlier request that settles,
/// the first try with its pause, the second one; the rest is for the store. Where another program
/// holds a file it may be longer, and whoever waits is told that the account is busy.
const _: () = {
    let longest = intent::SETTLE.unsigned_abs() + QUICK.as_secs() + 1 + LONGEST_EXCHANGE.as_secs();
    assert!(longest + 10 < LOCK_DEADLINE.as_secs());
};

/// One try of a claimed token: others wait for the claim.
const CLAIMED_TRY: Duration = Duration::from_secs(10);

/// How far a refresh came.
pub(super) struct Way {
    pub(super) note: Written,
    /// Whether the token may have been spent without anybody hearing the answer.
    pub(super) doubtful: bool,
    /// By new tokens, a refusal, or somebody who came before.
    pub(super) claim_ended: bool,
}

/// One refresh token on its way; the account's lock is held.
pub(super) struct Spending<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) store: &'a dyn TokenStore,
    pub(super) provider: &'a Provider,
    pub(super) client: Client,
    pub(super) seen: Seen,
    pub(super) intent_file: PathBuf,
}

impl Spending<'_> {
    /// `None` where somebody else wrote the account meanwhile.
    pub(super) fn run(self, refresh_token: &Secret) -> Result<Option<RefreshOutcome>, FlowError> {
        // Whether the token may have been spent already, without anybody hearing the answer.
        let mut doubtful = self.wait_for_predecessor(refresh_token);
        // Whoever deletes a lock file lets two runs in: the other one may have ended meanwhile.
        if doubtful && let Some(record) = self.replaced()? {
            return Ok(Some(RefreshOutcome::Unchanged(record)));
        }
        if !self.store.is_shared() {
            self.store.preflight(&Item::Account(self.record().account.account.clone()))?;
        }
        let by = self.claimant();
        let mut written = None;
        let mut note = |nonce: Option<&Nonce>| {
            let mut intent = Intent::new(refresh_token, self.world.clock.now());
            intent.claims = by.left.iter().chain(nonce).cloned().collect();
            intent.version = self.seen.version();
            written = Some(intent.write(&self.intent_file)?);
            Ok(())
        };
        let claim = match self.store.claim(self.seen.clone(), &by, &mut note)? {
            Claiming::Held(claim) => claim,
            Claiming::Changed => {
                // It was not ours. What an earlier run noted stays until that is settled.
                if by.left.is_empty() {
                    intent::clear(&self.intent_file);
                }
                return Ok(None);
            }
            Claiming::Busy { holder, since } => {
                return Ok(Some(RefreshOutcome::Claimed { holder, since }));
            }
        };
        let Some(note) = written else { return Ok(None) };
        doubtful |= claim.doubtful;
        let mut way = Way { note, doubtful, claim_ended: false };
        let outcome = thread::scope(|scope| {
            let (store, claim) = (self.store, &claim);
            // Without another thread it is asked for later.
            let thread = thread::Builder::new();
            if store.is_shared()
                && let Err(error) = thread.spawn_scoped(scope, || store.look_ahead(claim))
            {
                log::debug!("no thread: {error}");
            }
            self.spend(refresh_token, claim, &mut way)
        });
        // The next run takes the new tokens in, or hears that this one lost them.
        if let Err(FlowError::NotSaved(_) | FlowError::InJournal(_) | FlowError::Store(_)) = outcome
        {
            return outcome;
        }
        // A claim that could not be taken back is found again by the intent. One that was taken over
        // stays: without it nobody would know that the token may be spent.
        let is_free =
            way.claim_ended || !claim.doubtful && self.give_up(&claim, outcome.as_ref().err());
        let is_known = match &outcome {
            Ok(Some(RefreshOutcome::TryLater { .. }) | None) => !way.doubtful,
            Err(FlowError::Http(error)) => error.is_lasting() && !way.doubtful,
            _ => true,
        };
        match is_known && is_free {
            true if way.note.has_journal => intent::settle(&self.intent_file, self.store),
            true => intent::clear(&self.intent_file),
            false => {}
        }
        outcome
    }

    /// Sends the token, and keeps what comes. `None` where others had to be let to it first.
    fn spend(
        &self,
        refresh_token: &Secret,
        claim: &Claim,
        way: &mut Way,
    ) -> Result<Option<RefreshOutcome>, FlowError> {
        let answer = match self.send(refresh_token, claim, &mut way.doubtful) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(None),
            Err(error) if error.is_lasting() => return Err(FlowError::Http(error)),
            Err(error @ HttpError::TooLarge { .. }) => return Err(FlowError::Http(error)),
            // A request that never left spent nothing. Of any other it is unknown: the intent stays.
            Err(error) => {
                let (why, doubtful) = (error.to_string(), way.doubtful);
                let later = RefreshOutcome::TryLater { why, status: None, wait: None, doubtful };
                return Ok(Some(later));
            }
        };
        match token::read(&answer, self.token_type()) {
            Ok(tokens) => self.accept(tokens, &answer, claim, way).map(Some),
            Err(TokenError::GrantRefused(why)) => self.refused(why, claim, way),
            Err(error @ TokenError::TryLater { status, retry_after, .. }) => {
                // 429 and 4xx were answered before anything happened; after 5xx nobody knows.
                way.doubtful |= status >= 500;
                let (why, status, wait) = (error.to_string(), Some(status), retry_after);
                let doubtful = way.doubtful;
                Ok(Some(RefreshOutcome::TryLater { why, status, wait, doubtful }))
            }
            Err(error) => {
                let error = FlowError::Token(error);
                self.rescue(&answer, &error, claim, way)?;
                Err(error)
            }
        }
    }

    pub(super) fn record(&self) -> &Record {
        &self.seen.record
    }

    /// As whom this machine asks for a claim: also for what its last run has left.
    pub(super) fn claimant(&self) -> Claimant {
        let overlap = match self.provider.needs_nobody() {
            // There is nothing to be spent twice.
            true => Duration::MAX,
            false => self.provider.rotation_overlap(),
        };
        Claimant { left: intent::claims(&self.intent_file), overlap }
    }

    /// Ends the claim without new tokens, with a failure that lasts where there is one. `false`
    /// where others go on waiting.
    pub(super) fn give_up(&self, claim: &Claim, error: Option<&FlowError>) -> bool {
        let at = self.world.time(self.store);
        let mut failed = error.and_then(|error| failing(self.record(), error, at));
        match self.store.release(claim, failed.as_mut()) {
            Ok(Settled::Saved) => {
                if let Some(record) = failed {
                    self.world.note(&record.account);
                }
                true
            }
            Ok(Settled::Superseded(_)) => true,
            Err(error) => {
                let account = &self.record().account.account;
                log::debug!("the claim on {account} could not be taken back: {error}");
                false
            }
        }
    }

    /// Lets a request of a run that died settle before the same token is sent again. Whether
    /// there was one is returned: it explains a refusal.
    fn wait_for_predecessor(&self, refresh_token: &Secret) -> bool {
        let left = Left::read(&self.intent_file).map(|left| left.intent);
        let Some(left) = left.filter(|left| left.is_about(refresh_token)) else { return false };
        log::debug!("an earlier run was interrupted while it refreshed this account");
        thread::sleep(left.wait(self.world.clock.now()));
        true
    }

    /// Sends the request, and once more if no answer came: under the lock the same token is right
    /// either way. If the provider did not act, it works; if it did, only its overlap can help.
    /// `None` where the claim was too old when it came to sending.
    fn send(
        &self,
        refresh_token: &Secret,
        claim: &Claim,
        doubtful: &mut bool,
    ) -> Result<Option<Answer>, HttpError> {
        let dpop = self.record().dpop_key.clone().map(Key::from);
        let endpoint = Endpoint { dpop, ..self.provider.refresh_endpoint() };
        let request = token::refresh(&endpoint, &self.client, refresh_token);
        let timeout = self.store.is_shared().then_some(CLAIMED_TRY);
        let mut post = || {
            let result = self.world.http.post_within(&request, timeout, claim.deadline());
            let failed = result.as_ref().err().filter(|error| error.is_transient());
            *doubtful |=
                failed.is_some_and(|error| !matches!(error, HttpError::Unreachable { .. }));
            match result {
                Err(HttpError::TooLate { .. }) => Ok(None),
                result => result.map(Some),
            }
        };
        let begun = Instant::now();
        let overlap = self.provider.rotation_overlap();
        let is_forgiven = || self.store.is_shared() && begun.elapsed() < overlap;
        if !claim.has(CLAIMED_TRY) {
            return Ok(None);
        }
        match post() {
            // Others wait for the lock, and not for two time-outs; unless the provider forgives a
            // spent token now, and not when they come.
            Err(error) if error.is_transient() && (begun.elapsed() < QUICK || is_forgiven()) => {
                thread::sleep(retry::pause(0));
                if claim.has(CLAIMED_TRY) { post() } else { Err(error) }
            }
            other => other,
        }
    }
}
