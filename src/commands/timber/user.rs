use crate::api::timber;
use crate::commands::session::{AccountArgs, OutputArgs, explained, with_api, write_list};
use crate::context::Context;
use crate::error::Failed;

const COLUMNS: [&str; 5] = ["id", "name", "email", "company_name", "address.city"];

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
        let what = "could not ask who you are";
        let account = self.account.id_or(super::ACCOUNT)?;
        with_api(context, &account, what, |api, provider| {
            let failed = |error| explained(what, provider, &account, error);
            write_list(context, &self.output, what, ("user", &COLUMNS), failed, |each| {
                each(timber::user(api, provider)?)
            })?;
            Ok(0)
        })
    }
}
