//! `store status`, `verify`, `use`, `migrate`, `policy`.

mod choose;
mod migrate;
mod policy;
mod status;
mod verify;

use std::collections::BTreeSet;

use clap::Subcommand;
use serde::Serialize;

use crate::account_id::AccountId;
use crate::commands::not_connected;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::store::StoreKind;
use crate::system::interrupt;
use crate::terminal::stdout_is_terminal;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show which store is used, and what is in each
    #[command(after_help = status::EXAMPLES)]
    Status,
    Verify(verify::Args),
    Use(choose::Args),
    Migrate(migrate::Args),
    Policy(policy::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Status => status::run(context),
            Self::Verify(args) => args.run(context),
            Self::Use(args) => args.run(context),
            Self::Migrate(args) => args.run(context),
            Self::Policy(args) => args.run(context),
        }
    }
}

/// What is reported of one account.
#[derive(Serialize)]
struct AccountReport {
    account: AccountId,
    store: StoreKind,
    /// For programs.
    result: &'static str,
    /// For people.
    #[serde(skip)]
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

impl AccountReport {
    /// Of an account that is not there: `what` was attempted, in this store or to it.
    fn not_connected(context: &Context, what: &str, account: AccountId, store: &StoreKind) -> Self {
        let error = Some(not_connected(context, &format!("{what} {account}"), &account));
        let (result, text) = ("not-connected", "not connected".to_owned());
        Self { account, store: store.clone(), result, text, error }
    }

    /// One line, as soon as it is known.
    fn tell(&self, context: &Context) -> Result<(), Error> {
        if context.output.json {
            return Ok(());
        }
        let line = if stdout_is_terminal() {
            let mark = if self.error.is_some() { '✗' } else { '✓' };
            format!("{mark} {:<28} {}", self.account.to_string(), self.text)
        } else {
            format!("{}\t{}\t{}", self.account, self.result, self.store)
        };
        context.output.show(&line)?;
        if let Some(error) = &self.error {
            context.output.error(error);
        }
        Ok(())
    }
}

/// Works on one account after the other, and tells of each; a signal lets no other begin.
fn each(
    context: &Context,
    accounts: BTreeSet<AccountId>,
    work: impl Fn(AccountId) -> AccountReport,
) -> Result<Vec<AccountReport>, Error> {
    let wanted = accounts.into_iter().take_while(|_| interrupt::pending().is_none());
    wanted.map(work).map(|report| report.tell(context).map(|()| report)).collect()
}
