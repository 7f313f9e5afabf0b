//! What other machines do with the accounts of the shared store, where this machine uses one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Timestamp};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::store::StoreError;
use crate::store::shared::Claimed;
use crate::terminal::Mark;
use crate::text::printable;

/// Whoever asks how things stand does not wait for long.
const PATIENCE: Duration = Duration::from_secs(5);
/// A refresh takes less, in seconds: an older claim is one whose machine may have died.
const USUAL: i64 = 60;

/// The accounts of the shared store, what is known of them, and why some cannot be read.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) names: BTreeSet<AccountId>,
    pub(super) known: Vec<Account>,
    pub(super) unreadable: BTreeMap<AccountId, StoreError>,
}

#[derive(Serialize)]
pub(super) struct Shared {
    /// When all that is in it was last seen.
    as_of: Option<Timestamp>,
    /// Why it was not seen now.
    pub(super) error: Option<Error>,
    /// Who has been working on an account for long.
    claims: Vec<Claimed>,
}

impl Shared {
    /// Asks the shared store for what changed, which the index then has, and hands over which
    /// accounts are in it, and what is known of them; `None` where it is not in use.
    pub(super) fn look(context: &Context) -> Option<(Self, Listed)> {
        context.settings.vault.as_ref()?;
        let world = context.world();
        let content = world.shared_content(PATIENCE)?;
        let error = content.usable().err();
        let error = error.map(|error| Error::new("could not look into the shared store", error));
        let now = world.stores.get(&content.kind).map(|store| world.time(store));
        let old = now.map(|now| clock::after(now, -USUAL)).unwrap_or(Timestamp::MIN);
        let names = content.accounts();
        let (mut claims, known, unreadable) = content
            .look
            .map(|look| (look.claims, look.current, look.unreadable))
            .unwrap_or_default();
        claims.retain(|claim| claim.since < old);
        let shared = Self { as_of: world.shared_as_of(), error, claims };
        Some((shared, Listed { names, known, unreadable }))
    }

    pub(super) fn tell(&self, context: &Context, now: Timestamp) {
        if let Some(error) = &self.error {
            let as_of = self.as_of.map(|at| format!("as of {}, ", clock::for_people(at, now)));
            let text = format!("{}{}", as_of.unwrap_or_default(), error.why);
            context.output.say(Mark::Warn, printable(&text));
            // Waiting needs no advice.
            if error.exit != Exit::TryLater {
                error.hint.lines().for_each(|line| context.output.say_more(line));
            }
        }
        for Claimed { account, holder, since } in &self.claims {
            let since = clock::for_people(*since, now);
            let text = format!("{account}: {holder} has been working on it since {since}");
            context.output.say(Mark::Warn, printable(&text));
        }
    }
}
