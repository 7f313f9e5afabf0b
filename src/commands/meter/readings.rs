use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use super::profile::{self, Missing};
use super::range::RangeArgs;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::error::Failed;
use crate::formats::profile::{PROFILES, Profile};
use crate::formats::{Entry, READINGS};

const EXAMPLES: &str = r#"Examples:
  partnerlink meter readings --all --last 7d
  partnerlink meter readings --device Pumpen --month 2026-10 --format csv-de -o oktober.csv
  partnerlink meter readings --space Freibad --from 25.10.2026 --to 26.10.2026 --gaps mark
  partnerlink meter readings --device Photovoltaik --year 2025 --profile tesvolt -o tesvolt.csv"#;

/// Print readings (Lastgang): quarter hours, hours or days of any number of meters
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// Intervals without a reading
    #[arg(long, value_enum, default_value_t = Missing::Skip)]
    gaps: Missing,
    /// A year for this planning tool, in its rows, columns and units
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["format", "fields"],
        value_parser = PossibleValuesParser::new(PROFILES.iter().map(|profile| profile.name)))]
    profile: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Gaps {
    Mark,
    Skip,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not fetch readings", |session| {
            let range = self.range.resolve(session, &self.data.output.tz)?;
            if let Some(name) = &self.profile {
                let profile = Profile::named(name)
                    .map_err(|error| session.usage(error.to_string(), "`--help` lists them"))?;
                return profile::write(session, &range, profile, self.gaps, &self.data.output);
            }
            let gaps = self.gaps.in_rows(session)?;
            let list = READINGS.every(range.query.resolution);
            let mut summary = None;
            session.write_closed(&self.data.output, list, |writer| {
                let fetched = range.fetch_judged(session, gaps, |_, _, judged| {
                    let mut rows = judged.rows.iter().map(Entry::Reading);
                    Ok(rows.try_for_each(|reading| writer.write(reading))?)
                })?;
                let closing = fetched.closing(&range.query);
                summary = Some(fetched);
                Ok(closing)
            })?;
            summary.map_or(Ok(()), |summary| range.end(session, summary))
        })
    }
}
