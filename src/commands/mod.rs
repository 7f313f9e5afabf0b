//! One file for each command: its arguments and `run`. The doc comments are the help texts.

pub mod api;
mod candidates;
mod client_secret;
mod closing;
pub mod completions;
pub mod config;
pub mod connect;
pub mod data;
pub mod demo;
pub mod disconnect;
pub mod doctor;
pub mod exec;
mod filtered;
mod held;
pub mod help;
mod keeping;
mod kept_meters;
pub mod man;
pub mod meter;
pub mod provider;
mod reach;
pub mod sandbox;
pub mod schedule;
mod session;
pub mod status;
pub mod store;
pub mod timber;
pub mod token;
mod written;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use clap::Command;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::account_id::{self, AccountId};
use crate::accounts::{Account, FailureKind, Standing};
use crate::clock::{self, Timestamp};
use crate::context::Context;
use crate::error::{Error, Exit, Explain, Failed};
use crate::flow;
use crate::flow::FlowError;
use crate::flow::inventory::Content;
use crate::flow::login::{Connected, Login};
use crate::flow::refresh::RefreshOutcome;
use crate::oauth::Client;
use crate::oauth::scope::Scope;
use crate::provider::Provider;
use crate::store::record::Record;
use crate::store::{Item, STORES, StoreError, StoreKind, TokenStore};
use crate::terminal::screen::Screen;
use crate::terminal::topics::{TOPICS, Topic};

/// What to write after `--notify`.
const NOTIFY_HINT: &str = if cfg!(windows) {
    r#"name a program and its arguments, as in --notify "C:\Tools\tell-me.exe --urgent""#
} else {
    r#"name a program and its arguments, as in --notify "/usr/local/bin/tell-me --urgent""#
};

/// What to begin with where there is no client ID yet: a sign-in works at the sandbox alone.
const BEGIN: &str = "partnerlink connect zaehlerfreunde --sandbox\n\
     For an account of your own ask for a client ID:\npartnerlink provider register zaehlerfreunde";

/// Reads a store's name for clap.
fn store_kind() -> impl TypedValueParser<Value = StoreKind> {
    let names = STORES.iter().map(|row| PossibleValue::new(row.kind.name()).help(row.help));
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

/// Reads a provider's name for clap.
fn provider(text: &str) -> Result<String, Infallible> {
    Ok(account_id::folded(text))
}

/// Reads an account for clap.
fn account(text: &str) -> Result<AccountId, String> {
    let (provider, name) = text.split_at(text.find(':').unwrap_or(text.len()));
    (account_id::folded(provider) + name).parse().map_err(|error: crate::account_id::AccountIdError| {
        format!("{error};\n  an account is PROVIDER or PROVIDER:NAME, as zaehlerfreunde:stadtwerke-muster")
    })
}

/// Reads a length of time for clap: `90`, `90s`, `5m`, `2h`, `30d`.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let seconds = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => {
            return Err(format!("{unit:?} is no unit of time; use s, m, h or d, as in 90s or 30d"));
        }
    };
    let number: u64 =
        number.parse().map_err(|_| "use a number and a unit, as in 90s, 5m, 2h or 30d")?;
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(|| "that is too long".to_owned())
}

/// What can be asked about after these words, with its meaning: the commands there, and at the
/// beginning the topics. Nothing where they lead to no command.
fn could_follow(cli: &Command, path: &[impl AsRef<str>]) -> Vec<(String, String)> {
    let Some(command) = find(cli, path) else { return Vec::new() };
    let about = |command: &Command| command.get_about().map(ToString::to_string);
    let commands = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .map(|command| (command.get_name().to_owned(), about(command).unwrap_or_default()));
    let topics: &[Topic] = if path.is_empty() { TOPICS } else { &[] };
    let topics = topics.iter().map(|topic| (topic.name.to_owned(), topic.about().to_owned()));
    commands.chain(topics).collect()
}

/// The command that these words lead to.
fn find<'a>(cli: &'a Command, path: &[impl AsRef<str>]) -> Option<&'a Command> {
    path.iter().try_fold(cli, |command, word| command.find_subcommand(word.as_ref()))
}

/// Signs in at a sandbox as it is configured, with nothing of the command line.
fn sign_in_at_sandbox(
    context: &Context,
    provider: &Provider,
    account: &AccountId,
    scope: &Scope,
    timeout: Duration,
    screen: &mut Screen,
) -> Result<Connected, FlowError> {
    let world = context.world();
    let secret = flow::client_secret::find(&world, provider, account, None)?;
    let client = Client { id: provider.client_id.clone().unwrap_or_default(), secret };
    let login = Login {
        world,
        provider,
        client: &client,
        account,
        scope,
        replace: false,
        timeout,
        to: None,
        bind_browser: false,
    };
    login.run(screen)
}

/// What is saved of an account, to `show` it or what else is to be done.
fn saved_record(context: &Context, verb: &str, account: &AccountId) -> Result<Record, Error> {
    let world = context.world();
    let record = world.peek(account).map_err(|error| could_not(verb, account, &error))?;
    record.ok_or_else(|| match context.index.get(account) {
        Some(_) => could_not(verb, account, &FlowError::gone(account, world.home(account))),
        None => not_connected(context, &format!("could not {verb} {account}"), account),
    })
}

/// What a sign-in that is not good means: the exit code, why, and the command that helps.
fn shortcoming(account: &Account, standing: Standing) -> Option<(Exit, String, String)> {
    let id = &account.account;
    let connect = format!("partnerlink connect {id}");
    let refresh = format!("partnerlink token refresh {id}");
    let failure = account.failure.as_ref();
    let why = failure.map(|failure| failure.why.clone()).unwrap_or_default();
    Some(match standing {
        Standing::Good => return None,
        Standing::EndsSoon => (Exit::SignInNeeded, String::new(), connect),
        Standing::SignInNeeded => (Exit::SignInNeeded, why, connect),
        Standing::NotRefreshed => {
            let why = format!("since {}", clock::day_for_people(account.begun()));
            (Exit::TryLater, why, refresh)
        }
        Standing::Misdated => {
            let why = "its dates lie in the future, and how long it is good is not known";
            let (exit, command) = match account.refreshable {
                true => (Exit::TryLater, refresh),
                false => (Exit::SignInNeeded, connect),
            };
            (exit, why.to_owned(), command)
        }
        Standing::Failing => {
            let exit = match failure.map(|failure| failure.kind) {
                Some(FailureKind::Settings) => Exit::Usage,
                _ => Exit::BadAnswer,
            };
            (exit, why, refresh)
        }
    })
}

/// Why an account's record cannot be opened, as far as it is seen without touching anything.
fn fault(context: &Context, account: &Account) -> Option<Error> {
    let (id, store) = (&account.account, account.store.clone());
    let is_good = context.world().stores.get(&store).ok()?.seems_good(&Item::Account(id.clone()));
    match is_good {
        Ok(true) => None,
        Ok(false) => {
            let gone = FlowError::Gone { account: id.clone(), store };
            Some(could_not("read", id, &gone))
        }
        Err(error) => Some(could_not("read", id, &error)),
    }
}

/// The failure of what was to be done with an account: `could not refresh zaehlerfreunde`.
fn could_not(verb: &str, account: &AccountId, cause: &dyn Explain) -> Error {
    Error::new(format!("could not {verb} {account}"), cause).about(account)
}

/// Why it is not known which accounts there are.
fn not_listed(cause: &dyn Explain) -> Error {
    Error::new("could not list the connected accounts", cause)
}

/// The accounts of the index, and those that it lost: one that nobody refreshes any more would end
/// without a word. Beside them what is known of those in a shared store, as they were listed now.
fn every_account(context: &Context) -> Result<(Vec<AccountId>, Vec<Account>), Error> {
    let world = context.world();
    let names = context.index.names().map_err(|error| not_listed(&error))?;
    // Both tell which accounts they have, and spare ten thousand entries to be read: what is at hand
    // wakes nothing, and what other machines fill is asked in any case.
    let is_new_ones = |store: &dyn TokenStore| store.kind() == context.settings.store;
    let is_first =
        |store: &dyn TokenStore| store.is_at_hand() || store.is_shared() && is_new_ones(store);
    let mut contents = world.contents(is_first);
    let found: BTreeSet<AccountId> = contents.iter().flat_map(Content::accounts).collect();
    let others: BTreeSet<AccountId> = names.difference(&found).cloned().collect();
    let elsewhere = context.index.of(&others);
    let known: BTreeSet<&AccountId> = elsewhere.iter().map(|entry| &entry.account).collect();
    // One whose entry is gone was disconnected meanwhile.
    let unread = others.iter().filter(|name| !known.contains(name) && context.index.has(name));
    let unread: Vec<AccountId> = unread.cloned().collect();
    // An account whose entry cannot be read may be in any store.
    let is_open = !unread.is_empty() || elsewhere.is_empty() && names.is_disjoint(&found);
    // A store that nothing points to is not woken.
    contents.extend(world.contents(|store| {
        let is_in = elsewhere.iter().any(|entry| entry.store == store.kind());
        !is_first(store) && (is_in || is_open && is_new_ones(store))
    }));
    if let Some(error) = world.doubt(&contents) {
        return Err(not_listed(error));
    }
    let lost = contents.iter().flat_map(Content::accounts).chain(unread);
    let all: BTreeSet<AccountId> =
        elsewhere.into_iter().map(|entry| entry.account).chain(lost).collect();
    let listed = contents.into_iter().filter_map(|content| content.look.ok());
    Ok((all.into_iter().collect(), listed.flat_map(|look| look.current).collect()))
}

/// The failure behind an outcome that brought no token.
fn explain(
    what: String,
    provider: &Provider,
    account: &AccountId,
    outcome: &RefreshOutcome,
) -> Error {
    match outcome {
        RefreshOutcome::SignInNeeded { why, interrupted, last_good } => {
            let last = last_good.strftime("%Y-%m-%d %H:%M UTC");
            let mut why = format!(
                "the provider no longer accepts the saved sign-in ({why}). Last good refresh: {last}."
            );
            if *interrupted {
                why += " An earlier refresh was interrupted before its answer was saved: if it came, \
                        its new token was lost.";
            }
            Error::sign_in_needed(what, why, account)
        }
        RefreshOutcome::RefusedBefore(record) => {
            let time = |instant: Timestamp| instant.strftime("%Y-%m-%d %H:%M UTC");
            let known = record.account.failure.as_ref();
            let why = known.map_or("the provider no longer accepts the saved sign-in", |f| &f.why);
            let since = known.map(|failure| format!(", as of {}", time(failure.at)));
            let (since, last) = (since.unwrap_or_default(), time(record.account.begun()));
            Error::sign_in_needed(
                what,
                format!("{why}{since}. Last good refresh: {last}."),
                account,
            )
        }
        RefreshOutcome::TryLater { why, status, doubtful, .. } => {
            Error::try_later(what, why.clone(), *status, *doubtful).about(account)
        }
        RefreshOutcome::NothingToRefresh(record) => {
            let until = clock::day_for_people(record.account.access_token_until);
            let why = match record.account.refreshable {
                false if provider.refresh == crate::provider::RefreshSupport::None => {
                    format!("{} gives access until {until} and cannot renew it", provider.title)
                }
                _ => format!("the provider gave no refresh token, and access ends {until}"),
            };
            Error::sign_in_needed(what, why, account)
        }
        RefreshOutcome::Claimed { holder, since } => {
            let cause = FlowError::Claimed { holder: holder.clone(), since: *since };
            Error::new(what, &cause).about(account)
        }
        RefreshOutcome::ReadOnly(_) => Error::new(what, &StoreError::ReadOnly).about(account),
        RefreshOutcome::Refreshed(_) | RefreshOutcome::Unchanged(_) => {
            Error::sign_in_needed(what, "the access token ends too soon", account)
        }
    }
}

/// The end of a command that has reported each account by itself: the whole answer for a program,
/// and the exit code of the most urgent failure.
fn finish<Report: Serialize>(
    context: &Context,
    reports: &[Report],
    error: impl Fn(&Report) -> Option<&Error>,
) -> Result<u8, Failed> {
    #[derive(Serialize)]
    struct Whole<'a, Report> {
        accounts: &'a [Report],
    }

    if context.output.json {
        context.output.json(&Whole { accounts: reports })?;
    }
    exit_of(reports.iter().filter_map(error))
}

/// The exit code of a command that has told each of its failures: the most urgent one's.
fn exit_of<'a>(errors: impl Iterator<Item = &'a Error>) -> Result<u8, Failed> {
    let exits: Vec<Exit> = errors.map(|error| error.exit).collect();
    let worst = Exit::BY_URGENCY.into_iter().find(|exit| exits.contains(exit));
    worst.map_or(Ok(0), |exit| Err(Failed::Told(exit)))
}

/// The failure where nothing is known of an account.
fn not_connected(context: &Context, what: &str, account: &AccountId) -> Error {
    let mut others = match accounts_of(context, account.provider()) {
        Ok(all) => all,
        Err(error) => return Error::new(what, &error).about(account),
    };
    others.retain(|other| other != account);
    let names: Vec<String> = others.iter().map(ToString::to_string).collect();
    let mut why = "this account is not connected".to_owned();
    if !names.is_empty() {
        why += &format!("; connected there: {}", names.join(", "));
    }
    Error::sign_in_needed(what, why, account)
}

/// The connected accounts of a provider, also those of which the index cannot tell more.
fn accounts_of(context: &Context, provider: &str) -> Result<Vec<AccountId>, StoreError> {
    let names = context.index.names()?.into_iter();
    Ok(names.filter(|account| account.provider() == provider).collect())
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn lengths_of_time() {
        let seconds = |text| duration(text).map(|d| d.as_secs());
        for (text, expected) in
            [("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200), ("30d", 2_592_000)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for bad in
            ["", "s", "5 m", "-1s", "1.5h", "3w", "99999999999999999999", "18446744073709551615d"]
        {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
