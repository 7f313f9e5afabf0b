use std::time::Duration;

use clap::ValueEnum;

use crate::account_id::AccountId;
use crate::commands::held::valid_token;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::secret::Secret;
use crate::terminal::{Mark, stdout_is_terminal};
use crate::text::shell_quoted;

const EXAMPLES: &str = "\
Examples:
  TOKEN=$(partnerlink token get zaehlerfreunde)
  $token = partnerlink token get zaehlerfreunde                  PowerShell
  partnerlink token get zaehlerfreunde --format powershell | Invoke-Expression
  partnerlink token get zaehlerfreunde --format curl | curl --config - https://…
  partnerlink token get zaehlerfreunde --format header > header.txt && curl -H @header.txt https://…

A token on a command line can be read by every user of the machine with ps: curl's and header.txt
keep it out of there, and so does `partnerlink exec`.";

/// Of an account whose provider binds tokens (RFC 9449).
const ONLY_WITH_KEY: &str = "this token works only together with its key, which stays here (DPoP)";

/// Print an access token that is valid, refreshed if it must be; never opens a browser
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    account: AccountId,
    /// How long the token must at least be valid [default: 60s, where the provider gives so much]
    #[arg(long, value_name = "TIME", value_parser = super::super::duration)]
    min_ttl: Option<Duration>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Bare)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The token alone
    Bare,
    /// Authorization: Bearer TOKEN
    Header,
    /// export ACCESS_TOKEN='TOKEN', for a shell
    Env,
    /// $env:ACCESS_TOKEN = 'TOKEN', for PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// A line for curl --config
    Curl,
    /// An object with token, type and end
    Json,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        if context.output.jq.is_some() {
            // What a filter says of a mistake would quote the token.
            let (what, why) = ("could not print a token", "--jq is not for what holds one");
            let hint = format!("partnerlink token show {}", self.account);
            return Err(Error::usage(what, why, hint).into());
        }
        let held = valid_token(context, &self.account, self.min_ttl)?;
        if stdout_is_terminal() {
            context.output.say(
                Mark::Note,
                "This is a secret: whoever has it can read the data until it ends.",
            );
        }
        if held.is_bound && matches!(self.format, Format::Header | Format::Curl) {
            return Err(self.needs_its_key().into());
        }
        if held.is_bound {
            context.output.say(Mark::Warn, format_args!("{ONLY_WITH_KEY}; {}", self.instead()));
        }
        if context.output.json || self.format == Format::Json {
            context.output.json(&serde_json::json!({
                "account": self.account,
                "access_token": held.token.expose(),
                "token_type": if held.is_bound { "DPoP" } else { "Bearer" },
                "expires_at": held.account.as_ref().map(|account| account.access_token_until),
                "scope": held.account.as_ref().map(|account| &account.scope),
            }))?;
        } else {
            context.output.data(&self.text(&held.token))?;
        }
        Ok(0)
    }

    /// A header for curl would look like one that works.
    fn needs_its_key(&self) -> Error {
        let what = format!("could not write a header for {}", self.account);
        Error::usage(what, ONLY_WITH_KEY, self.instead()).about(&self.account)
    }

    fn instead(&self) -> String {
        format!("let `partnerlink api {}` make the call, which has both", self.account)
    }

    /// Tokens consist of visible ASCII (checked when they came): no line break can be smuggled in.
    fn text(&self, token: &Secret) -> String {
        let token = token.expose();
        match self.format {
            Format::Bare | Format::Json => token.clone(),
            Format::Header => format!("Authorization: Bearer {token}"),
            Format::Env => format!("export ACCESS_TOKEN={}", shell_quoted(token)),
            // The same quotes there.
            Format::PowerShell => format!("$env:ACCESS_TOKEN = '{}'", token.replace('\'', "''")),
            Format::Curl => format!("header = \"Authorization: Bearer {}\"", curl_quoted(token)),
        }
    }
}

/// For curl's configuration file: backslash and quote are escaped between double quotes.
fn curl_quoted(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}
