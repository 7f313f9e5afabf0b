use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::plan::PlanArgs;
use crate::commands::written::save_text;
use crate::context::Context;
use crate::error::{Error, Failed};
use crate::schedule::{Kind, Machine, Plan};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink schedule print
  partnerlink schedule print --kind cron --every 30m
  partnerlink schedule print --kind systemd-system --user partnerlink
  partnerlink schedule print --kind windows > partnerlink-refresh.xml
  partnerlink schedule print --kind kubernetes > partnerlink.yaml
  partnerlink schedule print --kind gitlab > partnerlink.gitlab-ci.yml
  partnerlink schedule print --kind systemd --program /usr/bin/partnerlink --out units";

/// Print what `schedule install` would write, and change nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Write the files into this folder, as for a package; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let plan = self.plan.plan(context, &Machine::new(&context.settings.environment))?;
        let output = &context.output;
        if let Some(folder) = &self.out {
            write(&plan, folder)?;
        } else if output.json {
            output.json(&object(&plan))?;
        } else if let [file] = &plan.files[..] {
            let mut place = file.path.display().to_string();
            if !plan.kind.is_of_this_system() && !plan.kind.is_elsewhere() {
                place += ", made on another system than it is for: put the path of the program there into it";
            }
            output.say(Mark::Note, place);
            for step in plan.start.iter().filter(|_| plan.kind == Kind::Launchd) {
                output.say(Mark::Note, format_args!("When it is there: {step}"));
            }
            // As it is: XML lets nothing stand before its first line.
            output.data(&file.text)?;
        } else {
            output.data(&text(&plan))?;
        }
        Ok(0)
    }
}

fn write(plan: &Plan, folder: &Path) -> Result<(), Error> {
    const WHAT: &str = "could not write the files of a schedule";
    if plan.files.is_empty() {
        let why = format!("a schedule of the kind {} has no file of its own", plan.kind.word());
        return Err(Error::usage(WHAT, why, "leave --out away"));
    }
    fs::create_dir_all(folder)
        .map_err(|error| Error::io(format!("could not create {}", folder.display()), &error))?;
    for file in &plan.files {
        let target = folder.join(file.path.file_name().unwrap_or_default());
        // What these names say is made anew each time, and nothing else is.
        save_text(&target, &file.text, true, WHAT)?;
    }
    Ok(())
}

/// The files under their paths, or the line of the crontab.
pub fn text(plan: &Plan) -> String {
    let files = plan.files.iter().map(|file| format!("# {}\n{}\n", file.path.display(), file.text));
    let line = plan.line.iter().map(|line| format!("# crontab\n{line}\n"));
    files.chain(line).collect()
}

pub fn object(plan: &Plan) -> serde_json::Value {
    json!({
        "kind": plan.kind,
        "files": plan.files,
        "crontab_line": plan.line,
        "commands": plan.start.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
