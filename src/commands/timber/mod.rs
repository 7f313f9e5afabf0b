//! `timber …`: TimberData's data.

mod aggregations;
mod plot;
mod user;
mod woodlists;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Failed;

/// The account that is used where none is named.
const ACCOUNT: &str = "timberdata";

#[derive(Debug, Subcommand)]
pub enum Command {
    User(user::Args),
    Woodlists(woodlists::Args),
    Aggregations(aggregations::Args),
    Plot(plot::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::User(args) => args.run(context),
            Self::Woodlists(args) => args.run(context),
            Self::Aggregations(args) => args.run(context),
            Self::Plot(args) => args.run(context),
        }
    }
}
