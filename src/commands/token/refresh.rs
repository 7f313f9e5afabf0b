use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::report::RefreshReport;
use super::unattended;
use crate::account_id::AccountId;
use crate::clock::{self, Clock as _};
use crate::commands::{accounts_of, could_not, every_account, finish, not_connected};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::FlowError;
use crate::flow::refresh::{Due, refresh};
use crate::provider::Provider;
use crate::system::interrupt;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink token refresh                        every account
  partnerlink token refresh --quiet --spread 30s   from cron: silent when all is well
  partnerlink token refresh zaehlerfreunde --force
  partnerlink token refresh --quiet --notify /usr/local/bin/tell-me

What --notify names runs once for each account that has come to need a person, and once when a
sign-in is about to end. On its standard input is one line of JSON: event (sign-in-needed,
sign-in-ends, store-unreadable, refresh-fails, not-refreshed), account, provider, who, since,
sign_in_by, last_good, why, do. If it fails, it is run again at the next refresh. `partnerlink
schedule install` has all this done without you.";

/// Refresh the accounts that need it; without ACCOUNT every one of them
///
/// An access token that ends within two hours (or half its life, if that is shorter) is renewed, and
/// a refresh token is used before it rests too long: a third of its idle limit, a day if unknown.
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
    /// Run this when an account has come to need a person; no shell, 30 s [config: notify]
    #[arg(long, value_name = "CMD")]
    notify: Option<String>,
    /// How many accounts at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        unattended::check_notify(self.notify.as_deref())?;
        let mut reports = Vec::new();
        let result = self.work(context, &mut reports);
        unattended::keep_record(context, &reports, &result);
        unattended::warn(context, &reports);
        unattended::tell(context, self.notify.as_deref(), &reports);
        result
    }

    fn work(&self, context: &Context, reports: &mut Vec<RefreshReport>) -> Result<u8, Failed> {
        if let Some(spread) = self.spread {
            thread::sleep(clock::random_part(spread));
        }
        let accounts = match self.accounts.is_empty() {
            true => every_account(context)?,
            false => self.accounts.clone(),
        };
        if accounts.is_empty() && !context.output.json {
            context.output.say(Mark::Note, "No account is connected: nothing to refresh.");
            return Ok(0);
        }
        *reports = self.refresh_all(context, &accounts);
        finish(context, reports, |report| report.error.as_ref())
    }

    /// Works on several accounts at once. A signal lets those under way finish, and begins no more.
    fn refresh_all(&self, context: &Context, accounts: &[AccountId]) -> Vec<RefreshReport> {
        let due = match (self.within, self.force) {
            (Some(within), _) => Due::Within(within),
            (None, true) => Due::Now(context.clock.now()),
            (None, false) => Due::Soon,
        };
        let names: BTreeSet<&str> = accounts.iter().map(AccountId::provider).collect();
        let providers: Providers =
            names.into_iter().map(|name| (name, context.provider(name))).collect();
        let next = AtomicUsize::new(0);
        let reports = Mutex::new(Vec::with_capacity(accounts.len()));
        let work = || {
            while interrupt::pending().is_none()
                && let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let report = refresh_one(context, &providers, account, due);
                report.tell(context);
                reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
            }
        };
        let threads = usize::from(self.jobs).min(accounts.len());
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
        reports.sort_by(|a, b| a.account.cmp(&b.account));
        reports
    }
}

/// Each provider of the accounts, read once.
type Providers<'a> = BTreeMap<&'a str, Result<Provider, Error>>;

fn refresh_one(
    context: &Context,
    providers: &Providers,
    account: &AccountId,
    due: Due<'_>,
) -> RefreshReport {
    let provider = match &providers[account.provider()] {
        Ok(provider) => provider,
        Err(error) => return RefreshReport::failed(account, error.clone().about(account)),
    };
    match refresh(&context.world(), provider, account, due) {
        Ok(outcome) => RefreshReport::of(account, provider, outcome, context.clock.now()),
        Err(FlowError::NotConnected) => {
            let others = accounts_of(context, account.provider());
            RefreshReport::failed(
                account,
                not_connected(&format!("could not refresh {account}"), account, &others),
            )
        }
        Err(error) => RefreshReport::failed(account, could_not("refresh", account, &error)),
    }
}
