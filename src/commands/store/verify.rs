use std::collections::BTreeSet;

use super::{AccountReport, each};
use crate::account_id::AccountId;
use crate::commands::{could_not, finish, not_listed};
use crate::context::Context;
use crate::error::Failed;
use crate::flow::FlowError;
use crate::flow::inventory::{Content, verify};
use crate::store::{Item, TokenStore};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink store verify
  partnerlink store verify zaehlerfreunde --json";

/// Read every account back from its store, and compare it with the index; no network
///
/// The index is corrected where it is wrong, and a move that was interrupted is finished. Exits 5
/// when a record is damaged or cannot be read now, and 4 when it is gone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    accounts: Vec<AccountId>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let world = context.world();
        let indexed = context.index.names().map_err(|error| not_listed(&error))?;
        let contents = world.contents(|_| true);
        let accounts: BTreeSet<AccountId> = match self.accounts.is_empty() {
            true => {
                indexed.into_iter().chain(contents.iter().flat_map(Content::accounts)).collect()
            }
            false => self.accounts.iter().cloned().collect(),
        };
        if accounts.is_empty() {
            if let Some(error) = world.doubt(&contents) {
                return Err(not_listed(error).into());
            }
            if !context.output.json {
                context.output.say(Mark::Note, "No account is connected: nothing to verify.");
            }
        }
        let reports = each(context, accounts, |account| check(context, account, &contents))?;
        finish(context, &reports, |report| report.error.as_ref())
    }
}

fn check(context: &Context, account: AccountId, contents: &[Content]) -> AccountReport {
    let world = context.world();
    let verified = match verify(&world, &account) {
        Ok(verified) => verified,
        Err(FlowError::NotConnected) => {
            let store = world.home(&account).kind();
            return AccountReport::not_connected(context, "could not verify", account, &store);
        }
        Err(error) => {
            let store = world.home(&account).kind();
            let error = could_not("verify", &account, &error);
            let result = match error.code {
                "record-missing" => "missing",
                "store-damaged" => "damaged",
                _ => "unreadable",
            };
            let text = format!("{result}, in {store}");
            return AccountReport { account, store, result, text, error: Some(error) };
        }
    };
    let store = verified.account.store;
    let (mut result, mut text) = ("good", format!("good, in {store}"));
    if verified.index_was_wrong {
        (result, text) = ("index-corrected", format!("good, in {store}; the index was corrected"));
    }
    let others = contents.iter().filter(|content| content.kind != store);
    for other in others.filter(|other| has_copy(context, other, &account)) {
        (result, text) = ("second-copy", format!("good, in {store}"));
        if context.world().stores.get(&other.kind).is_ok_and(TokenStore::is_shared) {
            let command = context.output.command(&format!("partnerlink disconnect {account}"));
            let text = format!(
                "{account}: other machines have one of that name in {}, which is not used here; to \
                 use it, end the one here: {command}",
                other.kind
            );
            context.output.say(Mark::Warn, text);
            continue;
        }
        let command = format!("partnerlink store migrate {account} --to {}", store.name());
        let command = context.output.command(&command);
        let text = format!(
            "{account}: {} has a second copy, which is not used; this deletes it: {command}",
            other.kind
        );
        context.output.say(Mark::Warn, text);
    }
    AccountReport { account, store, result, text, error: None }
}

/// Whether there is one still: a move may have been finished since the look.
fn has_copy(context: &Context, content: &Content, account: &AccountId) -> bool {
    let item = Item::Account(account.clone());
    let load = |store: &dyn TokenStore| store.load(&item);
    content.accounts().contains(account)
        && !matches!(context.world().stores.get(&content.kind).and_then(load), Ok(None))
}
