use std::cell::Cell;
use std::collections::BTreeSet;

use super::{AccountReport, each};
use crate::account_id::AccountId;
use crate::commands::{could_not, finish};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::FlowError;
use crate::flow::client_secret;
use crate::flow::inventory::Content;
use crate::flow::moving::{Move, Moved, relocate};
use crate::store::{Item, StoreError, StoreKind};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink store migrate --to file --dry-run      what would move
  partnerlink store migrate --to file                every account
  partnerlink store migrate timberdata --to keychain
  partnerlink store migrate --to vault --dry-run     which names are taken in the shared store";

/// Move accounts to another store; without ACCOUNT every one of them
///
/// An account is copied, read back, and only then deleted where it was. A move that was interrupted
/// is finished by the next command that works on the account, or by the same command again. What is
/// moved into the shared store is every machine's, and what is moved out of it this one's alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    accounts: Vec<AccountId>,
    /// Where to
    #[arg(long, value_name = "STORE", value_parser = super::super::store_kind())]
    to: StoreKind,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let to = &self.to;
        let all = self.accounts.is_empty();
        let accounts =
            if all { not_in(context, to)? } else { self.accounts.iter().cloned().collect() };
        if accounts.is_empty() && !context.output.json {
            let text = format!("No account is outside {to}: nothing to move.");
            context.output.say(Mark::Note, text);
        }
        let work = if self.dry_run { planned } else { moved };
        let world = context.world();
        let taken_out = Cell::new(false);
        let reports = each(context, accounts, |account| {
            let was_shared = world.home(&account).is_shared();
            let report = work(context, account, to);
            if was_shared && matches!(report.result, "moved" | "would-move") {
                taken_out.set(true);
            }
            report
        })?;
        if taken_out.get() {
            let back = context.output.command("partnerlink store migrate --to vault");
            let text = format!(
                "What leaves the shared store is lost to every other machine; back into it: {back}"
            );
            context.output.say(Mark::Note, text);
        }
        if all && !self.dry_run && reports.iter().all(|report| report.error.is_none()) {
            move_other_secrets(context, to)?;
        }
        finish(context, &reports, |report| report.error.as_ref())
    }
}

/// Accounts of the index that live elsewhere or whose move is not finished, and those in another
/// store that the index lost.
fn not_in(context: &Context, to: &StoreKind) -> Result<BTreeSet<AccountId>, Error> {
    let is_open = |account: &AccountId| Move::pending(&context.folders, account).is_some();
    let failed = |error: &StoreError| Error::new("could not list the accounts to move", error);
    let mut indexed = context.index.of(&context.index.names().map_err(|error| failed(&error))?);
    indexed.retain(|entry| entry.store != *to || is_open(&entry.account));
    let mut accounts: BTreeSet<_> = indexed.into_iter().map(|entry| entry.account).collect();
    let world = context.world();
    let contents = world.contents(|store| store.kind() != *to);
    if let Some(error) = world.doubt(&contents) {
        return Err(failed(error));
    }
    accounts.extend(contents.iter().flat_map(Content::accounts));
    Ok(accounts)
}

fn planned(context: &Context, account: AccountId, to: &StoreKind) -> AccountReport {
    let world = context.world();
    let store = world.whereabouts(&account);
    let item = Item::Account(account.clone());
    let is_there = || store.look().is_ok_and(|look| look.items.contains(&item));
    if context.index.get(&account).is_none() && !is_there() {
        return AccountReport::not_connected(context, "could not move", account, to);
    }
    let store = store.kind();
    if store == *to {
        let (result, text) = ("was-there", format!("is in {to}"));
        return AccountReport { account, store, result, text, error: None };
    }
    let error = is_taken(context, &account, to).err();
    let (result, text) = match &error {
        None => ("would-move", format!("would move to {to}")),
        Some(StoreError::Taken(_)) => ("taken", format!("its name is taken in {to}")),
        Some(_) => ("unknown", format!("whether it can move to {to} is not known")),
    };
    let error = error.map(|error| could_not("move", &account, &error));
    AccountReport { account, store, result, text, error }
}

/// Whether another machine has put an account of this name where ours is to go.
fn is_taken(context: &Context, account: &AccountId, to: &StoreKind) -> Result<(), StoreError> {
    let to = context.world().stores.get(to)?;
    let is_begun = Move::pending(&context.folders, account).is_some();
    if to.is_shared() && !is_begun && to.holds(&Item::Account(account.clone()))? {
        return Err(StoreError::Taken(account.clone()));
    }
    Ok(())
}

fn moved(context: &Context, account: AccountId, to: &StoreKind) -> AccountReport {
    let world = context.world();
    let outcome = relocate(&world, &account, to);
    if matches!(outcome, Err(FlowError::NotConnected)) {
        return AccountReport::not_connected(context, "could not move", account, to);
    }
    let (result, text) = match &outcome {
        Ok(Moved::Moved) => ("moved", format!("moved to {to}")),
        Ok(Moved::SecondCopyDeleted) => {
            ("second-copy-deleted", format!("is in {to}; a second copy is deleted"))
        }
        Ok(Moved::WasThere) => ("was-there", format!("was in {to}")),
        Err(FlowError::FormerRecordLeft { .. }) => {
            ("failed", format!("moved to {to}, but not whole"))
        }
        Err(_) => ("failed", "not moved".to_owned()),
    };
    let error = outcome.err().map(|error| could_not("move", &account, &error));
    let store = world.home(&account).kind();
    AccountReport { account, store, result, text, error }
}

/// Client secrets of providers with which nobody is connected.
fn move_other_secrets(context: &Context, to: &StoreKind) -> Result<(), Error> {
    let world = context.world();
    for content in world.contents(|store| store.kind() != *to) {
        for provider in content.client_secrets() {
            let from = world.stores.get(&content.kind);
            from.and_then(|from| client_secret::relocate(provider, from, world.stores.get(to)?))
                .map_err(|error| {
                    Error::new(format!("could not move the client secret of {provider}"), &error)
                })?;
        }
    }
    Ok(())
}
