//! `schedule …`: what starts `token refresh` when nobody is there.

mod elsewhere;
mod install;
mod plan;
mod print;

use clap::Subcommand;
use serde_json::json;

use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::schedule::{self, Installed, Kind, LastRun, Machine, Runs};
use crate::terminal::{Mark, stdout_is_terminal, table};

const STATUS_EXAMPLES: &str = "\
Examples:
  partnerlink schedule status
  partnerlink schedule status --json";

const HEADINGS: [&str; 5] = ["KIND", "NEXT RUN", "LAST RUN", "RESULT", "WHERE"];

const REMOVE_EXAMPLES: &str = "\
Examples:
  partnerlink schedule remove
  partnerlink schedule remove --kind cron";

#[derive(Debug, Subcommand)]
pub enum Command {
    Print(print::Args),
    Install(install::Args),
    /// Show which schedules are installed, when they run, and what the last run did
    #[command(after_help = STATUS_EXAMPLES)]
    Status,
    /// Take away what `schedule install` wrote, and nothing else
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove {
        /// Only this kind [default: whatever is installed]
        #[arg(long, value_enum, value_name = "KIND")]
        kind: Option<Kind>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        match self {
            Self::Print(args) => args.run(context),
            Self::Install(args) => args.run(context),
            Self::Status => status(context),
            Self::Remove { kind } => remove(context, kind),
        }
    }
}

fn remove(context: &Context, kind: Option<Kind>) -> Result<u8, Failed> {
    let machine = Machine::new(&context.settings.environment);
    let kinds = match kind {
        Some(kind) => vec![kind],
        None => schedule::installed(&machine).iter().map(|installed| installed.kind).collect(),
    };
    let mut removed = Vec::new();
    for kind in kinds {
        let word = kind.word();
        let what = format!("could not remove the schedule of the kind {word}");
        if schedule::remove(kind, &machine).map_err(|error| Error::new(what, &error))? {
            context.output.say(Mark::Good, format_args!("Removed ({word})."));
            removed.push(kind);
        }
    }
    if removed.is_empty() {
        context.output.say(Mark::Note, "No schedule of partnerlink is installed here.");
    }
    if context.output.json {
        context.output.json(&json!({ "removed": removed }))?;
    }
    Ok(0)
}

fn status(context: &Context) -> Result<u8, Failed> {
    let (output, now) = (&context.output, context.clock.now());
    let found = schedule::installed(&Machine::new(&context.settings.environment));
    let last = schedule::last_run(&context.folders);
    if output.json {
        output.json(&json!({ "installed": found, "last_refresh": last }))?;
        return Ok(0);
    }
    if found.is_empty() {
        let command = output.command("partnerlink schedule install");
        output.say(Mark::Note, format_args!("No schedule is installed here: {command}"));
    } else {
        let for_person = stdout_is_terminal();
        let row = |installed| row(installed, last.as_ref(), for_person, now);
        let rows: Vec<_> = found.iter().map(row).collect();
        output.show(&table::render(&HEADINGS, rows.iter(), for_person))?;
    }
    for kind in found.iter().filter(|found| found.is_stopped()).map(|found| found.kind.word()) {
        let command = output.command(&format!("partnerlink schedule install --kind {kind}"));
        output.say(Mark::Warn, format_args!("{kind}: the timer is stopped: {command}"));
    }
    match last {
        None => output.say(Mark::Note, "No refresh without a person is on record yet."),
        Some(last) if last.is_old(now) && !found.is_empty() => {
            let text =
                format!("{}: nothing runs any more; look: partnerlink doctor", last.sentence(now));
            output.say(Mark::Warn, text);
        }
        Some(last) if last.exit == 0 => output.say(Mark::Good, last.sentence(now)),
        Some(last) => {
            let look = output.command("partnerlink status");
            output.say(Mark::Warn, format_args!("{}; look: {look}", last.sentence(now)));
        }
    }
    Ok(0)
}

/// What the system does not tell of the last run stands in our own record, if it was that schedule's.
fn row(
    installed: &Installed,
    last: Option<&LastRun>,
    for_person: bool,
    now: Timestamp,
) -> Vec<String> {
    let time = |instant: Timestamp| match for_person {
        true => clock::for_people(instant, now),
        false => instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    let mut runs = installed.runs.clone().unwrap_or_default();
    if let Some(last) = last.filter(|last| runs.last.is_none() && last.is_by(installed.kind)) {
        let result = if last.exit == 0 { "success" } else { "exit-code" };
        runs = Runs {
            last: Some(last.at),
            result: Some(result.into()),
            exit: Some(last.exit),
            ..runs
        };
    }
    let next = match &installed.line {
        // The times of a crontab are read by everybody who has one.
        Some(line) => Some(line.split(' ').take(5).collect::<Vec<_>>().join(" ")),
        None if installed.is_stopped() => Some("stopped".to_owned()),
        None => runs.next.map(time),
    };
    let result = match (runs.result, runs.exit) {
        (Some(result), Some(exit)) if result == "exit-code" => Some(format!("exit {exit}")),
        (result, _) => result,
    };
    let nothing = if for_person { "not known" } else { "" };
    let known = [next, runs.last.map(time), result];
    let known = known.map(|value| value.unwrap_or_else(|| nothing.to_owned()));
    let file = installed.files.last();
    let place = file.map_or_else(|| "crontab".to_owned(), |file| file.display().to_string());
    [vec![installed.kind.word().to_owned()], known.into(), vec![place]].concat()
}
