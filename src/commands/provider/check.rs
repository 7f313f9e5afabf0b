use serde_json::json;

use crate::commands::reach;
use crate::context::Context;
use crate::error::Failed;
use crate::provider::Provider;
use crate::terminal::Mark;
use crate::terminal::report::Findings;

pub const EXAMPLES: &str = "\
Examples:
  partnerlink provider check zaehlerfreunde
  partnerlink provider check timberdata --json

Asks each address once, without signing in and without credentials. Exit code
3 if one cannot be reached now, 6 if something answers in the provider's place.";

pub fn run(context: &Context, provider: &Provider) -> Result<u8, Failed> {
    let mut findings = Findings::new(&context.output);
    reach::check(context, provider, "", &mut findings)?;
    if context.output.json {
        let mut object = findings.object();
        object["provider"] = json!(provider.name);
        context.output.json(&object)?;
    } else if findings.exit_code() == 0 {
        let text = format!("{} can be reached from here.", provider.title);
        context.output.say(Mark::Good, text);
    }
    Ok(findings.exit_code())
}
