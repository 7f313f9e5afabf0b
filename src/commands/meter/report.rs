use std::io::Write as _;
use std::mem;
use std::path::PathBuf;

use clap::{Arg, ArgAction};

use super::range::{Range, RangeArgs};
use super::readings::Gaps;
use super::summary::{Failure, Summary};
use crate::commands::session::{AccountArgs, DataError, Session};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::report::{Report, book, page};
use crate::system::OutputFile;

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
            let summary = collect(session, &range, &mut report)?;
            match kind {
                Kind::Book => book::save(&report, &mut file)?,
                Kind::Page => file.write_all(page::html(&report).as_bytes())?,
            }
            file.finish()?;
            summary.closing(&range.query).say(&context.output, 0, Some(&self.output));
            range.end(session, summary)
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

/// Fetches the readings; those of one meter are kept at a time.
fn collect(session: &Session, range: &Range, report: &mut Report) -> Result<Summary, DataError> {
    let (mut readings, mut found) = (Vec::new(), Vec::new());
    let summary = range.fetch_judged(session, Gaps::Skip, |source, window, judged| {
        if window.from == range.query.from {
            // The meter before this one failed half way.
            readings.clear();
            found.clear();
        }
        readings.extend_from_slice(&judged.rows);
        found.extend_from_slice(&judged.found);
        if window.to < range.query.to {
            return Ok(());
        }
        let added = report.add(source.meter(), &mem::take(&mut readings), &found);
        Ok(added.map_err(|error| session.usage(error.to_string(), ""))?)
    })?;
    for Failure { meter, error } in &summary.failures {
        report.fail(meter, error.why.clone());
    }
    Ok(summary)
}
