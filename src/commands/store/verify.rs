use std::collections::BTreeSet;

use super::{Content, Report, finish};
use crate::account_id::AccountId;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::moving;
use crate::flow::verify::verify;
use crate::store::{Item, StoreKind, Stores as _};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink store verify
  partnerlink store verify zaehlerfreunde --json";

/// Read every account back from its store, and compare it with the index; no network
///
/// The index is corrected where it is wrong, and a move that was interrupted is finished. Exits 5
/// when a record is missing, damaged, or cannot be read now.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    accounts: Vec<AccountId>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let contents = StoreKind::LASTING.map(|kind| Content::of(context, kind));
        let accounts: BTreeSet<AccountId> = if self.accounts.is_empty() {
            let indexed = context.index.all().into_iter().map(|entry| entry.account);
            indexed.chain(contents.iter().flat_map(Content::accounts)).collect()
        } else {
            self.accounts.iter().cloned().collect()
        };
        if accounts.is_empty() {
            let here = contents.iter().find(|content| content.kind == context.settings.store);
            if let Some(Err(error)) = here.map(|content| &content.items) {
                return Err(Error::new("could not list the connected accounts", error).into());
            }
            if !context.output.json {
                context.output.say(Mark::Note, "No account is connected: nothing to verify.");
            }
        }
        let mut reports = Vec::with_capacity(accounts.len());
        for account in accounts {
            let report = check(context, account, &contents);
            report.tell(context)?;
            reports.push(report);
        }
        finish(context, &reports)
    }
}

fn check(context: &Context, account: AccountId, contents: &[Content]) -> Report {
    // An account that the index lost is where it was found.
    let home = moving::home_of(&context.folders, &context.index, &account);
    let found = contents.iter().find(|content| content.accounts().contains(&account));
    let kind = home.or(found.map(|content| content.kind)).unwrap_or(context.settings.store);
    let result = verify(&context.world(context.store(kind)), &account);
    let report = |store, result, text: String, error| Report {
        account: account.clone(),
        store,
        result,
        text,
        error,
    };
    match result {
        Ok(verified) => {
            let store = verified.account.store;
            let other = contents.iter().find(|content| content.kind == store.other());
            let item = Item::Account(account.clone());
            let second = other.is_some_and(|other| {
                other.accounts().contains(&account)
                    && !matches!(context.store(other.kind).load(&item), Ok(None))
            });
            if second {
                let name = if store == StoreKind::File { "file" } else { "keychain" };
                context.output.say(
                    Mark::Warn,
                    format_args!(
                        "{account}: {} has a second copy, which is not used; this deletes it: {}",
                        store.other(),
                        context
                            .output
                            .command(&format!("partnerlink store migrate {account} --to {name}"))
                    ),
                );
                return report(store, "second-copy", format!("good, in {store}"), None);
            }
            if verified.index_was_wrong {
                let text = format!("good, in {store}; the index was corrected");
                return report(store, "index-corrected", text, None);
            }
            report(store, "good", format!("good, in {store}"), None)
        }
        Err(error) => {
            let error = Error::new(format!("could not verify {account}"), &error).about(&account);
            let result = match error.code {
                "record-missing" => "missing",
                "store-damaged" => "damaged",
                _ => "unreadable",
            };
            report(kind, result, format!("{result}, in {kind}"), Some(error))
        }
    }
}
