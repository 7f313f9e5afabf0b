//! The client secret of a provider: the environment's, else the one that is kept beside the account
//! with the origin that it was given for.

use super::{FlowError, World, origins};
use crate::account_id::AccountId;
use crate::http::Transport;
use crate::oauth::Client;
use crate::oauth::token::{self, TokenError};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::{ClientSecret, Item, SecretBytes, StoreError, StoreKind, TokenStore};

/// The secret that is there before a sign-in whose tokens go to the store `to`, else to where the
/// account is; `None` where the provider wants none.
pub fn find(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    to: Option<&StoreKind>,
) -> Result<Option<Secret>, FlowError> {
    let (target, home) = (world.target(account, to)?, world.home(account));
    let found = match of(world, provider, target) {
        // Whoever signs in gives it again.
        Err(FlowError::Store(error)) if error.is_sealed_for_good() => {
            log::warn!("the client secret of {} is lost: {error}", provider.title);
            None
        }
        found => found?,
    };
    if found.is_some() || home.kind() == target.kind() {
        return Ok(found);
    }
    // It moves with the account; that its former store cannot be asked is no failure.
    Ok(of(world, provider, home).unwrap_or_default())
}

/// The secret that signs the requests for an account in this store, unless it was given for another
/// origin than the token endpoint has now.
pub(super) fn of(
    world: &World,
    provider: &Provider,
    store: &dyn TokenStore,
) -> Result<Option<Secret>, FlowError> {
    if !provider.needs_secret() {
        return Ok(None);
    }
    let now = origins::of(provider).token;
    match world.stores.client_secret(&provider.name, store)? {
        Some(ClientSecret { origin: Some(before), .. }) if before != now => {
            Err(FlowError::SecretOfAnotherOrigin { before, now })
        }
        found => Ok(found.map(|found| found.secret)),
    }
}

/// Keeps a secret that a person gave in the store `to`, else where the account is. `false` if it is
/// there already.
pub fn keep(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    to: Option<&StoreKind>,
    secret: &Secret,
) -> Result<bool, StoreError> {
    match to_keep(world, provider, account, to, secret)? {
        Some((store, item, bytes)) => store.save(&item, &bytes).map(|()| true),
        None => Ok(false),
    }
}

/// Fails where [`keep`] would, as far as that can be known: asked before a person is sent to the
/// browser.
pub fn preflight(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    to: Option<&StoreKind>,
    secret: &Secret,
) -> Result<(), StoreError> {
    match to_keep(world, provider, account, to, secret)? {
        Some((store, item, _)) => store.preflight(&item),
        None => Ok(()),
    }
}

/// Where a secret is to be saved, and as what; `None` if it is there already.
fn to_keep<'a>(
    world: &World<'a>,
    provider: &Provider,
    account: &AccountId,
    to: Option<&StoreKind>,
    secret: &Secret,
) -> Result<Option<(&'a dyn TokenStore, Item, SecretBytes)>, StoreError> {
    let store = world.target(account, to)?;
    let item = Item::ClientSecret(provider.name.clone());
    let origin = Some(origins::of(provider).token);
    let secret = ClientSecret { secret: secret.clone(), origin };
    match store.load(&item) {
        Ok(Some(kept)) if secret.is_in(&kept) => Ok(None),
        Err(error) if !error.is_sealed_for_good() => Err(error),
        _ => Ok(Some((store, item, secret.to_bytes()))),
    }
}

/// A code that no provider issued.
const NO_CODE: &str = "partnerlink-asks-whether-the-client-secret-is-understood";

/// Whether a provider takes the secret in the way that it is described with: a code that was never
/// issued is refused as such (`invalid_grant`, RFC 6749 §5.2) only where the client was understood.
/// `false` where the answer leaves it open.
///
/// # Errors
/// What the provider says when it refuses the client.
pub fn is_understood(
    http: &dyn Transport,
    provider: &Provider,
    secret: &Secret,
) -> Result<bool, FlowError> {
    let (Some(redirect_uri), Some(id)) = (provider.redirect_uris.first(), &provider.client_id)
    else {
        return Ok(false);
    };
    let client = Client { id: id.clone(), secret: Some(secret.clone()) };
    let endpoint = provider.token_endpoint();
    let request = token::exchange(&endpoint, &client, &NO_CODE.into(), redirect_uri, None);
    match http.post(&request).map(|answer| token::read(&answer, provider.token_type())) {
        Ok(Err(TokenError::GrantRefused(_))) => Ok(true),
        Ok(Err(refusal @ TokenError::ClientRefused(_))) => Err(FlowError::NotGranted(refusal)),
        _ => Ok(false),
    }
}

/// Moves a client secret that no account in `from` needs any more.
pub fn relocate(
    provider: &str,
    from: &dyn TokenStore,
    to: &dyn TokenStore,
) -> Result<(), StoreError> {
    copy(provider, from, to)?;
    delete(provider, from, to)
}

/// One that is in `to` already stays: the accounts there work with it.
pub(super) fn copy(
    provider: &str,
    from: &dyn TokenStore,
    to: &dyn TokenStore,
) -> Result<(), StoreError> {
    let item = Item::ClientSecret(provider.to_owned());
    match from.load(&item)? {
        Some(secret) if to.load(&item)?.is_none() => to.save(&item, &secret),
        _ => Ok(()),
    }
}

/// Goes with the last account that needs it. Of two different secrets neither is deleted.
pub(super) fn delete(
    provider: &str,
    from: &dyn TokenStore,
    to: &dyn TokenStore,
) -> Result<(), StoreError> {
    let item = Item::ClientSecret(provider.to_owned());
    let Some(secret) = from.load(&item)? else { return Ok(()) };
    let is_needed =
        |item: &Item| matches!(item, Item::Account(account) if account.provider() == provider);
    if from.look()?.items.iter().any(is_needed) {
        return Ok(());
    }
    // A shared store writes it in its own way.
    let ours = ClientSecret::from_bytes(provider, &secret).ok();
    let is_ours = |there: &SecretBytes| {
        there.expose() == secret.expose() || ours.as_ref().is_some_and(|ours| ours.is_in(there))
    };
    match to.load(&item)? {
        Some(there) if is_ours(&there) => from.delete(&item).map(drop),
        Some(_) => {
            let (from, to) = (from.kind(), to.kind());
            log::warn!(
                "{from} and {to} hold different client secrets of {provider}; both are kept"
            );
            Ok(())
        }
        None => Ok(()),
    }
}
