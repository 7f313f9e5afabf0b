//! `timber …`: TimberData's data.

mod aggregations;
mod filter;
mod piles;
mod place;
mod plot;
mod woodlists;

use clap::Subcommand;

use crate::api::timber;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::error::Failed;

/// The account that is used where none is named.
const ACCOUNT: &str = "timberdata";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show who signed in; works with any scope
    #[command(after_help = "Examples:\n  partnerlink timber user --json")]
    User(DataArgs),
    Woodlists(woodlists::Args),
    Aggregations(aggregations::Args),
    Plot(plot::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::User(args) => {
                args.list(context, ACCOUNT, "could not ask who you are", &timber::USER)
            }
            Self::Woodlists(args) => args.run(context),
            Self::Aggregations(args) => args.run(context),
            Self::Plot(args) => args.run(context),
        }
    }
}
