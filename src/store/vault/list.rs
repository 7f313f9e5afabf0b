//! Which accounts and client secrets there are, and which accounts nobody wrote since they were
//! last read here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::VaultStore;
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::store::shared::Duty;
use crate::store::{Item, Look, StoreError, TokenStore as _};

/// So many names at once: four machines that ask for 10,000 in one answer keep a server busy.
const PAGE: usize = 500;

/// One name of a list, with its newest version where the server tells it.
type Names = Vec<(String, Option<u64>)>;

#[derive(Deserialize)]
struct Listed {
    keys: Vec<String>,
    #[serde(default)]
    key_info: BTreeMap<String, Info>,
}

#[derive(Deserialize)]
struct Info {
    current_version: Option<u64>,
}

pub(super) fn look(store: &VaultStore) -> Result<Look, StoreError> {
    let folder = match store.duty() {
        Duty::Refresher => "grant",
        Duty::Reader => "access",
    };
    let mut look = Look::of(Ok(()), Vec::new());
    for (provider, _) in names(store, &format!("{folder}/"))? {
        let Some(provider) = provider.strip_suffix('/') else { continue };
        for (name, version) in names(store, &format!("{folder}/{provider}/"))? {
            let Ok(account) = format!("{provider}:{name}").parse::<AccountId>() else { continue };
            if let Some(known) = current(store, &account, version)? {
                look.items.push(Item::Account(account));
                look.current.push(known);
            }
        }
    }
    if store.duty() == Duty::Refresher {
        // Whoever may not list them knows nothing of them.
        let clients = names(store, "client/").unwrap_or_default();
        let secrets = clients.into_iter().map(|(provider, _)| Item::ClientSecret(provider));
        look.items.extend(secrets);
    }
    Ok(look)
}

/// What is known of an account: read, unless the index has this very version of it. `None` where it
/// was ended.
fn current(
    store: &VaultStore,
    account: &AccountId,
    version: Option<u64>,
) -> Result<Option<Account>, StoreError> {
    let known = store.index.get(account).filter(|entry| entry.store == store.kind());
    if let Some(known) = known
        && version.is_some()
        && known.shared_version == version
    {
        return Ok(Some(known));
    }
    match store.see(account) {
        // What is wrong with one of them is told by whatever works on it.
        Err(StoreError::Damaged { .. } | StoreError::TooNew { .. }) => Ok(store.index.get(account)),
        seen => Ok(seen?.map(|seen| seen.record.account)),
    }
}

/// Every name in a folder. OpenBao tells their versions as well, and cuts a list into pages; Vault
/// does neither.
fn names(store: &VaultStore, place: &str) -> Result<Names, StoreError> {
    match with_versions(store, place) {
        Ok(Some(names)) => return Ok(names),
        // Vault has no such path, and a policy made for it none either.
        Ok(None) | Err(StoreError::Forbidden { .. }) => {}
        Err(error) => return Err(error),
    }
    let path = store.settings().path("metadata", place);
    let listed = page(store, &format!("{path}?list=true"))?.flatten();
    Ok(listed
        .map(|listed| listed.keys.into_iter().map(|name| (name, None)).collect())
        .unwrap_or_default())
}

/// `None` where the server cannot.
fn with_versions(store: &VaultStore, place: &str) -> Result<Option<Names>, StoreError> {
    let path = store.settings().path("detailed-metadata", place);
    let mut names = Names::new();
    loop {
        let after = names.last().map(|(name, _)| format!("&after={name}")).unwrap_or_default();
        let listed = match page(store, &format!("{path}?list=true&limit={PAGE}{after}"))? {
            None => return Ok(None),
            Some(None) => return Ok(Some(names)),
            Some(Some(listed)) => listed,
        };
        let Listed { keys, key_info } = listed;
        let is_last = keys.len() < PAGE;
        let version = |name: &String| key_info.get(name).and_then(|info| info.current_version);
        names.extend(keys.into_iter().map(|name| {
            let version = version(&name);
            (name, version)
        }));
        if is_last {
            return Ok(Some(names));
        }
    }
}

/// One answer to a list: `Some(None)` where nothing is there, `None` where there is no such path.
fn page(store: &VaultStore, path: &str) -> Result<Option<Option<Listed>>, StoreError> {
    let reply = store.get(path)?;
    match reply.status {
        200..=299 => reply.data(path).map(Some),
        _ if reply.is_nothing() => Ok(Some(None)),
        404 if reply.errors().contains("no handler for route") => Err(store.wrong_engine()),
        _ => Ok(None),
    }
}
