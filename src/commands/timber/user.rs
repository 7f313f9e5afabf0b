use crate::api::list::List;
use crate::api::timber;
use crate::commands::session::{AccountArgs, OutputArgs};
use crate::context::Context;
use crate::error::Failed;

/// Show who signed in; works with any scope
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink timber user --json")]
pub struct Args {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not ask who you are", |session| {
            let user = List { path: session.api.path("user")?, ..timber::USER };
            session.write_object(&self.output, &user)
        })
    }
}
