//! `token refresh` of many accounts at a provider that is far away, allows so many token requests in
//! any second, and refuses what is more. All is counted at the provider.

use std::time::Duration;

use crate::measure::Spread;
use crate::provider::rate::most_in_a_second;
use crate::room::Room;
use crate::table::{self, Title};
use crate::{Bench, Result, process, server};

/// So many accounts, and how often they are refreshed: what takes long varies little.
const CROWDS: [(usize, usize); 2] = [(200, 3), (1000, 1)];
/// How long the provider takes to answer.
const WAYS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];
const DESCRIBED: [usize; 2] = [100, 200];
const NOT_DESCRIBED: usize = 50;

const TIME_GOAL: f64 = 1.1;
/// Never more than is allowed: of several times the worst counts.
const RATE_GOAL: f64 = 1.0;
/// Of each account.
const REFUSED_GOAL: f64 = 0.05;

/// All accounts refreshed once.
struct Pass {
    /// Seconds between the first request and the last.
    span: f64,
    /// Requests in one second, at most.
    most: usize,
    refused: usize,
}

pub fn described(_: &Bench) -> Result<()> {
    for rate in DESCRIBED {
        rows(rate, Some(rate))?;
    }
    Ok(())
}

/// For the time that finding out takes there is no goal.
pub fn found_out(_: &Bench) -> Result<()> {
    rows(NOT_DESCRIBED, None)
}

fn rows(rate: usize, described: Option<usize>) -> Result<()> {
    for (accounts, times) in CROWDS {
        for away in WAYS {
            let passes = passes(accounts, times, away, rate, described)?;
            let what = format!("{accounts} accounts, {rate}/s, {} ms away", away.as_millis());
            let part = |of: fn(&Pass) -> f64, whole: f64| {
                Spread::of(passes.iter().map(|pass| Some(of(pass) / whole)))
            };
            let least = (accounts - 1) as f64 / rate as f64;
            let title = Title { ours: &what, theirs: "the least time" };
            table::ratio(title, part(|it| it.span, least), described.map(|_| TIME_GOAL));
            let worst = passes.iter().map(|pass| pass.most as f64 / rate as f64).reduce(f64::max);
            let title = Title { ours: "  the most in a second", theirs: "what is allowed" };
            table::ratio(title, Spread::of([worst].into_iter()), described.map(|_| RATE_GOAL));
            let title = Title { ours: "  refusals", theirs: "accounts" };
            let refused = part(|it| it.refused as f64, accounts as f64);
            table::ratio(title, refused, Some(REFUSED_GOAL));
        }
    }
    Ok(())
}

fn passes(
    accounts: usize,
    times: usize,
    away: Duration,
    rate: usize,
    described: Option<usize>,
) -> Result<Vec<Pass>> {
    let provider = server::tokens();
    let room = Room::with_accounts_at(&provider, accounts, described)?;
    let mut passes = Vec::new();
    for number in 1..=times {
        let begun = provider.calls().len();
        let refused = provider.allows(rate, away);
        process::cost(&mut room.program(&["token", "refresh", "--force", "--quiet"]))?;
        let counts = provider.counts();
        if (counts.refreshed, counts.refused) != ((number * accounts) as u64, 0) {
            return Err(format!("not each account was refreshed once: {counts:?}").into());
        }
        let calls = &provider.calls()[begun..];
        let (Some(first), Some(last)) = (calls.first(), calls.last()) else {
            return Err("nothing was asked".into());
        };
        let refused = *refused.lock().unwrap();
        let span = (last.at - first.at).as_secs_f64();
        passes.push(Pass { span, most: most_in_a_second(calls), refused });
    }
    Ok(passes)
}
