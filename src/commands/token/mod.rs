//! `token get`, `token refresh`, `token show`.

mod get;
mod queue;
mod refresh;
mod report;
mod show;
mod unattended;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Failed;

/// Hand tokens to scripts, and keep them alive
#[derive(Debug, Subcommand)]
pub enum Command {
    Get(get::Args),
    Refresh(refresh::Args),
    Show(show::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Get(args) => args.run(context),
            Self::Refresh(args) => args.run(context),
            Self::Show(args) => args.run(context),
        }
    }
}
