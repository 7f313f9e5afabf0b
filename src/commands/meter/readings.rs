use clap::ValueEnum;

use super::range::RangeArgs;
use crate::commands::session::DataArgs;
use crate::context::Context;
use crate::data::gaps;
use crate::error::Failed;
use crate::formats::{Entry, READINGS};

const EXAMPLES: &str = r#"Examples:
  partnerlink meter readings --all --last 7d
  partnerlink meter readings --device Pumpen --month 2026-10 --format csv-de -o oktober.csv
  partnerlink meter readings --space Freibad --from 25.10.2026 --to 26.10.2026 --gaps mark"#;

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
            session.write_rows(&self.data.output, READINGS, |writer| {
                range.fetch(session, |source, window, readings| {
                    let with_gaps;
                    let rows = match self.gaps {
                        Gaps::Skip => readings,
                        Gaps::Mark => {
                            with_gaps = gaps::marked(readings, source, &range.query, window);
                            &with_gaps
                        }
                    };
                    let mut rows = rows.iter().map(Entry::Reading);
                    Ok(rows.try_for_each(|reading| writer.write(reading))?)
                })
            })?;
            range.complete()
        })
    }
}
