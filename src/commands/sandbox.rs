use std::thread;
use std::time::Duration;

use crate::context::{Context, start_sandbox};
use crate::error::Failed;
use crate::sandbox::{Fault, Options, TIMBERDATA_SECRET};
use crate::terminal::Mark;

const EXAMPLES: &str = "\
Examples:
  partnerlink sandbox                               then, in another terminal:
  PARTNERLINK_SANDBOX=http://127.0.0.1:PORT partnerlink connect zaehlerfreunde
  partnerlink sandbox --fault slow --fault 429      what does my script do then?";

/// Run both providers in miniature, for trying out programs against them
///
/// Every command with --sandbox has them built in; this runs them by themselves, prints each
/// request, and misbehaves to order. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The port on 127.0.0.1 [default: any free one]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// A fault to show; may be given several times
    #[arg(long, value_enum, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// No pages: agree to every sign-in at once
    #[arg(long)]
    approve: bool,
    /// Life of Zählerfreunde's access tokens
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = super::duration)]
    access_token_life: Duration,
    /// How long the refresh token before the last still works
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = super::duration)]
    overlap: Duration,
    /// End by itself after this time
    #[arg(long = "for", value_name = "TIME", value_parser = super::duration)]
    end_after: Option<Duration>,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        let output = context.output.clone();
        let folders = context.settings.folders.for_sandbox();
        let log = crate::terminal::Output { sandbox: false, ..output.clone() };
        let options = Options {
            state_file: None,
            port: self.port,
            faults: self.fault,
            approve: self.approve,
            access_token_lifetime: self.access_token_life,
            rotation_overlap: self.overlap,
            log: Some(Box::new(move |line| log.say(Mark::Note, line))),
        };
        let sandbox = start_sandbox(&folders, options)?;
        let base = sandbox.base_url();
        if output.json {
            output.json(
                &serde_json::json!({ "url": base, "timberdata_client_secret": TIMBERDATA_SECRET }),
            )?;
        } else {
            output.data(&format!("PARTNERLINK_SANDBOX={base}"))?;
            output.say(
                Mark::Begin,
                format_args!("Both providers run at {base} until Ctrl-C. In another terminal:"),
            );
            output.say_more(format_args!(
                "PARTNERLINK_SANDBOX={base} partnerlink connect zaehlerfreunde"
            ));
        }
        thread::sleep(self.end_after.unwrap_or(Duration::MAX));
        Ok(0)
    }
}
