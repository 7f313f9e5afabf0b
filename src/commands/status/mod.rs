//! `status`: how every account stands.

mod calendar;
mod metrics;
mod rows;
mod shared;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use self::shared::{Listed, Shared};
use crate::account_id::AccountId;
use crate::accounts::{Account, Standing};
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::{could_not, every_account, fault, not_listed, shortcoming};
use crate::context::Context;
use crate::error::{CLOSE_IT, Error, Exit, Failed};
use crate::flow::inventory::{Content, readable};
use crate::schedule::{LastRun, last_run};
use crate::store::record::Record;
use crate::system::many;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink status
  partnerlink status --check --within 14d           exit 4 if a sign-in ends within 14 days
  partnerlink status --calendar sign-ins.ics        the days to sign in again, for a calendar
  partnerlink status --format openmetrics           for Prometheus: partnerlink help formats
  partnerlink status --json";

/// Show every connected account; by itself it asks neither keychain nor provider
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Read every record, in keychains too: exit 5 if one cannot be read, 4 if it is gone; no network
    #[arg(long)]
    check: bool,
    /// Exit 4 if an account needs a sign-in now or within --within, 2 or 6 if its refresh fails
    /// for a reason that lasts, 3 if it was due for a day
    #[arg(long)]
    exit_code: bool,
    /// How long before its end a sign-in is worth a warning [default: 30d, or a quarter of its life]
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    within: Option<Duration>,
    /// How it is written [default: a table]
    #[arg(long, value_enum, conflicts_with = "calendar")]
    format: Option<Form>,
    /// Write the days by which to sign in again as a calendar (.ics); - is standard output
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Replace an existing calendar
    #[arg(long, requires = "calendar")]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    /// As --json
    Json,
    /// Gauges for Prometheus and others
    Openmetrics,
}

/// Of more accounts than these each record is opened with --check alone: it would take longer than
/// everything else. That one is missing is seen all the same.
const MOST_OPENED: usize = 1_000;

/// One account, and what is to be said of it.
#[derive(Serialize)]
struct Line {
    /// In a box, since ten thousand lines are moved about.
    #[serde(flatten)]
    account: Box<Account>,
    #[serde(skip)]
    standing: Standing,
    /// The same in a word, unless its record cannot be read.
    #[serde(rename = "standing")]
    word: &'static str,
    sign_in_days_left: Option<u64>,
    /// Whether its record can be read, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    readable: Option<bool>,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Box<Error>>,
}

/// Why there is no line of an account that is listed.
enum Missed {
    /// It has neither an entry that can be read nor, where that was looked for, a record.
    Nowhere(AccountId),
    Unreadable(Error),
}

/// What `--json` writes.
#[derive(Serialize)]
struct Whole<'a> {
    accounts: &'a [Line],
    last_refresh: Option<&'a LastRun>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_store: Option<&'a Shared>,
}

impl Line {
    fn shortcoming(&self) -> Option<(Exit, String, String)> {
        shortcoming(&self.account, self.standing)
    }
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let to_stdout = self.calendar.as_ref().is_some_and(|file| file.as_os_str() == "-");
        if to_stdout && context.output.json {
            let why = "a calendar and JSON cannot both go to standard output";
            return Err(Error::usage("could not show the status", why, "name a file").into());
        }
        let now = context.clock.now();
        let (shared, listed) = Shared::look(context).unzip();
        let (lines, unknown) = self.lines(context, listed.unwrap_or_default(), now);
        if let Some(file) = &self.calendar {
            let accounts = lines.iter().map(|line| &*line.account);
            calendar::write(context, accounts, self.within, file, self.force)?;
        }
        let last = last_run(&context.folders);
        let is_json = context.output.json || self.format == Some(Form::Json);
        let is_silent = shared.as_ref().is_some_and(|shared| shared.error.is_some());
        if self.format == Some(Form::Openmetrics) {
            context.output.raw(&metrics::text(&lines, last.as_ref()))?;
        } else if is_json {
            let shared_store = shared.as_ref();
            let whole = Whole { accounts: &lines, last_refresh: last.as_ref(), shared_store };
            context.output.json(&whole)?;
        } else if lines.is_empty() && unknown.is_empty() && !is_silent {
            let text = format!("No account is connected. Begin with: {}", begin(context));
            context.output.say(Mark::Note, text);
        } else if !lines.is_empty() && !to_stdout {
            rows::show(context, &lines, now)?;
        }
        if let Some(shared) = shared.filter(|_| !is_json) {
            shared.tell(context, now);
        }
        for error in &unknown {
            context.output.error(error);
        }
        Ok(self.exit_code(&lines, &unknown))
    }

    /// The accounts of the index, with --check also those that it lost, as their records have them;
    /// and why there may be others. Each is read where its line is made, unless it was `listed` just
    /// now: ten thousand are not kept twice.
    fn lines(&self, context: &Context, listed: Listed, now: Timestamp) -> (Vec<Line>, Vec<Error>) {
        let (mut names, at_hand, mut unknown) = self.names(context);
        names.extend(listed.names.iter().cloned());
        let only_listed = (names.len() > MOST_OPENED).then_some(&at_hand);
        let line = |(name, known): (AccountId, Option<Box<Account>>)| {
            let unreadable = listed.unreadable.get(&name);
            let unreadable = unreadable.map(|error| could_not("read", &name, error));
            match known.map_or_else(|| self.account(context, &name), Ok) {
                Ok(account) => Ok(self.line(context, only_listed, account, unreadable, now)),
                Err(why) => Err(Box::new(unreadable.map_or(why, Missed::Unreadable))),
            }
        };
        let mut known: HashMap<AccountId, Box<Account>> =
            listed.known.into_iter().map(|it| (it.account.clone(), Box::new(it))).collect();
        let with_known = |name| {
            let known = known.remove(&name);
            (name, known)
        };
        let names: Vec<_> = names.into_iter().map(with_known).collect();
        let mut lines = Vec::with_capacity(names.len());
        let mut missed = Vec::new();
        for line in many::map(names, line) {
            match line {
                Ok(line) => lines.push(line),
                Err(why) => missed.push(*why),
            }
        }
        let is_nowhere = |it: &Missed| matches!(it, Missed::Nowhere(_));
        // Some were disconnected meanwhile.
        let still = missed.iter().any(is_nowhere).then(|| self.names(context).0);
        let is_still = |name: &AccountId| {
            listed.names.contains(name) || still.as_ref().is_some_and(|still| still.contains(name))
        };
        unknown.extend(missed.into_iter().filter_map(|it| match it {
            Missed::Unreadable(error) => Some(error),
            Missed::Nowhere(name) => is_still(&name).then(|| damaged_entry(&name)),
        }));
        (lines, unknown)
    }

    /// The accounts that have an entry or are in a store that is at hand, with --check every one;
    /// which of them are in that store; and why there may be others.
    fn names(&self, context: &Context) -> (BTreeSet<AccountId>, BTreeSet<AccountId>, Vec<Error>) {
        let mut unknown = Vec::new();
        let mut names = context.index.names().unwrap_or_else(|error| {
            unknown.push(not_listed(&error));
            BTreeSet::new()
        });
        let contents = context.world().contents(|store| store.is_at_hand());
        let at_hand: BTreeSet<AccountId> = contents.iter().flat_map(Content::accounts).collect();
        names.extend(at_hand.difference(&names).cloned().collect::<Vec<_>>());
        if self.check && unknown.is_empty() {
            match every_account(context).map(|(accounts, _)| accounts) {
                Ok(all) => names.extend(all),
                Err(error) => unknown.push(error),
            }
        }
        (names, at_hand, unknown)
    }

    /// What the index knows, else with --check the record.
    fn account(&self, context: &Context, name: &AccountId) -> Result<Box<Account>, Missed> {
        if let Some(account) = context.index.get(name) {
            return Ok(Box::new(account));
        }
        let world = context.world();
        let record = self.check.then(|| Record::load(world.whereabouts(name), name));
        match record.transpose().map(Option::flatten) {
            Ok(Some(record)) => Ok(Box::new(record.account)),
            Ok(None) if context.index.is_held(name) => Err(Missed::Unreadable(held_entry(name))),
            Ok(None) => Err(Missed::Nowhere(name.clone())),
            Err(error) => Err(Missed::Unreadable(could_not("read", name, &error))),
        }
    }

    /// Of those that are `only_listed` nothing is opened.
    fn line(
        &self,
        context: &Context,
        only_listed: Option<&BTreeSet<AccountId>>,
        account: Box<Account>,
        unreadable: Option<Error>,
        now: Timestamp,
    ) -> Line {
        let id = &account.account;
        let standing = account.standing(now, self.within);
        let read = match self.check {
            _ if unreadable.is_some() => unreadable.map(Err),
            true => {
                let read = readable(&context.world(), id);
                Some(read.map_err(|error| could_not("read", id, &error)))
            }
            // That it is gone is known already, and said.
            false if standing == Standing::SignInNeeded => None,
            false if only_listed.is_some_and(|listed| listed.contains(id)) => None,
            false => fault(context, &account).map(Err),
        };
        let left = match standing {
            Standing::SignInNeeded => Some(Duration::ZERO),
            _ => account.sign_in_by.map(|end| clock::time_left(now, end)),
        };
        Line {
            standing,
            word: if matches!(read, Some(Err(_))) { "unreadable" } else { standing.word() },
            sign_in_days_left: left.map(|left| left.as_secs() / 86_400),
            readable: read.as_ref().map(Result::is_ok),
            error: read.and_then(Result::err).map(Box::new),
            account,
        }
    }

    fn exit_code(&self, lines: &[Line], unknown: &[Error]) -> u8 {
        let judged = self.check || self.exit_code;
        let standings = lines.iter().filter(|_| judged).filter_map(Line::shortcoming);
        let errors = lines.iter().filter_map(|line| line.error.as_deref()).chain(unknown);
        let unreadable = errors.map(|error| error.exit);
        let exits: Vec<Exit> = standings.map(|(exit, ..)| exit).chain(unreadable).collect();
        let worst = Exit::BY_URGENCY.into_iter().find(|exit| exits.contains(exit));
        worst.map_or(0, |exit| exit as u8)
    }
}

/// The command to begin with: one that works with the client IDs that there are.
fn begin(context: &Context) -> String {
    if context.settings.sandbox.is_some() {
        return "partnerlink connect zaehlerfreunde".into();
    }
    let names = context.registry().map(|registry| registry.names()).unwrap_or_default();
    let has_client = |name: &String| context.provider(name).is_ok_and(|it| it.client_id.is_some());
    names
        .into_iter()
        .find(has_client)
        .map_or_else(|| super::BEGIN.to_owned(), |name| format!("partnerlink connect {name}"))
}

fn held_entry(account: &AccountId) -> Error {
    let why = "its entry in the index of accounts is open in another program";
    let meaning = Exit::Busy.means("index-in-use", CLOSE_IT);
    Error::of(format!("could not show {account}"), why, meaning).about(account)
}

fn damaged_entry(account: &AccountId) -> Error {
    let hint = format!("partnerlink store verify {account}");
    let meaning = Exit::Store.means("index-damaged", hint);
    let why = "its entry in the index of accounts is missing or damaged; its record makes it again";
    Error::of(format!("could not show {account}"), why, meaning).about(account)
}
