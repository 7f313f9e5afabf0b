use std::time::Duration;

use crate::accounts::{Account, State};
use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::{Exit, Failed};
use crate::output::{Mark, stdout_is_terminal, table};

const EXAMPLES: &str = "\
Examples:
  partnerlink status
  partnerlink status --exit-code --within 14d       exit 4 if a sign-in ends within 14 days
  partnerlink status --json";

const HEADINGS: [&str; 7] =
    ["ACCOUNT", "WHO", "STATE", "TOKEN UNTIL", "SIGN IN BY", "LAST REFRESH", "STORED IN"];

/// Show every connected account; asks neither keychain nor provider
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Exit 4 if an account needs a sign-in now or within --within
    #[arg(long)]
    exit_code: bool,
    /// How long before its end a sign-in is worth a warning [default: 30d, or a quarter of its life]
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    within: Option<Duration>,
}

/// How an account stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Good,
    /// The person must sign in again before long.
    EndsSoon,
    SignInNeeded,
}

impl Standing {
    fn of(account: &Account, now: Timestamp, within: Option<Duration>) -> Self {
        let left = account.sign_in_by.map(|end| clock::time_left(now, end));
        match left {
            _ if account.state == State::SignInNeeded => Self::SignInNeeded,
            Some(Duration::ZERO) => Self::SignInNeeded,
            Some(left) if within.is_some_and(|within| left < within) => Self::EndsSoon,
            _ if within.is_none() && account.ends_soon(now) => Self::EndsSoon,
            _ => Self::Good,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::EndsSoon => "ends soon",
            Self::SignInNeeded => "sign in again",
        }
    }
}

fn standings(context: &Context, within: Option<Duration>) -> Vec<(Account, Standing)> {
    let now = context.clock.now();
    let standing = |account: Account| {
        let standing = Standing::of(&account, now, within);
        (account, standing)
    };
    context.index.all().into_iter().map(standing).collect()
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let accounts = standings(context, self.within);
        if context.output.json {
            let list: Vec<_> = accounts
                .iter()
                .map(|(account, standing)| {
                    let mut object = serde_json::json!(account);
                    object["standing"] = standing.word().into();
                    object
                })
                .collect();
            context.output.json(&serde_json::json!({ "accounts": list }))?;
        } else if accounts.is_empty() {
            context.output.say(
                Mark::Note,
                format_args!(
                    "No account is connected. Begin with: {}",
                    context.output.command("partnerlink connect zaehlerfreunde")
                ),
            );
        } else {
            show(context, &accounts, context.clock.now())?;
        }
        let bad = accounts.iter().any(|(_, standing)| *standing != Standing::Good);
        Ok(if self.exit_code && bad { Exit::SignInNeeded as u8 } else { 0 })
    }
}

fn show(context: &Context, accounts: &[(Account, Standing)], now: Timestamp) -> Result<(), Failed> {
    let for_person = stdout_is_terminal();
    let nothing = if for_person { "–" } else { "" };
    let time = |instant: Timestamp| match for_person {
        true => clock::for_people(instant, now),
        false => instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    let optional = |instant: Option<Timestamp>| match instant {
        Some(instant) => time(instant),
        None => nothing.to_owned(),
    };
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|(account, standing)| {
            vec![
                account.account.to_string(),
                account.who.clone().unwrap_or_else(|| nothing.to_owned()),
                standing.word().to_owned(),
                time(account.access_token_until),
                match account.sign_in_by {
                    Some(end) if for_person => clock::day_for_people(end),
                    end => optional(end),
                },
                optional(account.refreshed_at),
                account.store.to_string(),
            ]
        })
        .collect();
    context.output.show(&table::render(&HEADINGS, &rows, for_person))?;
    for (account, standing) in accounts {
        if *standing != Standing::Good {
            context.output.say(
                Mark::Warn,
                format_args!(
                    "{}: {}: {}",
                    account.account,
                    standing.word(),
                    context.output.command(&format!("partnerlink connect {}", account.account))
                ),
            );
        }
    }
    Ok(())
}
