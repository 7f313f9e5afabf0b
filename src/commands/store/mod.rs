//! `store status`, `store verify`, `store use`, `store migrate`.

mod choose;
mod migrate;
mod status;
mod verify;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::account_id::AccountId;
use crate::commands::exit_of;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::store::StoreKind;
use crate::terminal::{error_object, stdout_is_terminal};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show which store is used, and what is in each
    #[command(after_help = status::EXAMPLES)]
    Status,
    Verify(verify::Args),
    Use(choose::Args),
    Migrate(migrate::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Status => status::run(context),
            Self::Verify(args) => args.run(context),
            Self::Use(args) => args.run(context),
            Self::Migrate(args) => args.run(context),
        }
    }
}

/// What is reported of one account.
struct AccountReport {
    account: AccountId,
    store: StoreKind,
    /// For programs.
    result: &'static str,
    /// For people.
    text: String,
    error: Option<Error>,
}

impl AccountReport {
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

    fn object(&self) -> Value {
        let mut object =
            json!({ "account": self.account, "store": self.store, "result": self.result });
        if let Some(error) = &self.error {
            object["error"] = error_object(error)["error"].take();
        }
        object
    }
}

/// The whole answer for a program, and the exit code.
fn finish(context: &Context, reports: &[AccountReport]) -> Result<u8, Failed> {
    if context.output.json {
        let list: Vec<Value> = reports.iter().map(AccountReport::object).collect();
        context.output.json(&json!({ "accounts": list }))?;
    }
    exit_of(reports.iter().filter_map(|report| report.error.as_ref()))
}
