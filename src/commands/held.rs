//! An access token for whoever asks for one: the environment's, the saved one, or a new one.

use std::time::Duration;

use super::{could_not, explain, saved_record};
use crate::account_id::AccountId;
use crate::accounts::Account;
use crate::clock;
use crate::context::Context;
use crate::error::Error;
use crate::flow::FlowError;
use crate::flow::refresh::{Due, RefreshOutcome, await_another, refresh};
use crate::flow::token_source::is_good_for;
use crate::secret::Secret;
use crate::store::record::Record;
use crate::terminal::Mark;

/// An access token to hand out, and what is known of it: nothing where the environment gave it.
pub struct Held {
    pub token: Secret,
    /// Whether it works only together with a key (RFC 9449).
    pub is_bound: bool,
    pub account: Option<Account>,
}

impl From<Record> for Held {
    fn from(record: Record) -> Self {
        let is_bound = record.dpop_key.is_some();
        Self { token: record.access_token, is_bound, account: Some(record.account) }
    }
}

/// The environment's access token for this account, which wins over the saved one; it is said once.
pub fn given_token(context: &Context, account: &AccountId) -> Result<Option<Secret>, Error> {
    const NAME: &str = "PARTNERLINK_ACCESS_TOKEN";
    let Some((token, whose)) = context.settings.environment.access_token() else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        let hint = format!("set {NAME}_FOR to the account that it is for, or unset {NAME}");
        Error::usage(format!("could not use {NAME}"), why, hint)
    };
    let whose = whose.ok_or_else(|| wrong("it does not say which account it is for"))?;
    if super::account(&whose).map_err(|why| wrong(&why))? != *account {
        return Ok(None);
    }
    if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("it has characters that no access token has"));
    }
    context.output.say(Mark::Note, format_args!("Using the access token of {NAME} for {account}."));
    Ok(Some(token))
}

/// How long a token lives at least where nobody asked for more.
const MIN_TTL: Duration = Duration::from_secs(60);

/// An access token that lives at least `min_ttl`: the saved one if it does, else a refreshed one.
/// The first case needs neither provider nor network, and starts nothing. How long a given one
/// lives is not known.
pub fn valid_token(
    context: &Context,
    account: &AccountId,
    min_ttl: Option<Duration>,
) -> Result<Held, Error> {
    if let Some(token) = given_token(context, account)? {
        return Ok(Held { token, is_bound: false, account: None });
    }
    let saved = saved_record(context, "get a token for", account)?;
    let world = context.world();
    let now = world.time_of(&saved.account);
    let life = |record: &Record| record.account.lifetime().max(0).unsigned_abs();
    // Where tokens live for less, half of a life is as good as it gets.
    let need = min_ttl.unwrap_or_else(|| MIN_TTL.min(Duration::from_secs(life(&saved) / 2)));
    if is_good_for(&saved, need, now) {
        return Ok(saved.into());
    }
    let lives_long_enough = |record: &Record| {
        let short = min_ttl.filter(|asked| asked.as_secs() > life(record));
        short.map_or(Ok(()), |asked| Err(too_short(account, life(record), asked)))
    };
    // What the last one came with, the next one comes with: asking for it would only spend it.
    if saved.account.refreshable && !saved.account.is_misdated(now) {
        lives_long_enough(&saved)?;
    }
    let provider = context.provider(account.provider())?;
    let due = Due::Within(need);
    let failed = |error: FlowError| could_not("get a token for", account, &error);
    match refresh(&world, &provider, account, due).map_err(failed)? {
        RefreshOutcome::Refreshed(record) | RefreshOutcome::Unchanged(record) => {
            lives_long_enough(&record)?;
            Ok((*record).into())
        }
        RefreshOutcome::ReadOnly(record) => {
            await_another(&world, account, *record, due).map(Held::from).map_err(failed)
        }
        other => {
            Err(explain(format!("could not get a token for {account}"), &provider, account, &other))
        }
    }
}

/// `--min-ttl` asks for more than the provider gives.
fn too_short(account: &AccountId, life: u64, asked: Duration) -> Error {
    let [given, asked] = [life, asked.as_secs()].map(clock::length_for_people);
    let why = format!("the provider's access tokens live {given}, and --min-ttl asks for {asked}");
    let hint = format!("ask for less, as in --min-ttl {}s", life / 2);
    let what = format!("could not get a token for {account}");
    Error { code: "min-ttl", ..Error::usage(what, why, hint) }.about(account)
}
