use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use super::queue::{self, Step};
use super::report::RefreshReport;
use super::unattended;
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock::{self, Clock as _};
use crate::commands::{could_not, every_account, finish, not_connected};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::flow::FlowError;
use crate::flow::refresh::{Crowd, Due, RefreshOutcome, is_in_order, refresh_in_crowd};
use crate::http::pace::MOST_UNDER_WAY;
use crate::provider::Provider;
use crate::store::StoreError;
use crate::store::shared::Duty;
use crate::system::interrupt;
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink token refresh                        every account
  partnerlink token refresh --quiet --spread 30s   from cron: silent when all is well
  partnerlink token refresh zaehlerfreunde --force
  partnerlink token refresh --quiet --notify tell-me

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
    /// Begin no further account after this time; what is left is said, and is for the next run
    #[arg(long = "for", value_name = "TIME", value_parser = super::super::duration)]
    time: Option<Duration>,
    /// No more accounts at once than this; without it as many as the provider's pace needs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
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
        let (mut accounts, mut listed) = match self.accounts.is_empty() {
            true => every_account(context)?,
            false => (self.accounts.clone(), Vec::new()),
        };
        let world = context.world();
        let only_reads = world.stores.all().any(|store| store.duty() == Duty::Reader);
        if only_reads && self.accounts.is_empty() {
            // Of what is shared others take care; where nothing else is here, this is a mistake.
            let shared: BTreeSet<AccountId> = listed.drain(..).map(|it| it.account).collect();
            accounts.retain(|account| !shared.contains(account));
            if accounts.is_empty() {
                return Err(Error::new("could not refresh", &StoreError::ReadOnly).into());
            }
        }
        if accounts.is_empty() && !context.output.json {
            context.output.say(Mark::Note, "No account is connected: nothing to refresh.");
            return Ok(0);
        }
        *reports = self.refresh_all(context, accounts, &listed);
        finish(context, reports, |report| report.error.as_deref())
    }

    /// Works on several accounts at once. A signal, or the end of the time, lets those under way
    /// finish, and begins no more. Of those that were `listed` just now only what is due is read.
    fn refresh_all(
        &self,
        context: &Context,
        mut accounts: Vec<AccountId>,
        listed: &[Account],
    ) -> Vec<RefreshReport> {
        let due = match (self.within, self.force) {
            (Some(within), _) => Due::Within(within),
            (None, true) => Due::Now(context.clock.now()),
            (None, false) => Due::Soon,
        };
        let (world, now) = (context.world(), context.clock.now());
        let in_order = listed.iter().filter(|account| is_in_order(&world, account, due));
        let unchanged: BTreeMap<&AccountId, &Account> =
            in_order.map(|account| (&account.account, account)).collect();
        accounts.retain(|account| !unchanged.contains_key(account));
        let of_unchanged = |account: &&Account| RefreshReport::unchanged(account, now);
        let unchanged: Vec<RefreshReport> = unchanged.values().map(of_unchanged).collect();
        unchanged.iter().for_each(|report| report.tell(context));
        let names: BTreeSet<&str> = accounts.iter().map(AccountId::provider).collect();
        let providers: Providers =
            names.into_iter().map(|name| (name.to_owned(), context.provider(name))).collect();
        let end = self.time.and_then(|time| Instant::now().checked_add(time));
        let goes_on =
            || interrupt::pending().is_none() && end.is_none_or(|end| Instant::now() < end);
        let step = |account: &AccountId, waits: bool, crowd: &dyn Crowd| {
            refresh_one(context, &providers, account, due, waits, crowd)
        };
        let tell = |report: &RefreshReport| report.tell(context);
        let all = accounts.len();
        let most = self.jobs.map_or(MOST_UNDER_WAY, usize::from);
        let (mut reports, left) = queue::work_off(accounts, most, &goes_on, &step, &tell);
        if left > 0 {
            let text = format!("{left} of {all} accounts are left for the next run");
            context.output.say(Mark::Warn, text);
        }
        reports.extend(unchanged);
        reports.sort_by(|a, b| a.account.cmp(&b.account));
        reports
    }
}

/// Each provider of the accounts, read once.
type Providers = BTreeMap<String, Result<Provider, Error>>;

fn refresh_one(
    context: &Context,
    providers: &Providers,
    account: &AccountId,
    due: Due<'_>,
    waits: bool,
    crowd: &dyn Crowd,
) -> Step<RefreshReport> {
    let provider = match &providers[account.provider()] {
        Ok(provider) => provider,
        Err(error) => return failed(account, error.clone().about(account)),
    };
    match refresh_in_crowd(&context.world(), provider, account, due, waits, crowd) {
        Ok(None) => Step::Passed,
        Ok(Some(outcome)) => {
            let refused = match &outcome {
                RefreshOutcome::TryLater { wait, status, .. } => {
                    (wait.is_some() || *status == Some(429)).then_some(*wait)
                }
                _ => None,
            };
            let report = RefreshReport::of(account, provider, outcome, context.clock.now());
            match refused {
                Some(wait) => Step::Refused(wait, report),
                None => Step::Done(report),
            }
        }
        Err(FlowError::NotConnected) => failed(
            account,
            not_connected(context, &format!("could not refresh {account}"), account),
        ),
        Err(error) => failed(account, could_not("refresh", account, &error)),
    }
}

fn failed(account: &AccountId, error: Error) -> Step<RefreshReport> {
    Step::Done(RefreshReport::failed(account, error))
}
