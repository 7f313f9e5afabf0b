use serde_json::{Value, json};

use crate::commands::reach::Way;
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
    let network = &context.settings.network;
    let way = Way { http: context.http(), network, clock: &context.clock };
    way.check(&context.output, provider, "", &mut findings)?;
    if context.output.json {
        let mut object = json!({ "provider": provider.name });
        if let (Some(object), Value::Object(findings)) = (object.as_object_mut(), findings.object())
        {
            object.extend(findings);
        }
        context.output.json(&object)?;
    } else if findings.exit_code() == 0 {
        let text = format!("{} can be reached from here.", provider.title);
        context.output.say(Mark::Good, text);
    }
    Ok(findings.exit_code())
}
