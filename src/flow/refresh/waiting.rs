//! What a machine does that only reads a shared store: it waits until another one has refreshed.

use std::thread;
use std::time::{Duration, Instant};

use super::Due;
use crate::account_id::AccountId;
use crate::flow::{FlowError, World};
use crate::store::record::Record;

/// How long a machine that refreshes is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(1);

/// The account as soon as it is not due any more; `last` is what is known of it.
///
/// # Errors
/// [`FlowError::NotRenewed`] where no machine has refreshed it in time.
pub fn await_another(
    world: &World,
    account: &AccountId,
    last: Record,
    due: Due<'_>,
) -> Result<Record, FlowError> {
    log::info!("waiting for a machine that refreshes {account}");
    let begun = Instant::now();
    let mut last = last;
    while begun.elapsed() < PATIENCE {
        thread::sleep(PAUSE);
        last = world.peek(account)?.ok_or(FlowError::NotConnected)?;
        if !due.is_met(&last, world.time_of(&last.account), world.clock.now()) {
            return Ok(last);
        }
    }
    Err(FlowError::NotRenewed(Box::new(last.account)))
}
