//! `meter …`: Zählerfreunde's data.

mod export;
mod file_name;
mod lists;
mod plot;
mod push;
mod range;
mod readings;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Failed;

/// The account that is used where none is named.
const ACCOUNT: &str = "zaehlerfreunde";

#[derive(Debug, Subcommand)]
pub enum Command {
    Spaces(lists::Spaces),
    Devices(lists::Devices),
    Customers(lists::Customers),
    Whoami(lists::Whoami),
    Readings(readings::Args),
    Verify(verify::Args),
    Plot(plot::Args),
    Export(export::Args),
    Push(push::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Spaces(args) => args.run(context),
            Self::Devices(args) => args.run(context),
            Self::Customers(args) => args.run(context),
            Self::Whoami(args) => args.run(context),
            Self::Readings(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Plot(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Push(args) => args.run(context),
        }
    }
}
