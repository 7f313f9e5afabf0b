use std::collections::BTreeSet;

use super::super::{StoreName, not_connected};
use super::{Content, Report, finish};
use crate::account_id::AccountId;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::moving::{self, MoveError, Moved, relocate, relocate_secret};
use crate::store::{Item, StoreKind, Stores as _};
use crate::system::interrupt;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink store migrate --to file --dry-run      what would move
  partnerlink store migrate --to file                every account
  partnerlink store migrate timberdata --to keychain";

/// Move accounts to another store; without ACCOUNT every one of them
///
/// An account is copied, read back, and only then deleted where it was. A move that was interrupted
/// is finished by the next command that works on the account, or by the same command again.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    accounts: Vec<AccountId>,
    /// Where to
    #[arg(long, value_enum, value_name = "STORE")]
    to: StoreName,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let to = self.to.kind();
        let all = self.accounts.is_empty();
        let accounts = if all { of_the_other(context, to)? } else { self.named() };
        if accounts.is_empty() && !context.output.json {
            let text = format!("No account is outside {to}: nothing to move.");
            context.output.say(Mark::Note, text);
        }
        let mut reports = Vec::with_capacity(accounts.len());
        for account in accounts {
            if interrupt::pending().is_some() {
                break;
            }
            let report = if self.dry_run {
                planned(context, account, to)
            } else {
                moved(context, account, to)
            };
            report.tell(context)?;
            reports.push(report);
        }
        if all && !self.dry_run && reports.iter().all(|report| report.error.is_none()) {
            move_other_secrets(context, to)?;
        }
        finish(context, &reports)
    }

    fn named(&self) -> BTreeSet<AccountId> {
        self.accounts.iter().cloned().collect()
    }
}

/// Accounts of the index that live in the other store or whose move is not finished, and those in
/// that store which the index lost.
fn of_the_other(context: &Context, to: StoreKind) -> Result<BTreeSet<AccountId>, Error> {
    let indexed = context.index.all();
    let is_open = |account: &AccountId| moving::Move::pending(&context.folders, account).is_some();
    let mut accounts: BTreeSet<AccountId> = indexed
        .iter()
        .filter(|entry| entry.store != to || is_open(&entry.account))
        .map(|entry| entry.account.clone())
        .collect();
    let other = Content::of(context, to.other());
    match &other.items {
        // What the index has there will say the same; what else is there cannot be known.
        Err(error) if accounts.is_empty() && context.settings.store == to.other() => {
            return Err(Error::new("could not list the accounts to move", error));
        }
        Err(error) => log::debug!("{} cannot be listed: {error}", to.other()),
        Ok(_) => accounts.extend(other.accounts()),
    }
    Ok(accounts)
}

/// Where an account is. One that the index lost is in the configured store, unless only the other
/// has it.
fn whereabouts(context: &Context, account: &AccountId) -> StoreKind {
    let configured = context.settings.store;
    moving::home_of(&context.folders, &context.index, account).unwrap_or_else(|| {
        let found = |kind| context.store(kind).load(&Item::Account(account.clone()));
        let is_elsewhere = matches!(found(configured), Ok(None))
            && matches!(found(configured.other()), Ok(Some(_)));
        if is_elsewhere { configured.other() } else { configured }
    })
}

fn planned(context: &Context, account: AccountId, to: StoreKind) -> Report {
    let from = whereabouts(context, &account);
    let (result, text) = if from == to {
        ("was-there", format!("is in {to}"))
    } else {
        ("would-move", format!("would move to {to}"))
    };
    Report { account, store: from, result, text, error: None }
}

fn moved(context: &Context, account: AccountId, to: StoreKind) -> Report {
    let world = context.world(context.store(whereabouts(context, &account)));
    let (result, text, error) = match relocate(&world, &account, to) {
        Ok(Moved::Moved) => ("moved", format!("moved to {to}"), None),
        Ok(Moved::SecondCopyDeleted) => {
            ("second-copy-deleted", format!("is in {to}; a second copy is deleted"), None)
        }
        Ok(Moved::WasThere) => ("was-there", format!("was in {to}"), None),
        Err(error) => {
            let error = match error {
                MoveError::NotConnected => not_connected("could not move", &account),
                error => Error::new(format!("could not move {account}"), &error).about(&account),
            };
            ("failed", "not moved".to_owned(), Some(error))
        }
    };
    let text = match &error {
        Some(error) if error.code == "former-record-left" => {
            format!("moved to {to}, but not whole")
        }
        _ => text,
    };
    let store = moving::home_of(&context.folders, &context.index, &account).unwrap_or(to);
    Report { account, store, result, text, error }
}

/// Client secrets of providers with which nobody is connected.
fn move_other_secrets(context: &Context, to: StoreKind) -> Result<(), Error> {
    let other = Content::of(context, to.other());
    let world = context.world(context.store(to));
    for provider in other.secrets() {
        relocate_secret(&world, provider, to).map_err(|error| {
            Error::new(format!("could not move the client secret of {provider}"), &error)
        })?;
    }
    Ok(())
}
