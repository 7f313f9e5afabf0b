use serde_json::json;

use crate::clock::{self, Clock as _, Timestamp};
use crate::context::Context;
use crate::error::Failed;
use crate::schedule::{self, Installed, Machine};
use crate::terminal::{Mark, stdout_is_terminal, table};

const EXAMPLES: &str = "\
Examples:
  partnerlink schedule status
  partnerlink schedule status --json";

const HEADINGS: [&str; 5] = ["KIND", "NEXT RUN", "LAST RUN", "RESULT", "WHERE"];

/// Show which schedules are installed, when they run, and what the last run did
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let output = &context.output;
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
            show(context, &found)?;
        }
        let now = context.clock.now();
        match last {
            None => output.say(Mark::Note, "No refresh without a person is on record yet."),
            Some(last) if last.exit == 0 => output.say(Mark::Good, last.sentence(now)),
            Some(last) => {
                let look = output.command("partnerlink status");
                output.say(Mark::Warn, format_args!("{}; look: {look}", last.sentence(now)));
            }
        }
        Ok(0)
    }
}

fn show(context: &Context, found: &[Installed]) -> Result<(), Failed> {
    let now = context.clock.now();
    let for_person = stdout_is_terminal();
    let nothing = if for_person { "–" } else { "" };
    let time = |instant: Option<Timestamp>| match instant {
        Some(instant) if for_person => clock::for_people(instant, now),
        Some(instant) => instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => nothing.to_owned(),
    };
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|installed| {
            let known = installed.runs.clone().unwrap_or_default();
            let next = match (&installed.runs, &installed.line) {
                (Some(runs), _) if !runs.active => "stopped".to_owned(),
                // The times of a crontab are read by everybody who has one.
                (None, Some(line)) => line.split(' ').take(5).collect::<Vec<_>>().join(" "),
                _ => time(known.next),
            };
            let result = match (known.result.as_deref(), known.exit) {
                (Some("exit-code"), Some(exit)) => format!("exit {exit}"),
                (Some(result), _) => result.to_owned(),
                (None, _) => nothing.to_owned(),
            };
            let file = installed.files.last().map(|file| file.display().to_string());
            vec![
                installed.kind.word().to_owned(),
                next,
                time(known.last),
                result,
                file.unwrap_or_else(|| "crontab".to_owned()),
            ]
        })
        .collect();
    context.output.show(&table::render(&HEADINGS, &rows, for_person))?;
    for installed in found {
        if installed.runs.as_ref().is_some_and(|runs| !runs.active) {
            let kind = installed.kind.word();
            let command = format!("partnerlink schedule install --kind {kind}");
            context.output.say(
                Mark::Warn,
                format_args!("{kind}: the timer is stopped: {}", context.output.command(&command)),
            );
        }
    }
    Ok(())
}
