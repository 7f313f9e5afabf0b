use std::collections::BTreeMap;

use serde_json::json;

use super::range::RangeArgs;
use crate::clock;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::data::gaps;
use crate::data::query::Query;
use crate::data::reading::Reading;
use crate::error::Failed;
use crate::formats::{Entry, List};
use crate::terminal::Mark;

const COLUMNS: [&str; 6] = ["device", "direction", "day", "expected", "present", "missing"];

/// Count the missing readings of each day; exit 0 also when there are gaps
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  partnerlink meter verify --all --month 2026-10")]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// Show days without gaps as well
    #[arg(long)]
    complete: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DayKey {
    device: String,
    direction: String,
    day: String,
}

/// Intervals of one day.
#[derive(Default)]
struct DayCount {
    expected: u64,
    missing: u64,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not verify readings", |session| {
            let range = self.range.resolve(session, &self.data.output.tz)?;
            let mut missing = 0;
            let list = List::of_records("days", &COLUMNS);
            session.write_rows(&self.data.output, list, |writer| {
                range.fetch(session, |source, window, readings| {
                    let rows = gaps::marked(readings, source, &range.query, window);
                    for (DayKey { device, direction, day }, count) in days(&rows, &range.query) {
                        missing += count.missing;
                        if count.missing > 0 || self.complete {
                            let row = json!({
                                "device": device, "direction": direction, "day": day,
                                "expected": count.expected,
                                "present": count.expected - count.missing,
                                "missing": count.missing,
                            });
                            let row = row.as_object().map(Entry::Record);
                            row.map_or(Ok(()), |row| writer.write(row))?;
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
            range.complete()
        })
    }
}

/// Counts the intervals of each day.
fn days(rows: &[Reading], query: &Query) -> BTreeMap<DayKey, DayCount> {
    let mut days = BTreeMap::<DayKey, DayCount>::new();
    for row in rows {
        let key = DayKey {
            device: row.labels.device_id.clone(),
            direction: row.labels.direction.clone(),
            day: clock::day_name(row.time, &query.zone),
        };
        let count = days.entry(key).or_default();
        count.expected += 1;
        count.missing += u64::from(row.value.is_none());
    }
    days
}
