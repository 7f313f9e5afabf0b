//! What a refresh says of one account.

use serde::Serialize;

use crate::account_id::AccountId;
use crate::accounts::{Account, Standing};
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::explain;
use crate::context::Context;
use crate::error::Error;
use crate::flow::refresh::RefreshOutcome;
use crate::provider::Provider;
use crate::terminal::{Mark, stdout_is_terminal};

#[derive(Serialize)]
pub(super) struct RefreshReport {
    pub(super) account: AccountId,
    /// For programs.
    pub(super) result: &'static str,
    #[serde(rename = "access_token_until")]
    until: Option<Timestamp>,
    pub(super) warning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Box<Error>>,
}

impl RefreshReport {
    pub(super) fn of(
        account: &AccountId,
        provider: &Provider,
        outcome: RefreshOutcome,
        now: Timestamp,
    ) -> Self {
        let (result, record) = match outcome {
            RefreshOutcome::Refreshed(record) => ("refreshed", record),
            RefreshOutcome::Unchanged(record) => ("unchanged", record),
            RefreshOutcome::NothingToRefresh(record)
                if record.account.access_token_until > record.account.time_for_token(now) =>
            {
                ("nothing-to-refresh", record)
            }
            other => {
                let what = format!("could not refresh {account}");
                let error = explain(what, provider, account, &other);
                let result = match other {
                    RefreshOutcome::TryLater { .. } | RefreshOutcome::Claimed { .. } => "try-later",
                    RefreshOutcome::ReadOnly(_) => "failed",
                    _ => "sign-in-needed",
                };
                return Self { result, ..Self::failed(account, error) };
            }
        };
        Self { result, ..Self::unchanged(&record.account, now) }
    }

    pub(super) fn unchanged(account: &Account, now: Timestamp) -> Self {
        Self {
            account: account.account.clone(),
            result: "unchanged",
            until: Some(account.access_token_until),
            error: None,
            warning: warning(account, now),
        }
    }

    pub(super) fn failed(account: &AccountId, error: Error) -> Self {
        let (account, error) = (account.clone(), Some(Box::new(error)));
        Self { account, result: "failed", until: None, error, warning: None }
    }

    /// One line, as soon as it is known.
    pub(super) fn tell(&self, context: &Context) {
        if context.output.json {
            return;
        }
        if !context.output.quiet {
            self.warn(context);
        }
        match &self.error {
            Some(error) => context.output.error(error),
            // A closed pipe is no reason to stop refreshing.
            None if !context.output.quiet => {
                let _ = context.output.show(&self.line(context.clock.now()));
            }
            None => {}
        }
    }

    pub(super) fn warn(&self, context: &Context) {
        if let Some(warning) = &self.warning {
            context.output.say(Mark::Warn, format_args!("{}: {warning}", self.account));
        }
    }

    fn line(&self, now: Timestamp) -> String {
        if !stdout_is_terminal() {
            let until = self.until.map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            return format!("{}\t{}\t{}", self.account, self.result, until.unwrap_or_default());
        }
        let until = self.until.map(|until| clock::for_people(until, now)).unwrap_or_default();
        let text = match self.result {
            "refreshed" => format!("refreshed, access token until {until}"),
            "unchanged" => format!("unchanged, access token until {until} (--force renews it now)"),
            _ => format!("nothing to refresh: access until {until}, then connect again"),
        };
        format!("{:<28} {text}", self.account.to_string())
    }
}

/// A warning in the last weeks of a sign-in that no refresh can lengthen, or whose end a wrong clock
/// has hidden.
fn warning(account: &Account, now: Timestamp) -> Option<String> {
    let id = &account.account;
    match (account.standing(now, None), account.sign_in_by) {
        (Standing::Misdated, _) => Some(format!(
            "a clock was wrong, and how long it is good is not known: partnerlink connect {id}"
        )),
        (Standing::EndsSoon | Standing::SignInNeeded, Some(end)) => Some(format!(
            "the sign-in ends {} ({} days left): partnerlink connect {id}",
            clock::day_for_people(end),
            clock::time_left(now, end).as_secs() / 86_400,
        )),
        _ => None,
    }
}
