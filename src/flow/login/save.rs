//! Where the tokens of a sign-in go, and whose place they take.

use super::identity::Identity;
use super::{Connected, Login};
use crate::account_id::AccountId;
use crate::accounts::{Account, SignInState};
use crate::clock;
use crate::flow::origins;
use crate::flow::times::Given;
use crate::flow::{FlowError, intent, moving};
use crate::oauth::dpop::Key;
use crate::oauth::token::Tokens;
use crate::provider::RefreshSupport;
use crate::secret::Secret;
use crate::store::record::Record;
use crate::store::{Item, StoreError, TokenStore};

impl Login<'_> {
    /// A store that cannot save is found out before the person is sent to the browser. Under the
    /// lock, because a store tries it where another run may be writing.
    pub(super) fn preflight(&self) -> Result<(), FlowError> {
        let _lock = self.world.lock(self.account)?;
        let target = self.target()?;
        if let Some(before) = self.before(target)? {
            for change in origins::changes(&before, self.provider) {
                log::warn!("{}: {change}; this sign-in binds it to the new address", self.account);
            }
        }
        Ok(target.preflight(&Item::Account(self.account.clone()))?)
    }

    pub(super) fn save(
        &self,
        tokens: &Tokens,
        identity: Identity,
        given: Given,
        key: Option<&Key>,
    ) -> Result<Connected, FlowError> {
        let _lock = self.world.lock(self.account)?;
        let target = self.target()?;
        self.check_person(&identity, target)?;
        let twin = self.twin(&identity);

        given.warn(self.account, None);
        let granted = given.granted(tokens, self.provider, self.account, self.scope);
        let refreshable = tokens.refresh_token.is_some() || self.provider.needs_nobody();
        let sign_in_by = match self.provider.refresh_token_seconds {
            Some(seconds) if refreshable => Some(clock::after(given.at, seconds)),
            _ if refreshable => None,
            _ => Some(granted.access_token_until),
        };
        let account = Account {
            account: self.account.clone(),
            store: target.kind(),
            client_id: self.client.id.clone(),
            origins: origins::of(self.provider),
            who: identity.who,
            issuer: identity.issuer,
            subject: identity.subject,
            scope: granted.scope,
            asked: self.scope.clone(),
            connected_at: given.at,
            access_token_until: granted.access_token_until,
            refreshable,
            sign_in_by,
            refreshed_at: None,
            refreshed_by: None,
            refresh_by: refreshable.then_some(granted.refresh_by),
            idle_until: granted.idle_until.filter(|_| refreshable),
            clock_ahead: given.clock_ahead,
            state: SignInState::Connected,
            failure: None,
            shared_version: None,
        };
        let record = Record::new(
            account,
            tokens.access_token.clone(),
            tokens.refresh_token.clone(),
            key.cloned().map(Secret::from),
        );
        self.save_in(target, &record)?;
        Ok(Connected {
            no_refresh_token: !refreshable && self.expects_refresh_token(),
            account: record.account,
            twin,
        })
    }

    /// Where the tokens go to; the lock is held.
    fn target(&self) -> Result<&dyn TokenStore, StoreError> {
        self.world.target(self.account, self.to.as_ref())
    }

    /// Saves, and leaves nothing behind where the account was before. That store may be the very
    /// one that does not work any more, so a failure there is told and no more.
    fn save_in(&self, target: &dyn TokenStore, record: &Record) -> Result<(), StoreError> {
        let (world, account) = (&self.world, self.account);
        let left =
            moving::before_sign_in(world, account, &target.kind(), record.account.connected_at)?;
        record.save(target)?;
        // A journal of the sign-in before must not come back.
        intent::clear_all(&world.folders.intent_file(account));
        world.note(&record.account);
        if let Some(mut left) = left
            && let Err(error) = left.resume(world, account)
        {
            log::warn!("the former record of {account} is still in {}: {error}", left.from);
        }
        Ok(())
    }

    fn expects_refresh_token(&self) -> bool {
        let asked =
            self.provider.refresh_scope.as_ref().is_none_or(|word| self.scope.contains(word));
        asked && self.provider.refresh == RefreshSupport::Rotating
    }

    /// What was connected under this name. Where the record cannot be opened the index knows, and
    /// saving over it is what a new sign-in is for.
    fn before(&self, target: &dyn TokenStore) -> Result<Option<Account>, StoreError> {
        let entry = self.world.index.get(self.account);
        if entry.as_ref().is_some_and(|entry| entry.store != target.kind()) {
            return Ok(entry);
        }
        match Record::load(target, self.account) {
            Err(error) if error.is_sealed_for_good() => Ok(entry),
            other => Ok(other?.map(|record| record.account)),
        }
    }

    /// A browser that is still signed in at the provider gives every account to one person.
    fn twin(&self, identity: &Identity) -> Option<AccountId> {
        let is_twin = |other: &Account| {
            other.account != *self.account
                && other.account.provider() == self.account.provider()
                && Identity::of(other.clone()).is_the_same_as(identity) == Some(true)
        };
        Some(self.world.index.all().into_iter().find(is_twin)?.account)
    }

    /// Another person under the same account name is an accident until the person says otherwise.
    fn check_person(&self, now: &Identity, target: &dyn TokenStore) -> Result<(), FlowError> {
        let before = self.before(target)?.map(Identity::of).unwrap_or_default();
        if self.replace || before.is_the_same_as(now) != Some(false) {
            return Ok(());
        }
        Err(FlowError::AnotherPerson {
            account: self.account.clone(),
            before: before.name(),
            now: now.name(),
        })
    }
}
