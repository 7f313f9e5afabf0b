use clap::ValueEnum;

use super::range::RangeArgs;
use crate::commands::session::{AccountArgs, OutputArgs};
use crate::context::Context;
use crate::data::gaps;
use crate::data::query::{Query, Source, Window};
use crate::data::reading::Reading;
use crate::error::Failed;
use crate::formats;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter readings --all --last 7d
  partnerlink meter readings --device ID --from 2026-10 --to 2026-11 --format csv-de -o oktober.csv
  partnerlink meter readings --space ID --from 2026-10-25 --to 2026-10-26 --gaps mark";

/// Print readings (Lastgang): quarter hours, hours or days of any number of meters
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// Intervals without a reading: an empty row with status missing, or no row
    #[arg(long, value_enum, default_value_t = Gaps::Skip)]
    gaps: Gaps,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Gaps {
    Mark,
    Skip,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not fetch readings", |session| {
            let range = self.range.resolve(session, &self.output.tz)?;
            let mut target = self.output.target(session)?;
            let (format, options) = (target.format, target.options.clone());
            let mut writer = formats::readings(format, target.out(), &options)?;
            range.fetch(session, |source, window, readings| {
                let rows = self.gaps.shown(readings, source, &range.query, window);
                Ok(rows.iter().try_for_each(|reading| writer.write(reading))?)
            })?;
            writer.finish()?;
            target.finish()
        })
    }
}

impl Gaps {
    /// One window's readings, its gaps marked or left out.
    pub fn shown<'a>(
        self,
        readings: Vec<Reading<'a>>,
        source: &'a Source,
        query: &Query,
        window: Window,
    ) -> Vec<Reading<'a>> {
        match self {
            Self::Skip => readings,
            Self::Mark => gaps::marked(readings, source, query, window),
        }
    }
}
