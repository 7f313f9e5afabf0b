//! What a refresh makes of the provider's answer: new tokens are kept whatever else is wrong, and a
//! refusal is believed only of the token that counts.

use std::thread;
use std::time::Duration;

use super::spending::{Spending, Way};
use super::{RefreshOutcome, failing};
use crate::accounts::{Account, Failure, FailureKind, SignInState};
use crate::clock::Timestamp;
use crate::flow::FlowError;
use crate::flow::times::{Given, put_right};
use crate::oauth::Answer;
use crate::oauth::error::OAuthError;
use crate::oauth::id_token::{self, IdTokenError};
use crate::oauth::token::{self, TokenType, Tokens};
use crate::store::StoreError;
use crate::store::record::Record;
use crate::store::shared::{Claim, Settled};

/// How often, and how long apart, a save is tried before it is left to the next run.
const SAVE_TRIES: u32 = 3;
const SAVE_PAUSE: Duration = Duration::from_millis(500);

impl Spending<'_> {
    /// What the sign-in was bound to stays bound, whatever is described today.
    pub(super) fn token_type(&self) -> TokenType {
        match (&self.record().dpop_key, self.provider.token_type()) {
            (Some(_), _) => TokenType::Dpop,
            (None, TokenType::Dpop) => TokenType::Bearer,
            (None, described) => described,
        }
    }

    /// Saves what came; the old refresh token stays where none came (RFC 6749 §6).
    pub(super) fn accept(
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
    pub(super) fn save(
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
            // It was tried for a minute, or for twenty seconds.
            let is_over = matches!(error, StoreError::Unavailable(_) | StoreError::Conflict(_));
            if is_over || error.is_held() {
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
    pub(super) fn rescue(
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
    pub(super) fn replaced(&self) -> Result<Option<Box<Record>>, StoreError> {
        let stored = Record::load(self.store, &self.record().account.account)?;
        Ok(stored.filter(|stored| !stored.has_the_refresh_token_of(self.record())).map(Box::new))
    }

    /// Believes a refusal only if the token that was refused is still the stored one: a copy of
    /// this store on another machine may have been refreshed there.
    pub(super) fn refused(
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
