use std::fs;
use std::path::{Path, PathBuf};

use super::file_name::{FileStems, kind_name, place};
use super::range::{Range, RangeArgs};
use super::readings::Gaps;
use crate::api::{ApiError, meter, ordered};
use crate::clock;
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::data::gaps;
use crate::data::query::{Query, Source, Window};
use crate::data::reading::Reading;
use crate::error::{Error, Failed};
use crate::formats::{Content, Entry, Format, FormatError, List, Options, Writer};
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::progress::Progress;

const EXAMPLES: &str = r#"Examples:
  partnerlink meter export --all --month 2026-10 --out lastgang/
  partnerlink meter export --device Pumpen --year 2025 --out lastgang/ --format csv-de
  partnerlink meter export --all --year 2025 --out lastgang/ --format parquet   for DuckDB

A run that broke off goes on where it stopped: finished files are skipped, and a file has its name
only when it is whole. Parquet goes to meter=strom-verwaltung/month=2026-10/readings.parquet: one
table for DuckDB, Polars, pyarrow and pandas, whose column "name" has the meter's own name."#;

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
    data: DataArgs,
}

/// One file to be written.
struct Task<'a> {
    source: &'a Source,
    month: Window,
    path: PathBuf,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.data.account.open(context, super::ACCOUNT, "could not export readings", |session| {
            let format = self.format()?;
            if self.data.output.output.is_some() {
                let why = "-o names one file, and this writes many";
                return Err(session.usage(why, "use --out DIR").into());
            }
            fs::create_dir_all(&self.out).map_err(|error| {
                Error::io(format!("could not create {}", self.out.display()), &error)
            })?;
            let range = self.range.resolve(session, &self.data.output.tz)?;
            let (tasks, skipped) = self.tasks(&range, format);
            let missing = self.export(session, &range, &tasks, format)?;
            context.output.say(
                Mark::Good,
                format_args!(
                    "{} file{} written to {}, {skipped} there already; {missing} intervals without a reading",
                    tasks.len(),
                    if tasks.len() == 1 { "" } else { "s" },
                    self.out.display()
                ),
            );
            range.complete()
        })
    }

    /// Readings as `--format` wants them, CSV unless it is given.
    fn format(&self) -> Result<&'static Format, FormatError> {
        let format = Format::named(self.data.output.format.as_deref().unwrap_or("csv"))?;
        format.check(Content::Readings)?;
        Ok(format)
    }

    /// The files that are not there yet, and how many are.
    fn tasks<'a>(&self, range: &'a Range, format: &Format) -> (Vec<Task<'a>>, usize) {
        let (mut tasks, mut skipped) = (Vec::new(), 0);
        let stems = FileStems::of(range.meters.all());
        for source in &range.sources {
            for month in range.query.months() {
                let path = self.path(&stems, source, month, &range.query, format);
                // A link is no finished file, and is refused when it is to be written.
                let finished = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
                if finished && !self.data.output.force {
                    skipped += 1;
                } else {
                    tasks.push(Task { source, month, path });
                }
            }
        }
        (tasks, skipped)
    }

    fn path(
        &self,
        stems: &FileStems,
        source: &Source,
        month: Window,
        query: &Query,
        format: &Format,
    ) -> PathBuf {
        let (stem, kind) = (stems.stem(source), kind_name(query));
        let month_name = clock::month_name(month.from, &query.zone);
        Path::new(&self.out).join(place(
            format,
            &stem,
            &kind,
            &month_name,
            &time_name(month, query),
        ))
    }

    /// Fetches and writes every file, and counts the intervals without a reading.
    fn export(
        &self,
        session: &Session,
        range: &Range,
        tasks: &[Task],
        format: &Format,
    ) -> Result<usize, DataError> {
        let (list, options) = format.of_export(self.data.output.options(session)?);
        let mut progress = Progress::new(&session.context.output, tasks.len(), "files");
        let mut missing = 0;
        let fetch = |task| fetch(session, range, task);
        let exported = ordered::for_each(tasks, session.api.jobs, fetch, |task, parts| {
            missing += self.save(task, &parts?, &range.query, format, (&list, &options))?;
            progress.step();
            Ok(())
        });
        progress.end();
        exported.map(|()| missing)
    }

    /// Writes one file, and counts the intervals without a reading.
    fn save(
        &self,
        task: &Task,
        parts: &[(Window, Vec<Reading>)],
        query: &Query,
        format: &Format,
        (list, options): (&List<'_>, &Options),
    ) -> Result<usize, DataError> {
        let mut missing = 0;
        if let Some(folder) = task.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OutputFile::create(&task.path, self.data.output.force)?;
        let mut writer = Writer::new(format, Box::new(&mut file), options, list)?;
        for (window, readings) in parts {
            let with_gaps = gaps::marked(readings, task.source, query, *window);
            missing += with_gaps.iter().filter(|reading| reading.value.is_none()).count();
            let rows = if self.gaps == Gaps::Mark { &with_gaps } else { readings };
            rows.iter().try_for_each(|reading| writer.write(Entry::Reading(reading)))?;
        }
        writer.finish()?;
        file.finish()?;
        Ok(missing)
    }
}

/// The readings of one file, window by window.
fn fetch(
    session: &Session,
    range: &Range,
    task: &Task,
) -> Result<Vec<(Window, Vec<Reading>)>, ApiError> {
    let Window { from, to } = task.month;
    let month = Query { from, to, ..range.query.clone() };
    let read = |window| {
        let readings = meter::readings(&session.api, task.source, &month, window)?;
        Ok((window, readings))
    };
    month.windows(range.window_days).into_iter().map(read).collect()
}

/// `2026-10` for a whole month; a part of one names its beginning and end, so that the file of the
/// whole month is not taken to be there already.
fn time_name(window: Window, query: &Query) -> String {
    let zone = &query.zone;
    let begins = clock::midnight_after(window.from, 0, zone) == window.from
        && clock::day_name(window.from, zone).ends_with("-01");
    if begins && clock::next_month(window.from, zone) == window.to {
        return clock::month_name(window.from, zone);
    }
    format!("{}_{}", clock::point_name(window.from, zone), clock::point_name(window.to, zone))
}
