use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::export_files::Files;
use super::file_name::{FileStems, kind_name, place, time_name};
use super::ledger::{Found, Hash, Hashed, Held, Ledger, source_key};
use super::range::{Range, RangeArgs};
use super::readings::Gaps;
use super::summary::Summary;
use crate::api::{ApiError, ordered};
use crate::clock::{self, Clock as _};
use crate::commands::session::{DataArgs, DataError, Session};
use crate::context::Context;
use crate::data::answer::Answer;
use crate::data::grid;
use crate::data::judge::{Judge, Judged};
use crate::data::query::{Query, Source, Window};
use crate::error::{Error, Failed};
use crate::formats::{Content, Entry, Format, FormatError, List, Options, Writer};
use crate::system::OutputFile;
use crate::terminal::progress::Progress;

const EXAMPLES: &str = r#"Examples:
  partnerlink meter export --all --month 2026-10 --out lastgang/
  partnerlink meter export --device Pumpen --year 2025 --out lastgang/ --format csv-de
  partnerlink meter export --all --year 2025 --out lastgang/ --format parquet   for DuckDB

A run that broke off goes on where it stopped. Months that had gaps are asked for again, since
values come late: a file is replaced by a fuller one, and never by a poorer. A month that is not over
has a file named by what it holds. What is known of the files is kept beside them, in
.partnerlink-export.jsonl; a file that is not as it was written is replaced with --force alone.

Parquet goes to meter=strom-verwaltung/month=2026-10/readings.parquet: one table for DuckDB,
Polars, pyarrow and pandas, whose column "name" has the meter's own name."#;

/// Write a file for each meter and month; again where one had gaps
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

/// One month of one source.
struct Task {
    /// Of the source.
    place: usize,
    month: Window,
    /// Until now, because it is not over.
    is_running: bool,
    /// What is there of it; for a month that is not over that is not known before.
    found: Found,
}

/// The parts of one month, or why there are none; nothing where the source failed before.
type Fetched = Option<Result<Vec<(Window, Answer)>, ApiError>>;

/// One run.
struct Export<'a> {
    args: &'a Args,
    session: &'a Session<'a>,
    range: &'a Range,
    format: &'static Format,
    list: List<'static>,
    options: Options,
    /// What the meters' files are called.
    stems: FileStems,
    ledger: Ledger,
    files: Files,
    summary: Summary,
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
            let (list, options) = format.of_export(self.data.output.options(session)?);
            let mut export = Export {
                args: self,
                session,
                range: &range,
                format,
                list,
                options,
                stems: FileStems::of(range.meters.all()),
                ledger: Ledger::of(&self.out)?,
                files: Files::default(),
                summary: Summary::new(range.sources.len()),
            };
            let tasks = export.tasks()?;
            export.fetch(&tasks)?;
            let Export { files, summary, ledger, .. } = export;
            files.closing(&self.out, &ledger, &summary, &range).say(
                &context.output,
                usize::MAX,
                None,
            );
            range.end(session, summary)?;
            files.error(session).map_or(Ok(()), |error| Err(error.into()))
        })
    }

    /// Readings as `--format` wants them, CSV unless it is given.
    fn format(&self) -> Result<&'static Format, FormatError> {
        let format = Format::named(self.data.output.format.as_deref().unwrap_or("csv"))?;
        format.check(Content::Readings)?;
        Ok(format)
    }
}

impl Export<'_> {
    /// The months that are to be asked for.
    fn tasks(&mut self) -> Result<Vec<Task>, DataError> {
        let Range { sources, query, .. } = self.range;
        let now = query.resolution.begin_of(self.session.context.clock.now(), &query.zone);
        let mut tasks = Vec::new();
        for (place, source) in sources.iter().enumerate() {
            for Window { from, to } in query.months() {
                let month = Window { from, to: to.min(now) };
                if month.from >= month.to {
                    continue;
                }
                let is_running = to >= now;
                let found = match is_running {
                    true => Found::Nothing,
                    false => self.ledger.find(&self.name(source, month))?,
                };
                if self.is_wanted(source, month, &found) {
                    tasks.push(Task { place, month, is_running, found });
                }
            }
        }
        Ok(tasks)
    }

    /// Whether a month is asked for, with what is there of it; counts it where it is not.
    fn is_wanted(&mut self, source: &Source, month: Window, found: &Found) -> bool {
        let name = self.name(source, month);
        match found {
            Found::Nothing => true,
            _ if self.args.data.output.force => true,
            Found::Foreign => {
                self.files.foreign.push(name);
                false
            }
            Found::Ours(held) if !self.is_same(source, held) => {
                self.files.other.push(name);
                false
            }
            Found::Ours(held) => {
                self.files.already += usize::from(held.missing == 0);
                held.missing > 0
            }
        }
    }

    /// Fetches the months, several at once, and writes each when it is there.
    fn fetch(&mut self, tasks: &[Task]) -> Result<(), DataError> {
        let (session, range) = (self.session, self.range);
        let failed: Vec<AtomicBool> =
            range.sources.iter().map(|_| AtomicBool::new(false)).collect();
        // A source that failed is not asked again.
        let fetch = |task: &Task| -> Fetched {
            (!failed[task.place].load(Ordering::Relaxed))
                .then(|| range.fetch_month(session, task.place, task.month))
        };
        let mut progress =
            Progress::new(&session.context.output, tasks.len(), "files", "keeps whole files");
        let mut judge = None;
        let exported = ordered::for_each(tasks, session.api.jobs, fetch, |task, parts| {
            let source = &range.sources[task.place];
            let judge = range.judge_of(task.place, &mut judge);
            progress.step();
            match parts {
                Some(Ok(parts)) => self.save(task, parts, judge)?,
                Some(Err(error)) => {
                    failed[task.place].store(true, Ordering::Relaxed);
                    self.summary.fail(session, source, error)?;
                }
                None => {}
            }
            Ok::<_, DataError>(())
        });
        progress.end();
        exported
    }

    /// Writes one month, unless what is there holds as much.
    fn save(
        &mut self,
        task: &Task,
        parts: Vec<(Window, Answer)>,
        judge: &mut Judge,
    ) -> Result<(), DataError> {
        let source = &self.range.sources[task.place];
        let Some(month) = self.held_month(task, &parts) else { return Ok(()) };
        let judged = self.judged(source, month, parts, judge);
        let name = self.name(source, month);
        let found = match task.is_running {
            true => self.ledger.find(&name)?,
            false => task.found.clone(),
        };
        if !self.is_fuller(source, &name, &found, judged.readings) {
            return Ok(());
        }
        let held = Held {
            source: source_key(source),
            asked: self.asked(),
            from: month.from,
            to: month.to,
            is_running: task.is_running,
            readings: judged.readings,
            missing: judged.missing,
            size: 0,
            fingerprint: String::new(),
        };
        let held = self.write(&name, &judged, held, found != Found::Nothing)?;
        self.files.written += 1;
        self.files.fuller += usize::from(found != Found::Nothing);
        self.files.shorter_removed += self.ledger.remove_shorter(&held);
        Ok(())
    }

    /// The time that a file holds: a month, as far as there are readings where it is not over.
    fn held_month(&self, task: &Task, parts: &[(Window, Answer)]) -> Option<Window> {
        let Window { from, to } = task.month;
        if !task.is_running {
            return Some(task.month);
        }
        let readings = parts.iter().flat_map(|(_, answer)| &answer.readings);
        let times = readings.filter(|reading| reading.value.is_some()).map(|reading| reading.time);
        let end = grid::end_of(times.max()?, &self.range.query).min(to);
        Some(Window { from, to: end })
    }

    fn judged(
        &mut self,
        source: &Source,
        month: Window,
        parts: Vec<(Window, Answer)>,
        judge: &mut Judge,
    ) -> Judged {
        let mark = self.args.gaps == Gaps::Mark;
        judge.begin_at(month.from);
        let mut judged = Judged::default();
        for (Window { from, to }, answer) in parts {
            self.summary.count_answer(&answer);
            if from < month.to {
                judged.add(judge.take(answer, Window { from, to: to.min(month.to) }, mark));
            }
        }
        judged.add(judge.end(month.to, mark));
        self.summary.count(source, &judged);
        judged
    }

    /// Whether a file is to be written where this is; counts it where it is not.
    fn is_fuller(&mut self, source: &Source, name: &str, found: &Found, readings: usize) -> bool {
        let force = self.args.data.output.force;
        match found {
            Found::Nothing => true,
            Found::Foreign if force => true,
            Found::Foreign => {
                self.files.foreign.push(name.to_owned());
                false
            }
            Found::Ours(held) if !self.is_same(source, held) => {
                if !force {
                    self.files.other.push(name.to_owned());
                }
                force
            }
            Found::Ours(held) if readings > held.readings => true,
            Found::Ours(held) if readings < held.readings => {
                self.files.poorer.push(name.to_owned());
                false
            }
            Found::Ours(held) => {
                self.files.already += usize::from(!force);
                self.files.as_before += usize::from(!force && held.missing > 0);
                force
            }
        }
    }

    fn write(
        &mut self,
        name: &str,
        judged: &Judged,
        mut held: Held,
        replaces: bool,
    ) -> Result<Held, DataError> {
        let path = self.args.out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OutputFile::create(&path, replaces)?;
        let mut hash = Hash::default();
        let out = Hashed { file: &mut file, hash: &mut hash };
        let mut writer = Writer::new(self.format, Box::new(out), &self.options, &self.list)?;
        judged.rows.iter().try_for_each(|reading| writer.write(Entry::Reading(reading)))?;
        writer.finish()?;
        held.size = hash.bytes;
        held.fingerprint = hash.text();
        // Before the file has its name: broken off in between, the old one is still known.
        self.ledger.note(name, held.clone())?;
        file.finish()?;
        Ok(held)
    }

    /// Whether a file is of what is asked for, and not of another meter that was called so.
    fn is_same(&self, source: &Source, held: &Held) -> bool {
        held.source == source_key(source) && held.asked == self.asked()
    }

    fn name(&self, source: &Source, month: Window) -> String {
        let query = &self.range.query;
        let (stem, kind) = (self.stems.stem(source), kind_name(query));
        let month_name = clock::month_name(month.from, &query.zone);
        place(self.format, &stem, &kind, &month_name, &time_name(month, query))
    }

    /// What the files are of, and how they are written.
    fn asked(&self) -> String {
        let Query { resolution, measurement, .. } = &self.range.query;
        let output = &self.args.data.output;
        let fields = output.fields.as_ref().map_or_else(String::new, |fields| fields.join(","));
        let gaps = if self.args.gaps == Gaps::Mark { "gaps marked" } else { "gaps skipped" };
        format!("{measurement} {resolution} {} {gaps} {fields}", output.tz).trim_end().to_owned()
    }
}
