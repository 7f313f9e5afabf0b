use clap::ValueEnum;

use super::range::{Range, RangeArgs};
use crate::api::readings::Readings;
use crate::api::{ApiClient, ApiError, meter, ordered};
use crate::clock::TimeZone;
use crate::commands::session::{AccountArgs, OutputArgs, RowError, explained, with_api};
use crate::context::Context;
use crate::data::gaps;
use crate::data::query::{Source, Window};
use crate::error::{Error, Failed};
use crate::formats::{self, ReadingWriter};

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
        let what = "could not fetch readings";
        let account = self.account.id_or(super::ACCOUNT)?;
        let zone = self.output.zone(what)?;
        with_api(context, &account, what, |api, provider| {
            let jobs = self.account.jobs();
            let range =
                self.range.resolve(context, api, provider, (&account, what), (&zone, jobs))?;
            let mut target = self.output.target(context, what)?;
            let (format, options) = (target.format, target.options.clone());
            let mut writer = formats::readings(format, target.out(), &options)
                .map_err(|error| Error::usage(what, error.to_string(), ""))?;
            let written = fetch(api, &range, &zone, jobs, |source, window, readings| {
                write(writer.as_mut(), self.gaps, (&range, &zone), (source, window, &readings))
            });
            match written.and_then(|()| Ok(writer.finish()?)) {
                Ok(()) => target.finish(what)?,
                Err(error) => {
                    error.told(what, |error| explained(what, provider, &account, error))?
                }
            }
            Ok(0)
        })
    }
}

/// Fetches every window of every source, several at once, and gives them to `each` in order.
pub fn fetch<E: From<ApiError>>(
    api: &ApiClient,
    range: &Range,
    zone: &TimeZone,
    jobs: usize,
    mut each: impl FnMut(&Source, Window, Readings) -> Result<(), E>,
) -> Result<(), E> {
    let windows = range.query.windows(range.window_days, zone);
    let tasks: Vec<(&Source, Window)> = range
        .sources
        .iter()
        .flat_map(|source| windows.iter().map(move |window| (source, *window)))
        .collect();
    ordered::for_each(
        &tasks,
        jobs,
        |(source, window)| (*source, *window, meter::readings(api, source, &range.query, *window)),
        |(source, window, readings)| each(source, window, readings?),
    )
}

/// Writes one window's readings, its gaps marked or left out.
pub fn write(
    writer: &mut dyn ReadingWriter,
    gaps: Gaps,
    (range, zone): (&Range, &TimeZone),
    (source, window, readings): (&Source, Window, &Readings),
) -> Result<(), RowError> {
    match gaps {
        Gaps::Skip => readings.iter().try_for_each(|reading| Ok(writer.write(&reading)?)),
        Gaps::Mark => {
            gaps::marked(readings.iter(), source, &range.query, window, zone, |reading| {
                Ok(writer.write(reading)?)
            })
        }
    }
}
