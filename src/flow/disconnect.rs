//! Ending an account: revoke at the provider where that can be done, delete here in any case.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::intent::{self, Intent, Left};
use super::origins::{self, Target};
use super::{FlowError, LockedAccount, World, client_secret, moving};
use crate::account_id::AccountId;
use crate::clock::{self, Timestamp};
use crate::oauth::error::{because, reason_of};
use crate::oauth::revoke::{self, Revocable};
use crate::oauth::{Client, ClientAuthentication};
use crate::provider::Provider;
use crate::store::lock::LOCK_DEADLINE;
use crate::store::record::Record;
use crate::store::shared::{Claim, Claimant, Claiming, Nonce, Seen};
use crate::store::{Item, StoreError, TokenStore};
use crate::system::interrupt;

/// Between two looks at what another machine does.
const PAUSE: Duration = Duration::from_millis(500);

/// What became of the account at the provider. Here it is gone in every case.
#[derive(Debug)]
pub enum Revocation {
    /// The provider confirmed that the sign-in is void.
    Confirmed,
    /// It was not asked for.
    Skipped,
    /// The provider has no way to take a token back: it stays valid until then.
    Impossible { valid_until: Timestamp },
    /// The provider was asked and did not confirm, or could not be asked.
    Unconfirmed(String),
    /// There was no account; nothing was left to do.
    WasNotConnected,
}

/// Revokes (RFC 7009) and deletes. The lock is held throughout: a refresh that is under way ends
/// first, and one that comes later finds nothing to bring back.
pub fn disconnect(
    world: &World,
    provider: &Provider,
    account: &AccountId,
    revoke: bool,
) -> Result<Revocation, FlowError> {
    let LockedAccount { _lock, store, seen, unsaved } = world.open(account)?;
    // Of a shared account the newer tokens are what has to be revoked; and its journal all there is.
    if let Some(why) = unsaved.filter(|_| store.is_shared()) {
        return Err(FlowError::NotDeleted(why));
    }
    interrupt::uninterrupted(|| {
        let revocation = match seen {
            Ok(Some(seen)) => {
                // Once revoked, what stays here would be taken for a sign-in.
                let deletable = store.deletable(&Item::Account(account.clone()));
                deletable
                    .and_then(|()| world.index.removable(account))
                    .map_err(FlowError::NotDeleted)?;
                let claim = claimed(world, store, seen, provider.rotation_overlap())?;
                let revocation = match revoke {
                    true => revoke_record(world, provider, store, claim.record()),
                    false => Revocation::Skipped,
                };
                store.end(&claim, "disconnected").map_err(FlowError::NotDeleted)?;
                revocation
            }
            Ok(None) => {
                match store.delete(&Item::Account(account.clone())) {
                    // There is nothing in a keychain that is not there.
                    Err(StoreError::Unreachable(_)) => {}
                    deleted => drop(deleted.map_err(FlowError::NotDeleted)?),
                }
                Revocation::WasNotConnected
            }
            // It may be read later, and be revoked then.
            Err(error @ StoreError::Unavailable(_)) => return Err(FlowError::NotDeleted(error)),
            Err(error @ StoreError::Vanished(_)) if revoke => {
                return Err(FlowError::NotDeleted(error));
            }
            // What cannot be read can still be deleted, best where its key is lost.
            Err(error) => {
                store.delete(&Item::Account(account.clone())).map_err(FlowError::NotDeleted)?;
                Revocation::Unconfirmed(error.to_string())
            }
        };
        world.forget(account);
        intent::clear_all(&world.folders.intent_file(account));
        // What an account handed in is of no use to the next one of its name.
        let _ = fs::remove_dir_all(world.folders.pushed(account));
        moving::delete_other_copy(world, account).map_err(FlowError::NotDeleted)?;
        Ok(revocation)
    })
}

/// The right to end the account: another machine that refreshes it ends first.
pub(super) fn claimed(
    world: &World,
    store: &dyn TokenStore,
    mut seen: Seen,
    overlap: Duration,
) -> Result<Claim, FlowError> {
    let account = seen.record.account.account.clone();
    let file = world.folders.intent_file(&account);
    let by = Claimant { left: intent::claims(&file), overlap };
    let begun = Instant::now();
    loop {
        // For the next run, should this one die: without it the claim is somebody else's. Where that
        // cannot be noted, it is waited for.
        let token = seen.record.refresh_token.clone();
        let mut note = |nonce: Option<&Nonce>| {
            let has_journal = Left::read(&file).is_some_and(|left| left.has_journal());
            if let (Some(nonce), Some(token), false) = (nonce, &token, has_journal) {
                let mut intent = Intent::new(token, world.clock.now());
                intent.claims = by.left.iter().chain([nonce]).cloned().collect();
                let _ = intent.write(&file);
            }
            Ok(())
        };
        match store.claim(seen.clone(), &by, &mut note)? {
            Claiming::Held(claim) => return Ok(*claim),
            Claiming::Busy { .. } if begun.elapsed() < LOCK_DEADLINE => {
                thread::sleep(PAUSE);
            }
            Claiming::Busy { holder, since } => return Err(FlowError::Claimed { holder, since }),
            Claiming::Changed if begun.elapsed() < LOCK_DEADLINE => {
                thread::sleep(clock::random_part(PAUSE));
            }
            Claiming::Changed => return Err(StoreError::Conflict(Item::Account(account)).into()),
        }
        seen = store.see(&account)?.ok_or(FlowError::NotConnected)?;
    }
}

fn revoke_record(
    world: &World,
    provider: &Provider,
    store: &dyn TokenStore,
    record: &Record,
) -> Revocation {
    if let Some(change) = origins::change(&record.account, provider, Target::Revocation) {
        return Revocation::Unconfirmed(format!("{change}; nothing was sent"));
    }
    // Without its secret the provider will refuse, which is told; deleting goes on.
    let secret = client_secret::of(world, provider, store).unwrap_or_default();
    let client = Client { id: record.account.client_id.clone(), secret };
    let Record { account, access_token, refresh_token, .. } = record;
    Revocable::of(refresh_token.as_ref(), Some(access_token))
        .and_then(|what| give_back(world, provider, &client, &what))
        .unwrap_or(Revocation::Impossible { valid_until: account.access_token_until })
}

/// Gives a token back to the provider (RFC 7009); `None` where it has no way to take it.
pub(super) fn give_back(
    world: &World,
    provider: &Provider,
    client: &Client,
    what: &Revocable,
) -> Option<Revocation> {
    let mut endpoint = provider.revocation_endpoint()?;
    let mut sent = world.http.post(&revoke::request(&endpoint, client, what));
    // Some servers take the secret by a form at the token endpoint alone; Basic is what each must
    // understand (RFC 6749 §2.3.1).
    if endpoint.authentication == ClientAuthentication::Post
        && sent.as_ref().is_ok_and(|answer| answer.status == 401)
    {
        endpoint.authentication = ClientAuthentication::Basic;
        sent = world.http.post(&revoke::request(&endpoint, client, what));
    }
    Some(match sent {
        Ok(answer) if revoke::is_confirmed(&answer) => Revocation::Confirmed,
        Ok(answer) => {
            let reason = because(reason_of(answer.body.expose()));
            Revocation::Unconfirmed(format!("the provider answered {}{reason}", answer.status))
        }
        Err(error) => Revocation::Unconfirmed(error.to_string()),
    })
}
