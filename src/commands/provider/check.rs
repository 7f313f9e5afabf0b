use serde_json::{Value, json};

use crate::commands::reach::Way;
use crate::context::Context;
use crate::error::Failed;
use crate::provider::Provider;
use crate::terminal::Mark;
use crate::terminal::report::Report;

pub const EXAMPLES: &str = "\
Examples:
  partnerlink provider check zaehlerfreunde
  partnerlink provider check timberdata --json

Asks each address once, without signing in and without credentials. Exit code
3 if one cannot be reached now, 6 if something answers in the provider's place.";

pub fn run(context: &Context, provider: &Provider) -> Result<u8, Failed> {
    let mut report = Report::new(&context.output);
    let network = &context.settings.network;
    let way = Way { http: context.http(), network, clock: &context.clock };
    way.check(&context.output, provider, "", &mut report)?;
    if context.output.json {
        let mut object = json!({ "provider": provider.name });
        if let (Some(object), Value::Object(report)) = (object.as_object_mut(), report.object()) {
            object.extend(report);
        }
        context.output.json(&object)?;
    } else if report.exit_code() == 0 {
        let text = format!("{} can be reached from here.", provider.title);
        context.output.say(Mark::Good, text);
    }
    Ok(report.exit_code())
}
