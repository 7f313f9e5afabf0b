//! `meter …`: Zählerfreunde's data.

mod devices;
mod export;
mod export_files;
mod fetch;
mod file_name;
mod ledger;
mod meters;
mod plot;
mod profile;
mod push;
mod range;
mod readings;
mod report;
mod summary;
mod verify;

use clap::Subcommand;

use crate::api::meter;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::error::Failed;

/// The account that is used where none is named.
const ACCOUNT: &str = "zaehlerfreunde";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List buildings, flats and sites
    #[command(after_help = "Examples:\n  partnerlink meter spaces --format csv -o spaces.csv")]
    Spaces(DataArgs),
    Devices(devices::Args),
    /// List customers
    #[command(
        after_help = "Examples:\n  partnerlink meter customers --format xlsx -o customers.xlsx"
    )]
    Customers(DataArgs),
    /// Show which partner the account belongs to
    #[command(after_help = "Examples:\n  partnerlink meter whoami --json")]
    Whoami(DataArgs),
    Readings(readings::Args),
    Verify(verify::Args),
    Plot(plot::Args),
    Report(report::Args),
    Export(export::Args),
    Push(push::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Spaces(args) => {
                args.list(context, ACCOUNT, "could not list spaces", &meter::SPACES)
            }
            Self::Devices(args) => args.run(context),
            Self::Customers(args) => {
                args.list(context, ACCOUNT, "could not list customers", &meter::CUSTOMERS)
            }
            Self::Whoami(args) => {
                args.list(context, ACCOUNT, "could not ask who you are", &meter::PARTNER)
            }
            Self::Readings(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Plot(args) => args.run(context),
            Self::Report(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Push(args) => args.run(context),
        }
    }
}
