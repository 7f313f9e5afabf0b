use std::collections::BTreeMap;

use serde_json::json;

use super::range::RangeArgs;
use super::readings::fetch;
use crate::clock::{self, TimeZone, Timestamp};
use crate::commands::session::{
    AccountArgs, OutputArgs, RowError, explained, with_api, write_list,
};
use crate::context::Context;
use crate::data::gaps;
use crate::error::Failed;
use crate::terminal::Mark;

const COLUMNS: [&str; 6] = ["device", "direction", "day", "expected", "present", "missing"];

/// Count the missing readings of each day; exit 0 also when there are gaps
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter verify --all --from 2026-10 --to 2026-11")]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// Show days without gaps as well
    #[arg(long)]
    complete: bool,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Intervals of one day.
#[derive(Default)]
struct Day {
    expected: u64,
    missing: u64,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not verify readings";
        let account = self.account.id_or(super::ACCOUNT)?;
        let zone = self.output.zone(what)?;
        with_api(context, &account, what, |api, provider| {
            let jobs = self.account.jobs();
            let range =
                self.range.resolve(context, api, provider, (&account, what), (&zone, jobs))?;
            let failed = |error| explained(what, provider, &account, error);
            let mut missing = 0;
            write_list(context, &self.output, what, ("days", &COLUMNS), failed, |each| {
                fetch(api, &range, &zone, jobs, |source, window, readings| {
                    let mut days: BTreeMap<(String, String, String), Day> = BTreeMap::new();
                    gaps::marked(
                        readings.iter(),
                        source,
                        &range.query,
                        window,
                        &zone,
                        |reading| {
                            let key = (
                                reading.device_id.to_string(),
                                reading.direction.to_string(),
                                day_of(reading.time, &zone),
                            );
                            let day = days.entry(key).or_default();
                            day.expected += 1;
                            day.missing += u64::from(reading.value.is_none());
                            Ok::<_, RowError>(())
                        },
                    )?;
                    for ((device, direction, name), day) in days {
                        missing += day.missing;
                        if day.missing > 0 || self.complete {
                            let row = json!({
                                "device": device, "direction": direction, "day": name,
                                "expected": day.expected, "present": day.expected - day.missing,
                                "missing": day.missing,
                            });
                            each(row.as_object().cloned().unwrap_or_default())?;
                        }
                    }
                    Ok(())
                })
            })?;
            match missing {
                0 => context.output.say(Mark::Good, "no reading is missing"),
                count => {
                    context.output.say(Mark::Warn, format_args!("{count} readings are missing"))
                }
            }
            Ok(0)
        })
    }
}

fn day_of(instant: Timestamp, zone: &TimeZone) -> String {
    clock::day_name(instant, zone)
}
