//! Spending one refresh token: note the intent, send, write the journal, save durably, and only then
//! forget the note.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::{RefreshOutcome, failing};
use crate::accounts::{Account, Failure, FailureKind, SignInState};
use crate::clock::Timestamp;
use crate::flow::intent::{self, Intent, Left, Written};
use crate::flow::times::{Given, put_right};
use crate::flow::{FlowError, World};
use crate::http::{HttpError, LONGEST_EXCHANGE, retry};
use crate::oauth::dpop::Key;
use crate::oauth::error::OAuthError;
use crate::oauth::id_token::{self, IdTokenError};
use crate::oauth::token::{self, TokenError, TokenType, Tokens};
use crate::oauth::{Answer, Client, Endpoint};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::lock::LOCK_DEADLINE;
use crate::store::record::Record;
use crate::store::shared::{Claim, Claimant, Claiming, Nonce, Seen, Settled};
use crate::store::{Item, StoreError, TokenStore};

/// How often, and how long apart, a save is tried before it is left to the next run.
const SAVE_TRIES: u32 = 3;
const SAVE_PAUSE: Duration = Duration::from_millis(500);
/// A request that failed in less time is sent once more.
const QUICK: Duration = Duration::from_secs(5);
/// Whoever waits for the lock waits longer than one run can need: an earlier request that settles,
/// the first try with its pause, the second one; the rest is for the store.
const _: () = {
    let longest = intent::SETTLE.unsigned_abs() + QUICK.as_secs() + 1 + LONGEST_EXCHANGE.as_secs();
    assert!(longest + 10 < LOCK_DEADLINE.as_secs());
};

/// One try of a claimed token: others wait for the claim.
const CLAIMED_TRY: Duration = Duration::from_secs(10);

/// How far a refresh came.
struct Way {
    note: Written,
    /// Whether the token may have been spent without anybody hearing the answer.
    doubtful: bool,
    /// By new tokens, a refusal, or somebody who came before.
    claim_ended: bool,
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
            intent.version = self.record().account.shared_version;
            written = Some(intent.write(&self.intent_file)?);
            Ok(())
        };
        let claim = match self.store.claim(self.seen.clone(), &by, &mut note)? {
            Claiming::Held(claim) => claim,
            Claiming::Changed => return Ok(None),
            Claiming::Busy { holder, since } => {
                return Ok(Some(RefreshOutcome::Claimed { holder, since }));
            }
        };
        let Some(note) = written else { return Ok(None) };
        doubtful |= claim.doubtful;
        let mut way = Way { note, doubtful, claim_ended: false };
        let outcome = self.spend(refresh_token, &claim, &mut way);
        // The next run takes the new tokens in, or hears that this one lost them.
        if let Err(FlowError::NotSaved(_) | FlowError::InJournal(_) | FlowError::Store(_)) = outcome
        {
            return outcome;
        }
        // A claim that could not be taken back is found again by the intent.
        let is_free = way.claim_ended || self.give_up(&claim, outcome.as_ref().err());
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

    fn record(&self) -> &Record {
        &self.seen.record
    }

    /// As whom this machine asks for a claim: also for what its last run has left.
    pub(super) fn claimant(&self) -> Claimant {
        Claimant {
            left: intent::claims(&self.intent_file),
            overlap: self.provider.rotation_overlap(),
        }
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
    /// `None` where the claim was too old before anything was sent.
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
            let result = self.world.http.post_within(&request, timeout);
            let failed = result.as_ref().err().filter(|error| error.is_transient());
            *doubtful |=
                failed.is_some_and(|error| !matches!(error, HttpError::Unreachable { .. }));
            result.map(Some)
        };
        let begun = Instant::now();
        if !claim.has(CLAIMED_TRY) {
            return Ok(None);
        }
        match post() {
            // Others wait for the lock, and not for two time-outs.
            Err(error) if error.is_transient() && begun.elapsed() < QUICK => {
                thread::sleep(retry::pause(0));
                if claim.has(CLAIMED_TRY) { post() } else { Err(error) }
            }
            other => other,
        }
    }

    /// What the sign-in was bound to stays bound, whatever is described today.
    fn token_type(&self) -> TokenType {
        match (&self.record().dpop_key, self.provider.token_type()) {
            (Some(_), _) => TokenType::Dpop,
            (None, TokenType::Dpop) => TokenType::Bearer,
            (None, described) => described,
        }
    }

    /// Saves what came; the old refresh token stays where none came (RFC 6749 §6).
    fn accept(
        &self,
        tokens: Tokens,
        answer: &Answer,
        claim: &Claim,
        way: &mut Way,
    ) -> Result<RefreshOutcome, FlowError> {
        let old = &self.record().account;
        let given = Given::new(self.world.time(self.store), answer.date);
        given.warn(&old.account, old.clock_ahead);
        match self.check_identity(&tokens, given.at) {
            Ok(()) => {}
            // Somebody else's tokens are not kept.
            Err(error @ IdTokenError::Subject) => return Err(error.into()),
            // A wrong clock, or an issuer that changed, is no reason to lose the sign-in.
            Err(error) => {
                let error = error.into();
                self.rescue(answer, &error, claim, way)?;
                return Err(error);
            }
        }
        let granted = given.granted(&tokens, self.provider, &old.account, &old.scope);
        if tokens.unusable_refresh_token {
            log::warn!("{}: an unusable refresh token came; the former one is kept", old.account);
        }
        let account = Account {
            access_token_until: granted.access_token_until,
            scope: granted.scope,
            refreshed_at: Some(given.at),
            refreshed_by: Some(self.world.run_by.to_owned()),
            refresh_by: Some(granted.refresh_by),
            idle_until: granted.idle_until,
            clock_ahead: given.clock_ahead,
            state: SignInState::Connected,
            failure: None,
            ..put_right(old, self.provider, given.at)
        };
        let Record { refresh_token: old_token, dpop_key, .. } = self.record().clone();
        let refresh_token = tokens.refresh_token.or(old_token);
        let mut record = Record::new(account, tokens.access_token, refresh_token, dpop_key);
        match self.save(&mut record, claim, way)? {
            Settled::Saved => {
                self.world.note(&record.account);
                Ok(RefreshOutcome::Refreshed(Box::new(record)))
            }
            Settled::Superseded(Some(theirs)) => Ok(RefreshOutcome::Unchanged(theirs)),
            Settled::Superseded(None) => Err(FlowError::NotConnected),
        }
    }

    /// An ID token that comes with a refresh must be about the same sign-in (OIDC Core §12.2).
    fn check_identity(&self, tokens: &Tokens, now: Timestamp) -> Result<(), IdTokenError> {
        let Account { issuer, subject, .. } = &self.record().account;
        // Where no ID token was granted, the subject is that of a data endpoint.
        let (Some(id_token), Some(issuer), Some(subject)) = (&tokens.id_token, issuer, subject)
        else {
            return Ok(());
        };
        let expected = id_token::Expected {
            issuers: &self.provider.issuers,
            issuer: Some(issuer),
            client_id: &self.client.id,
            client_secret: self.client.secret.as_ref(),
            nonce: None,
            subject: Some(subject),
            now,
        };
        id_token::check(id_token, &expected).map(drop)
    }

    /// The old token is spent: the new one goes into the journal first, where no store can be in its
    /// way, and is then worth several tries.
    fn save(
        &self,
        record: &mut Record,
        claim: &Claim,
        way: &mut Way,
    ) -> Result<Settled, FlowError> {
        let spent = self.record().refresh_token.as_ref();
        let rotated = spent.filter(|_| !record.has_the_refresh_token_of(self.record()));
        let tell = |error| {
            log::warn!("the new tokens could not be written into the journal: {error}");
        };
        // Where a save is safe from its own first wait for the disk on, the journal is not another:
        // it covers the end of this process, and is forced to the disk only if the save fails.
        let finishes = self.store.finishes();
        if let Some(spent) = rotated {
            let kept = way.note.keep(record, spent);
            let kept = kept.and_then(|()| if finishes { Ok(()) } else { way.note.force() });
            kept.unwrap_or_else(tell);
        }
        let mut result = self.store.settle(claim, record);
        if result.is_err() && finishes && way.note.has_journal {
            way.note.force().unwrap_or_else(tell);
        }
        for _ in 1..SAVE_TRIES {
            let Err(error) = &result else { break };
            // It was tried for a minute.
            if matches!(error, StoreError::Unavailable(_)) {
                break;
            }
            log::warn!("the new tokens could not be saved ({error}); trying again");
            thread::sleep(SAVE_PAUSE);
            result = self.store.settle(claim, record);
        }
        way.claim_ended = result.is_ok();
        result.map_err(|why| match rotated {
            Some(_) if way.note.has_journal => FlowError::InJournal(why),
            Some(_) => FlowError::NotSaved(why),
            // The stored one works on.
            None => FlowError::Store(why),
        })
    }

    /// An answer that cannot be used may still carry the new refresh token, and the old one is
    /// spent: that one is kept whatever else is wrong.
    fn rescue(
        &self,
        answer: &Answer,
        error: &FlowError,
        claim: &Claim,
        way: &mut Way,
    ) -> Result<(), FlowError> {
        let Some(new) = token::refresh_token_of(answer) else { return Ok(()) };
        let at = self.world.time(self.store);
        let failed = failing(self.record(), error, at);
        let mut record = failed.unwrap_or_else(|| self.record().clone());
        record.refresh_token = Some(new);
        self.save(&mut record, claim, way)?;
        self.world.note(&record.account);
        Ok(())
    }

    /// The stored record, if somebody replaced the one in hand.
    fn replaced(&self) -> Result<Option<Box<Record>>, StoreError> {
        let stored = Record::load(self.store, &self.record().account.account)?;
        Ok(stored.filter(|stored| !stored.has_the_refresh_token_of(self.record())).map(Box::new))
    }

    /// Believes a refusal only if the token that was refused is still the stored one: a copy of
    /// this store on another machine may have been refreshed there.
    fn refused(
        &self,
        why: OAuthError,
        claim: &Claim,
        way: &mut Way,
    ) -> Result<Option<RefreshOutcome>, FlowError> {
        way.claim_ended = true;
        let account = &self.record().account;
        if let Some(record) = self.replaced()? {
            return Ok(Some(RefreshOutcome::Unchanged(record)));
        }
        let mut record = self.record().clone();
        record.account.state = SignInState::SignInNeeded;
        record.account.failure = Some(Failure {
            at: self.world.time(self.store),
            kind: FailureKind::SignIn,
            why: format!("the provider no longer accepts the saved sign-in ({why})"),
        });
        match self.store.release(claim, Some(&mut record)) {
            // Another machine went on meanwhile: its tokens are what counts.
            Ok(Settled::Superseded(_)) => return Ok(None),
            Ok(Settled::Saved) => {}
            Err(error) => {
                way.claim_ended = !self.store.is_shared();
                let account = &account.account;
                log::warn!("{account} needs a sign-in, which its record does not say: {error}");
            }
        }
        self.world.note(&record.account);
        let last_good = account.refreshed_at.unwrap_or(account.connected_at);
        let interrupted = way.doubtful;
        Ok(Some(RefreshOutcome::SignInNeeded { why, interrupted, last_good }))
    }
}
