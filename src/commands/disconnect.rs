use crate::account_id::AccountId;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow::disconnect::{Revocation, disconnect};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink disconnect zaehlerfreunde
  partnerlink disconnect zaehlerfreunde:muster timberdata --no-revoke";

/// End accounts: revoke them at the provider where it can do that, and delete the tokens here
///
/// The tokens are deleted here in any case. A provider may end all sign-ins of the same person
/// with one revocation, those on other machines too; --no-revoke leaves them alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", required = true, value_parser = super::account, add = super::candidates::accounts())]
    accounts: Vec<AccountId>,
    /// Delete here only
    #[arg(long)]
    no_revoke: bool,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let failed: Vec<Error> = self
            .accounts
            .iter()
            .filter_map(|account| self.end(context, account).err())
            .inspect(|error| context.output.error(error))
            .collect();
        super::exit_of(failed.iter())
    }

    fn end(&self, context: &Context, account: &AccountId) -> Result<(), Error> {
        let what = || format!("could not disconnect {account}");
        let provider = context.provider(account.provider())?;
        let revocation = disconnect(&context.world(), &provider, account, !self.no_revoke)
            .map_err(|error| Error::new(what(), &error).about(account))?;
        let (mark, text, code) = match &revocation {
            Revocation::Confirmed => {
                (Mark::Good, "revoked at the provider, deleted here".to_owned(), "revoked")
            }
            Revocation::Skipped => {
                (Mark::Good, "deleted here; still valid at the provider".to_owned(), "deleted")
            }
            Revocation::Impossible { valid_until } => (
                Mark::Warn,
                format!(
                    "deleted here; {} cannot take a token back, so copies of it stay valid until {}",
                    provider.title,
                    clock::day_for_people(*valid_until)
                ),
                "not-revocable",
            ),
            Revocation::Unconfirmed(why) => {
                context.output.say(Mark::Good, format_args!("{account}: deleted here"));
                return Err(Error {
                    what: format!(
                        "could not confirm that {account} is revoked at {}",
                        provider.title
                    ),
                    why: why.clone(),
                    hint: "end the access in your account at the provider".to_owned(),
                    code: "not-revoked",
                    exit: Exit::TryLater,
                    account: Some(account.clone()),
                    http_status: None,
                });
            }
            Revocation::WasNotConnected => {
                (Mark::Note, "was not connected".to_owned(), "not-connected")
            }
        };
        if context.output.json {
            let result = serde_json::json!({ "account": account, "result": code });
            return context.output.json(&result);
        }
        context.output.say(mark, format_args!("{account}: {text}"));
        Ok(())
    }
}
