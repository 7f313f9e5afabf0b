//! A client that gets its tokens by its own secret (RFC 6749 §4.4): asked for again when they end.
//! Nothing is spent, so a run that dies has lost nothing.

use super::RefreshOutcome;
use super::spending::Spending;
use crate::accounts::{Account, SignInState};
use crate::flow::times::Given;
use crate::flow::{FlowError, World};
use crate::oauth::Client;
use crate::oauth::scope::Scope;
use crate::oauth::token::{self, TokenError, Tokens};
use crate::provider::Provider;
use crate::store::record::Record;
use crate::store::shared::{Claim, Claiming};

/// Asks for a token, and reads the answer by the names that the provider has for its members. It
/// says when it was given.
pub(in crate::flow) fn ask(
    world: &World,
    provider: &Provider,
    client: &Client,
    scope: &Scope,
) -> Result<(Tokens, Given), FlowError> {
    let request = token::client_credentials(&provider.token_endpoint(), client, scope);
    let answer = token::renamed(world.http.post(&request)?, &provider.member_names);
    let given = Given::new(world.clock.now(), answer.date);
    let tokens = token::read(&answer, provider.token_type());
    let tokens = tokens.map_err(|error| match error {
        // There is no grant beside the client.
        TokenError::GrantRefused(why) => FlowError::NotGranted(TokenError::ClientRefused(why)),
        error => FlowError::NotGranted(error),
    })?;
    Ok((tokens, given))
}

impl Spending<'_> {
    /// The account with a new token, saved; the lock is held.
    pub(super) fn ask(self) -> Result<Option<RefreshOutcome>, FlowError> {
        let claim = match self.store.claim(self.seen.clone(), &self.claimant(), &mut |_| Ok(()))? {
            Claiming::Held(claim) => claim,
            Claiming::Changed => return Ok(None),
            Claiming::Busy { holder, since } => {
                return Ok(Some(RefreshOutcome::Claimed { holder, since }));
            }
        };
        let outcome = self.asked(&claim);
        if !matches!(outcome, Ok(RefreshOutcome::Refreshed(_))) {
            self.give_up(&claim, outcome.as_ref().err());
        }
        outcome.map(Some)
    }

    fn asked(&self, claim: &Claim) -> Result<RefreshOutcome, FlowError> {
        let old = &self.seen.record.account;
        // Nothing was sent that could be spent.
        let later = |why: String, status, wait| {
            Ok(RefreshOutcome::TryLater { why, status, wait, doubtful: false })
        };
        let (tokens, given) = match ask(self.world, self.provider, &self.client, &old.asked) {
            Ok(asked) => asked,
            Err(FlowError::Http(error)) if error.is_transient() => {
                return later(error.to_string(), None, None);
            }
            Err(FlowError::NotGranted(error)) => {
                return match error {
                    TokenError::TryLater { status, retry_after, .. } => {
                        later(error.to_string(), Some(status), retry_after)
                    }
                    error => Err(FlowError::Token(error)),
                };
            }
            Err(error) => return Err(error),
        };
        given.warn(&old.account, old.clock_ahead);
        let granted = given.granted(&tokens, self.provider, &old.account, &old.asked);
        let account = Account {
            access_token_until: granted.access_token_until,
            scope: granted.scope,
            refreshed_at: Some(given.at),
            refreshed_by: Some(self.world.run_by.to_owned()),
            refresh_by: Some(granted.refresh_by),
            clock_ahead: given.clock_ahead,
            state: SignInState::Connected,
            failure: None,
            ..old.clone()
        };
        let mut record = Record::new(account, tokens.access_token, None, None);
        self.store.settle(claim, &mut record)?;
        self.world.note(&record.account);
        Ok(RefreshOutcome::Refreshed(Box::new(record)))
    }
}
