//! The client secret of a provider: the environment's, else the one that is kept beside the account.

use super::World;
use crate::account_id::AccountId;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::{Item, SecretBytes, StoreError, StoreKind, TokenStore};

/// The secret that is there before a sign-in whose tokens go to the store `to`, else to where the
/// account is; `None` where the provider wants none.
pub fn find(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    to: Option<&StoreKind>,
) -> Result<Option<Secret>, StoreError> {
    let former = world.home(account);
    let store = to.map_or(Ok(former), |kind| world.stores.get(kind))?;
    match of(world, provider, store)? {
        // It moves with the account; that its former store cannot be asked is no failure.
        None if former.kind() != store.kind() => {
            Ok(of(world, provider, former).unwrap_or_default())
        }
        found => Ok(found),
    }
}

/// The secret that signs the requests for an account in this store.
pub(super) fn of(
    world: &World,
    provider: &Provider,
    store: &dyn TokenStore,
) -> Result<Option<Secret>, StoreError> {
    match provider.needs_secret() {
        true => world.stores.client_secret(&provider.name, store),
        false => Ok(None),
    }
}

/// Keeps a secret that a person gave where the account is. `false` if it is there already.
pub fn keep(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    secret: &Secret,
) -> Result<bool, StoreError> {
    let store = world.home(account);
    let item = Item::ClientSecret(provider.name.clone());
    let bytes = SecretBytes::new(secret.expose().clone().into_bytes());
    if store.load(&item)?.is_some_and(|kept| kept.expose() == bytes.expose()) {
        return Ok(false);
    }
    store.save(&item, &bytes).map(|()| true)
}
