//! What a refresh says of one account.

use serde_json::{Value, json};

use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::explain;
use crate::context::Context;
use crate::error::Error;
use crate::flow::refresh::RefreshOutcome;
use crate::provider::Provider;
use crate::terminal::{Mark, error_object, stdout_is_terminal};

pub(super) struct RefreshReport {
    pub(super) account: AccountId,
    /// For programs.
    pub(super) result: &'static str,
    until: Option<Timestamp>,
    pub(super) error: Option<Error>,
    pub(super) warning: Option<String>,
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
            RefreshOutcome::NothingToRefresh(record) if record.account.access_token_until > now => {
                ("nothing-to-refresh", record)
            }
            other => {
                let what = format!("could not refresh {account}");
                let error = explain(what, provider, account, &other);
                let result = match other {
                    RefreshOutcome::TryLater { .. } => "try-later",
                    _ => "sign-in-needed",
                };
                return Self { result, ..Self::failed(account, error) };
            }
        };
        Self {
            account: account.clone(),
            result,
            until: Some(record.account.access_token_until),
            error: None,
            warning: ends_soon(&record.account, now),
        }
    }

    pub(super) fn failed(account: &AccountId, error: Error) -> Self {
        let account = account.clone();
        Self { account, result: "failed", until: None, error: Some(error), warning: None }
    }

    /// One line, as soon as it is known.
    pub(super) fn tell(&self, context: &Context) {
        if context.output.json {
            return;
        }
        if let Some(warning) = &self.warning {
            context.output.say(Mark::Warn, format_args!("{}: {warning}", self.account));
        }
        match &self.error {
            Some(error) => context.output.error(error),
            None if context.output.quiet => {}
            None => {
                let line = if stdout_is_terminal() {
                    self.for_person(context.clock.now())
                } else {
                    self.for_program()
                };
                // A closed pipe is no reason to stop refreshing.
                let _ = context.output.show(&line);
            }
        }
    }

    fn for_person(&self, now: Timestamp) -> String {
        let until = self.until.map(|until| clock::for_people(until, now)).unwrap_or_default();
        let text = match self.result {
            "refreshed" => format!("refreshed, access token until {until}"),
            "unchanged" => format!("unchanged, access token until {until} (--force renews it now)"),
            _ => format!("nothing to refresh: access until {until}, then connect again"),
        };
        format!("{:<28} {text}", self.account.to_string())
    }

    fn for_program(&self) -> String {
        let until = self.until.map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        format!("{}\t{}\t{}", self.account, self.result, until.unwrap_or_default())
    }

    pub(super) fn object(&self) -> Value {
        let mut object = json!({
            "account": self.account,
            "result": self.result,
            "access_token_until": self.until,
            "warning": self.warning,
        });
        if let (Some(error), Some(members)) = (&self.error, object.as_object_mut()) {
            members.extend(error_object(error).as_object().cloned().unwrap_or_default());
        }
        object
    }
}

/// A warning in the last weeks of a sign-in that no refresh can lengthen.
fn ends_soon(account: &Account, now: Timestamp) -> Option<String> {
    let end = account.sign_in_by.filter(|_| account.ends_soon(now))?;
    Some(format!(
        "the sign-in ends {} ({} days left): partnerlink connect {}",
        clock::day_for_people(end),
        clock::time_left(now, end).as_secs() / 86_400,
        account.account
    ))
}
