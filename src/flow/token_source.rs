//! A valid access token for an account.

use std::time::Duration;

use super::World;
use super::refresh::{self, Due, RefreshError, RefreshOutcome};
use crate::account_id::AccountId;
use crate::clock;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::store::record::Record;

/// The saved record, if its access token lives at least `min_ttl`: no lock, no network.
pub fn cached(
    world: &World,
    account: &AccountId,
    min_ttl: Duration,
) -> Result<Option<Record>, StoreError> {
    let need = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
    let now = world.clock.now();
    let lives = |record: &Record| {
        let left = clock::seconds_between(now, record.account.access_token_until);
        left > 0 && left >= need
    };
    Ok(world.load(account)?.filter(lives))
}

/// Refreshes the account so that its access token lives at least `min_ttl`.
///
/// `Ok` holds `Refreshed` or `Unchanged` with the record to use; every other outcome is for the
/// caller to explain.
pub fn renewed(
    world: &World,
    provider: &Provider,
    secret: Option<&Secret>,
    account: &AccountId,
    min_ttl: Duration,
) -> Result<RefreshOutcome, RefreshError> {
    refresh::refresh(world, provider, secret, account, Due::Within(min_ttl))
}
