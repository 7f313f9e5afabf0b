use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::unattended;
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Clock as _, Timestamp};
use crate::commands::{explain, not_connected};
use crate::context::Context;
use crate::error::{Error, Exit, Failed};
use crate::flow::refresh::{Due, RefreshError, RefreshOutcome, refresh};
use crate::provider::{Provider, RefreshSupport};
use crate::secret::Secret;
use crate::store::{Item, StoreKind, Stores as _, TokenStore};
use crate::system::interrupt;
use crate::terminal::{Mark, error_object, stdout_is_terminal};

const EXAMPLES: &str = "\
Examples:
  partnerlink token refresh                        every account
  partnerlink token refresh --quiet --spread 30s   from cron: silent when all is well
  partnerlink token refresh zaehlerfreunde --force
  partnerlink token refresh --quiet --notify /usr/local/bin/tell-me

What --notify names runs once for each account that has come to need a sign-in, and once when a
sign-in is about to end. On its standard input is one line of JSON: event (sign-in-needed or
sign-in-ends), account, provider, who, since, sign_in_by, why, do. If it fails, it is run again at
the next refresh. `partnerlink schedule install` has all this done without you.";

/// Refresh the accounts that need it; without ACCOUNT every one of them
///
/// An access token that ends within two hours (or half its life, if that is shorter) is renewed.
/// Several runs at once are safe: one of them refreshes an account, the others take its result.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_name = "ACCOUNT", value_parser = super::super::account, add = super::super::candidates::accounts())]
    accounts: Vec<AccountId>,
    /// Renew access tokens that end within this time
    #[arg(long, value_name = "TIME", value_parser = super::super::duration, conflicts_with = "force")]
    within: Option<Duration>,
    /// Renew now, however long the access token is still good
    #[arg(long)]
    force: bool,
    /// Begin after a random time up to this long, so that not every machine begins at minute 0
    #[arg(long, value_name = "TIME", value_parser = super::super::duration)]
    spread: Option<Duration>,
    /// Run this when an account has come to need a sign-in; no shell, 30 s [config: notify]
    #[arg(long, value_name = "CMD")]
    notify: Option<String>,
    /// How many accounts at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

/// What is reported of one account.
pub(super) struct Report {
    pub(super) account: AccountId,
    pub(super) result: &'static str,
    until: Option<Timestamp>,
    pub(super) error: Option<Error>,
    pub(super) warning: Option<String>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        unattended::check_notify(self.notify.as_deref())?;
        let before = context.index.all();
        let mut reports = Vec::new();
        let result = self.work(context, &mut reports);
        unattended::keep_record(context, &reports, &result);
        unattended::tell(context, self.notify.as_deref(), &reports, &before);
        result
    }

    fn work(&self, context: &Context, reports: &mut Vec<Report>) -> Result<u8, Failed> {
        if let Some(spread) = self.spread {
            thread::sleep(clock::random_part(spread));
        }
        let accounts = self.which(context)?;
        if accounts.is_empty() && !context.output.json {
            context.output.say(Mark::Note, "No account is connected: nothing to refresh.");
            return Ok(0);
        }
        let due = match (self.within, self.force) {
            (Some(within), _) => Due::Within(within),
            (None, true) => Due::Now(context.clock.now()),
            (None, false) => Due::Soon,
        };
        let providers = Providers::new(context);
        *reports = self.refresh_all(context, &providers, &accounts, due);
        self.exit(context, reports)
    }

    /// The named accounts, or all: those of the index, and those that it lost. An account that
    /// nobody refreshes any more would end without a word.
    fn which(&self, context: &Context) -> Result<Vec<AccountId>, Error> {
        if !self.accounts.is_empty() {
            return Ok(self.accounts.clone());
        }
        let indexed = context.index.all();
        let is_in = |kind| indexed.iter().any(|entry| entry.store == kind);
        let mut accounts: BTreeSet<AccountId> =
            indexed.iter().map(|entry| entry.account.clone()).collect();
        for kind in [StoreKind::Keychain, StoreKind::File] {
            let configured = indexed.is_empty() && kind == context.settings.store;
            if !is_in(kind) && !configured {
                continue;
            }
            match context.store(kind).list() {
                Ok(items) => accounts.extend(items.into_iter().filter_map(|item| match item {
                    Item::Account(account) => Some(account),
                    _ => None,
                })),
                // Each of its accounts will say the same.
                Err(error) if is_in(kind) => log::debug!("{kind} cannot be listed: {error}"),
                Err(error) => {
                    return Err(Error::new("could not list the connected accounts", &error));
                }
            }
        }
        Ok(accounts.into_iter().collect())
    }

    /// Works on several accounts at once. A signal lets those under way finish, and begins no more.
    fn refresh_all(
        &self,
        context: &Context,
        providers: &Providers,
        accounts: &[AccountId],
        due: Due<'_>,
    ) -> Vec<Report> {
        let next = AtomicUsize::new(0);
        let reports = Mutex::new(Vec::with_capacity(accounts.len()));
        let work = || {
            while interrupt::pending().is_none()
                && let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let report = refresh_one(context, providers, account, due);
                self.tell(context, &report);
                reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
            }
        };
        let threads = usize::from(self.jobs).min(accounts.len());
        if threads <= 1 {
            work();
        } else {
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(work);
                }
            });
        }
        let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
        reports.sort_by(|a, b| a.account.cmp(&b.account));
        reports
    }

    /// One line for an account, as soon as it is known.
    fn tell(&self, context: &Context, report: &Report) {
        if context.output.json {
            return;
        }
        if let Some(warning) = &report.warning {
            context.output.say(Mark::Warn, format_args!("{}: {warning}", report.account));
        }
        match &report.error {
            Some(error) => context.output.error(error),
            None if context.output.quiet => {}
            None => {
                let line = if stdout_is_terminal() {
                    report.for_person(context.clock.now())
                } else {
                    report.for_program()
                };
                // A closed pipe is no reason to stop refreshing.
                let _ = context.output.show(&line);
            }
        }
    }

    fn exit(&self, context: &Context, reports: &[Report]) -> Result<u8, Failed> {
        if context.output.json {
            let list: Vec<Value> = reports.iter().map(Report::object).collect();
            context.output.json(&json!({ "accounts": list }))?;
        }
        let failed = |exit: &Exit| {
            reports
                .iter()
                .any(|report| report.error.as_ref().is_some_and(|error| error.exit == *exit))
        };
        match Exit::BY_URGENCY.into_iter().find(failed) {
            Some(exit) => Err(Failed::Told(exit)),
            None => Ok(0),
        }
    }
}

fn refresh_one(
    context: &Context,
    providers: &Providers,
    account: &AccountId,
    due: Due<'_>,
) -> Report {
    let result = (|| {
        let known = providers.get(account).map_err(|error| error.about(account))?;
        let world = context.world(context.store_of(account));
        let outcome = refresh(&world, &known.0, known.1.as_ref(), account, due).map_err(
            |error| match error {
                RefreshError::NotConnected => not_connected("could not refresh", account),
                error => Error::new(format!("could not refresh {account}"), &error).about(account),
            },
        )?;
        Ok::<_, Error>((known, outcome))
    })();
    match result {
        Ok((known, outcome)) => Report::of(account, &known.0, outcome, context.clock.now()),
        Err(error) => Report {
            account: account.clone(),
            result: "failed",
            until: None,
            error: Some(error),
            warning: None,
        },
    }
}

impl Report {
    fn of(
        account: &AccountId,
        provider: &Provider,
        outcome: RefreshOutcome,
        now: Timestamp,
    ) -> Self {
        let report = |result, record: &Account, warning| Self {
            account: account.clone(),
            result,
            until: Some(record.access_token_until),
            error: None,
            warning,
        };
        match outcome {
            RefreshOutcome::Refreshed(record) => {
                report("refreshed", &record.account, ends_soon(&record.account, now))
            }
            RefreshOutcome::Unchanged(record) => {
                report("unchanged", &record.account, ends_soon(&record.account, now))
            }
            RefreshOutcome::NothingToRefresh(record) if record.account.access_token_until > now => {
                report("nothing-to-refresh", &record.account, ends_soon(&record.account, now))
            }
            other => Self {
                account: account.clone(),
                result: match other {
                    RefreshOutcome::TryLater { .. } => "try-later",
                    _ => "sign-in-needed",
                },
                until: None,
                error: Some(explain(
                    format!("could not refresh {account}"),
                    provider,
                    account,
                    &other,
                )),
                warning: None,
            },
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

    fn object(&self) -> Value {
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

/// Providers and their secrets, read once for all accounts of a store.
struct Providers<'a> {
    context: &'a Context,
    known: Mutex<BTreeMap<(String, String), Result<Known, Error>>>,
}

type Known = Arc<(Provider, Option<Secret>)>;

impl<'a> Providers<'a> {
    fn new(context: &'a Context) -> Self {
        Self { context, known: Mutex::default() }
    }

    fn get(&self, account: &AccountId) -> Result<Known, Error> {
        let name = account.provider();
        let store = self.context.store_of(account);
        let key = (name.to_owned(), store.kind().to_string());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(|| self.read(name, store)).clone()
    }

    fn read(&self, name: &str, store: &dyn TokenStore) -> Result<Known, Error> {
        let provider = self.context.provider(name)?;
        let secret = match provider.refresh {
            RefreshSupport::None => None,
            RefreshSupport::Rotating => self.context.required_client_secret(&provider, store)?,
        };
        Ok(Arc::new((provider, secret)))
    }
}
