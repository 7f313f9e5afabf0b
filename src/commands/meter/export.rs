use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file_name::safe_file_name;
use super::range::{Range, RangeArgs};
use super::readings::{Gaps, write};
use crate::api::readings::Readings;
use crate::api::{ApiClient, ApiError, meter, ordered};
use crate::clock::{self, TimeZone};
use crate::commands::session::{AccountArgs, OutputArgs, RowError, explained, with_api};
use crate::context::Context;
use crate::data::gaps;
use crate::data::query::{Query, Source, Window};
use crate::error::{Error, Failed};
use crate::formats::{self, Content, Format, FormatError, Options};
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter export --all --from 2025-11 --out lastgang/
  partnerlink meter export --all --from 2025-11 --out lastgang/ --format csv-de

A run that broke off goes on where it stopped: finished files are skipped, and a file has its name
only when it is whole.";

/// Write a file for each meter and month; goes on where it stopped
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// The folder; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Intervals without a reading: an empty row with status missing, or no row
    #[arg(long, value_enum, default_value_t = Gaps::Mark)]
    gaps: Gaps,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// One file to be written.
struct Task<'a> {
    source: &'a Source,
    month: Window,
    path: PathBuf,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let what = "could not export readings";
        let account = self.account.id_or(super::ACCOUNT)?;
        let zone = self.output.zone(what)?;
        let format = self.format(what)?;
        if self.output.output.is_some() {
            return Err(Error::usage(
                what,
                "-o names one file, and this writes many",
                "use --out DIR",
            )
            .into());
        }
        fs::create_dir_all(&self.out).map_err(|error| {
            Error::io(format!("could not create {}", self.out.display()), &error)
        })?;
        with_api(context, &account, what, |api, provider| {
            let jobs = self.account.jobs();
            let range =
                self.range.resolve(context, api, provider, (&account, what), (&zone, jobs))?;
            let (tasks, skipped) = self.tasks(&range.sources, &range.query, format, &zone);
            let mut progress = Progress::new(&context.output, tasks.len(), "files");
            let options = self.output.options(context, what)?;
            let mut missing = 0;
            let mut order = tasks.iter();
            let exported: Result<(), RowError> = ordered::for_each(
                &tasks,
                jobs,
                |task| self.fetch(api, task, &range, &zone),
                |parts| {
                    let Some(task) = order.next() else { return Ok(()) };
                    let (range, zone) = (&range, &zone);
                    missing += self.save(task, &parts?, (format, &options), (range, zone))?;
                    progress.step();
                    Ok(())
                },
            );
            progress.end();
            if let Err(error) = exported {
                error.told(what, |error| explained(what, provider, &account, error))?;
            }
            context.output.say(
                Mark::Good,
                format_args!(
                    "{} file{} written to {}, {skipped} there already; {missing} intervals without a reading",
                    tasks.len(),
                    if tasks.len() == 1 { "" } else { "s" },
                    self.out.display()
                ),
            );
            Ok(0)
        })
    }

    /// The readings of one file, window by window.
    fn fetch(
        &self,
        api: &ApiClient,
        task: &Task,
        range: &Range,
        zone: &TimeZone,
    ) -> Result<Vec<(Window, Readings)>, ApiError> {
        let month = Query { from: task.month.from, to: task.month.to, ..range.query.clone() };
        let read = |window| Ok((window, meter::readings(api, task.source, &range.query, window)?));
        month.windows(range.window_days, zone).into_iter().map(read).collect()
    }

    /// Writes one file, and counts the intervals without a reading.
    fn save(
        &self,
        task: &Task,
        parts: &[(Window, Readings)],
        (format, options): (Format, &Options),
        (range, zone): (&Range, &TimeZone),
    ) -> Result<u64, RowError> {
        let mut missing = 0;
        let mut file = OutputFile::create(&task.path, self.output.force)?;
        let mut writer = formats::readings(format, Box::new(&mut file), options)
            .map_err(|error| RowError::Write(io::Error::other(error)))?;
        for (window, readings) in parts {
            missing += missing_in(readings, task.source, &range.query, *window, zone);
            let part = (task.source, *window, readings);
            write(writer.as_mut(), self.gaps, (range, zone), part)?;
        }
        writer.finish()?;
        file.finish()?;
        Ok(missing)
    }

    fn format(&self, what: &str) -> Result<Format, Error> {
        let named = self.output.format.as_deref().unwrap_or("csv").parse::<Format>();
        let fits = named.and_then(|format| match Content::Readings.formats().contains(&format) {
            true => Ok(format),
            false => Err(FormatError::DoesNotFit { format, content: Content::Readings }),
        });
        fits.map_err(|error| Error::usage(what, error.to_string(), ""))
    }

    /// The files that are not there yet, and how many are.
    fn tasks<'a>(
        &self,
        sources: &'a [Source],
        query: &Query,
        format: Format,
        zone: &TimeZone,
    ) -> (Vec<Task<'a>>, usize) {
        let (mut tasks, mut skipped) = (Vec::new(), 0);
        for source in sources {
            for month in query.months(zone) {
                let path = self.path(source, month, format, zone);
                // A link is no finished file, and is refused when it is to be written.
                let finished = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
                if finished && !self.output.force {
                    skipped += 1;
                } else {
                    tasks.push(Task { source, month, path });
                }
            }
        }
        (tasks, skipped)
    }

    fn path(&self, source: &Source, month: Window, format: Format, zone: &TimeZone) -> PathBuf {
        let id = match source {
            Source::Device(id) => safe_file_name(id),
            Source::Space(id, medium) => {
                safe_file_name(&format!("{id}-{}", medium.to_string().to_lowercase()))
            }
        };
        let name = format!("{id}_{}.{}", time_name(month, zone), format.extension());
        Path::new(&self.out).join(name)
    }
}

/// `2026-10` for a whole month; a part of one names its beginning and end, so that the file of the
/// whole month is not taken to be there already.
fn time_name(window: Window, zone: &TimeZone) -> String {
    let begins = clock::midnight_after(window.from, 0, zone) == window.from
        && clock::day_name(window.from, zone).ends_with("-01");
    if begins && clock::next_month(window.from, zone) == window.to {
        return clock::month_name(window.from, zone);
    }
    format!("{}_{}", clock::point_name(window.from, zone), clock::point_name(window.to, zone))
}

fn missing_in(
    readings: &Readings,
    source: &Source,
    query: &Query,
    window: Window,
    zone: &TimeZone,
) -> u64 {
    let mut missing = 0;
    let counted = gaps::marked(readings.iter(), source, query, window, zone, |reading| {
        missing += u64::from(reading.value.is_none());
        Ok::<_, std::convert::Infallible>(())
    });
    match counted {
        Ok(()) => missing,
        Err(never) => match never {},
    }
}
