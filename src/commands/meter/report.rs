use std::io::Write as _;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction};

use super::range::{Range, RangeArgs};
use crate::api::{ApiError, meter, ordered};
use crate::commands::session::{AccountArgs, DataError, Session};
use crate::context::Context;
use crate::data::judge::Judge;
use crate::data::meter::Meter;
use crate::data::query::{Query, Source, Window};
use crate::data::reading::Reading;
use crate::error::{Error, Failed};
use crate::language::Language;
use crate::report::{Report, book, page};
use crate::system::OutputFile;
use crate::terminal::Mark;
use crate::terminal::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  partnerlink meter report --month 2026-10 -o oktober.xlsx
  partnerlink meter report --month 2026-10 --space \"Heizwerk Nord\" -o oktober.html
  partnerlink meter report --year 2026 --language de -o 2026.xlsx

Every meter, unless --device or --space names some. The workbook has an overview, charts, daily sums,
the load profile and the gaps; its sums are formulas. A page (.html) is one file for a phone, a screen
and paper. More than 10 000 intervals, a quarter of a year, are shown by days.";

/// Write a workbook (.xlsx) or a page (.html) of a month or a year: load profile, sums, peaks, gaps
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("device", not_required))]
pub struct Args {
    #[command(flatten)]
    range: RangeArgs,
    /// Write to this file; its ending says what
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
    /// The time zone of every time that is read and written
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    tz: String,
    #[command(flatten)]
    account: AccountArgs,
}

/// What a report can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Book,
    Page,
}

/// A report without a meter's name is of every meter.
fn not_required(device: Arg) -> Arg {
    let help = device.get_help().cloned().unwrap_or_default();
    Arg::new("device").long("device").value_name("NAME").action(ArgAction::Append).help(help)
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        self.account.open(context, super::ACCOUNT, "could not write the report", |session| {
            let kind = self.kind(session)?;
            let range = self.range.resolve(session, &self.tz)?;
            // Before anything is fetched: it may be there already.
            let mut file = OutputFile::create(&self.output, self.force)?;
            let (language, sandbox) = (context.settings.language(), context.output.sandbox);
            let mut report = Report::new(&range.query, language, sandbox, kind == Kind::Page);
            let failures = collect(session, &range, &mut report)?;
            match kind {
                Kind::Book => book::save(&report, &mut file)?,
                Kind::Page => file.write_all(page::html(&report).as_bytes())?,
            }
            file.finish()?;
            close(session, &range, &report, &self.output);
            range.complete()?;
            tell(session, failures)
        })
    }

    fn kind(&self, session: &Session) -> Result<Kind, Error> {
        match self.output.extension().and_then(|ending| ending.to_str()) {
            Some("xlsx") => Ok(Kind::Book),
            Some("html") => Ok(Kind::Page),
            _ => {
                let why =
                    format!("the ending of {} is neither .xlsx nor .html", self.output.display());
                Err(session.usage(why, "name a file with one of them"))
            }
        }
    }
}

/// What is in the file, what is not, and where it lies.
fn close(session: &Session, range: &Range, report: &Report, file: &Path) {
    let Query { from, to, zone, .. } = &range.query;
    let [from, to] = [from, to].map(|at| Language::En.show(*at, "%Y-%m-%d %H:%M", zone));
    let zone = zone.iana_name().unwrap_or("local time");
    let counted = |count, one, more| Language::En.count(count, one, more);
    let readings = counted(report.known(), "reading", "readings");
    let meters = counted(report.meters(), "meter", "meters");
    let mut line = format!("{readings} of {meters}, {from} to {to} ({zone})");
    let is_whole = report.missing() + report.failures().len() == 0;
    if report.missing() > 0 {
        line += &format!("; {} missing", counted(report.missing(), "interval is", "intervals are"));
    }
    if !report.failures().is_empty() {
        let failed = counted(report.failures().len(), "meter", "meters");
        line += &format!("; {failed} could not be fetched");
    }
    let mark = if is_whole { Mark::Good } else { Mark::Warn };
    session.context.output.say(mark, format_args!("{line}; {}", file.display()));
}

/// Each meter that failed; the first of them is why the command does.
fn tell(session: &Session, failures: Vec<(Arc<Meter>, ApiError)>) -> Result<(), DataError> {
    let error = |(meter, error): (Arc<Meter>, ApiError)| {
        let error = session.explained(error);
        Error { what: format!("{} in full: {}", session.what, meter.title()), ..error }
    };
    let mut errors = failures.into_iter().map(error);
    let first = errors.next();
    errors.for_each(|error| session.context.output.error(&error));
    first.map_or(Ok(()), |first| Err(first.into()))
}

/// Fetches meter by meter, several requests at once: the readings of one are kept at a time. What
/// concerns one meter alone does not stop the others.
fn collect(
    session: &Session,
    range: &Range,
    report: &mut Report,
) -> Result<Vec<(Arc<Meter>, ApiError)>, DataError> {
    let windows = range.query.windows(range.window_days);
    let of = |source| windows.iter().map(move |window| (source, *window));
    let tasks: Vec<(&Source, Window)> = range.sources.iter().flat_map(of).collect();
    let api = &session.api;
    let fetch = |(source, window): &(&Source, Window)| {
        meter::readings(api, source, &range.query, *window, range.zone_of_provider.as_ref())
    };
    let mut progress = Progress::new(&session.context.output, tasks.len(), "requests");
    let mut failures = Vec::new();
    let mut left = windows.len();
    let mut readings: Result<Vec<Reading>, ApiError> = Ok(Vec::new());
    let fetched = ordered::for_each(&tasks, api.jobs, fetch, |(source, window), answer| {
        progress.step();
        match (&mut readings, answer) {
            (Ok(all), Ok(more)) => {
                // Each interval once.
                all.extend(Judge::new(&range.query, source).take(more, *window, false).rows);
            }
            (Ok(_), Err(error)) if error.is_of_this_alone() => readings = Err(error),
            (Ok(_), Err(error)) => return Err(error.into()),
            (Err(_), _) => {}
        }
        left -= 1;
        if left > 0 {
            return Ok(());
        }
        left = windows.len();
        let meter = source.meter();
        match mem::replace(&mut readings, Ok(Vec::new())) {
            Ok(all) => {
                report.add(meter, &all).map_err(|error| session.usage(error.to_string(), ""))?
            }
            Err(error) => {
                report.fail(meter, error.to_string());
                failures.push((Arc::clone(meter), error));
            }
        }
        Ok(())
    });
    progress.end();
    fetched.map(|()| failures)
}
