use serde_json::{Value, json};

use crate::context::Context;
use crate::error::Failed;
use crate::output::Mark;
use crate::output::reach::Way;
use crate::output::report::Report;
use crate::provider::Provider;

pub const EXAMPLES: &str = "\
Examples:
  partnerlink provider check zaehlerfreunde
  partnerlink provider check timberdata --json

Asks each address once, without signing in and without credentials. Exit code
3 if one cannot be reached now, 6 if something answers in the provider's place.";

pub fn run(context: &Context, provider: &Provider) -> Result<u8, Failed> {
    let mut report = Report::new(&context.output);
    let way = Way { http: context.http(), proxies: &context.proxies(), clock: &context.clock };
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
