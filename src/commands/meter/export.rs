use std::fs;
use std::path::{Path, PathBuf};

use super::range::RangeArgs;
use super::readings::{Gaps, write};
use crate::api::query::{Query, Source, Window};
use crate::api::readings::Readings;
use crate::api::{ApiError, gaps, meter, ordered};
use crate::clock::{self, TimeZone};
use crate::commands::session::{AccountArgs, OutputArgs, RowError, explained, with_api};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::output::Mark;
use crate::output::formats::{self, Content, Format, FormatError, OutputFile, safe_file_name};
use crate::output::progress::Progress;

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
            let fetch = |task: &Task| {
                let mut parts = Vec::new();
                let query =
                    Query { from: task.month.from, to: task.month.to, ..range.query.clone() };
                for window in query.windows(range.window_days, &zone) {
                    parts.push((window, meter::readings(api, task.source, &range.query, window)?));
                }
                Ok::<_, ApiError>(parts)
            };
            let numbered: Vec<&Task> = tasks.iter().collect();
            let mut next = tasks.iter();
            let written: Result<(), RowError> = ordered::for_each(
                &numbered,
                jobs,
                |task| fetch(task),
                |parts| {
                    let Some(task) = next.next() else { return Ok(()) };
                    let parts: Vec<(Window, Readings)> = parts?;
                    let mut file =
                        OutputFile::create(&task.path, self.output.force).map_err(|error| {
                            RowError::Write(std::io::Error::other(error.to_string()))
                        })?;
                    let mut writer = formats::readings(format, Box::new(&mut file), &options)
                        .map_err(|error| {
                            RowError::Write(std::io::Error::other(error.to_string()))
                        })?;
                    for (window, readings) in &parts {
                        missing += missing_in(readings, task.source, &range.query, *window, &zone);
                        write(
                            writer.as_mut(),
                            self.gaps,
                            (&range, &zone),
                            (task.source, *window, readings),
                        )?;
                    }
                    writer.finish()?;
                    file.finish().map_err(|error| {
                        RowError::Write(std::io::Error::other(error.to_string()))
                    })?;
                    progress.step();
                    Ok(())
                },
            );
            progress.end();
            if let Err(error) = written {
                error.told(what, |error| explained(what, provider, &account, error))?;
            }
            context.output.say(
                Mark::Good,
                format_args!(
                    "{} files written to {}, {skipped} were there already; {missing} intervals without a reading",
                    tasks.len(),
                    self.out.display()
                ),
            );
            Ok(0)
        })
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
                if path.exists() && !self.output.force {
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
        let name = format!("{id}_{}.{}", clock::month_name(month.from, zone), format.extension());
        Path::new(&self.out).join(name)
    }
}

fn missing_in(
    readings: &Readings,
    source: &Source,
    query: &Query,
    window: Window,
    zone: &TimeZone,
) -> u64 {
    let mut missing = 0;
    let counted = gaps::marked(readings, source, query, window, zone, |reading| {
        missing += u64::from(reading.value.is_none());
        Ok::<_, std::convert::Infallible>(())
    });
    match counted {
        Ok(()) => missing,
        Err(never) => match never {},
    }
}
