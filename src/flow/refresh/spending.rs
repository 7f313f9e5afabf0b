//! Spending one refresh token: note the intent, send, write the journal, save durably, and only then
//! forget the note.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::RefreshOutcome;
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

/// One refresh token on its way; the account's lock is held.
pub(super) struct Spending<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) store: &'a dyn TokenStore,
    pub(super) provider: &'a Provider,
    pub(super) client: Client,
    pub(super) record: Record,
    pub(super) intent_file: PathBuf,
}

impl Spending<'_> {
    pub(super) fn run(self, refresh_token: &Secret) -> Result<RefreshOutcome, FlowError> {
        // Whether the token may have been spent already, without anybody hearing the answer.
        let mut doubtful = self.wait_for_predecessor(refresh_token);
        // Whoever deletes a lock file lets two runs in: the other one may have ended meanwhile.
        if doubtful && let Some(record) = self.replaced()? {
            return Ok(RefreshOutcome::Unchanged(record));
        }

        self.store.preflight(&Item::Account(self.record.account.account.clone()))?;
        let mut note = Intent::new(refresh_token, self.world.clock.now())
            .write(&self.intent_file)
            .map_err(FlowError::NoIntent)?;

        let answer = match self.send(refresh_token, &mut doubtful) {
            Ok(answer) => answer,
            Err(error) if error.is_lasting() => {
                if !doubtful {
                    intent::clear(&self.intent_file);
                }
                return Err(FlowError::Http(error));
            }
            Err(error @ HttpError::TooLarge { .. }) => return Err(FlowError::Http(error)),
            // A request that never left spent nothing. Of any other it is unknown: the intent stays.
            Err(error) => {
                if !doubtful {
                    intent::clear(&self.intent_file);
                }
                let why = error.to_string();
                return Ok(RefreshOutcome::TryLater { why, status: None, wait: None, doubtful });
            }
        };
        let outcome = match token::read(&answer, self.token_type()) {
            Ok(tokens) => self.accept(tokens, &answer, &mut note),
            Err(TokenError::GrantRefused(why)) => self.refused(why, doubtful),
            Err(error @ TokenError::TryLater { status, retry_after, .. }) => {
                // 429 and 4xx were answered before anything happened; after 5xx nobody knows.
                let doubtful = doubtful || status >= 500;
                if !doubtful {
                    intent::clear(&self.intent_file);
                }
                let (why, status, wait) = (error.to_string(), Some(status), retry_after);
                return Ok(RefreshOutcome::TryLater { why, status, wait, doubtful });
            }
            Err(error) => self.rescue(&answer, &mut note).and(Err(FlowError::Token(error))),
        };
        match &outcome {
            // The next run takes the new tokens in, or hears that this one lost them.
            Err(FlowError::NotSaved(_) | FlowError::InJournal(_) | FlowError::Store(_)) => {}
            _ if note.has_journal => intent::settle(&self.intent_file, self.store),
            _ => intent::clear(&self.intent_file),
        }
        outcome
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
    fn send(&self, refresh_token: &Secret, doubtful: &mut bool) -> Result<Answer, HttpError> {
        let dpop = self.record.dpop_key.clone().map(Key::from);
        let endpoint = Endpoint { dpop, ..self.provider.refresh_endpoint() };
        let request = token::refresh(&endpoint, &self.client, refresh_token);
        let mut post = || {
            let result = self.world.http.post(&request);
            let failed = result.as_ref().err().filter(|error| error.is_transient());
            *doubtful |=
                failed.is_some_and(|error| !matches!(error, HttpError::Unreachable { .. }));
            result
        };
        let begun = Instant::now();
        match post() {
            // Others wait for the lock, and not for two time-outs.
            Err(error) if error.is_transient() && begun.elapsed() < QUICK => {
                thread::sleep(retry::pause(0));
                post()
            }
            other => other,
        }
    }

    /// What the sign-in was bound to stays bound, whatever is described today.
    fn token_type(&self) -> TokenType {
        match (&self.record.dpop_key, self.provider.token_type()) {
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
        note: &mut Written,
    ) -> Result<RefreshOutcome, FlowError> {
        let old = &self.record.account;
        let given = Given::new(self.world.clock.now(), answer.date);
        given.warn(&old.account, old.clock_ahead);
        match self.check_identity(&tokens, given.at) {
            Ok(()) => {}
            // Somebody else's tokens are not kept.
            Err(error @ IdTokenError::Subject) => return Err(error.into()),
            // A wrong clock, or an issuer that changed, is no reason to lose the sign-in.
            Err(error) => {
                self.rescue(answer, note)?;
                return Err(error.into());
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
        let refresh_token = tokens.refresh_token.or_else(|| self.record.refresh_token.clone());
        let record =
            Record::new(account, tokens.access_token, refresh_token, self.record.dpop_key.clone());
        self.save(&record, note)?;
        self.world.note(&record.account);
        Ok(RefreshOutcome::Refreshed(Box::new(record)))
    }

    /// An ID token that comes with a refresh must be about the same sign-in (OIDC Core §12.2).
    fn check_identity(&self, tokens: &Tokens, now: Timestamp) -> Result<(), IdTokenError> {
        let Account { issuer, subject, .. } = &self.record.account;
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
    fn save(&self, record: &Record, note: &mut Written) -> Result<(), FlowError> {
        let spent = self.record.refresh_token.as_ref();
        let rotated = spent.filter(|_| !record.has_the_refresh_token_of(&self.record));
        if let Some(spent) = rotated
            && let Err(error) = note.keep(record, spent)
        {
            log::warn!("the new tokens could not be written into the journal: {error}");
        }
        let mut result = record.save(self.store);
        for _ in 1..SAVE_TRIES {
            let Err(error) = &result else { break };
            log::warn!("the new tokens could not be saved ({error}); trying again");
            thread::sleep(SAVE_PAUSE);
            result = record.save(self.store);
        }
        result.map_err(|why| match rotated {
            Some(_) if note.has_journal => FlowError::InJournal(why),
            Some(_) => FlowError::NotSaved(why),
            // The stored one works on.
            None => FlowError::Store(why),
        })
    }

    /// An answer that cannot be used may still carry the new refresh token, and the old one is
    /// spent: that one is kept whatever else is wrong.
    fn rescue(&self, answer: &Answer, note: &mut Written) -> Result<(), FlowError> {
        match token::refresh_token_of(answer) {
            Some(new) => {
                let Record { account, access_token, dpop_key, .. } = self.record.clone();
                self.save(&Record::new(account, access_token, Some(new), dpop_key), note)
            }
            None => Ok(()),
        }
    }

    /// The stored record, if somebody replaced the one in hand.
    fn replaced(&self) -> Result<Option<Box<Record>>, StoreError> {
        let stored = Record::load(self.store, &self.record.account.account)?;
        Ok(stored.filter(|stored| !stored.has_the_refresh_token_of(&self.record)).map(Box::new))
    }

    /// Believes a refusal only if the token that was refused is still the stored one: a copy of
    /// this store on another machine may have been refreshed there.
    fn refused(&self, why: OAuthError, interrupted: bool) -> Result<RefreshOutcome, FlowError> {
        let account = &self.record.account;
        if let Some(record) = self.replaced()? {
            return Ok(RefreshOutcome::Unchanged(record));
        }
        let mut record = self.record.clone();
        record.account.state = SignInState::SignInNeeded;
        record.account.failure = Some(Failure {
            at: self.world.clock.now(),
            kind: FailureKind::SignIn,
            why: format!("the provider no longer accepts the saved sign-in ({why})"),
        });
        if let Err(error) = record.save(self.store) {
            let account = &account.account;
            log::warn!("{account} needs a sign-in, which its record does not say: {error}");
        }
        self.world.note(&record.account);
        let last_good = account.refreshed_at.unwrap_or(account.connected_at);
        Ok(RefreshOutcome::SignInNeeded { why, interrupted, last_good })
    }
}
