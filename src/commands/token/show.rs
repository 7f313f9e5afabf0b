use crate::account_id::AccountId;
use crate::clock::{self, Clock as _};
use crate::commands::{saved_record, shortcoming};
use crate::context::Context;
use crate::error::Failed;
use crate::terminal::facts;
use crate::text::printable;

/// Show what is known of an account's tokens, without the tokens
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink token show zaehlerfreunde")]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    account: AccountId,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let account = &saved_record(context, "show", &self.account)?.account;
        if context.output.json {
            context.output.json(&serde_json::json!({ "account": account }))?;
            return Ok(0);
        }
        let now = context.clock.now();
        let time = |instant| clock::for_people(instant, now);
        let provider = context.provider(self.account.provider())?;
        let refresh_token = match account.refreshable {
            true if provider.needs_nobody() => "not needed",
            true => "yes",
            false => "none",
        };
        let scope = account.scope.to_string();
        let standing = account.standing(now, None);
        let why = shortcoming(account, standing).map(|(_, why, _)| why);
        let why = why.filter(|why| !why.is_empty()).map(|why| format!(" ({why})"));
        let state = printable(&format!("{}{}", standing.word(), why.unwrap_or_default()));
        let mut lines = vec![
            ("account", account.account.to_string()),
            ("provider", provider.title),
            ("who", account.who.clone().unwrap_or_else(|| "not told by the provider".into())),
            ("client ID", account.client_id.clone()),
            ("scope", if account.scope.is_empty() { "none".into() } else { scope }),
            ("connected", time(account.connected_at)),
            ("last refresh", account.refreshed_at.map_or("never".into(), time)),
            ("access token", format!("until {}", time(account.access_token_until))),
            ("state", state),
            ("refresh token", refresh_token.into()),
            ("stored in", account.store.to_string()),
        ];
        if let Some(by) = account.sign_in_by {
            lines.push(("sign in again", format!("by {}", time(by))));
        }
        context.output.show(&facts(&lines))?;
        Ok(0)
    }
}
