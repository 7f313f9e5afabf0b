use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::range::RangeArgs;
use super::readings::Gaps;
use super::summary::Summary;
use crate::clock::{self, Timestamp};
use crate::commands::closing::number;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::data::finding::Kind;
use crate::data::grid;
use crate::data::judge::Judged;
use crate::data::query::Query;
use crate::data::reading::{Labels, Reading};
use crate::error::Failed;
use crate::formats::{Entry, List};
use crate::terminal::{Mark, Output};

const COLUMNS: [&str; 13] = [
    "day",
    "meter",
    "direction",
    "expected",
    "present",
    "missing",
    "doubles",
    "falls",
    "impossible",
    "otherUnit",
    "offGrid",
    "space",
    "device",
];

/// Count the missing, doubled and odd readings of each day; exit 0 also when there are some
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

/// One day of a meter and direction.
#[derive(Default)]
struct Day {
    meter: String,
    space: String,
    /// Intervals.
    expected: u64,
    missing: u64,
    doubles: u64,
    falls: u64,
    impossible: u64,
    other_unit: u64,
    off_grid: u64,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not verify readings", |session| {
            let range = self.range.resolve(session, &self.data.output.tz)?;
            let mut summary = None;
            let list = List::of_records("days", &COLUMNS);
            session.write_closed(&self.data.output, list, |writer| {
                let fetched = range.fetch_judged(session, Gaps::Mark, |_, _, judged| {
                    for (key, day) in days(judged, &range.query) {
                        if self.complete || !day.is_whole() {
                            writer.write(Entry::Record(&day.row(&key)))?;
                        }
                    }
                    Ok(())
                })?;
                let closing = fetched.closing(&range.query);
                summary = Some(fetched);
                Ok(closing)
            })?;
            let Some(summary) = summary else { return Ok(()) };
            say_if_whole(&context.output, &summary);
            range.end(session, summary)
        })
    }
}

/// All is well only where there is something that can be.
fn say_if_whole(output: &Output, summary: &Summary) {
    if summary.readings == 0 {
        output.say(Mark::Warn, "there is not one reading in this time");
    } else if summary.is_whole() {
        let intervals = number(summary.intervals);
        output.say(
            Mark::Good,
            format_args!("no reading is missing; {intervals} intervals have one each"),
        );
    }
}

impl Day {
    fn is_whole(&self) -> bool {
        let odd = [self.doubles, self.falls, self.impossible, self.other_unit, self.off_grid];
        self.missing == 0 && odd.iter().all(|count| *count == 0)
    }

    fn row(&self, key: &DayKey) -> Map<String, Value> {
        let row = json!({
            "day": key.day, "meter": self.meter, "direction": key.direction,
            "expected": self.expected, "present": self.expected - self.missing,
            "missing": self.missing, "doubles": self.doubles, "falls": self.falls,
            "impossible": self.impossible, "otherUnit": self.other_unit,
            "offGrid": self.off_grid, "space": self.space, "device": key.device,
        });
        match row {
            Value::Object(row) => row,
            _ => Map::new(),
        }
    }
}

/// Counts the intervals of each day, and what is odd about them.
fn days(judged: &Judged, query: &Query) -> BTreeMap<DayKey, Day> {
    let mut days = BTreeMap::<DayKey, Day>::new();
    let measurement = query.measurement.to_string();
    let is_asked = |row: &&Reading| matches!(&row.labels.measurement, it if it.is_empty() || *it == measurement);
    let rows: Vec<&Reading> = judged.rows.iter().filter(is_asked).collect();
    // Several readings may lie in one interval.
    let is_same = |one: &&Reading, next: &&Reading| {
        one.labels.is_same_series(&next.labels)
            && grid::end_of(one.time, query) == grid::end_of(next.time, query)
    };
    for interval in rows.chunk_by(is_same) {
        let day = day_of(&mut days, &interval[0].labels, interval[0].time, query);
        day.expected += 1;
        day.missing += u64::from(interval.iter().all(|row| row.value.is_none()));
    }
    for finding in &judged.found {
        let day = day_of(&mut days, &finding.labels, finding.at, query);
        let count = match finding.kind {
            Kind::Double | Kind::OtherValue { .. } => &mut day.doubles,
            Kind::Fall { .. } => &mut day.falls,
            Kind::Impossible { .. } => &mut day.impossible,
            Kind::OtherUnit { .. } => &mut day.other_unit,
            Kind::OffGrid => &mut day.off_grid,
            Kind::OtherMeasurement => continue,
        };
        *count += 1;
    }
    days
}

fn day_of<'d>(
    days: &'d mut BTreeMap<DayKey, Day>,
    labels: &Labels,
    at: Timestamp,
    query: &Query,
) -> &'d mut Day {
    let key = DayKey {
        device: labels.device_id.clone(),
        direction: labels.direction.clone(),
        day: clock::day_name(at, &query.zone),
    };
    let meter = &labels.meter;
    days.entry(key).or_insert_with(|| Day {
        meter: meter.title().to_owned(),
        space: meter.space.clone(),
        ..Day::default()
    })
}
