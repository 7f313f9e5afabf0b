use serde_json::json;

use crate::context::Context;
use crate::error::{Error, Failed};
use crate::schedule::{self, Kind, Machine};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink schedule remove
  partnerlink schedule remove --kind cron";

/// Take away what `schedule install` wrote, and nothing else
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only this kind [default: whatever is installed]
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<Kind>,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let machine = Machine::new(&context.settings.environment);
        let kinds = match self.kind {
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
}
