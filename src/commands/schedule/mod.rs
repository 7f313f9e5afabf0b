//! `schedule …`: what starts `token refresh` when nobody is there.

mod install;
mod plan;
mod print;
mod remove;
mod status;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Failed;

#[derive(Debug, Subcommand)]
pub enum Command {
    Print(print::Args),
    Install(install::Args),
    /// Show which schedules are installed, when they run, and what the last run did
    #[command(after_help = status::EXAMPLES)]
    Status,
    Remove(remove::Args),
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Print(args) => args.run(context),
            Self::Install(args) => args.run(context),
            Self::Status => status::run(context),
            Self::Remove(args) => args.run(context),
        }
    }
}
