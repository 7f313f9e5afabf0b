//! After a refresh that nobody may have watched: its record, and the word to a person.

use std::collections::BTreeMap;

use super::report::RefreshReport;
use crate::account_id::AccountId;
use crate::clock::Clock as _;
use crate::commands::NOTIFY_HINT;
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::schedule::LastRun;
use crate::schedule::notice::{self, Event, News, State};
use crate::system::interrupt;
use crate::system::process;
use crate::terminal::Mark;
use crate::text::printable;

/// Refuses a command that could not be run from anywhere. Whether its program is there shows when
/// it is needed: a missing one must not keep the accounts from being refreshed.
pub fn check_notify(command: Option<&str>) -> Result<(), Error> {
    match command.map(process::check) {
        Some(Err(why)) => Err(Error::usage("could not use --notify", why, NOTIFY_HINT)),
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

/// Says the warnings that a quiet run has kept back: cron mails what is printed, and nobody reads
/// the same mail every hour.
pub fn warn(context: &Context, reports: &[RefreshReport]) {
    let warned = reports.iter().filter(|report| report.warning.is_some());
    let warned: Vec<AccountId> = warned.map(|report| report.account.clone()).collect();
    if !context.output.quiet || context.output.json || warned.is_empty() {
        return;
    }
    let news = notice::not_warned_today(&warned, &context.folders, context.clock.now());
    reports.iter().filter(|report| news.contains(&report.account)).for_each(|report| {
        report.warn(context);
    });
}

/// Tells a person of accounts that need them, through the program that they named.
pub fn tell(context: &Context, command: Option<&str>, reports: &[RefreshReport]) {
    let Some(command) = command.or(context.settings.notify.as_deref()) else { return };
    // Whoever ended this run wants an end: the next one tells.
    if interrupt::pending().is_some() {
        return;
    }
    let news: Vec<News> = reports.iter().filter_map(|report| news(context, report)).collect();
    let around = context.settings.environment.surroundings();
    for trouble in notice::tell(&news, command, &around, &context.folders, context.clock.now()) {
        context.output.say(Mark::Warn, printable(&trouble));
    }
}

/// `None` for an account that was not connected, which nobody has to hear of.
fn news(context: &Context, report: &RefreshReport) -> Option<News> {
    let known = context.index.get(&report.account)?;
    let state = match (&report.error, &report.warning) {
        (Some(error), _) => match error.exit {
            Exit::SignInNeeded => State::Wrong(Event::SignInNeeded),
            Exit::Store => State::Wrong(Event::StoreUnreadable),
            Exit::Usage | Exit::BadAnswer => State::Wrong(Event::RefreshFails),
            _ if known.is_overdue(context.clock.now()) => State::Wrong(Event::NotRefreshed),
            _ => State::Unknown,
        },
        (None, Some(_)) => known.sign_in_by.map_or(State::Good, State::Ends),
        (None, None) => State::Good,
    };
    let connect = context.output.command(&format!("partnerlink connect {}", report.account));
    let (why, act) = match &report.error {
        Some(error) if error.exit == Exit::SignInNeeded => (error.why.clone(), connect),
        Some(error) => (error.why.clone(), error.hint.clone()),
        None => ("the sign-in ends soon, and no refresh can lengthen it".to_owned(), connect),
    };
    Some(News {
        state,
        last_good: known.begun(),
        who: known.who,
        sign_in_by: known.sign_in_by,
        why,
        act,
        sandbox: context.output.sandbox,
        account: report.account.clone(),
    })
}
