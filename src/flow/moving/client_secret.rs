//! The client secret of a provider, which goes with the last account that needs it.

use crate::store::{Item, SecretBytes, StoreError, TokenStore};

/// Moves a client secret that no account in `from` needs any more.
pub fn relocate_secret(
    provider: &str,
    from: &dyn TokenStore,
    to: &dyn TokenStore,
) -> Result<(), StoreError> {
    copy_secret(from, to, provider)?;
    delete_secret(from, to, provider)
}

fn secret_in(store: &dyn TokenStore, provider: &str) -> Result<Option<SecretBytes>, StoreError> {
    store.load(&Item::ClientSecret(provider.to_owned()))
}

/// One that is in `to` already stays: the accounts there work with it.
pub(super) fn copy_secret(
    from: &dyn TokenStore,
    to: &dyn TokenStore,
    provider: &str,
) -> Result<(), StoreError> {
    match secret_in(from, provider)? {
        Some(secret) if secret_in(to, provider)?.is_none() => {
            to.save(&Item::ClientSecret(provider.to_owned()), &secret)
        }
        _ => Ok(()),
    }
}

/// Goes with the last account that needs it. Of two different secrets neither is deleted.
pub(super) fn delete_secret(
    from: &dyn TokenStore,
    to: &dyn TokenStore,
    provider: &str,
) -> Result<(), StoreError> {
    let Some(secret) = secret_in(from, provider)? else { return Ok(()) };
    let is_needed =
        |item: &Item| matches!(item, Item::Account(account) if account.provider() == provider);
    if from.look()?.items.iter().any(is_needed) {
        return Ok(());
    }
    match secret_in(to, provider)? {
        Some(there) if there.expose() == secret.expose() => {
            from.delete(&Item::ClientSecret(provider.to_owned())).map(drop)
        }
        Some(_) => {
            log::warn!(
                "{} and {} hold different client secrets of {provider}; both are kept",
                from.kind(),
                to.kind()
            );
            Ok(())
        }
        None => Ok(()),
    }
}
