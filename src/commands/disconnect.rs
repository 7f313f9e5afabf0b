use crate::account_id::AccountId;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::disconnect::{Revocation, disconnect};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink disconnect zaehlerfreunde
  partnerlink disconnect zaehlerfreunde:muster timberdata --no-revoke";

/// End accounts: revoke them at the provider where it can do that, and delete the tokens here
///
/// The tokens are deleted here in any case; exit 3 says that the provider did not confirm its part.
/// A provider may end all sign-ins of the same person with one revocation, those on other machines
/// too; --no-revoke leaves them alone.
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
        let provider = context.provider(account.provider())?;
        let revocation = disconnect(&context.world(), &provider, account, !self.no_revoke)
            .map_err(|error| super::could_not("disconnect", account, &error))?;
        let title = &provider.title;
        let (mark, result, text) = match revocation {
            Revocation::Confirmed => {
                (Mark::Good, "revoked", "revoked at the provider, deleted here".into())
            }
            Revocation::Skipped => {
                (Mark::Good, "deleted", "deleted here; still valid at the provider".into())
            }
            Revocation::Impossible { valid_until } => {
                let until = clock::day_for_people(valid_until);
                let text = format!(
                    "deleted here; {title} cannot take a token back, so copies of it stay valid until {until}"
                );
                (Mark::Warn, "not-revocable", text)
            }
            Revocation::Unconfirmed(why) => {
                context.output.say(Mark::Good, format_args!("{account}: deleted here"));
                let what = format!("could not confirm that {account} is revoked at {title}");
                let hint = format!("it is gone here; end the access in your account at {title}");
                let error = Error::try_later(what, why, None, false).about(account).with_hint(hint);
                return Err(Error { code: "not-revoked", ..error });
            }
            Revocation::WasNotConnected => {
                (Mark::Note, "not-connected", "was not connected".into())
            }
        };
        if context.output.json {
            let report = serde_json::json!({ "account": account, "result": result });
            return context.output.json(&report);
        }
        context.output.say(mark, format_args!("{account}: {text}"));
        Ok(())
    }
}
