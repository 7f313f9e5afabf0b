//! After a refresh that nobody may have watched: its record, and the word to a person.

use std::collections::BTreeMap;

use super::report::RefreshReport;
use crate::accounts::Account;
use crate::clock::Clock as _;
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::schedule::LastRun;
use crate::schedule::notice::{self, News, SignIn};
use crate::system::interrupt;
use crate::system::process;
use crate::terminal::Mark;
use crate::text::printable;

/// Refuses a command that could not be run from anywhere. Whether its program is there shows when
/// it is needed: a missing one must not keep the accounts from being refreshed.
pub fn check_notify(command: Option<&str>) -> Result<(), Error> {
    match command.map(process::check) {
        Some(Err(why)) => Err(Error::usage(
            "could not use --notify",
            why,
            "name a program and its arguments, as in --notify \"/usr/local/bin/tell-me --urgent\"",
        )),
        _ => Ok(()),
    }
}

/// Keeps what came of a run that a schedule started. That it cannot be kept is no failure.
pub fn keep_record(context: &Context, reports: &[RefreshReport], result: &Result<u8, Failed>) {
    let Some(by) = context.settings.environment.run_by() else { return };
    let exit = match result {
        Ok(code) => *code,
        Err(Failed::Told(exit)) => *exit as u8,
        Err(Failed::Tell(error)) => error.exit as u8,
    };
    let mut accounts = BTreeMap::new();
    for report in reports {
        *accounts.entry(report.result.to_owned()).or_insert(0) += 1;
    }
    let exit = interrupt::pending().unwrap_or(exit);
    let run = LastRun { at: context.clock.now(), by, exit, accounts };
    if let Err(error) = run.keep(&context.folders) {
        log::debug!("the record of this run could not be written: {error}");
    }
}

/// Tells a person of accounts that need them, through the program that they named. `before` is the
/// index as it was before the run: that an account has lost its record takes it from the index.
pub fn tell(
    context: &Context,
    command: Option<&str>,
    reports: &[RefreshReport],
    before: &[Account],
) {
    let Some(command) = command.or(context.settings.notify.as_deref()) else { return };
    // Whoever ended this run wants an end: the next one tells.
    if interrupt::pending().is_some() {
        return;
    }
    let news: Vec<News> =
        reports.iter().filter_map(|report| news(context, report, before)).collect();
    let around = context.settings.environment.surroundings();
    for trouble in notice::tell(&news, command, &around, &context.folders, context.clock.now()) {
        context.output.say(Mark::Warn, printable(&trouble));
    }
}

/// `None` for an account that was not connected, which nobody has to hear of.
fn news(context: &Context, report: &RefreshReport, before: &[Account]) -> Option<News> {
    let lost = || before.iter().find(|account| account.account == report.account).cloned();
    let known = context.index.get(&report.account).or_else(lost)?;
    let (sign_in, why) = match (&report.error, &report.warning) {
        (Some(error), _) if error.exit == Exit::SignInNeeded => (SignIn::Needed, error.why.clone()),
        (Some(error), _) => (SignIn::Unknown, error.why.clone()),
        (None, Some(_)) => (
            known.sign_in_by.map_or(SignIn::Good, SignIn::Ends),
            "the sign-in ends soon, and no refresh can lengthen it".to_owned(),
        ),
        (None, None) => (SignIn::Good, String::new()),
    };
    Some(News {
        sign_in,
        who: known.who,
        sign_in_by: known.sign_in_by,
        why,
        act: context.output.command(&format!("partnerlink connect {}", report.account)),
        sandbox: context.output.sandbox,
        account: report.account.clone(),
    })
}
